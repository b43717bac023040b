//! Devices that a command line gave to interfaces whose files name none (`--device`). They stay until a file names one:
//! an apply that says nothing of them must not move a policy to the device of the default route.

use super::object::Object;
use super::work::Work;
use crate::inventory::{NetworkInterface, State};
use crate::model::Device;
use std::sync::Arc;

/// Gives interfaces whose files name no device, neither today nor before, the devices that they have.
pub(super) fn keep(work: &mut Work<'_>) {
    let old = work.old;
    let netns = |interface: &NetworkInterface| interface.device.as_ref().map(|local| local.netns.clone());
    let keeps = |now: &Arc<NetworkInterface>| {
        let was = old.interfaces.get(&now.id)?;
        let device = given(old, was)?;
        (netns(was) == netns(now) && is_open(now) && now.owner.is_file()).then(|| (now.id.clone(), device))
    };
    let kept: Vec<_> = work.state.interfaces.values().filter_map(keeps).collect();
    for (id, device) in kept {
        if let Some(interface) = work.state.interfaces.get_mut(&id) {
            set(Arc::make_mut(interface), device);
        }
    }
}

/// An interface as its file has it, with the device that it was given where the file names none.
pub(super) fn with_device(mut declared: NetworkInterface, now: Option<&NetworkInterface>) -> NetworkInterface {
    let device = now.and_then(|now| now.device.as_ref()).map(|local| local.device.clone());
    if let Some(device) = device.filter(|_| is_open(&declared)) {
        set(&mut declared, device);
    }
    declared
}

/// The device that an interface has and its file does not name.
fn given(old: &State, was: &NetworkInterface) -> Option<Device> {
    let row = old.baseline.get(&NetworkInterface::key(&was.id))?;
    let declared: NetworkInterface = serde_json::from_slice(row).ok()?;
    is_open(&declared).then(|| was.device.as_ref().map(|local| local.device.clone()))?
}

/// Whether its device is whichever has the default route.
fn is_open(interface: &NetworkInterface) -> bool {
    interface.device.as_ref().is_some_and(|local| local.device == Device::DefaultRoute)
}

fn set(interface: &mut NetworkInterface, device: Device) {
    if let Some(local) = &mut interface.device {
        local.device = device;
    }
}
