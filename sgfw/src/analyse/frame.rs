//! Frames put together byte by byte, for those who judge bytes. Checksums stay zero: nobody here looks at them.

use super::question::Question;
use crate::model::Link;
use crate::reference::What;
use sgfw_common::packet::{ethertype, protocol, tcp};
use std::net::IpAddr;

/// Identification of all datagrams.
const IDENTIFICATION: u16 = 7;
/// The fragment header of IPv6.
const FRAGMENT: u8 = 44;
/// Bytes of a first fragment: room for every transport header.
pub(super) const FIRST: u16 = 32;

/// Which part of a datagram a packet is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Whole,
    First,
    Later,
}

/// The frame of a packet; TCP with these control bits.
pub(super) fn frame(question: &Question, link: Link, part: Part, flags: u8) -> Vec<u8> {
    let (number, mut payload) = payload(question, flags);
    match part {
        Part::Whole => {}
        Part::First => payload.resize(FIRST.into(), 0),
        Part::Later => payload = vec![0; 16],
    }
    let hops = hops(question.what);
    let (kind, packet) = match (question.src, question.dst) {
        (IpAddr::V4(src), IpAddr::V4(dst)) => {
            (ethertype::IPV4, ipv4((src.octets(), dst.octets()), (number, hops), part, &payload))
        }
        (src, dst) => {
            let octets = |address: IpAddr| match address {
                IpAddr::V6(address) => address.octets(),
                IpAddr::V4(address) => address.to_ipv6_mapped().octets(),
            };
            (ethertype::IPV6, ipv6((octets(src), octets(dst)), (number, hops), part, &payload))
        }
    };
    if link == Link::Bare { packet } else { [&[0; 12], &kind.to_be_bytes()[..], &packet].concat() }
}

/// The answer to a packet: its ends exchanged.
pub(super) fn turned(question: &Question) -> Question {
    let Question { src, dst, source_port, .. } = *question;
    let (what, source_port) = match question.what {
        What::Tcp(port) => (What::Tcp(source_port), port),
        What::Udp(port) => (What::Udp(source_port), port),
        other => (other, source_port),
    };
    let direction = question.direction.other();
    Question { direction, src: dst, dst: src, what, source_port, ..*question }
}

/// The query that an ICMP message answers, going the other way; none if it is no answer.
pub(super) fn asked_by(question: &Question) -> Option<Question> {
    let what = match question.what {
        What::Icmp { kind: 0, .. } => What::Icmp { kind: 8, code: 0 },
        What::Icmp { kind: kind @ (14 | 16 | 18), .. } => What::Icmp { kind: kind - 1, code: 0 },
        What::Icmpv6 { kind: 129, .. } => What::Icmpv6 { kind: 128, code: 0 },
        _ => return None,
    };
    Some(Question { what, ..turned(question) })
}

/// Whether packets like it belong to flows: all but ICMP messages that neither ask nor answer.
pub(super) fn is_tracked(what: What) -> bool {
    match what {
        What::Icmp { kind, .. } => matches!(kind, 0 | 8 | 13..=18),
        What::Icmpv6 { kind, .. } => matches!(kind, 128 | 129),
        _ => true,
    }
}

fn payload(question: &Question, flags: u8) -> (u8, Vec<u8>) {
    let ports = |port: u16| [question.source_port.to_be_bytes(), port.to_be_bytes()].concat();
    match question.what {
        What::Tcp(port) => {
            let acknowledged = if flags & tcp::ACK == 0 { [0; 4] } else { [0, 0, 0, 1] };
            (
                protocol::TCP,
                [&ports(port)[..], &[0, 0, 0, 1], &acknowledged, &[0x50, flags, 0x20, 0, 0, 0, 0, 0]].concat(),
            )
        }
        What::Udp(port) => (protocol::UDP, [&ports(port)[..], &[0, 8, 0, 0]].concat()),
        What::Icmp { kind, code } => (protocol::ICMP, message(kind, code)),
        What::Icmpv6 { kind, code } => (protocol::ICMPV6, message(kind, code)),
        What::Other(number) => (number, vec![0; 16]),
    }
}

fn message(kind: u8, code: u8) -> Vec<u8> {
    vec![kind, code, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]
}

/// What only counts on its own link proves that by its hop limit.
const fn hops(what: What) -> u8 {
    match what {
        What::Icmpv6 { kind: 133..=137, .. } => 255,
        What::Icmpv6 { kind: 130..=132 | 143, .. } | What::Other(protocol::IGMP) => 1,
        _ => 64,
    }
}

fn ipv4((src, dst): ([u8; 4], [u8; 4]), (protocol, hops): (u8, u8), part: Part, payload: &[u8]) -> Vec<u8> {
    let fragment: u16 = match part {
        Part::Whole => 0,
        Part::First => 0x2000,
        Part::Later => FIRST / 8,
    };
    let mut bytes = vec![0x45, 0];
    bytes.extend(length(20 + payload.len()));
    bytes.extend(IDENTIFICATION.to_be_bytes());
    bytes.extend(fragment.to_be_bytes());
    bytes.extend([hops, protocol, 0, 0]);
    bytes.extend(src);
    bytes.extend(dst);
    bytes.extend(payload);
    bytes
}

fn ipv6((src, dst): ([u8; 16], [u8; 16]), (protocol, hops): (u8, u8), part: Part, payload: &[u8]) -> Vec<u8> {
    let place = match part {
        Part::Whole => None,
        Part::First => Some(1),
        Part::Later => Some(FIRST),
    };
    let header = place.map(|place| {
        let [high, low] = place.to_be_bytes();
        let [id_high, id_low] = IDENTIFICATION.to_be_bytes();
        [protocol, 0, high, low, 0, 0, id_high, id_low]
    });
    let mut bytes = vec![0x60, 0, 0, 0];
    bytes.extend(length(header.map_or(0, |header| header.len()) + payload.len()));
    bytes.extend([if header.is_some() { FRAGMENT } else { protocol }, hops]);
    bytes.extend(src);
    bytes.extend(dst);
    bytes.extend(header.into_iter().flatten());
    bytes.extend(payload);
    bytes
}

fn length(bytes: usize) -> [u8; 2] {
    u16::try_from(bytes).unwrap_or(u16::MAX).to_be_bytes()
}
