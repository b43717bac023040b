//! Subnets, as far as interfaces need them: blocks within the VPC's that do not meet.

use super::{block, zone};
use crate::api;
use crate::inventory::{Owner, State, Subnet, SubnetId, Vpc};
use crate::service::filter::{Filters, TAGS};
use crate::service::interfaces::address;
use crate::service::page::{Pages, alone};
use crate::service::show::{arn, derived, number, text};
use crate::service::tagging::{shown, tags_for};
use crate::service::{Desk, Fault, find};
use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use std::sync::Arc;

/// Creates a subnet.
///
/// # Errors
/// There is no such VPC or zone, or a block is malformed, outside the VPC's, or meets another subnet's.
pub(in crate::service) fn create_subnet(
    desk: &mut Desk,
    request: &api::CreateSubnet,
) -> Result<api::CreateSubnetReply, Fault> {
    let wanted = tags_for(desk, &request.tag_specifications, "subnet")?;
    let vpc = desk.vpc(request.vpc_id.as_deref())?;
    if request.outpost_arn.is_some() {
        return Err(Fault::new("UnsupportedOperation", "There are no Outposts: OutpostArn cannot be used."));
    }
    let zone = wanted_zone(desk, request)?;
    let v6 = request.ipv6_cidr_block.as_deref().map(|text| subnet_v6(&vpc, text)).transpose()?;
    let v4 = match request.ipv6_native {
        Some(true) => None,
        _ => Some(subnet_v4(&vpc, find::required(request.cidr_block.as_deref(), "CidrBlock")?)?),
    };
    if v4.is_none() && v6.is_none() {
        return Err(Fault::missing("Ipv6CidrBlock"));
    }
    let blocks = v4.map(IpNet::V4).into_iter().chain(v6.map(IpNet::V6));
    blocks.into_iter().try_for_each(|block| check_conflict(&desk.state, &vpc, block))?;
    let id = wanted.id(desk, SubnetId::from_number, |state, id| state.subnets.contains_key(id))?;
    desk.dry_run(request.dry_run)?;
    let (tags, owner) = (wanted.tags, Owner::Action);
    let subnet = Subnet { id, vpc: vpc.id.clone(), zone, v4, v6, is_default: false, tags, owner };
    let reply = api::CreateSubnetReply { subnet: Some(show(&desk.state, &subnet)) };
    desk.state.subnets.insert(subnet.id.clone(), Arc::new(subnet));
    Ok(reply)
}

fn wanted_zone(desk: &Desk, request: &api::CreateSubnet) -> Result<String, Fault> {
    let zones: Vec<_> = zone::zones(&desk.scope.region).collect();
    let named = |zone: &&zone::Zone| {
        request.availability_zone.as_ref().is_none_or(|name| zone.name == *name)
            && request.availability_zone_id.as_ref().is_none_or(|id| zone.id == *id)
    };
    zones.iter().find(named).map(|zone| zone.name.clone()).ok_or_else(|| {
        let asked = request.availability_zone.as_ref().or(request.availability_zone_id.as_ref());
        let names: Vec<&str> = zones.iter().map(|zone| zone.name.as_str()).collect();
        Fault::value(format!(
            "Value ({}) for parameter availabilityZone is invalid. \
             Subnets can currently only be created in the following availability zones: {}.",
            asked.map_or("", String::as_str),
            names.join(", ")
        ))
    })
}

fn subnet_v4(vpc: &Vpc, text: &str) -> Result<Ipv4Net, Fault> {
    let wanted = block::v4(text)?;
    let is_sized = (16..=28).contains(&wanted.prefix_len());
    let is_within = vpc.v4.iter().any(|block| block.contains(&wanted));
    if is_sized && is_within { Ok(wanted) } else { Err(range(&wanted)) }
}

fn subnet_v6(vpc: &Vpc, text: &str) -> Result<Ipv6Net, Fault> {
    let wanted = block::v6(text)?;
    let is_sized = (44..=64).contains(&wanted.prefix_len()) && wanted.prefix_len() % 4 == 0;
    let is_within = vpc.v6.iter().any(|block| block.contains(&wanted));
    if is_sized && is_within { Ok(wanted) } else { Err(range(&wanted)) }
}

fn range(block: &impl std::fmt::Display) -> Fault {
    Fault::new("InvalidSubnet.Range", format!("The CIDR '{block}' is invalid."))
}

fn check_conflict(state: &State, vpc: &Vpc, wanted: IpNet) -> Result<(), Fault> {
    let others = state.subnets.values().filter(|it| it.vpc == vpc.id);
    let mut blocks = others.flat_map(|it| it.v4.map(IpNet::V4).into_iter().chain(it.v6.map(IpNet::V6)));
    match blocks.any(|block| block::meet(block, wanted)) {
        false => Ok(()),
        true => Err(Fault::new("InvalidSubnet.Conflict", format!("The CIDR '{wanted}' conflicts with another subnet"))),
    }
}

