//! What a change of the state is for the snapshot, in proportion to what changed.
//!
//! What leads from a group to its names and its referrers is the same before and after: the home, the associations and
//! the active peerings. Where they change, everything is lowered anew; so it is where a device of this host changes,
//! which has to be looked for, and where two things have one name, which no constructor allows.

use super::lower::Lowering;
use super::{
    Difference, GroupId, GroupRule, Instance, InstanceId, InstanceState, InterfaceId, NetworkInterface, PrefixListId,
    RulePeer, SecurityGroup, State, VpcId,
};
use crate::model::{Member, Patch, Snapshot};
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

/// What becomes of a snapshot that `old` was lowered to, if it can be told without lowering `new` as a whole. `policy`
/// is that snapshot; the devices of this host may differ from what was lowered.
pub fn relower(policy: &Snapshot, old: &State, new: &State) -> Option<Patch> {
    let (before, after) = (Lowering::new(old), Lowering::new(new));
    if !before.leads_as(&after) {
        return None;
    }
    let mut patch = Patch::default();
    let moved = Moved { groups: moved_groups(old, new), lists: moved_lists(&before, &after, old, new) };
    for id in changed_groups(old, new, &moved) {
        let sides = [old.groups.get(id), new.groups.get(id)];
        let [gone, there] =
            [(sides[0], &before), (sides[1], &after)].map(|(group, by)| names(by, group.map(|it| &**it)));
        for (name, place) in &there {
            free(gone.contains_key(name), policy.groups.contains_key(name))?;
            let group = sides[1].map(|group| after.group(group, place.as_ref(), name.clone()));
            replace(&mut patch.groups, name, group)?;
        }
        leave(&mut patch.groups, gone.keys());
    }
    for id in changed_lists(old, new, &moved) {
        let sides = [old.prefix_lists.get(id), new.prefix_lists.get(id)];
        let [gone, there] = [(sides[0], &before), (sides[1], &after)].map(|(list, by)| list.map(|list| by.list(list)));
        if let (Some(list), Some(name)) = (sides[1], &there) {
            free(gone.as_ref() == Some(name), policy.prefix_lists.contains_key(name))?;
            replace(&mut patch.prefix_lists, name, Some(after.prefix_list(list)))?;
        }
        leave(&mut patch.prefix_lists, gone.iter());
    }
    for id in changed_interfaces(old, new, &moved) {
        let sides = [old.interfaces.get(id), new.interfaces.get(id)];
        if sides.into_iter().flatten().any(|it| it.device.is_some()) {
            return None;
        }
        let [gone, there] = [(sides[0], &before), (sides[1], &after)].map(|(it, by)| members(by, it));
        for (name, member) in there {
            let taken = policy.members.contains_key(&name) || policy.interfaces.contains_key(&name);
            free(gone.contains_key(&name), taken)?;
            replace(&mut patch.members, &name, Some(member))?;
        }
        leave(&mut patch.members, gone.keys());
    }
    patch.tidy(policy);
    Some(patch)
}

/// Whether every name of the lowered state stands for one thing. Then [`relower`] keeps it so.
pub fn has_own_names(state: &State) -> bool {
    let lowering = Lowering::new(state);
    let names = |group: &SecurityGroup| names(&lowering, Some(group)).into_keys().collect::<Vec<_>>();
    let mut groups = HashSet::new();
    let (mut lists, mut labels) = (HashSet::new(), HashSet::new());
    state.groups.values().flat_map(|group| names(group)).all(|name| groups.insert(name))
        && state.prefix_lists.values().all(|list| lists.insert(lowering.list(list)))
        && state.interfaces.values().filter(|it| !lowering.is_hidden(it)).all(|it| labels.insert(it.label()))
}

/// What others call something else now, or no longer.
struct Moved<'a> {
    groups: BTreeSet<&'a GroupId>,
    lists: BTreeSet<&'a PrefixListId>,
}

impl Moved<'_> {
    fn is_meant(&self, rule: &GroupRule) -> bool {
        match &rule.peer {
            RulePeer::Cidr(_) => false,
            RulePeer::Group(to) => self.groups.contains(&to.id),
            RulePeer::PrefixList(id) => self.lists.contains(id),
        }
    }
}

