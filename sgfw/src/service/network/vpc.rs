//! VPCs: create, delete, describe, and their attributes.

use super::{association, block};
use crate::api;
use crate::inventory::{
    AssociationState, GroupId, LEGACY_GROUP, Network, Owner, PeeringStatus, Scope, State, Tags, Vpc, VpcId,
    default_group, default_group_id, default_vpc, legacy_group,
};
use crate::model::DEFAULT_GROUP;
use crate::service::filter::{Filters, TAGS};
use crate::service::page::{Pages, alone};
use crate::service::show::text;
use crate::service::tagging::{shown, tags_for};
use crate::service::{Desk, Fault, find};
use ipnet::Ipv4Net;
use std::sync::Arc;

/// The last day of API versions whose VPCs have a second group (F21).
const LAST_LEGACY: &str = "2010-12-31";

/// Creates a VPC with its default group (F14).
///
/// # Errors
/// A block is malformed or of a wrong size, or a tag is refused.
pub(in crate::service) fn create_vpc(desk: &mut Desk, request: &api::CreateVpc) -> Result<api::CreateVpcReply, Fault> {
    let wanted = tags_for(desk, &request.tag_specifications, "vpc")?;
    let v4 = block::vpc_v4(find::required(request.cidr_block.as_deref(), "CidrBlock")?)?;
    let given = request.ipv6_cidr_block.as_deref().map(block::vpc_v6).transpose()?;
    check_tenancy(request.instance_tenancy.as_deref())?;
    check_quota(desk)?;
    let id = wanted.id(desk, VpcId::from_number, |state, id| state.vpcs.contains_key(id))?;
    desk.dry_run(request.dry_run)?;
    let provided =
        (request.amazon_provided_ipv6_cidr_block == Some(true)).then(|| block::provided_v6(&desk.state, &id));
    let v6 = given.or(provided).into_iter().collect();
    let legacy = desk.version.as_str() <= LAST_LEGACY;
    let vpc = Vpc { v6, legacy, tags: wanted.tags, ..plain(id, &desk.scope, v4) };
    add(&mut desk.state, &vpc);
    Ok(api::CreateVpcReply { vpc: Some(show(&vpc)) })
}

/// A VPC of which nothing is said but its IPv4 block.
pub(super) fn plain(id: VpcId, scope: &Scope, v4: Ipv4Net) -> Vpc {
    Vpc {
        id,
        scope: scope.clone(),
        v4: vec![v4],
        v6: Vec::new(),
        is_default: false,
        legacy: false,
        dns_support: true,
        dns_hostnames: false,
        tags: Tags::new(),
        owner: Owner::Action,
    }
}

/// Takes a new VPC in with its groups (F14, F21), whose ids follow from the VPC's.
fn add(state: &mut State, vpc: &Vpc) {
    let network = Network::Vpc(vpc.id.clone());
    let mut groups = vec![default_group(default_group_id(&vpc.scope, &network), vpc)];
    if vpc.legacy {
        groups.push(legacy_group(GroupId::derive(&[LEGACY_GROUP, vpc.id.as_str()]), vpc));
    }
    state.groups.extend(groups.into_iter().map(|group| (group.id.clone(), Arc::new(group))));
    state.vpcs.insert(vpc.id.clone(), Arc::new(vpc.clone()));
}

fn check_tenancy(tenancy: Option<&str>) -> Result<(), Fault> {
    match tenancy {
        None | Some("default" | "dedicated" | "host") => Ok(()),
        Some(other) => Err(Fault::value(format!("Value ({other}) for parameter instanceTenancy is invalid."))),
    }
}

fn check_quota(desk: &Desk) -> Result<(), Fault> {
    let count = desk.state.vpcs.values().filter(|vpc| vpc.scope == desk.scope).count();
    match desk.quotas().vpcs_per_region {
        Some(most) if count >= most as usize => {
            Err(Fault::new("VpcLimitExceeded", "The maximum number of VPCs has been reached."))
        }
        _ => Ok(()),
    }
}

/// Creates the default VPC of the region with a subnet in each zone.
///
/// # Errors
/// There is one.
pub(in crate::service) fn create_default_vpc(
    desk: &mut Desk,
    request: &api::CreateDefaultVpc,
) -> Result<api::CreateDefaultVpcReply, Fault> {
    if let Some(vpc) = desk.state.default_vpc(&desk.scope) {
        let words = format!("A Default VPC already exists for this account in this region ({}).", vpc.id);
        return Err(Fault::new("DefaultVpcAlreadyExists", words));
    }
    if desk.state.is_classic(&desk.scope) {
        let words = "A default VPC cannot be created in a region whose platform is EC2-Classic.";
        return Err(Fault::new("OperationNotPermitted", words));
    }
    check_quota(desk)?;
    desk.dry_run(request.dry_run)?;
    let id = default_vpc(&mut desk.state, &desk.scope);
    Ok(api::CreateDefaultVpcReply { vpc: desk.state.vpcs.get(&id).map(|vpc| show(vpc)) })
}

