//! Network interfaces and their addresses.

use super::shape::shapes;
use super::tag::{Filter, Tag, TagSpecification};
use super::vpc::{AttributeBooleanValue, AttributeValue};

shapes! {
    /// An IPv4 prefix to assign.
    Ipv4PrefixSpecificationRequest {
        ipv4_prefix: Option<String>,
    }

    /// An IPv6 prefix to assign.
    Ipv6PrefixSpecificationRequest {
        ipv6_prefix: Option<String>,
    }

    /// Idle timeouts to set, in seconds.
    ConnectionTrackingSpecificationRequest {
        tcp_established_timeout: Option<i64>,
        udp_stream_timeout: Option<i64>,
        udp_timeout: Option<i64>,
    }

    /// A private address to assign.
    PrivateIpAddressSpecification {
        primary: Option<bool>,
        private_ip_address: Option<String>,
    }

    /// An IPv6 address to assign.
    InstanceIpv6Address {
        ipv6_address: Option<String>,
        is_primary_ipv6: Option<bool>,
    }

    /// Creates a network interface in a subnet (F30, F34).
    CreateNetworkInterface {
        ipv4_prefixes as "Ipv4Prefix": Vec<Ipv4PrefixSpecificationRequest>,
        ipv4_prefix_count: Option<i64>,
        ipv6_prefixes as "Ipv6Prefix": Vec<Ipv6PrefixSpecificationRequest>,
        ipv6_prefix_count: Option<i64>,
        interface_type: Option<String>,
        tag_specifications as "TagSpecification": Vec<TagSpecification>,
        client_token: Option<String>,
        enable_primary_ipv6: Option<bool>,
        connection_tracking_specification: Option<ConnectionTrackingSpecificationRequest>,
        subnet_id: Option<String> [required],
        description: Option<String>,
        private_ip_address: Option<String>,
        groups as "SecurityGroupId": Vec<String>,
        private_ip_addresses: Vec<PrivateIpAddressSpecification>,
        secondary_private_ip_address_count: Option<i64>,
        ipv6_addresses: Vec<InstanceIpv6Address>,
        ipv6_address_count: Option<i64>,
        dry_run: Option<bool>,
    }

    /// How an interface is attached to its instance.
    NetworkInterfaceAttachment {
        attach_time: Option<String> [time],
        attachment_id: Option<String>,
        delete_on_termination: Option<bool>,
        device_index: Option<i64>,
        network_card_index: Option<i64>,
        instance_id: Option<String>,
        instance_owner_id: Option<String>,
        status: Option<String>,
    }

    /// Idle timeouts of an interface, in seconds.
    ConnectionTrackingConfiguration {
        tcp_established_timeout: Option<i64>,
        udp_stream_timeout: Option<i64>,
        udp_timeout: Option<i64>,
    }

    /// A group by id and name.
    GroupIdentifier {
        group_id: Option<String>,
        group_name: Option<String>,
    }

    /// An IPv6 address of an interface.
    NetworkInterfaceIpv6Address {
        ipv6_address: Option<String>,
        is_primary_ipv6: Option<bool>,
    }

    /// A private address of an interface.
    NetworkInterfacePrivateIpAddress {
        primary: Option<bool>,
        private_dns_name: Option<String>,
        private_ip_address: Option<String>,
    }

    /// An IPv4 prefix of an interface.
    Ipv4PrefixSpecification {
        ipv4_prefix: Option<String>,
    }

    /// An IPv6 prefix of an interface.
    Ipv6PrefixSpecification {
        ipv6_prefix: Option<String>,
    }

    /// A network interface (F30).
    NetworkInterface {
        attachment: Option<NetworkInterfaceAttachment>,
        availability_zone: Option<String>,
        connection_tracking_configuration: Option<ConnectionTrackingConfiguration>,
        description: Option<String>,
        groups as "groupSet": Vec<GroupIdentifier>,
        interface_type: Option<String>,
        ipv6_addresses as "ipv6AddressesSet": Vec<NetworkInterfaceIpv6Address>,
        mac_address: Option<String>,
        network_interface_id: Option<String>,
        owner_id: Option<String>,
        private_dns_name: Option<String>,
        private_ip_address: Option<String>,
        private_ip_addresses as "privateIpAddressesSet": Vec<NetworkInterfacePrivateIpAddress>,
        ipv4_prefixes as "ipv4PrefixSet": Vec<Ipv4PrefixSpecification> [sparse],
        ipv6_prefixes as "ipv6PrefixSet": Vec<Ipv6PrefixSpecification> [sparse],
        requester_id: Option<String>,
        requester_managed: Option<bool>,
        source_dest_check: Option<bool>,
        status: Option<String>,
        subnet_id: Option<String>,
        tag_set: Vec<Tag>,
        vpc_id: Option<String>,
        ipv6_native: Option<bool>,
        ipv6_address: Option<String>,
        associated_subnets as "associatedSubnetSet": Vec<String> [sparse],
        availability_zone_id: Option<String>,
    }

    /// Reply to `CreateNetworkInterface`.
    CreateNetworkInterfaceReply {
        network_interface: Option<NetworkInterface>,
        client_token: Option<String>,
    }

    /// Deletes a network interface that is not attached.
    DeleteNetworkInterface {
        dry_run: Option<bool>,
        network_interface_id: Option<String> [required],
    }

    /// Reply to `DeleteNetworkInterface`.
    DeleteNetworkInterfaceReply {}

    /// Describes network interfaces.
    DescribeNetworkInterfaces {
        next_token: Option<String>,
        max_results: Option<i64>,
        include_managed_resources: Option<bool>,
        dry_run: Option<bool>,
        network_interface_ids as "NetworkInterfaceId": Vec<String>,
        filters as "filter": Vec<Filter>,
    }

    /// Reply to `DescribeNetworkInterfaces`.
    DescribeNetworkInterfacesReply {
        network_interfaces as "networkInterfaceSet": Vec<NetworkInterface>,
        next_token: Option<String>,
    }

    /// One attribute of a network interface.
    DescribeNetworkInterfaceAttribute {
        dry_run: Option<bool>,
        network_interface_id: Option<String> [required],
        attribute: Option<String>,
    }

    /// Reply to `DescribeNetworkInterfaceAttribute`.
    DescribeNetworkInterfaceAttributeReply {
        attachment: Option<NetworkInterfaceAttachment>,
        description: Option<AttributeValue>,
        groups as "groupSet": Vec<GroupIdentifier> [sparse],
        network_interface_id: Option<String>,
        source_dest_check: Option<AttributeBooleanValue>,
        associate_public_ip_address: Option<bool>,
    }

    /// What changes of an attachment.
    NetworkInterfaceAttachmentChanges {
        default_ena_queue_count: Option<bool>,
        ena_queue_count: Option<i64>,
        attachment_id: Option<String>,
        delete_on_termination: Option<bool>,
    }

    /// Changes one attribute of a network interface; `groups` replaces the present ones (F32, F33).
    ModifyNetworkInterfaceAttribute {
        enable_primary_ipv6: Option<bool>,
        connection_tracking_specification: Option<ConnectionTrackingSpecificationRequest>,
        associate_public_ip_address: Option<bool>,
        associated_subnet_ids as "AssociatedSubnetId": Option<Vec<String>>,
        dry_run: Option<bool>,
        network_interface_id: Option<String> [required],
        description: Option<AttributeValue>,
        source_dest_check: Option<AttributeBooleanValue>,
        groups as "SecurityGroupId": Option<Vec<String>>,
        attachment: Option<NetworkInterfaceAttachmentChanges>,
    }

    /// Reply to `ModifyNetworkInterfaceAttribute`.
    ModifyNetworkInterfaceAttributeReply {}

    /// Attaches a network interface to an instance.
    AttachNetworkInterface {
        network_card_index: Option<i64>,
        dry_run: Option<bool>,
        network_interface_id: Option<String> [required],
        instance_id: Option<String> [required],
        device_index: Option<i64> [required],
    }

    /// Reply to `AttachNetworkInterface`.
    AttachNetworkInterfaceReply {
        attachment_id: Option<String>,
        network_card_index: Option<i64>,
    }

    /// Detaches a network interface from its instance.
    DetachNetworkInterface {
        dry_run: Option<bool>,
        attachment_id: Option<String> [required],
        force: Option<bool>,
    }

    /// Reply to `DetachNetworkInterface`.
    DetachNetworkInterfaceReply {}

    /// Gives an interface secondary addresses.
    AssignPrivateIpAddresses {
        ipv4_prefixes as "Ipv4Prefix": Vec<String>,
        ipv4_prefix_count: Option<i64>,
        network_interface_id: Option<String> [required],
        private_ip_addresses as "privateIpAddress": Vec<String>,
        secondary_private_ip_address_count: Option<i64>,
        allow_reassignment: Option<bool>,
    }

    /// An address that was assigned.
    AssignedPrivateIpAddress {
        private_ip_address: Option<String>,
    }

    /// Reply to `AssignPrivateIpAddresses`.
    AssignPrivateIpAddressesReply {
        network_interface_id: Option<String>,
        assigned_private_ip_addresses as "assignedPrivateIpAddressesSet": Vec<AssignedPrivateIpAddress> [sparse],
        assigned_ipv4_prefixes as "assignedIpv4PrefixSet": Vec<Ipv4PrefixSpecification> [sparse],
    }

    /// Takes secondary addresses from an interface.
    UnassignPrivateIpAddresses {
        ipv4_prefixes as "Ipv4Prefix": Vec<String>,
        network_interface_id: Option<String> [required],
        private_ip_addresses as "privateIpAddress": Vec<String>,
    }

    /// Reply to `UnassignPrivateIpAddresses`.
    UnassignPrivateIpAddressesReply {}

    /// Gives an interface IPv6 addresses.
    AssignIpv6Addresses {
        ipv6_prefix_count: Option<i64>,
        ipv6_prefixes as "Ipv6Prefix": Vec<String>,
        network_interface_id: Option<String> [required],
        ipv6_addresses: Vec<String>,
        ipv6_address_count: Option<i64>,
    }

    /// Reply to `AssignIpv6Addresses`.
    AssignIpv6AddressesReply {
        assigned_ipv6_addresses: Vec<String> [sparse],
        assigned_ipv6_prefixes as "assignedIpv6PrefixSet": Vec<String> [sparse],
        network_interface_id: Option<String>,
    }

    /// Takes IPv6 addresses from an interface.
    UnassignIpv6Addresses {
        ipv6_prefixes as "Ipv6Prefix": Vec<String>,
        network_interface_id: Option<String> [required],
        ipv6_addresses: Vec<String>,
    }

    /// Reply to `UnassignIpv6Addresses`.
    UnassignIpv6AddressesReply {
        network_interface_id: Option<String>,
        unassigned_ipv6_addresses: Vec<String> [sparse],
        unassigned_ipv6_prefixes as "unassignedIpv6PrefixSet": Vec<String> [sparse],
    }
}
