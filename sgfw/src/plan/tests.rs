//! Every order of writes, every place to be killed at: what packets meet with is the old or the new policy.

use super::*;
use crate::compile::testing::{ADDRESSES, PROBES, Random, frame, policy};
use crate::compile::{FlowEntry, Flows, HostTables, Image, compile};
use crate::model::Snapshot;
use sgfw_common::addr::Addr;
use sgfw_common::frame::Slice;
use sgfw_common::maps::{self, Flow, FlowKey, Interface, Member, MemberCell, Node32, Node128, Tree};
use sgfw_common::packet::Packet;
use sgfw_common::range::Nodes;
use sgfw_common::reason::Verdict;
use sgfw_common::tables::{Refused, Table, Tables};
use sgfw_common::verdict::{Hook, judge};
use std::collections::BTreeMap;
use std::convert::Infallible;

/// The maps as a packet sees them that read `version` from ACTIVE.
struct Seen<'a> {
    kernel: &'a Running,
    version: usize,
    flows: Flows,
}

impl Nodes for Seen<'_> {
    fn node32(&self, index: u32) -> Option<&Node32> {
        self.kernel.node32(index)
    }
    fn node128(&self, index: u32) -> Option<&Node128> {
        self.kernel.node128(index)
    }
}

impl Tables for Seen<'_> {
    type Entry = FlowEntry;
    fn now(&self) -> u64 {
        0
    }
    fn adopt_until(&self, _: u32) -> u64 {
        0
    }
    fn member(&self, address: &Addr) -> u64 {
        self.kernel.members.get(address).map_or(0, |member| member.set[self.version])
    }
    fn member_cell(&self, key: &MemberCell) -> Tree {
        self.kernel.member_cells.get(key).copied().unwrap_or_default()
    }
    fn flow(&self, table: Table, key: &FlowKey) -> Option<FlowEntry> {
        self.flows.get(table, key)
    }
    fn insert_new(&self, table: Table, key: &FlowKey, flow: &Flow) -> Result<(), Refused> {
        self.flows.insert_new(table, key, flow)
    }
    fn remove(&self, table: Table, key: &FlowKey) {
        self.flows.remove(table, key);
    }
}

/// Verdicts of all probes on each device that is attached.
pub(super) type View = BTreeMap<u32, Vec<Verdict>>;

pub(super) fn probes() -> Vec<(Hook, Vec<u8>)> {
    let mut frames = Vec::new();
    for (remote, (protocol, port)) in ADDRESSES.iter().flat_map(|remote| PROBES.map(|probe| (remote, probe))) {
        let remote: std::net::IpAddr = remote.parse().unwrap();
        let own = if remote.is_ipv4() { "10.0.0.1" } else { "fd00::1" }.parse().unwrap();
        frames.push((Hook::Received, frame(protocol, remote, own, port)));
        frames.push((Hook::Sent, frame(protocol, own, remote, port)));
    }
    frames
}

fn seen(kernel: &Running, version: usize, probes: &[(Hook, Vec<u8>)]) -> View {
    let verdicts = |slot: u32| {
        let interface = kernel.slots.get(&slot).map(|slot| slot.versions[version]).unwrap_or_default();
        let verdict = |(hook, bytes): &(Hook, Vec<u8>)| {
            let tables = Seen { kernel, version, flows: Flows::default() };
            judge(&Slice(bytes), &tables, &interface, slot, *hook, &mut Packet::UNKNOWN.clone()).verdict()
        };
        probes.iter().map(verdict).collect()
    };
    kernel.attachments.iter().map(|(slot, attachment)| (attachment.ifindex, verdicts(*slot))).collect()
}

pub(super) fn meant(image: &Image, wanted: &Wanted, probes: &[(Hook, Vec<u8>)]) -> View {
    let verdicts = |name: &str| {
        let verdict = |(hook, bytes): &(Hook, Vec<u8>)| {
            let tables = HostTables::new(image, 100);
            tables.judge(bytes, &tables.interface(name).unwrap(), 1, *hook).verdict()
        };
        probes.iter().map(verdict).collect()
    };
    wanted.interfaces.iter().map(|(name, attachment)| (attachment.ifindex, verdicts(name))).collect()
}

/// A kernel with everything ever written to it, and the names that finished applies left.
#[derive(Clone)]
pub(super) struct Kernel {
    pub(super) running: Running,
    names: BTreeMap<u32, String>,
}

