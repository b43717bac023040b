//! An instance as the API shows it.

use crate::api;
use crate::inventory::{Attachment, Instance, InstanceState, NetworkInterface, State};
use crate::service::interfaces::show as interfaces;
use crate::service::network::zone;
use crate::service::show::{derived, number, text};
use crate::service::tagging::shown;
use std::net::IpAddr;
use std::sync::Arc;

/// What is said of every instance: clients stumble where there is no image and no type, and neither is kept here.
pub(super) const IMAGE: &str = "ami-00000000";
/// The type that AWS takes where none is asked for.
pub(super) const TYPE: &str = "m1.small";

/// The reservation of an instance: those that an account launched in a region at the same time share one.
pub(super) fn reservation_id(it: &Instance) -> String {
    derived("r-", &[it.scope.account.as_str(), &it.scope.region, &it.launched])
}

/// Instances that were launched together.
pub(super) fn reservation(state: &State, instances: &[Arc<Instance>]) -> api::Reservation {
    let first = instances.first();
    let is_classic = first.is_some_and(|it| it.network.vpc().is_none());
    let instances: Vec<_> = instances.iter().map(|it| instance(state, it)).collect();
    // In a VPC groups belong to interfaces, so a reservation has them in EC2-Classic only.
    let groups = instances.first().filter(|_| is_classic).map(|it| it.security_groups.clone());
    api::Reservation {
        reservation_id: first.map(|it| reservation_id(it)),
        owner_id: first.map(|it| it.scope.account.to_string()),
        requester_id: None,
        groups: groups.unwrap_or_default(),
        instances,
    }
}

/// An instance.
fn instance(state: &State, it: &Instance) -> api::Instance {
    let interfaces = state.interfaces_of(&it.id);
    let primary = interfaces.first();
    let address = primary.and_then(|it| it.primary());
    let zone = primary.and_then(|it| interfaces::zone_of(state, it));
    let is_over = it.state == InstanceState::Terminated;
    api::Instance {
        network_interfaces: interfaces
            .iter()
            .filter(|_| it.network.vpc().is_some())
            .map(|it| held(state, it))
            .collect(),
        security_groups: primary.map(|it| interfaces::groups(state, &it.groups)).unwrap_or_default(),
        source_dest_check: primary.filter(|_| it.network.vpc().is_some()).map(|it| it.source_dest_check),
        state_reason: is_over.then(user_initiated),
        tags: shown(&it.tags),
        ipv6_address: primary.and_then(|it| interfaces::v6(it).next()).map(|it| it.to_string()),
        instance_id: text(&it.id),
        image_id: text(IMAGE),
        instance_type: text(TYPE),
        state: Some(self::state(it.state)),
        private_dns_name: Some(address.map(|address| interfaces::host_name(&it.scope, address)).unwrap_or_default()),
        public_dns_name: text(""),
        state_transition_reason: text(if is_over { "User initiated" } else { "" }),
        ami_launch_index: Some(0),
        launch_time: text(&it.launched),
        placement: Some(api::Placement {
            availability_zone_id: zone.as_ref().and_then(|name| zone::id_of(&it.scope.region, name)),
            group_name: text(""),
            tenancy: text("default"),
            availability_zone: zone,
        }),
        monitoring: Some(api::Monitoring { state: text("disabled") }),
        subnet_id: primary.and_then(|it| it.subnet.as_ref()).map(ToString::to_string),
        vpc_id: it.network.vpc().filter(|_| !is_over).map(ToString::to_string),
        private_ip_address: address.map(|it| it.to_string()),
        ..api::Instance::default()
    }
}

fn user_initiated() -> api::StateReason {
    api::StateReason {
        code: text("Client.UserInitiatedShutdown"),
        message: text("Client.UserInitiatedShutdown: User initiated shutdown"),
    }
}

/// A state with its code.
pub(super) fn state(state: InstanceState) -> api::InstanceState {
    let (code, name) = match state {
        InstanceState::Running => (16, "running"),
        InstanceState::Stopped => (80, "stopped"),
        InstanceState::Terminated => (48, "terminated"),
    };
    api::InstanceState { code: Some(code), name: text(name) }
}

fn held(state: &State, it: &NetworkInterface) -> api::InstanceNetworkInterface {
    let primary = it.primary();
    api::InstanceNetworkInterface {
        attachment: it.attachment.as_ref().map(attachment),
        description: text(&it.description),
        groups: interfaces::groups(state, &it.groups),
        ipv6_addresses: interfaces::v6(it).map(v6_address).collect(),
        mac_address: Some(interfaces::mac(it)),
        network_interface_id: text(&it.id),
        owner_id: text(&it.scope.account),
        private_dns_name: primary.map(|address| interfaces::host_name(&it.scope, address)),
        private_ip_address: primary.map(|address| address.to_string()),
        private_ip_addresses: interfaces::v4(it).map(|address| v4_address(it, address)).collect(),
        source_dest_check: Some(it.source_dest_check),
        status: text("in-use"),
        subnet_id: it.subnet.as_ref().map(ToString::to_string),
        vpc_id: it.network.vpc().map(ToString::to_string),
        interface_type: text("interface"),
        connection_tracking_configuration: Some(api::ConnectionTrackingSpecificationResponse {
            tcp_established_timeout: number(it.timeouts.tcp_established),
            udp_stream_timeout: number(it.timeouts.udp_stream),
            udp_timeout: number(it.timeouts.udp),
        }),
    }
}

fn attachment(held: &Attachment) -> api::InstanceNetworkInterfaceAttachment {
    api::InstanceNetworkInterfaceAttachment {
        attach_time: text(&held.since),
        attachment_id: text(&held.id),
        delete_on_termination: Some(held.delete_on_termination),
        device_index: number(held.index),
        status: text("attached"),
        network_card_index: Some(0),
    }
}

fn v4_address(it: &NetworkInterface, address: IpAddr) -> api::InstancePrivateIpAddress {
    api::InstancePrivateIpAddress {
        primary: Some(it.primary() == Some(address)),
        private_dns_name: Some(interfaces::host_name(&it.scope, address)),
        private_ip_address: text(address),
    }
}

fn v6_address(address: IpAddr) -> api::InstanceIpv6Address {
    api::InstanceIpv6Address { ipv6_address: text(address), is_primary_ipv6: Some(false) }
}
