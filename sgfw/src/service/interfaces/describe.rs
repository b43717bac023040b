//! Looking at interfaces.

use super::show;
use crate::api;
use crate::inventory::{Attachment, NetworkInterface, State};
use crate::service::filter::{Filters, TAGS};
use crate::service::network::zone;
use crate::service::page::{Pages, alone};
use crate::service::{Desk, Fault};

/// Filters of interfaces; `association.` and what follows is about public addresses, which there are none of.
const FILTERS: &[&str] = &[
    "addresses.association.owner-id",
    "addresses.association.public-ip",
    "addresses.primary",
    "addresses.private-ip-address",
    "association.allocation-id",
    "association.association-id",
    "association.ip-owner-id",
    "association.public-dns-name",
    "association.public-ip",
    "attachment.attach-time",
    "attachment.attachment-id",
    "attachment.delete-on-termination",
    "attachment.device-index",
    "attachment.instance-id",
    "attachment.instance-owner-id",
    "attachment.status",
    "availability-zone",
    "availability-zone-id",
    "description",
    "group-id",
    "group-name",
    "interface-type",
    "ipv6-addresses.ipv6-address",
    "mac-address",
    "network-interface-id",
    "owner-id",
    "private-dns-name",
    "private-ip-address",
    "requester-id",
    "requester-managed",
    "source-dest-check",
    "status",
    "subnet-id",
    "vpc-id",
    TAGS,
];

/// Describes network interfaces.
///
/// # Errors
/// An id is unknown, or a filter or the page is refused.
pub(in crate::service) fn describe_network_interfaces(
    desk: &mut Desk,
    request: &api::DescribeNetworkInterfaces,
) -> Result<api::DescribeNetworkInterfacesReply, Fault> {
    alone(request, "networkInterfaceIds", &request.network_interface_ids)?;
    let filters = Filters::new(&request.filters, FILTERS)?;
    let found = desk.interfaces(&request.network_interface_ids)?.into_iter();
    let found = found.filter(|it| filters.accept(&it.tags, |name| filter_values(&desk.state, it, name)));
    let items = found.map(|it| (it.id.to_string(), it)).collect();
    let (page, next_token) = Pages::of("DescribeNetworkInterfaces").page(request, items)?;
    desk.dry_run(request.dry_run)?;
    let network_interfaces = page.iter().map(|it| show::interface(&desk.state, it)).collect();
    Ok(api::DescribeNetworkInterfacesReply { network_interfaces, next_token })
}

/// The names of the filters that are about interfaces themselves, and not about their tags.
pub(in crate::service) fn filter_names() -> impl Iterator<Item = &'static str> {
    FILTERS.iter().copied().filter(|name| *name != TAGS)
}

/// The values of an interface for a filter.
pub(in crate::service) fn filter_values(state: &State, it: &NetworkInterface, name: &str) -> Vec<String> {
    if let Some(name) = name.strip_prefix("attachment.") {
        return it.attachment.iter().map(|held| attachment_value(it, held, name)).collect();
    }
    let texts = |addresses: &mut dyn Iterator<Item = std::net::IpAddr>| addresses.map(|it| it.to_string()).collect();
    match name {
        "addresses.primary" => vec!["true".into(), "false".into()].into_iter().take(show::v4(it).count()).collect(),
        "addresses.private-ip-address" => texts(&mut show::v4(it)),
        "availability-zone" => Vec::from_iter(show::zone_of(state, it)),
        "availability-zone-id" => {
            Vec::from_iter(show::zone_of(state, it).and_then(|name| zone::id_of(&it.scope.region, &name)))
        }
        "description" => vec![it.description.clone()],
        "group-id" => it.groups.iter().map(ToString::to_string).collect(),
        "group-name" => show::groups(state, &it.groups).into_iter().filter_map(|group| group.group_name).collect(),
        "interface-type" => vec!["interface".into()],
        "ipv6-addresses.ipv6-address" => texts(&mut show::v6(it)),
        "mac-address" => vec![show::mac(it)],
        "network-interface-id" => vec![it.id.to_string()],
        "owner-id" => vec![it.scope.account.to_string()],
        "private-dns-name" => it.primary().map(|address| show::host_name(&it.scope, address)).into_iter().collect(),
        "private-ip-address" => texts(&mut it.primary().into_iter()),
        "requester-managed" => vec!["false".into()],
        "source-dest-check" => vec![it.source_dest_check.to_string()],
        "status" => vec![show::status(it).into()],
        "subnet-id" => it.subnet.iter().map(ToString::to_string).collect(),
        "vpc-id" => it.network.vpc().map(ToString::to_string).into_iter().collect(),
        _ => Vec::new(),
    }
}

/// A value of an attachment, by the rest of the filter's name.
fn attachment_value(it: &NetworkInterface, held: &Attachment, name: &str) -> String {
    match name {
        "attach-time" => held.since.clone(),
        "attachment-id" => held.id.to_string(),
        "delete-on-termination" => held.delete_on_termination.to_string(),
        "device-index" => held.index.to_string(),
        "instance-id" => held.instance.to_string(),
        "instance-owner-id" => it.scope.account.to_string(),
        _ => "attached".into(),
    }
}
