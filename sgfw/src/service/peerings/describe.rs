//! Looking at peering connections, also those that ended.

use super::show;
use crate::api;
use crate::inventory::{Peering, PeeringEnd};
use crate::service::filter::{Filters, TAGS};
use crate::service::page::{Pages, alone};
use crate::service::{Desk, Fault};

const FILTERS: &[&str] = &[
    "accepter-vpc-info.cidr-block",
    "accepter-vpc-info.owner-id",
    "accepter-vpc-info.vpc-id",
    "expiration-time",
    "requester-vpc-info.cidr-block",
    "requester-vpc-info.owner-id",
    "requester-vpc-info.vpc-id",
    "status-code",
    "status-message",
    "vpc-peering-connection-id",
    TAGS,
];

/// Describes peering connections of which the caller has one end.
///
/// # Errors
/// An id is unknown, or a filter or the page is refused.
pub(in crate::service) fn describe_vpc_peering_connections(
    desk: &mut Desk,
    request: &api::DescribeVpcPeeringConnections,
) -> Result<api::DescribeVpcPeeringConnectionsReply, Fault> {
    alone(request, "vpcPeeringConnectionIds", &request.vpc_peering_connection_ids)?;
    let filters = Filters::new(&request.filters, FILTERS)?;
    let found = desk.peerings(&request.vpc_peering_connection_ids)?.into_iter();
    let found = found.filter(|it| filters.accept(&it.tags, |name| values(desk, it, name)));
    let items = found.map(|it| (it.id.to_string(), it)).collect();
    let (page, next_token) = Pages::of("DescribeVpcPeeringConnections").page(request, items)?;
    desk.dry_run(request.dry_run)?;
    let vpc_peering_connections = page.iter().map(|it| show::peering(desk, it)).collect();
    Ok(api::DescribeVpcPeeringConnectionsReply { vpc_peering_connections, next_token })
}

fn values(desk: &Desk, it: &Peering, name: &str) -> Vec<String> {
    if let Some(name) = name.strip_prefix("accepter-vpc-info.") {
        return end_values(&it.accepter, name);
    }
    if let Some(name) = name.strip_prefix("requester-vpc-info.") {
        return end_values(&it.requester, name);
    }
    let status = desk.status_of(it);
    match name {
        "expiration-time" => Vec::from_iter(it.expires.clone()),
        "status-code" => vec![status.to_string()],
        "status-message" => vec![show::message(it, status)],
        _ => vec![it.id.to_string()],
    }
}

fn end_values(end: &PeeringEnd, name: &str) -> Vec<String> {
    match name {
        "cidr-block" => end.v4.iter().map(ToString::to_string).collect(),
        "owner-id" => vec![end.account.to_string()],
        _ => vec![end.vpc.to_string()],
    }
}
