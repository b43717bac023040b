//! The way from an action to its operation.

use super::{Desk, Fault, Mint};
use crate::api::{Action, Reply};
use crate::inventory::{Scope, State, check_region};
use serde_json::Value;

/// What an action led to.
#[derive(Clone, Debug, PartialEq)]
pub struct Done {
    /// The state after it. An action that only reads gives back the state it was asked about.
    pub state: State,
    /// What is answered.
    pub reply: Reply,
}

/// Does one action for a caller: everything is checked first, and what is refused changes nothing.
///
/// `now` is the time as in [`Desk::now`], `mint` makes the numbers of new ids.
///
/// # Errors
/// The action is refused, with AWS's code and words; also as what a dry run is answered with.
pub fn call(state: &State, scope: &Scope, action: &Action, now: &str, mint: Mint) -> Result<Done, Fault> {
    serve(Desk::new(state, scope, now, mint), action)
}

/// Does one action at a desk, which may say more of the request than [`call`] does, such as [`Desk::version`].
///
/// # Errors
/// As [`call`].
pub fn serve(mut desk: Desk, action: &Action) -> Result<Done, Fault> {
    check_region(&desk.scope.region)
        .map_err(|_| Fault::new("AuthFailure", "Credential should be scoped to a valid region."))?;
    complete(action)?;
    let writes = action.operation().writes;
    let before = (!writes).then(|| desk.state.clone());
    desk.begin();
    if writes {
        desk.expire_peerings();
    }
    let reply = answer(&mut desk, action)?;
    if writes {
        desk.state.end_flow_logs();
    }
    Ok(Done { state: before.unwrap_or(desk.state), reply })
}

/// Which function does what.
macro_rules! operations {
    ($desk:ident, $action:ident: $($name:ident => $module:ident::$function:ident,)*) => {
        match $action {
            $(Action::$name(request) => super::$module::$function($desk, request).map(Reply::$name),)*
        }
    };
}

