//! The whole, and how to find one's way in it.

use super::{
    Account, AccountId, Association, AssociationState, FlowLog, FlowLogId, Gateway, GatewayId, GroupId, Instance,
    InstanceId, InstanceState, InterfaceId, ManagedPrefixList, Network, NetworkInterface, Peering, PeeringId,
    PeeringStatus, PrefixListId, Quotas, RuleId, Scope, SecurityGroup, Subnet, SubnetId, Table, Vpc, VpcId,
};
use crate::model::DEFAULT_GROUP;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// What holds for all.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// The account and region whose default VPC is this host's own: what a file declares outside any VPC lives there.
    pub home: Scope,
    /// Limits.
    pub quotas: Quotas,
}

/// A client token that was used, so that the same request gets the same answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Token {
    /// The operation it came with.
    pub operation: String,
    /// What the request said, as a digest.
    pub request: String,
    /// The id that was answered.
    pub id: String,
}

/// Everything. A copy shares what neither side changes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct State {
    /// What holds for all.
    pub settings: Arc<Settings>,
    /// Accounts of which something is known beside what they hold.
    pub accounts: Table<AccountId, Account>,
    /// VPCs.
    pub vpcs: Table<VpcId, Vpc>,
    /// Subnets.
    pub subnets: Table<SubnetId, Subnet>,
    /// Internet gateways.
    pub gateways: Table<GatewayId, Gateway>,
    /// Security groups with their rules.
    pub groups: Table<GroupId, SecurityGroup>,
    /// Managed prefix lists.
    pub prefix_lists: Table<PrefixListId, ManagedPrefixList>,
    /// Network interfaces.
    pub interfaces: Table<InterfaceId, NetworkInterface>,
    /// Instances.
    pub instances: Table<InstanceId, Instance>,
    /// Peering connections, also those that ended.
    pub peerings: Table<PeeringId, Peering>,
    /// Flow logs.
    pub flow_logs: Table<FlowLogId, FlowLog>,
    /// Groups in other VPCs.
    pub associations: Table<(GroupId, VpcId), Association>,
    /// Client tokens: scope and token.
    pub tokens: Table<String, Token>,
    /// The rows of what files declare, as the last apply made them; a difference to the state is drift.
    pub baseline: Table<String, Vec<u8>>,
}

impl State {
    /// The default VPC of an account and region; none where the platform is Classic or it was deleted.
    pub fn default_vpc(&self, scope: &Scope) -> Option<&Arc<Vpc>> {
        self.vpcs.values().find(|vpc| vpc.is_default && vpc.scope == *scope)
    }

    /// Whether names and launches without a VPC mean EC2-Classic here.
    pub fn is_classic(&self, scope: &Scope) -> bool {
        self.accounts.get(&scope.account).is_some_and(|account| account.classic.contains(&scope.region))
    }

    /// The groups of a network of an account and region.
    pub fn groups_of<'a>(
        &'a self,
        scope: &'a Scope,
        network: &'a Network,
    ) -> impl Iterator<Item = &'a Arc<SecurityGroup>> {
        self.groups.values().filter(move |group| group.network == *network && group.scope == *scope)
    }

    /// The group with this name in a network (F8).
    pub fn group_named(&self, scope: &Scope, network: &Network, name: &str) -> Option<&Arc<SecurityGroup>> {
        self.groups.values().find(|it| it.name == name && it.network == *network && it.scope == *scope)
    }

    /// The default group of a network (F14).
    pub fn default_group(&self, scope: &Scope, network: &Network) -> Option<&Arc<SecurityGroup>> {
        self.group_named(scope, network, DEFAULT_GROUP)
    }

    /// The group that holds this rule.
    pub fn group_of_rule(&self, rule: &RuleId) -> Option<&Arc<SecurityGroup>> {
        self.groups.values().find(|group| group.rules.iter().any(|it| it.id == *rule))
    }

    /// The interfaces that are members of a group, also those of stopped instances (F23).
    pub fn members<'a>(&'a self, group: &'a GroupId) -> impl Iterator<Item = &'a Arc<NetworkInterface>> {
        self.interfaces.values().filter(move |it| it.groups.contains(group) && !self.is_terminated(it))
    }

    /// The interfaces of an instance, the primary one first.
    pub fn interfaces_of(&self, instance: &InstanceId) -> Vec<&Arc<NetworkInterface>> {
        let index = |it: &Arc<NetworkInterface>| {
            it.attachment.as_ref().filter(|attachment| attachment.instance == *instance).map(|it| it.index)
        };
        let mut found: Vec<_> = self.interfaces.values().filter_map(|it| Some((index(it)?, it))).collect();
        found.sort_by_key(|(index, _)| *index);
        found.into_iter().map(|(_, it)| it).collect()
    }

    /// The active peering connection of two VPCs (F103).
    pub fn active_peering(&self, a: &VpcId, b: &VpcId) -> Option<&Arc<Peering>> {
        self.peerings.values().find(|it| it.status == PeeringStatus::Active && it.joins(a, b))
    }

    /// The VPCs that a VPC is actively peered with.
    pub fn peers<'a>(&'a self, vpc: &'a VpcId) -> impl Iterator<Item = &'a VpcId> {
        let active = self.peerings.values().filter(|it| it.status == PeeringStatus::Active);
        active.filter_map(move |it| it.other(vpc)).map(|end| &end.vpc)
    }

    /// Whether a group may be used in a VPC: it is the group's own, or an associated one.
    pub fn is_usable_in(&self, group: &SecurityGroup, vpc: &VpcId) -> bool {
        let associated = self.associations.get(&(group.id.clone(), vpc.clone()));
        group.vpc() == Some(vpc) || associated.is_some_and(|it| it.state == AssociationState::Associated)
    }

    fn is_terminated(&self, interface: &NetworkInterface) -> bool {
        let holder = interface.attachment.as_ref().and_then(|it| self.instances.get(&it.instance));
        holder.is_some_and(|it| it.state == InstanceState::Terminated)
    }
}
