//! Small changes in their own way: whatever the whole way makes of the same policy, they have made already.

use super::tests::{Kernel, execute, meant, probes, wanted};
use super::*;
use crate::compile::compile;
use crate::compile::testing::{ADDRESSES, PEERS, Random, TRAFFIC, rule};
use crate::model::{Group, Member, Patch, PrefixListEntry, Snapshot};
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

const GROUPS: [&str; 5] = ["a", "b", "c", "d", "nobody"];
const OWN: [&str; 4] = ["10.0.0.1", "fd00::1", "10.1.2.3", "10.0.0.2"];

/// Names of which two policies do not say the same.
fn between(old: &Snapshot, new: &Snapshot) -> Patch {
    fn of<T: Clone + PartialEq>(old: &BTreeMap<String, T>, new: &BTreeMap<String, T>) -> BTreeMap<String, Option<T>> {
        let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
        let changed = names.into_iter().filter(|name| old.get(*name) != new.get(*name));
        changed.map(|name| (name.clone(), new.get(name).cloned())).collect()
    }
    Patch {
        groups: of(&old.groups, &new.groups),
        prefix_lists: of(&old.prefix_lists, &new.prefix_lists),
        interfaces: of(&old.interfaces, &new.interfaces),
        members: of(&old.members, &new.members),
    }
}

fn groups(random: &mut Random) -> BTreeSet<String> {
    (0..=random.below(3)).map(|_| random.pick(&GROUPS[..4]).to_owned()).collect()
}

fn addresses(random: &mut Random, of: &[&str]) -> BTreeSet<IpAddr> {
    (0..=random.below(3)).map(|_| of[random.below(of.len())].parse().unwrap()).collect()
}

/// One change of a policy whose interfaces stay on their devices.
fn change(random: &mut Random, policy: &mut Snapshot) {
    match random.below(10) {
        0..4 => change_rules(random, policy),
        4 => change_list(random, policy),
        5 => {
            let names: Vec<String> = policy.interfaces.keys().cloned().collect();
            let interface = policy.interfaces.get_mut(&names[random.below(names.len())]).unwrap();
            match random.below(3) {
                0 => interface.groups = groups(random),
                1 => interface.addresses = addresses(random, &OWN),
                _ => interface.timeouts.udp = 30 + u32::try_from(random.below(30)).unwrap(),
            }
        }
        _ => change_member(random, policy),
    }
}

fn change_member(random: &mut Random, policy: &mut Snapshot) {
    let name = format!("m{}", random.below(12));
    let all: Vec<&str> = ADDRESSES.into_iter().chain(OWN).collect();
    let member = Member { name: name.clone(), addresses: addresses(random, &all), groups: groups(random) };
    match random.below(3) {
        0 => drop(policy.members.remove(&name)),
        _ => drop(policy.members.insert(name, member)),
    }
}

fn change_rules(random: &mut Random, policy: &mut Snapshot) {
    let name = random.pick(&GROUPS).to_owned();
    if random.below(8) == 0 && policy.groups.remove(&name).is_some() {
        return;
    }
    let new = || Group { egress: Vec::new(), ..Group::new(name.clone()) };
    let mut group = policy.groups.remove(&name).unwrap_or_else(new);
    let rules = if random.below(2) == 0 { &mut group.ingress } else { &mut group.egress };
    if random.below(3) == 0 && !rules.is_empty() {
        let index = random.below(rules.len());
        drop(rules.remove(index));
    } else {
        let text = format!("{} {}", random.pick(&TRAFFIC), random.pick(&PEERS));
        rules.push(rule(&text.split(' ').collect::<Vec<_>>()));
    }
    policy.groups.insert(name, group.canonical());
}

fn change_list(random: &mut Random, policy: &mut Snapshot) {
    let list = policy.prefix_lists.get_mut(*["x", "y"].get(random.below(2)).unwrap()).unwrap();
    if random.below(2) == 0 && !list.entries.is_empty() {
        let index = random.below(list.entries.len());
        drop(list.entries.remove(index));
    } else {
        let entry = PrefixListEntry { block: PEERS[random.below(7)].parse().unwrap(), description: None };
        list.entries.push(entry);
        list.entries.sort();
        list.entries.dedup();
    }
}

