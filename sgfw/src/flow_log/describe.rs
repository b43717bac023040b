//! What records say of an interface itself, whatever its packets are.

use crate::inventory::{InterfaceId, NetworkInterface, State, zone_id};
use std::net::IpAddr;
use std::sync::Arc;

/// An interface as records describe it.
#[derive(Clone, Debug)]
pub(super) struct About {
    interface: Arc<NetworkInterface>,
    /// The id of its subnet's zone.
    zone: Option<String>,
}

impl About {
    /// The interface as it is in this state.
    pub(super) fn new(state: &State, interface: &Arc<NetworkInterface>) -> Self {
        let subnet = interface.subnet.as_ref().and_then(|id| state.subnets.get(id));
        let zone = subnet.and_then(|subnet| zone_id(&interface.scope.region, &subnet.zone));
        Self { interface: interface.clone(), zone }
    }

    /// Its id.
    pub(super) fn id(&self) -> &InterfaceId {
        &self.interface.id
    }

    /// The interface itself.
    pub(super) fn interface(&self) -> &NetworkInterface {
        &self.interface
    }

    /// Whose it is.
    pub(super) fn account(&self) -> &str {
        self.interface.scope.account.as_str()
    }

    /// Where it is.
    pub(super) fn region(&self) -> &str {
        &self.interface.scope.region
    }

    /// The id of its zone, such as `use1-az1`.
    pub(super) fn zone(&self) -> Option<&str> {
        self.zone.as_deref()
    }

    /// Its VPC.
    pub(super) fn vpc(&self) -> Option<&str> {
        self.interface.network.vpc().map(|id| id.as_str())
    }

    /// Its subnet.
    pub(super) fn subnet(&self) -> Option<&str> {
        self.interface.subnet.as_ref().map(|id| id.as_str())
    }

    /// The instance that holds it.
    pub(super) fn instance(&self) -> Option<&str> {
        self.interface.attachment.as_ref().map(|it| it.instance.as_str())
    }

    /// What records show at the interface's own end of a packet: the primary IPv4 address or the first IPv6 address.
    /// Where the state leaves addresses to the device, it is what the packet carries.
    pub(super) fn shown(&self, carried: IpAddr) -> IpAddr {
        let own = self.interface.addresses.iter().find(|it| it.is_ipv4() == carried.is_ipv4());
        own.copied().unwrap_or(carried)
    }
}
