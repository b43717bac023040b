//! Subnets, as far as interfaces need them.

use super::shape::shapes;
use super::tag::{Filter, Tag, TagSpecification};

shapes! {
    /// Creates a subnet.
    CreateSubnet {
        tag_specifications as "TagSpecification": Vec<TagSpecification>,
        availability_zone: Option<String>,
        availability_zone_id: Option<String>,
        cidr_block: Option<String>,
        ipv6_cidr_block: Option<String>,
        outpost_arn: Option<String>,
        vpc_id: Option<String> [required],
        ipv6_native: Option<bool>,
        dry_run: Option<bool>,
    }

    /// State of a block of a subnet.
    SubnetCidrBlockState {
        state: Option<String>,
        status_message: Option<String>,
    }

    /// An IPv6 block of a subnet.
    SubnetIpv6CidrBlockAssociation {
        association_id: Option<String>,
        ipv6_cidr_block: Option<String>,
        ipv6_cidr_block_state: Option<SubnetCidrBlockState>,
    }

    /// A subnet.
    Subnet {
        availability_zone_id: Option<String>,
        owner_id: Option<String>,
        assign_ipv6_address_on_creation: Option<bool>,
        ipv6_cidr_block_association_set: Vec<SubnetIpv6CidrBlockAssociation>,
        tags as "tagSet": Vec<Tag> [sparse],
        subnet_arn: Option<String>,
        enable_dns64: Option<bool>,
        ipv6_native: Option<bool>,
        subnet_id: Option<String>,
        state: Option<String>,
        vpc_id: Option<String>,
        cidr_block: Option<String>,
        available_ip_address_count: Option<i64>,
        availability_zone: Option<String>,
        default_for_az: Option<bool>,
        map_public_ip_on_launch: Option<bool>,
    }

    /// Reply to `CreateSubnet`.
    CreateSubnetReply {
        subnet: Option<Subnet>,
    }

    /// Deletes a subnet that is empty.
    DeleteSubnet {
        subnet_id: Option<String> [required],
        dry_run: Option<bool>,
    }

    /// Reply to `DeleteSubnet`.
    DeleteSubnetReply {}

    /// Describes subnets.
    DescribeSubnets {
        filters as "Filter": Vec<Filter>,
        subnet_ids as "SubnetId": Vec<String>,
        next_token: Option<String>,
        max_results: Option<i64>,
        dry_run: Option<bool>,
    }

    /// Reply to `DescribeSubnets`.
    DescribeSubnetsReply {
        next_token: Option<String>,
        subnets as "subnetSet": Vec<Subnet>,
    }
}
