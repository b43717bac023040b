//! IPv4 (RFC 791) and IPv6 with its extension headers (RFC 8200).

use super::{Fragment, Packet, cut, long, number, transport};
use sgfw_common::packet::protocol;
use sgfw_common::reason::Reason;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

const HOP_BY_HOP: u8 = 0;
const ROUTING: u8 = 43;
const FRAGMENT: u8 = 44;
const AUTHENTICATION: u8 = 51;
const NO_NEXT_HEADER: u8 = 59;
const DESTINATION_OPTIONS: u8 = 60;
/// Extension headers a packet may have.
const MOST_EXTENSIONS: usize = 8;
/// Bytes a datagram may have.
const LONGEST_DATAGRAM: usize = 65_535;

pub(super) fn read4(bytes: &[u8]) -> Result<Packet, Reason> {
    let (head, _) = cut(bytes, 20, Reason::Ipv4Short)?;
    if head[0] >> 4 != 4 {
        return Err(Reason::Ipv4Version);
    }
    let header = usize::from(head[0] & 15) * 4;
    if header < 20 {
        return Err(Reason::Ipv4HeaderLength);
    }
    let (whole, _) = cut(bytes, usize::from(number(&head[2..4])), Reason::Ipv4TotalLength)?;
    let (_, payload) = cut(whole, header, Reason::Ipv4TotalLength)?;
    let field = number(&head[6..8]);
    let place = Place { id: number(&head[4..6]).into(), offset: (field & 0x1fff) * 8, more: field & 0x2000 != 0 };
    let ends = (IpAddr::V4(address4(&head[12..16])), IpAddr::V4(address4(&head[16..20])));
    packet(ends, head[9], head[8], place.fragment(payload.len())?, payload)
}

pub(super) fn read6(bytes: &[u8]) -> Result<Packet, Reason> {
    let (head, rest) = cut(bytes, 40, Reason::Ipv6Short)?;
    if head[0] >> 4 != 6 {
        return Err(Reason::Ipv6Version);
    }
    let length = usize::from(number(&head[4..6]));
    if length == 0 && head[6] != NO_NEXT_HEADER {
        return Err(Reason::Ipv6PayloadLength);
    }
    let (payload, _) = cut(rest, length, Reason::Ipv6PayloadLength)?;
    let (src, dst) = (address6(&head[8..24]), address6(&head[24..40]));
    if src.to_ipv4_mapped().is_some() || dst.to_ipv4_mapped().is_some() {
        return Err(Reason::MappedAddress);
    }
    let inside = behind_extensions(head[6], payload, &Lengths::Matter)?;
    packet((src.into(), dst.into()), inside.protocol, head[7], inside.fragment, inside.payload)
}

fn packet(ends: (IpAddr, IpAddr), number: u8, hops: u8, fragment: Fragment, rest: &[u8]) -> Result<Packet, Reason> {
    let icmp_of_the_other_family = match ends.0 {
        IpAddr::V4(_) => protocol::ICMPV6,
        IpAddr::V6(_) => protocol::ICMP,
    };
    let later = matches!(fragment, Fragment::Later { .. });
    if number == icmp_of_the_other_family && !later {
        return Err(Reason::IcmpFamily);
    }
    let payload = if later { transport::Payload::Unseen } else { transport::read(number, rest, fragment)? };
    Ok(Packet { src: ends.0, dst: ends.1, protocol: number, hops, fragment, payload })
}

/// What a header says of a fragment's place.
struct Place {
    id: u32,
    offset: u16,
    more: bool,
}

impl Place {
    fn fragment(&self, length: usize) -> Result<Fragment, Reason> {
        let offset = usize::from(self.offset);
        if offset == 0 && !self.more {
            return Ok(Fragment::Whole);
        }
        let odd = self.more && !length.is_multiple_of(8);
        if odd || length == 0 || offset + length > LONGEST_DATAGRAM {
            return Err(Reason::FragmentBounds);
        }
        Ok(match self.cut_short() {
            Fragment::First { id, .. } => Fragment::First { id, length },
            other => other,
        })
    }

    /// The place of a packet that was cut short on purpose.
    fn cut_short(&self) -> Fragment {
        match (self.offset, self.more) {
            (0, false) => Fragment::Whole,
            (0, true) => Fragment::First { id: self.id, length: 0 },
            (offset, _) => Fragment::Later { id: self.id, offset: offset.into() },
        }
    }
}

/// Whether the packet is all there, or the beginning of one that an ICMP error quotes.
pub(super) enum Lengths {
    Matter,
    CutShort,
}

/// What lies behind the extension headers.
pub(super) struct Inside<'a> {
    pub(super) protocol: u8,
    pub(super) payload: &'a [u8],
    pub(super) fragment: Fragment,
}

pub(super) fn behind_extensions<'a>(first: u8, bytes: &'a [u8], lengths: &Lengths) -> Result<Inside<'a>, Reason> {
    let mut inside = Inside { protocol: first, payload: bytes, fragment: Fragment::Whole };
    let mut walked = 0;
    // Behind a later fragment's header lies the middle of something.
    while is_extension(inside.protocol) && !matches!(inside.fragment, Fragment::Later { .. }) {
        if walked == MOST_EXTENSIONS {
            return Err(Reason::Ipv6TooManyExtensions);
        }
        inside = behind_extension(&inside, lengths)?;
        walked += 1;
    }
    Ok(inside)
}

fn is_extension(number: u8) -> bool {
    matches!(number, HOP_BY_HOP | ROUTING | FRAGMENT | AUTHENTICATION | DESTINATION_OPTIONS)
}

fn behind_extension<'a>(outside: &Inside<'a>, lengths: &Lengths) -> Result<Inside<'a>, Reason> {
    let (start, _) = cut(outside.payload, 8, Reason::Ipv6Extension)?;
    let length = match outside.protocol {
        FRAGMENT => 8,
        AUTHENTICATION => (usize::from(start[1]) + 2) * 4,
        _ => (usize::from(start[1]) + 1) * 8,
    };
    let (header, payload) = cut(outside.payload, length, Reason::Ipv6Extension)?;
    if outside.protocol == ROUTING && header[2] == 0 {
        return Err(Reason::RoutingHeader0);
    }
    let mut fragment = outside.fragment;
    if outside.protocol == FRAGMENT {
        if fragment != Fragment::Whole {
            return Err(Reason::Ipv6Extension);
        }
        let field = number(&header[2..4]);
        let place = Place { id: long(&header[4..8]), offset: field & 0xfff8, more: field & 1 != 0 };
        fragment = match lengths {
            Lengths::Matter => place.fragment(payload.len())?,
            Lengths::CutShort => place.cut_short(),
        };
    }
    Ok(Inside { protocol: header[0], payload, fragment })
}

pub(super) fn address4(bytes: &[u8]) -> Ipv4Addr {
    Ipv4Addr::from_bits(long(bytes))
}

pub(super) fn address6(bytes: &[u8]) -> Ipv6Addr {
    let mut octets = [0; 16];
    octets.copy_from_slice(bytes);
    octets.into()
}
