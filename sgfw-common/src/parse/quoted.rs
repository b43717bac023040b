//! What an ICMP error quotes: who spoke to whom. A quote that cannot be read is none, and no refusal.

use super::ip::{IPV4_HEADER, extensions, ipv6_plain};
use super::{high16, low16, tuple};
use crate::addr::Addr;
use crate::frame::Frame;
use crate::packet::{Fragment, Ip, Transport, Tuple, protocol};

/// The tuple of the packet that the ICMP error in `ip` quotes, or [`Tuple::NONE`].
#[inline(always)]
pub(super) fn quoted<F: Frame>(frame: &F, ip: &Ip) -> Tuple {
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
