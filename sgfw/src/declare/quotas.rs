//! Limits that files set hold for what they declare. Those that no file sets are for actions only.

use super::work::Work;
use super::{DeclaredQuotas, Place};
use crate::inventory::{
    Family, GroupRule, ManagedPrefixList, Network, NetworkInterface, Peering, PeeringStatus, RulePeer, Scope,
    SecurityGroup, State, Vpc, VpcId,
};
use crate::model::Direction;
use ipnet::IpNet;
use std::collections::BTreeMap;

/// Refuses what is too much.
pub(super) fn check(work: &mut Work<'_>) {
    let Some(limits) = work.declared.quotas.as_ref().filter(|limits| limits.holds) else { return };
    let found = [groups(work, limits), rules(work, limits), interfaces(work, limits), lists(work, limits)].concat();
    let more = [vpcs(work, limits), peerings(work, limits)].concat();
    for (place, message, name) in found.into_iter().chain(more) {
        work.refuse(&place, message, format!("raise `{name}` under `quotas`, or declare less"));
    }
}

type Over = (Place, String, &'static str);

/// The limit, if a file sets it.
fn limit(limits: &DeclaredQuotas, name: &str, value: impl Into<Option<u32>>) -> Option<usize> {
    let set = limits.set.contains(name);
    value.into().filter(|_| set).map(|value| usize::try_from(value).unwrap_or(usize::MAX))
}

/// Counts things by where they are, and tells the first declared one that is too many.
fn count<K: Ord>(
    items: impl Iterator<Item = (K, Option<Place>)>,
    most: Option<usize>,
    noun: &str,
    name: &'static str,
) -> Vec<Over> {
    let Some(most) = most else { return Vec::new() };
    let mut counts: BTreeMap<K, (usize, Option<Place>)> = BTreeMap::new();
    for (key, place) in items {
        let (count, last) = counts.entry(key).or_default();
        *count += 1;
        *last = place.max(last.take());
    }
    let over = counts.into_values().filter(|(count, _)| *count > most);
    over.filter_map(|(count, place)| Some((place?, format!("{count} {noun}; {most} are allowed"), name))).collect()
}

fn groups(work: &Work<'_>, limits: &DeclaredQuotas) -> Vec<Over> {
    let quotas = &limits.quotas;
    let of = |classic: bool| {
        let groups = work.state.groups.values().filter(move |it| (it.network == Network::Classic) == classic);
        groups.map(|it| (it, work.place_of::<SecurityGroup>(&it.id).cloned()))
    };
    let region = limit(limits, "groups-per-region", quotas.groups_per_region);
    let vpc = limit(limits, "groups-per-vpc", quotas.groups_per_vpc);
    let classic = limit(limits, "classic-groups", quotas.classic_groups);
    [
        count(of(false).map(|(it, at)| (&it.scope, at)), region, "groups in the region", "groups-per-region"),
        count(of(false).map(|(it, at)| (it.vpc(), at)), vpc, "groups in the VPC", "groups-per-vpc"),
        count(of(true).map(|(it, at)| (&it.scope, at)), classic, "groups of EC2-Classic", "classic-groups"),
    ]
    .concat()
}

/// Inbound and outbound apart, IPv4 and IPv6 apart.
fn rules(work: &Work<'_>, limits: &DeclaredQuotas) -> Vec<Over> {
    let mut over = Vec::new();
    for group in work.state.groups.values() {
        let Some(at) = work.place_of::<SecurityGroup>(&group.id) else { continue };
        let (name, value) = match group.network {
            Network::Vpc(_) => ("rules-per-group", limits.quotas.rules_per_group),
            Network::Classic => ("classic-rules", limits.quotas.classic_rules),
        };
        let Some(most) = limit(limits, name, value) else { continue };
        for direction in [Direction::Ingress, Direction::Egress] {
            let count = weight(&work.state, group.rules(direction));
            if count > most {
                over.push((at.clone(), format!("{count} {direction} rules; {most} are allowed"), name));
            }
        }
    }
    over
}

/// What rules count in the family of which there are more: a list counts its weight, a group in both.
fn weight<'a>(state: &State, rules: impl Iterator<Item = &'a GroupRule>) -> usize {
    let (mut v4, mut v6) = (0, 0);
    for rule in rules {
        let (more4, more6) = match &rule.peer {
            RulePeer::Cidr(IpNet::V4(_)) => (1, 0),
            RulePeer::Cidr(IpNet::V6(_)) => (0, 1),
            RulePeer::Group(_) => (1, 1),
            RulePeer::PrefixList(id) => state.prefix_lists.get(id).map_or((0, 0), |list| of_list(list)),
        };
        (v4, v6) = (v4 + more4, v6 + more6);
    }
    v4.max(v6)
}

