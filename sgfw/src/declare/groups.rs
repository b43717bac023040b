//! Groups and their rules. All groups get their ids first: rules may refer to any of them.

use super::names::{NamedGroup, Site};
use super::networks::vpc_of;
use super::work::Work;
use super::{DeclaredAssociation, DeclaredGroup, DeclaredPeer, DeclaredRule, GroupKey, ListKey, Place, VpcKey};
use crate::inventory::{
    Association, AssociationState, GroupId, GroupRef, GroupRule, ManagedPrefixList, Network, Owner, PrefixListId,
    RuleId, RulePeer, Scope, SecurityGroup, VpcId, classic_default_group, default_group, default_group_id,
    default_words,
};
use crate::model::{DEFAULT_GROUP, Direction, Origin, Traffic};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// The ids of the declared groups and prefix lists, in the order of the declarations; none where one was refused.
#[derive(Default)]
pub(super) struct Ids {
    pub(super) groups: Vec<Option<GroupId>>,
    pub(super) lists: Vec<Option<PrefixListId>>,
}

/// Adopts all groups, first without rules.
pub(super) fn adopt(work: &mut Work<'_>, ids: &mut Ids) {
    let declared = work.declared;
    for it in &declared.groups {
        let id = group(work, it);
        ids.groups.push(id);
    }
    default_groups(work);
}

fn group(work: &mut Work<'_>, it: &DeclaredGroup) -> Option<GroupId> {
    let (scope, network) = work.network(&it.network, &it.place)?;
    let named = work.state.group_named(&scope, &network, &it.name).map(|group| group.id.clone());
    let is_default = it.name == DEFAULT_GROUP;
    let derived = || if is_default { default_group_id(&scope, &network) } else { derive(&scope, &network, &it.name) };
    let id = it.id.clone().or_else(|| named.clone()).unwrap_or_else(derived);
    if let Some(standing) = named.filter(|standing| is_default && *standing != id) {
        work.drop::<SecurityGroup>(&standing, &it.place);
    }
    let known = work.state.groups.get(&id).cloned();
    let elsewhere =
        |old: &&Arc<SecurityGroup>| (&old.scope, &old.network) != (&scope, &network) && !old.owner.is_file();
    if let Some(other) = known.as_ref().filter(elsewhere) {
        let message = format!("security group {id} is there already, in {}", other.network);
        work.refuse(&it.place, message, "give this one another id");
        return None;
    }
    // The rules that there are keep their ids; those that are not declared go with the second step.
    let rules = known.map(|old| old.rules.clone()).unwrap_or_default();
    let description = it.description.clone().or_else(|| is_default.then(|| default_words(&network).into()));
    let group = SecurityGroup {
        id: id.clone(),
        scope,
        network,
        name: it.name.clone(),
        description: description.unwrap_or_default(),
        rules,
        tags: it.tags.clone(),
        owner: Owner::Action,
    };
    work.put(group, &it.place);
    Some(id)
}

fn derive(scope: &Scope, network: &Network, name: &str) -> GroupId {
    GroupId::derive(&["group", scope.account.as_str(), &scope.region, &network.to_string(), name])
}

/// Every VPC and every region of EC2-Classic has a default group (F14).
fn default_groups(work: &mut Work<'_>) {
    let with: HashSet<VpcId> =
        work.state.groups.values().filter(|it| it.name == DEFAULT_GROUP).filter_map(|it| it.vpc().cloned()).collect();
    for vpc in work.state.vpcs.values().filter(|vpc| !with.contains(&vpc.id)) {
        let id = default_group_id(&vpc.scope, &Network::Vpc(vpc.id.clone()));
        let group = default_group(id, vpc);
        work.state.groups.insert(group.id.clone(), Arc::new(group));
    }
    for account in work.state.accounts.values() {
        // A region that nobody has looked at yet gets its group when somebody does.
        for region in account.classic.intersection(&account.begun) {
            let scope = Scope { account: account.id.clone(), region: region.clone() };
            if work.state.default_group(&scope, &Network::Classic).is_none() {
                let group = classic_default_group(&scope);
                work.state.groups.insert(group.id.clone(), Arc::new(group));
            }
        }
    }
}

/// Adopts the rules of all groups.
pub(super) fn rules(work: &mut Work<'_>, ids: &Ids) {
    let declared = work.declared;
    for (it, id) in declared.groups.iter().zip(&ids.groups) {
        let Some(group) = id.as_ref().and_then(|id| work.state.groups.get(id)).cloned() else { continue };
        let rules = rules_of(work, &group, it, ids);
        if rules != group.rules || !same_rows(&rules, &group.rules) {
            let group = SecurityGroup { rules, ..(*group).clone() };
            work.state.groups.insert(group.id.clone(), Arc::new(group));
        }
    }
}

