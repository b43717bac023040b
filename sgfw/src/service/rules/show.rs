//! Rules as the API shows them: one by one, and grouped into permissions by protocol and ports (F96).

use super::traffic;
use crate::api::{
    IpPermission, IpRange, Ipv6Range, PrefixListId, ReferencedSecurityGroup, RevokedSecurityGroupRule,
    SecurityGroupRule, StaleIpPermission, UserIdGroupPair,
};
use crate::inventory::{GroupRef, GroupRule, PeeringStatus, Reference, RulePeer, SecurityGroup, State};
use crate::model::{Direction, Traffic};
use crate::service::show::arn;
use crate::service::tagging;
use ipnet::IpNet;

/// The rules of one direction of a group, grouped: permissions in the order in which they came to be, and in each the
/// sources in the order in which they were added.
pub(in crate::service) fn permissions(state: &State, group: &SecurityGroup, direction: Direction) -> Vec<IpPermission> {
    let mut shown: Vec<(Traffic, IpPermission)> = Vec::new();
    for rule in group.rules(direction) {
        let permission = entry(&mut shown, rule.traffic, empty_permission);
        add(permission, state, group, rule);
    }
    shown.into_iter().map(|(_, permission)| permission).collect()
}

/// The value for a traffic, which is made if there is none yet.
fn entry<T>(shown: &mut Vec<(Traffic, T)>, traffic: Traffic, make: impl Fn(&Traffic) -> T) -> &mut T {
    let at = shown.iter().position(|(have, _)| *have == traffic).unwrap_or_else(|| {
        shown.push((traffic, make(&traffic)));
        shown.len() - 1
    });
    &mut shown[at].1
}

fn empty_permission(traffic: &Traffic) -> IpPermission {
    let (from, to) = traffic::numbers(traffic).unzip();
    IpPermission { ip_protocol: Some(traffic::name(traffic)), from_port: from, to_port: to, ..IpPermission::default() }
}

fn add(permission: &mut IpPermission, state: &State, group: &SecurityGroup, rule: &GroupRule) {
    let description = rule.description.clone();
    match &rule.peer {
        RulePeer::Cidr(IpNet::V4(block)) => {
            permission.ip_ranges.push(IpRange { description, cidr_ip: Some(block.to_string()) });
        }
        RulePeer::Cidr(IpNet::V6(block)) => {
            permission.ipv6_ranges.push(Ipv6Range { description, cidr_ipv6: Some(block.to_string()) });
        }
        RulePeer::PrefixList(list) => {
            let prefix_list_id = Some(list.to_string());
            permission.prefix_list_ids.push(PrefixListId { description, prefix_list_id });
        }
        RulePeer::Group(to) => {
            permission.user_id_group_pairs.push(UserIdGroupPair { description, ..pair(state, group, to) });
        }
    }
}

/// A referred group: of its own network by id and account, of another VPC with how the two are joined (F106); of
/// EC2-Classic by name too.
fn pair(state: &State, group: &SecurityGroup, to: &GroupRef) -> UserIdGroupPair {
    let target = state.groups.get(&to.id);
    let far = Far::of(state, group, to);
    UserIdGroupPair {
        user_id: target.map(|target| target.scope.account.to_string()),
        group_id: Some(to.id.to_string()),
        group_name: target.filter(|target| target.vpc().is_none()).map(|target| target.name.clone()),
        vpc_id: far.vpc,
        vpc_peering_connection_id: far.peering,
        peering_status: far.status,
        description: None,
    }
}

/// What is said of a referred group that is in another VPC.
#[derive(Default)]
struct Far {
    vpc: Option<String>,
    peering: Option<String>,
    status: Option<String>,
}

impl Far {
    fn of(state: &State, group: &SecurityGroup, to: &GroupRef) -> Self {
        let (Some(here), Some(there)) = (group.vpc(), &to.vpc) else { return Self::default() };
        if here == there {
            return Self::default();
        }
        let active = state.active_peering(here, there);
        let remembered = || to.peering.as_ref().and_then(|id| state.peerings.get(id));
        let any = || state.peerings.values().rfind(|it| it.joins(here, there));
        let peering = active.or_else(remembered).or_else(any);
        let forgotten = to.peering.as_ref().map(|_| PeeringStatus::Deleted);
        Self {
            vpc: Some(there.to_string()),
            peering: peering.map(|it| &it.id).or(to.peering.as_ref()).map(ToString::to_string),
            status: peering.map(|it| it.status).or(forgotten).map(|status| status.to_string()),
        }
    }
}

