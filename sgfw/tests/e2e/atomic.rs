//! A policy change under traffic: no packet sees a mixture, an open or a closed moment.
//!
//! Every instance is sent new flows all the time, of which both policies allow some and neither allows the
//! others. What is allowed must all arrive, what is not must never.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::lab::probe::{Place, mark};
use crate::lab::setup::Setup;
use crate::lab::wire::{self, End, Mark};
use crate::lab::{Lab, net};

/// Ports both policies allow, in ranges that are cut differently and with peers said differently.
const ALLOWED: std::ops::Range<u16> = 1000..2000;
/// Ports that neither allows for `peer`; a mixture of groups, rules or interfaces would.
const FORBIDDEN: std::ops::Range<u16> = 2000..3000;

const ONE: &str = "groups:
  - {name: friends}
  - {name: strangers}
  - name: vm
    ingress:
      - {protocol: udp, ports: 1000-1999, from: {group: friends}}
      - {protocol: udp, ports: 2000-2999, from: {group: strangers}}
members:
  - {name: peer, addresses: [<peer>], groups: [friends]}
  - {name: other, addresses: [<other>], groups: [strangers]}";
const TWO: &str = "groups:
  - {name: friends}
  - {name: strangers}
  - name: vm
    ingress:
      - {protocol: udp, ports: [1000-1299, 1300-1999], from: {group: strangers}}
      - {protocol: udp, ports: 2000-2999, from: {group: friends}}
members:
  - {name: peer, addresses: [<peer>], groups: [strangers]}
  - {name: other, addresses: [<other>], groups: [friends]}";
