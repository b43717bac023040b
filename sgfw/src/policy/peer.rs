//! From whom, or to whom (F51-F58).

use super::decode::{self, Fields};
use super::draft::{Draft, Kind, Meant};
use super::tree::{Node, Value};
use super::{account, address, names};
use crate::declare::{DeclaredPeer, ListKey};
use crate::inventory::{GroupId, GroupRef, PeeringId, VpcId};
use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use std::fmt;

const HELP: &str = "write an address block, `self`, `anywhere`, `{group: NAME}` or `{prefix-list: NAME}`";

/// A peer and where it is written.
pub(super) struct WrittenPeer<'n> {
    pub(super) peer: DeclaredPeer,
    pub(super) node: &'n Node,
    /// Stands for "anywhere", so that a rule for one family takes only its own half.
    pub(super) either: bool,
}

/// A peer as a person reads it.
pub(super) struct Words<'a>(pub(super) &'a DeclaredPeer);

impl fmt::Display for Words<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            DeclaredPeer::Cidr(block) => write!(f, "{block}"),
            DeclaredPeer::Group(key) => write!(f, "group {}", key.text),
            DeclaredPeer::Remembered(to) => write!(f, "group {}", to.id),
            DeclaredPeer::PrefixList(key) => write!(f, "prefix-list {}", key.text),
        }
    }
}

/// The peers of a rule of the group `own`. None if one is wrong.
pub(super) fn peers<'n>(node: &'n Node, key: &str, own: &str, draft: &mut Draft) -> Option<Vec<WrittenPeer<'n>>> {
    let items = decode::one_or_more(node);
    if items.is_empty() {
        let message = format!("`{key}` is an empty list: this rule is for nobody");
        draft.report.error(node.spot, message, "name a peer, or leave the whole rule out");
        return None;
    }
    let mut peers = Vec::with_capacity(items.len());
    let mut complete = true;
    for item in items {
        match peer(item, own, draft) {
            Some(found) => peers.extend(found),
            None => complete = false,
        }
    }
    complete.then_some(peers)
}

fn peer<'n>(node: &'n Node, own: &str, draft: &mut Draft) -> Option<Vec<WrittenPeer<'n>>> {
    match &node.value {
        Value::Text(text) => of_text(text, node, own, draft),
        Value::Map(_) => named(node, draft).map(|peer| vec![WrittenPeer { peer, node, either: false }]),
        other => {
            let message = format!("a peer is {}, not text or a mapping", other.kind());
            draft.report.error(node.spot, message, HELP);
            None
        }
    }
}

/// A peer that is one word.
pub(super) fn of_text<'n>(text: &str, node: &'n Node, own: &str, draft: &mut Draft) -> Option<Vec<WrittenPeer<'n>>> {
    let one = |peer| vec![WrittenPeer { peer, node, either: false }];
    match text {
        "self" => Some(one(DeclaredPeer::Group(draft.group_key(own)))),
        "anywhere" => Some(anywhere(node)),
        text => block(text, node, draft).map(|block| one(DeclaredPeer::Cidr(block))),
    }
}

fn anywhere(node: &Node) -> Vec<WrittenPeer<'_>> {
    let all = [IpNet::V4(Ipv4Net::default()), IpNet::V6(Ipv6Net::default())];
    all.into_iter().map(|block| WrittenPeer { peer: DeclaredPeer::Cidr(block), node, either: true }).collect()
}

fn block(text: &str, node: &Node, draft: &mut Draft) -> Option<IpNet> {
    if address::looks_like_block(text) {
        return address::block(text, node.spot, &mut draft.report);
    }
    let help = match text {
        "all" | "any" | "*" | "everywhere" | "world" => "write `anywhere`, or `0.0.0.0/0` for IPv4 only".into(),
        list if list.starts_with("pl-") => format!("for a prefix list write `{{prefix-list: {list}}}`"),
        // Only a hint: the group may be declared further down or in another file.
        group if crate::model::check_name(group).is_ok() || group.starts_with("sg-") => {
            format!("for a group write `{{group: {group}}}`")
        }
        _ => HELP.into(),
    };
    draft.report.error(node.spot, format!("`{text}` is not an address block"), help);
    None
}

/// A group or a prefix list.
fn named(node: &Node, draft: &mut Draft) -> Option<DeclaredPeer> {
    let known = ["group", "prefix-list", "vpc", "account", "name", "peering"];
    let fields = Fields::read(node, "a peer", &known, &mut draft.report)?;
    match (fields.get("group"), fields.get("prefix-list")) {
        (Some(group), None) if known[2..].iter().any(|key| fields.get(key).is_some()) => {
            remembered(group, &fields, draft).map(DeclaredPeer::Remembered)
        }
        (Some(group), None) => {
            let name = decode::text(group, "a group's name", &mut draft.report)?;
            Some(DeclaredPeer::Group(draft.refer_to_group(name, group)))
        }
        (None, Some(list)) => {
            let name = decode::text(list, "a prefix list's name", &mut draft.report)?;
            Some(DeclaredPeer::PrefixList(refer_to_list(name, list, draft)))
        }
        (Some(_), Some(_)) => {
            draft.report.error(node.spot, "a peer is a group or a prefix list, not both", "write two peers in a list");
            None
        }
        // An unknown key has been reported already.
        (None, None) => {
            if matches!(&node.value, Value::Map(map) if map.is_empty()) {
                draft.report.error(node.spot, "this peer names nobody", HELP);
            }
            None
        }
    }
}

/// A prefix list that is meant, seen from the section that is being read.
pub(super) fn refer_to_list(name: &str, node: &Node, draft: &mut Draft) -> ListKey {
    let key = ListKey { network: draft.here.clone(), text: name.to_owned() };
    draft.refer(Meant::PrefixList(key.clone()), node);
    key
}

/// A group with all that is known of it: it may be gone, and need not be declared. Without `vpc` it is of EC2-Classic.
fn remembered(group: &Node, fields: &Fields<'_>, draft: &mut Draft) -> Option<GroupRef> {
    let report = &mut draft.report;
    let id = names::one_id(group, Kind::GroupId, GroupId::parse, report);
    let account = fields.require("account", "a group that is remembered", "write whose it was", report);
    let account = account.and_then(|node| account::number(node, report));
    let vpc = fields.get("vpc").map(|node| names::one_id(node, Kind::VpcId, VpcId::parse, report));
    let peering = fields.get("peering").map(|node| names::one_id(node, Kind::PeeringId, PeeringId::parse, report));
    let name = fields.get("name").and_then(|node| decode::text(node, "a group's name", report)).unwrap_or_default();
    let (vpc, peering) = (whole(vpc)?, whole(peering)?);
    Some(GroupRef { id: id?, account: account?, vpc, name: name.to_owned(), peering })
}

/// The outer none is a mistake, the inner one nothing said.
fn whole<T>(read: Option<Option<T>>) -> Option<Option<T>> {
    match read {
        Some(None) => None,
        Some(found) => Some(found),
        None => Some(None),
    }
}
