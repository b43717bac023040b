//! Images against the rules they were made from.

use super::testing::{ADDRESSES, PROBES, Random, frame, naive, policy};
use super::*;
use crate::model::Direction;
use sgfw_common::maps::{Interface, MemberCell, Tree};
use sgfw_common::reason::{Reason, Verdict};
use sgfw_common::verdict::Hook;
use std::net::IpAddr;
use std::time::Instant;

fn judge(image: &Image, name: &str, direction: Direction, remote: &str, probe: (&str, u16)) -> Reason {
    let tables = HostTables::new(image, 250);
    let remote: IpAddr = remote.parse().unwrap();
    let own: IpAddr = if remote.is_ipv4() { "10.0.0.1".parse().unwrap() } else { "fd00::1".parse().unwrap() };
    let (hook, bytes) = match direction {
        Direction::Ingress => (Hook::Received, frame(probe.0, remote, own, probe.1)),
        Direction::Egress => (Hook::Sent, frame(probe.0, own, remote, probe.1)),
    };
    tables.judge(&bytes, &tables.interface(name).unwrap(), 1, hook)
}

#[test]
fn random_policies_decide_as_their_rules_read_one_by_one() {
    let mut random = Random(42);
    for _ in 0..300 {
        let snapshot = random.policy();
        let image = compile(&snapshot).unwrap();
        for (name, interface) in &snapshot.interfaces {
            for direction in [Direction::Ingress, Direction::Egress] {
                for (remote, probe) in ADDRESSES.iter().flat_map(|remote| PROBES.map(|probe| (remote, probe))) {
                    let reason = judge(&image, name, direction, remote, probe);
                    let allowed = naive(&snapshot, interface, direction, remote.parse().unwrap(), probe);
                    let passed = reason.verdict() == Verdict::Pass;
                    assert_eq!(passed, allowed, "{name} {direction} {probe:?} {remote} {reason:?}\n{snapshot:#?}");
                }
            }
        }
    }
}

#[test]
fn equal_snapshots_give_equal_images() {
    for seed in 1..50 {
        let (one, two) = (Random(seed).policy(), Random(seed).policy());
        assert_eq!(compile(&one), compile(&two));
    }
}

#[test]
fn f51_a_rule_for_all_of_ipv6_opens_nothing_of_ipv4() {
    let image = compile(&policy("group a\n ingress tcp 22 ::/0\n interface i a")).unwrap();
    assert_eq!(judge(&image, "i", Direction::Ingress, "fe00::1", ("tcp", 22)), Reason::New);
    assert_eq!(judge(&image, "i", Direction::Ingress, "10.9.9.9", ("tcp", 22)), Reason::NoIngressRule);
}

#[test]
fn f69_open_bits_need_every_port_and_make_flows_untracked() {
    let text = "group a\n egress tcp 0-1000 0.0.0.0/0\n egress tcp 1001-65535 list:y\n ingress tcp 80 0.0.0.0/0
        list y 0.0.0.0/0\n interface i a";
    let image = compile(&policy(text)).unwrap();
    assert_eq!(image.interfaces["i"].rules[1].open, maps::open::TCP4);
    assert_eq!(judge(&image, "i", Direction::Ingress, "10.9.9.9", ("tcp", 80)), Reason::Untracked);
    let image = compile(&policy(&text.replace("1001-", "1002-"))).unwrap();
    assert_eq!(image.interfaces["i"].rules[1].open, 0);
    assert_eq!(judge(&image, "i", Direction::Ingress, "10.9.9.9", ("tcp", 80)), Reason::New);
}

#[test]
fn what_everybody_may_do_needs_no_range() {
    let text = "group a\n ingress tcp 80-90 0.0.0.0/0\n ingress tcp 85 10.0.0.0/8\n interface i a";
    assert_eq!(compile(&policy(text)).unwrap().interfaces["i"].rules[0].cidr4, Tree::NOTHING);
}

#[test]
fn interfaces_with_the_same_groups_share_everything() {
    let text = "group a\n ingress tcp 80 10.0.0.0/8\n egress tcp 80 10.0.0.0/8\n interface i a 10.0.0.1\n";
    let one = compile(&policy(text)).unwrap();
    let two = compile(&policy(&format!("{text} interface j a 10.0.0.1"))).unwrap();
    assert_eq!(one.nodes32, two.nodes32);
    assert_eq!(two.interfaces["i"], two.interfaces["j"]);
    assert_eq!(one.interfaces["i"].rules[0], one.interfaces["i"].rules[1]);
}

