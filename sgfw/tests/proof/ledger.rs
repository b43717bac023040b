//! What flow logs should count of the packets of a trial: a naive sum over what a person reads in each frame.

use super::host::Met;
use sgfw::kernel::LoggedFlow;
use sgfw::model::{Direction, Interface, Link};
use sgfw::reference::frame::{Packet, Payload, Seen, read};
use sgfw_common::reason::{Reason, Verdict};
use std::collections::BTreeMap;
use std::net::IpAddr;

type Line = (u32, IpAddr, IpAddr, u16, u16, u8, bool, Option<Reason>);

/// Packets, bytes, first and last second, flags.
type Sum = (u64, u64, u64, u64, u8);

/// The sums of a trial.
#[derive(Debug, Default)]
pub(crate) struct Ledger(BTreeMap<Line, Sum>);

impl Ledger {
    /// Adds one packet, if flow logs tell of such: IP that can be read and that groups judge.
    pub(crate) fn add(
        &mut self,
        interface: &Interface,
        met: &Met<'_>,
        direction: Direction,
        reason: Reason,
        hertz: u64,
    ) {
        let free = [Reason::NeighbourDiscovery, Reason::Dhcp, Reason::MulticastControl];
        let Ok(Seen::Packet(packet)) = read(met.frame, interface.link, interface.trunk) else { return };
        if free.contains(&reason) {
            return;
        }
        let (sport, dport) = ports(&packet);
        let refusal = (reason.verdict() == Verdict::Drop).then_some(reason);
        let is_ingress = direction == Direction::Ingress;
        let line = (met.slot, packet.src, packet.dst, sport, dport, packet.protocol, is_ingress, refusal);
        let now = met.now / hertz;
        let sum = self.0.entry(line).or_insert((0, 0, now, now, 0));
        let bytes = met.frame.len() - header(interface.link, met.frame);
        *sum = (sum.0 + 1, sum.1 + bytes as u64, sum.2, now, sum.4 | flags(&packet));
    }

    /// The sums there should be equal those that were counted.
    pub(crate) fn assert_is(self, counted: Vec<LoggedFlow>) {
        let line = |it: LoggedFlow| {
            let is_ingress = it.direction == Direction::Ingress;
            let line = (it.slot, it.src, it.dst, it.sport, it.dport, it.protocol, is_ingress, it.refusal);
            (line, (it.packets, it.bytes, it.first, it.last, it.flags))
        };
        let counted: BTreeMap<Line, Sum> = counted.into_iter().map(line).collect();
        assert_eq!(counted, self.0, "what was counted for flow logs, and what should have been");
    }
}

fn ports(packet: &Packet) -> (u16, u16) {
    match &packet.payload {
        Payload::Tcp(segment) => (segment.sport, segment.dport),
        Payload::Udp { sport, dport } => (*sport, *dport),
        _ => (0, 0),
    }
}

fn flags(packet: &Packet) -> u8 {
    let Payload::Tcp(segment) = &packet.payload else { return 0 };
    let syn = match (segment.syn, segment.ack) {
        (true, Some(_)) => 18,
        (true, None) => 2,
        (false, _) => 0,
    };
    syn | u8::from(segment.fin) | if segment.rst { 4 } else { 0 }
}

/// Bytes in front of the IP header.
fn header(link: Link, frame: &[u8]) -> usize {
    let tags = (0..2).take_while(|tag| {
        let kind = frame.get(12 + 4 * tag..14 + 4 * tag);
        matches!(kind, Some([0x81, 0x00] | [0x88, 0xa8] | [0x91, 0x00]))
    });
    if link == Link::Bare { 0 } else { 14 + 4 * tags.count() }
}
