//! One packet and all that stays the same while it is judged.

use super::flows::{FragmentsKey, Key, Talk};
use crate::model::{Direction, Interface, Snapshot};
use crate::reference::frame::Packet;
use crate::reference::judge::{self, What};
use sgfw_common::reason::Reason;
use std::net::IpAddr;

/// The caller's clock.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clock {
    pub(super) now: u64,
    pub(super) hertz: u64,
}

impl Clock {
    /// Whether no more than so many seconds have gone since.
    pub(super) fn within(self, since: u64, seconds: u64) -> bool {
        self.now.saturating_sub(since) <= seconds * self.hertz
    }

    /// Notes that a flow was seen: to the second, unless there is `news` of it.
    pub(super) fn note(self, seen: &mut u64, news: bool) {
        if news || self.now.saturating_sub(*seen) >= self.hertz {
            *seen = self.now;
        }
    }
}

pub(super) struct Case<'a> {
    pub(super) snapshot: &'a Snapshot,
    pub(super) interface: &'a Interface,
    pub(super) direction: Direction,
    pub(super) packet: &'a Packet,
    pub(super) clock: Clock,
    /// Whether the interface is in its adoption window.
    pub(super) adopts: bool,
}

impl Case<'_> {
    pub(super) fn v6(&self) -> bool {
        self.packet.src.is_ipv6()
    }

    /// What belongs to the instance and what to its peer, of a pair that stands as source and destination.
    pub(super) fn local_and_remote<T>(&self, source: T, destination: T) -> (T, T) {
        match self.direction {
            Direction::Ingress => (destination, source),
            Direction::Egress => (source, destination),
        }
    }

    /// The name of the packet's flow.
    pub(super) fn key(&self, talk: Talk) -> Key {
        let (local, remote) = self.local_and_remote(self.packet.src, self.packet.dst);
        Key { interface: self.interface.name.clone(), local, remote, talk }
    }

    /// The name of its datagram. The fragment header of IPv6 does not say the protocol of the whole.
    pub(super) fn fragments_key(&self, id: u32) -> FragmentsKey {
        let protocol = if self.v6() { 0 } else { self.packet.protocol };
        let Packet { src, dst, .. } = *self.packet;
        FragmentsKey { interface: self.interface.name.clone(), direction: self.direction, src, dst, protocol, id }
    }

    /// Whether a rule of the packet's own direction allows it.
    pub(super) fn allowed(&self, what: What) -> Result<(), Reason> {
        if self.admits(self.direction, what) {
            return Ok(());
        }
        Err(match self.direction {
            Direction::Ingress => Reason::NoIngressRule,
            Direction::Egress => Reason::NoEgressRule,
        })
    }

    /// Whether a rule of this direction allows traffic with the packet's peer.
    pub(super) fn admits(&self, direction: Direction, what: What) -> bool {
        let (_, peer): (_, IpAddr) = self.local_and_remote(self.packet.src, self.packet.dst);
        !judge::matching(self.snapshot, self.interface, direction, peer, what).is_empty()
    }

    /// Whether the flow between these two ports is not tracked (F69).
    pub(super) fn untracked(&self, service: fn(u16) -> What, local_port: u16, remote_port: u16) -> bool {
        judge::untracked(self.snapshot, self.interface, service, self.v6(), local_port, remote_port)
    }
}
