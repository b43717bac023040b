//! A written rule to rules with one port range and one peer each.

use super::decode::{self, Fields};
use super::draft::{Draft, Kind};
use super::peer::{self, Words, WrittenPeer};
use super::tree::{Node, Spot, Value};
use super::{names, traffic};
use crate::declare::{DeclaredPeer, DeclaredRule};
use crate::inventory::{RuleId, Tags};
use crate::model::{Direction, Traffic};
use ipnet::IpNet;
use std::collections::HashMap;

/// What TCP ports should not be open to everybody, and who listens there (F144).
const SENSITIVE: [(u16, &str); 2] = [(22, "SSH"), (3389, "RDP")];

/// The rules of one direction of the group `own`, doubles dropped with a warning.
pub(super) fn rules(node: &Node, direction: Direction, own: &str, draft: &mut Draft) -> Vec<DeclaredRule> {
    let what = format!("`{direction}`");
    let mut written = Written::default();
    for item in decode::list(node, &what, &mut draft.report).unwrap_or_default() {
        match &item.value {
            Value::Text(text) => sentence(text, item, direction, own, &mut written, draft),
            _ => rule(item, direction, own, &mut written, draft),
        }
    }
    written.rules
}

/// The rules so far, and where each was first written.
#[derive(Default)]
struct Written {
    rules: Vec<DeclaredRule>,
    seen: HashMap<(Traffic, DeclaredPeer), Spot>,
}

/// What a rule says besides its traffic and peers.
#[derive(Default)]
struct Rest {
    id: Option<RuleId>,
    description: Option<String>,
    tags: Tags,
}

fn key_of(direction: Direction) -> (&'static str, &'static str, &'static str) {
    match direction {
        Direction::Ingress => ("from", "write `from: 10.0.0.0/8`, `from: self` or `from: anywhere`", "an ingress rule"),
        Direction::Egress => ("to", "write `to: 10.0.0.0/8`, `to: {group: NAME}` or `to: anywhere`", "an egress rule"),
    }
}

fn rule(node: &Node, direction: Direction, own: &str, written: &mut Written, draft: &mut Draft) {
    let (key, help, what) = key_of(direction);
    let known = ["protocol", "ports", "type", "code", key, "description", "id", "tags"];
    let Some(fields) = Fields::read(node, what, &known, &mut draft.report) else { return };
    let traffic = traffic::traffic(&fields, &mut draft.report);
    let peers =
        fields.require(key, "this rule", help, &mut draft.report).and_then(|node| peer::peers(node, key, own, draft));
    let rest = Rest {
        description: names::rule_description(&fields, &mut draft.report),
        id: names::id(&fields, Kind::RuleId, RuleId::parse, draft),
        tags: names::tags(&fields, &mut draft.report),
    };
    let (Some(traffic), Some(peers)) = (traffic, peers) else { return };
    let Some(pairs) = take(node, direction, traffic, peers, draft) else { return };
    if let Some(id) = fields.get("id").filter(|_| pairs.len() != 1) {
        let message = format!("an id is one rule's, and these are {}", pairs.len());
        draft.report.error(id.spot, message, "write a rule for each port range and each peer");
    }
    written.add(node.spot, &pairs, &rest, draft);
}

/// A rule in one line: `ssh from 10.0.0.0/8`, `tcp 8080 from self, anywhere`, `mysql to group db` (F140).
fn sentence(text: &str, node: &Node, direction: Direction, own: &str, written: &mut Written, draft: &mut Draft) {
    let (key, _, what) = key_of(direction);
    let Some((words, peers)) = text.split_once(&format!(" {key} ")) else {
        let help = format!("write `ssh {key} 10.0.0.0/8`, or a mapping with `protocol`, `ports` and `{key}`");
        draft.report.error(node.spot, format!("{what} is text, not a mapping"), help);
        return;
    };
    let traffic = traffic::of_words(words.trim(), node, &mut draft.report);
    let mut found = Vec::new();
    let mut complete = true;
    for peer in peers.split(',') {
        match spoken(peer.trim(), node, own, draft) {
            Some(peers) => found.extend(peers),
            None => complete = false,
        }
    }
    let Some(traffic) = traffic.filter(|_| complete) else { return };
    let Some(pairs) = take(node, direction, traffic, found, draft) else { return };
    written.add(node.spot, &pairs, &Rest::default(), draft);
}

/// A peer within a line.
fn spoken<'n>(text: &str, node: &'n Node, own: &str, draft: &mut Draft) -> Option<Vec<WrittenPeer<'n>>> {
    let one = |peer| Some(vec![WrittenPeer { peer, node, either: false }]);
    let named = |word: &str| text.strip_prefix(word).map(str::trim).filter(|name| !name.is_empty());
    if let Some(name) = named("group ").or_else(|| Some(text).filter(|text| text.starts_with("sg-"))) {
        return one(DeclaredPeer::Group(draft.refer_to_group(name, node)));
    }
    if let Some(name) = named("prefix-list ").or_else(|| Some(text).filter(|text| text.starts_with("pl-"))) {
        return one(DeclaredPeer::PrefixList(peer::refer_to_list(name, node, draft)));
    }
    peer::of_text(text, node, own, draft)
}

