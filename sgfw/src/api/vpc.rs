//! VPCs, their blocks and attributes.

use super::shape::shapes;
use super::tag::{Filter, Tag, TagSpecification};

shapes! {
    /// Creates a VPC with its default group (F14).
    CreateVpc {
        cidr_block: Option<String>,
        ipv6_cidr_block: Option<String>,
        tag_specifications as "TagSpecification": Vec<TagSpecification>,
        dry_run: Option<bool>,
        instance_tenancy: Option<String>,
        amazon_provided_ipv6_cidr_block: Option<bool>,
    }

    /// State of a block of a VPC.
    VpcCidrBlockState {
        state: Option<String>,
        status_message: Option<String>,
    }

    /// An IPv6 block of a VPC (F11).
    VpcIpv6CidrBlockAssociation {
        association_id: Option<String>,
        ipv6_cidr_block: Option<String>,
        ipv6_cidr_block_state: Option<VpcCidrBlockState>,
        network_border_group: Option<String>,
        ipv6_pool: Option<String>,
    }

    /// An IPv4 block of a VPC.
    VpcCidrBlockAssociation {
        association_id: Option<String>,
        cidr_block: Option<String>,
        cidr_block_state: Option<VpcCidrBlockState>,
    }

    /// A VPC.
    Vpc {
        owner_id: Option<String>,
        instance_tenancy: Option<String>,
        ipv6_cidr_block_association_set: Vec<VpcIpv6CidrBlockAssociation> [sparse],
        cidr_block_association_set: Vec<VpcCidrBlockAssociation>,
        is_default: Option<bool>,
        tags as "tagSet": Vec<Tag> [sparse],
        vpc_id: Option<String>,
        state: Option<String>,
        cidr_block: Option<String>,
        dhcp_options_id: Option<String>,
    }

    /// Reply to `CreateVpc`.
    CreateVpcReply {
        vpc: Option<Vpc>,
    }

    /// Creates the default VPC of the region.
    CreateDefaultVpc {
        dry_run: Option<bool>,
    }

    /// Reply to `CreateDefaultVpc`.
    CreateDefaultVpcReply {
        vpc: Option<Vpc>,
    }

    /// Deletes a VPC that is empty.
    DeleteVpc {
        vpc_id: Option<String> [required],
        dry_run: Option<bool>,
    }

    /// Reply to `DeleteVpc`.
    DeleteVpcReply {}

    /// Describes VPCs.
    DescribeVpcs {
        filters as "Filter": Vec<Filter>,
        vpc_ids as "VpcId": Vec<String>,
        next_token: Option<String>,
        max_results: Option<i64>,
        dry_run: Option<bool>,
    }

    /// Reply to `DescribeVpcs`.
    DescribeVpcsReply {
        next_token: Option<String>,
        vpcs as "vpcSet": Vec<Vpc>,
    }

    /// One attribute of a VPC.
    DescribeVpcAttribute {
        attribute: Option<String> [required],
        vpc_id: Option<String> [required],
        dry_run: Option<bool>,
    }

    /// A yes or no that can be modified.
    AttributeBooleanValue {
        value: Option<bool>,
    }

    /// Reply to `DescribeVpcAttribute`.
    DescribeVpcAttributeReply {
        enable_dns_hostnames: Option<AttributeBooleanValue>,
        enable_dns_support: Option<AttributeBooleanValue>,
        enable_network_address_usage_metrics: Option<AttributeBooleanValue>,
        vpc_id: Option<String>,
    }

    /// Changes one attribute of a VPC.
    ModifyVpcAttribute {
        enable_dns_hostnames: Option<AttributeBooleanValue>,
        enable_dns_support: Option<AttributeBooleanValue>,
        vpc_id: Option<String> [required],
        enable_network_address_usage_metrics: Option<AttributeBooleanValue>,
    }

    /// Reply to `ModifyVpcAttribute`.
    ModifyVpcAttributeReply {}

    /// Adds a block to a VPC (F11, F12).
    AssociateVpcCidrBlock {
        cidr_block: Option<String>,
        ipv6_cidr_block_network_border_group: Option<String>,
        ipv6_pool: Option<String>,
        ipv6_cidr_block: Option<String>,
        vpc_id: Option<String> [required],
        amazon_provided_ipv6_cidr_block: Option<bool>,
    }

    /// Reply to `AssociateVpcCidrBlock`.
    AssociateVpcCidrBlockReply {
        ipv6_cidr_block_association: Option<VpcIpv6CidrBlockAssociation>,
        cidr_block_association: Option<VpcCidrBlockAssociation>,
        vpc_id: Option<String>,
    }

    /// Takes a block from a VPC.
    DisassociateVpcCidrBlock {
        association_id: Option<String> [required],
    }

    /// Reply to `DisassociateVpcCidrBlock`.
    DisassociateVpcCidrBlockReply {
        ipv6_cidr_block_association: Option<VpcIpv6CidrBlockAssociation>,
        cidr_block_association: Option<VpcCidrBlockAssociation>,
        vpc_id: Option<String>,
    }

    /// A text that can be modified.
    AttributeValue {
        value: Option<String>,
    }
}
