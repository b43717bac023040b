//! Finding what a request names: ids to objects that the caller may see, or the refusal of their kind (§4).

use super::{Desk, Fault};
use crate::inventory::{
    FlowLog, FlowLogId, Gateway, GatewayId, Instance, InstanceId, InterfaceId, ManagedPrefixList, NetworkInterface,
    Peering, PeeringId, PrefixListId, Scope, State, Subnet, SubnetId, Vpc, VpcId,
};
use std::sync::Arc;

/// The value of a parameter that must be there.
///
/// # Errors
/// It is not.
pub(super) fn required<'a>(value: Option<&'a str>, parameter: &str) -> Result<&'a str, Fault> {
    value.filter(|text| !text.is_empty()).ok_or_else(|| Fault::missing(parameter))
}

macro_rules! finders {
    ($($(#[$doc:meta])* $one:ident $many:ident: $field:ident $id:ident => $object:ident,
        $parameter:literal, $code:literal, $words:literal, $is_visible:expr;)*) => {
        impl Desk<'_> {$(
            $(#[$doc])*
            ///
            /// # Errors
            /// There is no id, it is malformed, or the caller has none such.
            pub(super) fn $one(&self, id: Option<&str>) -> Result<Arc<$object>, Fault> {
                let id = $id::parse(required(id, $parameter)?)?;
                let found = self.state.$field.get(&id).filter(|it| $is_visible(&self.state, &self.scope, it));
                found.cloned().ok_or_else(|| Fault::new($code, format!($words, id)))
            }

            /// Those with these ids, or all that the caller may see if there is no id.
            ///
            /// # Errors
            /// An id is malformed, or the caller has none such.
            pub(super) fn $many(&self, ids: &[String]) -> Result<Vec<Arc<$object>>, Fault> {
                if ids.is_empty() {
                    let all = self.state.$field.values();
                    return Ok(all.filter(|it| $is_visible(&self.state, &self.scope, it)).cloned().collect());
                }
                ids.iter().map(|id| self.$one(Some(id))).collect()
            }
        )*}
    };
}

finders! {
    /// The caller's VPC with this id.
    vpc vpcs: vpcs VpcId => Vpc, "VpcId", "InvalidVpcID.NotFound", "The vpc ID '{}' does not exist",
        |_: &State, scope: &Scope, it: &Vpc| it.scope == *scope;
    /// The caller's subnet with this id.
    subnet subnets: subnets SubnetId => Subnet, "SubnetId", "InvalidSubnetID.NotFound",
        "The subnet ID '{}' does not exist",
        |state: &State, scope: &Scope, it: &Subnet| state.vpcs.get(&it.vpc).is_some_and(|vpc| vpc.scope == *scope);
    /// The caller's Internet gateway with this id.
    gateway gateways: gateways GatewayId => Gateway, "InternetGatewayId", "InvalidInternetGatewayID.NotFound",
        "The internetGateway ID '{}' does not exist",
        |_: &State, scope: &Scope, it: &Gateway| it.scope == *scope;
    /// The caller's network interface with this id.
    interface interfaces: interfaces InterfaceId => NetworkInterface, "NetworkInterfaceId",
        "InvalidNetworkInterfaceID.NotFound", "The networkInterface ID '{}' does not exist",
        |_: &State, scope: &Scope, it: &NetworkInterface| it.scope == *scope;
    /// The caller's instance with this id.
    instance instances: instances InstanceId => Instance, "InstanceId", "InvalidInstanceID.NotFound",
        "The instance ID '{}' does not exist",
        |_: &State, scope: &Scope, it: &Instance| it.scope == *scope;
    /// The caller's flow log with this id.
    flow_log flow_logs: flow_logs FlowLogId => FlowLog, "FlowLogId", "InvalidFlowLogId.NotFound",
        "These flow log ids in the input list are not found: [TotalCount: 1] {}",
        |_: &State, scope: &Scope, it: &FlowLog| it.scope == *scope;
    /// The prefix list with this id: the caller's, or one of AWS's own in the region.
    prefix_list prefix_lists: prefix_lists PrefixListId => ManagedPrefixList, "PrefixListId",
        "InvalidPrefixListID.NotFound", "The prefix list ID '{}' does not exist.",
        |_: &State, scope: &Scope, it: &ManagedPrefixList|
            it.scope == *scope || it.aws_weight.is_some() && it.scope.region == scope.region;
    /// The peering connection with this id of which the caller has one end.
    peering peerings: peerings PeeringId => Peering, "VpcPeeringConnectionId",
        "InvalidVpcPeeringConnectionID.NotFound", "The vpcPeeringConnection ID '{}' does not exist",
        |_: &State, scope: &Scope, it: &Peering| it.region == scope.region
            && [&it.requester.account, &it.accepter.account].contains(&&scope.account);
}
