//! Rules that nearly allow something: what about them matches, and what does not.

use super::family::{self, Family};
use super::question::{Question, describe, speaks_of};
use super::rule_ref::RuleRef;
use crate::model::{Direction, IcmpMatch, Peer, PortRange, Rule, Snapshot, Traffic};
use crate::reference::What;
use ipnet::IpNet;
use serde::Serialize;
use std::collections::BTreeSet;
use std::net::IpAddr;

/// Misses that are kept.
const KEPT: usize = 10;
/// Members of a group that one line names.
const NAMED: usize = 3;
/// How far a group is from somebody who is no member: nearer than another family, farther than a neighbour block.
const NO_MEMBER: u32 = 64;
/// How far a block of the other family is.
const OTHER_FAMILY: u32 = 1000;

/// A rule that does not allow it, and why not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Miss {
    /// The rule.
    pub rule: RuleRef,
    /// `port and protocol match, source 10.1.0.0/24 does not contain 10.1.2.3`.
    pub why: String,
}

/// What is wrong with a rule, nearest first, and how far off it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Distance {
    /// All but the peer matches; by bits.
    Peer(u32),
    /// All but port, type or code; by how many.
    Port(u32),
    /// The peer matches, the protocol does not.
    Protocol,
    /// The protocol matches, and nothing else.
    OnlyProtocol(u32),
}

/// The rules of these groups that come nearest to allowing it, best first; none of them does. A rule for another
/// protocol is named only where there is nothing nearer.
pub(super) fn misses(snapshot: &Snapshot, groups: &BTreeSet<String>, question: &Question) -> Vec<Miss> {
    let groups = groups.iter().filter_map(|name| snapshot.groups.get(name));
    let rules = groups.flat_map(|group| group.rules(question.direction).iter().map(|rule| (group.name.as_str(), rule)));
    let mut near: Vec<(Distance, &str, &Rule)> =
        rules.filter_map(|(group, rule)| Some((distance(snapshot, rule, question)?, group, rule))).collect();
    near.sort_by_key(|(distance, ..)| *distance);
    if near.first().is_some_and(|(distance, ..)| *distance < Distance::Protocol) {
        near.retain(|(distance, ..)| *distance < Distance::Protocol);
    }
    near.truncate(KEPT);
    let miss = |(distance, group, rule): (Distance, &str, &Rule)| Miss {
        rule: RuleRef::new(group, question.direction, rule),
        why: why(snapshot, distance, rule, question),
    };
    near.into_iter().map(miss).collect()
}

/// How far a rule is off; none if nothing of it matches.
fn distance(snapshot: &Snapshot, rule: &Rule, question: &Question) -> Option<Distance> {
    let (protocol, traffic) = speaks_of(rule.traffic, question.what);
    let peer = peer_distance(snapshot, &rule.peer, question.peer());
    match (protocol, traffic, peer) {
        (_, true, bits) => Some(Distance::Peer(bits)),
        (true, false, 0) => Some(Distance::Port(port_distance(rule.traffic, question.what))),
        (false, _, 0) => Some(Distance::Protocol),
        (true, false, bits) if bits < OTHER_FAMILY => Some(Distance::OnlyProtocol(bits)),
        _ => None,
    }
}

/// By how many bits a block would have to be wider; 0 if the address is meant.
fn peer_distance(snapshot: &Snapshot, peer: &Peer, address: IpAddr) -> u32 {
    match peer {
        Peer::Cidr(block) => block_distance(block, address),
        Peer::PrefixList(name) => {
            let entries = snapshot.prefix_lists.get(name).into_iter().flat_map(|list| &list.entries);
            entries.map(|entry| block_distance(&entry.block, address)).min().unwrap_or(OTHER_FAMILY)
        }
        Peer::Group(name) => {
            if members(snapshot, name).contains(&address) {
                0
            } else {
                NO_MEMBER
            }
        }
    }
}

fn block_distance(block: &IpNet, address: IpAddr) -> u32 {
    if Family::of(block.network()) != Family::of(address) {
        return OTHER_FAMILY;
    }
    let differ = family::number(block.network()) ^ family::number(address);
    let highest = differ.checked_ilog2().map_or(0, |highest| highest + 1);
    let free = u32::from(block.max_prefix_len() - block.prefix_len());
    highest.saturating_sub(free)
}

fn port_distance(traffic: Traffic, what: What) -> u32 {
    let off = |range: PortRange, port: u16| {
        u32::from(range.first().saturating_sub(port).max(port.saturating_sub(range.last())))
    };
    match (traffic, what) {
        (Traffic::Tcp(range), What::Tcp(port)) | (Traffic::Udp(range), What::Udp(port)) => off(range, port),
        // The right type with another code is nearest.
        (Traffic::Icmp(wanted), What::Icmp { kind, .. }) | (Traffic::Icmpv6(wanted), What::Icmpv6 { kind, .. }) => {
            u32::from(wanted.kind() != Some(kind))
        }
        _ => 1,
    }
}

