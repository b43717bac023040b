//! Security groups of a file.

use super::decode::Fields;
use super::draft::{Draft, Kind};
use super::tree::{Node, Value};
use super::{names, rule};
use crate::declare::{DeclaredGroup, DeclaredRule};
use crate::inventory::GroupId;
use crate::model::Direction;

/// Reads a group into the draft. What the file leaves out is as for a new group (F9-F11), and for the group
/// `default` as it always was (F14-F16, F18).
pub(super) fn group(node: &Node, draft: &mut Draft) {
    let known = ["name", "id", "description", "tags", "ingress", "egress"];
    let Some(fields) = Fields::read(node, "a group", &known, &mut draft.report) else { return };
    let name = names::declared(&fields, Kind::Group, draft);
    let own = name.clone().unwrap_or_default();
    let id = names::id(&fields, Kind::GroupId, GroupId::parse, draft);
    let description = names::description(&fields, draft);
    let tags = names::tags(&fields, &mut draft.report);
    let ingress = rules(&fields, Direction::Ingress, &own, draft);
    let egress = rules(&fields, Direction::Egress, &own, draft);
    let place = draft.report.at(node.spot);
    let Some(name) = name else { return };
    let network = draft.here.clone();
    draft.out.groups.push(DeclaredGroup { place, id, network, name, description, ingress, egress, tags });
}

/// None if the file does not speak of the direction.
fn rules(fields: &Fields<'_>, direction: Direction, own: &str, draft: &mut Draft) -> Option<Vec<DeclaredRule>> {
    let node = fields.get(&direction.to_string())?;
    if direction == Direction::Egress && draft.is_classic() {
        let message = "groups of EC2-Classic have no outbound rules: everything is let out";
        draft.report.error(node.spot, message, "leave `egress` out");
        return None;
    }
    if direction == Direction::Egress && matches!(node.value, Value::Null) {
        let help = "write `egress: []` to let nothing out, or leave `egress` out to let everything out";
        draft.report.error(node.spot, "`egress` is empty: that could mean nothing or everything", help);
        return None;
    }
    Some(rule::rules(node, direction, own, draft))
}
