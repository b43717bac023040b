//! Devices: names with dots, indexes that repeat, devices that come and go, two on one instance; the guard.

use crate::lab::net::ip;
use crate::lab::probe::Place;
use crate::lab::setup::{ALL, ONE};
use crate::lab::sgfw::Said;
use crate::lab::skip::skip;
use crate::lab::{Lab, instance};

#[test]
fn f30_groups_belong_to_a_network_interface_and_not_to_the_instance() {
    let Some(lab) = Lab::with(ONE, &["vm", "peer", "back"], &[]) else { return };
    let (vm, back) = (lab.net.netns("vm"), lab.net.netns("back"));
    ip(None, &format!("link add eth1 netns {vm} type veth peer name eth1 netns {back}\n")).expect("a second device");
    for (netns, last) in [(&vm, 1), (&back, 2)] {
        let lines =
            format!("link set eth1 up\naddr add 10.78.0.{last}/24 dev eth1\naddr add fd78::{last}/64 dev eth1 nodad\n");
        ip(Some(netns), &lines).expect("addresses");
    }
    lab.apply(
        "groups:
           - {name: web, ingress: [{protocol: tcp, ports: 80, from: anywhere}]}
           - {name: ssh, ingress: [{protocol: tcp, ports: 22, from: anywhere}]}
         interfaces:
           - {name: front, device: eth0, netns: <netns vm>, groups: [web]}
           - {name: back, device: eth1, netns: <netns vm>, groups: [ssh]}",
    );
    lab.expect("peer > vm tcp 80 passes\npeer > vm tcp 22 drops");
    for (from, to) in [("10.78.0.2", "10.78.0.1"), ("fd78::2", "fd78::1")] {
        let place =
            |netns: &str, address: &str| Place { netns: netns.into(), address: address.parse().expect("an address") };
        lab.expect_between(&place(&back, from), &place(&vm, to), "tcp 22 passes");
        lab.expect_between(&place(&back, from), &place(&vm, to), "tcp 80 drops");
    }
}

#[test]
fn a_device_name_may_have_dots() {
    let Some(lab) = Lab::with(ONE, &["vm", "peer"], &[]) else { return };
    // As devices of VLANs are called; a veth has the same name where the kernel knows no VLANs.
    let (vm, peer) = (lab.net.netns("vm"), lab.net.netns("peer"));
    ip(None, &format!("link add eth0.100 netns {vm} type veth peer name eth0.100 netns {peer}\n")).expect("a device");
    for (node, last) in [("vm", 1), ("peer", 2)] {
        let lines = format!(
            "link set eth0.100 addrgenmode none up\n\
             addr add 10.79.0.{last}/24 dev eth0.100\naddr add fd79::{last}/64 dev eth0.100 nodad\n"
        );
        ip(Some(&lab.net.netns(node)), &lines).expect("addresses");
    }
    lab.apply(
        "groups: [{name: tagged, ingress: [{protocol: tcp, ports: 80, from: anywhere}]}]
         interfaces:
           - {name: vlan, device: eth0.100, netns: <netns vm>, groups: [tagged]}",
    );
    for (from, to) in [("10.79.0.2", "10.79.0.1"), ("fd79::2", "fd79::1")] {
        let place = |node: &str, address: &str| Place {
            netns: lab.net.netns(node),
            address: address.parse().expect("an address"),
        };
        lab.expect_between(&place("peer", from), &place("vm", to), "tcp 80 passes");
        lab.expect_between(&place("peer", from), &place("vm", to), "tcp 81 drops");
    }
    // The device below is not in the policy.
    lab.expect("peer > vm tcp 81 passes");
    lab.sgfw.run(&["detach", "--all"]).succeeded();
}

#[test]
fn tagged_frames_are_dropped_unless_the_interface_is_a_trunk() {
    let Some(lab) = Lab::new(&["peer"], &["vm"]) else { return };
    let peer = lab.net.netns("peer");
    if ip(Some(&peer), "link add link eth0 name try type vlan id 9\nlink del try\n").is_err() {
        return skip("this kernel has no VLAN devices (CONFIG_VLAN_8021Q)");
    }
    let vms: Vec<String> = ALL.iter().map(|setup| instance("vm", *setup)).collect();
    for (netns, last) in vms.iter().map(|vm| lab.net.netns(vm)).zip(1..).chain([(peer.clone(), 100)]) {
        let lines = format!(
            "link add link eth0 name tag type vlan id 7\nlink set tag addrgenmode none up\n\
             addr add 10.79.0.{last}/24 dev tag\naddr add fd79::{last}/64 dev tag nodad\n"
        );
        ip(Some(&netns), &lines).expect("a VLAN");
    }
    let policy = "groups: [{name: vm, ingress: [{protocol: tcp, ports: 80, from: anywhere}]}]";
    let try_tagged = |port: u16, outcome: &str| {
        for (vm, last) in vms.iter().zip(1..) {
            for address in [format!("10.79.0.{last}"), format!("fd79::{last}")] {
                let from = if address.contains(':') { "fd79::100" } else { "10.79.0.100" };
                let place =
                    |netns: String, address: &str| Place { netns, address: address.parse().expect("an address") };
                let (from, to) = (place(peer.clone(), from), place(lab.net.netns(vm), &address));
                lab.expect_between(&from, &to, &format!("tcp {port} {outcome}"));
            }
        }
    };
    lab.apply(policy);
    try_tagged(80, "drops");
    // The addresses in the tag are not the port's own, which the source check would drop.
    lab.set("vm", "groups: [vm]\ntrunk: true\nsource-check: false");
    lab.apply(policy);
    try_tagged(80, "passes");
    try_tagged(81, "drops");
}

