//! Rules that become others: protocol, ports, value of the source and description, but not the kind of the source (§5).

use super::authorize::unlike;
use super::peer::Source;
use super::permission::{description, v4, v6};
use super::traffic::{self, Said};
use super::{check_quota, position};
use crate::api::{
    ModifySecurityGroupRules, ModifySecurityGroupRulesReply, SecurityGroupRuleRequest, SecurityGroupRuleUpdate,
};
use crate::inventory::{GroupRule, RulePeer, SecurityGroup};
use crate::service::groups::find;
use crate::service::{Desk, Fault};
use ipnet::IpNet;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Changes rules of a group; their ids and tags stay.
pub(in crate::service) fn modify_security_group_rules(
    desk: &mut Desk,
    request: &ModifySecurityGroupRules,
) -> Result<ModifySecurityGroupRulesReply, Fault> {
    let mut group = find(desk, request.group_id.as_deref(), None)?;
    let mut changed = BTreeSet::new();
    for update in &request.security_group_rules {
        let (at, rule) = updated(desk, &group, update)?;
        if !changed.insert(at) {
            return Err(Fault::value("The same security group rule ID must not appear multiple times"));
        }
        Arc::make_mut(&mut group).rules[at] = rule;
    }
    check_quota(&desk.state, &group)?;
    changed.iter().try_for_each(|at| unlike(&group, *at))?;
    desk.dry_run(request.dry_run)?;
    desk.state.groups.insert(group.id.clone(), group);
    Ok(ModifySecurityGroupRulesReply { r#return: Some(true) })
}

/// A rule as an update wants it, and its index.
fn updated(desk: &Desk, group: &SecurityGroup, update: &SecurityGroupRuleUpdate) -> Result<(usize, GroupRule), Fault> {
    let id = update.security_group_rule_id.as_deref().unwrap_or_default();
    if id.is_empty() {
        return Err(Fault::missing("SecurityGroupRuleId"));
    }
    let at = position(group, id, None)?;
    let old = &group.rules[at];
    let wanted = update.security_group_rule.as_ref().ok_or_else(|| Fault::missing("SecurityGroupRule"))?;
    let said = Said { protocol: wanted.ip_protocol.as_deref(), from: wanted.from_port, to: wanted.to_port };
    let traffic = match traffic::traffic(said, &group.network, false)?.as_slice() {
        [traffic] => *traffic,
        _ => return Err(Fault::missing("IpProtocol")),
    };
    let value = Value::of(wanted)?;
    value.fits(old)?;
    let peer = value.source()?.resolve(desk, group)?;
    let description = description(&wanted.description)?;
    Ok((at, GroupRule { traffic, peer, description, ..old.clone() }))
}

/// The one source of a request, by its kind.
enum Value<'a> {
    V4(&'a str),
    V6(&'a str),
    List(&'a str),
    Group(&'a str),
}

impl<'a> Value<'a> {
    fn of(wanted: &'a SecurityGroupRuleRequest) -> Result<Self, Fault> {
        let all = [
            wanted.cidr_ipv4.as_deref().map(Self::V4),
            wanted.cidr_ipv6.as_deref().map(Self::V6),
            wanted.prefix_list_id.as_deref().map(Self::List),
            wanted.referenced_group_id.as_deref().map(Self::Group),
        ];
        let mut given = all.into_iter().flatten();
        match (given.next(), given.next()) {
            (Some(value), None) => Ok(value),
            (Some(_), Some(_)) => {
                let words = "Only one of cidrIp, cidrIpv6, prefixListId, or referencedGroupId can be specified";
                Err(Fault::new("InvalidParameterCombination", words))
            }
            (None, _) => {
                let words = "exactly one of: cidrIp, cidrIpv6, prefixListId, or referencedGroupId";
                Err(Fault::new("MissingParameter", format!("The request must contain {words}")))
            }
        }
    }

    /// Refuses another kind of source than the rule has.
    fn fits(&self, rule: &GroupRule) -> Result<(), Fault> {
        let new = match self {
            Self::V4(_) => "CidrIpv4",
            Self::V6(_) => "CidrIpv6",
            Self::List(_) => "PrefixListId",
            Self::Group(_) => "ReferencedGroupId",
        };
        let (same, old) = match &rule.peer {
            RulePeer::Cidr(IpNet::V4(_)) => ("CidrIpv4", "IPv4 CIDR"),
            RulePeer::Cidr(IpNet::V6(_)) => ("CidrIpv6", "IPv6 CIDR"),
            RulePeer::PrefixList(_) => ("PrefixListId", "prefix list"),
            RulePeer::Group(_) => ("ReferencedGroupId", "referenced group"),
        };
        if new == same {
            return Ok(());
        }
        let words = format!("You may not specify {new} for an existing {old} rule.");
        Err(Fault::value(format!("Invalid rule type for security group rule '{}'. {words}", rule.id)))
    }

    fn source(&self) -> Result<Source, Fault> {
        match self {
            Self::V4(text) => v4(Some(text)).map(|block| Source::Cidr(block.into())),
            Self::V6(text) => v6(Some(text)).map(|block| Source::Cidr(block.into())),
            Self::List(id) => Ok(Source::List((*id).into())),
            Self::Group(id) => {
                let id = crate::inventory::GroupId::parse(id)?;
                Ok(Source::Group { id: Some(id), name: None, account: None })
            }
        }
    }
}
