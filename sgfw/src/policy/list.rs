//! Prefix lists, with their earlier versions.

use super::decode::{self, Fields};
use super::draft::{Draft, Kind};
use super::tree::{Node, Spot, Value};
use super::{account, address, names};
use crate::declare::{DeclaredList, NetworkKey, VpcKey, Where};
use crate::inventory::{Family, ListEntry, ListState, PrefixListId};
use std::collections::{BTreeMap, HashSet};

const FAMILIES: &[(&str, Family)] = &[("IPv4", Family::V4), ("IPv6", Family::V6), ("both", Family::Both)];
const STATES: &[(&str, ListState)] = &[
    ("create-complete", ListState::CreateComplete),
    ("modify-complete", ListState::ModifyComplete),
    ("restore-complete", ListState::RestoreComplete),
];

const KEYS: &[&str] = &[
    "name",
    "id",
    "entries",
    "account",
    "region",
    "family",
    "max-entries",
    "version",
    "earlier",
    "state",
    "aws-weight",
    "tags",
];

/// Reads a prefix list into the draft.
pub(super) fn prefix_list(node: &Node, draft: &mut Draft) {
    let Some(fields) = Fields::read(node, "a prefix list", KEYS, &mut draft.report) else { return };
    let at = account::at(&fields, &mut draft.report);
    let id = names::id(&fields, Kind::PrefixListId, PrefixListId::parse, draft);
    let name = names::of_list(&fields, draft);
    let name = name.filter(|(name, spot)| is_new(name, *spot, id.is_some(), &at, draft)).map(|(name, _)| name);
    let help = "write `entries: [10.0.0.0/8]`";
    let entries = fields.require("entries", "this prefix list", help, &mut draft.report);
    let entries = entries.map(|node| self::entries(node, draft)).unwrap_or_default();
    let version = integer(&fields, "version", draft).map(u64::from);
    let list = DeclaredList {
        place: draft.report.at(node.spot),
        id,
        at,
        name: name.clone().unwrap_or_default(),
        family: fields.get("family").and_then(|node| decode::word(node, "family", FAMILIES, &mut draft.report)),
        max_entries: integer(&fields, "max-entries", draft),
        entries,
        version,
        earlier: earlier(&fields, draft),
        state: fields.get("state").and_then(|node| decode::word(node, "state", STATES, &mut draft.report)),
        aws_weight: integer(&fields, "aws-weight", draft),
        tags: names::tags(&fields, &mut draft.report),
    };
    if let Some(node) = fields.get("earlier").filter(|_| fields.get("version").is_none()) {
        draft.report.error(node.spot, "earlier versions need a `version`", "say which one is in force");
    }
    draft.out.prefix_lists.extend(name.map(|_| list));
}

/// Whether no other list has the name. Lists that both go by ids may share one.
fn is_new(name: &str, spot: Spot, has_id: bool, at: &Where, draft: &mut Draft) -> bool {
    let within = NetworkKey::Vpc(VpcKey::Default(at.clone()));
    let same = |other: &&DeclaredList| other.name == name && other.at == *at;
    if has_id && draft.out.prefix_lists.iter().find(same).is_some_and(|other| other.id.is_some()) {
        return true;
    }
    draft.declare_in(within, Kind::PrefixList, name, spot)
}

fn integer(fields: &Fields<'_>, key: &str, draft: &mut Draft) -> Option<u32> {
    let node = fields.get(key)?;
    decode::integer(node, &format!("`{key}`"), 1..=i64::from(u32::MAX), &mut draft.report)
}

/// Versions before the one in force: number to entries.
fn earlier(fields: &Fields<'_>, draft: &mut Draft) -> BTreeMap<u64, Vec<ListEntry>> {
    let mut versions = BTreeMap::new();
    let Some(node) = fields.get("earlier") else { return versions };
    let Value::Map(map) = &node.value else {
        let wanted = "a mapping of versions to their entries";
        return decode::wrong(node, "`earlier`", wanted, &mut draft.report).unwrap_or(versions);
    };
    for (key, value) in map {
        let version = decode::integer(key, "a version", 1..=i64::MAX, &mut draft.report);
        let entries = entries(value, draft);
        if version.is_some_and(|version| versions.insert(version, entries).is_some()) {
            draft.report.error(key.spot, "the version is given twice", "keep one of them");
        }
    }
    versions
}

fn entries(node: &Node, draft: &mut Draft) -> Vec<ListEntry> {
    let mut entries: Vec<ListEntry> = Vec::new();
    let mut seen = HashSet::new();
    for item in decode::list(node, "`entries`", &mut draft.report).unwrap_or_default() {
        let Some(entry) = entry(item, draft) else { continue };
        if seen.insert(entry.cidr) {
            entries.push(entry);
        } else {
            draft.report.warning(item.spot, format!("{} is listed twice", entry.cidr), "leave one out");
        }
    }
    entries
}

/// A block, or a mapping of a block and what it is.
fn entry(node: &Node, draft: &mut Draft) -> Option<ListEntry> {
    if let Value::Text(text) = &node.value {
        let cidr = address::block(text, node.spot, &mut draft.report)?;
        return Some(ListEntry { cidr, description: None });
    }
    let fields = Fields::read(node, "an entry", &["cidr", "description"], &mut draft.report)?;
    let node = fields.require("cidr", "this entry", "write `cidr: 10.0.0.0/8`", &mut draft.report)?;
    let text = decode::text(node, "`cidr`", &mut draft.report)?;
    let cidr = address::block(text, node.spot, &mut draft.report)?;
    let description = names::free_description(&fields, &mut draft.report);
    Some(ListEntry { cidr, description })
}