impl Kernel {
    pub(super) fn new() -> Self {
        Self { running: Running { hertz: 100, ..Running::default() }, names: BTreeMap::new() }
    }

    /// What the next process reads back: reachable nodes only, and names that were saved.
    pub(super) fn read(&self) -> Running {
        let (all, mut read) = (&self.running, self.running.clone());
        let reached = reachable::<Infallible>(
            all.slots.values().flat_map(|slot| &slot.versions),
            all.member_cells.values(),
            |place| Ok(all.nodes32.get(&place).copied()),
            |place| Ok(all.nodes128.get(&place).copied()),
        );
        let Ok(Reached { nodes32, nodes128 }) = reached;
        (read.nodes32, read.nodes128) = (nodes32, nodes128);
        for (slot, name) in &self.names {
            read.slots.entry(*slot).or_default().name = Some(name.clone());
        }
        read
    }

    pub(super) fn apply(&mut self, image: &Image, wanted: &Wanted) -> Plan {
        let plan = plan(&self.read(), image, wanted).unwrap();
        plan.ops.iter().for_each(|op| self.running.apply(op));
        self.names = plan.slots.iter().map(|(name, slot)| (*slot, name.clone())).collect();
        plan
    }
}

pub(super) fn wanted(snapshot: &Snapshot) -> Wanted {
    let device = |(index, name): (u32, &String)| (name.clone(), attachment(name, index));
    Wanted { interfaces: (1..).zip(snapshot.interfaces.keys()).map(device).collect() }
}

fn attachment(device: &str, ifindex: u32) -> Attachment {
    Attachment { device: device.into(), ifindex, netns: None, taken: Taken::Tcx }
}

/// Policy, image and devices, as an apply of this text takes them.
fn apply(kernel: &mut Kernel, text: &str) -> Plan {
    let snapshot = policy(text);
    kernel.apply(&compile(&snapshot).unwrap(), &wanted(&snapshot))
}

/// The writes of an operation one by one, in a random order.
fn singles(op: &Op, random: &mut Random) -> Vec<Op> {
    fn each<T: Clone>(of: &[T], make: impl Fn(Vec<T>) -> Op) -> Vec<Op> {
        of.iter().map(|one| make(vec![one.clone()])).collect()
    }
    let mut singles = match op {
        Op::WriteNodes32(of) => each(of, Op::WriteNodes32),
        Op::WriteNodes128(of) => each(of, Op::WriteNodes128),
        Op::WriteMemberCells(of) => each(of, Op::WriteMemberCells),
        Op::WriteMembers(of) => each(of, Op::WriteMembers),
        Op::WriteInterfaces { version, interfaces } => {
            each(interfaces, |interfaces| Op::WriteInterfaces { version: *version, interfaces })
        }
        Op::DeleteMemberCells(of) => each(of, Op::DeleteMemberCells),
        Op::DeleteMembers(of) => each(of, Op::DeleteMembers),
        Op::ClearInterfaces(of) => each(of, Op::ClearInterfaces),
        other => vec![other.clone()],
    };
    let turn = random.below(singles.len());
    singles.rotate_left(turn);
    singles
}

/// Executes a plan write by write up to a cut, and looks at every device after each.
pub(super) fn execute(
    kernel: &mut Kernel,
    plan: &Plan,
    new: &View,
    cut: usize,
    random: &mut Random,
    probes: &[(Hook, Vec<u8>)],
) {
    let old = seen(&kernel.running, kernel.running.active, probes);
    let both: Vec<&u32> = old.keys().filter(|device| new.contains_key(device)).collect();
    let same = |view: &View, with: &View| both.iter().all(|device| view[device] == with[device]);
    let mut on_its_way = None;
    for op in plan.ops.iter().flat_map(|op| singles(op, random)).take(cut).collect::<Vec<_>>() {
        match op {
            Op::Flip { .. } => on_its_way = Some(kernel.running.active),
            Op::Wait => on_its_way = None,
            _ => {}
        }
        kernel.running.apply(&op);
        let now = seen(&kernel.running, kernel.running.active, probes);
        for device in old.keys().chain(new.keys()).chain(now.keys()) {
            let is = now.get(device);
            assert!(is == old.get(device) || is == new.get(device), "a mixture on {device} after {op:?}");
        }
        assert!(same(&now, &old) || same(&now, new), "devices of two policies after {op:?}");
        if let Some(version) = on_its_way {
            let late = seen(&kernel.running, version, probes);
            assert!(same(&late, &old), "a packet on its way sees a mixture after {op:?}");
        }
    }
}

