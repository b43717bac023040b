//! How much of each there may be: today's defaults of AWS, each of which can be set (F79-F82).

use serde::{Deserialize, Serialize};

/// Limits that actions are held to. Files are held to them where they set them; the kernel's sizes hold for all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Quotas {
    /// Inbound rules of a group, for IPv4 and IPv6 each; outbound the same.
    pub rules_per_group: u32,
    /// Groups of an account and region.
    pub groups_per_region: u32,
    /// Groups of one VPC; none by default.
    pub groups_per_vpc: Option<u32>,
    /// Groups of an interface, up to 16.
    pub groups_per_interface: u32,
    /// Rules of a group times groups of an interface.
    pub rules_times_groups: u32,
    /// VPCs of a region; none by default.
    pub vpcs_per_region: Option<u32>,
    /// Interfaces of a region.
    pub interfaces_per_region: u32,
    /// Active peering connections of a VPC.
    pub active_peerings_per_vpc: u32,
    /// Unanswered requests of a VPC.
    pub pending_peerings_per_vpc: u32,
    /// Prefix lists of a region.
    pub prefix_lists_per_region: u32,
    /// Entries of a prefix list.
    pub entries_per_prefix_list: u32,
    /// Versions of a prefix list that are kept.
    pub versions_per_prefix_list: u32,
    /// References to a prefix list.
    pub references_per_prefix_list: u32,
    /// Tags of a resource.
    pub tags: u32,
    /// Groups of EC2-Classic in a region (F79).
    pub classic_groups: u32,
    /// Rules of a Classic group (F80).
    pub classic_rules: u32,
    /// Groups of a Classic instance (F34).
    pub classic_groups_per_instance: u32,
}

impl Default for Quotas {
    fn default() -> Self {
        Self {
            rules_per_group: 60,
            groups_per_region: 2_500,
            groups_per_vpc: None,
            groups_per_interface: 5,
            rules_times_groups: 1_000,
            vpcs_per_region: None,
            interfaces_per_region: 5_000,
            active_peerings_per_vpc: 50,
            pending_peerings_per_vpc: 25,
            prefix_lists_per_region: 100,
            entries_per_prefix_list: 1_000,
            versions_per_prefix_list: 1_000,
            references_per_prefix_list: 5_000,
            tags: 50,
            classic_groups: 500,
            classic_rules: 100,
            classic_groups_per_instance: 500,
        }
    }
}
