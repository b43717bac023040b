//! What flow logs are about: where it is, and that a flow log ends with it.

use super::{InterfaceId, LoggedResource, NetworkInterface, Scope, State, SubnetId, VpcId};
use std::sync::Arc;

impl LoggedResource {
    /// Whether an interface is part of it.
    pub fn has(&self, interface: &NetworkInterface) -> bool {
        match self {
            Self::Vpc(id) => interface.network.vpc() == Some(id),
            Self::Subnet(id) => interface.subnet.as_ref() == Some(id),
            Self::Interface(id) => interface.id == *id,
        }
    }
}

impl State {
    /// Whose and where the resource of a flow log is, if it is there.
    pub fn logged_scope(&self, resource: &LoggedResource) -> Option<&Scope> {
        let vpc = |id: &VpcId| self.vpcs.get(id).map(|it| &it.scope);
        let subnet = |id: &SubnetId| self.subnets.get(id).and_then(|it| vpc(&it.vpc));
        let interface = |id: &InterfaceId| self.interfaces.get(id).map(|it| &it.scope);
        match resource {
            LoggedResource::Vpc(id) => vpc(id),
            LoggedResource::Subnet(id) => subnet(id),
            LoggedResource::Interface(id) => interface(id),
        }
    }

    /// Ends the flow logs whose VPC, subnet or interface is gone.
    pub fn end_flow_logs(&mut self) {
        let lost = |it: &&Arc<super::FlowLog>| self.logged_scope(&it.resource).is_none();
        let lost: Vec<_> = self.flow_logs.values().filter(lost).map(|it| it.id.clone()).collect();
        lost.iter().for_each(|id| drop(self.flow_logs.remove(id)));
    }
}
