//! A peering connection as the API shows it.

use crate::api;
use crate::inventory::{Peering, PeeringEnd, PeeringStatus};
use crate::service::Desk;
use crate::service::show::text;
use crate::service::tagging::shown;

/// A peering connection, as it is now.
pub(super) fn peering(desk: &Desk, it: &Peering) -> api::VpcPeeringConnection {
    let status = desk.status_of(it);
    // The peer's blocks and options are shown once the connection was active.
    let is_known = matches!(status, PeeringStatus::Active | PeeringStatus::Deleted);
    api::VpcPeeringConnection {
        accepter_vpc_info: Some(side(it, &it.accepter, is_known)),
        expiration_time: it.expires.clone().filter(|_| status == PeeringStatus::PendingAcceptance),
        requester_vpc_info: Some(side(it, &it.requester, true)),
        status: Some(api::VpcPeeringConnectionStateReason { code: text(status), message: Some(message(it, status)) }),
        tags: shown(&it.tags),
        vpc_peering_connection_id: text(&it.id),
    }
}

fn side(it: &Peering, end: &PeeringEnd, is_known: bool) -> api::VpcPeeringConnectionVpcInfo {
    let v4 = end.v4.iter().filter(|_| is_known);
    let v6 = end.v6.iter().filter(|_| is_known);
    api::VpcPeeringConnectionVpcInfo {
        cidr_block: v4.clone().next().map(ToString::to_string),
        ipv6_cidr_block_set: v6.map(|block| api::Ipv6CidrBlock { ipv6_cidr_block: text(block) }).collect(),
        cidr_block_set: v4.map(|block| api::CidrBlock { cidr_block: text(block) }).collect(),
        owner_id: text(&end.account),
        peering_options: is_known.then_some(api::VpcPeeringConnectionOptionsDescription {
            allow_dns_resolution_from_remote_vpc: Some(false),
            allow_egress_from_local_classic_link_to_remote_vpc: Some(false),
            allow_egress_from_local_vpc_to_remote_classic_link: Some(false),
        }),
        vpc_id: text(&end.vpc),
        region: text(&it.region),
    }
}

/// A status in words.
pub(super) fn message(it: &Peering, status: PeeringStatus) -> String {
    let by = it.ended_by.as_ref().map(|account| format!(" by {account}")).unwrap_or_default();
    match status {
        PeeringStatus::PendingAcceptance => format!("Pending Acceptance by {}", it.accepter.account),
        PeeringStatus::Active => "Active".into(),
        PeeringStatus::Rejected => format!("Rejected{by}"),
        PeeringStatus::Expired => "Expired".into(),
        PeeringStatus::Failed => "Failed due to incorrect VPC-ID, Account ID, or overlapping CIDR range".into(),
        PeeringStatus::Deleted => format!("Deleted{by}"),
    }
}