/// Whether also what does not count for equality is the same: places, and what is remembered of groups.
fn same_rows(a: &[GroupRule], b: &[GroupRule]) -> bool {
    let remembered = |rule: &GroupRule| match &rule.peer {
        RulePeer::Group(to) => Some((to.account.clone(), to.vpc.clone(), to.name.clone(), to.peering.clone())),
        _ => None,
    };
    a.iter().zip(b).all(|(a, b)| {
        let places = (&a.origin.file, a.origin.line) == (&b.origin.file, b.origin.line);
        places && remembered(a) == remembered(b)
    })
}

fn rules_of(work: &mut Work<'_>, group: &SecurityGroup, it: &DeclaredGroup, ids: &Ids) -> Vec<GroupRule> {
    let v6 = group.vpc().and_then(|vpc| work.state.vpcs.get(vpc)).is_some_and(|vpc| !vpc.v6.is_empty());
    let mut rules = Vec::new();
    match &it.ingress {
        Some(declared) => rules.extend(made(work, group, Direction::Ingress, declared, ids)),
        None if it.name == DEFAULT_GROUP => rules.push(group.everything_from_itself()),
        None => {}
    }
    match &it.egress {
        Some(declared) => rules.extend(made(work, group, Direction::Egress, declared, ids)),
        None => rules.extend(group.everything_out(v6)),
    }
    keep_ids(group, rules)
}

fn made(
    work: &mut Work<'_>,
    group: &SecurityGroup,
    direction: Direction,
    declared: &[DeclaredRule],
    ids: &Ids,
) -> Vec<GroupRule> {
    declared.iter().filter_map(|it| rule(work, group, direction, it, ids)).collect()
}

fn rule(
    work: &mut Work<'_>,
    group: &SecurityGroup,
    direction: Direction,
    it: &DeclaredRule,
    ids: &Ids,
) -> Option<GroupRule> {
    let peer = match &it.peer {
        DeclaredPeer::Cidr(block) => RulePeer::Cidr(*block),
        DeclaredPeer::PrefixList(key) => RulePeer::PrefixList(list(work, group, key, &it.place, ids)?),
        DeclaredPeer::Remembered(to) => RulePeer::Group(to.clone()),
        DeclaredPeer::Group(key) => RulePeer::Group(referred(work, group, key, &it.place, ids)?),
    };
    let (description, tags) = (it.description.clone(), it.tags.clone());
    let origin = Origin { file: it.place.file.to_string(), line: it.place.line, id: None };
    let id = it.id.clone().unwrap_or_else(|| rule_id(&group.id, direction, it.traffic, &peer));
    Some(GroupRule { id, direction, traffic: it.traffic, peer, description, tags, origin })
}

fn rule_id(group: &GroupId, direction: Direction, traffic: Traffic, peer: &RulePeer) -> RuleId {
    let peer = match peer {
        RulePeer::Cidr(block) => block.to_string(),
        RulePeer::Group(to) => to.id.to_string(),
        RulePeer::PrefixList(list) => list.to_string(),
    };
    match traffic {
        // As a rule that a group begins with, for it may be one.
        Traffic::All => RuleId::derive(&[group.as_str(), &direction.to_string(), &peer]),
        _ => RuleId::derive(&[group.as_str(), &direction.to_string(), &traffic.to_string(), &peer]),
    }
}

/// Doubles go, and a rule that was there keeps its id unless the file gives it one.
fn keep_ids(group: &SecurityGroup, rules: Vec<GroupRule>) -> Vec<GroupRule> {
    let known: HashMap<_, &RuleId> =
        group.rules.iter().map(|it| ((it.direction, it.traffic, &it.peer), &it.id)).collect();
    let mut seen = HashSet::new();
    let mut kept = Vec::with_capacity(rules.len());
    for mut rule in rules {
        if !seen.insert((rule.direction, rule.traffic, rule.peer.clone())) {
            continue;
        }
        let derived = rule_id(&group.id, rule.direction, rule.traffic, &rule.peer);
        if let Some(id) = known.get(&(rule.direction, rule.traffic, &rule.peer)).filter(|_| rule.id == derived) {
            rule.id = (*id).clone();
        }
        kept.push(rule);
    }
    kept
}

