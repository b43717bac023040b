//! The same operations in the same order as [`super::plan()`], for a change of a policy that stands in the kernel.
//!
//! All that the change does not touch is left out on both sides, what runs and what is wanted, and then it is ordered
//! as everything is. The devices are those that are attached.

use super::op::Plan;
use super::order::{Nodes, Target, check, is_dirty, ordered};
use super::place::in_force;
use super::running::Running;
use crate::compile::{Delta, Standing, in_ticks};
use crate::model::Snapshot;
use sgfw_common::maps::{self, Interface, Member, MemberCell, Tree};
use std::collections::{BTreeMap, BTreeSet};

/// The policy that a kernel holds, compiled where it stands; none if the kernel holds anything else. `slots` are its
/// interfaces.
pub fn stands(running: &Running, policy: &Snapshot, slots: &BTreeMap<String, u32>) -> Option<Standing> {
    let used = in_force(running);
    let (standing, delta) = Standing::of(policy, &used.nodes32, &used.nodes128)?;
    let is_whole = delta.nodes32.is_empty() && delta.nodes128.is_empty() && !is_dirty(running);
    let alike = running.generation[0] == running.generation[1]
        && running.member_cells == *standing.cells()
        && running.members.len() == standing.members().len()
        && running.members.iter().zip(standing.members()).all(|(is, wanted)| is == (wanted.0, &both(*wanted.1)))
        && slots.values().copied().collect::<BTreeSet<_>>().iter().eq(running.attachments.keys())
        && standing.interfaces().keys().eq(slots.keys())
        && interfaces_are(running, &standing, slots);
    (is_whole && alike).then_some(standing)
}

/// The way from a policy that stands to the same after a change; none if it does not fit. `delta` is what the change
/// made of `standing`.
pub fn step(running: &Running, standing: &Standing, slots: &BTreeMap<String, u32>, delta: Delta) -> Option<Plan> {
    let Delta { nodes32: new32, nodes128: new128, members, cells } = delta;
    let narrow = Running {
        active: running.active,
        generation: running.generation,
        hertz: running.hertz,
        slots: running.slots.clone(),
        members: members.keys().filter_map(|it| Some((*it, *running.members.get(it)?))).collect(),
        member_cells: cells.keys().filter_map(|it| Some((*it, *running.member_cells.get(it)?))).collect(),
        attachments: running.attachments.clone(),
        ..Running::default()
    };
    check("MEMBERS", maps::MAX_MEMBERS, running.members.len() + members.len() - narrow.members.len()).ok()?;
    check("MEMBER_CELLS", maps::MAX_MEMBER_CELLS, running.member_cells.len() + cells.len() - narrow.member_cells.len())
        .ok()?;
    let staying = members.iter().filter(|(_, set)| **set != 0).map(|(address, set)| (*address, *set)).collect();
    let target = Target {
        interfaces: wanted(running, standing, slots)?,
        members: &staying,
        member_cells: there(&cells),
        attachments: running.attachments.iter().map(|(slot, it)| (*slot, it)).collect(),
    };
    Some(ordered(&narrow, &target, slots.clone(), Nodes { new32, new128 }))
}

fn there(cells: &BTreeMap<MemberCell, Option<Tree>>) -> BTreeMap<MemberCell, Tree> {
    cells.iter().filter_map(|(key, cell)| Some((*key, (*cell)?))).collect()
}

/// Interfaces by slot, as an order wants them; none if one has no slot.
fn wanted(running: &Running, standing: &Standing, slots: &BTreeMap<String, u32>) -> Option<BTreeMap<u32, Interface>> {
    let by_slot = |(name, it): (&String, &Interface)| Some((*slots.get(name)?, in_ticks(*it, running.hertz)));
    standing.interfaces().iter().map(by_slot).collect()
}

const fn both(set: u64) -> Member {
    Member { set: [set; 2] }
}

/// Whether both versions of every slot are what is wanted there, and all else is empty.
fn interfaces_are(running: &Running, standing: &Standing, slots: &BTreeMap<String, u32>) -> bool {
    let Some(wanted) = wanted(running, standing, slots) else { return false };
    let plain = |it: Interface| Interface { generation: 0, ..it };
    let is = |(slot, held): (&u32, &super::Slot)| match wanted.get(slot) {
        Some(wanted) => held.versions[0] == held.versions[1] && plain(held.versions[0]) == *wanted,
        None => held.versions == [Interface::default(); 2],
    };
    running.slots.iter().all(is) && wanted.keys().all(|slot| running.slots.contains_key(slot))
}
