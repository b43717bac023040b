//! The finer settings of an interface: timeouts, what passes without a rule, EtherTypes.

use super::decode::{self, Fields};
use super::report::Report;
use super::tree::Node;
use crate::model::{NeverFiltered, TIMEOUT_TCP, TIMEOUT_UDP, TIMEOUT_UDP_STREAM, Timeouts};
use std::collections::BTreeSet;
use std::ops::RangeInclusive;

/// The decision has room for so many.
const MOST_ETHERTYPES: usize = 4;
/// Below this the field is a length (IEEE 802.3).
const LOWEST_ETHERTYPE: i64 = 0x0600;
/// Judged by rules, by `pass`, or by `trunk`, and so never passed by number.
const JUDGED: &[(u16, &str)] = &[
    (0x0800, "IPv4 is judged by rules"),
    (0x86dd, "IPv6 is judged by rules"),
    (0x0806, "ARP has its own switch: `pass: {arp: true}`"),
    (0x8100, "VLAN tags have their own switch: `trunk: true`"),
    (0x88a8, "VLAN tags have their own switch: `trunk: true`"),
    (0x9100, "VLAN tags have their own switch: `trunk: true`"),
];

/// Idle timeouts in seconds; what is left out is AWS's default.
pub(super) fn timeouts(node: Option<&Node>, report: &mut Report) -> Timeouts {
    let mut timeouts = Timeouts::default();
    let known = ["tcp-established", "udp", "udp-stream"];
    let Some(fields) = node.and_then(|node| Fields::read(node, "`timeouts`", &known, report)) else {
        return timeouts;
    };
    for (key, range, target) in [
        ("tcp-established", TIMEOUT_TCP, &mut timeouts.tcp_established),
        ("udp", TIMEOUT_UDP, &mut timeouts.udp),
        ("udp-stream", TIMEOUT_UDP_STREAM, &mut timeouts.udp_stream),
    ] {
        if let Some(value) = fields.get(key).and_then(|node| seconds(node, key, &range, report)) {
            *target = value;
        }
    }
    timeouts
}

/// What passes without a rule; what is left out passes.
pub(super) fn pass(node: Option<&Node>, report: &mut Report) -> NeverFiltered {
    let mut pass = NeverFiltered::default();
    let known = ["arp", "neighbour-discovery", "dhcp", "multicast-control"];
    let Some(fields) = node.and_then(|node| Fields::read(node, "`pass`", &known, report)) else {
        return pass;
    };
    for (key, target) in [
        ("arp", &mut pass.arp),
        ("neighbour-discovery", &mut pass.neighbour_discovery),
        ("dhcp", &mut pass.dhcp),
        ("multicast-control", &mut pass.multicast_control),
    ] {
        if let Some(value) = fields.get(key).and_then(|node| decode::boolean(node, &format!("`{key}`"), report)) {
            *target = value;
        }
    }
    pass
}

/// EtherTypes that pass besides IP and ARP.
pub(super) fn ethertypes(node: Option<&Node>, report: &mut Report) -> BTreeSet<u16> {
    let mut types = BTreeSet::new();
    let Some(node) = node else { return types };
    for item in decode::list(node, "`ethertypes`", report).unwrap_or_default() {
        types.extend(ethertype(item, report));
    }
    if types.len() > MOST_ETHERTYPES {
        report.error(node.spot, format!("{} EtherTypes; {MOST_ETHERTYPES} are allowed", types.len()), "");
    }
    types
}

fn seconds(node: &Node, key: &str, range: &RangeInclusive<u32>, report: &mut Report) -> Option<u32> {
    let wide = i64::from(*range.start())..=i64::from(*range.end());
    decode::integer(node, &format!("`{key}`, in seconds,"), wide, report)
}

fn ethertype(node: &Node, report: &mut Report) -> Option<u16> {
    let number: u16 = decode::integer(node, "an EtherType", LOWEST_ETHERTYPE..=0xffff, report)?;
    if let Some((_, why)) = JUDGED.iter().find(|(judged, _)| *judged == number) {
        report.error(node.spot, format!("EtherType 0x{number:04x} cannot be listed"), *why);
        return None;
    }
    Some(number)
}
