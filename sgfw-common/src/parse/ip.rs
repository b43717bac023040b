//! The network layer: IPv4 with options, IPv6 with extension headers, and the place of a fragment.

use super::head;
use crate::addr::Addr;
use crate::frame::Frame;
use crate::packet::{Fragment, Ip};
use crate::reason::Reason;

pub(super) const IPV4_HEADER: u32 = 20;
const IPV6_HEADER: u32 = 40;
/// Extension headers that are walked before a packet is refused.
pub const MAX_EXTENSIONS: u32 = 8;

/// The IPv4 header at `at` (RFC 791).
#[inline(always)]
pub(super) fn ipv4<F: Frame>(frame: &F, at: u32) -> Result<Ip, Reason> {
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
pub(super) fn ipv6<F: Frame>(frame: &F, at: u32) -> Result<Ip, Reason> {
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
pub(super) const fn ipv6_plain(raw: &[u32; 10], at: u32, end: u32) -> Ip {
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
pub(super) fn extensions<F: Frame, const QUOTED: bool>(frame: &F, mut ip: Ip) -> Result<Ip, Reason> {
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
