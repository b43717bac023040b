//! What becomes of a request for a peering connection, and how a connection ends (F103, F110, F112).

use super::{end, show};
use crate::api;
use crate::inventory::{Peering, PeeringId, PeeringStatus};
use crate::service::{Desk, Fault};
use std::sync::Arc;

/// Accepts a request: from now on groups may be referred to, and rules that went stale with an earlier connection of the
/// same VPCs are healed (F112). If the VPCs have addresses in common by now, it fails.
///
/// # Errors
/// There is no such request, it is not the caller's to accept or pending no more, or there are too many connections.
pub(in crate::service) fn accept_vpc_peering_connection(
    desk: &mut Desk,
    request: &api::AcceptVpcPeeringConnection,
) -> Result<api::AcceptVpcPeeringConnectionReply, Fault> {
    let mut peering = desk.peering(request.vpc_peering_connection_id.as_deref())?;
    check_accepter(desk, &peering, "accept")?;
    check_pending(&peering, PeeringStatus::Active)?;
    desk.check_active_quota(&peering.requester.vpc)?;
    desk.check_active_quota(&peering.accepter.vpc)?;
    desk.dry_run(request.dry_run)?;
    let has_failed = desk.overlap(&peering.requester.vpc, &peering.accepter.vpc);
    let changed = Arc::make_mut(&mut peering);
    changed.status = if has_failed { PeeringStatus::Failed } else { PeeringStatus::Active };
    changed.expires = None;
    for side in [&mut changed.requester, &mut changed.accepter] {
        if let Some(vpc) = desk.state.vpcs.get(&side.vpc) {
            *side = end(vpc);
        }
    }
    let reply = api::AcceptVpcPeeringConnectionReply { vpc_peering_connection: Some(show::peering(desk, &peering)) };
    desk.state.peerings.insert(peering.id.clone(), peering);
    Ok(reply)
}

/// Refuses a request.
///
/// # Errors
/// There is no such request, or it is not the caller's to refuse or pending no more.
pub(in crate::service) fn reject_vpc_peering_connection(
    desk: &mut Desk,
    request: &api::RejectVpcPeeringConnection,
) -> Result<api::RejectVpcPeeringConnectionReply, Fault> {
    let peering = desk.peering(request.vpc_peering_connection_id.as_deref())?;
    check_accepter(desk, &peering, "reject")?;
    check_pending(&peering, PeeringStatus::Rejected)?;
    desk.dry_run(request.dry_run)?;
    finish(desk, peering, PeeringStatus::Rejected);
    Ok(api::RejectVpcPeeringConnectionReply { r#return: Some(true) })
}

/// Ends a connection, by either side (F110), or takes a request back. Rules that refer to groups of the other VPC go
/// stale.
///
/// # Errors
/// There is no such connection, it ended before, or a request is not the caller's to take back.
pub(in crate::service) fn delete_vpc_peering_connection(
    desk: &mut Desk,
    request: &api::DeleteVpcPeeringConnection,
) -> Result<api::DeleteVpcPeeringConnectionReply, Fault> {
    let peering = desk.peering(request.vpc_peering_connection_id.as_deref())?;
    match peering.status {
        PeeringStatus::Active => {}
        PeeringStatus::PendingAcceptance if peering.requester.account == desk.scope.account => {}
        PeeringStatus::PendingAcceptance => return Err(not_yours(desk, &peering.id, "delete")),
        _ => return Err(transition(&peering, PeeringStatus::Deleted)),
    }
    desk.dry_run(request.dry_run)?;
    finish(desk, peering, PeeringStatus::Deleted);
    Ok(api::DeleteVpcPeeringConnectionReply { r#return: Some(true) })
}

fn finish(desk: &mut Desk, mut peering: Arc<Peering>, status: PeeringStatus) {
    let changed = Arc::make_mut(&mut peering);
    changed.status = status;
    changed.ended_by = Some(desk.scope.account.clone());
    changed.expires = None;
    desk.state.peerings.insert(peering.id.clone(), peering);
}

fn check_accepter(desk: &Desk, peering: &Peering, verb: &str) -> Result<(), Fault> {
    if peering.accepter.account == desk.scope.account { Ok(()) } else { Err(not_yours(desk, &peering.id, verb)) }
}

fn not_yours(desk: &Desk, id: &PeeringId, verb: &str) -> Fault {
    Fault::new("OperationNotPermitted", format!("User {} cannot {verb} peering {id}", desk.scope.account))
}

fn check_pending(peering: &Peering, wanted: PeeringStatus) -> Result<(), Fault> {
    if peering.status == PeeringStatus::PendingAcceptance { Ok(()) } else { Err(transition(peering, wanted)) }
}

fn transition(peering: &Peering, wanted: PeeringStatus) -> Fault {
    let words = format!(
        "Invalid state transition for {}, attempted to transition from {} to {wanted}",
        peering.id, peering.status
    );
    Fault::new("InvalidStateTransition", words)
}