/// Another policy, or the one before with other members only.
fn random_step(random: &mut Random, last: &mut Snapshot) -> (Image, Wanted) {
    let next = random.policy();
    if random.below(3) == 0 && !last.interfaces.is_empty() {
        last.members = next.members;
        return (compile(last).unwrap(), wanted(last));
    }
    let mut wanted = wanted(&next);
    let turn = u32::try_from(random.below(6)).unwrap().saturating_sub(2);
    for attachment in wanted.interfaces.values_mut() {
        attachment.ifindex = 1 + (attachment.ifindex + turn) % 4;
        attachment.taken = [Taken::Tcx, Taken::Tcx, Taken::Xdp][random.below(3)];
    }
    *last = next;
    (compile(last).unwrap(), wanted)
}

#[test]
fn killed_between_any_two_writes_packets_meet_the_old_or_the_new_policy() {
    let (mut random, probes) = (Random(7), probes());
    for _ in 0..12 {
        let (mut kernel, mut last) = (Kernel::new(), Snapshot::default());
        for _ in 0..16 {
            let (image, wanted) = random_step(&mut random, &mut last);
            let new = meant(&image, &wanted, &probes);
            let plan = plan(&kernel.read(), &image, &wanted).unwrap();
            let cut = if random.below(3) == 0 { usize::MAX } else { random.below(60) };
            execute(&mut kernel, &plan, &new, cut, &mut random, &probes);
            if cut == usize::MAX || random.below(2) == 0 {
                let again = super::plan(&kernel.read(), &image, &wanted).unwrap();
                execute(&mut kernel, &again, &new, usize::MAX, &mut random, &probes);
                kernel.names = again.slots.iter().map(|(name, slot)| (*slot, name.clone())).collect();
                assert_eq!(seen(&kernel.running, kernel.running.active, &probes), new);
                let rest = super::plan(&kernel.read(), &image, &wanted).unwrap();
                assert!(rest.is_empty(), "{:?}", rest.ops.iter().map(Op::to_string).collect::<Vec<_>>());
            }
        }
    }
}

const WEB: &str = "group web\n ingress tcp 443 0.0.0.0/0\n ingress tcp 22 10.0.0.0/8\n ingress tcp 5432 group:app
    egress all 0.0.0.0/0\n group app\n group other\n interface eth0 web 10.0.0.1\n member one app 10.5.0.1\n";

#[test]
fn the_first_apply_has_the_policy_in_place_before_it_attaches() {
    let mut kernel = Kernel::new();
    let plan = apply(&mut kernel, WEB);
    let position = |wanted: fn(&Op) -> bool| plan.ops.iter().position(wanted).unwrap();
    let flip = position(|op| matches!(op, Op::Flip { version: 1 }));
    let attach = position(|op| matches!(op, Op::Attach { slot: 1, .. }));
    assert!(flip < attach && plan.ops[flip + 1] == Op::Wait);
    assert!(position(|op| matches!(op, Op::ForgetFlows { .. })) < attach);
    assert_eq!((plan.generation, plan.changes_policy()), (1, true));
    assert_eq!(kernel.running.generation, [1, 1]);
    assert_eq!(kernel.running.slots[&1].versions[0], kernel.running.slots[&1].versions[1]);
    assert_eq!(kernel.running.slots[&1].versions[0].timeouts[0], 43_200_000);
}

#[test]
fn the_same_policy_in_another_order_is_no_operation() {
    let mut kernel = Kernel::new();
    apply(&mut kernel, WEB);
    assert_eq!(apply(&mut kernel, WEB).ops, []);
    let other = "group other\n group app\n member one app 10.5.0.1\n group web\n egress all 0.0.0.0/0
        ingress tcp 5432 group:app\n ingress tcp 22 10.0.0.0/8\n ingress tcp 22 10.0.0.0/8\n ingress tcp 443 0.0.0.0/0
        interface eth0 web 10.0.0.1";
    assert_eq!(apply(&mut kernel, other).ops, []);
}

#[test]
fn a_member_added_to_a_group_is_one_map_entry() {
    let mut kernel = Kernel::new();
    apply(&mut kernel, WEB);
    let plan = apply(&mut kernel, &format!("{WEB} member two app 10.5.0.2"));
    let [Op::WriteMembers(members)] = &plan.ops[..] else { panic!("{:?}", plan.ops) };
    assert_eq!(members.len(), 1);
    assert_eq!(members[0].0, Addr::v4([10, 5, 0, 2]));
    assert_eq!(members[0].1.set[0], members[0].1.set[1]);
    let plan = apply(&mut kernel, WEB);
    assert_eq!(plan.ops, [Op::DeleteMembers(vec![Addr::v4([10, 5, 0, 2])])]);
}

