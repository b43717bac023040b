//! Attributes of an account, which tools ask for first.

use crate::api;
use crate::service::show::text;
use crate::service::{Desk, Fault};

const ATTRIBUTES: &[&str] = &[
    "supported-platforms",
    "default-vpc",
    "max-instances",
    "vpc-max-security-groups-per-interface",
    "max-elastic-ips",
    "vpc-max-elastic-ips",
];

/// Attributes of the caller's account.
///
/// # Errors
/// There is no such attribute.
pub(in crate::service) fn describe_account_attributes(
    desk: &mut Desk,
    request: &api::DescribeAccountAttributes,
) -> Result<api::DescribeAccountAttributesReply, Fault> {
    if let Some(name) = request.attribute_names.iter().find(|name| !ATTRIBUTES.contains(&name.as_str())) {
        return Err(Fault::value(format!("Value ({name}) for parameter attributeName is invalid.")));
    }
    desk.dry_run(request.dry_run)?;
    let is_asked =
        |name: &&&str| request.attribute_names.is_empty() || request.attribute_names.iter().any(|it| it == **name);
    let account_attributes = ATTRIBUTES.iter().filter(is_asked).map(|name| attribute(desk, name)).collect();
    Ok(api::DescribeAccountAttributesReply { account_attributes })
}

fn attribute(desk: &Desk, name: &str) -> api::AccountAttribute {
    let values = match name {
        "supported-platforms" if desk.state.is_classic(&desk.scope) => vec!["EC2".into(), "VPC".into()],
        "supported-platforms" => vec!["VPC".into()],
        "default-vpc" => {
            vec![desk.state.default_vpc(&desk.scope).map_or_else(|| "none".into(), |it| it.id.to_string())]
        }
        "max-instances" => vec![desk.quotas().interfaces_per_region.to_string()],
        "vpc-max-security-groups-per-interface" => vec![desk.quotas().groups_per_interface.to_string()],
        _ => vec!["0".into()],
    };
    let value = |value| api::AccountAttributeValue { attribute_value: Some(value) };
    api::AccountAttribute { attribute_name: text(name), attribute_values: values.into_iter().map(value).collect() }
}
