//! Which rules allow something: a loop over all rules of all groups of an interface (F35, F39, F42).
//!
//! A union has no single rule that decides. Where one must be named, a hit is attributed to the first that
//! matches in canonical order: groups by name, then their rules as [`crate::model::Group`] sorts them.

use crate::model::{Direction, Group, IcmpMatch, Interface, Peer, PortRange, Rule, Snapshot, Traffic};
use ipnet::IpNet;
use std::net::IpAddr;

/// What a packet asks for, as a rule would put it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum What {
    /// TCP to this destination port (F43).
    Tcp(u16),
    /// UDP to this destination port.
    Udp(u16),
    /// ICMP for IPv4.
    Icmp {
        /// Type.
        kind: u8,
        /// Code.
        code: u8,
    },
    /// ICMP for IPv6.
    Icmpv6 {
        /// Type.
        kind: u8,
        /// Code.
        code: u8,
    },
    /// Another protocol, by its IANA number.
    Other(u8),
}

/// A rule that allows what was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Match<'a> {
    /// Name of its group.
    pub group: &'a str,
    /// Of which of the two sets of rules it is.
    pub direction: Direction,
    /// The rule itself.
    pub rule: &'a Rule,
}

/// All rules of the interface that allow this traffic from (ingress) or to (egress) this peer, in canonical
/// order. None means that it is dropped (F9, F13).
pub fn matching<'a>(
    snapshot: &'a Snapshot,
    interface: &Interface,
    direction: Direction,
    peer: IpAddr,
    what: What,
) -> Vec<Match<'a>> {
    let matches = |hit: &Match<'_>| speaks_of(hit.rule, what) && is_meant(snapshot, &hit.rule.peer, peer);
    rules(snapshot, interface, direction).filter(matches).collect()
}

/// Whether a TCP or UDP flow between these ports is not tracked (F69): a rule allows it for all addresses,
/// and the other direction allows all ports for all addresses, so that any response may pass without state.
///
/// `service` makes what the rules are asked out of a port. The answer is the same for both directions.
pub fn untracked(
    snapshot: &Snapshot,
    interface: &Interface,
    service: fn(u16) -> What,
    v6: bool,
    local_port: u16,
    remote_port: u16,
) -> bool {
    let allows = |direction, port| {
        rules(snapshot, interface, direction)
            .any(|hit| speaks_of(hit.rule, service(port)) && is_everyone(snapshot, &hit.rule.peer, v6))
    };
    let allows_all = |direction| {
        let ranges = rules(snapshot, interface, direction)
            .filter(|hit| is_everyone(snapshot, &hit.rule.peer, v6))
            .filter_map(|hit| ports(hit.rule, service));
        covers_all_ports(ranges.collect())
    };
    (allows_all(Direction::Egress) && allows(Direction::Ingress, local_port))
        || (allows_all(Direction::Ingress) && allows(Direction::Egress, remote_port))
}

fn rules<'a>(
    snapshot: &'a Snapshot,
    interface: &Interface,
    direction: Direction,
) -> impl Iterator<Item = Match<'a>> + use<'a> {
    let groups: Vec<&Group> = interface.groups.iter().filter_map(|name| snapshot.groups.get(name)).collect();
    groups.into_iter().flat_map(move |group| {
        group.rules(direction).iter().map(move |rule| Match { group: &group.name, direction, rule })
    })
}

fn speaks_of(rule: &Rule, what: What) -> bool {
    match (rule.traffic, what) {
        (Traffic::All, _) => true,
        (Traffic::Tcp(ports), What::Tcp(port)) | (Traffic::Udp(ports), What::Udp(port)) => ports.contains(port),
        (Traffic::Icmp(wanted), What::Icmp { kind, code }) => names(wanted, kind, code),
        (Traffic::Icmpv6(wanted), What::Icmpv6 { kind, code }) => names(wanted, kind, code),
        (Traffic::Protocol(wanted), What::Other(number)) => wanted == number,
        _ => false,
    }
}

fn names(wanted: IcmpMatch, kind: u8, code: u8) -> bool {
    wanted.kind().is_none_or(|wanted| wanted == kind) && wanted.code().is_none_or(|wanted| wanted == code)
}

fn is_meant(snapshot: &Snapshot, wanted: &Peer, peer: IpAddr) -> bool {
    match wanted {
        Peer::Cidr(block) => block.contains(&peer),
        Peer::PrefixList(name) => blocks(snapshot, name).any(|block| block.contains(&peer)),
        Peer::Group(name) => is_member(snapshot, name, &peer),
    }
}

/// Whether the address is one of a member's: of an interface's or of a member's that lives elsewhere (F58, F59).
fn is_member(snapshot: &Snapshot, group: &str, address: &IpAddr) -> bool {
    let here = snapshot.interfaces.values().map(|interface| (&interface.groups, &interface.addresses));
    let elsewhere = snapshot.members.values().map(|member| (&member.groups, &member.addresses));
    here.chain(elsewhere).any(|(groups, addresses)| groups.contains(group) && addresses.contains(address))
}

/// Whether a rule's peer is everyone, said in one block: 0.0.0.0/0 for IPv4, ::/0 for IPv6.
fn is_everyone(snapshot: &Snapshot, wanted: &Peer, v6: bool) -> bool {
    let all = |block: IpNet| block.prefix_len() == 0 && matches!(block, IpNet::V6(_)) == v6;
    match wanted {
        Peer::Cidr(block) => all(*block),
        Peer::PrefixList(name) => blocks(snapshot, name).any(all),
        Peer::Group(_) => false,
    }
}

fn blocks<'a>(snapshot: &'a Snapshot, list: &str) -> impl Iterator<Item = IpNet> + use<'a> {
    snapshot.prefix_lists.get(list).into_iter().flat_map(|list| list.entries.iter().map(|entry| entry.block))
}

/// The ports a rule names, if it speaks of this service.
fn ports(rule: &Rule, service: fn(u16) -> What) -> Option<PortRange> {
    match (rule.traffic, service(0)) {
        (Traffic::All, _) => Some(PortRange::ALL),
        (Traffic::Tcp(ports), What::Tcp(_)) | (Traffic::Udp(ports), What::Udp(_)) => Some(ports),
        _ => None,
    }
}

fn covers_all_ports(mut ranges: Vec<PortRange>) -> bool {
    ranges.sort();
    let mut next = 0;
    for range in ranges {
        if u32::from(range.first()) <= next {
            next = next.max(u32::from(range.last()) + 1);
        }
    }
    next > u32::from(u16::MAX)
}