/// Deletes a VPC in which there is nothing but its default group.
///
/// # Errors
/// There is no such VPC, or something is in it or peered with it.
pub(in crate::service) fn delete_vpc(desk: &mut Desk, request: &api::DeleteVpc) -> Result<api::DeleteVpcReply, Fault> {
    let vpc = desk.vpc(request.vpc_id.as_deref())?;
    if has_dependents(desk, &vpc) {
        let words = format!("The vpc '{}' has dependencies and cannot be deleted.", vpc.id);
        return Err(Fault::new("DependencyViolation", words));
    }
    desk.dry_run(request.dry_run)?;
    let network = Network::Vpc(vpc.id.clone());
    desk.state.groups.retain(|_, group| group.network != network);
    desk.state.associations.retain(|(_, elsewhere), _| *elsewhere != vpc.id);
    desk.state.vpcs.remove(&vpc.id);
    Ok(api::DeleteVpcReply {})
}

fn has_dependents(desk: &Desk, vpc: &Vpc) -> bool {
    let (state, id) = (&desk.state, &vpc.id);
    let is_live = |status| matches!(status, PeeringStatus::Active | PeeringStatus::PendingAcceptance);
    state.subnets.values().any(|it| it.vpc == *id)
        || state.gateways.values().any(|it| it.vpc.as_ref() == Some(id))
        || state.interfaces.values().any(|it| it.network.vpc() == Some(id))
        || state.groups.values().any(|it| it.vpc() == Some(id) && it.name != DEFAULT_GROUP)
        || state.associations.values().any(|it| it.vpc == *id && it.state == AssociationState::Associated)
        || state.peerings.values().any(|it| it.other(id).is_some() && is_live(desk.status_of(it)))
}

const FILTERS: &[&str] = &[
    "cidr",
    "cidr-block",
    "cidr-block-association.cidr-block",
    "cidr-block-association.association-id",
    "cidr-block-association.state",
    "dhcp-options-id",
    "ipv6-cidr-block-association.ipv6-cidr-block",
    "ipv6-cidr-block-association.ipv6-pool",
    "ipv6-cidr-block-association.association-id",
    "ipv6-cidr-block-association.state",
    "is-default",
    "isDefault",
    "owner-id",
    "state",
    "vpc-id",
    TAGS,
];

/// Describes VPCs.
///
/// # Errors
/// An id is unknown, or a filter or the page is refused.
pub(in crate::service) fn describe_vpcs(
    desk: &mut Desk,
    request: &api::DescribeVpcs,
) -> Result<api::DescribeVpcsReply, Fault> {
    alone(request, "vpcIds", &request.vpc_ids)?;
    let filters = Filters::new(&request.filters, FILTERS)?;
    let found = desk.vpcs(&request.vpc_ids)?.into_iter();
    let found = found.filter(|vpc| filters.accept(&vpc.tags, |name| values(vpc, name)));
    let (page, next_token) =
        Pages::of("DescribeVpcs").page(request, found.map(|vpc| (vpc.id.to_string(), vpc)).collect())?;
    desk.dry_run(request.dry_run)?;
    Ok(api::DescribeVpcsReply { next_token, vpcs: page.iter().map(|vpc| show(vpc)).collect() })
}

fn values(vpc: &Vpc, name: &str) -> Vec<String> {
    let blocks = |v6: bool| block::of_vpc(&vpc.v4, &vpc.v6).filter(move |it| it.addr().is_ipv6() == v6);
    let v6 = name.starts_with("ipv6");
    match name {
        "cidr" | "cidr-block" => vpc.v4.first().map(ToString::to_string).into_iter().collect(),
        "dhcp-options-id" => vec!["default".into()],
        "is-default" | "isDefault" => vec![vpc.is_default.to_string()],
        "owner-id" => vec![vpc.scope.account.to_string()],
        "state" => vec!["available".into()],
        "vpc-id" => vec![vpc.id.to_string()],
        _ if name.ends_with("cidr-block") => blocks(v6).map(|it| it.to_string()).collect(),
        _ if name.ends_with(".association-id") => blocks(v6).map(|it| association::id(&vpc.id, it)).collect(),
        _ if name.ends_with(".state") => blocks(v6).map(|_| "associated".into()).collect(),
        _ => Vec::new(),
    }
}

/// A VPC as the API shows it.
pub(super) fn show(vpc: &Vpc) -> api::Vpc {
    api::Vpc {
        owner_id: text(&vpc.scope.account),
        instance_tenancy: text("default"),
        ipv6_cidr_block_association_set: vpc.v6.iter().map(|it| association::show_v6(vpc, *it, "associated")).collect(),
        cidr_block_association_set: vpc.v4.iter().map(|it| association::show_v4(vpc, *it, "associated")).collect(),
        is_default: Some(vpc.is_default),
        tags: shown(&vpc.tags),
        vpc_id: text(&vpc.id),
        state: text("available"),
        cidr_block: vpc.v4.first().map(ToString::to_string),
        dhcp_options_id: text("default"),
    }
}
