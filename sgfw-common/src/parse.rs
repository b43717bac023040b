//! From bytes to numbers, or to a named refusal. What is not understood here is never passed.
//!
//! [`packet`] follows the layers: link, IPv4 or IPv6 with extension headers, transport, and what an ICMP error
//! quotes. Each step reads a header of fixed size at a computed offset: one bounds check a header.

use crate::addr::Addr;
use crate::frame::Frame;
use crate::maps::class;
use crate::packet::{Fragment, Ip, Link, Packet, Transport, Tuple, ethertype, place, protocol, role, tcp};
use crate::reason::Reason;

const ETHERNET: u32 = 14;
const IPV4_HEADER: u32 = 20;
const IPV6_HEADER: u32 = 40;
/// Extension headers that are walked before a packet is refused.
pub const MAX_EXTENSIONS: u32 = 8;

/// Writes a frame as the decision needs it. `bare` frames start with the IP header; only a `trunk` may be
/// tagged. Every field that counts is written, whatever was in `packet` before.
///
/// # Errors
/// The reason to drop what cannot be understood.
#[inline(always)]
pub fn packet<F: Frame>(frame: &F, bare: bool, trunk: bool, packet: &mut Packet) -> Result<(), Reason> {
    let link = link(frame, bare, trunk)?;
    packet.ethertype = link.ethertype;
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

/// The IPv4 header at `at` (RFC 791).
#[inline(always)]
fn ipv4<F: Frame>(frame: &F, at: u32) -> Result<Ip, Reason> {
    let raw: [u32; 5] = frame.words(at).ok_or(Reason::Ipv4Short)?;
    let [first, second, third, ..] = raw.map(u32::from_be);
    if first >> 28 != 4 {
        return Err(Reason::Ipv4Version);
    }
    let header = (first >> 24 & 15) * 4;
    if header < IPV4_HEADER {
        return Err(Reason::Ipv4HeaderLength);
    }
    let total = ipv4_total(frame, first & 0xffff, at)?;
    if total < header {
        return Err(Reason::Ipv4TotalLength);
    }
    let fragment = ipv4_fragment(second & 0xffff, second >> 16, total - header)?;
    Ok(Ip {
        v6: false,
        src: Addr::word4(raw[3]),
        dst: Addr::word4(raw[4]),
        protocol: (third >> 16) as u8,
        hops: (third >> 24) as u8,
        at: at + header,
        end: at + total,
        part: at + header,
        fragment,
    })
}

/// The total length, checked against the frame; zero is the whole frame for an offload packet.
#[inline(always)]
fn ipv4_total<F: Frame>(frame: &F, total: u32, at: u32) -> Result<u32, Reason> {
    if frame.holds(at + total) && total != 0 {
        return Ok(total);
    }
    if total == 0 && frame.gso() { Ok(frame.length() - at) } else { Err(Reason::Ipv4TotalLength) }
}

#[inline(always)]
fn ipv4_fragment(field: u32, id: u32, payload: u32) -> Result<Fragment, Reason> {
    fragment(id, (field & 0x1fff) * 8, field & 0x2000 != 0, payload)
}

/// The place a fragment takes, if it is one that can be put together again.
#[inline(always)]
fn fragment(id: u32, offset: u32, more: bool, payload: u32) -> Result<Fragment, Reason> {
    if offset == 0 && !more {
        return Ok(Fragment::Whole);
    }
    if (more && !payload.is_multiple_of(8)) || payload == 0 || offset + payload > 65_535 {
        return Err(Reason::FragmentBounds);
    }
    Ok(if offset == 0 { Fragment::First { id } } else { Fragment::Later { id, offset } })
}

/// The IPv6 header at `at` and its extension headers (RFC 8200).
#[inline(always)]
fn ipv6<F: Frame>(frame: &F, at: u32) -> Result<Ip, Reason> {
    let raw: [u32; 10] = frame.words(at).ok_or(Reason::Ipv6Short)?;
    let (first, second) = (u32::from_be(raw[0]), u32::from_be(raw[1]));
    if first >> 28 != 6 {
        return Err(Reason::Ipv6Version);
    }
    let end = ipv6_end(frame, second >> 16, (second >> 8) as u8, at)?;
    let ip = ipv6_plain(&raw, at, end);
    if ip.src.is_mapped() || ip.dst.is_mapped() {
        return Err(Reason::MappedAddress);
    }
    extensions::<F, false>(frame, ip)
}

/// What the fixed header says; extension headers are still to come.
#[inline(always)]
const fn ipv6_plain(raw: &[u32; 10], at: u32, end: u32) -> Ip {
    let second = u32::from_be(raw[1]);
    Ip {
        v6: true,
        src: Addr([raw[2], raw[3], raw[4], raw[5]]),
        dst: Addr([raw[6], raw[7], raw[8], raw[9]]),
        protocol: (second >> 8) as u8,
        hops: second as u8,
        at: at + IPV6_HEADER,
        end,
        part: at + IPV6_HEADER,
        fragment: Fragment::Whole,
    }
}

/// The end of the packet. No payload is honest only where no header follows (59).
#[inline(always)]
fn ipv6_end<F: Frame>(frame: &F, payload: u32, next: u8, at: u32) -> Result<u32, Reason> {
    let end = at + IPV6_HEADER + payload;
    if payload == 0 && frame.gso() {
        return Ok(frame.length());
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
fn extensions<F: Frame, const QUOTED: bool>(frame: &F, mut ip: Ip) -> Result<Ip, Reason> {
    for _ in 0..MAX_EXTENSIONS {
        if !extension::is(ip.protocol) || matches!(ip.fragment, Fragment::Later { .. }) {
            return Ok(ip);
        }
        ip = step::<F, QUOTED>(frame, ip)?;
    }
    if extension::is(ip.protocol) && !matches!(ip.fragment, Fragment::Later { .. }) {
        return Err(Reason::Ipv6TooManyExtensions);
    }
    Ok(ip)
}

#[inline(always)]
fn step<F: Frame, const QUOTED: bool>(frame: &F, mut ip: Ip) -> Result<Ip, Reason> {
    let [first, second] = head(frame, ip.at, Reason::Ipv6Extension)?;
    let kind = ip.protocol;
    let units = first >> 16 & 0xff;
    let length = match kind {
        extension::FRAGMENT => 8,
        extension::AUTHENTICATION => (units + 2) * 4,
        _ => (units + 1) * 8,
    };
    ip.at = frame.forget(ip.at + length);
    if ip.at > ip.end {
        return Err(Reason::Ipv6Extension);
    }
    if kind == extension::ROUTING && first >> 8 & 0xff == 0 {
        return Err(Reason::RoutingHeader0);
    }
    if kind == extension::FRAGMENT {
        // A quoted packet is cut short: where its fragment ends is not known.
        ip.part = ip.at;
        let payload = if QUOTED { 8 } else { ip.end - ip.at };
        ip.fragment = ipv6_fragment(first & 0xffff, second, ip.fragment, payload)?;
    }
    ip.protocol = (first >> 24) as u8;
    Ok(ip)
}

#[inline(always)]
fn ipv6_fragment(field: u32, id: u32, outer: Fragment, payload: u32) -> Result<Fragment, Reason> {
    if outer != Fragment::Whole {
        return Err(Reason::Ipv6Extension);
    }
    fragment(id, field & 0xfff8, field & 1 != 0, payload)
}

/// The transport header of a whole packet or a first fragment.
#[inline(always)]
fn transport<F: Frame>(frame: &F, ip: &Ip) -> Result<Transport, Reason> {
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
    let [ports, seq, ack, control, _] = head(frame, ip.at, Reason::TcpHeader)?;
    let header = (control >> 28) * 4;
    if header < 20 {
        return Err(Reason::TcpHeader);
    }
    fits(ip, header, Reason::TcpHeader)?;
    let flags = (control >> 16) as u8 & 0x3f;
    if !sane(flags) {
        return Err(Reason::TcpFlags);
    }
    let payload = ip.end - ip.at - header;
    Ok(Transport { sport: high16(ports), dport: low16(ports), seq, ack, payload, flags, reserved: [0; 3] })
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
    let [ports, second] = head(frame, ip.at, Reason::UdpHeader)?;
    let length = second >> 16;
    let whole = ip.fragment == Fragment::Whole;
    let zero = length == 0 && frame.gso();
    if !zero && (length < 8 || (whole && length > ip.end - ip.at)) {
        return Err(Reason::UdpLength);
    }
    Ok(Transport { sport: high16(ports), dport: low16(ports), ..Transport::default() })
}

#[inline(always)]
fn message<F: Frame>(frame: &F, ip: &Ip) -> Result<Transport, Reason> {
    if ip.v6 != (ip.protocol == protocol::ICMPV6) {
        return Err(Reason::IcmpFamily);
    }
    fits(ip, 8, Reason::IcmpHeader)?;
    let [first, second] = head(frame, ip.at, Reason::IcmpHeader)?;
    Ok(Transport { sport: high16(second), dport: high16(first), ..Transport::default() })
}

/// The tuple of the packet that the ICMP error in `ip` quotes, or [`Tuple::NONE`].
#[inline(always)]
fn quoted<F: Frame>(frame: &F, ip: &Ip) -> Tuple {
    let inner = if ip.v6 { quoted6(frame, ip) } else { quoted4(frame, ip) };
    let Some(inner) = inner else { return Tuple::NONE };
    if inner.at + 8 > inner.end {
        return Tuple::NONE;
    }
    match frame.words(inner.at) {
        Some(words) => quoted_tuple(&inner, words),
        None => Tuple::NONE,
    }
}

/// RFC 792 promises two words behind the quoted header: ports, or type, code and identifier.
#[inline(always)]
fn quoted_tuple(inner: &Ip, words: [u32; 2]) -> Tuple {
    let [first, second] = words.map(u32::from_be);
    let (sport, dport) = match inner.protocol {
        protocol::TCP | protocol::UDP => (high16(first), low16(first)),
        protocol::ICMP | protocol::ICMPV6 if inner.v6 == (inner.protocol == protocol::ICMPV6) => {
            (high16(second), high16(first))
        }
        protocol::ICMP | protocol::ICMPV6 => return Tuple::NONE,
        _ => (0, 0),
    };
    tuple(inner, &Transport { sport, dport, ..Transport::default() })
}

/// A quoted IPv4 header. Its lengths are not checked: it is cut short by nature.
#[inline(always)]
fn quoted4<F: Frame>(frame: &F, ip: &Ip) -> Option<Ip> {
    let at = ip.at + 8;
    let raw: [u32; 5] = frame.words(at)?;
    let [first, second, third, ..] = raw.map(u32::from_be);
    let header = (first >> 24 & 15) * 4;
    if first >> 28 != 4 || header < IPV4_HEADER || second & 0x1fff != 0 {
        return None;
    }
    Some(Ip {
        v6: false,
        src: Addr::word4(raw[3]),
        dst: Addr::word4(raw[4]),
        protocol: (third >> 16) as u8,
        hops: (third >> 24) as u8,
        at: at + header,
        end: ip.end,
        part: at + header,
        fragment: Fragment::Whole,
    })
}

/// A quoted IPv6 header and its extension headers (RFC 4443, 3).
#[inline(always)]
fn quoted6<F: Frame>(frame: &F, ip: &Ip) -> Option<Ip> {
    let at = ip.at + 8;
    let raw: [u32; 10] = frame.words(at)?;
    if u32::from_be(raw[0]) >> 28 != 6 {
        return None;
    }
    let plain = ipv6_plain(&raw, at, ip.end);
    // Such addresses would name a flow of IPv4.
    if plain.src.is_mapped() || plain.dst.is_mapped() {
        return None;
    }
    let inner = extensions::<F, true>(frame, plain).ok()?;
    (!matches!(inner.fragment, Fragment::Later { .. })).then_some(inner)
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
