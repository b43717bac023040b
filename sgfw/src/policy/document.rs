//! One document: its version, what holds for all of it, and its sections.

use super::decode::{self, Fields};
use super::draft::Draft;
use super::tree::{self, Node, Spot, Value};
use super::{account, flow_log, group, instance, interface, list, peering, quota, test, vpc};

/// The version of the policy file that this program reads and writes.
pub(super) const VERSION: i64 = 1;

const START: &str = "begin the file with `version: 1`";

/// A section's key and what reads one of its items.
pub(super) type Section = (&'static str, fn(&Node, &mut Draft));

const KEYS: [&str; 17] = [
    "version",
    "groups",
    "prefix-lists",
    "interfaces",
    "members",
    "instances",
    "vpcs",
    "peerings",
    "associations",
    "gateways",
    "classic",
    "accounts",
    "account",
    "region",
    "quotas",
    "flow-logs",
    "tests",
];

const SECTIONS: [Section; 13] = [
    ("accounts", account::account),
    ("prefix-lists", list::prefix_list),
    ("vpcs", vpc::vpc),
    ("classic", vpc::classic),
    ("gateways", vpc::gateway),
    ("peerings", peering::peering),
    ("associations", peering::association),
    ("groups", group::group),
    ("instances", instance::instance),
    ("interfaces", interface::interface),
    ("members", interface::member),
    ("flow-logs", flow_log::flow_log),
    ("tests", test::test),
];

/// Reads the report's current source into the draft.
pub(super) fn read(draft: &mut Draft) {
    match tree::read(draft.report.current()) {
        Ok(root) => document(&root, draft),
        Err(refusal) => draft.report.error(refusal.spot, refusal.message, refusal.help),
    }
}

fn document(root: &Node, draft: &mut Draft) {
    if matches!(root.value, Value::Null) {
        let first = Spot { line: 1, column: 1, ..Spot::default() };
        draft.report.error(first, "the file is empty", START);
        return;
    }
    if !version(root, draft) {
        return;
    }
    let Some(fields) = Fields::read(root, "a policy", &KEYS, &mut draft.report) else { return };
    account::home(&fields, draft);
    if let Some(node) = fields.get("quotas") {
        quota::quotas(node, draft);
    }
    sections(&fields, &SECTIONS, draft);
}

/// Reads what each section lists.
pub(super) fn sections(fields: &Fields<'_>, sections: &[Section], draft: &mut Draft) {
    for (key, read_one) in sections {
        // A section with nothing but comments in it is no mistake.
        let Some(node) = fields.get(key).filter(|node| !matches!(node.value, Value::Null)) else { continue };
        for item in decode::list(node, &format!("`{key}`"), &mut draft.report).unwrap_or_default() {
            read_one(item, draft);
        }
    }
}

/// Whether the rest can be read. Another version may mean anything, so nothing else is said about it.
fn version(root: &Node, draft: &mut Draft) -> bool {
    let Value::Map(map) = &root.value else { return true };
    let found = map.iter().find(|(key, _)| matches!(&key.value, Value::Text(name) if **name == *"version"));
    match found.map(|(_, node)| (node, &node.value)) {
        Some((_, Value::Integer(VERSION))) => true,
        Some((node, Value::Integer(other))) => {
            let message = format!("this is version {other} of the policy file; version {VERSION} is known here");
            draft.report.error(node.spot, message, "write `version: 1`, or take a newer sgfw");
            false
        }
        Some((node, other)) => {
            draft.report.error(
                node.spot,
                format!("the version is {}, not a number", other.kind()),
                "write `version: 1`",
            );
            true
        }
        None => {
            draft.report.error(root.spot, "the file has no `version`", START);
            true
        }
    }
}
