//! From bytes to numbers, or to a named refusal. What is not understood here is never passed.
//!
//! The three steps follow the packet: [`link`], [`ip`], [`transport`]. Each reads fixed-size headers at
//! computed offsets, so that the verifier sees one bounds check a header.

use crate::addr::Addr;
use crate::frame::{Frame, be16, be32};
use crate::packet::{Fragment, Ip, Link, Transport, ethertype, protocol, tcp};
use crate::reason::Reason;

const ETHERNET: u32 = 14;
const IPV4_HEADER: u32 = 20;
const IPV6_HEADER: u32 = 40;
/// Extension headers that are walked before a packet is refused.
pub const MAX_EXTENSIONS: u32 = 8;

/// The link layer: Ethernet with up to two tags where `trunk`, or nothing at all where `bare`.
#[inline(always)]
pub fn link<F: Frame>(frame: &F, bare: bool, trunk: bool) -> Result<Link, Reason> {
    if bare {
        return bare_link(frame);
    }
    let head: [u8; 14] = frame.bytes(0).ok_or(Reason::EthernetShort)?;
    let link = Link { ethertype: be16(&head, 12), at: ETHERNET };
    if frame.tagged() || is_tag(link.ethertype) {
        return if trunk { untag(frame, link) } else { Err(Reason::VlanTag) };
    }
    Ok(link)
}

/// A device without a link layer (tun, wireguard): the version nibble says what it is.
#[inline(always)]
fn bare_link<F: Frame>(frame: &F) -> Result<Link, Reason> {
    let [first] = frame.bytes(0).ok_or(Reason::EthernetShort)?;
    match first >> 4 {
        4 => Ok(Link { ethertype: ethertype::IPV4, at: 0 }),
        6 => Ok(Link { ethertype: ethertype::IPV6, at: 0 }),
        _ => Err(Reason::EtherType),
    }
}

#[inline(always)]
fn untag<F: Frame>(frame: &F, mut link: Link) -> Result<Link, Reason> {
    for _ in 0..2 {
        if is_tag(link.ethertype) {
            let tag: [u8; 4] = frame.bytes(link.at).ok_or(Reason::VlanDepth)?;
            link = Link { ethertype: be16(&tag, 2), at: link.at + 4 };
        }
    }
    if is_tag(link.ethertype) { Err(Reason::VlanDepth) } else { Ok(link) }
}

#[inline(always)]
const fn is_tag(kind: u16) -> bool {
    matches!(kind, ethertype::VLAN | ethertype::QINQ | ethertype::QINQ_OLD)
}

/// The IPv4 header at `at` (RFC 791).
#[inline(always)]
pub fn ipv4<F: Frame>(frame: &F, at: u32) -> Result<Ip, Reason> {
    let head: [u8; 20] = frame.bytes(at).ok_or(Reason::Ipv4Short)?;
    if head[0] >> 4 != 4 {
        return Err(Reason::Ipv4Version);
    }
    let header = u32::from(head[0] & 15) * 4;
    if header < IPV4_HEADER {
        return Err(Reason::Ipv4HeaderLength);
    }
    let total = ipv4_total(frame, u32::from(be16(&head, 2)), at)?;
    if total < header {
        return Err(Reason::Ipv4TotalLength);
    }
    let fragment = ipv4_fragment(be16(&head, 6), u32::from(be16(&head, 4)), total - header)?;
    Ok(Ip {
        v6: false,
        src: Addr::v4([head[12], head[13], head[14], head[15]]),
        dst: Addr::v4([head[16], head[17], head[18], head[19]]),
        protocol: head[9],
        hops: head[8],
        at: at + header,
        end: at + total,
        fragment,
    })
}

/// The total length, checked against the frame; zero is the whole frame for an offload packet.
#[inline(always)]
fn ipv4_total<F: Frame>(frame: &F, total: u32, at: u32) -> Result<u32, Reason> {
    if frame.holds(at + total) && total != 0 {
        return Ok(total);
    }
    if total == 0 && frame.gso() { Ok(frame.len() - at) } else { Err(Reason::Ipv4TotalLength) }
}

#[inline(always)]
fn ipv4_fragment(field: u16, id: u32, payload: u32) -> Result<Fragment, Reason> {
    place(id, u32::from(field & 0x1fff) * 8, field & 0x2000 != 0, payload)
}

/// The place a fragment takes, if it is one that can be put together again.
#[inline(always)]
fn place(id: u32, offset: u32, more: bool, payload: u32) -> Result<Fragment, Reason> {
    if offset == 0 && !more {
        return Ok(Fragment::Whole);
    }
    if (more && payload % 8 != 0) || payload == 0 || offset + payload > 65_535 {
        return Err(Reason::FragmentBounds);
    }
    Ok(if offset == 0 { Fragment::First { id } } else { Fragment::Later { id, offset } })
}

