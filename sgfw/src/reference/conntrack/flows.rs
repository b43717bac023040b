//! What is remembered of flows, and by which name.

use crate::model::Direction;
use std::collections::HashMap;
use std::net::IpAddr;

/// A flow's name, the same for both its directions; two interfaces never share one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Key {
    pub(super) interface: String,
    pub(super) local: IpAddr,
    pub(super) remote: IpAddr,
    pub(super) talk: Talk,
}

/// What two addresses talk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Talk {
    /// TCP between the local and the remote port.
    Tcp(u16, u16),
    /// UDP, likewise.
    Udp(u16, u16),
    /// Queries of this ICMP type with this identifier, by the side whose queries go this way.
    Query(u8, u16, Direction),
    /// Another protocol: nothing but its number is known (F76).
    Other(u8),
}

/// A datagram's name.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct FragmentsKey {
    pub(super) interface: String,
    pub(super) direction: Direction,
    pub(super) src: IpAddr,
    pub(super) dst: IpAddr,
    pub(super) protocol: u8,
    pub(super) id: u32,
}

/// Everything that is remembered.
#[derive(Clone, Debug, Default)]
pub(super) struct Flows {
    pub(super) opening: HashMap<Key, Opening>,
    pub(super) open: HashMap<Key, Open>,
    pub(super) exchanges: HashMap<Key, Exchange>,
    pub(super) fragments: HashMap<FragmentsKey, FirstFragment>,
}

/// A TCP connection on its way.
#[derive(Clone, Copy, Debug)]
pub(super) struct Opening {
    /// Which way its first packet went.
    pub(super) by: Direction,
    pub(super) seen: u64,
    pub(super) ending: Ending,
    pub(super) step: Step,
}

/// How far a TCP connection on its way has come.
#[derive(Clone, Copy, Debug)]
pub(super) enum Step {
    /// A SYN passed; its sender goes on at this sequence number.
    Asked { next: u32 },
    /// The answer to it passed: the responder's first and next sequence number.
    Answered { asked_next: u32, first: u32, next: u32 },
    /// It is older than the firewall.
    Adopted,
}

/// A TCP connection whose handshake is proved.
#[derive(Clone, Copy, Debug)]
pub(super) struct Open {
    pub(super) seen: u64,
    pub(super) ending: Ending,
}

/// Signs that a TCP connection ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Ending {
    pub(super) fin_ingress: bool,
    pub(super) fin_egress: bool,
    pub(super) reset: bool,
}

/// Requests and responses outside TCP.
#[derive(Clone, Copy, Debug)]
pub(super) struct Exchange {
    pub(super) by: Direction,
    pub(super) seen: u64,
    /// Requests and responses that alternated, up to 4: two of each.
    pub(super) turns: u8,
}

/// The first fragment of a datagram.
#[derive(Clone, Copy, Debug)]
pub(super) struct FirstFragment {
    pub(super) passed: u64,
    pub(super) length: usize,
}
