//! Peering connections.

use super::object::Object;
use super::work::Work;
use super::{DeclaredEnd, DeclaredPeering, NetworkKey, Place, VpcKey};
use crate::inventory::{Owner, Peering, PeeringEnd, PeeringId, PeeringStatus, VpcId};
use ipnet::IpNet;
use std::collections::BTreeMap;

pub(super) fn adopt(work: &mut Work<'_>) {
    let declared = work.declared;
    for it in &declared.peerings {
        if let Some(peering) = peering(work, it) {
            work.put(peering, &it.place);
        }
    }
}

fn peering(work: &mut Work<'_>, it: &DeclaredPeering) -> Option<Peering> {
    let known = it.id.as_ref().and_then(|id| work.state.peerings.get(id)).cloned();
    let requester = end(work, &it.requester, known.as_deref().map(|old| &old.requester), &it.place)?;
    let accepter = end(work, &it.accepter, known.as_deref().map(|old| &old.accepter), &it.place)?;
    let region = [&requester.vpc, &accepter.vpc].into_iter().find_map(|id| work.state.vpcs.get(id));
    let region = it.region.clone().or_else(|| region.map(|vpc| vpc.scope.region.clone()));
    let (a, b) = (requester.vpc.clone(), accepter.vpc.clone());
    let id = it.id.clone().unwrap_or_else(|| PeeringId::derive(&["peering", a.as_str(), b.as_str()]));
    let known = work.state.peerings.get(&id);
    Some(Peering {
        region: region.unwrap_or_else(|| work.home.region.clone()),
        requester,
        accepter,
        status: it.status,
        ended_by: it.ended_by.clone(),
        expires: it.expires.clone().or_else(|| expires(known, it.status)),
        tags: it.tags.clone(),
        owner: Owner::Action,
        id,
    })
}

/// What the known one says, as long as it stays unanswered.
fn expires(known: Option<&std::sync::Arc<Peering>>, status: PeeringStatus) -> Option<String> {
    let pending = known.filter(|old| old.status == status && status == PeeringStatus::PendingAcceptance);
    pending.and_then(|old| old.expires.clone())
}

/// One side: what the file says, what was known when it was made, or what its VPC is now.
fn end(work: &mut Work<'_>, it: &DeclaredEnd, known: Option<&PeeringEnd>, place: &Place) -> Option<PeeringEnd> {
    let vpc = match &it.vpc {
        VpcKey::Id(id) if it.is_complete() => id.clone(),
        key => work.network(&NetworkKey::Vpc(key.clone()), place)?.1.vpc()?.clone(),
    };
    let now = work.state.vpcs.get(&vpc);
    let known = known.filter(|end| end.vpc == vpc);
    let account = it.account.clone().or_else(|| now.map(|vpc| vpc.scope.account.clone()))?;
    let blocks = |end: Option<&PeeringEnd>| end.map(|end| (end.v4.clone(), end.v6.clone()));
    let (v4, v6) = blocks(known).or_else(|| now.map(|vpc| (vpc.v4.clone(), vpc.v6.clone()))).unwrap_or_default();
    let v6 = if it.v4.is_some() { it.v6.clone().unwrap_or_default() } else { v6 };
    Some(PeeringEnd { account, vpc, v4: it.v4.clone().unwrap_or(v4), v6 })
}

/// What cannot be peered: a VPC with itself, across regions, overlapping blocks, twice (F103, F104).
pub(super) fn check(work: &mut Work<'_>) {
    let mut found = Vec::new();
    let mut pairs: BTreeMap<(&VpcId, &VpcId), &Peering> = BTreeMap::new();
    for it in work.state.peerings.values() {
        if !matches!(it.status, PeeringStatus::Active | PeeringStatus::PendingAcceptance) {
            continue;
        }
        let (a, b) = (&it.requester.vpc, &it.accepter.vpc);
        let other = pairs.insert((a.min(b), a.max(b)), it);
        let place = |it: &Peering| work.place_of::<Peering>(&it.id).cloned();
        let Some(at) = place(it).or_else(|| other.and_then(place)) else { continue };
        if let Some(other) = other {
            let message = format!("{a} and {b} are peered by {} already", other.words());
            found.push((at.clone(), message, "say that one of them ended: `status: deleted`"));
        }
        if let Some((message, help)) = wrong(work, it) {
            found.push((at, message, help));
        }
    }
    for (place, message, help) in found {
        work.refuse(&place, message, help);
    }
}

fn wrong(work: &Work<'_>, it: &Peering) -> Option<(String, &'static str)> {
    let (a, b) = (&it.requester.vpc, &it.accepter.vpc);
    if a == b {
        return Some((format!("{a} cannot be peered with itself"), "name two VPCs"));
    }
    let ends = [a, b].map(|id| work.state.vpcs.get(id));
    if let Some(vpc) = ends.into_iter().flatten().find(|vpc| vpc.scope.region != it.region) {
        let message = format!("{} is in {}, the connection in {}", vpc.id, vpc.scope.region, it.region);
        return Some((message, "peer VPCs of one region"));
    }
    let [Some(a), Some(b)] = ends else { return None };
    let overlap = overlap(&blocks(&a.v4, &a.v6), &blocks(&b.v4, &b.v6))?;
    let message = format!("{} and {} overlap in {overlap}, so they cannot be peered", a.id, b.id);
    Some((message, "give them blocks of their own"))
}

fn blocks(v4: &[ipnet::Ipv4Net], v6: &[ipnet::Ipv6Net]) -> Vec<IpNet> {
    v4.iter().copied().map(IpNet::V4).chain(v6.iter().copied().map(IpNet::V6)).collect()
}

/// The smaller of two blocks that overlap.
pub(super) fn overlap(a: &[IpNet], b: &[IpNet]) -> Option<IpNet> {
    let pairs = a.iter().flat_map(|a| b.iter().map(move |b| (a, b)));
    let within = |(a, b): (&IpNet, &IpNet)| {
        if a.contains(b) {
            return Some(*b);
        }
        b.contains(a).then_some(*a)
    };
    pairs.into_iter().find_map(within)
}