fn why(snapshot: &Snapshot, distance: Distance, rule: &Rule, question: &Question) -> String {
    let end = if question.direction == Direction::Ingress { "source" } else { "destination" };
    let all = matches!(question.what, What::Other(_));
    match distance {
        Distance::Peer(_) => {
            let matches = if all { "protocol matches" } else { "port and protocol match" };
            let matches = if is_message(question.what) { "type, code and protocol match" } else { matches };
            format!("{matches}, {}", peer_words(snapshot, end, &rule.peer, question.peer()))
        }
        Distance::Port(_) => format!("{end} matches, protocol matches, {}", port_words(rule.traffic, question.what)),
        Distance::Protocol => {
            let words = format!("{} is not {}", protocol_of(question.what), rule_protocol(rule.traffic));
            format!("{end} matches, protocol {words}")
        }
        Distance::OnlyProtocol(_) => format!(
            "protocol matches, {}, {}",
            port_words(rule.traffic, question.what),
            peer_words(snapshot, end, &rule.peer, question.peer())
        ),
    }
}

const fn is_message(what: What) -> bool {
    matches!(what, What::Icmp { .. } | What::Icmpv6 { .. })
}

fn peer_words(snapshot: &Snapshot, end: &str, peer: &Peer, address: IpAddr) -> String {
    match peer {
        Peer::Cidr(block) if Family::of(block.network()) != Family::of(address) => {
            let name = |v4: bool| if v4 { "IPv4" } else { "IPv6" };
            format!("{end} {block} is {}, {address} is {}", name(block.network().is_ipv4()), name(address.is_ipv4()))
        }
        Peer::Cidr(block) => format!("{end} {block} does not contain {address}"),
        Peer::PrefixList(name) => {
            let many = snapshot.prefix_lists.get(name).map_or(0, |list| list.entries.len());
            let blocks = if many == 1 { "block" } else { "blocks" };
            format!("{end} prefix-list {name} ({many} {blocks}) does not contain {address}")
        }
        Peer::Group(name) => {
            format!("{end} group {name} does not have {address} ({})", member_words(&members(snapshot, name)))
        }
    }
}

fn member_words(members: &BTreeSet<IpAddr>) -> String {
    let first: Vec<String> = members.iter().take(NAMED).map(ToString::to_string).collect();
    match members.len().saturating_sub(NAMED) {
        _ if members.is_empty() => "it has no member with an address".into(),
        0 => format!("it has {}", first.join(", ")),
        more => format!("it has {} and {more} more", first.join(", ")),
    }
}

fn port_words(traffic: Traffic, what: What) -> String {
    let number = |range: PortRange, port: u16| match range.first() == range.last() {
        true => format!("port {port} is not {range}"),
        false => format!("port {port} is not in {range}"),
    };
    match (traffic, what) {
        (Traffic::Tcp(range), What::Tcp(port)) | (Traffic::Udp(range), What::Udp(port)) => number(range, port),
        (Traffic::Icmp(wanted), What::Icmp { kind, code }) | (Traffic::Icmpv6(wanted), What::Icmpv6 { kind, code }) => {
            message_words(wanted, kind, code)
        }
        _ => format!("{} is not {traffic}", describe(what)),
    }
}

fn message_words(wanted: IcmpMatch, kind: u8, code: u8) -> String {
    if wanted.kind() == Some(kind) {
        return format!("code {code} is not {}", wanted.code().unwrap_or(code));
    }
    format!("type {kind} is not {wanted}")
}

fn protocol_of(what: What) -> String {
    describe(what)
        .split_whitespace()
        .next()
        .filter(|word| *word != "protocol")
        .map_or_else(|| describe(what).trim_start_matches("protocol ").to_owned(), str::to_owned)
}

fn rule_protocol(traffic: Traffic) -> String {
    match traffic {
        Traffic::All => "all".into(),
        Traffic::Tcp(_) => "tcp".into(),
        Traffic::Udp(_) => "udp".into(),
        Traffic::Icmp(_) => "icmp".into(),
        Traffic::Icmpv6(_) => "icmpv6".into(),
        Traffic::Protocol(number) => number.to_string(),
    }
}

/// All addresses of a group's members, here and elsewhere.
fn members(snapshot: &Snapshot, group: &str) -> BTreeSet<IpAddr> {
    let here = snapshot.interfaces.values().map(|it| (&it.groups, &it.addresses));
    let elsewhere = snapshot.members.values().map(|it| (&it.groups, &it.addresses));
    let all = here.chain(elsewhere).filter(|(groups, _)| groups.contains(group));
    all.flat_map(|(_, addresses)| addresses.iter().copied()).collect()
}
