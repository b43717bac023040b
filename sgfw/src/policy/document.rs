//! One document: its version, and its four sections.

use super::decode::{self, Fields};
use super::draft::Draft;
use super::tree::{self, Node, Spot, Value};
use super::{group, interface};

/// The version of the policy file that this program reads and writes.
pub(super) const VERSION: i64 = 1;

const START: &str = "begin the file with `version: 1`";

/// A section's key and what reads one of its items.
type Section = (&'static str, fn(&Node, &mut Draft));

const SECTIONS: [Section; 4] = [
    ("groups", group::group),
    ("prefix-lists", group::prefix_list),
    ("interfaces", interface::interface),
    ("members", interface::member),
];

/// Reads the report's current source into the draft.
pub(super) fn read(draft: &mut Draft) {
    match tree::read(draft.report.current()) {
        Ok(root) => sections(&root, draft),
        Err(refusal) => draft.report.error(refusal.spot, refusal.message, refusal.help),
    }
}

fn sections(root: &Node, draft: &mut Draft) {
    if matches!(root.value, Value::Null) {
        let first = Spot { line: 1, column: 1, ..Spot::default() };
        draft.report.error(first, "the file is empty", START);
        return;
    }
    let known = ["version", "groups", "prefix-lists", "interfaces", "members"];
    if !version(root, draft) {
        return;
    }
    let Some(fields) = Fields::read(root, "a policy", &known, &mut draft.report) else { return };
    for (key, read_one) in SECTIONS {
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
