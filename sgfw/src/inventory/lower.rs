//! From everything there is to what packets are judged by: one [`Snapshot`] for this host.
//!
//! * Groups of the home VPC keep their names; all others go by their ids, which no name can look like (F7).
//! * A group that is associated with other VPCs becomes one group for each VPC, with the members there, so that the same
//!   private address in two VPCs is never taken for the other (F1).
//! * A reference leads to the members in the rule's own VPC and in actively peered ones; a stale one disappears (F110).
//! * An interface with a device is one of this host; every other one is a member that lives elsewhere.

use super::{
    AssociationState, Family, GroupId, GroupRef, GroupRule, LocalDevice, ManagedPrefixList, Network, NetworkInterface,
    PeeringStatus, PrefixListId, Reference, RulePeer, SecurityGroup, State, VpcId,
};
use crate::model::{
    Direction, Group, Interface, Link, Member, Origin, Peer, PrefixList, PrefixListEntry, Rule, Snapshot,
};
use std::collections::{BTreeMap, BTreeSet};

/// A snapshot, and the way back from its names.
#[derive(Clone, Debug, Default)]
pub struct Lowered {
    /// What packets are judged by.
    pub snapshot: Snapshot,
    /// The group behind each name of the snapshot's groups.
    pub groups: BTreeMap<String, GroupId>,
}

/// Lowers a state.
pub fn lower(state: &State) -> Lowered {
    let lowering = Lowering::new(state);
    let mut lowered = Lowered::default();
    for group in state.groups.values() {
        for place in lowering.places(group) {
            let name = lowering.name(group, place.as_ref());
            lowered.groups.insert(name.clone(), group.id.clone());
            lowered.snapshot.groups.insert(name.clone(), lowering.group(group, place.as_ref(), name));
        }
    }
    for list in state.prefix_lists.values() {
        let list = lowering.prefix_list(list);
        lowered.snapshot.prefix_lists.insert(list.name.clone(), list);
    }
    for interface in state.interfaces.values() {
        lowering.interface(interface, &mut lowered.snapshot);
    }
    lowered
}

/// A state with what leads from its objects to the names of a snapshot.
pub(super) struct Lowering<'a> {
    state: &'a State,
    home: Option<&'a VpcId>,
    /// The VPCs that groups are used in beside their own.
    elsewhere: BTreeMap<&'a GroupId, Vec<&'a VpcId>>,
    /// VPCs that each VPC is peered with.
    peers: BTreeMap<&'a VpcId, Vec<&'a VpcId>>,
    /// Prefix lists that go by their names.
    named: BTreeSet<&'a PrefixListId>,
}

impl<'a> Lowering<'a> {
    pub(super) fn new(state: &'a State) -> Self {
        let mut elsewhere: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for it in state.associations.values().filter(|it| it.state == AssociationState::Associated) {
            elsewhere.entry(&it.group).or_default().push(&it.vpc);
        }
        let mut peers: BTreeMap<_, Vec<_>> = state.vpcs.keys().map(|vpc| (vpc, Vec::new())).collect();
        for peering in state.peerings.values().filter(|it| it.status == PeeringStatus::Active) {
            let (a, b) = (&peering.requester.vpc, &peering.accepter.vpc);
            for (here, there) in [(a, b), (b, a)] {
                peers.entry(here).and_modify(|peers| peers.push(there));
            }
        }
        let home = state.default_vpc(&state.settings.home).map(|vpc| &vpc.id);
        Self { state, home, elsewhere, peers, named: named(state) }
    }

    /// Whether the way from objects to names is the same in both.
    pub(super) fn leads_as(&self, other: &Lowering<'_>) -> bool {
        self.state.settings.home == other.state.settings.home
            && (self.home, &self.elsewhere, &self.peers) == (other.home, &other.elsewhere, &other.peers)
    }

    /// The VPCs in which a group counts, its own first; none stands for EC2-Classic.
    pub(super) fn places(&self, group: &SecurityGroup) -> Vec<Option<VpcId>> {
        let own = std::iter::once(group.vpc().cloned());
        let others = self.elsewhere.get(&group.id).into_iter().flatten().map(|vpc| Some((*vpc).clone()));
        own.chain(others).collect()
    }

    /// What a group is called where it counts.
    pub(super) fn name(&self, group: &SecurityGroup, place: Option<&VpcId>) -> String {
        match place {
            Some(vpc) if group.vpc() != Some(vpc) => format!("{}@{vpc}", group.id),
            Some(vpc) if Some(vpc) == self.home => group.name.clone(),
            _ => group.id.to_string(),
        }
    }

    /// A list of the home account goes by its name if no other one has it, every other list by its id.
    pub(super) fn list(&self, list: &ManagedPrefixList) -> String {
        if self.named.contains(&list.id) { list.name.clone() } else { list.id.to_string() }
    }

    /// A list with its entries sorted by block.
    pub(super) fn prefix_list(&self, list: &ManagedPrefixList) -> PrefixList {
        let entry = |it: &super::ListEntry| PrefixListEntry { block: it.cidr, description: it.description.clone() };
        let mut entries: Vec<PrefixListEntry> = list.entries.iter().map(entry).collect();
        entries.sort();
        entries.dedup();
        PrefixList { name: self.list(list), id: Some(list.id.to_string()), entries }
    }

