//! Bytes of a frame to what a person would read in them, or the reason why they are refused.
//!
//! Every header is cut off the front of a slice, and what announces more than is left is refused. The order of
//! the checks is that of the bytes: link, addresses' header, extension headers, transport.

mod ip;
mod quoted;
mod transport;

pub use quoted::Quoted;
pub use transport::{Message, Payload, Segment};

use crate::model::Link;
use sgfw_common::packet::ethertype;
use sgfw_common::reason::Reason;
use std::net::IpAddr;

/// What a frame is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen {
    /// Neither IPv4 nor IPv6: the EtherType, or an IEEE 802.3 length.
    EtherType(u16),
    /// An IP packet.
    Packet(Packet),
}

/// An IP packet that can be judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packet {
    /// Source address.
    pub src: IpAddr,
    /// Destination address.
    pub dst: IpAddr,
    /// IANA protocol number behind all extension headers; that of the fragment header for a later fragment.
    pub protocol: u8,
    /// TTL or hop limit.
    pub hops: u8,
    /// Place in a fragmented datagram.
    pub fragment: Fragment,
    /// What it carries.
    pub payload: Payload,
}

/// The place of a packet in a fragmented datagram. Lengths and offsets in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fragment {
    /// Not a fragment; an atomic one (RFC 6946) neither.
    Whole,
    /// The first fragment: identification, and how much of the datagram it holds.
    First {
        /// Identification.
        id: u32,
        /// Bytes of the datagram, all that lies behind the fragment header.
        length: usize,
    },
    /// Any other.
    Later {
        /// Identification.
        id: u32,
        /// Where in the datagram it belongs.
        offset: usize,
    },
}

/// Reads a frame as an interface with this link layer would.
///
/// # Errors
/// The first thing that is wrong with it, in the order of the bytes.
pub fn read(bytes: &[u8], link: Link, trunk: bool) -> Result<Seen, Reason> {
    let (kind, rest) = match link {
        Link::Bare => (bare(bytes)?, bytes),
        Link::Ethernet => ethernet(bytes, trunk)?,
    };
    match kind {
        ethertype::IPV4 => ip::read4(rest).map(Seen::Packet),
        ethertype::IPV6 => ip::read6(rest).map(Seen::Packet),
        other => Ok(Seen::EtherType(other)),
    }
}

fn bare(bytes: &[u8]) -> Result<u16, Reason> {
    let (word, _) = cut(bytes, 4, Reason::EthernetShort)?;
    match word[0] >> 4 {
        4 => Ok(ethertype::IPV4),
        6 => Ok(ethertype::IPV6),
        _ => Err(Reason::EtherType),
    }
}

fn ethernet(bytes: &[u8], trunk: bool) -> Result<(u16, &[u8]), Reason> {
    let (head, mut rest) = cut(bytes, 14, Reason::EthernetShort)?;
    let mut kind = number(&head[12..14]);
    let mut tags = 0;
    while matches!(kind, ethertype::VLAN | ethertype::QINQ | ethertype::QINQ_OLD) {
        tags += 1;
        if !trunk {
            return Err(Reason::VlanTag);
        }
        if tags > 2 {
            return Err(Reason::VlanDepth);
        }
        let (tag, behind) = cut(rest, 4, Reason::VlanDepth)?;
        kind = number(&tag[2..4]);
        rest = behind;
    }
    Ok((kind, rest))
}

/// The first `length` bytes and the rest, or the refusal.
fn cut(bytes: &[u8], length: usize, short: Reason) -> Result<(&[u8], &[u8]), Reason> {
    bytes.split_at_checked(length).ok_or(short)
}

/// Two bytes in network order.
fn number(bytes: &[u8]) -> u16 {
    u16::from_be_bytes([bytes[0], bytes[1]])
}

/// Four bytes in network order.
fn long(bytes: &[u8]) -> u32 {
    u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])
}