fn of_list(list: &ManagedPrefixList) -> (usize, usize) {
    let weight = usize::try_from(list.weight()).unwrap_or(usize::MAX);
    match list.family {
        Family::V4 => (weight, 0),
        Family::V6 => (0, weight),
        Family::Both => (weight, weight),
    }
}

fn interfaces(work: &Work<'_>, limits: &DeclaredQuotas) -> Vec<Over> {
    let quotas = &limits.quotas;
    let region = limit(limits, "interfaces-per-region", quotas.interfaces_per_region);
    let all = || work.state.interfaces.values().map(|it| (it, work.place_of::<NetworkInterface>(&it.id)));
    let mut over = count(
        all().map(|(it, at)| (&it.scope, at.cloned())),
        region,
        "interfaces in the region",
        "interfaces-per-region",
    );
    for (it, at) in all().filter_map(|(it, at)| Some((it, at?))) {
        let (name, value) = match it.network {
            Network::Vpc(_) => ("groups-per-interface", quotas.groups_per_interface),
            Network::Classic => ("classic-groups-per-instance", quotas.classic_groups_per_instance),
        };
        let most = limit(limits, name, value);
        if let Some(most) = most.filter(|most| it.groups.len() > *most) {
            over.push((at.clone(), format!("{} groups; {most} are allowed", it.groups.len()), name));
        }
    }
    over
}

fn lists(work: &Work<'_>, limits: &DeclaredQuotas) -> Vec<Over> {
    let quotas = &limits.quotas;
    let ours = || work.state.prefix_lists.values().filter(|it| it.aws_weight.is_none());
    let place = |it: &ManagedPrefixList| work.place_of::<ManagedPrefixList>(&it.id).cloned();
    let region = limit(limits, "prefix-lists-per-region", quotas.prefix_lists_per_region);
    let name = "prefix-lists-per-region";
    let mut over = count(ours().map(|it| (&it.scope, place(it))), region, "prefix lists in the region", name);
    let Some(most) = limit(limits, "entries-per-prefix-list", quotas.entries_per_prefix_list) else { return over };
    for (it, at) in ours().filter_map(|it| Some((it, place(it)?))) {
        if it.entries.len() > most {
            let message = format!("{} entries; {most} are allowed", it.entries.len());
            over.push((at, message, "entries-per-prefix-list"));
        }
    }
    over
}

fn vpcs(work: &Work<'_>, limits: &DeclaredQuotas) -> Vec<Over> {
    let most = limit(limits, "vpcs-per-region", limits.quotas.vpcs_per_region);
    let all = work.state.vpcs.values().map(|it| (&it.scope, work.place_of::<Vpc>(&it.id).cloned()));
    count::<&Scope>(all, most, "VPCs in the region", "vpcs-per-region")
}

fn peerings(work: &Work<'_>, limits: &DeclaredQuotas) -> Vec<Over> {
    let of = |status: PeeringStatus| {
        let all = work.state.peerings.values().filter(move |it| it.status == status);
        all.flat_map(|it| {
            let place = work.place_of::<Peering>(&it.id).cloned();
            [(&it.requester.vpc, place.clone()), (&it.accepter.vpc, place)]
        })
    };
    let active = limit(limits, "active-peerings-per-vpc", limits.quotas.active_peerings_per_vpc);
    let pending = limit(limits, "pending-peerings-per-vpc", limits.quotas.pending_peerings_per_vpc);
    let noun = "peering connections of the VPC";
    [
        count::<&VpcId>(of(PeeringStatus::Active), active, noun, "active-peerings-per-vpc"),
        count::<&VpcId>(of(PeeringStatus::PendingAcceptance), pending, noun, "pending-peerings-per-vpc"),
    ]
    .concat()
}
