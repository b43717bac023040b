//! Attributes of a VPC.

use crate::api;
use crate::service::show::text;
use crate::service::{Desk, Fault, find};
use std::sync::Arc;

/// One attribute of a VPC.
///
/// # Errors
/// There is no such VPC or attribute.
pub(in crate::service) fn describe_vpc_attribute(
    desk: &mut Desk,
    request: &api::DescribeVpcAttribute,
) -> Result<api::DescribeVpcAttributeReply, Fault> {
    let vpc = desk.vpc(request.vpc_id.as_deref())?;
    let mut reply = api::DescribeVpcAttributeReply { vpc_id: text(&vpc.id), ..Default::default() };
    let yes_or_no = |value| Some(api::AttributeBooleanValue { value: Some(value) });
    match find::required(request.attribute.as_deref(), "Attribute")? {
        "enableDnsSupport" => reply.enable_dns_support = yes_or_no(vpc.dns_support),
        "enableDnsHostnames" => reply.enable_dns_hostnames = yes_or_no(vpc.dns_hostnames),
        "enableNetworkAddressUsageMetrics" => reply.enable_network_address_usage_metrics = yes_or_no(false),
        other => return Err(Fault::value(format!("Value ({other}) for parameter attribute is invalid."))),
    }
    desk.dry_run(request.dry_run)?;
    Ok(reply)
}

/// Changes one attribute of a VPC.
///
/// # Errors
/// There is no such VPC, or not exactly one attribute.
pub(in crate::service) fn modify_vpc_attribute(
    desk: &mut Desk,
    request: &api::ModifyVpcAttribute,
) -> Result<api::ModifyVpcAttributeReply, Fault> {
    let mut vpc = desk.vpc(request.vpc_id.as_deref())?;
    let value = |it: &Option<api::AttributeBooleanValue>| it.as_ref().and_then(|it| it.value);
    let changed = Arc::make_mut(&mut vpc);
    match (
        value(&request.enable_dns_support),
        value(&request.enable_dns_hostnames),
        value(&request.enable_network_address_usage_metrics),
    ) {
        (Some(wanted), None, None) => changed.dns_support = wanted,
        (None, Some(true), None) if !changed.dns_support => {
            return Err(Fault::value("The enableDnsHostnames attribute needs the enableDnsSupport attribute."));
        }
        (None, Some(wanted), None) => changed.dns_hostnames = wanted,
        (None, None, Some(false)) => {}
        (None, None, Some(true)) => {
            let words = "Network address usage is not measured: enableNetworkAddressUsageMetrics can only be false.";
            return Err(Fault::new("UnsupportedOperation", words));
        }
        (None, None, None) => return Err(Fault::missing("EnableDnsSupport or EnableDnsHostnames")),
        _ => {
            let words = "Only one attribute of a VPC can be modified at a time.";
            return Err(Fault::new("InvalidParameterCombination", words));
        }
    }
    desk.state.vpcs.insert(vpc.id.clone(), vpc);
    Ok(api::ModifyVpcAttributeReply {})
}