/// The IPv6 header at `at` and its extension headers (RFC 8200).
#[inline(always)]
pub fn ipv6<F: Frame>(frame: &F, at: u32) -> Result<Ip, Reason> {
    let head: [u8; 40] = frame.bytes(at).ok_or(Reason::Ipv6Short)?;
    if head[0] >> 4 != 6 {
        return Err(Reason::Ipv6Version);
    }
    let end = ipv6_end(frame, u32::from(be16(&head, 4)), head[6], at)?;
    let (src, dst) = (address(&head, 8), address(&head, 24));
    if src.is_mapped() || dst.is_mapped() {
        return Err(Reason::MappedAddress);
    }
    let ip = Ip {
        v6: true,
        src,
        dst,
        protocol: head[6],
        hops: head[7],
        at: at + IPV6_HEADER,
        end,
        fragment: Fragment::Whole,
    };
    extensions(frame, ip)
}

#[inline(always)]
const fn address(head: &[u8; 40], at: usize) -> Addr {
    Addr([word(head, at), word(head, at + 4), word(head, at + 8), word(head, at + 12)])
}

#[inline(always)]
const fn word(head: &[u8; 40], at: usize) -> u32 {
    u32::from_ne_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]])
}

/// The end of the packet. No payload is honest only where no header follows (59).
#[inline(always)]
fn ipv6_end<F: Frame>(frame: &F, payload: u32, next: u8, at: u32) -> Result<u32, Reason> {
    let end = at + IPV6_HEADER + payload;
    if payload == 0 && frame.gso() {
        return Ok(frame.len());
    }
    if (payload == 0 && next != extension::NONE) || !frame.holds(end) {
        return Err(Reason::Ipv6PayloadLength);
    }
    Ok(end)
}

mod extension {
    pub(super) const HOP_BY_HOP: u8 = 0;
    pub(super) const ROUTING: u8 = 43;
    pub(super) const FRAGMENT: u8 = 44;
    pub(super) const AUTHENTICATION: u8 = 51;
    pub(super) const NONE: u8 = 59;
    pub(super) const DESTINATION: u8 = 60;

    #[inline(always)]
    pub(super) const fn is(next: u8) -> bool {
        matches!(next, HOP_BY_HOP | ROUTING | FRAGMENT | AUTHENTICATION | DESTINATION)
    }
}

/// Walks at most [`MAX_EXTENSIONS`] headers; behind a later fragment's header nothing can be read.
#[inline(always)]
fn extensions<F: Frame>(frame: &F, mut ip: Ip) -> Result<Ip, Reason> {
    for _ in 0..MAX_EXTENSIONS {
        if !extension::is(ip.protocol) || matches!(ip.fragment, Fragment::Later { .. }) {
            return Ok(ip);
        }
        ip = step(frame, ip)?;
    }
    if extension::is(ip.protocol) && !matches!(ip.fragment, Fragment::Later { .. }) {
        return Err(Reason::Ipv6TooManyExtensions);
    }
    Ok(ip)
}

#[inline(always)]
fn step<F: Frame>(frame: &F, mut ip: Ip) -> Result<Ip, Reason> {
    let head: [u8; 8] = frame.bytes(ip.at).ok_or(Reason::Ipv6Extension)?;
    let kind = ip.protocol;
    let length = match kind {
        extension::FRAGMENT => 8,
        extension::AUTHENTICATION => (u32::from(head[1]) + 2) * 4,
        _ => (u32::from(head[1]) + 1) * 8,
    };
    ip.at += length;
    if ip.at > ip.end {
        return Err(Reason::Ipv6Extension);
    }
    if kind == extension::ROUTING && head[2] == 0 {
        return Err(Reason::RoutingHeader0);
    }
    if kind == extension::FRAGMENT {
        ip.fragment = ipv6_fragment(&head, ip)?;
    }
    ip.protocol = head[0];
    Ok(ip)
}

#[inline(always)]
fn ipv6_fragment(head: &[u8; 8], ip: Ip) -> Result<Fragment, Reason> {
    if ip.fragment != Fragment::Whole {
        return Err(Reason::Ipv6Extension);
    }
    let field = be16(head, 2);
    place(be32(head, 4), u32::from(field & 0xfff8), field & 1 != 0, ip.end - ip.at)
}

/// The transport header of a whole packet or a first fragment.
#[inline(always)]
pub fn transport<F: Frame>(frame: &F, ip: &Ip) -> Result<Transport, Reason> {
    match ip.protocol {
        protocol::TCP => segment(frame, ip),
        protocol::UDP => datagram(frame, ip),
        protocol::ICMP | protocol::ICMPV6 => message(frame, ip),
        _ => Ok(Transport::default()),
    }
}

/// The refusal for a header of `needed` bytes that does not fit, if it does not.
#[inline(always)]
fn fits(ip: &Ip, needed: u32, short: Reason) -> Result<(), Reason> {
    if ip.at + needed <= ip.end {
        return Ok(());
    }
    Err(if ip.fragment == Fragment::Whole { short } else { Reason::FragmentTooSmall })
}

