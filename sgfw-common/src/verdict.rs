//! The decision. One function, [`judge`], for every hook, in the kernel and on the host.
//!
//! A security group only allows, and an interface's groups are united (F35, F39, F42), so the question
//! is never which rule comes first but only whether any look-up says yes. The order is therefore one of
//! cost: what needs no table first, the flows next, the rules last. Three steps:
//!
//! 1. `Case::judge`: what is never filtered, the source check, fragments;
//! 2. `Case::flow`: does the packet belong to a live flow, or which question must the rules answer?
//! 3. `rules` answers it, and `Case::begin` enters the new flow.

use crate::frame::Frame;
use crate::maps::{EGRESS, INGRESS, Interface, flag};
use crate::packet::{Packet, Tuple, ethertype, place, protocol};
use crate::parse;
use crate::reason::Reason;
use crate::tables::Tables;

/// On which way through the device the packet was met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hook {
    /// It arrived at the device: XDP, TC ingress.
    Received,
    /// It is about to leave the device: TC egress.
    Sent,
}

/// The direction as the instance sees it: what the device receives is ingress on the `host` side and
/// egress on the `port` side.
#[inline(always)]
pub const fn direction(hook: Hook, interface: &Interface) -> usize {
    let port = interface.flags & flag::PORT != 0;
    match (hook, port) {
        (Hook::Received, false) | (Hook::Sent, true) => INGRESS,
        (Hook::Sent, false) | (Hook::Received, true) => EGRESS,
    }
}

/// Parses and judges a frame, as the hooks do: `packet` is room for the parsed form.
#[inline(always)]
pub fn judge<F: Frame, T: Tables>(
    frame: &F,
    tables: &T,
    interface: &Interface,
    slot: u32,
    hook: Hook,
    packet: &mut Packet,
) -> Reason {
    if interface.flags & flag::LIVE == 0 {
        return Reason::NoPolicy;
    }
    let (bare, trunk) = (interface.flags & flag::BARE != 0, interface.flags & flag::TRUNK != 0);
    match parse::packet(frame, bare, trunk, packet) {
        Ok(()) => decide(tables.forget(packet), tables, interface, slot, direction(hook, interface)),
        Err(reason) => reason,
    }
}

/// Judges a parsed packet that was met on an interface.
#[inline(always)]
pub fn decide<T: Tables>(packet: &Packet, tables: &T, interface: &Interface, slot: u32, direction: usize) -> Reason {
    let case = Case { packet, tables, interface, slot, direction };
    match case.judge() {
        Ok(reason) | Err(reason) => reason,
    }
}

/// One packet in front of the tables.
pub(crate) struct Case<'a, T> {
    pub(crate) packet: &'a Packet,
    pub(crate) tables: &'a T,
    pub(crate) interface: &'a Interface,
    pub(crate) slot: u32,
    pub(crate) direction: usize,
}

impl<T: Tables> Case<'_, T> {
    #[inline(always)]
    pub(crate) const fn has(&self, flag: u32) -> bool {
        self.interface.flags & flag != 0
    }

    #[inline(always)]
    fn judge(&self) -> Result<Reason, Reason> {
        if self.packet.own.present == 0 {
            return Ok(self.other_ethertype());
        }
        if self.packet.place == place::LATER {
            self.check_source()?;
            return self.later_fragment();
        }
        if let Some(reason) = self.never_filtered() {
            return Ok(reason);
        }
        self.check_source()?;
        let reason = self.flow()?;
        if self.packet.place == place::FIRST {
            return self.first_fragment(reason);
        }
        Ok(reason)
    }

    #[inline(always)]
    fn other_ethertype(&self) -> Reason {
        let kind = self.packet.ethertype;
        if kind == ethertype::ARP && self.has(flag::ARP) {
            return Reason::Arp;
        }
        let [a, b, c, d] = self.interface.ethertypes;
        if kind != 0 && (kind == a || kind == b || kind == c || kind == d) {
            return Reason::ListedEtherType;
        }
        Reason::EtherType
    }

    /// What security groups never filter: neighbour discovery, DHCP, multicast control.
    #[inline(always)]
    fn never_filtered(&self) -> Option<Reason> {
        let Tuple { protocol, v6, .. } = self.packet.own;
        match protocol {
            protocol::ICMPV6 => self.neighbourhood(),
            protocol::UDP if self.has(flag::DHCP) && self.is_dhcp() => Some(Reason::Dhcp),
            protocol::IGMP if v6 == 0 && self.packet.hops == 1 && self.has(flag::MULTICAST_CONTROL) => {
                Some(Reason::MulticastControl)
            }
            _ => None,
        }
    }

    #[inline(always)]
    fn neighbourhood(&self) -> Option<Reason> {
        let hops = self.packet.hops;
        match self.packet.own.dport >> 8 {
            133..=137 if hops == 255 && self.has(flag::NEIGHBOUR_DISCOVERY) => Some(Reason::NeighbourDiscovery),
            130..=132 | 143 if hops == 1 && self.has(flag::MULTICAST_CONTROL) => Some(Reason::MulticastControl),
            _ => None,
        }
    }

    /// The instance as a client: its port to the server's, or back.
    #[inline(always)]
    const fn is_dhcp(&self) -> bool {
        let own = &self.packet.own;
        let (client, server) = if own.v6 != 0 { (546, 547) } else { (68, 67) };
        let (from, to) = if self.direction == EGRESS { (client, server) } else { (server, client) };
        own.sport == from && own.dport == to
    }

    /// Membership goes by address, so a forged one would be a way in.
    #[inline(always)]
    pub(crate) fn check_source(&self) -> Result<(), Reason> {
        if self.direction == EGRESS && self.has(flag::SOURCE_CHECK) && !self.owns_source() {
            return Err(Reason::SourceCheck);
        }
        Ok(())
    }

    #[inline(always)]
    fn owns_source(&self) -> bool {
        let own = &self.packet.own;
        if own.v6 != 0 {
            self.tables.find128(self.interface.own6, own.src.number6()) != 0
        } else {
            self.tables.find32(self.interface.own4, own.src.number4()) != 0
        }
    }
}