/// What may be, and a word about what should not.
fn take(
    node: &Node,
    direction: Direction,
    traffic: Vec<Traffic>,
    peers: Vec<WrittenPeer<'_>>,
    draft: &mut Draft,
) -> Option<Vec<(Traffic, DeclaredPeer)>> {
    if !draft.count_rules(traffic.len().saturating_mul(peers.len()), node.spot) {
        return None;
    }
    let pairs = one_family(&traffic, &peers, draft)?;
    if draft.is_classic() && !is_of_classic(&pairs, node, draft) {
        return None;
    }
    if direction == Direction::Ingress {
        warn_open(&pairs, &peers, draft);
    }
    Some(pairs)
}

impl Written {
    fn add(&mut self, spot: Spot, pairs: &[(Traffic, DeclaredPeer)], rest: &Rest, draft: &mut Draft) {
        let mut told = false;
        let place = draft.report.at(spot);
        for (traffic, peer) in pairs {
            if let Some(first) = self.seen.get(&(*traffic, peer.clone())) {
                if !std::mem::replace(&mut told, true) {
                    let message = format!("{traffic} for {} is said twice; first in line {}", Words(peer), first.line);
                    draft.report.warning(spot, message, "leave one out");
                }
                continue;
            }
            self.seen.insert((*traffic, peer.clone()), spot);
            self.rules.push(DeclaredRule {
                place: place.clone(),
                id: rest.id.clone(),
                traffic: *traffic,
                peer: peer.clone(),
                description: rest.description.clone(),
                tags: rest.tags.clone(),
            });
        }
    }
}

/// ICMP is for IPv4 and ICMPv6 for IPv6; a block that no traffic of the rule is for would never match and is an error.
fn one_family(
    traffic: &[Traffic],
    peers: &[WrittenPeer<'_>],
    draft: &mut Draft,
) -> Option<Vec<(Traffic, DeclaredPeer)>> {
    let mut complete = true;
    for written in peers.iter().filter(|written| !written.either) {
        let foreign = traffic.iter().all(|traffic| !goes_with(traffic, &written.peer));
        if let (true, Some(traffic)) = (foreign, traffic.first()) {
            let (protocol, wanted, other, instead) = match traffic {
                Traffic::Icmp(_) => ("icmp", "IPv4", "IPv6", "icmpv6"),
                _ => ("icmpv6", "IPv6", "IPv4", "icmp"),
            };
            let message = format!("an {other} block in a rule for {protocol}, which is {wanted} only");
            let help = format!("write `protocol: {instead}`, or an {wanted} block");
            draft.report.error(written.node.spot, message, help);
            complete = false;
        }
    }
    let pairs = traffic.iter().flat_map(|traffic| peers.iter().map(move |written| (*traffic, &written.peer)));
    let pairs = pairs.filter(|(traffic, peer)| goes_with(traffic, peer));
    complete.then(|| pairs.map(|(traffic, peer)| (traffic, peer.clone())).collect())
}

fn goes_with(traffic: &Traffic, peer: &DeclaredPeer) -> bool {
    match (traffic, peer) {
        (Traffic::Icmp(_), DeclaredPeer::Cidr(block)) => matches!(block, IpNet::V4(_)),
        (Traffic::Icmpv6(_), DeclaredPeer::Cidr(block)) => matches!(block, IpNet::V6(_)),
        _ => true,
    }
}

/// EC2-Classic knows TCP, UDP and ICMP, no IPv6 and no prefix lists (F45, F54, F55). Everything is for groups only, as
/// in its default group.
fn is_of_classic(pairs: &[(Traffic, DeclaredPeer)], node: &Node, draft: &mut Draft) -> bool {
    let wrong = pairs.iter().find_map(|(traffic, peer)| match (traffic, peer) {
        (_, DeclaredPeer::Cidr(IpNet::V6(_))) => Some("EC2-Classic has no IPv6"),
        (_, DeclaredPeer::PrefixList(_)) => Some("EC2-Classic has no prefix lists"),
        (Traffic::All, DeclaredPeer::Group(_) | DeclaredPeer::Remembered(_)) => None,
        (Traffic::All | Traffic::Icmpv6(_) | Traffic::Protocol(_), _) => Some("EC2-Classic has TCP, UDP and ICMP only"),
        _ => None,
    });
    if let Some(words) = wrong {
        draft.report.error(node.spot, words, "write another rule, or move the group to a VPC");
    }
    wrong.is_none()
}

/// One warning a rule is enough.
fn warn_open(pairs: &[(Traffic, DeclaredPeer)], peers: &[WrittenPeer<'_>], draft: &mut Draft) {
    let is_everybody = |peer: &DeclaredPeer| matches!(peer, DeclaredPeer::Cidr(block) if block.prefix_len() == 0);
    let Some(everybody) = peers.iter().find(|written| is_everybody(&written.peer)) else { return };
    let opens = |port| {
        pairs.iter().filter(|(_, peer)| is_everybody(peer)).any(|(traffic, _)| match traffic {
            Traffic::All => true,
            Traffic::Tcp(ports) => ports.contains(port),
            _ => false,
        })
    };
    let open: Vec<&str> = SENSITIVE.iter().filter(|(port, _)| opens(*port)).map(|(_, name)| *name).collect();
    if !open.is_empty() {
        let message = format!("the whole world may reach {}", open.join(" and "));
        draft.report.warning(everybody.node.spot, message, "name the range you connect from");
    }
}
