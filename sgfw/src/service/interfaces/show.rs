//! An interface as the API shows it.

use crate::api;
use crate::inventory::{Attachment, GroupId, NetworkInterface, Scope, State};
use crate::model::Timeouts;
use crate::service::network::zone;
use crate::service::show::{number, text};
use crate::service::tagging::shown;
use std::net::IpAddr;

/// An interface.
pub(in crate::service) fn interface(state: &State, it: &NetworkInterface) -> api::NetworkInterface {
    let zone = zone_of(state, it);
    let primary = it.primary();
    api::NetworkInterface {
        attachment: it.attachment.as_ref().map(|held| attachment(it, held)),
        availability_zone_id: zone.as_ref().and_then(|name| zone::id_of(&it.scope.region, name)),
        availability_zone: zone,
        connection_tracking_configuration: Some(tracking(&it.timeouts)),
        description: text(&it.description),
        groups: groups(state, &it.groups),
        interface_type: text("interface"),
        ipv6_addresses: v6(it).map(v6_address).collect(),
        mac_address: Some(mac(it)),
        network_interface_id: text(&it.id),
        owner_id: text(&it.scope.account),
        private_dns_name: primary.map(|address| host_name(&it.scope, address)),
        private_ip_address: primary.map(|address| address.to_string()),
        private_ip_addresses: v4(it).map(|address| v4_address(it, address)).collect(),
        requester_managed: Some(false),
        source_dest_check: Some(it.source_dest_check),
        status: text(status(it)),
        subnet_id: it.subnet.as_ref().map(ToString::to_string),
        tag_set: shown(&it.tags),
        vpc_id: it.network.vpc().map(ToString::to_string),
        ipv6_address: v6(it).next().map(|address| address.to_string()),
        ..api::NetworkInterface::default()
    }
}

/// Whether an instance holds it: `in-use` or `available`.
pub(super) const fn status(it: &NetworkInterface) -> &'static str {
    if it.attachment.is_some() { "in-use" } else { "available" }
}

/// The zone of an interface, by its subnet.
pub(in crate::service) fn zone_of(state: &State, it: &NetworkInterface) -> Option<String> {
    it.subnet.as_ref().and_then(|id| state.subnets.get(id)).map(|subnet| subnet.zone.clone())
}

/// Its IPv4 addresses, the primary one first.
pub(in crate::service) fn v4(it: &NetworkInterface) -> impl Iterator<Item = IpAddr> {
    it.addresses.iter().copied().filter(IpAddr::is_ipv4)
}

/// Its IPv6 addresses.
pub(in crate::service) fn v6(it: &NetworkInterface) -> impl Iterator<Item = IpAddr> {
    it.addresses.iter().copied().filter(IpAddr::is_ipv6)
}

/// Its MAC address, such as `02:1a:2b:3c:4d:5e`.
pub(in crate::service) fn mac(it: &NetworkInterface) -> String {
    it.mac.map(|byte| format!("{byte:02x}")).join(":")
}

/// The name that AWS's resolver has for an address.
pub(in crate::service) fn host_name(scope: &Scope, address: IpAddr) -> String {
    let host = address.to_string().replace(['.', ':'], "-");
    match scope.region.as_str() {
        "us-east-1" => format!("ip-{host}.ec2.internal"),
        region => format!("ip-{host}.{region}.compute.internal"),
    }
}

/// Groups by id and name, in their order.
pub(in crate::service) fn groups(state: &State, ids: &[GroupId]) -> Vec<api::GroupIdentifier> {
    let name = |id| state.groups.get(id).map(|group| group.name.clone());
    ids.iter().map(|id| api::GroupIdentifier { group_id: text(id), group_name: name(id) }).collect()
}

/// How an instance holds an interface.
pub(super) fn attachment(it: &NetworkInterface, held: &Attachment) -> api::NetworkInterfaceAttachment {
    api::NetworkInterfaceAttachment {
        attach_time: text(&held.since),
        attachment_id: text(&held.id),
        delete_on_termination: Some(held.delete_on_termination),
        device_index: number(held.index),
        network_card_index: Some(0),
        instance_id: text(&held.instance),
        instance_owner_id: text(&it.scope.account),
        status: text("attached"),
    }
}

fn tracking(timeouts: &Timeouts) -> api::ConnectionTrackingConfiguration {
    api::ConnectionTrackingConfiguration {
        tcp_established_timeout: number(timeouts.tcp_established),
        udp_stream_timeout: number(timeouts.udp_stream),
        udp_timeout: number(timeouts.udp),
    }
}

fn v4_address(it: &NetworkInterface, address: IpAddr) -> api::NetworkInterfacePrivateIpAddress {
    api::NetworkInterfacePrivateIpAddress {
        primary: Some(it.primary() == Some(address)),
        private_dns_name: Some(host_name(&it.scope, address)),
        private_ip_address: text(address),
    }
}

fn v6_address(address: IpAddr) -> api::NetworkInterfaceIpv6Address {
    api::NetworkInterfaceIpv6Address { ipv6_address: text(address), is_primary_ipv6: Some(false) }
}
