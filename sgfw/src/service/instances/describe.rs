//! Looking at instances, in reservations: those that were launched together.

use super::show;
use crate::api;
use crate::inventory::{Instance, State};
use crate::service::filter::{Filters, TAGS};
use crate::service::interfaces::{filter_names, filter_values};
use crate::service::page::{Pages, alone};
use crate::service::{Desk, Fault};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Filters of what instances have here.
const FILTERS: &[&str] = &[
    "availability-zone",
    "availability-zone-id",
    "group-id",
    "group-name",
    "image-id",
    "instance-id",
    "instance-state-code",
    "instance-state-name",
    "instance-type",
    "instance.group-id",
    "instance.group-name",
    "ipv6-address",
    "launch-time",
    "owner-id",
    "private-dns-name",
    "private-ip-address",
    "reservation-id",
    "source-dest-check",
    "subnet-id",
    "vpc-id",
    TAGS,
];

/// Filters of what instances do not have here: they are known and nothing passes them.
const FILTERS_OF_NOTHING: &[&str] = &[
    "affinity",
    "architecture",
    "client-token",
    "dns-name",
    "host-id",
    "hypervisor",
    "iam-instance-profile.arn",
    "iam-instance-profile.id",
    "instance-lifecycle",
    "ip-address",
    "kernel-id",
    "key-name",
    "launch-index",
    "metadata-options.http-endpoint",
    "metadata-options.http-tokens",
    "monitoring-state",
    "placement-group-name",
    "platform",
    "platform-details",
    "product-code",
    "ramdisk-id",
    "reason",
    "requester-id",
    "root-device-name",
    "root-device-type",
    "spot-instance-request-id",
    "state-reason-code",
    "tenancy",
    "virtualization-type",
];

/// What filters of an instance's interfaces begin with.
const OF_INTERFACES: &str = "network-interface.";

/// Describes instances.
///
/// # Errors
/// An id is unknown, or a filter or the page is refused.
pub(in crate::service) fn describe_instances(
    desk: &mut Desk,
    request: &api::DescribeInstances,
) -> Result<api::DescribeInstancesReply, Fault> {
    alone(request, "instancesSet", &request.instance_ids)?;
    let of_interfaces: Vec<String> = filter_names().map(|name| format!("{OF_INTERFACES}{name}")).collect();
    let allowed: Vec<&str> =
        FILTERS.iter().chain(FILTERS_OF_NOTHING).copied().chain(of_interfaces.iter().map(String::as_str)).collect();
    let filters = Filters::new(&request.filters, &allowed)?;
    let found = desk.instances(&request.instance_ids)?.into_iter();
    let found = found.filter(|it| filters.accept(&it.tags, |name| values(&desk.state, it, name)));
    let items = found.map(|it| (it.id.to_string(), it)).collect();
    let (page, next_token) = Pages::of("DescribeInstances").page(request, items)?;
    desk.dry_run(request.dry_run)?;
    let mut together: BTreeMap<String, Vec<Arc<Instance>>> = BTreeMap::new();
    for it in page {
        together.entry(show::reservation_id(&it)).or_default().push(it);
    }
    let reservations = together.values().map(|instances| show::reservation(&desk.state, instances)).collect();
    Ok(api::DescribeInstancesReply { next_token, reservations })
}

/// All values of an instance for the name of a filter.
pub(super) fn values(state: &State, it: &Instance, name: &str) -> Vec<String> {
    let interfaces = state.interfaces_of(&it.id);
    if let Some(name) = name.strip_prefix(OF_INTERFACES) {
        return interfaces.iter().flat_map(|it| filter_values(state, it, name)).collect();
    }
    let shown = show::state(it.state);
    // Most of what an instance has is its primary interface's.
    let of_primary = |name| interfaces.first().map(|it| filter_values(state, it, name)).unwrap_or_default();
    match name {
        "group-id" | "instance.group-id" => of_primary("group-id"),
        "group-name" | "instance.group-name" => of_primary("group-name"),
        "ipv6-address" => of_primary("ipv6-addresses.ipv6-address"),
        "availability-zone"
        | "availability-zone-id"
        | "private-dns-name"
        | "private-ip-address"
        | "source-dest-check"
        | "subnet-id" => of_primary(name),
        "image-id" => vec![show::IMAGE.into()],
        "instance-type" => vec![show::TYPE.into()],
        "instance-id" => vec![it.id.to_string()],
        "instance-state-code" => shown.code.iter().map(ToString::to_string).collect(),
        "instance-state-name" => Vec::from_iter(shown.name),
        "launch-time" => vec![it.launched.clone()],
        "owner-id" => vec![it.scope.account.to_string()],
        "reservation-id" => vec![show::reservation_id(it)],
        "vpc-id" => it.network.vpc().map(ToString::to_string).into_iter().collect(),
        _ => Vec::new(),
    }
}
