//! Asking for a peering connection (F102-F105).

use super::{end, options, show};
use crate::api;
use crate::inventory::{AccountId, Owner, Peering, PeeringId, PeeringStatus, Scope, Vpc, VpcId};
use crate::service::clock::days_later;
use crate::service::tagging::tags_for;
use crate::service::{Desk, Fault, find};
use std::sync::Arc;

/// Days until an unanswered request expires.
const EXPIRES: u32 = 7;

/// Asks the owner of another VPC of the region, who may be the caller, for a peering connection. VPCs that have
/// addresses in common get one that failed.
///
/// # Errors
/// There is no such VPC, the peer's is in another region (F104), they are connected or about to be, or there are too
/// many requests.
pub(in crate::service) fn create_vpc_peering_connection(
    desk: &mut Desk,
    request: &api::CreateVpcPeeringConnection,
) -> Result<api::CreateVpcPeeringConnectionReply, Fault> {
    let wanted = tags_for(desk, &request.tag_specifications, "vpc-peering-connection")?;
    let own = desk.vpc(request.vpc_id.as_deref())?;
    check_region(desk, request.peer_region.as_deref())?;
    options::check(request.requester_peering_connection_options.as_ref())?;
    let peer = peer(desk, request)?;
    check_pair(desk, &own, &peer)?;
    check_quotas(desk, &own, &peer)?;
    let id = wanted.id(desk, PeeringId::from_number, |state, id| state.peerings.contains_key(id))?;
    desk.dry_run(request.dry_run)?;
    let has_failed = desk.overlap(&own.id, &peer.id);
    let peering = Peering {
        id,
        region: desk.scope.region.clone(),
        requester: end(&own),
        accepter: end(&peer),
        status: if has_failed { PeeringStatus::Failed } else { PeeringStatus::PendingAcceptance },
        ended_by: None,
        expires: (!has_failed).then(|| days_later(&desk.now, EXPIRES)),
        tags: wanted.tags,
        owner: Owner::Action,
    };
    let reply = api::CreateVpcPeeringConnectionReply { vpc_peering_connection: Some(show::peering(desk, &peering)) };
    desk.state.peerings.insert(peering.id.clone(), Arc::new(peering));
    Ok(reply)
}

/// Peering is within a region (F104).
fn check_region(desk: &Desk, region: Option<&str>) -> Result<(), Fault> {
    match region {
        Some(other) if other != desk.scope.region => Err(Fault::value(format!(
            "Value ({other}) for parameter peerRegion is invalid. VPCs can be peered within region {} only.",
            desk.scope.region
        ))),
        _ => Ok(()),
    }
}

fn peer(desk: &Desk, request: &api::CreateVpcPeeringConnection) -> Result<Arc<Vpc>, Fault> {
    let id = VpcId::parse(find::required(request.peer_vpc_id.as_deref(), "PeerVpcId")?)?;
    let account = match request.peer_owner_id.as_deref() {
        None => desk.scope.account.clone(),
        Some(text) => AccountId::parse(text).map_err(|_| {
            Fault::value(format!("Invalid value '{text}' for peerOwnerId. Must be a 12-digit account ID."))
        })?,
    };
    let scope = Scope { account, region: desk.scope.region.clone() };
    let found = desk.state.vpcs.get(&id).filter(|vpc| vpc.scope == scope);
    found.cloned().ok_or_else(|| Fault::new("InvalidVpcID.NotFound", format!("The vpc ID '{id}' does not exist")))
}

fn check_pair(desk: &Desk, own: &Vpc, peer: &Vpc) -> Result<(), Fault> {
    if own.id == peer.id {
        return Err(Fault::value(format!("The vpc '{}' cannot be peered with itself.", own.id)));
    }
    let is_there = |it: &&Arc<Peering>| {
        let status = desk.status_of(it);
        it.joins(&own.id, &peer.id) && matches!(status, PeeringStatus::Active | PeeringStatus::PendingAcceptance)
    };
    match desk.state.peerings.values().find(is_there) {
        None => Ok(()),
        Some(other) => {
            let words = format!(
                "The VPC peering connection '{}' of the vpc '{}' and the vpc '{}' exists already.",
                other.id, own.id, peer.id
            );
            Err(Fault::new("VpcPeeringConnectionAlreadyExists", words))
        }
    }
}

fn check_quotas(desk: &Desk, own: &Vpc, peer: &Vpc) -> Result<(), Fault> {
    let most = desk.quotas().pending_peerings_per_vpc as usize;
    for vpc in [own, peer] {
        desk.check_active_quota(&vpc.id)?;
        if desk.peerings_in(&vpc.id, PeeringStatus::PendingAcceptance) >= most {
            let words = format!("The VPC '{}' has the maximum number of pending VPC peering connections.", vpc.id);
            return Err(Fault::new("OutstandingVpcPeeringConnectionLimitExceeded", words));
        }
    }
    Ok(())
}