#[test]
fn a_new_combination_of_groups_gets_its_cell_before_its_member() {
    let mut kernel = Kernel::new();
    apply(&mut kernel, WEB);
    let plan = apply(&mut kernel, &format!("{WEB} member two app,other 10.5.0.2"));
    let [Op::WriteMemberCells(cells), Op::WriteMembers(members)] = &plan.ops[..] else { panic!("{:?}", plan.ops) };
    assert_eq!((cells.len(), members.len()), (1, 1));
    let plan = apply(&mut kernel, WEB);
    assert!(matches!(&plan.ops[..], [Op::DeleteMembers(_), Op::Wait, Op::DeleteMemberCells(_)]), "{:?}", plan.ops);
    assert_eq!(plan.changes, 1);
}

#[test]
fn two_members_at_once_are_seen_together() {
    let mut kernel = Kernel::new();
    apply(&mut kernel, WEB);
    let plan = apply(&mut kernel, &format!("{WEB} member two app 10.5.0.2 10.5.0.3"));
    assert!(plan.ops.iter().any(|op| matches!(op, Op::Flip { .. })));
}

#[test]
fn what_a_killed_apply_left_is_cleaned_without_a_change_of_policy() {
    let mut kernel = Kernel::new();
    apply(&mut kernel, WEB);
    let other =
        policy("group x\n ingress udp 53 fd00::/16\n ingress tcp 1 group:x\n interface eth0 x 10.0.0.1 10.0.0.2");
    let plan = plan(&kernel.read(), &compile(&other).unwrap(), &wanted(&other)).unwrap();
    let flip = plan.ops.iter().position(|op| matches!(op, Op::Flip { .. })).unwrap();
    plan.ops[..flip].iter().for_each(|op| kernel.running.apply(op));
    let plan = apply(&mut kernel, WEB);
    assert!(!plan.changes_policy() && !plan.is_empty());
    assert_eq!(plan.ops[0], Op::Wait);
    assert_eq!(apply(&mut kernel, WEB).ops, []);
    let none = [Interface::default(); 2];
    assert!(kernel.running.slots.values().all(|slot| slot.versions != none && slot.versions[0] == slot.versions[1]));
}

#[test]
fn interfaces_that_exchange_their_names_stay_attached() {
    let mut kernel = Kernel::new();
    let text = "group a\n ingress tcp 1 10.0.0.0/8\n group b\n interface one a 10.0.0.1\n interface two b 10.0.0.1";
    apply(&mut kernel, text);
    let snapshot = policy(text);
    let swapped =
        Wanted { interfaces: [("one".into(), attachment("two", 2)), ("two".into(), attachment("one", 1))].into() };
    let plan = kernel.apply(&compile(&snapshot).unwrap(), &swapped);
    let touches = |op: &Op| matches!(op, Op::Attach { .. } | Op::Detach { .. } | Op::ForgetFlows { .. });
    assert!(!plan.ops.iter().any(touches) && plan.ops.iter().any(|op| matches!(op, Op::Flip { .. })));
    assert_eq!(plan.slots, BTreeMap::from([("one".into(), 2), ("two".into(), 1)]));
}

#[test]
fn a_slot_goes_with_the_name_when_the_device_is_made_anew_and_the_lowest_is_taken_else() {
    let mut kernel = Kernel::new();
    let text = "group a\n interface one a 10.0.0.1\n interface two a 10.0.0.2\n interface zoe a 10.0.0.3";
    apply(&mut kernel, text);
    let snapshot = policy("group a\n interface new a 10.0.0.9\n interface zoe a 10.0.0.3");
    let image = compile(&snapshot).unwrap();
    let anew = Wanted { interfaces: [("new".into(), attachment("n", 9)), ("zoe".into(), attachment("z", 7))].into() };
    let plan = kernel.apply(&image, &anew);
    assert_eq!(plan.slots, BTreeMap::from([("new".into(), 4), ("zoe".into(), 3)]));
    let flip = plan.ops.iter().position(|op| matches!(op, Op::Flip { .. })).unwrap();
    let last = plan.ops.iter().rposition(|op| matches!(op, Op::Detach { .. })).unwrap();
    assert!(last < flip, "no device meets with a policy that was never its own");
    assert_eq!(kernel.running.slots.keys().copied().collect::<Vec<_>>(), [3, 4]);
    let snapshot = policy("group a\n interface again a 10.0.0.8\n interface new a 10.0.0.9\n interface zoe a 10.0.0.3");
    let mut more = anew.clone();
    more.interfaces.insert("again".into(), attachment("a", 5));
    assert_eq!(kernel.apply(&compile(&snapshot).unwrap(), &more).slots["again"], 1);
}

