//! Reads back what the kernel holds. The kernel is the evidence; what was noted beside it only gives names.

use super::attach;
use super::error::KernelError;
use super::maps::Maps;
use super::namespace::{name_of, within};
use super::paths::Paths;
use crate::plan::{Attachment, Running, Slot, reachable};
use sgfw_common::maps::Interface;
use std::collections::BTreeMap;

pub(super) fn running(
    paths: &Paths,
    maps: &Maps,
    known: &BTreeMap<u32, (String, Attachment)>,
) -> Result<Running, KernelError> {
    let meta = maps.meta()?;
    let mut running = Running {
        active: usize::from(maps.active.get(&0)?.unwrap_or(0) & 1 == 1),
        generation: meta.generation,
        hertz: u32::try_from(meta.hertz).unwrap_or(1000),
        slots: slots(maps, known)?,
        members: maps.members.all()?.into_iter().collect(),
        member_cells: maps.member_cells.all()?.into_iter().collect(),
        attachments: attachments(paths, known)?,
        ..Running::default()
    };
    let interfaces = running.slots.values().flat_map(|slot| &slot.versions);
    let node32 = |place: u32| maps.nodes32.get(&place);
    let node128 = |place: u32| maps.nodes128.get(&place);
    let reached = reachable(interfaces, running.member_cells.values(), node32, node128)?;
    (running.nodes32, running.nodes128) = (reached.nodes32, reached.nodes128);
    Ok(running)
}

/// Every slot that holds anything. A name that was noted for an empty slot is one whose apply was killed.
fn slots(maps: &Maps, known: &BTreeMap<u32, (String, Attachment)>) -> Result<BTreeMap<u32, Slot>, KernelError> {
    let mut slots: BTreeMap<u32, Slot> = BTreeMap::new();
    for (index, interface) in maps.interfaces.all()? {
        if interface != Interface::default() {
            slots.entry(index / 2).or_default().versions[usize::from(index % 2 == 1)] = interface;
        }
    }
    for (slot, held) in &mut slots {
        held.name = known.get(slot).map(|(name, _)| name.clone());
    }
    Ok(slots)
}

pub(super) fn attachments(
    paths: &Paths,
    known: &BTreeMap<u32, (String, Attachment)>,
) -> Result<BTreeMap<u32, Attachment>, KernelError> {
    let mut all = BTreeMap::new();
    for netns in paths.namespaces() {
        match name_of(netns) {
            Some(name) => all.extend(of_namespace(paths, netns, name, known)?),
            None => all.extend(by_path(paths, netns, known)?),
        }
    }
    Ok(all)
}

/// A namespace without a name: the one it was given by path, or gone, and then so is its directory.
fn by_path(
    paths: &Paths,
    netns: u64,
    known: &BTreeMap<u32, (String, Attachment)>,
) -> Result<BTreeMap<u32, Attachment>, KernelError> {
    let names = known.values().filter_map(|(_, attachment)| attachment.netns.clone());
    let same = |name: &String| super::namespace::identity(Some(name)).is_ok_and(|found| found == netns);
    match names.into_iter().find(same) {
        Some(name) => of_namespace(paths, netns, Some(name), known),
        None => Ok(BTreeMap::new()),
    }
}

fn of_namespace(
    paths: &Paths,
    netns: u64,
    name: Option<String>,
    known: &BTreeMap<u32, (String, Attachment)>,
) -> Result<BTreeMap<u32, Attachment>, KernelError> {
    let devices = if paths.own_map(netns, "IFINDEX").exists() { attach::devices(paths, netns)? } else { Vec::new() };
    let mut all = BTreeMap::new();
    for (slot, ifindex) in devices {
        let Some(taken) = attach::taken(paths, netns, slot, ifindex)? else { continue };
        // A device that is gone has no name any more, and nothing attached.
        let Some(device) = device_name(name.as_deref(), ifindex)? else { continue };
        // Spelled as it was before, so that the same device compares equal.
        let spelled = known.get(&slot).map(|(_, attachment)| attachment.netns.clone());
        let netns = spelled.filter(|netns| same_namespace(netns.as_deref(), name.as_deref())).unwrap_or(name.clone());
        all.insert(slot, Attachment { device, ifindex, netns, taken });
    }
    Ok(all)
}

fn same_namespace(a: Option<&str>, b: Option<&str>) -> bool {
    let identity = super::namespace::identity;
    matches!((identity(a), identity(b)), (Ok(a), Ok(b)) if a == b)
}

fn device_name(netns: Option<&str>, ifindex: u32) -> Result<Option<String>, KernelError> {
    within(netns, || super::devices::name(ifindex))
}
