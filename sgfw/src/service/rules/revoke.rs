//! Rules that are taken away, by id or by what they say (F86, F116).

use super::permission::{Flat, combination, permissions, wishes};
use super::{no_such_permission, position, show, target};
use crate::api::{
    IpPermission, RevokeSecurityGroupEgress, RevokeSecurityGroupEgressReply, RevokeSecurityGroupIngress,
    RevokeSecurityGroupIngressReply, RevokedSecurityGroupRule,
};
use crate::inventory::{Network, SecurityGroup, State};
use crate::model::Direction;
use crate::service::{Desk, Fault};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Removes inbound rules.
pub(in crate::service) fn revoke_security_group_ingress(
    desk: &mut Desk,
    request: &RevokeSecurityGroupIngress,
) -> Result<RevokeSecurityGroupIngressReply, Fault> {
    let group = target(desk, request.group_id.as_deref(), request.group_name.as_deref(), Direction::Ingress)?;
    let flat = Flat {
        protocol: request.ip_protocol.as_deref(),
        from: request.from_port,
        to: request.to_port,
        cidr: request.cidr_ip.as_deref(),
        group: request.source_security_group_name.as_deref(),
        owner: request.source_security_group_owner_id.as_deref(),
    };
    let asked = Asked { flat, permissions: &request.ip_permissions, ids: &request.security_group_rule_ids };
    let (unknown, revoked) = asked.revoke(desk, group, Direction::Ingress, request.dry_run)?;
    Ok(RevokeSecurityGroupIngressReply {
        r#return: Some(true),
        unknown_ip_permissions: unknown,
        revoked_security_group_rules: revoked,
    })
}

/// Removes outbound rules.
pub(in crate::service) fn revoke_security_group_egress(
    desk: &mut Desk,
    request: &RevokeSecurityGroupEgress,
) -> Result<RevokeSecurityGroupEgressReply, Fault> {
    let group = target(desk, request.group_id.as_deref(), None, Direction::Egress)?;
    let flat = Flat {
        protocol: request.ip_protocol.as_deref(),
        from: request.from_port,
        to: request.to_port,
        cidr: request.cidr_ip.as_deref(),
        group: request.source_security_group_name.as_deref(),
        owner: request.source_security_group_owner_id.as_deref(),
    };
    let asked = Asked { flat, permissions: &request.ip_permissions, ids: &request.security_group_rule_ids };
    let (unknown, revoked) = asked.revoke(desk, group, Direction::Egress, request.dry_run)?;
    Ok(RevokeSecurityGroupEgressReply {
        r#return: Some(true),
        unknown_ip_permissions: unknown,
        revoked_security_group_rules: revoked,
    })
}

struct Asked<'a> {
    flat: Flat<'a>,
    permissions: &'a [IpPermission],
    ids: &'a [String],
}

/// Permissions of a request that no rule matches, and the rules that are gone.
type Outcome = (Vec<IpPermission>, Vec<RevokedSecurityGroupRule>);

impl Asked<'_> {
    fn revoke(
        &self,
        desk: &mut Desk,
        mut group: Arc<SecurityGroup>,
        direction: Direction,
        dry_run: Option<bool>,
    ) -> Result<Outcome, Fault> {
        let (gone, unknown) = match self.ids {
            [] => self.matched(desk, &group, direction)?,
            ids => (self.named(&group, ids, direction)?, Vec::new()),
        };
        if !unknown.is_empty() && !is_lenient(&desk.state, &group) {
            return Err(no_such_permission());
        }
        desk.dry_run(dry_run)?;
        let revoked = gone.iter().map(|at| show::revoked(&group, &group.rules[*at])).collect();
        if !gone.is_empty() {
            let mut at = 0..;
            Arc::make_mut(&mut group).rules.retain(|_| at.next().is_none_or(|at| !gone.contains(&at)));
            desk.state.groups.insert(group.id.clone(), group);
        }
        Ok((unknown, revoked))
    }

    /// The indexes of the rules with these ids.
    fn named(&self, group: &SecurityGroup, ids: &[String], direction: Direction) -> Result<BTreeSet<usize>, Fault> {
        if !self.permissions.is_empty() {
            return Err(combination("securityGroupRuleIds", "ipPermissions"));
        }
        ids.iter().map(|id| position(group, id, Some(direction))).collect()
    }

    /// The indexes of the rules that the permissions say, and the permissions that no rule says.
    fn matched(
        &self,
        desk: &Desk,
        group: &SecurityGroup,
        direction: Direction,
    ) -> Result<(BTreeSet<usize>, Vec<IpPermission>), Fault> {
        let permissions = permissions(self.flat, self.permissions)?;
        let wishes = wishes(self.flat, &permissions, &group.network)?;
        let (mut gone, mut left): (_, Vec<_>) = (BTreeSet::new(), Vec::new());
        for wish in wishes {
            let is_it = |rule: &crate::inventory::GroupRule| {
                rule.direction == direction && rule.traffic == wish.traffic && wish.source.is(desk, group, &rule.peer)
            };
            match group.rules.iter().position(is_it) {
                Some(at) => drop(gone.insert(at)),
                None => left.push(wish),
            }
        }
        let unknown = permissions.iter().enumerate().filter_map(|(at, permission)| {
            let of_it: Vec<_> = left.iter().filter(|wish| wish.permission == at).collect();
            (!of_it.is_empty()).then(|| super::permission::unmatched(permission, &of_it))
        });
        Ok((gone, unknown.collect()))
    }
}

/// In a default VPC, and in EC2-Classic, what no rule matches is listed and not refused.
fn is_lenient(state: &State, group: &SecurityGroup) -> bool {
    match &group.network {
        Network::Classic => true,
        Network::Vpc(vpc) => state.vpcs.get(vpc).is_some_and(|vpc| vpc.is_default),
    }
}