/// One rule by itself. Empty tags are shown where rules are described, and left out where they are made.
pub(in crate::service) fn rule(
    state: &State,
    group: &SecurityGroup,
    rule: &GroupRule,
    with_empty_tags: bool,
) -> SecurityGroupRule {
    let (from, to) = traffic::numbers(&rule.traffic).unwrap_or((-1, -1));
    let peer = Peer::of(&rule.peer);
    let tags = tagging::shown(&rule.tags);
    SecurityGroupRule {
        security_group_rule_id: Some(rule.id.to_string()),
        group_id: Some(group.id.to_string()),
        group_owner_id: Some(group.scope.account.to_string()),
        is_egress: Some(rule.direction == Direction::Egress),
        ip_protocol: Some(traffic::name(&rule.traffic)),
        from_port: Some(from),
        to_port: Some(to),
        cidr_ipv4: peer.v4,
        cidr_ipv6: peer.v6,
        prefix_list_id: peer.list,
        referenced_group_info: peer.group.map(|to| referenced(state, group, to)),
        description: rule.description.clone(),
        tags: Some(tags).filter(|tags| with_empty_tags || !tags.is_empty()),
        security_group_rule_arn: Some(arn(&group.scope, "security-group-rule", &rule.id)),
    }
}

fn referenced(state: &State, group: &SecurityGroup, to: &GroupRef) -> ReferencedSecurityGroup {
    let pair = pair(state, group, to);
    ReferencedSecurityGroup {
        group_id: pair.group_id,
        peering_status: pair.peering_status,
        user_id: pair.user_id,
        vpc_id: pair.vpc_id,
        vpc_peering_connection_id: pair.vpc_peering_connection_id,
    }
}

/// A rule that was removed.
pub(super) fn revoked(group: &SecurityGroup, rule: &GroupRule) -> RevokedSecurityGroupRule {
    let (from, to) = traffic::numbers(&rule.traffic).unwrap_or((-1, -1));
    let peer = Peer::of(&rule.peer);
    RevokedSecurityGroupRule {
        security_group_rule_id: Some(rule.id.to_string()),
        group_id: Some(group.id.to_string()),
        is_egress: Some(rule.direction == Direction::Egress),
        ip_protocol: Some(traffic::name(&rule.traffic)),
        from_port: Some(from),
        to_port: Some(to),
        cidr_ipv4: peer.v4,
        cidr_ipv6: peer.v6,
        prefix_list_id: peer.list,
        referenced_group_id: peer.group.map(|to| to.id.to_string()),
        description: rule.description.clone(),
    }
}

/// A peer in the four members that the API has for it.
#[derive(Default)]
struct Peer<'a> {
    v4: Option<String>,
    v6: Option<String>,
    list: Option<String>,
    group: Option<&'a GroupRef>,
}

impl<'a> Peer<'a> {
    fn of(peer: &'a RulePeer) -> Self {
        match peer {
            RulePeer::Cidr(IpNet::V4(block)) => Self { v4: Some(block.to_string()), ..Self::default() },
            RulePeer::Cidr(IpNet::V6(block)) => Self { v6: Some(block.to_string()), ..Self::default() },
            RulePeer::PrefixList(list) => Self { list: Some(list.to_string()), ..Self::default() },
            RulePeer::Group(to) => Self { group: Some(to), ..Self::default() },
        }
    }
}

/// The stale rules of one direction of a group, grouped (F114, F115).
pub(in crate::service) fn stale(state: &State, group: &SecurityGroup, direction: Direction) -> Vec<StaleIpPermission> {
    let mut shown: Vec<(Traffic, StaleIpPermission)> = Vec::new();
    for rule in group.rules(direction) {
        let RulePeer::Group(to) = &rule.peer else { continue };
        if state.reference(group, to) != Reference::Live {
            let permission = entry(&mut shown, rule.traffic, empty_stale);
            permission.user_id_group_pairs.push(stale_pair(state, group, rule, to));
        }
    }
    shown.into_iter().map(|(_, permission)| permission).collect()
}

fn empty_stale(traffic: &Traffic) -> StaleIpPermission {
    let (from, to) = traffic::numbers(traffic).unzip();
    let ip_protocol = Some(traffic::name(traffic));
    StaleIpPermission { ip_protocol, from_port: from, to_port: to, ..StaleIpPermission::default() }
}

/// A lost group is told with what was known of it when the rule was made.
fn stale_pair(state: &State, group: &SecurityGroup, rule: &GroupRule, to: &GroupRef) -> UserIdGroupPair {
    let name = state.groups.get(&to.id).map_or(&to.name, |target| &target.name);
    UserIdGroupPair {
        user_id: Some(to.account.to_string()),
        group_name: Some(name.clone()),
        description: rule.description.clone(),
        ..pair(state, group, to)
    }
}
