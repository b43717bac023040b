//! New rules (F84, F85).

use super::permission::{Flat, Wish, permissions, wishes};
use super::{check_quota, show, target, traffic};
use crate::api::{
    AuthorizeSecurityGroupEgress, AuthorizeSecurityGroupEgressReply, AuthorizeSecurityGroupIngress,
    AuthorizeSecurityGroupIngressReply, IpPermission, SecurityGroupRule, TagSpecification,
};
use crate::inventory::{GroupRule, RuleId, RulePeer, SecurityGroup, State, Tags};
use crate::model::{Direction, Origin};
use crate::service::tagging::{self, Wanted};
use crate::service::{Desk, Fault};
use std::sync::Arc;

/// Adds inbound rules (F84).
pub(in crate::service) fn authorize_security_group_ingress(
    desk: &mut Desk,
    request: &AuthorizeSecurityGroupIngress,
) -> Result<AuthorizeSecurityGroupIngressReply, Fault> {
    let group = target(desk, request.group_id.as_deref(), request.group_name.as_deref(), Direction::Ingress)?;
    let flat = Flat {
        protocol: request.ip_protocol.as_deref(),
        from: request.from_port,
        to: request.to_port,
        cidr: request.cidr_ip.as_deref(),
        group: request.source_security_group_name.as_deref(),
        owner: request.source_security_group_owner_id.as_deref(),
    };
    let asked = Asked { flat, permissions: &request.ip_permissions, tags: &request.tag_specifications };
    let rules = asked.authorize(desk, group, Direction::Ingress, request.dry_run)?;
    Ok(AuthorizeSecurityGroupIngressReply { r#return: Some(true), security_group_rules: rules })
}

/// Adds outbound rules (F85).
pub(in crate::service) fn authorize_security_group_egress(
    desk: &mut Desk,
    request: &AuthorizeSecurityGroupEgress,
) -> Result<AuthorizeSecurityGroupEgressReply, Fault> {
    let group = target(desk, request.group_id.as_deref(), None, Direction::Egress)?;
    let flat = Flat {
        protocol: request.ip_protocol.as_deref(),
        from: request.from_port,
        to: request.to_port,
        cidr: request.cidr_ip.as_deref(),
        group: request.source_security_group_name.as_deref(),
        owner: request.source_security_group_owner_id.as_deref(),
    };
    let asked = Asked { flat, permissions: &request.ip_permissions, tags: &request.tag_specifications };
    let rules = asked.authorize(desk, group, Direction::Egress, request.dry_run)?;
    Ok(AuthorizeSecurityGroupEgressReply { r#return: Some(true), security_group_rules: rules })
}

struct Asked<'a> {
    flat: Flat<'a>,
    permissions: &'a [IpPermission],
    tags: &'a [TagSpecification],
}

impl Asked<'_> {
    fn authorize(
        &self,
        desk: &mut Desk,
        mut group: Arc<SecurityGroup>,
        direction: Direction,
        dry_run: Option<bool>,
    ) -> Result<Vec<SecurityGroupRule>, Fault> {
        let permissions = permissions(self.flat, self.permissions)?;
        let wishes = wishes(self.flat, &permissions, &group.network)?;
        let wanted = tagging::tags_for(desk, self.tags, "security-group-rule")?;
        let old = group.rules.len();
        for new in drafts(desk, &group, wishes, direction)? {
            Arc::make_mut(&mut group).rules.push(new);
        }
        check_quota(&desk.state, &group)?;
        (old..group.rules.len()).try_for_each(|at| unlike(&group, at))?;
        name(desk, Arc::make_mut(&mut group), old, &wanted)?;
        desk.dry_run(dry_run)?;
        desk.state.groups.insert(group.id.clone(), group.clone());
        Ok(group.rules[old..].iter().map(|rule| show::rule(&desk.state, &group, rule, false)).collect())
    }
}

/// The rules that a request wishes for, with ids that are no one's yet.
fn drafts(
    desk: &Desk,
    group: &SecurityGroup,
    wishes: Vec<Wish>,
    direction: Direction,
) -> Result<Vec<GroupRule>, Fault> {
    let mut rules: Vec<GroupRule> = Vec::new();
    for wish in wishes {
        let rule = GroupRule {
            id: RuleId::from_number(0),
            direction,
            traffic: wish.traffic,
            peer: wish.source.resolve(desk, group)?,
            description: wish.description,
            tags: Tags::new(),
            origin: Origin::default(),
        };
        // The same group by id and by name.
        if rules.iter().any(|it| it.same_permission(&rule)) {
            return Err(Fault::value("The same permission must not appear multiple times"));
        }
        rules.push(rule);
    }
    Ok(rules)
}

/// Refuses the rule at an index if one before it says the same.
pub(super) fn unlike(group: &SecurityGroup, at: usize) -> Result<(), Fault> {
    let rule = &group.rules[at];
    match group.rules.iter().enumerate().any(|(other, it)| other != at && it.same_permission(rule)) {
        true => Err(duplicate(rule)),
        false => Ok(()),
    }
}

fn duplicate(rule: &GroupRule) -> Fault {
    let peer = match &rule.peer {
        RulePeer::Cidr(block) => block.to_string(),
        RulePeer::PrefixList(list) => list.to_string(),
        RulePeer::Group(to) => to.id.to_string(),
    };
    let words = format!("the specified rule \"peer: {peer}, {}, ALLOW\" already exists", traffic::words(&rule.traffic));
    Fault::new("InvalidPermission.Duplicate", words)
}

/// Gives the new rules their ids and tags. An id that is asked for can be one rule's only.
fn name(desk: &mut Desk, group: &mut SecurityGroup, from: usize, wanted: &Wanted) -> Result<(), Fault> {
    if wanted.has_id() && group.rules.len() - from > 1 {
        return Err(Fault::value("An id can be given to one rule at a time"));
    }
    let mut given: Vec<RuleId> = Vec::new();
    for rule in &mut group.rules[from..] {
        let is_taken = |state: &State, id: &RuleId| given.contains(id) || state.group_of_rule(id).is_some();
        rule.id = wanted.id(desk, RuleId::from_number, is_taken)?;
        rule.tags = wanted.tags.clone();
        given.push(rule.id.clone());
    }
    Ok(())
}
