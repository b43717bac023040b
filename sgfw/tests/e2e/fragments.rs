//! Datagrams in fragments, and the errors that tell of a narrower path.

use std::time::Duration;

use crate::lab::net::ip;
use crate::lab::probe::Place;
use crate::lab::session::Session;
use crate::lab::traffic::Traffic;
use crate::lab::{Lab, instance};

#[test]
fn fragments_go_the_way_of_their_datagram() {
    let Some(lab) = Lab::new(&["peer"], &["vm"]) else { return };
    lab.apply(
        "groups:
           - name: vm
             ingress:
               - {protocol: udp, ports: 53, from: [<peer>]}
               - {protocol: icmp, type: 8, from: [<peer.4>]}
               - {protocol: icmpv6, type: 128, from: [<peer.6>]}
             egress: [{protocol: udp, ports: 54, to: anywhere}]",
    );
    lab.expect(
        "peer > vm  udp 53 size 4000   passes
         peer > vm  udp 53 size 20000  passes
         peer > vm  udp 54 size 4000   drops
         peer > vm  ping size 4000     passes
         vm > peer  udp 54 size 4000   passes
         vm > peer  udp 53 size 4000   drops
         vm > peer  ping size 4000     drops",
    );
}

#[test]
fn untracked_fragments_go_both_ways() {
    let Some(lab) = Lab::new(&["peer"], &["vm"]) else { return };
    lab.apply("groups: [{name: vm, ingress: [{protocol: udp, ports: 53, from: anywhere}]}]");
    lab.expect(
        "peer > vm  udp 53 size 4000  passes
         peer > vm  udp 54 size 4000  drops
         vm > peer  udp 54 size 4000  passes",
    );
}

#[test]
fn a_router_may_say_that_the_path_is_narrower() {
    let Some(lab) = narrow_path() else { return };
    lab.apply("groups: [{name: vm}]");
    for (name, ok) in transfers(&lab) {
        assert!(ok, "{name}: 60000 bytes do not arrive");
    }
}

#[test]
fn strict_interfaces_do_not_hear_the_router() {
    let Some(lab) = narrow_path() else { return };
    lab.set("vm", "groups: [vm]\nicmp-errors: strict");
    lab.apply("groups: [{name: vm}]");
    for (name, ok) in transfers(&lab) {
        assert!(!ok, "{name}: the router's word got through");
    }
    // What AWS documents: a rule for the very message.
    lab.apply(
        "groups:
           - name: vm
             ingress:
               - {protocol: icmp, type: 3, code: 4, from: 0.0.0.0/0}
               - {protocol: icmpv6, type: 2, from: \"::/0\"}",
    );
    for (name, ok) in transfers(&lab) {
        assert!(ok, "{name}: the rule does not let the router's word in");
    }
}

/// `far` lies behind `router`, over a link that takes 1300 bytes one way.
fn narrow_path() -> Option<Lab> {
    let lab = Lab::new(&["router", "far"], &["vm"])?;
    let (router, far) = (lab.net.netns("router"), lab.net.netns("far"));
    ip(None, &format!("link add narrow netns {router} type veth peer name narrow netns {far}\n")).expect("a link");
    ip(
        Some(&router),
        "link set narrow mtu 1300 up\naddr add 10.78.0.1/24 dev narrow\naddr add fd78::1/64 dev narrow nodad\n",
    )
    .expect("the router's end");
    let far = "link set eth0 down\nlink set narrow up\naddr add 10.78.0.2/24 dev narrow\naddr add fd78::2/64 dev narrow nodad\n\
               route add 0.0.0.0/0 via 10.78.0.1\nroute add ::/0 via fd78::1\n";
    ip(Some(&lab.net.netns("far")), far).expect("the far end");
    lab.net
        .inside("router", || {
            std::fs::write("/proc/sys/net/ipv4/ip_forward", "1")?;
            std::fs::write("/proc/sys/net/ipv6/conf/all/forwarding", "1")
        })
        .expect("a namespace")
        .expect("forwarding");
    let node = lab.net.node("router").expect("the router");
    let routes = format!("route add 10.78.0.0/24 via {}\nroute add fd78::/64 via {}\n", node.v4, node.v6);
    for setup in lab.setups() {
        ip(Some(&lab.net.netns(&instance("vm", *setup))), &routes).expect("routes");
    }
    Some(lab)
}

/// Whether each instance can send more than one packet's worth to `far`.
fn transfers(lab: &Lab) -> Vec<(String, bool)> {
    let cases = lab.setups().iter().flat_map(|setup| [false, true].map(|v6| (*setup, v6)));
    let mut flows: Vec<Session> = cases
        .map(|(setup, v6)| {
            let from = lab.place("vm", Some(setup), v6).expect("an instance");
            let address = if v6 { "fd78::2" } else { "10.78.0.2" }.parse().expect("an address");
            let far = Place { netns: lab.net.netns("far"), address };
            // What the path was is remembered by the instance; every transfer begins without.
            ip(Some(&from.netns), if v6 { "-6 route flush cache\n" } else { "route flush cache\n" }).ok();
            let name = format!("{setup} {}", if v6 { "v6" } else { "v4" });
            Session::open(name, &from, &far, Traffic::Tcp { port: 80, from: 0 }).expect("a connection")
        })
        .collect();
    std::thread::scope(|scope| {
        let tries: Vec<_> = flows
            .iter_mut()
            .map(|flow| scope.spawn(|| (flow.name.clone(), flow.carries(60_000, Duration::from_secs(2)))))
            .collect();
        tries.into_iter().map(|tried| tried.join().expect("a transfer")).collect()
    })
}