fn moved_groups<'a>(old: &'a State, new: &'a State) -> BTreeSet<&'a GroupId> {
    let face = |group: &SecurityGroup| (group.name.clone(), group.network.clone());
    let moved = |it: &Difference<'_, _, SecurityGroup>| it.old.map(|it| face(it)) != it.new.map(|it| face(it));
    new.groups.differences(&old.groups).filter(moved).map(|it| it.key).collect()
}

/// A list may lose its name to itself because another one takes the same.
fn moved_lists<'a>(
    before: &Lowering<'_>,
    after: &Lowering<'_>,
    old: &'a State,
    new: &'a State,
) -> BTreeSet<&'a PrefixListId> {
    if new.prefix_lists.differences(&old.prefix_lists).next().is_none() {
        return BTreeSet::new();
    }
    let names = |id: &PrefixListId| {
        let sides = [(old.prefix_lists.get(id), before), (new.prefix_lists.get(id), after)];
        sides.map(|(list, by)| list.map(|list| by.list(list)))
    };
    let all = old.prefix_lists.keys().chain(new.prefix_lists.keys());
    all.filter(|id| matches!(names(id), [was, is] if was != is)).collect()
}

fn changed_lists<'a>(old: &'a State, new: &'a State, moved: &Moved<'a>) -> BTreeSet<&'a PrefixListId> {
    let changed = new.prefix_lists.differences(&old.prefix_lists).map(|it| it.key);
    changed.chain(moved.lists.iter().copied()).collect()
}

fn changed_groups<'a>(old: &'a State, new: &'a State, moved: &Moved<'_>) -> BTreeSet<&'a GroupId> {
    let mut changed: BTreeSet<_> = new.groups.differences(&old.groups).map(|it| it.key).collect();
    if !moved.groups.is_empty() || !moved.lists.is_empty() {
        let meant = |group: &SecurityGroup| group.rules.iter().any(|rule| moved.is_meant(rule));
        changed.extend(new.groups.iter().filter(|(_, group)| meant(group)).map(|(id, _)| id));
    }
    changed
}

fn changed_interfaces<'a>(old: &'a State, new: &'a State, moved: &Moved<'_>) -> BTreeSet<&'a InterfaceId> {
    let mut changed: BTreeSet<_> = new.interfaces.differences(&old.interfaces).map(|it| it.key).collect();
    let ends = |it: &Difference<'_, InstanceId, Instance>| {
        let ended = |instance: Option<&Arc<Instance>>| instance.is_some_and(|it| it.state == InstanceState::Terminated);
        ended(it.old) != ended(it.new)
    };
    let ended: BTreeSet<_> = new.instances.differences(&old.instances).filter(ends).map(|it| it.key).collect();
    if !moved.groups.is_empty() || !ended.is_empty() {
        let held = |it: &NetworkInterface| it.attachment.as_ref().is_some_and(|by| ended.contains(&by.instance));
        let meant = |it: &NetworkInterface| it.groups.iter().any(|group| moved.groups.contains(group));
        changed.extend(new.interfaces.iter().filter(|(_, it)| meant(it) || held(it)).map(|(id, _)| id));
    }
    changed
}

/// The names of a group, with the place that each stands for.
fn names(lowering: &Lowering<'_>, group: Option<&SecurityGroup>) -> BTreeMap<String, Option<VpcId>> {
    let Some(group) = group else { return BTreeMap::new() };
    lowering.places(group).into_iter().map(|place| (lowering.name(group, place.as_ref()), place)).collect()
}

fn members(lowering: &Lowering<'_>, interface: Option<&Arc<NetworkInterface>>) -> BTreeMap<String, Member> {
    let mut snapshot = Snapshot::default();
    interface.into_iter().for_each(|it| lowering.interface(it, &mut snapshot));
    snapshot.members
}

/// A name that is new to something must be nobody's.
fn free(own: bool, taken: bool) -> Option<()> {
    (own || !taken).then_some(())
}

fn replace<T>(patch: &mut BTreeMap<String, Option<T>>, name: &str, new: Option<T>) -> Option<()> {
    patch.insert(name.into(), new).flatten().is_none().then_some(())
}

/// Names that nothing took.
fn leave<'a, T>(patch: &mut BTreeMap<String, Option<T>>, names: impl IntoIterator<Item = &'a String>) {
    for name in names {
        patch.entry(name.clone()).or_insert(None);
    }
}