/// Deletes a subnet in which there is no interface.
///
/// # Errors
/// There is no such subnet, or an interface is in it.
pub(in crate::service) fn delete_subnet(
    desk: &mut Desk,
    request: &api::DeleteSubnet,
) -> Result<api::DeleteSubnetReply, Fault> {
    let subnet = desk.subnet(request.subnet_id.as_deref())?;
    if desk.state.interfaces.values().any(|it| it.subnet.as_ref() == Some(&subnet.id)) {
        let words = format!("The subnet '{}' has dependencies and cannot be deleted.", subnet.id);
        return Err(Fault::new("DependencyViolation", words));
    }
    desk.dry_run(request.dry_run)?;
    desk.state.subnets.remove(&subnet.id);
    Ok(api::DeleteSubnetReply {})
}

const FILTERS: &[&str] = &[
    "availability-zone",
    "availabilityZone",
    "availability-zone-id",
    "availabilityZoneId",
    "available-ip-address-count",
    "cidr",
    "cidr-block",
    "cidrBlock",
    "default-for-az",
    "defaultForAz",
    "ipv6-cidr-block-association.ipv6-cidr-block",
    "ipv6-cidr-block-association.association-id",
    "ipv6-cidr-block-association.state",
    "ipv6-native",
    "map-public-ip-on-launch",
    "owner-id",
    "state",
    "subnet-arn",
    "subnet-id",
    "vpc-id",
    TAGS,
];

/// Describes subnets.
///
/// # Errors
/// An id is unknown, or a filter or the page is refused.
pub(in crate::service) fn describe_subnets(
    desk: &mut Desk,
    request: &api::DescribeSubnets,
) -> Result<api::DescribeSubnetsReply, Fault> {
    alone(request, "subnetIds", &request.subnet_ids)?;
    let filters = Filters::new(&request.filters, FILTERS)?;
    let found = desk.subnets(&request.subnet_ids)?.into_iter();
    let found = found.map(|it| (it.id.to_string(), show(&desk.state, &it), it));
    let found = found.filter(|(_, shown, it)| filters.accept(&it.tags, |name| values(shown, name)));
    let items = found.map(|(id, shown, _)| (id, shown)).collect();
    let (subnets, next_token) = Pages::of("DescribeSubnets").page(request, items)?;
    desk.dry_run(request.dry_run)?;
    Ok(api::DescribeSubnetsReply { next_token, subnets })
}

fn values(subnet: &api::Subnet, name: &str) -> Vec<String> {
    let it = subnet.clone();
    let v6 = it.ipv6_cidr_block_association_set.into_iter();
    match name {
        "availability-zone" | "availabilityZone" => Vec::from_iter(it.availability_zone),
        "availability-zone-id" | "availabilityZoneId" => Vec::from_iter(it.availability_zone_id),
        "available-ip-address-count" => it.available_ip_address_count.iter().map(ToString::to_string).collect(),
        "cidr" | "cidr-block" | "cidrBlock" => Vec::from_iter(it.cidr_block),
        "default-for-az" | "defaultForAz" => it.default_for_az.iter().map(ToString::to_string).collect(),
        "ipv6-cidr-block-association.ipv6-cidr-block" => v6.filter_map(|it| it.ipv6_cidr_block).collect(),
        "ipv6-cidr-block-association.association-id" => v6.filter_map(|it| it.association_id).collect(),
        "ipv6-cidr-block-association.state" => v6.map(|_| "associated".into()).collect(),
        "ipv6-native" => it.ipv6_native.iter().map(ToString::to_string).collect(),
        "map-public-ip-on-launch" => vec!["false".into()],
        "owner-id" => Vec::from_iter(it.owner_id),
        "state" => Vec::from_iter(it.state),
        "subnet-arn" => Vec::from_iter(it.subnet_arn),
        "subnet-id" => Vec::from_iter(it.subnet_id),
        _ => Vec::from_iter(it.vpc_id),
    }
}

/// A subnet as the API shows it.
fn show(state: &State, subnet: &Subnet) -> api::Subnet {
    let scope = state.vpcs.get(&subnet.vpc).map(|vpc| vpc.scope.clone()).unwrap_or_default();
    api::Subnet {
        availability_zone_id: zone::id_of(&scope.region, &subnet.zone),
        owner_id: text(&scope.account),
        assign_ipv6_address_on_creation: Some(false),
        ipv6_cidr_block_association_set: subnet.v6.iter().map(|block| show_v6(subnet, *block)).collect(),
        tags: shown(&subnet.tags),
        subnet_arn: Some(arn(&scope, "subnet", &subnet.id)),
        enable_dns64: Some(false),
        ipv6_native: Some(subnet.v4.is_none()),
        subnet_id: text(&subnet.id),
        state: text("available"),
        vpc_id: text(&subnet.vpc),
        cidr_block: subnet.v4.as_ref().map(ToString::to_string),
        available_ip_address_count: number(address::available(state, subnet)),
        availability_zone: text(&subnet.zone),
        default_for_az: Some(subnet.is_default),
        map_public_ip_on_launch: Some(false),
    }
}

fn show_v6(subnet: &Subnet, block: Ipv6Net) -> api::SubnetIpv6CidrBlockAssociation {
    api::SubnetIpv6CidrBlockAssociation {
        association_id: Some(derived("subnet-cidr-assoc-", &[subnet.id.as_str(), &block.to_string()])),
        ipv6_cidr_block: text(block),
        ipv6_cidr_block_state: Some(api::SubnetCidrBlockState { state: text("associated"), status_message: None }),
    }
}
