//! Rules, and how a rule names the group that it refers to: shortly where that says it all.

use crate::inventory::{
    GroupRef, GroupRule, ManagedPrefixList, Network, PrefixListId, RulePeer, SecurityGroup, State, VpcId,
};
use crate::model::Direction;
use crate::policy::write::Map;
use serde_yaml::{Mapping, Value};

/// A rule of a group, with its id.
pub(super) fn rule(state: &State, group: &SecurityGroup, rule: &GroupRule) -> Value {
    let mut out = Map::default();
    out.put_traffic(rule.traffic);
    let key = match rule.direction {
        Direction::Ingress => "from",
        Direction::Egress => "to",
    };
    let named = |key: &str, name: String| Value::from(Mapping::from_iter([(key.into(), name.into())]));
    let peer = match &rule.peer {
        RulePeer::Cidr(block) => block.to_string().into(),
        RulePeer::PrefixList(id) => named("prefix-list", list(state, group, id)),
        RulePeer::Group(to) => reference(state, group, to),
    };
    out.put(key, peer);
    out.put_some("description", rule.description.as_deref());
    out.put("id", rule.id.as_str());
    out.put_tags(&rule.tags);
    out.into()
}

/// A list goes by its name if that can mean nothing else.
fn list(state: &State, group: &SecurityGroup, id: &PrefixListId) -> String {
    let Some(list) = state.prefix_lists.get(id) else { return id.to_string() };
    let same = |it: &&std::sync::Arc<ManagedPrefixList>| it.name == list.name && it.scope == list.scope;
    let alone = list.scope == group.scope && state.prefix_lists.values().filter(same).count() == 1;
    if alone && PrefixListId::parse(&list.name).is_err() { list.name.clone() } else { id.to_string() }
}

/// `self`, a name of the same network, an id, or all that is remembered.
fn reference(state: &State, from: &SecurityGroup, to: &GroupRef) -> Value {
    match short(state, from, to) {
        Some(_) if to.id == from.id => "self".into(),
        Some(name) => Mapping::from_iter([("group".into(), name.into())]).into(),
        None => remembered(to),
    }
}

/// The short form, if reading it gives just what is remembered.
fn short(state: &State, from: &SecurityGroup, to: &GroupRef) -> Option<String> {
    let target = state.groups.get(&to.id)?;
    let same_network = (&target.scope, &target.network) == (&from.scope, &from.network);
    let peering = match (from.vpc(), target.vpc()) {
        (Some(here), Some(there)) if here != there => joined(state, here, there, target)?,
        (Some(_), None) | (None, Some(_)) => return None,
        (None, None) if from.scope.region != target.scope.region => return None,
        _ => None,
    };
    let read = target.reference(peering);
    let same = (&read.account, &read.vpc, &read.name, &read.peering) == (&to.account, &to.vpc, &to.name, &to.peering);
    if !same {
        return None;
    }
    Some(match () {
        () if same_network && is_plain(target) => target.name.clone(),
        () if target.scope.account == from.scope.account => target.id.to_string(),
        () => format!("{}/{}", target.scope.account, target.id),
    })
}

/// The peering connection that a reference is over when a file only names the group; the outer none: it may not.
#[expect(clippy::option_option, reason = "a reference by association is over no connection")]
fn joined(
    state: &State,
    here: &VpcId,
    there: &VpcId,
    target: &SecurityGroup,
) -> Option<Option<crate::inventory::PeeringId>> {
    let any = || state.peerings.values().rfind(|it| it.joins(here, there));
    let found = state.active_peering(here, there).or_else(any).map(|it| it.id.clone());
    (found.is_some() || state.is_usable_in(target, here)).then_some(found)
}

/// Whether a name is nothing but a name: one of EC2-Classic may be blank.
pub(super) fn is_plain(group: &SecurityGroup) -> bool {
    group.network != Network::Classic || !group.name.trim().is_empty()
}

fn remembered(to: &GroupRef) -> Value {
    let mut out = Map::default();
    out.put("group", to.id.as_str()).put("account", to.account.as_str());
    out.put_some("vpc", to.vpc.as_ref().map(VpcId::as_str));
    out.put("name", to.name.as_str());
    out.put_some("peering", to.peering.as_ref().map(crate::inventory::PeeringId::as_str));
    out.into()
}