/// Changes a policy again and again, and looks at what became of each.
fn follow(random: &mut Random, steps: usize, look: impl FnMut(&mut Kernel, &Snapshot, &Plan, &mut Random)) {
    let policy = random.policy();
    follow_from(policy, random, steps, change, look);
}

fn follow_from(
    mut policy: Snapshot,
    random: &mut Random,
    steps: usize,
    change: impl Fn(&mut Random, &mut Snapshot),
    mut look: impl FnMut(&mut Kernel, &Snapshot, &Plan, &mut Random),
) {
    let mut kernel = Kernel::new();
    let devices = wanted(&policy);
    let first = kernel.apply(&compile(&policy).unwrap(), &devices);
    let mut standing = stands(&kernel.read(), &policy, &first.slots).unwrap();
    for _ in 0..steps {
        let mut new = policy.clone();
        (0..=random.below(3)).for_each(|_| change(random, &mut new));
        let patch = between(&policy, &new);
        let (next, delta) = standing.after(&policy, &patch).unwrap();
        let plan = step(&kernel.running, &next, &first.slots, delta).unwrap();
        (policy, standing) = (new, next);
        look(&mut kernel, &policy, &plan, random);
        let anew = stands(&kernel.read(), &policy, &first.slots);
        let parts = |it: &crate::compile::Standing| (it.interfaces().clone(), it.members().clone(), it.cells().clone());
        assert_eq!(anew.as_ref().map(parts), Some(parts(&standing)));
        let image = compile(&policy).unwrap();
        let rest = super::plan(&kernel.read(), &image, &devices).unwrap();
        assert!(rest.is_empty(), "{:#?}", rest.ops.iter().map(Op::to_string).collect::<Vec<_>>());
        assert_eq!(image.members, *standing.members());
    }
}

#[test]
fn after_a_step_the_whole_way_has_nothing_left_to_do() {
    let (mut kinds, mut flips) = (BTreeSet::new(), 0);
    for seed in 1..150 {
        follow(&mut Random(seed), 24, |kernel, _, plan, _| {
            plan.ops.iter().for_each(|op| kernel.running.apply(op));
            kinds.extend(plan.ops.iter().map(|op| format!("{op:?}").split(['(', ' ']).next().unwrap().to_owned()));
            flips += usize::from(plan.ops.iter().any(|op| matches!(op, Op::Flip { .. })));
        });
    }
    let all = ["WriteNodes32", "WriteNodes128", "WriteMemberCells", "WriteMembers", "WriteInterfaces", "SetGeneration"];
    let rest = ["Flip", "Wait", "DeleteMemberCells", "DeleteMembers"];
    assert_eq!(kinds, all.into_iter().chain(rest).map(String::from).collect());
    assert!(flips > 1_000, "{flips}");
}

/// Hundreds of blocks of both families, and ports that make trees of several levels of them.
fn large(random: &mut Random) -> Snapshot {
    let mut text =
        String::from("list x 10.0.0.0/8\nlist y 10.3.0.0/16\ninterface e a,b 10.0.0.1\ninterface f b,c fd00::1\n");
    for group in ["a", "b", "c"] {
        text += &format!("group {group}\n");
        (0..200).for_each(|_| text += &large_rule(random));
    }
    crate::compile::testing::policy(&text)
}

fn large_rule(random: &mut Random) -> String {
    let (a, b, port) = (random.below(4), random.below(256), random.below(300) * 2);
    let block = match random.below(4) {
        0 => format!("10.{a}.{b}.0/24"),
        1 => format!("fd00:{a}:{b:x}::/48"),
        2 => format!("10.{a}.0.0/16"),
        _ => "group:a".into(),
    };
    format!("{} tcp {port}-{port} {block}\n", random.pick(&["ingress", "egress"]))
}

