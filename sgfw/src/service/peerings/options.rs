//! Options of peering connections. There is no resolver and no ClassicLink, so they can be turned off only.

use crate::api;
use crate::inventory::PeeringStatus;
use crate::service::{Desk, Fault};

/// Changes the options of the caller's side of an active connection, all of which are off.
///
/// # Errors
/// There is no such connection, it is not active, no side is given or one that is not the caller's, or an option is to
/// be turned on.
pub(in crate::service) fn modify_vpc_peering_connection_options(
    desk: &mut Desk,
    request: &api::ModifyVpcPeeringConnectionOptions,
) -> Result<api::ModifyVpcPeeringConnectionOptionsReply, Fault> {
    let peering = desk.peering(request.vpc_peering_connection_id.as_deref())?;
    let sides = [
        (&request.requester_peering_connection_options, &peering.requester.account),
        (&request.accepter_peering_connection_options, &peering.accepter.account),
    ];
    if sides.iter().all(|(options, _)| options.is_none()) {
        return Err(Fault::missing("RequesterPeeringConnectionOptions or AccepterPeeringConnectionOptions"));
    }
    for (options, account) in sides {
        if options.is_some() && *account != desk.scope.account {
            let words = format!("User {} cannot modify the options of account {account}", desk.scope.account);
            return Err(Fault::new("OperationNotPermitted", words));
        }
        check(options.as_ref())?;
    }
    if desk.status_of(&peering) != PeeringStatus::Active {
        let words = format!("The VPC peering connection '{}' is not active", peering.id);
        return Err(Fault::new("OperationNotPermitted", words));
    }
    desk.dry_run(request.dry_run)?;
    let off = |options: &Option<api::PeeringConnectionOptionsRequest>| options.as_ref().map(|_| all_off());
    Ok(api::ModifyVpcPeeringConnectionOptionsReply {
        accepter_peering_connection_options: off(&request.accepter_peering_connection_options),
        requester_peering_connection_options: off(&request.requester_peering_connection_options),
    })
}

fn all_off() -> api::PeeringConnectionOptions {
    api::PeeringConnectionOptions {
        allow_dns_resolution_from_remote_vpc: Some(false),
        allow_egress_from_local_classic_link_to_remote_vpc: Some(false),
        allow_egress_from_local_vpc_to_remote_classic_link: Some(false),
    }
}

/// Refuses an option that is to be turned on.
///
/// # Errors
/// One is.
pub(super) fn check(options: Option<&api::PeeringConnectionOptionsRequest>) -> Result<(), Fault> {
    let Some(it) = options else { return Ok(()) };
    let wanted = [
        ("AllowDnsResolutionFromRemoteVpc", it.allow_dns_resolution_from_remote_vpc),
        ("AllowEgressFromLocalClassicLinkToRemoteVpc", it.allow_egress_from_local_classic_link_to_remote_vpc),
        ("AllowEgressFromLocalVpcToRemoteClassicLink", it.allow_egress_from_local_vpc_to_remote_classic_link),
        ("AllowMultipathResilience", it.allow_multipath_resilience),
    ];
    match wanted.iter().find(|(_, value)| *value == Some(true)) {
        None => Ok(()),
        Some((name, _)) => {
            let words = format!("The option {name} of VPC peering connections cannot be turned on.");
            Err(Fault::new("UnsupportedOperation", words))
        }
    }
}
