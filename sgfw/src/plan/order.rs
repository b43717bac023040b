//! The order of operations.

use super::op::{Op, Plan, PlanError};
use super::place::{Placed, place};
use super::running::{Attachment, Running, Wanted};
use super::slots::assign;
use crate::compile::{Image, in_ticks};
use sgfw_common::addr::Addr;
use sgfw_common::maps::{self, Interface, Member, MemberCell, Node32, Node128, Tree};
use std::collections::{BTreeMap, BTreeSet};

/// Plans the way from what the kernel holds to an image, on the devices that were found for it.
///
/// # Errors
/// A map too small for both policies at once, or two interfaces on one device. Nothing has to be undone.
pub fn plan(running: &Running, image: &Image, wanted: &Wanted) -> Result<Plan, PlanError> {
    let slots = assign(running, wanted)?;
    let placed = place(running, image)?;
    let target = Target::new(running, image, wanted, &slots, &placed)?;
    target.check_sizes(running)?;
    Ok(ordered(running, &target, slots, Nodes { new32: placed.new32, new128: placed.new128 }))
}

/// Nodes to be written to places that nothing in force leads to.
pub(super) struct Nodes {
    pub(super) new32: Vec<(u32, Node32)>,
    pub(super) new128: Vec<(u32, Node128)>,
}

/// The operations that lead to a target, in their order. What `running` and `target` are both silent about stays.
pub(super) fn ordered(running: &Running, target: &Target<'_>, slots: BTreeMap<String, u32>, nodes: Nodes) -> Plan {
    let mut plan = Plan { slots, generation: running.generation[running.active], ..Plan::default() };
    if target.needs_flip(running) {
        flip(&mut plan, running, target, nodes);
    } else {
        in_place(&mut plan, running, target, nodes);
    }
    plan.changes = plan.ops.len();
    clean(&mut plan, running, target);
    plan
}

/// What the kernel is to hold.
pub(super) struct Target<'a> {
    /// By slot, trees in their places, in ticks, with no generation.
    pub(super) interfaces: BTreeMap<u32, Interface>,
    pub(super) members: &'a BTreeMap<Addr, u64>,
    pub(super) member_cells: BTreeMap<MemberCell, Tree>,
    pub(super) attachments: BTreeMap<u32, &'a Attachment>,
}

impl<'a> Target<'a> {
    fn new(
        running: &Running,
        image: &'a Image,
        wanted: &'a Wanted,
        slots: &BTreeMap<String, u32>,
        placed: &Placed,
    ) -> Result<Self, PlanError> {
        let mut target = Self {
            interfaces: BTreeMap::new(),
            members: &image.members,
            member_cells: image.member_cells.iter().map(|(key, cell)| (*key, placed.tree32(*cell))).collect(),
            attachments: BTreeMap::new(),
        };
        for (name, interface) in &image.interfaces {
            let (Some(slot), Some(attachment)) = (slots.get(name), wanted.interfaces.get(name)) else {
                return Err(PlanError::NoDevice(name.clone()));
            };
            target.interfaces.insert(*slot, in_ticks(placed.interface(*interface), running.hertz));
            target.attachments.insert(*slot, attachment);
        }
        Ok(target)
    }

    fn check_sizes(&self, running: &Running) -> Result<(), PlanError> {
        let members = running.members.keys().chain(self.members.keys()).collect::<BTreeSet<_>>();
        check("MEMBERS", maps::MAX_MEMBERS, members.len())?;
        let cells = running.member_cells.keys().chain(self.member_cells.keys()).collect::<BTreeSet<_>>();
        check("MEMBER_CELLS", maps::MAX_MEMBER_CELLS, cells.len())
    }

    /// Several writes that packets may only see together.
    fn needs_flip(&self, running: &Running) -> bool {
        let in_force = |slot: &u32| running.slots.get(slot).map(|slot| slot.versions[running.active]);
        let without = |interface| Interface { generation: 0, ..interface };
        let mut interfaces = self.interfaces.iter();
        !interfaces.all(|(slot, wanted)| in_force(slot).map(without) == Some(*wanted))
            || self.members_to_change(running, running.active).nth(1).is_some()
    }

