//! Rules: authorize, revoke, describe, modify.

use super::shape::shapes;
use super::tag::{Filter, Tag, TagSpecification};

shapes! {
    /// A group as source or destination (F56); in stale rules with the state of its peering (F115).
    UserIdGroupPair {
        description: Option<String>,
        user_id: Option<String>,
        group_name: Option<String>,
        group_id: Option<String>,
        vpc_id: Option<String>,
        vpc_peering_connection_id: Option<String>,
        peering_status: Option<String>,
    }

    /// An IPv4 block as source or destination (F53).
    IpRange {
        description: Option<String>,
        cidr_ip: Option<String>,
    }

    /// An IPv6 block as source or destination (F54).
    Ipv6Range {
        description: Option<String>,
        cidr_ipv6: Option<String>,
    }

    /// A prefix list as source or destination (F55).
    PrefixListId {
        description: Option<String>,
        prefix_list_id: Option<String>,
    }

    /// Rules of one protocol and range of ports, by the kinds of their sources (F96).
    IpPermission {
        ip_protocol: Option<String>,
        from_port: Option<i64>,
        to_port: Option<i64>,
        user_id_group_pairs as "groups": Vec<UserIdGroupPair>,
        ip_ranges: Vec<IpRange>,
        ipv6_ranges: Vec<Ipv6Range>,
        prefix_list_ids: Vec<PrefixListId>,
    }

    /// Adds inbound rules (F84).
    AuthorizeSecurityGroupIngress {
        cidr_ip: Option<String>,
        from_port: Option<i64>,
        group_id: Option<String>,
        group_name: Option<String>,
        ip_permissions: Vec<IpPermission>,
        ip_protocol: Option<String>,
        source_security_group_name: Option<String>,
        source_security_group_owner_id: Option<String>,
        to_port: Option<i64>,
        tag_specifications as "TagSpecification": Vec<TagSpecification>,
        dry_run: Option<bool>,
    }

    /// The group that a rule refers to.
    ReferencedSecurityGroup {
        group_id: Option<String>,
        peering_status: Option<String>,
        user_id: Option<String>,
        vpc_id: Option<String>,
        vpc_peering_connection_id: Option<String>,
    }

    /// One rule with one source.
    SecurityGroupRule {
        security_group_rule_id: Option<String>,
        group_id: Option<String>,
        group_owner_id: Option<String>,
        is_egress: Option<bool>,
        ip_protocol: Option<String>,
        from_port: Option<i64>,
        to_port: Option<i64>,
        cidr_ipv4: Option<String>,
        cidr_ipv6: Option<String>,
        prefix_list_id: Option<String>,
        referenced_group_info: Option<ReferencedSecurityGroup>,
        description: Option<String>,
        tags as "tagSet": Option<Vec<Tag>>,
        security_group_rule_arn: Option<String>,
    }

    /// Reply to `AuthorizeSecurityGroupIngress`.
    AuthorizeSecurityGroupIngressReply {
        r#return: Option<bool>,
        security_group_rules as "securityGroupRuleSet": Vec<SecurityGroupRule>,
    }

    /// Adds outbound rules (F85).
    AuthorizeSecurityGroupEgress {
        tag_specifications as "TagSpecification": Vec<TagSpecification>,
        dry_run: Option<bool>,
        group_id: Option<String> [required],
        source_security_group_name: Option<String>,
        source_security_group_owner_id: Option<String>,
        ip_protocol: Option<String>,
        from_port: Option<i64>,
        to_port: Option<i64>,
        cidr_ip: Option<String>,
        ip_permissions: Vec<IpPermission>,
    }

    /// Reply to `AuthorizeSecurityGroupEgress`.
    AuthorizeSecurityGroupEgressReply {
        r#return: Option<bool>,
        security_group_rules as "securityGroupRuleSet": Vec<SecurityGroupRule>,
    }

    /// Removes inbound rules (F86).
    RevokeSecurityGroupIngress {
        cidr_ip: Option<String>,
        from_port: Option<i64>,
        group_id: Option<String>,
        group_name: Option<String>,
        ip_permissions: Vec<IpPermission>,
        ip_protocol: Option<String>,
        source_security_group_name: Option<String>,
        source_security_group_owner_id: Option<String>,
        to_port: Option<i64>,
        security_group_rule_ids as "SecurityGroupRuleId": Vec<String>,
        dry_run: Option<bool>,
    }

    /// A rule that was removed.
    RevokedSecurityGroupRule {
        security_group_rule_id: Option<String>,
        group_id: Option<String>,
        is_egress: Option<bool>,
        ip_protocol: Option<String>,
        from_port: Option<i64>,
        to_port: Option<i64>,
        cidr_ipv4: Option<String>,
        cidr_ipv6: Option<String>,
        prefix_list_id: Option<String>,
        referenced_group_id: Option<String>,
        description: Option<String>,
    }

    /// Reply to `RevokeSecurityGroupIngress`.
    RevokeSecurityGroupIngressReply {
        r#return: Option<bool>,
        unknown_ip_permissions as "unknownIpPermissionSet": Vec<IpPermission> [sparse],
        revoked_security_group_rules as "revokedSecurityGroupRuleSet": Vec<RevokedSecurityGroupRule>,
    }

    /// Removes outbound rules (F86).
    RevokeSecurityGroupEgress {
        security_group_rule_ids as "SecurityGroupRuleId": Vec<String>,
        dry_run: Option<bool>,
        group_id: Option<String> [required],
        source_security_group_name: Option<String>,
        source_security_group_owner_id: Option<String>,
        ip_protocol: Option<String>,
        from_port: Option<i64>,
        to_port: Option<i64>,
        cidr_ip: Option<String>,
        ip_permissions: Vec<IpPermission>,
    }

    /// Reply to `RevokeSecurityGroupEgress`.
    RevokeSecurityGroupEgressReply {
        r#return: Option<bool>,
        unknown_ip_permissions as "unknownIpPermissionSet": Vec<IpPermission> [sparse],
        revoked_security_group_rules as "revokedSecurityGroupRuleSet": Vec<RevokedSecurityGroupRule>,
    }

    /// Describes rules one by one.
    DescribeSecurityGroupRules {
        filters as "Filter": Vec<Filter>,
        security_group_rule_ids as "SecurityGroupRuleId": Vec<String>,
        dry_run: Option<bool>,
        next_token: Option<String>,
        max_results: Option<i64>,
    }

    /// Reply to `DescribeSecurityGroupRules`.
    DescribeSecurityGroupRulesReply {
        security_group_rules as "securityGroupRuleSet": Vec<SecurityGroupRule>,
        next_token: Option<String>,
    }

    /// What a rule becomes.
    SecurityGroupRuleRequest {
        ip_protocol: Option<String>,
        from_port: Option<i64>,
        to_port: Option<i64>,
        cidr_ipv4: Option<String>,
        cidr_ipv6: Option<String>,
        prefix_list_id: Option<String>,
        referenced_group_id: Option<String>,
        description: Option<String>,
    }

    /// A rule by its id, and what it becomes.
    SecurityGroupRuleUpdate {
        security_group_rule_id: Option<String> [required],
        security_group_rule: Option<SecurityGroupRuleRequest>,
    }

    /// Changes rules but for the kind of their source (F87).
    ModifySecurityGroupRules {
        group_id: Option<String> [required],
        security_group_rules as "SecurityGroupRule": Vec<SecurityGroupRuleUpdate> [required],
        dry_run: Option<bool>,
    }

    /// Reply to `ModifySecurityGroupRules`.
    ModifySecurityGroupRulesReply {
        r#return: Option<bool>,
    }

    /// A rule by its id, and its new description (F88).
    SecurityGroupRuleDescription {
        security_group_rule_id: Option<String>,
        description: Option<String>,
    }

    /// Changes descriptions of inbound rules (F88).
    UpdateSecurityGroupRuleDescriptionsIngress {
        dry_run: Option<bool>,
        group_id: Option<String>,
        group_name: Option<String>,
        ip_permissions: Vec<IpPermission>,
        security_group_rule_descriptions as "SecurityGroupRuleDescription": Vec<SecurityGroupRuleDescription>,
    }

    /// Reply to `UpdateSecurityGroupRuleDescriptionsIngress`.
    UpdateSecurityGroupRuleDescriptionsIngressReply {
        r#return: Option<bool>,
    }

    /// Changes descriptions of outbound rules (F88).
    UpdateSecurityGroupRuleDescriptionsEgress {
        dry_run: Option<bool>,
        group_id: Option<String>,
        group_name: Option<String>,
        ip_permissions: Vec<IpPermission>,
        security_group_rule_descriptions as "SecurityGroupRuleDescription": Vec<SecurityGroupRuleDescription>,
    }

    /// Reply to `UpdateSecurityGroupRuleDescriptionsEgress`.
    UpdateSecurityGroupRuleDescriptionsEgressReply {
        r#return: Option<bool>,
    }
}
