//! Cleaning up after whoever was killed: hooks without a device under them, devices that never got their slot,
//! directories of namespaces that are gone. What is in force is not touched.

use super::attach::{Point, clsact, devices, pinned_slots, remove_pins, set_slot, taken};
use super::error::KernelError;
use super::namespace::{name_of, within};
use super::paths::{Paths, names};
use aya::programs::tc;

/// Removes what an attach or a detach that was killed left behind, and the directories of namespaces that
/// are gone.
pub(super) fn all(paths: &Paths) -> Result<(), KernelError> {
    for netns in paths.namespaces() {
        if paths.own_map(netns, "IFINDEX").exists() {
            sweep_namespace(paths, netns)?;
        }
        if names(&paths.links(netns)).is_empty() {
            paths.remove_namespace(netns)?;
        }
    }
    Ok(())
}

fn sweep_namespace(paths: &Paths, netns: u64) -> Result<(), KernelError> {
    let mut used = Vec::new();
    let mut unused = Vec::new();
    for (slot, ifindex) in devices(paths, netns)? {
        match taken(paths, netns, slot, ifindex)? {
            Some(_) => used.push(slot),
            None => unused.push(ifindex),
        }
    }
    let left: Vec<u32> = pinned_slots(paths, netns).into_iter().filter(|slot| !used.contains(slot)).collect();
    let classic = left.iter().any(|slot| Point::ClsactIn.pin(paths, netns, *slot).exists());
    for slot in left {
        remove_pins(paths, netns, slot)?;
    }
    for ifindex in unused {
        if classic {
            detach_classic(netns, ifindex);
        }
        set_slot(paths, netns, ifindex, 0)?;
    }
    Ok(())
}

/// A classic filter outlives its pin: without a slot it would drop what its device has to do with.
pub(super) fn detach_classic(netns: u64, ifindex: u32) {
    let Some(name) = name_of(netns) else { return };
    let detach = move || {
        let Some(device) = super::devices::name(ifindex) else { return };
        for point in [Point::ClsactIn, Point::ClsactOut] {
            let _ = clsact(point).map(|direction| tc::qdisc_detach_program(&device, direction, point.program()));
        }
    };
    // A namespace that is gone took its filters along.
    let _ = within(name.as_deref(), detach);
}