#[test]
fn another_hook_on_the_same_device_is_replaced_in_place() {
    let mut kernel = Kernel::new();
    apply(&mut kernel, WEB);
    let mut other = wanted(&policy(WEB));
    other.interfaces.values_mut().for_each(|attachment| attachment.taken = Taken::Xdp);
    let plan = kernel.apply(&compile(&policy(WEB)).unwrap(), &other);
    assert!(matches!(&plan.ops[..], [Op::Replace { slot: 1, .. }]), "{:?}", plan.ops);
}

#[test]
fn plans_are_the_same_every_time() {
    for seed in 1..20 {
        let of = || {
            let (mut random, mut kernel, mut last) = (Random(seed), Kernel::new(), Snapshot::default());
            let (image, wanted) = random_step(&mut random, &mut last);
            kernel.apply(&image, &wanted);
            let (image, wanted) = random_step(&mut random, &mut last);
            kernel.apply(&image, &wanted)
        };
        assert!(of() == of());
    }
}

#[test]
fn what_does_not_fit_beside_the_running_policy_is_refused_with_the_map_and_the_limit() {
    let snapshot = policy(WEB);
    let (image, wanted) = (compile(&snapshot).unwrap(), wanted(&snapshot));
    let address = |i: u32| Addr::v4(i.to_be_bytes());
    let members = (0..maps::MAX_MEMBERS).map(|i| (address(i), Member { set: [1; 2] })).collect();
    let error = plan(&Running { members, ..Running::default() }, &image, &wanted).unwrap_err();
    assert_eq!(
        error.to_string(),
        "map MEMBERS holds 262144 entries, the running policy and this one together need 262146"
    );
    let node = |i: u32| Node32 { ends: [u32::MAX; 16], next: [i; 16] };
    let running = Running {
        nodes32: (0..maps::MAX_NODES32).map(|i| (i, node(i + 2))).collect(),
        member_cells: (0..maps::MAX_NODES32)
            .map(|i| (MemberCell { peers: 1, set: i.into() }, Tree::new(1, i)))
            .collect(),
        ..Running::default()
    };
    let error = plan(&running, &image, &wanted).unwrap_err();
    assert!(error.to_string().starts_with("map NODES32 holds 131072 entries, the running policy"), "{error}");
    let twice = Wanted { interfaces: ["eth0", "eth1"].map(|name| (name.into(), attachment("e", 3))).into() };
    let error = plan(&Running::default(), &image, &twice).unwrap_err();
    assert!(error.to_string().contains("both the device e"), "{error}");
}

/// 100 000 prefixes, planned onto an empty kernel and then changed by one rule.
#[test]
fn a_hundred_thousand_prefixes_are_planned_at_once() {
    let mut text = String::from("group a\n");
    for i in 0..100_000_u32 {
        let address = std::net::Ipv4Addr::from_bits(0x0a00_0000 + i * 3);
        text += &format!("ingress tcp {} {address}/32\n", 1 + i % 7);
    }
    let mut kernel = Kernel::new();
    let mut step = |text: &str| {
        let snapshot = policy(text);
        let image = compile(&snapshot).unwrap();
        let read = kernel.read();
        let started = std::time::Instant::now();
        let plan = plan(&read, &image, &wanted(&snapshot)).unwrap();
        println!("planned in {:?}", started.elapsed());
        plan.ops.iter().for_each(|op| kernel.running.apply(op));
        plan
    };
    let all = step(&format!("{text} interface i a 10.0.0.1"));
    let none = step(&format!("{text} interface i a 10.0.0.1"));
    let one = step(&format!("{text} ingress tcp 1 11.0.0.0/8\n interface i a 10.0.0.1"));
    let nodes = |plan: &Plan| plan.ops.iter().map(|op| if let Op::WriteNodes32(of) = op { of.len() } else { 0 }).sum();
    let (all, one): (usize, usize) = (nodes(&all), nodes(&one));
    assert!(none.is_empty() && one < 10 && all > 10_000, "{all} and {one} nodes");
}
