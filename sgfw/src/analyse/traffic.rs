//! What a packet asks for as a number, and sets of it in words.
//!
//! `protocol << 16 | port` for TCP and UDP, `protocol << 16 | type << 8 | code` for ICMP and ICMPv6; every other
//! protocol takes all of its 65 536 numbers at once. ICMP in IPv6 and ICMPv6 in IPv4 never pass and are in no set.

use super::family::Family;
use super::ranges::Ranges;
use crate::model::{IcmpMatch, PortRange, Traffic};
use crate::reference::What;
use serde::Serialize;
use sgfw_common::packet::protocol;
use std::fmt;

/// How many numbers a protocol has.
const EACH: u128 = 1 << 16;
/// One more than the highest number.
const END: u128 = 1 << 24;

/// Everything a packet of this family can ask for.
pub(super) fn everything(family: Family) -> Ranges {
    let foreign = match family {
        Family::Ipv4 => protocol::ICMPV6,
        Family::Ipv6 => protocol::ICMP,
    };
    Ranges::one(0, END - 1).difference(&whole(foreign, foreign))
}

/// What a rule speaks of, as far as a packet of this family can.
pub fn set(traffic: Traffic, family: Family) -> Ranges {
    let all = match traffic {
        Traffic::All => Ranges::one(0, END - 1),
        Traffic::Tcp(range) => ports(protocol::TCP, range),
        Traffic::Udp(range) => ports(protocol::UDP, range),
        Traffic::Icmp(what) => messages(protocol::ICMP, what),
        Traffic::Icmpv6(what) => messages(protocol::ICMPV6, what),
        Traffic::Protocol(number) => whole(number, number),
    };
    all.intersection(&everything(family))
}

/// The number of what a packet asks for.
pub fn number(what: What) -> u128 {
    let of = |protocol: u8, low: u16| u128::from(protocol) * EACH + u128::from(low);
    match what {
        What::Tcp(port) => of(protocol::TCP, port),
        What::Udp(port) => of(protocol::UDP, port),
        What::Icmp { kind, code } => of(protocol::ICMP, u16::from_be_bytes([kind, code])),
        What::Icmpv6 { kind, code } => of(protocol::ICMPV6, u16::from_be_bytes([kind, code])),
        What::Other(number) => of(number, 0),
    }
}

/// The set of what one packet asks for.
pub(super) fn one(what: What) -> Ranges {
    match what {
        What::Other(number) => whole(number, number),
        _ => Ranges::one(number(what), number(what)),
    }
}

/// What a packet asks for that has this number.
pub fn what(number: u128) -> What {
    let [.., protocol, high, low] = number.to_be_bytes();
    match protocol {
        protocol::TCP => What::Tcp(u16::from_be_bytes([high, low])),
        protocol::UDP => What::Udp(u16::from_be_bytes([high, low])),
        protocol::ICMP => What::Icmp { kind: high, code: low },
        protocol::ICMPV6 => What::Icmpv6 { kind: high, code: low },
        number => What::Other(number),
    }
}

fn whole(first: u8, last: u8) -> Ranges {
    Ranges::one(u128::from(first) * EACH, (u128::from(last) + 1) * EACH - 1)
}

fn ports(protocol: u8, range: PortRange) -> Ranges {
    let base = u128::from(protocol) * EACH;
    Ranges::one(base + u128::from(range.first()), base + u128::from(range.last()))
}

fn messages(protocol: u8, what: IcmpMatch) -> Ranges {
    let base = u128::from(protocol) * EACH;
    let of = |kind: u8, first: u8, last: u8| {
        let base = base + u128::from(kind) * 256;
        Ranges::one(base + u128::from(first), base + u128::from(last))
    };
    match (what.kind(), what.code()) {
        (None, _) => whole(protocol, protocol),
        (Some(kind), None) => of(kind, 0, u8::MAX),
        (Some(kind), Some(code)) => of(kind, code, code),
    }
}

/// A part of a set that has words of its own. Ranges include both ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Piece {
    /// All that packets of the family can ask for.
    All,
    /// All of these protocols, by their IANA numbers.
    Protocols {
        /// The first.
        first: u8,
        /// The last.
        last: u8,
    },
    /// Destination ports of TCP (6) or UDP (17).
    Ports {
        /// Its IANA number.
        protocol: u8,
        /// The first.
        first: u16,
        /// The last.
        last: u16,
    },
    /// All codes of these types of ICMP (1) or ICMPv6 (58).
    Types {
        /// Its IANA number.
        protocol: u8,
        /// The first.
        first: u8,
        /// The last.
        last: u8,
    },
    /// Codes of one type of ICMP (1) or ICMPv6 (58).
    Codes {
        /// Its IANA number.
        protocol: u8,
        /// The type.
        of: u8,
        /// The first.
        first: u8,
        /// The last.
        last: u8,
    },
}

/// The parts of a set, ascending.
pub(super) fn pieces(set: &Ranges, family: Family) -> Vec<Piece> {
    if *set == everything(family) {
        return vec![Piece::All];
    }
    set.iter().flat_map(|range| cut(range, EACH, family)).collect()
}

/// Cuts a range at the borders of protocols, or of types: a part, the whole ones, a part.
fn cut((first, last): (u128, u128), unit: u128, family: Family) -> Vec<Piece> {
    let (head, tail) = (first.next_multiple_of(unit), (last + 1) / unit * unit);
    if head > tail {
        return inner((first, last), unit, family);
    }
    let mut all = Vec::new();
    if first < head {
        all.extend(inner((first, head - 1), unit, family));
    }
    if head < tail {
        all.push(units((head / unit, tail / unit - 1), unit));
    }
    if tail <= last {
        all.extend(inner((tail, last), unit, family));
    }
    all
}