const THREE: &str = "groups:
  - name: vm
    ingress:
      - {protocol: udp, ports: 1000-1999, from: [10.77.0.0/16, \"fd77::/64\"]}
      - {protocol: udp, ports: 3000-3999, from: anywhere}";

const TC_HOST: Setup = Setup { hook: "tc", side: "host" };
const TC_PORT: Setup = Setup { hook: "tc", side: "port" };

#[test]
fn a_policy_change_is_seen_whole_or_not_at_all() {
    let Some(lab) = Lab::new(&["peer", "other"], &["vm"]) else { return };
    lab.apply(ONE);
    let mut policies = [TWO, THREE, ONE].into_iter().cycle();
    let (report, counts) = under_traffic(&lab, || drop(lab.apply(policies.next().unwrap_or(ONE))));
    assert!(counts.iter().all(|count| count.lost == 0 && count.leaked == 0), "{report}");
}

#[test]
fn another_hook_takes_over_without_an_open_moment() {
    let Some(lab) = Lab::with(&[TC_HOST, TC_PORT], &["peer", "other"], &["vm"]) else { return };
    lab.apply(ONE);
    let mut hooks = ["xdp", "xdp-generic", "tc"].into_iter().cycle();
    let (report, counts) = under_traffic(&lab, || {
        let hook = format!("hook: {}", hooks.next().unwrap_or("tc"));
        let file = lab.sgfw.file("hooks.yaml", &lab.policy(ONE).replace("hook: tc", &hook));
        lab.sgfw.run(&["apply", &file]).succeeded();
    });
    assert!(counts.iter().all(|count| count.leaked == 0), "{report}");
    // sgfw drops what is forbidden and no more: as many packets were sent of that as of what is allowed. Lost are
    // those that the driver had when it took an XDP program, and those that generic XDP copied while TC was in place
    // too: Linux forgets the length of their Ethernet header then, so that TC sees a frame of no known type.
    let counters = lab.sgfw.json(&["counters"]);
    let rows = counters["counters"].as_array().into_iter().flatten();
    let judged = rows.filter(|row| row["verdict"] == "drop" && row["reason"] != "ethertype");
    let drops: u64 = judged.filter_map(|row| row["packets"].as_u64()).sum();
    let forbidden: usize = counts.iter().map(|count| count.sent).sum();
    assert!(drops <= forbidden as u64, "{drops} drops of {forbidden} forbidden packets:\n{counters:#}\n{report}");
}

/// Changes things again and again for some seconds, while every instance is sent new flows: what became of them.
fn under_traffic(lab: &Lab, mut change: impl FnMut()) -> (String, Vec<Count>) {
    let stop = &AtomicBool::new(false);
    let targets = lab.setups().iter().flat_map(|setup| [false, true].map(|v6| (*setup, v6)));
    let targets: Vec<(String, Place, Place)> = targets
        .map(|(setup, v6)| {
            let place = |name| lab.place(name, Some(setup), v6).expect("a place");
            (format!("{setup} {}", if v6 { "v6" } else { "v4" }), place("peer"), place("vm"))
        })
        .collect();
    let (counts, changes) = std::thread::scope(|scope| {
        // Also when a change fails: the probers would go on for ever.
        let _stopped = Stop(stop);
        let probers: Vec<_> = targets.iter().map(|(_, from, to)| scope.spawn(move || prober(from, to, stop))).collect();
        let end = Instant::now() + Duration::from_secs(6);
        let changes = std::iter::from_fn(|| (Instant::now() < end).then(&mut change)).count();
        stop.store(true, Ordering::Relaxed);
        (probers.into_iter().map(|prober| prober.join().expect("a prober")).collect::<Vec<_>>(), changes)
    });
    let lines = targets.iter().zip(&counts).map(|((name, ..), count)| format!("{name}: {count:?}\n"));
    let report = format!("{changes} changes\n{}", lines.collect::<String>());
    assert!(changes >= 6 && counts.iter().all(|count| count.sent > 200), "too little was tried: {report}");
    (report, counts)
}

struct Stop<'a>(&'a AtomicBool);

impl Drop for Stop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[derive(Debug, Default)]
struct Count {
    sent: usize,
    lost: usize,
    leaked: usize,
}

/// Sends allowed and forbidden packets in turn, each a flow of its own, until told to stop.
fn prober(from: &Place, to: &Place, stop: &AtomicBool) -> Count {
    let (mut allowed, mut forbidden) = (HashSet::new(), HashSet::new());
    let done = AtomicBool::new(false);
    let arrived = std::thread::scope(|scope| {
        let hears = net::inside(&to.netns, || wire::raw(17, to.address)).expect("a namespace").expect("a raw socket");
        let ear = scope.spawn(|| listen(hears, &done));
        net::inside(&from.netns, || {
            for (good, bad) in ALLOWED.zip(FORBIDDEN).cycle() {
                if stop.load(Ordering::Relaxed) {
                    break;
                }
                allowed.insert(send(from, to, good));
                forbidden.insert(send(from, to, bad));
                std::thread::sleep(Duration::from_millis(5));
            }
        })
        .expect("a namespace");
        std::thread::sleep(Duration::from_millis(500));
        done.store(true, Ordering::Relaxed);
        ear.join().expect("a listener")
    });
    Count {
        sent: allowed.len(),
        lost: allowed.difference(&arrived).count(),
        leaked: forbidden.intersection(&arrived).count(),
    }
}

fn send(from: &Place, to: &Place, port: u16) -> Mark {
    let mark = mark();
    let at = std::net::SocketAddr::new(from.address, 0);
    let mut end = wire::udp(at, std::net::SocketAddr::new(to.address, port), false).expect("a socket");
    end.send(&mark, 0).expect("a packet is sent");
    mark
}

fn listen(mut end: End, done: &AtomicBool) -> HashSet<Mark> {
    let mut arrived = HashSet::new();
    while !done.load(Ordering::Relaxed) {
        let Some((bytes, _)) = end.receive() else { continue };
        // The mark is the whole payload: the last eight bytes.
        arrived.extend(bytes.last_chunk::<8>().copied());
    }
    arrived
}