    /// Addresses whose set in a version is not the wanted one, with the wanted one.
    fn members_to_change(&self, running: &Running, version: usize) -> impl Iterator<Item = (Addr, u64)> {
        let leaving = running.members.keys().filter(|address| !self.members.contains_key(address));
        let all =
            self.members.iter().map(|(address, set)| (*address, *set)).chain(leaving.map(|address| (*address, 0)));
        all.filter(move |(address, set)| member(running, address).set[version] != *set)
    }

    /// A cell that lies elsewhere now allows the same, because its key names its content.
    fn new_cells(&self, running: &Running) -> Vec<(MemberCell, Tree)> {
        let new = self.member_cells.iter().filter(|(key, cell)| running.member_cells.get(key) != Some(cell));
        new.map(|(key, cell)| (*key, *cell)).collect()
    }

    fn detach(&self, running: &Running) -> Vec<Op> {
        let leaves = |slot: &u32, now: &Attachment| self.attachments.get(slot).is_none_or(|to| !to.same_device(now));
        let leaving = running.attachments.iter().filter(|(slot, now)| leaves(slot, now));
        leaving.map(|(slot, now)| Op::Detach { slot: *slot, attachment: now.clone() }).collect()
    }

    fn attach(&self, running: &Running) -> Vec<Op> {
        let mut ops = Vec::new();
        let unused = |slot: &u32| !running.attachments.contains_key(slot);
        let slots: Vec<u32> = self.attachments.keys().copied().filter(unused).collect();
        if !slots.is_empty() {
            ops.push(Op::ForgetFlows { slots });
        }
        for (&slot, &to) in &self.attachments {
            match running.attachments.get(&slot) {
                // A device that was only renamed stays attached.
                Some(now) if now.same_device(to) && now.taken == to.taken => {}
                Some(now) if now.same_device(to) => ops.push(Op::Replace { slot, from: now.clone(), to: to.clone() }),
                _ => ops.push(Op::Attach { slot, attachment: to.clone() }),
            }
        }
        ops
    }
}

/// The whole way: beside the version in force, then that one word.
fn flip(plan: &mut Plan, running: &Running, target: &Target<'_>, nodes: Nodes) {
    let version = running.inactive();
    let generation = running.generation[0].max(running.generation[1]) + 1;
    if is_dirty(running) {
        plan.ops.push(Op::Wait);
    }
    write_parts(plan, running, target, nodes);
    let half = |(address, set): (Addr, u64)| {
        let mut member = member(running, &address);
        member.set[version] = set;
        (address, member)
    };
    let members: Vec<_> = target.members_to_change(running, version).map(half).collect();
    push_unless(members.is_empty(), plan, || Op::WriteMembers(members));
    // Flows remember 32 bits of it, for people to read.
    let number = u32::try_from(generation & u64::from(u32::MAX)).unwrap_or(u32::MAX);
    let interfaces = target.interfaces.iter().map(|(slot, it)| (*slot, Interface { generation: number, ..*it }));
    let interfaces: Vec<_> = interfaces.collect();
    push_unless(interfaces.is_empty(), plan, || Op::WriteInterfaces { version, interfaces });
    plan.ops.push(Op::SetGeneration { version, generation });
    // Before the flip: a device that leaves meets with its old policy or with none, not with a stranger's.
    plan.ops.extend(target.detach(running));
    plan.ops.push(Op::Flip { version });
    plan.ops.push(Op::Wait);
    plan.ops.extend(target.attach(running));
    plan.generation = generation;
}

/// One member at most, and devices: every write is seen whole.
fn in_place(plan: &mut Plan, running: &Running, target: &Target<'_>, nodes: Nodes) {
    write_parts(plan, running, target, nodes);
    plan.ops.extend(target.detach(running));
    let changes: Vec<_> = target.members_to_change(running, running.active).collect();
    for (address, set) in changes {
        plan.ops.push(match set {
            0 => Op::DeleteMembers(vec![address]),
            set => Op::WriteMembers(vec![(address, Member { set: [set; 2] })]),
        });
    }
    plan.ops.extend(target.attach(running));
    if is_dirty(running) && !plan.ops.is_empty() {
        plan.ops.insert(0, Op::Wait);
    }
}

