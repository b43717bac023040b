//! Peering connections.

use super::shape::shapes;
use super::tag::{Filter, Tag, TagSpecification};

shapes! {
    /// Asks for a peering connection (F102-F105).
    CreateVpcPeeringConnection {
        peer_region: Option<String>,
        tag_specifications as "TagSpecification": Vec<TagSpecification>,
        requester_peering_connection_options: Option<PeeringConnectionOptionsRequest>,
        dry_run: Option<bool>,
        vpc_id: Option<String> [required],
        peer_vpc_id: Option<String>,
        peer_owner_id: Option<String>,
    }

    /// An IPv6 block of a peer.
    Ipv6CidrBlock {
        ipv6_cidr_block: Option<String>,
    }

    /// An IPv4 block of a peer.
    CidrBlock {
        cidr_block: Option<String>,
    }

    /// Options of one side of a peering connection.
    VpcPeeringConnectionOptionsDescription {
        allow_dns_resolution_from_remote_vpc: Option<bool>,
        allow_egress_from_local_classic_link_to_remote_vpc: Option<bool>,
        allow_egress_from_local_vpc_to_remote_classic_link: Option<bool>,
    }

    /// One side of a peering connection.
    VpcPeeringConnectionVpcInfo {
        cidr_block: Option<String>,
        ipv6_cidr_block_set: Vec<Ipv6CidrBlock> [sparse],
        cidr_block_set: Vec<CidrBlock> [sparse],
        owner_id: Option<String>,
        peering_options: Option<VpcPeeringConnectionOptionsDescription>,
        vpc_id: Option<String>,
        region: Option<String>,
    }

    /// State of a peering connection, and why.
    VpcPeeringConnectionStateReason {
        code: Option<String>,
        message: Option<String>,
    }

    /// A peering connection (F102).
    VpcPeeringConnection {
        accepter_vpc_info: Option<VpcPeeringConnectionVpcInfo>,
        expiration_time: Option<String> [time],
        requester_vpc_info: Option<VpcPeeringConnectionVpcInfo>,
        status: Option<VpcPeeringConnectionStateReason>,
        tags as "tagSet": Vec<Tag>,
        vpc_peering_connection_id: Option<String>,
    }

    /// Reply to `CreateVpcPeeringConnection`.
    CreateVpcPeeringConnectionReply {
        vpc_peering_connection: Option<VpcPeeringConnection>,
    }

    /// Accepts a peering connection.
    AcceptVpcPeeringConnection {
        dry_run: Option<bool>,
        vpc_peering_connection_id: Option<String> [required],
    }

    /// Reply to `AcceptVpcPeeringConnection`.
    AcceptVpcPeeringConnectionReply {
        vpc_peering_connection: Option<VpcPeeringConnection>,
    }

    /// Rejects a peering connection.
    RejectVpcPeeringConnection {
        dry_run: Option<bool>,
        vpc_peering_connection_id: Option<String> [required],
    }

    /// Reply to `RejectVpcPeeringConnection`.
    RejectVpcPeeringConnectionReply {
        r#return: Option<bool>,
    }

    /// Deletes a peering connection (F110).
    DeleteVpcPeeringConnection {
        dry_run: Option<bool>,
        vpc_peering_connection_id: Option<String> [required],
    }

    /// Reply to `DeleteVpcPeeringConnection`.
    DeleteVpcPeeringConnectionReply {
        r#return: Option<bool>,
    }

    /// Describes peering connections.
    DescribeVpcPeeringConnections {
        next_token: Option<String>,
        max_results: Option<i64>,
        dry_run: Option<bool>,
        vpc_peering_connection_ids as "VpcPeeringConnectionId": Vec<String>,
        filters as "Filter": Vec<Filter>,
    }

    /// Reply to `DescribeVpcPeeringConnections`.
    DescribeVpcPeeringConnectionsReply {
        vpc_peering_connections as "vpcPeeringConnectionSet": Vec<VpcPeeringConnection>,
        next_token: Option<String>,
    }

    /// Options asked for one side of a peering connection.
    PeeringConnectionOptionsRequest {
        allow_dns_resolution_from_remote_vpc: Option<bool>,
        allow_egress_from_local_classic_link_to_remote_vpc: Option<bool>,
        allow_egress_from_local_vpc_to_remote_classic_link: Option<bool>,
        allow_multipath_resilience: Option<bool>,
        multipath_resilience_mode: Option<String>,
    }

    /// Changes options of a peering connection.
    ModifyVpcPeeringConnectionOptions {
        accepter_peering_connection_options: Option<PeeringConnectionOptionsRequest>,
        dry_run: Option<bool>,
        requester_peering_connection_options: Option<PeeringConnectionOptionsRequest>,
        vpc_peering_connection_id: Option<String> [required],
    }

    /// Options of one side of a peering connection after the change.
    PeeringConnectionOptions {
        allow_dns_resolution_from_remote_vpc: Option<bool>,
        allow_egress_from_local_classic_link_to_remote_vpc: Option<bool>,
        allow_egress_from_local_vpc_to_remote_classic_link: Option<bool>,
    }

    /// Reply to `ModifyVpcPeeringConnectionOptions`.
    ModifyVpcPeeringConnectionOptionsReply {
        accepter_peering_connection_options: Option<PeeringConnectionOptions>,
        requester_peering_connection_options: Option<PeeringConnectionOptions>,
    }
}
