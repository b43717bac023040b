//! Looking at groups: by id, by name, by filter, and those that a VPC may use (F93, F95).

use super::find::by_name;
use super::{by_id, show};
use crate::api::{
    DescribeSecurityGroups, DescribeSecurityGroupsReply, GetSecurityGroupsForVpc, GetSecurityGroupsForVpcReply,
};
use crate::inventory::{GroupId, GroupRule, RulePeer, SecurityGroup, State};
use crate::model::Direction;
use crate::service::filter::{Filters, TAGS};
use crate::service::page::{Pages, alone};
use crate::service::rules::traffic;
use crate::service::{Desk, Fault};
use ipnet::IpNet;
use std::collections::BTreeSet;
use std::sync::Arc;

const PAGES: Pages = Pages::of("DescribeSecurityGroups");
const PAGES_FOR_VPC: Pages = Pages::of("GetSecurityGroupsForVpc");

/// The filters of `DescribeSecurityGroups`; those of rules are asked of the inbound or, with `egress.`, outbound ones.
const FILTERS: &[&str] = &[
    "description",
    "group-id",
    "group-name",
    "owner-id",
    "vpc-id",
    TAGS,
    "ip-permission.cidr",
    "ip-permission.ipv6-cidr",
    "ip-permission.from-port",
    "ip-permission.to-port",
    "ip-permission.group-id",
    "ip-permission.group-name",
    "ip-permission.prefix-list-id",
    "ip-permission.protocol",
    "ip-permission.user-id",
    "egress.ip-permission.cidr",
    "egress.ip-permission.ipv6-cidr",
    "egress.ip-permission.from-port",
    "egress.ip-permission.to-port",
    "egress.ip-permission.group-id",
    "egress.ip-permission.group-name",
    "egress.ip-permission.prefix-list-id",
    "egress.ip-permission.protocol",
    "egress.ip-permission.user-id",
];

/// Groups with their rules.
pub(in crate::service) fn describe_security_groups(
    desk: &mut Desk,
    request: &DescribeSecurityGroups,
) -> Result<DescribeSecurityGroupsReply, Fault> {
    alone(request, "groupIds", &request.group_ids)?;
    alone(request, "groupNames", &request.group_names)?;
    let filters = Filters::new(&request.filters, FILTERS)?;
    let found = asked(desk, &request.group_ids, &request.group_names)?;
    let state = &desk.state;
    let wanted = found.into_iter().filter(|it| filters.accept(&it.tags, |name| values(state, it, name)));
    let (page, next_token) = PAGES.page(request, wanted.map(|it| (it.id.to_string(), it)).collect())?;
    desk.dry_run(request.dry_run)?;
    let security_groups = page.iter().map(|it| show::group(state, it)).collect();
    Ok(DescribeSecurityGroupsReply { next_token, security_groups })
}

/// The groups that are named, or all of the caller's.
fn asked(desk: &Desk, ids: &[String], names: &[String]) -> Result<Vec<Arc<SecurityGroup>>, Fault> {
    if ids.is_empty() && names.is_empty() {
        return Ok(desk.state.groups.values().filter(|it| it.scope == desk.scope).cloned().collect());
    }
    let by_ids = ids.iter().map(|id| by_id(desk, id));
    let all = by_ids.chain(names.iter().map(|name| by_name(desk, name))).collect::<Result<Vec<_>, _>>()?;
    let mut seen: BTreeSet<GroupId> = BTreeSet::new();
    Ok(all.into_iter().filter(|group| seen.insert(group.id.clone())).collect())
}

/// What a group says to a filter.
fn values(state: &State, group: &SecurityGroup, filter: &str) -> Vec<String> {
    let of_rules = |filter: &str, direction| {
        let of_rule = |rule: &GroupRule| of_rule(state, rule, filter);
        group.rules(direction).flat_map(of_rule).collect()
    };
    match filter {
        "description" => vec![group.description.clone()],
        "group-id" => vec![group.id.to_string()],
        "group-name" => vec![group.name.clone()],
        "owner-id" => vec![group.scope.account.to_string()],
        "vpc-id" | "primary-vpc-id" => group.vpc().map(ToString::to_string).into_iter().collect(),
        _ => match filter.strip_prefix("egress.ip-permission.") {
            Some(filter) => of_rules(filter, Direction::Egress),
            None => of_rules(filter.trim_start_matches("ip-permission."), Direction::Ingress),
        },
    }
}

fn of_rule(state: &State, rule: &GroupRule, filter: &str) -> Vec<String> {
    let numbers = traffic::numbers(&rule.traffic);
    match (filter, &rule.peer) {
        ("cidr", RulePeer::Cidr(IpNet::V4(block))) => vec![block.to_string()],
        ("ipv6-cidr", RulePeer::Cidr(IpNet::V6(block))) => vec![block.to_string()],
        ("prefix-list-id", RulePeer::PrefixList(list)) => vec![list.to_string()],
        ("group-id", RulePeer::Group(to)) => vec![to.id.to_string()],
        ("user-id", RulePeer::Group(to)) => vec![to.account.to_string()],
        ("group-name", RulePeer::Group(to)) => {
            vec![state.groups.get(&to.id).map_or(&to.name, |group| &group.name).clone()]
        }
        ("protocol", _) => vec![traffic::name(&rule.traffic), traffic::number(&rule.traffic)],
        ("from-port", _) => numbers.map(|(from, _)| from.to_string()).into_iter().collect(),
        ("to-port", _) => numbers.map(|(_, to)| to.to_string()).into_iter().collect(),
        _ => Vec::new(),
    }
}

/// Groups that interfaces in a VPC may have: its own and those associated with it.
pub(in crate::service) fn get_security_groups_for_vpc(
    desk: &mut Desk,
    request: &GetSecurityGroupsForVpc,
) -> Result<GetSecurityGroupsForVpcReply, Fault> {
    const FILTERS: &[&str] = &["group-id", "description", "group-name", "owner-id", "primary-vpc-id", TAGS];
    let vpc = desk.vpc(request.vpc_id.as_deref())?;
    let filters = Filters::new(&request.filters, FILTERS)?;
    let state = &desk.state;
    let usable = state.groups.values().filter(|it| state.is_usable_in(it, &vpc.id));
    let wanted = usable.filter(|it| filters.accept(&it.tags, |name| values(state, it, name)));
    let (page, next_token) = PAGES_FOR_VPC.page(request, wanted.map(|it| (it.id.to_string(), it)).collect())?;
    desk.dry_run(request.dry_run)?;
    let security_group_for_vpcs = page.iter().map(|it| show::for_vpc(it)).collect();
    Ok(GetSecurityGroupsForVpcReply { next_token, security_group_for_vpcs })
}
