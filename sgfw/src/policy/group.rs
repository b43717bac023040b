//! Security groups and prefix lists of a file.

use super::decode::{self, Fields};
use super::draft::{Draft, Kind};
use super::tree::{Node, Value};
use super::{address, names, rule};
use crate::model::{DEFAULT_GROUP, Direction, Group, PrefixList, PrefixListEntry, Rule};

/// Reads a group into the draft. What the file leaves out is as for a new group (F9-F11), and for the group
/// `default` as it always was (F14-F16, F18).
pub(super) fn group(node: &Node, draft: &mut Draft) {
    let known = ["name", "id", "description", "tags", "ingress", "egress"];
    let Some(fields) = Fields::read(node, "a group", &known, &mut draft.report) else { return };
    let name = names::declared(&fields, Kind::Group, draft);
    let own = name.clone().unwrap_or_default();
    let id = names::id(&fields, Kind::GroupId, "sg-", draft);
    let description = names::description(&fields, &mut draft.report);
    let tags = names::tags(&fields, &mut draft.report);
    let ingress = rules(&fields, Direction::Ingress, &own, draft);
    let egress = rules(&fields, Direction::Egress, &own, draft);
    let Some(name) = name else { return };
    let start = if name == DEFAULT_GROUP { Group::default_group() } else { Group::new(name) };
    let group = Group {
        id,
        description: description.or(start.description),
        tags,
        ingress: ingress.unwrap_or(start.ingress),
        egress: egress.unwrap_or(start.egress),
        name: start.name,
    };
    draft.snapshot.groups.insert(group.name.clone(), group.canonical());
}

/// None if the file does not speak of the direction.
fn rules(fields: &Fields<'_>, direction: Direction, own: &str, draft: &mut Draft) -> Option<Vec<Rule>> {
    let node = fields.get(&direction.to_string())?;
    if direction == Direction::Egress && matches!(node.value, Value::Null) {
        let help = "write `egress: []` to let nothing out, or leave `egress` out to let everything out";
        draft.report.error(node.spot, "`egress` is empty: that could mean nothing or everything", help);
        return None;
    }
    Some(rule::rules(node, direction, own, draft))
}

/// Reads a prefix list into the draft.
pub(super) fn prefix_list(node: &Node, draft: &mut Draft) {
    let known = ["name", "id", "entries"];
    let Some(fields) = Fields::read(node, "a prefix list", &known, &mut draft.report) else { return };
    let name = names::declared(&fields, Kind::PrefixList, draft);
    let id = names::id(&fields, Kind::PrefixListId, "pl-", draft);
    let help = "write `entries: [10.0.0.0/8]`";
    let node = fields.require("entries", "this prefix list", help, &mut draft.report);
    let entries = node.map(|node| entries(node, draft)).unwrap_or_default();
    if let Some(name) = name {
        draft.snapshot.prefix_lists.insert(name.clone(), PrefixList { name, id, entries });
    }
}

fn entries(node: &Node, draft: &mut Draft) -> Vec<PrefixListEntry> {
    let mut entries: Vec<PrefixListEntry> = Vec::new();
    let mut seen = std::collections::HashSet::new();
    for item in decode::list(node, "`entries`", &mut draft.report).unwrap_or_default() {
        let Some(entry) = entry(item, draft) else { continue };
        if seen.insert(entry.block) {
            entries.push(entry);
        } else {
            draft.report.warning(item.spot, format!("{} is listed twice", entry.block), "leave one out");
        }
    }
    entries.sort();
    entries
}

/// A block, or a mapping of a block and what it is.
fn entry(node: &Node, draft: &mut Draft) -> Option<PrefixListEntry> {
    if let Value::Text(text) = &node.value {
        let block = address::block(text, node.spot, &mut draft.report)?;
        return Some(PrefixListEntry { block, description: None });
    }
    let fields = Fields::read(node, "an entry", &["cidr", "description"], &mut draft.report)?;
    let node = fields.require("cidr", "this entry", "write `cidr: 10.0.0.0/8`", &mut draft.report)?;
    let text = decode::text(node, "`cidr`", &mut draft.report)?;
    let block = address::block(text, node.spot, &mut draft.report)?;
    let description = names::description(&fields, &mut draft.report);
    Some(PrefixListEntry { block, description })
}