/// The group that a rule refers to. What cannot be referred to from here is refused (F1, F56, F60, F103).
fn referred(work: &mut Work<'_>, from: &SecurityGroup, key: &GroupKey, at: &Place, ids: &Ids) -> Option<GroupRef> {
    let id = group_id(work, key, at, ids)?;
    let target = work.state.groups.get(&id)?.clone();
    match (from.vpc(), target.vpc()) {
        (Some(here), Some(there)) if here != there => across(work, from, &target, (here, there), at),
        (None, None) if from.scope.region == target.scope.region => Some(target.reference(None)),
        (Some(_), Some(_)) => Some(target.reference(None)),
        (None, None) => {
            work.refuse(at, format!("{id} is a group of another region"), "write its members' addresses instead");
            None
        }
        _ => {
            let message = "a group of a VPC and one of EC2-Classic cannot refer to each other";
            work.refuse(at, message, "write its members' addresses instead");
            None
        }
    }
}

fn across(
    work: &mut Work<'_>,
    from: &SecurityGroup,
    target: &SecurityGroup,
    (here, there): (&VpcId, &VpcId),
    at: &Place,
) -> Option<GroupRef> {
    let state = &work.state;
    let known = from.rules.iter().find_map(|rule| match &rule.peer {
        RulePeer::Group(to) if to.id == target.id => to.peering.clone(),
        _ => None,
    });
    let joined = || state.peerings.values().rfind(|it| it.joins(here, there)).map(|it| it.id.clone());
    let active = state.active_peering(here, there).map(|it| it.id.clone());
    let known = known.filter(|id| state.peerings.get(id).is_some_and(|it| it.joins(here, there)));
    let peering = active.or(known).or_else(joined);
    if peering.is_none() && !state.is_usable_in(target, here) {
        let message = format!("{} is a group of {there}, which {here} is not peered with", target.id);
        work.refuse(at, message, "declare the connection under `peerings`");
        return None;
    }
    Some(target.reference(peering))
}

/// The id of a group that is meant.
pub(super) fn group_id(work: &mut Work<'_>, key: &GroupKey, at: &Place, ids: &Ids) -> Option<GroupId> {
    match work.names.group(key) {
        Some(NamedGroup::Declared(number)) => ids.groups.get(number).cloned().flatten(),
        Some(NamedGroup::Default(site)) => default_id(work, &site),
        None => {
            work.refuse(at, format!("there is no group `{}`", key.text), "declare it under `groups`");
            None
        }
    }
}

/// The id of the default group of a network.
pub(super) fn default_id(work: &Work<'_>, site: &Site) -> Option<GroupId> {
    let (scope, network) = work.network_at(site)?;
    work.state.default_group(&scope, &network).map(|group| group.id.clone())
}

fn list(work: &mut Work<'_>, from: &SecurityGroup, key: &ListKey, at: &Place, ids: &Ids) -> Option<PrefixListId> {
    let Some(number) = work.names.list(key) else {
        work.refuse(at, format!("there is no prefix list `{}`", key.text), "declare it under `prefix-lists`");
        return None;
    };
    let id = ids.lists.get(number).cloned().flatten()?;
    let found: &Arc<ManagedPrefixList> = work.state.prefix_lists.get(&id)?;
    let same = found.scope.region == from.scope.region;
    let ours = found.scope.account == from.scope.account || found.aws_weight.is_some();
    if !same || !ours {
        let message = format!("prefix list {id} is of account {}, in {}", found.scope.account, found.scope.region);
        work.refuse(at, message, "declare one for the group's own account and region");
        return None;
    }
    Some(id)
}

/// Adopts the associations. They come before rules, which may need them.
pub(super) fn associations(work: &mut Work<'_>, ids: &Ids) {
    let declared = work.declared;
    for it in &declared.associations {
        association(work, it, ids);
    }
}

/// An ended one may be of a VPC that is gone.
fn association(work: &mut Work<'_>, it: &DeclaredAssociation, ids: &Ids) {
    let Some(group) = group_id(work, &it.group, &it.place, ids) else { return };
    let vpc = match (&it.vpc, it.state) {
        (VpcKey::Id(id), AssociationState::Disassociated) => Some(id.clone()),
        (key, _) => vpc_of(work, key, &it.place).map(|(_, vpc)| vpc),
    };
    if let Some(vpc) = vpc {
        work.put(Association { group, vpc, state: it.state, owner: Owner::Action }, &it.place);
    }
}
