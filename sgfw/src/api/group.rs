//! Security groups: create, delete, describe.

use super::rule::IpPermission;
use super::shape::shapes;
use super::tag::{Filter, Tag, TagSpecification};

shapes! {
    /// Creates a group with a name, a description and a VPC (F1-F8).
    CreateSecurityGroup {
        description as "GroupDescription": Option<String> [required],
        group_name: Option<String> [required],
        vpc_id: Option<String>,
        tag_specifications as "TagSpecification": Vec<TagSpecification>,
        dry_run: Option<bool>,
    }

    /// Reply to `CreateSecurityGroup`.
    CreateSecurityGroupReply {
        group_id: Option<String>,
        tags as "tagSet": Vec<Tag> [sparse],
        security_group_arn: Option<String>,
    }

    /// Deletes one group (F19-F27).
    DeleteSecurityGroup {
        group_id: Option<String>,
        group_name: Option<String>,
        dry_run: Option<bool>,
    }

    /// Reply to `DeleteSecurityGroup`.
    DeleteSecurityGroupReply {
        r#return: Option<bool>,
        group_id: Option<String>,
    }

    /// Describes groups by id, name or filter (F93).
    DescribeSecurityGroups {
        group_ids as "GroupId": Vec<String>,
        group_names as "GroupName": Vec<String>,
        next_token: Option<String>,
        max_results: Option<i64>,
        dry_run: Option<bool>,
        filters as "Filter": Vec<Filter>,
    }

    /// A security group with its rules (F95).
    SecurityGroup {
        group_id: Option<String>,
        ip_permissions_egress: Vec<IpPermission>,
        tags as "tagSet": Vec<Tag> [sparse],
        vpc_id: Option<String>,
        security_group_arn: Option<String>,
        owner_id: Option<String>,
        group_name: Option<String>,
        description as "groupDescription": Option<String>,
        ip_permissions: Vec<IpPermission>,
    }

    /// Reply to `DescribeSecurityGroups`.
    DescribeSecurityGroupsReply {
        next_token: Option<String>,
        security_groups as "securityGroupInfo": Vec<SecurityGroup>,
    }

    /// Groups that can be used in a VPC.
    GetSecurityGroupsForVpc {
        vpc_id: Option<String> [required],
        next_token: Option<String>,
        max_results: Option<i64>,
        filters as "Filter": Vec<Filter>,
        dry_run: Option<bool>,
    }

    /// A group that can be used in a VPC.
    SecurityGroupForVpc {
        description: Option<String>,
        group_name: Option<String>,
        owner_id: Option<String>,
        group_id: Option<String>,
        tags as "tagSet": Vec<Tag>,
        primary_vpc_id: Option<String>,
    }

    /// Reply to `GetSecurityGroupsForVpc`.
    GetSecurityGroupsForVpcReply {
        next_token: Option<String>,
        security_group_for_vpcs as "securityGroupForVpcSet": Vec<SecurityGroupForVpc>,
    }
}
