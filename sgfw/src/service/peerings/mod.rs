//! Peering connections (F102-F112): asked for, answered, ended, and how they look.
//!
//! A request that nobody answers within seven days is expired. That is seen at once by whoever looks, and kept by the
//! next change.

mod answer;
mod create;
mod describe;
mod options;
mod show;

pub(super) use answer::{accept_vpc_peering_connection, delete_vpc_peering_connection, reject_vpc_peering_connection};
pub(super) use create::create_vpc_peering_connection;
pub(super) use describe::describe_vpc_peering_connections;
pub(super) use options::modify_vpc_peering_connection_options;

use super::network::block;
use super::{Desk, Fault};
use crate::inventory::{Peering, PeeringEnd, PeeringStatus, Vpc, VpcId};
use std::sync::Arc;

impl Desk<'_> {
    /// The state of a peering connection now.
    pub(super) fn status_of(&self, peering: &Peering) -> PeeringStatus {
        let is_over = peering.expires.as_ref().is_some_and(|end| *end <= self.now);
        match peering.status {
            PeeringStatus::PendingAcceptance if is_over => PeeringStatus::Expired,
            status => status,
        }
    }

    /// Keeps what expired.
    pub(super) fn expire_peerings(&mut self) {
        let over: Vec<_> = self.state.peerings.values().filter(|it| self.status_of(it) != it.status).cloned().collect();
        for mut peering in over {
            Arc::make_mut(&mut peering).status = PeeringStatus::Expired;
            self.state.peerings.insert(peering.id.clone(), peering);
        }
    }

    /// How many connections of a VPC are in a state.
    fn peerings_in(&self, vpc: &VpcId, status: PeeringStatus) -> usize {
        self.state.peerings.values().filter(|it| it.other(vpc).is_some() && self.status_of(it) == status).count()
    }

    /// Whether two VPCs have addresses in common, which a connection could not tell apart.
    fn overlap(&self, a: &VpcId, b: &VpcId) -> bool {
        let theirs: Vec<_> = block::occupied(&self.state, b).collect();
        block::occupied(&self.state, a).any(|own| theirs.iter().any(|block| block::meet(*block, own)))
    }

    /// Refuses one more active connection of a VPC that has as many as it may.
    fn check_active_quota(&self, vpc: &VpcId) -> Result<(), Fault> {
        let most = self.quotas().active_peerings_per_vpc as usize;
        if self.peerings_in(vpc, PeeringStatus::Active) < most {
            return Ok(());
        }
        let words = format!("The VPC '{vpc}' has the maximum number of active VPC peering connections.");
        Err(Fault::new("VpcPeeringConnectionsPerVpcLimitExceeded", words))
    }
}

/// A VPC as an end of a connection, with the blocks that it has.
fn end(vpc: &Vpc) -> PeeringEnd {
    PeeringEnd { account: vpc.scope.account.clone(), vpc: vpc.id.clone(), v4: vpc.v4.clone(), v6: vpc.v6.clone() }
}