    /// The group as it counts in this place, under this name.
    pub(super) fn group(&self, group: &SecurityGroup, place: Option<&VpcId>, name: String) -> Group {
        let rules = |direction| group.rules(direction).flat_map(|rule| self.rules(group, place, rule)).collect();
        Group {
            name,
            id: Some(group.id.to_string()),
            description: Some(group.description.clone()).filter(|text| !text.is_empty()),
            tags: group.tags.clone(),
            ingress: rules(Direction::Ingress),
            egress: rules(Direction::Egress),
        }
        .canonical()
    }

    fn rules(&self, group: &SecurityGroup, place: Option<&VpcId>, rule: &GroupRule) -> Vec<Rule> {
        let peers = match &rule.peer {
            RulePeer::Cidr(block) => vec![Peer::Cidr(*block)],
            RulePeer::PrefixList(id) => {
                let list = self.state.prefix_lists.get(id);
                list.map(|list| Peer::PrefixList(self.list(list))).into_iter().collect()
            }
            RulePeer::Group(to) => self.referred(group, place, to).into_iter().map(Peer::Group).collect(),
        };
        let origin = Origin { id: Some(rule.id.to_string()), ..rule.origin.clone() };
        let make =
            |peer| Rule { traffic: rule.traffic, peer, description: rule.description.clone(), origin: origin.clone() };
        peers.into_iter().map(make).collect()
    }

    /// The snapshot's groups that a reference in a rule leads to, as seen from a VPC.
    fn referred(&self, from: &SecurityGroup, place: Option<&VpcId>, to: &GroupRef) -> Vec<String> {
        let Some(target) = self.state.groups.get(&to.id) else { return Vec::new() };
        let Some(here) = place else {
            let live = self.state.reference(from, to) == Reference::Live;
            return live.then(|| self.name(target, target.vpc())).into_iter().collect();
        };
        let peered = self.peers.get(here).into_iter().flatten().copied();
        let near = std::iter::once(here).chain(peered);
        near.filter(|vpc| self.state.is_usable_in(target, vpc)).map(|vpc| self.name(target, Some(vpc))).collect()
    }

    /// The groups of an interface, by the names they have where it is.
    fn memberships(&self, interface: &NetworkInterface) -> BTreeSet<String> {
        let groups = interface.groups.iter().filter_map(|id| self.state.groups.get(id));
        let place = |group: &SecurityGroup| match &interface.network {
            Network::Vpc(vpc) => self.name(group, Some(vpc)),
            Network::Classic => self.name(group, None),
        };
        groups.map(|group| place(group)).collect()
    }

    /// Whether nothing can come from it or go to it: its instance has ended, or it is elsewhere without an address.
    pub(super) fn is_hidden(&self, interface: &NetworkInterface) -> bool {
        let holder = interface.attachment.as_ref().and_then(|it| self.state.instances.get(&it.instance));
        holder.is_some_and(|it| it.state == super::InstanceState::Terminated)
            || (interface.device.is_none() && interface.addresses.is_empty())
    }

    /// Adds an interface to those of this host, or to the members that live elsewhere.
    pub(super) fn interface(&self, interface: &NetworkInterface, snapshot: &mut Snapshot) {
        if self.is_hidden(interface) {
            return;
        }
        let (name, groups) = (interface.label().to_owned(), self.memberships(interface));
        let addresses: BTreeSet<_> = interface.addresses.iter().copied().collect();
        match &interface.device {
            Some(device) => {
                snapshot.interfaces.insert(name.clone(), local(interface, device, name, addresses, groups));
            }
            None => {
                snapshot.members.insert(name.clone(), Member { name, addresses, groups });
            }
        }
    }
}

/// The prefix lists of the home account whose names are theirs alone, and no ids.
fn named(state: &State) -> BTreeSet<&PrefixListId> {
    let mut names: BTreeMap<&str, Vec<&PrefixListId>> = BTreeMap::new();
    for list in state.prefix_lists.values().filter(|list| list.scope == state.settings.home) {
        names.entry(&list.name).or_default().push(&list.id);
    }
    let alone = names.into_iter().filter(|(name, ids)| ids.len() == 1 && PrefixListId::parse(name).is_err());
    alone.flat_map(|(_, ids)| ids).collect()
}

fn local(
    interface: &NetworkInterface,
    device: &LocalDevice,
    name: String,
    addresses: BTreeSet<std::net::IpAddr>,
    groups: BTreeSet<String>,
) -> Interface {
    Interface {
        name,
        device: device.device.clone(),
        netns: device.netns.clone(),
        side: device.side,
        addresses,
        groups,
        hook: device.hook,
        source_check: interface.source_dest_check,
        trunk: device.trunk,
        timeouts: interface.timeouts,
        never_filtered: device.never_filtered,
        icmp_errors: device.icmp_errors,
        ethertypes: device.ethertypes.clone(),
        link: Link::default(),
    }
}

impl Family {
    /// Whether a block of this kind may be in the list.
    pub fn takes(self, block: &ipnet::IpNet) -> bool {
        match self {
            Self::V4 => matches!(block, ipnet::IpNet::V4(_)),
            Self::V6 => matches!(block, ipnet::IpNet::V6(_)),
            Self::Both => true,
        }
    }
}
