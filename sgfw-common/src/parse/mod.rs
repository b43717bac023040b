//! From bytes to numbers, or to a named refusal. What is not understood here is never passed.
//!
//! [`packet`] follows the layers: link, IPv4 or IPv6 with extension headers, transport, and what an ICMP error
//! quotes. Each step reads a header of fixed size at a computed offset: one bounds check a header.

mod ip;
mod quoted;
mod transport;

pub use ip::MAX_EXTENSIONS;

use crate::frame::Frame;
use crate::maps::class;
use crate::packet::{Fragment, Ip, Link, Packet, Transport, Tuple, ethertype, place, protocol, role};
use crate::reason::Reason;
use ip::{ipv4, ipv6};
use quoted::quoted;
use transport::transport;

const ETHERNET: u32 = 14;

/// Writes a frame as the decision needs it. `bare` frames start with the IP header; only a `trunk` may be
/// tagged. Every field that counts is written, whatever was in `packet` before.
///
/// # Errors
/// The reason to drop what cannot be understood.
#[inline(always)]
pub fn packet<F: Frame>(frame: &F, bare: bool, trunk: bool, packet: &mut Packet) -> Result<(), Reason> {
    let link = link(frame, bare, trunk)?;
    packet.ethertype = link.ethertype;
    packet.at = link.at;
    packet.quoted.present = 0;
    let ip = match link.ethertype {
        ethertype::IPV4 => ipv4(frame, link.at)?,
        ethertype::IPV6 => ipv6(frame, link.at)?,
        _ => {
            packet.own.present = 0;
            return Ok(());
        }
    };
    packet.hops = ip.hops;
    packet.length = ip.end - ip.part;
    packet.place = place::WHOLE;
    match ip.fragment {
        Fragment::Whole => {}
        Fragment::First { id } => (packet.place, packet.fragment_id) = (place::FIRST, id),
        Fragment::Later { id, offset } => {
            (packet.place, packet.fragment_id, packet.fragment_offset) = (place::LATER, id, offset);
            packet.transport = Transport::default();
            packet.own = tuple(&ip, &packet.transport);
            return Ok(());
        }
    }
    packet.transport = transport(frame, &ip)?;
    packet.own = tuple(&ip, &packet.transport);
    if packet.own.role == role::ERROR {
        packet.quoted = quoted(frame, &ip);
    }
    Ok(())
}

#[inline(always)]
fn tuple(ip: &Ip, transport: &Transport) -> Tuple {
    let icmp = matches!(ip.protocol, protocol::ICMP | protocol::ICMPV6);
    Tuple {
        src: ip.src,
        dst: ip.dst,
        sport: transport.sport,
        dport: transport.dport,
        protocol: ip.protocol,
        v6: u8::from(ip.v6),
        role: if icmp { icmp_role(ip.v6, (transport.dport >> 8) as u8) } else { role::NONE },
        present: 1,
    }
}

/// What an ICMP type is to connection tracking: RFC 792, 950 and 4443.
#[inline(always)]
const fn icmp_role(v6: bool, kind: u8) -> u8 {
    match (v6, kind) {
        (false, 8) | (true, 128) => role::QUERY | class::ECHO,
        (false, 0) | (true, 129) => role::ANSWER | class::ECHO,
        (false, 13) => role::QUERY | class::TIMESTAMP,
        (false, 14) => role::ANSWER | class::TIMESTAMP,
        (false, 15) => role::QUERY | class::INFORMATION,
        (false, 16) => role::ANSWER | class::INFORMATION,
        (false, 17) => role::QUERY | class::MASK,
        (false, 18) => role::ANSWER | class::MASK,
        (false, 3 | 4 | 11 | 12) | (true, 1..=4) => role::ERROR,
        _ => role::NONE,
    }
}

/// The link layer: Ethernet with up to two tags where `trunk`, or nothing at all where `bare`.
#[inline(always)]
fn link<F: Frame>(frame: &F, bare: bool, trunk: bool) -> Result<Link, Reason> {
    if bare {
        return bare_link(frame);
    }
    let ethertype = frame.half(ETHERNET - 2).ok_or(Reason::EthernetShort)?;
    let link = Link { ethertype: u16::from_be(ethertype), at: ETHERNET };
    if frame.tagged() || is_tag(link.ethertype) {
        return if trunk { untag(frame, link) } else { Err(Reason::VlanTag) };
    }
    Ok(link)
}

/// A device without a link layer (tun, wireguard): the version nibble says what it is.
#[inline(always)]
fn bare_link<F: Frame>(frame: &F) -> Result<Link, Reason> {
    let [first] = head(frame, 0, Reason::EthernetShort)?;
    match first >> 28 {
        4 => Ok(Link { ethertype: ethertype::IPV4, at: 0 }),
        6 => Ok(Link { ethertype: ethertype::IPV6, at: 0 }),
        _ => Err(Reason::EtherType),
    }
}

#[inline(always)]
fn untag<F: Frame>(frame: &F, mut link: Link) -> Result<Link, Reason> {
    for _ in 0..2 {
        if is_tag(link.ethertype) {
            let [tag] = head(frame, link.at, Reason::VlanDepth)?;
            link = Link { ethertype: low16(tag), at: link.at + 4 };
        }
    }
    if is_tag(link.ethertype) { Err(Reason::VlanDepth) } else { Ok(link) }
}

#[inline(always)]
const fn is_tag(kind: u16) -> bool {
    matches!(kind, ethertype::VLAN | ethertype::QINQ | ethertype::QINQ_OLD)
}

/// A header of `N` words in host byte order, or the refusal.
#[inline(always)]
fn head<F: Frame, const N: usize>(frame: &F, at: u32, short: Reason) -> Result<[u32; N], Reason> {
    Ok(frame.words(at).ok_or(short)?.map(u32::from_be))
}

/// The upper half of a word: a source port, an ICMP type and code.
#[inline(always)]
const fn high16(word: u32) -> u16 {
    (word >> 16) as u16
}

/// The lower half of a word: a destination port.
#[inline(always)]
const fn low16(word: u32) -> u16 {
    word as u16
}
