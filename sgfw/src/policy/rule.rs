//! A written rule to rules of the model: one port range and one peer each.

use super::decode::{self, Fields};
use super::draft::Draft;
use super::names;
use super::peer::{self, WrittenPeer};
use super::traffic;
use super::tree::{Node, Spot};
use crate::model::{Direction, Origin, Peer, Rule, Traffic};
use ipnet::IpNet;
use std::collections::HashMap;

/// What TCP ports should not be open to everybody, and who listens there (F144).
const SENSITIVE: [(u16, &str); 2] = [(22, "SSH"), (3389, "RDP")];

/// The rules of one direction of the group `own`, doubles dropped with a warning.
pub(super) fn rules(node: &Node, direction: Direction, own: &str, draft: &mut Draft) -> Vec<Rule> {
    let what = format!("`{direction}`");
    let mut written = Written::default();
    for item in decode::list(node, &what, &mut draft.report).unwrap_or_default() {
        rule(item, direction, own, &mut written, draft);
    }
    written.rules
}

/// The rules so far, and where each was first written.
#[derive(Default)]
struct Written {
    rules: Vec<Rule>,
    seen: HashMap<(Traffic, Peer), Spot>,
}

fn rule(node: &Node, direction: Direction, own: &str, written: &mut Written, draft: &mut Draft) {
    let (key, help) = match direction {
        Direction::Ingress => ("from", "write `from: 10.0.0.0/8`, `from: self` or `from: anywhere`"),
        Direction::Egress => ("to", "write `to: 10.0.0.0/8`, `to: {group: NAME}` or `to: anywhere`"),
    };
    let known = ["protocol", "ports", "type", "code", key, "description"];
    let what = match direction {
        Direction::Ingress => "an ingress rule",
        Direction::Egress => "an egress rule",
    };
    let Some(fields) = Fields::read(node, what, &known, &mut draft.report) else { return };
    let traffic = traffic::traffic(&fields, &mut draft.report);
    let peers =
        fields.require(key, "this rule", help, &mut draft.report).and_then(|node| peer::peers(node, key, own, draft));
    let description = names::rule_description(&fields, &mut draft.report);
    let (Some(traffic), Some(peers)) = (traffic, peers) else { return };
    let Some(peers) = one_family(&traffic, peers, draft) else { return };
    if direction == Direction::Ingress {
        warn_open(&traffic, &peers, draft);
    }
    if draft.count_rules(traffic.len().saturating_mul(peers.len()), node.spot) {
        written.add(node.spot, &traffic, &peers, description.as_ref(), draft);
    }
}

impl Written {
    fn add(
        &mut self,
        spot: Spot,
        traffic: &[Traffic],
        peers: &[WrittenPeer<'_>],
        description: Option<&String>,
        draft: &mut Draft,
    ) {
        let mut told = false;
        let file = draft.report.file();
        for (traffic, peer) in traffic.iter().flat_map(|t| peers.iter().map(move |p| (*t, &p.peer))) {
            if let Some(first) = self.seen.get(&(traffic, peer.clone())) {
                if !std::mem::replace(&mut told, true) {
                    let message = format!("{traffic} for {peer} is said twice; first in line {}", first.line);
                    draft.report.warning(spot, message, "leave one out");
                }
                continue;
            }
            self.seen.insert((traffic, peer.clone()), spot);
            let origin = Origin { file: file.clone(), line: spot.line, id: None };
            self.rules.push(Rule { traffic, peer: peer.clone(), description: description.cloned(), origin });
        }
    }
}

/// ICMP is for IPv4 and ICMPv6 for IPv6; a block of the other family would never match and is an error.
fn one_family<'n>(traffic: &[Traffic], peers: Vec<WrittenPeer<'n>>, draft: &mut Draft) -> Option<Vec<WrittenPeer<'n>>> {
    let four = match traffic.first() {
        Some(Traffic::Icmp(_)) => true,
        Some(Traffic::Icmpv6(_)) => false,
        _ => return Some(peers),
    };
    let (protocol, wanted, other, instead) = match four {
        true => ("icmp", "IPv4", "IPv6", "icmpv6"),
        false => ("icmpv6", "IPv6", "IPv4", "icmp"),
    };
    let foreign = |peer: &Peer| matches!(peer, Peer::Cidr(block) if matches!(block, IpNet::V4(_)) != four);
    let mut complete = true;
    for peer in peers.iter().filter(|peer| !peer.either && foreign(&peer.peer)) {
        let message = format!("an {other} block in a rule for {protocol}, which is {wanted} only");
        draft.report.error(peer.node.spot, message, format!("write `protocol: {instead}`, or an {wanted} block"));
        complete = false;
    }
    complete.then(|| peers.into_iter().filter(|peer| !foreign(&peer.peer)).collect())
}

/// One warning a rule is enough.
fn warn_open(traffic: &[Traffic], peers: &[WrittenPeer<'_>], draft: &mut Draft) {
    let everybody = peers.iter().find(|peer| matches!(&peer.peer, Peer::Cidr(block) if block.prefix_len() == 0));
    let Some(everybody) = everybody else { return };
    let opens = |port| {
        traffic.iter().any(|traffic| match traffic {
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