#[test]
fn namespaces_may_repeat_device_indexes() {
    let Some(lab) = Lab::with(ONE, &["peer"], &["a", "b"]) else { return };
    let index = |role| {
        let netns = lab.net.netns(&instance(role, ONE[0]));
        let said = std::process::Command::new("ip").args(["-n", &netns, "-oneline", "link", "show", "eth0"]).output();
        String::from_utf8_lossy(&said.expect("ip").stdout).split(':').next().map(str::to_owned)
    };
    assert_eq!(index("a"), index("b"), "the test needs the same index twice");
    lab.apply("groups: [{name: a, ingress: [{protocol: tcp, ports: 80, from: anywhere}]}, {name: b}]");
    lab.expect("peer > a tcp 80 passes\npeer > b tcp 80 drops");
}

#[test]
fn a_device_that_was_made_anew_is_protected_by_the_next_apply() {
    let Some(lab) = Lab::with(ONE, &["peer"], &["vm"]) else { return };
    let policy = "groups: [{name: vm, ingress: [{protocol: tcp, ports: 80, from: anywhere}]}]";
    lab.apply(policy);
    let vm = instance("vm", ONE[0]);
    let (netns, port, bridge) = (lab.net.netns(&vm), lab.net.port(&vm), lab.net.bridge());
    let node = lab.net.node(&vm).expect("the instance").clone();
    ip(Some(&netns), "link del eth0\n").expect("the device goes");
    ip(None, &format!("link add {port} netns {bridge} type veth peer name eth0 netns {netns}\n")).expect("and comes");
    ip(Some(&bridge), &format!("link set {port} addrgenmode none master br0 up\n")).expect("its port");
    let lines = format!(
        "link set eth0 addrgenmode none up\naddr add {}/24 dev eth0\naddr add {}/64 dev eth0 nodad\n",
        node.v4, node.v6
    );
    ip(Some(&netns), &lines).expect("its addresses");
    assert_eq!(lab.sgfw.run(&["plan", &lab.file(policy)]).code, Some(2));
    lab.apply(policy);
    lab.expect("peer > vm tcp 80 passes\npeer > vm tcp 81 drops");
    assert!(lab.apply(policy).out.contains("No changes"));
}

#[test]
fn forged_source_addresses_do_not_leave_a_port() {
    let Some(lab) = Lab::new(&["peer"], &["vm"]) else { return };
    let forged = "addr add 10.99.0.9/32 dev eth0\naddr add fd99::9/128 dev eth0 nodad\n";
    for setup in ALL {
        ip(Some(&lab.net.netns(&instance("vm", *setup))), forged).expect("a forged address");
    }
    lab.apply("groups: [{name: vm, ingress: [{protocol: all, from: anywhere}]}]");
    for setup in ALL.iter().filter(|setup| setup.side == "port") {
        for (v6, forged) in [(false, "10.99.0.9"), (true, "fd99::9")] {
            let mut from = lab.place("vm", Some(*setup), v6).expect("an instance");
            from.address = forged.parse().expect("an address");
            let to = lab.place("peer", None, v6).expect("the peer");
            lab.expect_between(&from, &to, "udp 53 from 4000 drops");
        }
    }
    lab.expect("vm > peer udp 53 from 4001 passes");
}

#[test]
fn the_guard_refuses_what_would_lock_out_a_live_session() {
    let Some(lab) = Lab::with(ONE, &["peer"], &["vm"]) else { return };
    let open = "groups: [{name: vm, ingress: [{protocol: tcp, ports: 22, from: [<peer>]}]}]";
    let shut = "groups: [{name: vm, ingress: [{protocol: tcp, ports: 80, from: anywhere}]}]";
    lab.apply(open);
    let sessions = lab.open("peer > vm tcp 22 v4");
    let peer = lab.net.node("peer").expect("the peer").v4.to_string();
    lab.try_apply(shut, &[]).failed_saying(&[&peer, "22", "--allow-lockout"]);
    lab.expect("peer > vm tcp 22 passes\npeer > vm tcp 80 drops");
    lab.try_apply(shut, &["--allow-lockout"]).succeeded();
    lab.expect("peer > vm tcp 22 drops\npeer > vm tcp 80 passes");
    drop(sessions);
}

#[test]
fn the_guard_knows_the_callers_own_connection() {
    let Some(lab) = Lab::with(ONE, &["peer"], &["vm"]) else { return };
    let vm = instance("vm", ONE[0]);
    let (client, server) = (lab.net.node("peer").expect("the peer").v4, lab.net.node(&vm).expect("the instance").v4);
    let policy = lab.policy("groups: [{name: vm, ingress: [{protocol: tcp, ports: 22, from: anywhere}]}]");
    // The caller is logged in to the instance, so that its namespace is the caller's own.
    let policy = policy.lines().filter(|line| !line.contains("netns:")).collect::<Vec<_>>().join("\n");
    let file = lab.sgfw.file("own.yaml", &policy);
    let mut apply = lab.sgfw.command(&["apply", &file]);
    apply.env("SSH_CONNECTION", format!("{client} 50000 {server} 2222"));
    let said = lab.net.inside(&vm, || apply.output()).expect("a namespace").expect("apply");
    Said::of(&said).failed_saying(&[&client.to_string(), "2222", "--allow-lockout"]);
    lab.expect("peer > vm tcp 2222 passes");
}