fn answer(desk: &mut Desk, action: &Action) -> Result<Reply, Fault> {
    operations! { desk, action:
        CreateSecurityGroup => groups::create_security_group,
        DeleteSecurityGroup => groups::delete_security_group,
        DescribeSecurityGroups => groups::describe_security_groups,
        GetSecurityGroupsForVpc => groups::get_security_groups_for_vpc,
        AuthorizeSecurityGroupIngress => rules::authorize_security_group_ingress,
        AuthorizeSecurityGroupEgress => rules::authorize_security_group_egress,
        RevokeSecurityGroupIngress => rules::revoke_security_group_ingress,
        RevokeSecurityGroupEgress => rules::revoke_security_group_egress,
        DescribeSecurityGroupRules => rules::describe_security_group_rules,
        ModifySecurityGroupRules => rules::modify_security_group_rules,
        UpdateSecurityGroupRuleDescriptionsIngress => rules::update_security_group_rule_descriptions_ingress,
        UpdateSecurityGroupRuleDescriptionsEgress => rules::update_security_group_rule_descriptions_egress,
        DescribeSecurityGroupReferences => references::describe_security_group_references,
        DescribeStaleSecurityGroups => references::describe_stale_security_groups,
        AssociateSecurityGroupVpc => associations::associate_security_group_vpc,
        DisassociateSecurityGroupVpc => associations::disassociate_security_group_vpc,
        DescribeSecurityGroupVpcAssociations => associations::describe_security_group_vpc_associations,
        CreateManagedPrefixList => lists::create_managed_prefix_list,
        ModifyManagedPrefixList => lists::modify_managed_prefix_list,
        DeleteManagedPrefixList => lists::delete_managed_prefix_list,
        DescribeManagedPrefixLists => lists::describe_managed_prefix_lists,
        GetManagedPrefixListEntries => lists::get_managed_prefix_list_entries,
        GetManagedPrefixListAssociations => lists::get_managed_prefix_list_associations,
        RestoreManagedPrefixListVersion => lists::restore_managed_prefix_list_version,
        DescribePrefixLists => lists::describe_prefix_lists,
        CreateTags => tags::create_tags,
        DeleteTags => tags::delete_tags,
        DescribeTags => tags::describe_tags,
        CreateVpc => network::create_vpc,
        CreateDefaultVpc => network::create_default_vpc,
        DeleteVpc => network::delete_vpc,
        DescribeVpcs => network::describe_vpcs,
        DescribeVpcAttribute => network::describe_vpc_attribute,
        ModifyVpcAttribute => network::modify_vpc_attribute,
        AssociateVpcCidrBlock => network::associate_vpc_cidr_block,
        DisassociateVpcCidrBlock => network::disassociate_vpc_cidr_block,
        CreateSubnet => network::create_subnet,
        DeleteSubnet => network::delete_subnet,
        DescribeSubnets => network::describe_subnets,
        CreateInternetGateway => network::create_internet_gateway,
        AttachInternetGateway => network::attach_internet_gateway,
        DescribeInternetGateways => network::describe_internet_gateways,
        CreateVpcPeeringConnection => peerings::create_vpc_peering_connection,
        AcceptVpcPeeringConnection => peerings::accept_vpc_peering_connection,
        RejectVpcPeeringConnection => peerings::reject_vpc_peering_connection,
        DeleteVpcPeeringConnection => peerings::delete_vpc_peering_connection,
        DescribeVpcPeeringConnections => peerings::describe_vpc_peering_connections,
        ModifyVpcPeeringConnectionOptions => peerings::modify_vpc_peering_connection_options,
        CreateNetworkInterface => interfaces::create_network_interface,
        DeleteNetworkInterface => interfaces::delete_network_interface,
        DescribeNetworkInterfaces => interfaces::describe_network_interfaces,
        DescribeNetworkInterfaceAttribute => interfaces::describe_network_interface_attribute,
        ModifyNetworkInterfaceAttribute => interfaces::modify_network_interface_attribute,
        AttachNetworkInterface => interfaces::attach_network_interface,
        DetachNetworkInterface => interfaces::detach_network_interface,
        AssignPrivateIpAddresses => interfaces::assign_private_ip_addresses,
        UnassignPrivateIpAddresses => interfaces::unassign_private_ip_addresses,
        AssignIpv6Addresses => interfaces::assign_ipv6_addresses,
        UnassignIpv6Addresses => interfaces::unassign_ipv6_addresses,
        RunInstances => instances::run_instances,
        TerminateInstances => instances::terminate_instances,
        StopInstances => instances::stop_instances,
        StartInstances => instances::start_instances,
        DescribeInstances => instances::describe_instances,
        DescribeInstanceStatus => instances::describe_instance_status,
        ModifyInstanceAttribute => instances::modify_instance_attribute,
        DescribeAccountAttributes => network::describe_account_attributes,
        DescribeRegions => network::describe_regions,
        DescribeAvailabilityZones => network::describe_availability_zones,
        CreateFlowLogs => flow_logs::create_flow_logs,
        DeleteFlowLogs => flow_logs::delete_flow_logs,
        DescribeFlowLogs => flow_logs::describe_flow_logs,
    }
}

/// Refuses a request without a member that its operation demands.
fn complete(action: &Action) -> Result<(), Fault> {
    let mut required = action.operation().required().peekable();
    if required.peek().is_none() {
        return Ok(());
    }
    let given = serde_json::to_value(action).unwrap_or_default();
    let is_missing = |name: &str| match given.get(name) {
        None | Some(Value::Null) => true,
        Some(Value::Array(values)) => values.is_empty(),
        Some(_) => false,
    };
    match required.find(|member| is_missing(member.name)) {
        Some(member) => Err(Fault::missing(member.query)),
        None => Ok(()),
    }
}
