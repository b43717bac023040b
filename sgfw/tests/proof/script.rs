//! A policy as text and one instance with one peer, for proofs of single rows: each packet in one line.

use super::frames::{self, Ip};
use super::kernel::{Receiver, kernel};
use super::trial::Trial;
use sgfw::model::{Direction, Snapshot};
use sgfw::policy;
use sgfw_common::reason::Reason;
use std::net::IpAddr;

/// The instance, and who talks to it.
#[derive(Debug)]
pub(crate) struct Script {
    trial: Trial,
    /// The instance's address.
    pub(crate) local: IpAddr,
    /// The peer's.
    pub(crate) remote: IpAddr,
}

impl Script {
    /// The interface `eth0` with 10.0.0.1 and 2001:db8::1, in the group `g` whose rules these lines are. The loaded
    /// program judges too where it may be loaded.
    pub(crate) fn new(rules: &str) -> Self {
        let policy = snapshot(rules);
        let trial = match kernel("conntrack_model_rows", Receiver::Tc) {
            Some(kernel) => Trial::with_kernel(policy, 0, kernel),
            None => Trial::new(policy, 0, 250),
        };
        Self { trial, local: "10.0.0.1".parse().unwrap(), remote: "203.0.113.1".parse().unwrap() }
    }

    /// Puts other rules in force.
    pub(crate) fn change(&mut self, rules: &str) {
        self.trial.replace(snapshot(rules));
    }

    /// Lets time pass.
    pub(crate) fn wait(&mut self, seconds: u64) {
        self.trial.wait(seconds, 0);
    }

    /// A TCP segment without payload: ports of instance and peer, sequence and acknowledgment number, control bits.
    pub(crate) fn tcp(&mut self, way: Direction, ports: (u16, u16), numbers: (u32, u32), flags: u8) -> Reason {
        self.send(way, 6, &frames::segment(turned(way, ports), numbers, flags, 0))
    }

    /// A UDP datagram between these ports of instance and peer.
    pub(crate) fn udp(&mut self, way: Direction, ports: (u16, u16)) -> Reason {
        self.send(way, 17, &frames::datagram(turned(way, ports), 8))
    }

    /// An ICMP message of this type, with an identifier.
    pub(crate) fn icmp(&mut self, way: Direction, kind: u8, id: u16) -> Reason {
        self.send(way, 1, &frames::message(kind, 0, id, b"ping"))
    }

    /// An ICMP error about a packet that the other side sent.
    pub(crate) fn error(&mut self, way: Direction, quoted: &[u8]) -> Reason {
        let (protocol, kind) = if self.local.is_ipv6() { (58, 2) } else { (1, 3) };
        self.send(way, protocol, &frames::message(kind, 4, 0, quoted))
    }

    /// A packet of another protocol.
    pub(crate) fn other(&mut self, way: Direction, protocol: u8) -> Reason {
        self.send(way, protocol, &[0; 24])
    }

    fn send(&mut self, way: Direction, protocol: u8, payload: &[u8]) -> Reason {
        let (src, dst) = turned(way, (self.local, self.remote));
        let mut packet = Ip::new(src, dst, protocol).packet(&[], payload);
        // Behind the packet's end lies padding, which must never be taken for part of it.
        packet.extend([0; 8]);
        self.trial.packet("eth0", way, &frames::ethernet(&[], frames::kind(&packet), &packet))
    }
}

fn snapshot(rules: &str) -> Snapshot {
    let text = format!(
        "version: 1\ngroups:\n  - name: g\n    description: under test\n{}\ninterfaces:\n  - name: eth0\n    device: \
         eth0\n    addresses: [10.0.0.1, \"2001:db8::1\"]\n    groups: [g]\n",
        rules.lines().map(|line| format!("    {line}\n")).collect::<String>()
    );
    policy::load_text("rules", &text).unwrap_or_else(|wrong| panic!("{wrong}\n{text}")).snapshot
}

/// Those of instance and peer as source and destination.
fn turned<T>(way: Direction, (local, remote): (T, T)) -> (T, T) {
    match way {
        Direction::Ingress => (remote, local),
        Direction::Egress => (local, remote),
    }
}