/// Some numbers of one protocol, or of one type.
fn inner((first, last): (u128, u128), unit: u128, family: Family) -> Vec<Piece> {
    let ([.., protocol, high, low], [.., last_high, last_low]) = (first.to_be_bytes(), last.to_be_bytes());
    match protocol {
        protocol::TCP | protocol::UDP => {
            let (first, last) = (u16::from_be_bytes([high, low]), u16::from_be_bytes([last_high, last_low]));
            vec![Piece::Ports { protocol, first, last }]
        }
        _ if unit == EACH => cut((first, last), 256, family),
        _ => vec![Piece::Codes { protocol, of: high, first: low, last: last_low }],
    }
}

fn units((first, last): (u128, u128), unit: u128) -> Piece {
    let ([.., protocol, low], [.., last_low]) = (first.to_be_bytes(), last.to_be_bytes());
    if unit == EACH {
        Piece::Protocols { first: low, last: last_low }
    } else {
        Piece::Types { protocol, first: low, last: last_low }
    }
}

/// A set in words: `tcp 22, 443`, `icmp type 8`, `all`, `all but tcp 22`.
pub(super) fn words(set: &Ranges, family: Family) -> String {
    let (all, rest) = (pieces(set, family), pieces(&everything(family).difference(set), family));
    if rest.len() < all.len() && !rest.is_empty() { format!("all but {}", list(&rest)) } else { list(&all) }
}

/// Ports of one protocol share its name.
fn list(pieces: &[Piece]) -> String {
    let mut text = String::new();
    let mut before = None;
    for piece in pieces {
        let (name, rest) = piece.split();
        let same = before.as_ref() == Some(&name) && !rest.is_empty();
        let separator = if text.is_empty() { "" } else { ", " };
        text += separator;
        text += &match (same, rest.is_empty()) {
            (true, _) => rest,
            (false, true) => name.clone(),
            (false, false) => format!("{name} {rest}"),
        };
        before = Some(name);
    }
    text
}

impl Piece {
    /// The protocol, and what of it; nothing for all of it.
    fn split(&self) -> (String, String) {
        match *self {
            Self::All => ("all".into(), String::new()),
            Self::Protocols { first, last } if first == last => (name(first), all_of(first).into()),
            Self::Protocols { first, last } => (format!("protocols {first}-{last}"), String::new()),
            Self::Ports { protocol, first, last } => (name(protocol), range(first, last)),
            Self::Types { protocol, first, last } => (name(protocol), format!("type {}", range(first, last))),
            Self::Codes { protocol, of, first, last } => {
                (name(protocol), format!("type {of} code {}", range(first, last)))
            }
        }
    }
}

impl fmt::Display for Piece {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&list(&[*self]))
    }
}

/// What people call a protocol.
pub(super) fn name(number: u8) -> String {
    match number {
        protocol::TCP => "tcp".into(),
        protocol::UDP => "udp".into(),
        protocol::ICMP => "icmp".into(),
        protocol::ICMPV6 => "icmpv6".into(),
        number => format!("protocol {number}"),
    }
}

const fn all_of(number: u8) -> &'static str {
    match number {
        protocol::TCP | protocol::UDP | protocol::ICMP | protocol::ICMPV6 => "all",
        _ => "",
    }
}

fn range<T: PartialEq + fmt::Display>(first: T, last: T) -> String {
    if first == last { first.to_string() } else { format!("{first}-{last}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compile::testing::rule;

    fn union(rules: &[&str], family: Family) -> Ranges {
        let sets = rules.iter().map(|text| {
            let words: Vec<&str> = text.split(' ').chain(["::/0"]).collect();
            set(rule(&words).traffic, family)
        });
        sets.fold(Ranges::default(), |all, one| all.union(&one))
    }

    #[test]
    fn sets_in_words() {
        let four = |rules: &[&str]| words(&union(rules, Family::Ipv4), Family::Ipv4);
        assert_eq!(four(&["tcp 443"]), "tcp 443");
        assert_eq!(four(&["tcp 22", "tcp 80-90", "tcp 91", "udp all"]), "tcp 22, 80-91, udp all");
        assert_eq!(four(&["icmp 8", "icmp 3.4", "icmp 3.5"]), "icmp type 3 code 4-5, type 8");
        assert_eq!(four(&["icmp all", "proto 47", "proto 50", "proto 51"]), "icmp all, protocol 47, protocols 50-51");
        assert_eq!(four(&["all"]), "all");
        assert_eq!(words(&union(&["all"], Family::Ipv6), Family::Ipv6), "all");
        assert_eq!(words(&union(&["icmp 8", "tcp 1"], Family::Ipv6), Family::Ipv6), "tcp 1", "icmp is IPv4's");
        let but = everything(Family::Ipv4).difference(&union(&["tcp 22"], Family::Ipv4));
        assert_eq!(words(&but, Family::Ipv4), "all but tcp 22");
        assert_eq!(words(&Ranges::default(), Family::Ipv4), "");
    }

    #[test]
    fn numbers_and_what_they_stand_for() {
        for asked in [
            What::Tcp(0),
            What::Udp(65535),
            What::Icmp { kind: 3, code: 4 },
            What::Icmpv6 { kind: 128, code: 0 },
            What::Other(47),
            What::Other(0),
        ] {
            assert_eq!(what(number(asked)), asked);
        }
        assert!(set(Traffic::Protocol(47), Family::Ipv4).contains(number(What::Other(47))));
    }
}