fn write_parts(plan: &mut Plan, running: &Running, target: &Target<'_>, nodes: Nodes) {
    push_unless(nodes.new32.is_empty(), plan, || Op::WriteNodes32(nodes.new32));
    push_unless(nodes.new128.is_empty(), plan, || Op::WriteNodes128(nodes.new128));
    let cells = target.new_cells(running);
    push_unless(cells.is_empty(), plan, || Op::WriteMemberCells(cells));
}

/// Makes both versions equal and deletes what is unused, from where the other operations end.
fn clean(plan: &mut Plan, running: &Running, target: &Target<'_>) {
    let mut then = running.clone();
    plan.ops.iter().for_each(|op| then.apply(op));
    let ops = cleaning(&then, target);
    let waited = plan.ops.iter().any(|op| matches!(op, Op::Flip { .. }));
    if !ops.is_empty() && !waited {
        plan.ops.push(Op::Wait);
    }
    plan.ops.extend(ops);
}

fn cleaning(running: &Running, target: &Target<'_>) -> Vec<Op> {
    let (active, version) = (running.active, running.inactive());
    let mut plan = Plan::default();
    let differs = |slot: &u32| running.slots.get(slot).filter(|slot| slot.versions[0] != slot.versions[1]);
    let differing = target.interfaces.keys().filter_map(|slot| Some((*slot, differs(slot)?.versions[active])));
    let interfaces: Vec<_> = differing.collect();
    push_unless(interfaces.is_empty(), &mut plan, || Op::WriteInterfaces { version, interfaces });
    let generation = running.generation[active];
    push_unless(running.generation[version] == generation, &mut plan, || Op::SetGeneration { version, generation });
    let (leaving, staying): (Vec<_>, Vec<_>) = running.members.iter().partition(|(_, member)| member.set[active] == 0);
    let staying = staying.into_iter().filter(|(_, member)| member.set[0] != member.set[1]);
    let equal = |(address, member): (&Addr, &Member)| (*address, Member { set: [member.set[active]; 2] });
    let members: Vec<_> = staying.map(equal).collect();
    push_unless(members.is_empty(), &mut plan, || Op::WriteMembers(members));
    let cells: Vec<_> = unwanted(&running.member_cells, &target.member_cells);
    push_unless(cells.is_empty(), &mut plan, || Op::DeleteMemberCells(cells));
    let leaving: Vec<_> = leaving.into_iter().map(|(address, _)| *address).collect();
    push_unless(leaving.is_empty(), &mut plan, || Op::DeleteMembers(leaving));
    let unused = |slot: &u32| running.slots[slot].versions != [Interface::default(); 2];
    let slots: Vec<_> = unwanted(&running.slots, &target.interfaces).into_iter().filter(unused).collect();
    push_unless(slots.is_empty(), &mut plan, || Op::ClearInterfaces(slots));
    plan.ops
}

fn unwanted<K: Ord + Copy, A, B>(there: &BTreeMap<K, A>, wanted: &BTreeMap<K, B>) -> Vec<K> {
    there.keys().copied().filter(|key| !wanted.contains_key(key)).collect()
}

/// Whether a killed apply left the versions different: packets may still be on their way through either.
pub(super) fn is_dirty(running: &Running) -> bool {
    running.slots.values().any(|slot| slot.versions[0] != slot.versions[1])
        || running.members.values().any(|member| member.set[0] != member.set[1])
}

fn member(running: &Running, address: &Addr) -> Member {
    running.members.get(address).copied().unwrap_or_default()
}

fn push_unless(empty: bool, plan: &mut Plan, op: impl FnOnce() -> Op) {
    if !empty {
        plan.ops.push(op());
    }
}

pub(super) fn check(map: &'static str, limit: u32, asked: usize) -> Result<(), PlanError> {
    let (limit, asked) = (u64::from(limit), asked as u64);
    if asked > limit { Err(PlanError::Full { map, limit, asked }) } else { Ok(()) }
}
