//! Instances, as holders of interfaces, and how an interface is held.

use super::decode::{self, Fields};
use super::draft::{Draft, Kind, Meant};
use super::report::Report;
use super::tree::{Node, Value};
use super::{names, vpc};
use crate::declare::{DeclaredAttachment, DeclaredInstance};
use crate::inventory::{AttachmentId, InstanceId, InstanceState};

const STATES: &[(&str, InstanceState)] = &[
    ("running", InstanceState::Running),
    ("stopped", InstanceState::Stopped),
    ("terminated", InstanceState::Terminated),
];

/// Reads an instance into the draft.
pub(super) fn instance(node: &Node, draft: &mut Draft) {
    let known = ["id", "name", "state", "launched", "tags"];
    let Some(fields) = Fields::read(node, "an instance", &known, &mut draft.report) else { return };
    let id = names::id(&fields, Kind::InstanceId, InstanceId::parse, draft);
    let name = names::optional(&fields, Kind::Instance, draft);
    if fields.get("id").is_none() && fields.get("name").is_none() {
        draft.report.error(node.spot, "this instance has neither `id` nor `name`", "write `name: web-1`");
    }
    let state = fields.get("state").and_then(|node| decode::word(node, "state", STATES, &mut draft.report));
    let instance = DeclaredInstance {
        place: draft.report.at(node.spot),
        id,
        name,
        network: draft.here.clone(),
        state: state.unwrap_or_default(),
        launched: fields.get("launched").and_then(|node| time(node, &mut draft.report)),
        tags: names::tags(&fields, &mut draft.report),
    };
    draft.out.instances.push(instance);
}

/// The instance that holds an interface: its name or id alone, or with more about it.
pub(super) fn attachment(node: &Node, draft: &mut Draft) -> Option<DeclaredAttachment> {
    if let Value::Text(_) = node.value {
        let instance = reference(node, draft)?;
        return Some(DeclaredAttachment { id: None, instance, index: 0, since: None, delete_on_termination: false });
    }
    let known = ["id", "index", "attachment", "since", "delete-on-termination"];
    let fields = Fields::read(node, "`instance`", &known, &mut draft.report)?;
    let instance = fields.require("id", "`instance`", "write `id: NAME`", &mut draft.report)?;
    Some(DeclaredAttachment {
        instance: reference(instance, draft)?,
        id: fields.get("attachment").and_then(|node| attachment_id(node, &mut draft.report)),
        index: index(&fields, &mut draft.report).unwrap_or_default(),
        since: fields.get("since").and_then(|node| time(node, &mut draft.report)),
        delete_on_termination: vpc::switch(&fields, "delete-on-termination", false, &mut draft.report),
    })
}

fn reference(node: &Node, draft: &mut Draft) -> Option<String> {
    let text = decode::text(node, "an instance", &mut draft.report)?;
    draft.refer(Meant::Instance(text.to_owned()), node);
    Some(text.to_owned())
}

fn attachment_id(node: &Node, report: &mut Report) -> Option<AttachmentId> {
    let text = decode::text(node, "an id", report)?;
    let id = AttachmentId::parse(text).ok();
    if id.is_none() {
        report.error(node.spot, format!("`{text}` is not an attachment id"), "write `eni-attach-` and 8 or 17 digits");
    }
    id
}

fn index(fields: &Fields<'_>, report: &mut Report) -> Option<u32> {
    decode::integer(fields.get("index")?, "`index`", 0..=i64::from(u32::MAX), report)
}

/// A time, as RFC 3339 has it. It is only shown, so its form is all that is looked at.
pub(super) fn time(node: &Node, report: &mut Report) -> Option<String> {
    let text = decode::text(node, "a time", report)?;
    let form = |c: char| c.is_ascii_digit() || "-+:.TZ".contains(c);
    if text.len() < 20 || text.len() > 35 || !text.chars().all(form) {
        report.error(node.spot, format!("`{text}` is not a time"), "write `2026-11-21T10:35:45.000Z`");
        return None;
    }
    Some(text.to_owned())
}
