//! The end of a group: what must not be deleted, and what is in the way (F19-F27).

use super::create::reserved;
use super::find;
use crate::api::{DeleteSecurityGroup, DeleteSecurityGroupReply};
use crate::inventory::{AssociationState, Network, RulePeer, SecurityGroup};
use crate::model::DEFAULT_GROUP;
use crate::service::{Desk, Fault};

/// Deletes one group (F22). A group that only itself refers to goes at once; rules of other VPCs that refer to it go
/// stale (F26).
pub(in crate::service) fn delete_security_group(
    desk: &mut Desk,
    request: &DeleteSecurityGroup,
) -> Result<DeleteSecurityGroupReply, Fault> {
    let group = find(desk, request.group_id.as_deref(), request.group_name.as_deref())?;
    deletable(&group)?;
    unused(desk, &group)?;
    unreferenced(desk, &group)?;
    desk.dry_run(request.dry_run)?;
    desk.state.groups.remove(&group.id);
    desk.state.associations.retain(|(id, _), _| *id != group.id);
    Ok(DeleteSecurityGroupReply { r#return: Some(true), group_id: Some(group.id.to_string()) })
}

/// Default groups stay (F19, F20).
fn deletable(group: &SecurityGroup) -> Result<(), Fault> {
    if group.name != DEFAULT_GROUP {
        return Ok(());
    }
    Err(match group.network {
        Network::Classic => reserved(&group.name),
        Network::Vpc(_) => {
            let words =
                format!("the specified group: \"{}\" name: \"{}\" cannot be deleted by a user", group.id, group.name);
            Fault::new("CannotDelete", words)
        }
    })
}

/// Interfaces are in the way, running or not (F23), and so is the use in another VPC.
fn unused(desk: &Desk, group: &SecurityGroup) -> Result<(), Fault> {
    let has_members = desk.state.members(&group.id).next().is_some();
    let mut associations = desk.state.associations.values().filter(|it| it.group == group.id);
    match (&group.network, has_members) {
        (Network::Classic, true) => {
            Err(in_use(format!("There are active instances using security group '{}'", group.name)))
        }
        (_, true) => Err(depended_on(group)),
        (_, false) if associations.any(|it| it.state == AssociationState::Associated) => Err(depended_on(group)),
        (_, false) => Ok(()),
    }
}

/// Rules of other groups of its network are in the way (F24), in EC2-Classic those of other accounts too (F26).
fn unreferenced(desk: &Desk, group: &SecurityGroup) -> Result<(), Fault> {
    let refers = |it: &&std::sync::Arc<SecurityGroup>| {
        it.id != group.id
            && it.network == group.network
            && it.rules.iter().any(|rule| matches!(&rule.peer, RulePeer::Group(to) if to.id == group.id))
    };
    let Some(other) = desk.state.groups.values().find(refers) else { return Ok(()) };
    Err(match group.network {
        Network::Vpc(_) => depended_on(group),
        Network::Classic => in_use(format!("Group {} is used by groups: {}", full(group), full(other))),
    })
}

fn full(group: &SecurityGroup) -> String {
    format!("{}:{}", group.scope.account, group.name)
}

fn in_use(words: String) -> Fault {
    Fault::new("InvalidGroup.InUse", words)
}

/// What something that others need is refused with.
pub(in crate::service) fn depended_on(group: &SecurityGroup) -> Fault {
    Fault::new("DependencyViolation", format!("resource {} has a dependent object", group.id))
}
