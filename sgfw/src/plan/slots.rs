//! Which interface takes which slot.
//!
//! A slot belongs to a device before it belongs to a name: two interfaces that exchange their names
//! exchange policies at the flip, and flows stay with the device. A name whose device is another one now
//! (a container that was made anew) keeps its slot unless somebody else has that device.

use super::op::PlanError;
use super::running::{Attachment, Running, Wanted};
use sgfw_common::maps::MAX_INTERFACES;
use std::collections::{BTreeMap, BTreeSet};

/// The slot of every wanted interface.
pub(super) fn assign(running: &Running, wanted: &Wanted) -> Result<BTreeMap<String, u32>, PlanError> {
    check_devices(wanted)?;
    let mut slots: BTreeMap<String, u32> = BTreeMap::new();
    let mut taken: BTreeSet<u32> = BTreeSet::new();
    for by in [by_device, by_name] {
        for (name, attachment) in &wanted.interfaces {
            if let Some(slot) = by(running, name, attachment)
                && !slots.contains_key(name)
                && taken.insert(slot)
            {
                slots.insert(name.clone(), slot);
            }
        }
    }
    // What is still attached keeps its slot to the end of the apply.
    taken.extend(running.attachments.keys());
    let missing = wanted.interfaces.keys().filter(|name| !slots.contains_key(*name)).count();
    let mut free = (1..MAX_INTERFACES).filter(|slot| !taken.contains(slot));
    for name in wanted.interfaces.keys() {
        if !slots.contains_key(name) {
            slots.insert(name.clone(), free.next().ok_or_else(|| full(taken.len() + missing))?);
        }
    }
    Ok(slots)
}

fn by_device(running: &Running, _: &str, attachment: &Attachment) -> Option<u32> {
    running.attachments.iter().find(|(_, other)| other.same_device(attachment)).map(|(slot, _)| *slot)
}

fn by_name(running: &Running, name: &str, _: &Attachment) -> Option<u32> {
    running.slots.iter().find(|(_, slot)| slot.name.as_deref() == Some(name)).map(|(slot, _)| *slot)
}

fn check_devices(wanted: &Wanted) -> Result<(), PlanError> {
    let mut seen: BTreeMap<(Option<&str>, u32), &str> = BTreeMap::new();
    for (name, attachment) in &wanted.interfaces {
        if let Some(other) = seen.insert((attachment.netns.as_deref(), attachment.ifindex), name) {
            return Err(PlanError::SameDevice(other.into(), name.clone(), attachment.device.clone()));
        }
    }
    Ok(())
}

fn full(asked: usize) -> PlanError {
    PlanError::Full { map: "INTERFACES", limit: u64::from(MAX_INTERFACES - 1), asked: asked as u64 }
}