#[test]
fn a_member_that_joins_changes_one_entry_only() {
    let text = "group a\n ingress tcp 80 group:b\n group b\n interface i a 10.0.0.1\n member m b 10.5.0.1\n";
    let one = compile(&policy(text)).unwrap();
    let mut two = compile(&policy(&format!("{text} member n b 10.5.0.2"))).unwrap();
    let [old, new] = [1, 2].map(|last| sgfw_common::addr::Addr::v4([10, 5, 0, last]));
    assert_eq!(two.members.remove(&new), one.members.get(&old).copied());
    assert_eq!(one, two);
}

#[test]
fn ids_do_not_depend_on_node_numbers() {
    let text = "group z\n ingress tcp 80 group:z\n interface z z 10.0.0.1\n";
    let more = "group a\n ingress tcp 1 10.0.0.0/8\n ingress udp 7 11.0.0.0/8\n interface a a 10.0.0.2\n";
    let (one, two) = (compile(&policy(text)).unwrap(), compile(&policy(&format!("{more}{text}"))).unwrap());
    let key = |interface: &Interface| interface.rules[0].peers;
    assert_eq!(key(&one.interfaces["z"]), key(&two.interfaces["z"]));
    let key = MemberCell { peers: key(&one.interfaces["z"]), set: *one.members.values().next().unwrap() };
    assert!(one.member_cells.contains_key(&key) && two.member_cells.contains_key(&key));
    assert_ne!(one.member_cells[&key], two.member_cells[&key], "the cells have other places");
}

#[test]
fn flags_timeouts_and_ethertypes_are_the_interfaces() {
    let mut snapshot = policy("group a\n interface i a 10.0.0.1");
    let interface = snapshot.interfaces.get_mut("i").unwrap();
    interface.side = Side::Port;
    interface.source_check = true;
    interface.never_filtered.dhcp = false;
    interface.ethertypes = [0x88cc, 0x8892].into();
    let image = compile(&snapshot).unwrap();
    let compiled = image.interfaces["i"];
    let never = flag::ARP | flag::NEIGHBOUR_DISCOVERY | flag::MULTICAST_CONTROL;
    assert_eq!(compiled.flags, flag::LIVE | flag::PORT | flag::SOURCE_CHECK | flag::RELATED | never);
    assert_eq!(compiled.ethertypes, [0x8892, 0x88cc, 0, 0]);
    assert_eq!((compiled.timeouts, compiled.hertz), ([432_000, 30, 180], 1));
    let ticking = HostTables::new(&image, 250).interface("i").unwrap();
    assert_eq!((ticking.timeouts, ticking.hertz), ([108_000_000, 7500, 45_000], 250));
    assert_eq!(HostTables::new(&image, 250).interface("j"), None);
}

#[test]
fn too_many_interfaces_are_refused_with_the_map_and_the_limit() {
    let lines = (0..1024).map(|i| format!("interface i{i} a\n"));
    let error = compile(&policy(&format!("group a\n{}", lines.collect::<String>()))).unwrap_err();
    assert_eq!(error.to_string(), "map INTERFACES holds 1023 entries, this policy needs 1024");
}

/// 100 000 rules over 10 000 prefixes of both families, in under a second in release.
#[test]
fn a_hundred_thousand_rules_compile_at_once() {
    let mut text = String::from("group a\n");
    for i in 0..100_000_u32 {
        let (block, port) = (i % 10_000, (i / 10_000) * 1000 + i % 977);
        let (high, low) = (block / 200, block % 200);
        match block % 2 {
            0 => text += &format!("ingress tcp {port}-{} 10.{high}.{low}.0/24\n", port + i % 3),
            _ => text += &format!("ingress tcp {port} fd00:{high}:{low}::/48\n"),
        }
    }
    let snapshot = policy(&(text + "interface i a 10.0.0.1"));
    assert_eq!(snapshot.groups["a"].ingress.len(), 100_000);
    let started = Instant::now();
    let image = compile(&snapshot).unwrap();
    let took = started.elapsed();
    println!("{took:?}, {} and {} nodes", image.nodes32.len(), image.nodes128.len());
    if !cfg!(debug_assertions) {
        assert!(took.as_secs_f64() < 1.0, "{took:?}");
    }
    assert_eq!(judge(&image, "i", Direction::Ingress, "10.3.4.9", ("tcp", 604)).verdict(), Verdict::Pass);
}
