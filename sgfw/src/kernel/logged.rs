//! What the programs counted for flow logs.

use crate::model::Direction;
use sgfw_common::reason::Reason;
use std::net::IpAddr;

/// One direction of one conversation of one interface, with one outcome, since it was last taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoggedFlow {
    /// Slot of the interface.
    pub slot: u32,
    /// Source address of the packets.
    pub src: IpAddr,
    /// Destination address of the packets.
    pub dst: IpAddr,
    /// Source port; 0 where there is none: ICMP, and fragments behind the first.
    pub sport: u16,
    /// Destination port, likewise.
    pub dport: u16,
    /// IANA protocol number.
    pub protocol: u8,
    /// As the instance sees it.
    pub direction: Direction,
    /// Why they were dropped; none: they passed.
    pub refusal: Option<Reason>,
    /// Packets.
    pub packets: u64,
    /// Bytes, from the IP header on.
    pub bytes: u64,
    /// Unix time of the first packet, in seconds.
    pub first: u64,
    /// Unix time of the last packet.
    pub last: u64,
    /// FIN 1, SYN 2, RST 4, SYN-ACK 18: all that were seen.
    pub flags: u8,
}
