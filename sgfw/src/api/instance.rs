//! Instances, as far as they hold interfaces.

use super::interface::{
    ConnectionTrackingSpecificationRequest, GroupIdentifier, InstanceIpv6Address, Ipv4PrefixSpecificationRequest,
    Ipv6PrefixSpecificationRequest, PrivateIpAddressSpecification,
};
use super::shape::shapes;
use super::tag::{Filter, Tag, TagSpecification};
use super::vpc::{AttributeBooleanValue, AttributeValue};

shapes! {
    /// An interface to create or to attach at launch.
    InstanceNetworkInterfaceSpecification {
        associate_public_ip_address: Option<bool>,
        delete_on_termination: Option<bool>,
        description: Option<String>,
        device_index: Option<i64>,
        groups as "SecurityGroupId": Vec<String>,
        ipv6_address_count: Option<i64>,
        ipv6_addresses: Vec<InstanceIpv6Address>,
        network_interface_id: Option<String>,
        private_ip_address: Option<String>,
        private_ip_addresses: Vec<PrivateIpAddressSpecification>,
        secondary_private_ip_address_count: Option<i64>,
        subnet_id: Option<String>,
        interface_type: Option<String>,
        ipv4_prefixes as "Ipv4Prefix": Vec<Ipv4PrefixSpecificationRequest>,
        ipv4_prefix_count: Option<i64>,
        ipv6_prefixes as "Ipv6Prefix": Vec<Ipv6PrefixSpecificationRequest>,
        ipv6_prefix_count: Option<i64>,
        primary_ipv6: Option<bool>,
        connection_tracking_specification: Option<ConnectionTrackingSpecificationRequest>,
    }

    /// Launches instances (F17, F34).
    RunInstances {
        image_id: Option<String>,
        instance_type: Option<String>,
        ipv6_address_count: Option<i64>,
        ipv6_addresses as "Ipv6Address": Vec<InstanceIpv6Address>,
        key_name: Option<String>,
        max_count: Option<i64> [required],
        min_count: Option<i64> [required],
        security_group_ids as "SecurityGroupId": Vec<String>,
        security_groups as "SecurityGroup": Vec<String>,
        subnet_id: Option<String>,
        tag_specifications as "TagSpecification": Vec<TagSpecification>,
        enable_primary_ipv6: Option<bool>,
        dry_run: Option<bool>,
        private_ip_address: Option<String>,
        client_token: Option<String>,
        network_interfaces as "networkInterface": Vec<InstanceNetworkInterfaceSpecification>,
    }

    /// How an interface of an instance is attached.
    InstanceNetworkInterfaceAttachment {
        attach_time: Option<String> [time],
        attachment_id: Option<String>,
        delete_on_termination: Option<bool>,
        device_index: Option<i64>,
        status: Option<String>,
        network_card_index: Option<i64>,
    }

    /// A private address of an instance.
    InstancePrivateIpAddress {
        primary: Option<bool>,
        private_dns_name: Option<String>,
        private_ip_address: Option<String>,
    }

    /// Idle timeouts of an interface of an instance, in seconds.
    ConnectionTrackingSpecificationResponse {
        tcp_established_timeout: Option<i64>,
        udp_stream_timeout: Option<i64>,
        udp_timeout: Option<i64>,
    }

    /// An interface of an instance.
    InstanceNetworkInterface {
        attachment: Option<InstanceNetworkInterfaceAttachment>,
        description: Option<String>,
        groups as "groupSet": Vec<GroupIdentifier>,
        ipv6_addresses as "ipv6AddressesSet": Vec<InstanceIpv6Address>,
        mac_address: Option<String>,
        network_interface_id: Option<String>,
        owner_id: Option<String>,
        private_dns_name: Option<String>,
        private_ip_address: Option<String>,
        private_ip_addresses as "privateIpAddressesSet": Vec<InstancePrivateIpAddress>,
        source_dest_check: Option<bool>,
        status: Option<String>,
        subnet_id: Option<String>,
        vpc_id: Option<String>,
        interface_type: Option<String>,
        connection_tracking_configuration: Option<ConnectionTrackingSpecificationResponse>,
    }

    /// Why an instance is in its state.
    StateReason {
        code: Option<String>,
        message: Option<String>,
    }

    /// State of an instance: 0 pending, 16 running, 32 shutting-down, 48 terminated, 64 stopping, 80 stopped.
    InstanceState {
        code: Option<i64>,
        name: Option<String>,
    }

    /// Where an instance runs.
    Placement {
        availability_zone_id: Option<String>,
        group_name: Option<String>,
        tenancy: Option<String>,
        availability_zone: Option<String>,
    }

    /// Whether an instance is monitored.
    Monitoring {
        state: Option<String>,
    }

    /// An instance: what holds interfaces (F17, F30).
    Instance {
        client_token: Option<String>,
        network_interfaces as "networkInterfaceSet": Vec<InstanceNetworkInterface>,
        security_groups as "groupSet": Vec<GroupIdentifier>,
        source_dest_check: Option<bool>,
        state_reason: Option<StateReason>,
        tags as "tagSet": Vec<Tag> [sparse],
        ipv6_address: Option<String>,
        instance_id: Option<String>,
        image_id: Option<String>,
        state as "instanceState": Option<InstanceState>,
        private_dns_name: Option<String>,
        public_dns_name as "dnsName": Option<String>,
        state_transition_reason as "reason": Option<String>,
        key_name: Option<String>,
        ami_launch_index: Option<i64>,
        instance_type: Option<String>,
        launch_time: Option<String> [time],
        placement: Option<Placement>,
        monitoring: Option<Monitoring>,
        subnet_id: Option<String>,
        vpc_id: Option<String>,
        private_ip_address: Option<String>,
    }

    /// Reply to `RunInstances`.
    RunInstancesReply {
        reservation_id: Option<String>,
        owner_id: Option<String>,
        requester_id: Option<String>,
        groups as "groupSet": Vec<GroupIdentifier>,
        instances as "instancesSet": Vec<Instance>,
    }

    /// Ends instances.
    TerminateInstances {
        instance_ids as "InstanceId": Vec<String> [required],
        force: Option<bool>,
        dry_run: Option<bool>,
    }

    /// An instance before and after a change of its state.
    InstanceStateChange {
        instance_id: Option<String>,
        current_state: Option<InstanceState>,
        previous_state: Option<InstanceState>,
    }

    /// Reply to `TerminateInstances`.
    TerminateInstancesReply {
        terminating_instances as "instancesSet": Vec<InstanceStateChange>,
    }

    /// Stops instances (F23).
    StopInstances {
        instance_ids as "InstanceId": Vec<String> [required],
        hibernate: Option<bool>,
        dry_run: Option<bool>,
        force: Option<bool>,
    }

    /// Reply to `StopInstances`.
    StopInstancesReply {
        stopping_instances as "instancesSet": Vec<InstanceStateChange>,
    }

    /// Starts stopped instances.
    StartInstances {
        instance_ids as "InstanceId": Vec<String> [required],
        additional_info: Option<String>,
        dry_run: Option<bool>,
    }

    /// Reply to `StartInstances`.
    StartInstancesReply {
        starting_instances as "instancesSet": Vec<InstanceStateChange>,
    }

    /// Describes instances.
    DescribeInstances {
        instance_ids as "InstanceId": Vec<String>,
        dry_run: Option<bool>,
        filters as "Filter": Vec<Filter>,
        next_token: Option<String>,
        max_results: Option<i64>,
    }

    /// Instances launched together.
    Reservation {
        reservation_id: Option<String>,
        owner_id: Option<String>,
        requester_id: Option<String>,
        groups as "groupSet": Vec<GroupIdentifier>,
        instances as "instancesSet": Vec<Instance>,
    }

    /// Reply to `DescribeInstances`.
    DescribeInstancesReply {
        next_token: Option<String>,
        reservations as "reservationSet": Vec<Reservation>,
    }

    /// Tells how instances do.
    DescribeInstanceStatus {
        instance_ids as "InstanceId": Vec<String>,
        max_results: Option<i64>,
        next_token: Option<String>,
        dry_run: Option<bool>,
        filters as "Filter": Vec<Filter>,
        include_all_instances: Option<bool>,
    }

    /// One check of an instance.
    InstanceStatusDetails {
        name: Option<String>,
        status: Option<String>,
    }

    /// How a part of an instance does.
    InstanceStatusSummary {
        details: Vec<InstanceStatusDetails> [sparse],
        status: Option<String>,
    }

    /// How an instance does.
    InstanceStatus {
        availability_zone: Option<String>,
        availability_zone_id: Option<String>,
        instance_id: Option<String>,
        instance_state: Option<InstanceState>,
        instance_status: Option<InstanceStatusSummary>,
        system_status: Option<InstanceStatusSummary>,
    }

    /// Reply to `DescribeInstanceStatus`.
    DescribeInstanceStatusReply {
        instance_statuses as "instanceStatusSet": Vec<InstanceStatus>,
        next_token: Option<String>,
    }

    /// The volume behind a block device.
    EbsInstanceBlockDeviceSpecification {
        volume_id: Option<String>,
        delete_on_termination: Option<bool>,
    }

    /// A block device of an instance.
    InstanceBlockDeviceMappingSpecification {
        device_name: Option<String>,
        ebs: Option<EbsInstanceBlockDeviceSpecification>,
        virtual_name: Option<String>,
        no_device: Option<String>,
    }

    /// Bytes in base64 that can be modified.
    BlobAttributeValue {
        value: Option<String>,
    }

    /// Changes one attribute of an instance; `groups` replaces the present ones (F31, F33).
    ModifyInstanceAttribute {
        source_dest_check: Option<AttributeBooleanValue>,
        enclave_options: Option<EnclaveOptionsRequest>,
        disable_api_stop: Option<AttributeBooleanValue>,
        dry_run: Option<bool>,
        instance_id: Option<String> [required],
        attribute: Option<String>,
        value: Option<String>,
        block_device_mappings as "blockDeviceMapping": Vec<InstanceBlockDeviceMappingSpecification>,
        disable_api_termination: Option<AttributeBooleanValue>,
        instance_type: Option<AttributeValue>,
        kernel: Option<AttributeValue>,
        ramdisk: Option<AttributeValue>,
        user_data: Option<BlobAttributeValue>,
        instance_initiated_shutdown_behavior: Option<AttributeValue>,
        groups as "GroupId": Option<Vec<String>>,
        ebs_optimized: Option<AttributeBooleanValue>,
        sriov_net_support: Option<AttributeValue>,
        ena_support: Option<AttributeBooleanValue>,
    }

    /// Reply to `ModifyInstanceAttribute`.
    ModifyInstanceAttributeReply {}

    /// Whether an instance may have enclaves.
    EnclaveOptionsRequest {
        enabled: Option<bool>,
    }
}
