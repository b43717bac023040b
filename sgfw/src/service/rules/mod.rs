//! Rules of groups: authorize, revoke, modify, describe (F84-F88).
//!
//! A request is read in one form ([`permission`]), its sources are looked up ([`peer`]), and then the rules are checked
//! together: quota, duplicates, dry run, effect. Any refusal leaves everything as it was.

mod authorize;
mod describe;
mod descriptions;
mod modify;
mod peer;
mod permission;
mod quota;
mod revoke;
mod show;
pub(super) mod traffic;

pub(super) use authorize::{authorize_security_group_egress, authorize_security_group_ingress};
pub(super) use describe::describe_security_group_rules;
pub(super) use descriptions::{
    update_security_group_rule_descriptions_egress, update_security_group_rule_descriptions_ingress,
};
pub(super) use modify::modify_security_group_rules;
pub(super) use peer::refer;
pub(super) use quota::check as check_quota;
pub(super) use revoke::{revoke_security_group_egress, revoke_security_group_ingress};
pub(super) use show::{permissions, stale};

use super::groups::find;
use super::{Desk, Fault};
use crate::inventory::{GroupRule, Network, RuleId, SecurityGroup};
use crate::model::Direction;
use std::sync::Arc;

/// The caller's group whose rules of a direction a request is about. EC2-Classic has inbound rules only (F40).
fn target(desk: &Desk, id: Option<&str>, name: Option<&str>, way: Direction) -> Result<Arc<SecurityGroup>, Fault> {
    let group = find(desk, id, name)?;
    if group.network == Network::Classic && way == Direction::Egress {
        return Err(Fault::value("Only Amazon VPC security groups may be used with this operation."));
    }
    Ok(group)
}

/// The index of the rule with this id among the rules of a group.
fn position(group: &SecurityGroup, id: &str, direction: Option<Direction>) -> Result<usize, Fault> {
    let rule = RuleId::parse(id)?;
    let is_it =
        |it: &GroupRule| it.id == rule && direction.is_none_or(|way| it.direction == way) && is_shown(group, it);
    group.rules.iter().position(is_it).ok_or_else(|| no_such_rule(id))
}

/// Whether callers see a rule: the outbound side of EC2-Classic is fixed and no one's to see.
fn is_shown(group: &SecurityGroup, rule: &GroupRule) -> bool {
    group.network != Network::Classic || rule.direction == Direction::Ingress
}

pub(super) fn no_such_rule(id: &str) -> Fault {
    Fault::new("InvalidSecurityGroupRuleId.NotFound", format!("The security group rule ID '{id}' does not exist"))
}

/// What a permission that no rule matches is refused with.
fn no_such_permission() -> Fault {
    Fault::new("InvalidPermission.NotFound", "The specified rule does not exist in this security group.")
}
