//! From whom, or to whom (F51-F58).

use super::address;
use super::decode::{self, Fields};
use super::draft::{Draft, Kind};
use super::tree::{Node, Value};
use crate::model::Peer;
use ipnet::{IpNet, Ipv4Net, Ipv6Net};

const HELP: &str = "write an address block, `self`, `anywhere`, `{group: NAME}` or `{prefix-list: NAME}`";

/// A peer and where it is written.
pub(super) struct WrittenPeer<'n> {
    pub(super) peer: Peer,
    pub(super) node: &'n Node,
    /// Stands for "anywhere", so that a rule for one family takes only its own half.
    pub(super) either: bool,
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
    let one = |peer| vec![WrittenPeer { peer, node, either: false }];
    match &node.value {
        Value::Text(text) if **text == *"self" => Some(one(Peer::Group(own.to_owned()))),
        Value::Text(text) if **text == *"anywhere" => Some(anywhere(node)),
        Value::Text(text) => block(text, node, draft).map(|block| one(Peer::Cidr(block))),
        Value::Map(_) => named(node, draft).map(one),
        other => {
            let message = format!("a peer is {}, not text or a mapping", other.kind());
            draft.report.error(node.spot, message, HELP);
            None
        }
    }
}

fn anywhere(node: &Node) -> Vec<WrittenPeer<'_>> {
    let all = [IpNet::V4(Ipv4Net::default()), IpNet::V6(Ipv6Net::default())];
    all.into_iter().map(|block| WrittenPeer { peer: Peer::Cidr(block), node, either: true }).collect()
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

fn named(node: &Node, draft: &mut Draft) -> Option<Peer> {
    let fields = Fields::read(node, "a peer", &["group", "prefix-list"], &mut draft.report)?;
    match (fields.get("group"), fields.get("prefix-list")) {
        (Some(group), None) => {
            let name = decode::text(group, "a group's name", &mut draft.report)?;
            draft.refer(Kind::Group, name, group);
            Some(Peer::Group(name.to_owned()))
        }
        (None, Some(list)) => {
            let name = decode::text(list, "a prefix list's name", &mut draft.report)?;
            draft.refer(Kind::PrefixList, name, list);
            Some(Peer::PrefixList(name.to_owned()))
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
