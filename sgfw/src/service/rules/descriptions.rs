//! New words for rules that stay (F88).

use super::permission::{Flat, description, permissions, wishes};
use super::{no_such_permission, position, target};
use crate::api::{
    IpPermission, SecurityGroupRuleDescription, UpdateSecurityGroupRuleDescriptionsEgress,
    UpdateSecurityGroupRuleDescriptionsEgressReply, UpdateSecurityGroupRuleDescriptionsIngress,
    UpdateSecurityGroupRuleDescriptionsIngressReply,
};
use crate::inventory::SecurityGroup;
use crate::model::Direction;
use crate::service::{Desk, Fault};
use std::sync::Arc;

/// Changes descriptions of inbound rules.
pub(in crate::service) fn update_security_group_rule_descriptions_ingress(
    desk: &mut Desk,
    request: &UpdateSecurityGroupRuleDescriptionsIngress,
) -> Result<UpdateSecurityGroupRuleDescriptionsIngressReply, Fault> {
    let group = target(desk, request.group_id.as_deref(), request.group_name.as_deref(), Direction::Ingress)?;
    let given = (request.ip_permissions.as_slice(), request.security_group_rule_descriptions.as_slice());
    update(desk, group, Direction::Ingress, given, request.dry_run)?;
    Ok(UpdateSecurityGroupRuleDescriptionsIngressReply { r#return: Some(true) })
}

/// Changes descriptions of outbound rules.
pub(in crate::service) fn update_security_group_rule_descriptions_egress(
    desk: &mut Desk,
    request: &UpdateSecurityGroupRuleDescriptionsEgress,
) -> Result<UpdateSecurityGroupRuleDescriptionsEgressReply, Fault> {
    let group = target(desk, request.group_id.as_deref(), request.group_name.as_deref(), Direction::Egress)?;
    let given = (request.ip_permissions.as_slice(), request.security_group_rule_descriptions.as_slice());
    update(desk, group, Direction::Egress, given, request.dry_run)?;
    Ok(UpdateSecurityGroupRuleDescriptionsEgressReply { r#return: Some(true) })
}

/// Rules by what they say, or by their ids; a description that is left out is removed.
fn update(
    desk: &mut Desk,
    mut group: Arc<SecurityGroup>,
    direction: Direction,
    given: (&[IpPermission], &[SecurityGroupRuleDescription]),
    dry_run: Option<bool>,
) -> Result<(), Fault> {
    let changes = match given {
        ([], []) => return Err(Fault::missing("ipPermissions or securityGroupRuleDescriptions")),
        (permissions, []) => by_permission(desk, &group, direction, permissions)?,
        ([], descriptions) => by_id(&group, direction, descriptions)?,
        _ => return Err(super::permission::combination("ipPermissions", "securityGroupRuleDescriptions")),
    };
    desk.dry_run(dry_run)?;
    let rules = &mut Arc::make_mut(&mut group).rules;
    for (at, description) in changes {
        rules[at].description = description;
    }
    desk.state.groups.insert(group.id.clone(), group);
    Ok(())
}

/// Indexes of rules, and their new descriptions.
type Descriptions = Vec<(usize, Option<String>)>;

fn by_permission(
    desk: &Desk,
    group: &SecurityGroup,
    direction: Direction,
    given: &[IpPermission],
) -> Result<Descriptions, Fault> {
    let flat = Flat::default();
    let wishes = wishes(flat, &permissions(flat, given)?, &group.network)?;
    let change = |wish: super::permission::Wish| {
        let is_it = |rule: &crate::inventory::GroupRule| {
            rule.direction == direction && rule.traffic == wish.traffic && wish.source.is(desk, group, &rule.peer)
        };
        let at = group.rules.iter().position(is_it).ok_or_else(no_such_permission)?;
        Ok((at, wish.description))
    };
    wishes.into_iter().map(change).collect()
}

fn by_id(
    group: &SecurityGroup,
    direction: Direction,
    given: &[SecurityGroupRuleDescription],
) -> Result<Descriptions, Fault> {
    let change = |it: &SecurityGroupRuleDescription| {
        let id = it.security_group_rule_id.as_deref().unwrap_or_default();
        Ok((position(group, id, Some(direction))?, description(&it.description)?))
    };
    given.iter().map(change).collect()
}
