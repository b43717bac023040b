//! Peering connections, and groups in other VPCs than their own.

use super::decode::{self, Fields};
use super::draft::{Draft, Kind};
use super::tree::{Node, Value};
use super::{account, instance, names, vpc};
use crate::declare::{DeclaredAssociation, DeclaredEnd, DeclaredPeering, VpcKey, vpc_key};
use crate::inventory::{AssociationState, PeeringId, PeeringStatus};

const STATUSES: &[(&str, PeeringStatus)] = &[
    ("active", PeeringStatus::Active),
    ("pending-acceptance", PeeringStatus::PendingAcceptance),
    ("rejected", PeeringStatus::Rejected),
    ("expired", PeeringStatus::Expired),
    ("failed", PeeringStatus::Failed),
    ("deleted", PeeringStatus::Deleted),
];
const STATES: &[(&str, AssociationState)] =
    &[("associated", AssociationState::Associated), ("disassociated", AssociationState::Disassociated)];

/// Reads a peering connection into the draft.
pub(super) fn peering(node: &Node, draft: &mut Draft) {
    let known = ["id", "requester", "accepter", "status", "region", "ended-by", "expires", "tags"];
    let Some(fields) = Fields::read(node, "a peering connection", &known, &mut draft.report) else { return };
    let id = names::id(&fields, Kind::PeeringId, PeeringId::parse, draft);
    let (requester, accepter) = (side(&fields, "requester", draft), side(&fields, "accepter", draft));
    let status = fields.get("status").and_then(|node| decode::word(node, "status", STATUSES, &mut draft.report));
    let region = fields.get("region").and_then(|node| account::region(node, &mut draft.report));
    let ended_by = fields.get("ended-by").and_then(|node| account::number(node, &mut draft.report));
    let expires = fields.get("expires").and_then(|node| instance::time(node, &mut draft.report));
    let tags = names::tags(&fields, &mut draft.report);
    let place = draft.report.at(node.spot);
    let (Some(requester), Some(accepter)) = (requester, accepter) else { return };
    let status = status.unwrap_or(PeeringStatus::Active);
    let peering = DeclaredPeering { place, id, region, requester, accepter, status, ended_by, expires, tags };
    draft.out.peerings.push(peering);
}

fn side(fields: &Fields<'_>, key: &str, draft: &mut Draft) -> Option<DeclaredEnd> {
    let help = format!("write `{key}: vpc-ID`, or the VPC's name");
    let node = fields.require(key, "this peering connection", &help, &mut draft.report)?;
    match node.value {
        Value::Map(_) => whole_side(node, draft),
        _ => vpc::reference(node, draft).map(|vpc| DeclaredEnd { vpc, account: None, v4: None, v6: None }),
    }
}

/// A side with account and blocks is taken as it is: its VPC may be gone, or no file's.
fn whole_side(node: &Node, draft: &mut Draft) -> Option<DeclaredEnd> {
    let what = "a side of a peering connection";
    let fields = Fields::read(node, what, &["vpc", "account", "cidr", "ipv6"], &mut draft.report)?;
    let vpc = fields.require("vpc", what, "write `vpc: vpc-ID`", &mut draft.report)?;
    let account = fields.get("account").and_then(|node| account::number(node, &mut draft.report));
    let v4 = vpc::blocks(&fields, "cidr", vpc::v4, &mut draft.report);
    let v6 = vpc::blocks(&fields, "ipv6", vpc::v6, &mut draft.report);
    let key = vpc_key(decode::text(vpc, "a VPC", &mut draft.report)?);
    let end = DeclaredEnd { vpc: key, account, v4, v6 };
    if !end.is_complete() || !matches!(end.vpc, VpcKey::Id(_)) {
        vpc::reference(vpc, draft)?;
    }
    Some(end)
}

/// Reads an association of a group with a VPC into the draft.
pub(super) fn association(node: &Node, draft: &mut Draft) {
    let known = ["group", "vpc", "state"];
    let Some(fields) = Fields::read(node, "an association", &known, &mut draft.report) else { return };
    let state = fields.get("state").and_then(|node| decode::word(node, "state", STATES, &mut draft.report));
    let state = state.unwrap_or(AssociationState::Associated);
    let group = fields.require("group", "this association", "write `group: sg-ID`", &mut draft.report);
    let group = group.and_then(|node| {
        let text = decode::text(node, "a group", &mut draft.report)?;
        Some(draft.refer_to_group(text, node))
    });
    let vpc = fields.require("vpc", "this association", "write `vpc: vpc-ID`", &mut draft.report);
    let vpc = vpc.and_then(|node| match state {
        AssociationState::Associated => vpc::reference(node, draft),
        AssociationState::Disassociated => decode::text(node, "a VPC", &mut draft.report).map(vpc_key),
    });
    let place = draft.report.at(node.spot);
    let (Some(group), Some(vpc)) = (group, vpc) else { return };
    draft.out.associations.push(DeclaredAssociation { place, group, vpc, state });
}
