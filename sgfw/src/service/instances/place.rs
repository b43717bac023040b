//! Where an instance is launched, and which groups it gets (F17, F34, F36).

use crate::api;
use crate::inventory::{GroupId, Network, Subnet, Vpc};
use crate::service::groups::{not_found, not_in_default_vpc};
use crate::service::interfaces::address::Pool;
use crate::service::interfaces::membership::{self, Holder};
use crate::service::{Desk, Fault};
use std::sync::Arc;

/// A network, and in a VPC the subnet.
#[derive(Clone, Debug)]
pub(super) struct Place {
    /// The network.
    pub(super) network: Network,
    /// The subnet; none in EC2-Classic.
    pub(super) subnet: Option<Arc<Subnet>>,
}

impl Place {
    /// The place of a subnet, or where launches go when none is named: EC2-Classic, or the default VPC's first subnet.
    ///
    /// # Errors
    /// There is no such subnet, or none to take by default.
    pub(super) fn of(desk: &Desk, subnet: Option<&str>) -> Result<Self, Fault> {
        if let Some(id) = subnet {
            return Ok(Self::within(desk.subnet(Some(id))?));
        }
        if desk.state.is_classic(&desk.scope) {
            return Ok(Self { network: Network::Classic, subnet: None });
        }
        let vpc = desk.state.default_vpc(&desk.scope).ok_or_else(no_default_vpc)?;
        let mut subnets: Vec<_> = desk.state.subnets.values().filter(|it| it.vpc == vpc.id).collect();
        subnets.sort_by_key(|it| (!it.is_default, it.zone.clone()));
        let first = subnets.first().ok_or_else(|| no_subnet(vpc))?;
        Ok(Self::within(Arc::clone(first)))
    }

    /// The place of a subnet.
    pub(super) fn within(subnet: Arc<Subnet>) -> Self {
        Self { network: Network::Vpc(subnet.vpc.clone()), subnet: Some(subnet) }
    }

    /// Its addresses.
    pub(super) fn pool(&self, desk: &Desk) -> Pool {
        match &self.subnet {
            Some(subnet) => Pool::subnet(&desk.state, subnet),
            None => Pool::classic(&desk.state),
        }
    }
}

fn no_default_vpc() -> Fault {
    let words = "No default VPC for this user. GroupName is only supported for EC2-Classic and default VPC.";
    Fault::new("VPCIdNotSpecified", words)
}

fn no_subnet(vpc: &Vpc) -> Fault {
    let words = format!("No subnets found for the default VPC '{}'. Please specify a subnet.", vpc.id);
    Fault::new("MissingInput", words)
}

/// The groups of a launch: by id, and by name where names mean something.
///
/// # Errors
/// A group does not exist or is of another network, a name is used with a subnet, or there are too many.
pub(super) fn groups(desk: &Desk, place: &Place, request: &api::RunInstances) -> Result<Vec<GroupId>, Fault> {
    if !request.security_groups.is_empty() && request.subnet_id.is_some() {
        let words = "The parameter groupName cannot be used with the parameter subnet";
        return Err(Fault::new("InvalidParameterCombination", words));
    }
    let mut ids = request.security_group_ids.clone();
    for name in &request.security_groups {
        ids.push(named(desk, &place.network, name)?.to_string());
    }
    membership::groups(desk, &place.network, &ids, Holder::Instance)
}

fn named(desk: &Desk, network: &Network, name: &str) -> Result<GroupId, Fault> {
    let found = desk.state.group_named(&desk.scope, network, name).map(|group| group.id.clone());
    found.ok_or_else(|| match network {
        Network::Vpc(vpc) => not_in_default_vpc(name, Some(vpc)),
        Network::Classic => not_found(name),
    })
}
