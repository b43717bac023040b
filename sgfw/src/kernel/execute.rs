//! One operation of a plan, as system calls.

use super::attach;
use super::error::KernelError;
use super::logged;
use super::maps::Maps;
use super::paths::Paths;
use super::sys;
use crate::plan::Op;
use sgfw_common::maps::{FlowKey, Interface};

pub(super) fn operation(paths: &Paths, maps: &Maps, op: &Op) -> Result<(), KernelError> {
    match op {
        Op::WriteNodes32(nodes) => maps.nodes32.set(nodes),
        Op::WriteNodes128(nodes) => maps.nodes128.set(nodes),
        Op::WriteMemberCells(cells) => maps.member_cells.set(cells),
        Op::WriteMembers(members) => maps.members.set(members),
        Op::WriteInterfaces { version, interfaces } => write_interfaces(maps, *version, interfaces),
        Op::SetGeneration { version, generation } => set_generation(maps, *version, *generation),
        Op::Flip { version } => flip(maps, *version),
        Op::Wait => sys::wait_for_programs()
            .map_err(|error| KernelError::system("wait for packets on their way (membarrier)", error)),
        Op::ForgetFlows { slots } => forget_flows(maps, slots),
        Op::Attach { slot, attachment } => {
            logged::forget(maps, &[*slot])?;
            attach::attach(paths, maps, *slot, attachment)
        }
        Op::Replace { slot, from, to } => attach::replace(paths, *slot, from, to),
        Op::Detach { slot, attachment } => attach::detach(paths, *slot, attachment),
        Op::DeleteMemberCells(keys) => maps.member_cells.delete(keys),
        Op::DeleteMembers(addresses) => maps.members.delete(addresses),
        Op::ClearInterfaces(slots) => {
            logged::forget(maps, slots)?;
            clear(maps, slots)
        }
    }
}

/// Ends every adoption window first: an untracked connection that loses its rule now would else be taken for
/// one that is older than the attach, and live on (F75).
fn flip(maps: &Maps, version: usize) -> Result<(), KernelError> {
    let open = maps.adopt.all()?.into_iter().filter(|(_, until)| *until != 0);
    let closed: Vec<_> = open.map(|(slot, _)| (slot, 0)).collect();
    maps.adopt.set(&closed)?;
    maps.active.set(&[(0, u32::try_from(version & 1).unwrap_or(0))])
}

fn write_interfaces(maps: &Maps, version: usize, interfaces: &[(u32, Interface)]) -> Result<(), KernelError> {
    let version = u32::try_from(version & 1).unwrap_or(0);
    let entries: Vec<_> = interfaces.iter().map(|(slot, interface)| (slot * 2 + version, *interface)).collect();
    maps.interfaces.set(&entries)
}

fn set_generation(maps: &Maps, version: usize, generation: u64) -> Result<(), KernelError> {
    let mut meta = maps.meta()?;
    meta.generation[version & 1] = generation;
    maps.meta.set(&[(0, meta)])
}

fn clear(maps: &Maps, slots: &[u32]) -> Result<(), KernelError> {
    let both = slots.iter().flat_map(|slot| [slot * 2, slot * 2 + 1]);
    let entries: Vec<_> = both.map(|index| (index, Interface::default())).collect();
    maps.interfaces.set(&entries)?;
    let windows: Vec<_> = slots.iter().map(|slot| (*slot, 0)).collect();
    maps.adopt.set(&windows)
}

fn forget_flows(maps: &Maps, slots: &[u32]) -> Result<(), KernelError> {
    let of_slots = |key: &FlowKey| slots.contains(&u32::from(key.slot));
    for table in maps.flows() {
        let keys: Vec<FlowKey> = table.all()?.into_iter().map(|(key, _)| key).filter(of_slots).collect();
        table.delete(&keys)?;
    }
    Ok(())
}
