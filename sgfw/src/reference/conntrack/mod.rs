//! What one packet after the other meets with, as the documents tell it (F66-F77).
//!
//! A [`Model`] remembers the flows of all interfaces in hash maps and looks at no clock but the caller's. What
//! the documents leave open follows sgfw's own description: time is kept to the second, expiry is decided when
//! a packet comes, FIN and RST shorten a timeout and cut nothing.

mod case;
mod flows;
mod others;
mod related;
mod tcp;

use super::frame::{self, Fragment, Packet, Payload, Seen};
use crate::model::{Direction, Interface, Snapshot};
use case::{Case, Clock};
use flows::{FirstFragment, Flows};
use sgfw_common::packet::ethertype;
use sgfw_common::reason::Reason;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Seconds a datagram's fragments may take.
const FRAGMENTS: u64 = 30;

/// A policy and all flows that live under it.
#[derive(Clone, Debug)]
pub struct Model {
    snapshot: Arc<Snapshot>,
    hertz: u64,
    adoption_ends: BTreeMap<String, u64>,
    flows: Flows,
}

impl Model {
    /// This policy and no flow. `hertz` is how many ticks of [`Model::packet`]'s clock make a second.
    pub fn new(snapshot: Snapshot, hertz: u64) -> Self {
        let flows = Flows::default();
        Self { snapshot: Arc::new(snapshot), hertz, adoption_ends: BTreeMap::new(), flows }
    }

    /// Puts another policy in force; flows stay (F73).
    pub fn replace(&mut self, snapshot: Snapshot) {
        self.snapshot = Arc::new(snapshot);
    }

    /// Opens the adoption window of an interface: before this tick running TCP connections are taken over.
    pub fn adopt_until(&mut self, interface: &str, end: u64) {
        self.adoption_ends.insert(interface.to_owned(), end);
    }

    /// What a frame that the interface of this name meets now in this direction, as its instance sees it,
    /// meets with. `now` is in ticks and never goes back.
    pub fn packet(&mut self, interface: &str, direction: Direction, frame: &[u8], now: u64) -> Reason {
        let snapshot = Arc::clone(&self.snapshot);
        let Some(interface) = snapshot.interfaces.get(interface) else { return Reason::NoInterface };
        let clock = Clock { now, hertz: self.hertz };
        let adopts = self.adoption_ends.get(&interface.name).is_some_and(|end| now < *end);
        let verdict = match frame::read(frame, interface.link, interface.trunk) {
            Ok(Seen::EtherType(kind)) => other_ethertype(interface, kind),
            Ok(Seen::Packet(packet)) => {
                let case = Case { snapshot: &snapshot, interface, direction, packet: &packet, clock, adopts };
                judge(&case, &mut self.flows)
            }
            Err(refusal) => Err(refusal),
        };
        verdict.unwrap_or_else(|refusal| refusal)
    }
}

fn other_ethertype(interface: &Interface, kind: u16) -> Result<Reason, Reason> {
    if kind == ethertype::ARP && interface.never_filtered.arp {
        Ok(Reason::Arp)
    } else if interface.ethertypes.contains(&kind) {
        Ok(Reason::ListedEtherType)
    } else {
        Err(Reason::EtherType)
    }
}

fn judge(case: &Case<'_>, flows: &mut Flows) -> Result<Reason, Reason> {
    if let Some(reason) = never_filtered(case) {
        return Ok(reason);
    }
    check_source(case)?;
    let reason = match &case.packet.payload {
        Payload::Tcp(segment) => tcp::judge(case, flows, segment),
        Payload::Udp { sport, dport } => others::udp(case, flows, *sport, *dport),
        Payload::Icmp(message) => others::icmp(case, flows, message),
        Payload::Other => others::other(case, flows),
        Payload::Unseen => later_fragment(case, flows),
    }?;
    if let Fragment::First { id, length } = case.packet.fragment {
        let first = FirstFragment { passed: case.clock.now, length };
        flows.fragments.insert(case.fragments_key(id), first);
    }
    Ok(reason)
}

/// What security groups never filter: neighbour discovery, DHCP, multicast control.
fn never_filtered(case: &Case<'_>) -> Option<Reason> {
    let Packet { hops, protocol, payload, .. } = case.packet;
    let settings = case.interface.never_filtered;
    let v6 = case.v6();
    let neighbour_discovery = settings.neighbour_discovery && *hops == 255;
    let multicast_control = settings.multicast_control && *hops == 1;
    match payload {
        Payload::Icmp(message) if v6 => match message.kind {
            133..=137 => neighbour_discovery.then_some(Reason::NeighbourDiscovery),
            130..=132 | 143 => multicast_control.then_some(Reason::MulticastControl),
            _ => None,
        },
        Payload::Other if *protocol == 2 && !v6 => multicast_control.then_some(Reason::MulticastControl),
        Payload::Udp { sport, dport } if settings.dhcp => {
            let (client, server) = if v6 { (546, 547) } else { (68, 67) };
            (case.local_and_remote(*sport, *dport) == (client, server)).then_some(Reason::Dhcp)
        }
        _ => None,
    }
}

/// Membership goes by address, so an instance may only use its own.
fn check_source(case: &Case<'_>) -> Result<(), Reason> {
    let forged = !case.interface.addresses.contains(&case.packet.src);
    if case.direction == Direction::Egress && case.interface.source_check && forged {
        return Err(Reason::SourceCheck);
    }
    Ok(())
}

/// A later fragment shares the fate of its first one, which must have come before.
fn later_fragment(case: &Case<'_>, flows: &Flows) -> Result<Reason, Reason> {
    let Fragment::Later { id, offset } = case.packet.fragment else { return Err(Reason::FragmentUnknown) };
    let first = flows.fragments.get(&case.fragments_key(id)).ok_or(Reason::FragmentUnknown)?;
    if !case.clock.within(first.passed, FRAGMENTS) {
        return Err(Reason::FragmentUnknown);
    }
    if offset < first.length { Err(Reason::FragmentOverlap) } else { Ok(Reason::Fragment) }
}
