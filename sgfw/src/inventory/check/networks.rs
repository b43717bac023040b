//! Accounts, VPCs, subnets, gateways, prefix lists, peerings and associations.

use super::{Checked, hold, rows};
use crate::inventory::{LEGACY_GROUP, Network, Peering, PeeringStatus, Scope, State, Subnet, Vpc, VpcId};
use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use std::collections::BTreeSet;

pub(super) fn check(state: &State) -> Checked {
    rows! { state: vpcs subnets gateways prefix_lists peerings }
    vpcs(state)?;
    state.subnets.values().try_for_each(|it| subnet(state, it))?;
    gateways(state)?;
    lists(state)?;
    peerings(state)?;
    associations(state)
}

fn vpcs(state: &State) -> Checked {
    let mut defaults: BTreeSet<&Scope> = BTreeSet::new();
    for vpc in state.vpcs.values() {
        hold(!vpc.v4.is_empty(), || format!("{} has no IPv4 block", vpc.id))?;
        hold(!vpc.is_default || defaults.insert(&vpc.scope), || format!("{} is a second default VPC", vpc.id))?;
        let group = state.default_group(&vpc.scope, &Network::Vpc(vpc.id.clone()));
        hold(group.is_some(), || format!("{} has no default group", vpc.id))?;
        blocks(&vpc.id, &vpc.v4, &vpc.v6)?;
    }
    Ok(())
}

fn blocks(id: &impl std::fmt::Display, v4: &[Ipv4Net], v6: &[Ipv6Net]) -> Checked {
    let all: Vec<IpNet> = v4.iter().copied().map(IpNet::V4).chain(v6.iter().copied().map(IpNet::V6)).collect();
    for (at, block) in all.iter().enumerate() {
        hold(block.trunc() == *block, || format!("{id}: {block} has host bits"))?;
        hold(!all[..at].iter().any(|it| overlap(it, block)), || format!("{id}: {block} overlaps another block"))?;
    }
    Ok(())
}

fn overlap(a: &IpNet, b: &IpNet) -> bool {
    a.contains(b) || b.contains(a)
}

fn subnet(state: &State, subnet: &Subnet) -> Checked {
    let id = &subnet.id;
    let vpc = state.vpcs.get(&subnet.vpc).ok_or_else(|| format!("{id}: {} does not exist", subnet.vpc))?;
    hold(subnet.v4.is_some() || subnet.v6.is_some(), || format!("{id} has no block"))?;
    let own: Vec<IpNet> = own(subnet).collect();
    hold(own.iter().all(|block| within(vpc, block)), || format!("{id} is not within {}", vpc.id))?;
    let others = state.subnets.values().filter(|it| it.vpc == subnet.vpc && it.id < subnet.id);
    let clash = others.into_iter().find(|it| self::own(it).any(|a| own.iter().any(|b| overlap(&a, b))));
    hold(clash.is_none(), || format!("{id} overlaps another subnet"))
}

fn own(subnet: &Subnet) -> impl Iterator<Item = IpNet> {
    subnet.v4.map(IpNet::V4).into_iter().chain(subnet.v6.map(IpNet::V6))
}

fn within(vpc: &Vpc, block: &IpNet) -> bool {
    match block {
        IpNet::V4(block) => vpc.v4.iter().any(|it| it.contains(block)),
        IpNet::V6(block) => vpc.v6.iter().any(|it| it.contains(block)),
    }
}

fn gateways(state: &State) -> Checked {
    let mut attached: BTreeSet<&VpcId> = BTreeSet::new();
    for gateway in state.gateways.values() {
        let Some(vpc) = &gateway.vpc else { continue };
        let found = state.vpcs.get(vpc).filter(|it| it.scope == gateway.scope);
        hold(found.is_some(), || format!("{}: {vpc} does not exist", gateway.id))?;
        hold(attached.insert(vpc), || format!("{vpc} has two gateways"))?;
        let legacy = state.group_named(&gateway.scope, &Network::Vpc(vpc.clone()), LEGACY_GROUP);
        hold(legacy.is_none(), || format!("{vpc} has a gateway and the group {LEGACY_GROUP}"))?;
    }
    Ok(())
}

fn lists(state: &State) -> Checked {
    for list in state.prefix_lists.values() {
        let id = &list.id;
        let full = list.entries.len() > list.max_entries as usize;
        hold(list.owner.is_file() || !full, || format!("{id} has more entries than it may"))?;
        let mut seen = BTreeSet::new();
        for entry in &list.entries {
            hold(list.family.takes(&entry.cidr), || format!("{id}: {} is of another family", entry.cidr))?;
            hold(entry.cidr.trunc() == entry.cidr, || format!("{id}: {} has host bits", entry.cidr))?;
            hold(seen.insert(entry.cidr), || format!("{id} has {} twice", entry.cidr))?;
        }
        hold(!list.earlier.contains_key(&list.version), || format!("{id}: its version is an earlier one too"))?;
    }
    Ok(())
}

/// Two VPCs are joined by one active connection at most, and it joins VPCs that exist.
fn peerings(state: &State) -> Checked {
    let live = |it: &Peering| it.status == PeeringStatus::Active;
    for it in state.peerings.values().filter(|it| live(it)) {
        hold(it.requester.vpc != it.accepter.vpc, || format!("{} joins a VPC with itself", it.id))?;
        let again = state
            .peerings
            .values()
            .find(|other| other.id < it.id && live(other) && other.joins(&it.requester.vpc, &it.accepter.vpc));
        hold(again.is_none(), || format!("{} joins what another joins", it.id))?;
        for end in [&it.requester, &it.accepter] {
            let vpc = state.vpcs.get(&end.vpc).ok_or_else(|| format!("{}: {} does not exist", it.id, end.vpc))?;
            let whose = vpc.scope.account == end.account && vpc.scope.region == it.region;
            hold(whose, || format!("{}: {} is another account's or region's", it.id, end.vpc))?;
        }
    }
    Ok(())
}

fn associations(state: &State) -> Checked {
    for ((group, vpc), it) in &state.associations {
        hold((group, vpc) == (&it.group, &it.vpc), || format!("{group}/{vpc} is kept as another"))?;
        let scope = state.groups.get(group).map(|it| &it.scope);
        let known = scope.ok_or_else(|| format!("{group}, which is associated with {vpc}, does not exist"))?;
        let there =
            state.vpcs.get(vpc).ok_or_else(|| format!("{vpc}, with which {group} is associated, does not exist"))?;
        hold(known.region == there.scope.region, || format!("{group} is associated across regions"))?;
        let own = state.groups.get(group).is_some_and(|it| it.vpc() == Some(vpc));
        hold(!own, || format!("{group} is associated with its own VPC"))?;
    }
    Ok(())
}