#[inline(always)]
fn segment<F: Frame>(frame: &F, ip: &Ip) -> Result<Transport, Reason> {
    fits(ip, 20, Reason::TcpHeader)?;
    let head: [u8; 20] = frame.bytes(ip.at).ok_or(Reason::TcpHeader)?;
    let header = u32::from(head[12] >> 4) * 4;
    if header < 20 {
        return Err(Reason::TcpHeader);
    }
    fits(ip, header, Reason::TcpHeader)?;
    let flags = head[13] & 0x3f;
    if !sane(flags) {
        return Err(Reason::TcpFlags);
    }
    Ok(Transport {
        sport: be16(&head, 0),
        dport: be16(&head, 2),
        flags,
        seq: be32(&head, 4),
        ack: be32(&head, 8),
        payload: ip.end - ip.at - header,
    })
}

/// SYN, SYN-ACK, RST, or anything with ACK and neither SYN nor RST: the rest is made by scanners.
#[inline(always)]
const fn sane(flags: u8) -> bool {
    let core = flags & (tcp::FIN | tcp::SYN | tcp::RST | tcp::ACK);
    const SYN_ACK: u8 = tcp::SYN | tcp::ACK;
    const RST_ACK: u8 = tcp::RST | tcp::ACK;
    const FIN_ACK: u8 = tcp::FIN | tcp::ACK;
    matches!(core, tcp::SYN | SYN_ACK | tcp::RST | RST_ACK | tcp::ACK | FIN_ACK)
}

#[inline(always)]
fn datagram<F: Frame>(frame: &F, ip: &Ip) -> Result<Transport, Reason> {
    fits(ip, 8, Reason::UdpHeader)?;
    let head: [u8; 8] = frame.bytes(ip.at).ok_or(Reason::UdpHeader)?;
    let length = u32::from(be16(&head, 4));
    let whole = ip.fragment == Fragment::Whole;
    let zero = length == 0 && frame.gso();
    if !zero && (length < 8 || (whole && length > ip.end - ip.at)) {
        return Err(Reason::UdpLength);
    }
    Ok(Transport { sport: be16(&head, 0), dport: be16(&head, 2), ..Transport::default() })
}

#[inline(always)]
fn message<F: Frame>(frame: &F, ip: &Ip) -> Result<Transport, Reason> {
    if ip.v6 != (ip.protocol == protocol::ICMPV6) {
        return Err(Reason::IcmpFamily);
    }
    fits(ip, 8, Reason::IcmpHeader)?;
    let head: [u8; 8] = frame.bytes(ip.at).ok_or(Reason::IcmpHeader)?;
    Ok(Transport { sport: be16(&head, 4), dport: be16(&head, 0), ..Transport::default() })
}

/// An IPv4 packet quoted by the ICMP error in `ip`: its addresses and protocol, and the eight bytes
/// behind its header that RFC 792 promises. Its lengths are not checked: it is cut short by nature.
#[inline(always)]
pub fn quoted4<F: Frame>(frame: &F, ip: &Ip) -> Option<(Ip, [u8; 8])> {
    let at = ip.at + 8;
    let head: [u8; 20] = frame.bytes(at)?;
    let header = u32::from(head[0] & 15) * 4;
    if head[0] >> 4 != 4 || header < IPV4_HEADER || be16(&head, 6) & 0x1fff != 0 {
        return None;
    }
    let inner = Ip {
        v6: false,
        src: Addr::v4([head[12], head[13], head[14], head[15]]),
        dst: Addr::v4([head[16], head[17], head[18], head[19]]),
        protocol: head[9],
        hops: head[8],
        at: at + header,
        end: ip.end,
        fragment: Fragment::Whole,
    };
    ports(frame, inner)
}

/// An IPv6 packet quoted by the ICMPv6 error in `ip` (RFC 4443, 3).
#[inline(always)]
pub fn quoted6<F: Frame>(frame: &F, ip: &Ip) -> Option<(Ip, [u8; 8])> {
    let at = ip.at + 8;
    let head: [u8; 40] = frame.bytes(at)?;
    if head[0] >> 4 != 6 {
        return None;
    }
    let inner = Ip {
        v6: true,
        src: address(&head, 8),
        dst: address(&head, 24),
        protocol: head[6],
        hops: head[7],
        at: at + IPV6_HEADER,
        end: ip.end,
        fragment: Fragment::Whole,
    };
    let inner = extensions(frame, inner).ok()?;
    match inner.fragment {
        Fragment::Later { .. } => None,
        _ => ports(frame, inner),
    }
}

#[inline(always)]
fn ports<F: Frame>(frame: &F, inner: Ip) -> Option<(Ip, [u8; 8])> {
    if inner.at + 8 > inner.end {
        return None;
    }
    Some((inner, frame.bytes(inner.at)?))
}
