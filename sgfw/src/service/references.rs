//! Who refers to a group from peer VPCs, and whose references lead nowhere (F107-F115).

use super::groups::by_id;
use super::page::Pages;
use super::{Desk, Fault, rules};
use crate::api::{
    DescribeSecurityGroupReferences, DescribeSecurityGroupReferencesReply, DescribeStaleSecurityGroups,
    DescribeStaleSecurityGroupsReply, SecurityGroupReference, StaleSecurityGroup,
};
use crate::inventory::{GroupRef, Reference, RulePeer, SecurityGroup, State};
use crate::model::Direction;
use std::collections::BTreeSet;

const PAGES: Pages = Pages::of("DescribeStaleSecurityGroups").within(5, 255);

/// The VPCs at the other ends of peering connections whose rules refer to these groups (F107).
pub(super) fn describe_security_group_references(
    desk: &mut Desk,
    request: &DescribeSecurityGroupReferences,
) -> Result<DescribeSecurityGroupReferencesReply, Fault> {
    let groups = request.group_id.iter().map(|id| by_id(desk, id)).collect::<Result<Vec<_>, _>>()?;
    desk.dry_run(request.dry_run)?;
    let found: BTreeSet<_> = groups.iter().flat_map(|group| referring(&desk.state, group)).collect();
    let shown = found.into_iter().map(|(group, vpc, peering)| SecurityGroupReference {
        group_id: Some(group),
        referencing_vpc_id: Some(vpc),
        vpc_peering_connection_id: Some(peering),
        transit_gateway_id: None,
    });
    Ok(DescribeSecurityGroupReferencesReply { security_group_reference_set: shown.collect() })
}

/// Group, VPC and connection of each reference over a connection.
fn referring<'a>(state: &'a State, group: &'a SecurityGroup) -> impl Iterator<Item = (String, String, String)> + 'a {
    let others = state.groups.values().filter(|other| other.network != group.network);
    others.filter(|other| references(other).any(|to| to.id == group.id)).filter_map(|other| {
        let peering = state.active_peering(other.vpc()?, group.vpc()?)?;
        Some((group.id.to_string(), other.vpc()?.to_string(), peering.id.to_string()))
    })
}

fn references(group: &SecurityGroup) -> impl Iterator<Item = &GroupRef> {
    group.rules.iter().filter_map(|rule| match &rule.peer {
        RulePeer::Group(to) => Some(to),
        _ => None,
    })
}

/// The groups of a VPC that have stale rules, with these rules (F113).
pub(super) fn describe_stale_security_groups(
    desk: &mut Desk,
    request: &DescribeStaleSecurityGroups,
) -> Result<DescribeStaleSecurityGroupsReply, Fault> {
    let vpc = desk.vpc(request.vpc_id.as_deref())?;
    let state = &desk.state;
    let is_stale = |group: &SecurityGroup| references(group).any(|to| state.reference(group, to) != Reference::Live);
    let stale = state.groups.values().filter(|group| group.vpc() == Some(&vpc.id) && is_stale(group));
    let (page, next_token) = PAGES.page(request, stale.map(|it| (it.id.to_string(), it)).collect())?;
    desk.dry_run(request.dry_run)?;
    let shown = page.iter().map(|group| stale_group(state, group)).collect();
    Ok(DescribeStaleSecurityGroupsReply { next_token, stale_security_group_set: shown })
}

fn stale_group(state: &State, group: &SecurityGroup) -> StaleSecurityGroup {
    StaleSecurityGroup {
        description: Some(group.description.clone()),
        group_id: Some(group.id.to_string()),
        group_name: Some(group.name.clone()),
        stale_ip_permissions: rules::stale(state, group, Direction::Ingress),
        stale_ip_permissions_egress: rules::stale(state, group, Direction::Egress),
        vpc_id: group.vpc().map(ToString::to_string),
    }
}