#[test]
fn trees_of_several_levels_are_followed_and_their_places_used_again() {
    let change = |random: &mut Random, policy: &mut Snapshot| {
        let name = random.pick(&["a", "b", "c"]);
        let group = policy.groups.get_mut(name).unwrap();
        let rules = if random.below(2) == 0 { &mut group.ingress } else { &mut group.egress };
        let place = random.below(rules.len());
        drop(rules.remove(place));
        let text = large_rule(random);
        rules.push(rule(&text.split_whitespace().skip(1).collect::<Vec<_>>()));
        *group = group.clone().canonical();
        match random.below(2) {
            0 => change_list(random, policy),
            _ => change_member(random, policy),
        }
    };
    for seed in 1..5 {
        let random = &mut Random(seed * 77);
        let (policy, mut highest) = (large(random), Vec::new());
        follow_from(policy, random, 40, change, |kernel, _, plan, _| {
            plan.ops.iter().for_each(|op| kernel.running.apply(op));
            highest.push(kernel.running.nodes32.keys().next_back().copied().unwrap());
        });
        assert!(*highest.last().unwrap() < highest[0] * 2 + 64, "places are not used again: {highest:?}");
    }
}

#[test]
fn killed_between_any_two_writes_of_a_step_packets_meet_the_old_or_the_new_policy() {
    let probes = probes();
    for seed in 1..8 {
        follow(&mut Random(seed * 31), 12, |kernel, policy, plan, random| {
            let (image, wanted) = (compile(policy).unwrap(), wanted(policy));
            let new = meant(&image, &wanted, &probes);
            let mut killed = kernel.clone();
            let cut = random.below(60);
            execute(&mut killed, plan, &new, cut, random, &probes);
            let again = super::plan(&killed.read(), &image, &wanted).unwrap();
            execute(&mut killed, &again, &new, usize::MAX, random, &probes);
            execute(kernel, plan, &new, usize::MAX, random, &probes);
        });
    }
}

#[test]
fn a_member_more_is_one_write_and_one_less_another() {
    let mut random = Random(3);
    let (mut kernel, mut policy) = (Kernel::new(), random.policy());
    let first = kernel.apply(&compile(&policy).unwrap(), &wanted(&policy));
    let mut ops = Vec::new();
    for addresses in [["10.9.9.9"].as_slice(), &[]] {
        let standing = stands(&kernel.read(), &policy, &first.slots).unwrap();
        let member = |name: &str| Member {
            name: name.into(),
            addresses: addresses.iter().map(|it| it.parse().unwrap()).collect(),
            groups: policy.interfaces.values().next().unwrap().groups.clone(),
        };
        let new = (!addresses.is_empty()).then(|| member("new"));
        let patch = Patch { members: [("new".into(), new)].into(), ..Patch::default() };
        let (next, delta) = standing.after(&policy, &patch).unwrap();
        let plan = step(&kernel.running, &next, &first.slots, delta).unwrap();
        plan.ops.iter().for_each(|op| kernel.running.apply(op));
        patch.apply(&mut policy);
        ops.push(plan.ops);
    }
    assert!(matches!(&ops[0][..], [Op::WriteMembers(_)]), "{:?}", ops[0]);
    assert!(matches!(&ops[1][..], [Op::DeleteMembers(_)]), "{:?}", ops[1]);
}

#[test]
fn what_the_kernel_does_not_hold_is_not_taken_for_standing() {
    let (mut random, mut kernel) = (Random(5), Kernel::new());
    let policy = random.policy();
    let slots = kernel.apply(&compile(&policy).unwrap(), &wanted(&policy)).slots;
    let stands_on = |kernel: &Kernel, policy: &Snapshot| stands(&kernel.read(), policy, &slots).is_some();
    assert!(stands_on(&kernel, &policy));
    let mut other = policy.clone();
    let address = "192.0.2.1".parse().unwrap();
    let member = Member { name: "x".into(), addresses: [address].into(), groups: ["a".into()].into() };
    other.members.insert("x".into(), member);
    assert!(!stands_on(&kernel, &other));
    let dirt = [
        |running: &mut Running| running.slots.values_mut().next().unwrap().versions[1].timeouts = [0; 3],
        |running: &mut Running| running.slots.values_mut().next().unwrap().versions = Default::default(),
        |running: &mut Running| drop(running.attachments.pop_first()),
        |running: &mut Running| running.generation[1] += 1,
        |running: &mut Running| {
            drop(running.slots.insert(
                77,
                Slot { versions: [sgfw_common::maps::Interface { flags: 1, ..Default::default() }; 2], name: None },
            ))
        },
    ];
    for spoil in dirt {
        let mut spoiled = kernel.clone();
        spoil(&mut spoiled.running);
        assert!(!stands_on(&spoiled, &policy));
    }
}
