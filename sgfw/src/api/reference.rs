//! References from peer VPCs, stale rules, and groups used in further VPCs.

use super::rule::UserIdGroupPair;
use super::shape::shapes;
use super::tag::Filter;

shapes! {
    /// Who in peer VPCs refers to groups (F107).
    DescribeSecurityGroupReferences {
        dry_run: Option<bool>,
        group_id: Vec<String> [required],
    }

    /// A VPC that refers to a group (F108).
    SecurityGroupReference {
        group_id: Option<String>,
        referencing_vpc_id: Option<String>,
        vpc_peering_connection_id: Option<String>,
        transit_gateway_id: Option<String>,
    }

    /// Reply to `DescribeSecurityGroupReferences`.
    DescribeSecurityGroupReferencesReply {
        security_group_reference_set: Vec<SecurityGroupReference>,
    }

    /// Groups of a VPC that have stale rules (F113).
    DescribeStaleSecurityGroups {
        dry_run: Option<bool>,
        max_results: Option<i64>,
        next_token: Option<String>,
        vpc_id: Option<String> [required],
    }

    /// Stale rules of one protocol and range of ports (F115).
    StaleIpPermission {
        from_port: Option<i64>,
        ip_protocol: Option<String>,
        ip_ranges: Vec<String> [sparse],
        prefix_list_ids: Vec<String> [sparse],
        to_port: Option<i64>,
        user_id_group_pairs as "groups": Vec<UserIdGroupPair>,
    }

    /// A group with stale rules (F114).
    StaleSecurityGroup {
        description: Option<String>,
        group_id: Option<String>,
        group_name: Option<String>,
        stale_ip_permissions: Vec<StaleIpPermission>,
        stale_ip_permissions_egress: Vec<StaleIpPermission>,
        vpc_id: Option<String>,
    }

    /// Reply to `DescribeStaleSecurityGroups`.
    DescribeStaleSecurityGroupsReply {
        next_token: Option<String>,
        stale_security_group_set: Vec<StaleSecurityGroup>,
    }

    /// Lets a group be used in a further VPC.
    AssociateSecurityGroupVpc {
        group_id: Option<String> [required],
        vpc_id: Option<String> [required],
        dry_run: Option<bool>,
    }

    /// Reply to `AssociateSecurityGroupVpc`.
    AssociateSecurityGroupVpcReply {
        state: Option<String>,
    }

    /// Ends the use of a group in a further VPC.
    DisassociateSecurityGroupVpc {
        group_id: Option<String> [required],
        vpc_id: Option<String> [required],
        dry_run: Option<bool>,
    }

    /// Reply to `DisassociateSecurityGroupVpc`.
    DisassociateSecurityGroupVpcReply {
        state: Option<String>,
    }

    /// Which groups are used in which further VPCs.
    DescribeSecurityGroupVpcAssociations {
        filters as "Filter": Vec<Filter>,
        next_token: Option<String>,
        max_results: Option<i64>,
        dry_run: Option<bool>,
    }

    /// A group used in a further VPC.
    SecurityGroupVpcAssociation {
        group_id: Option<String>,
        vpc_id: Option<String>,
        vpc_owner_id: Option<String>,
        state: Option<String>,
        state_reason: Option<String>,
        group_owner_id: Option<String>,
    }

    /// Reply to `DescribeSecurityGroupVpcAssociations`.
    DescribeSecurityGroupVpcAssociationsReply {
        security_group_vpc_associations as "securityGroupVpcAssociationSet": Vec<SecurityGroupVpcAssociation>,
        next_token: Option<String>,
    }
}
