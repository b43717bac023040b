//! Managed prefix lists. A file that changes a list makes a new version of it, as an action would.

use super::groups::Ids;
use super::work::Work;
use super::{DeclaredList, Place};
use crate::inventory::{Family, ListEntry, ListState, ManagedPrefixList, Owner, PrefixListId, Scope};
use std::collections::BTreeMap;
use std::sync::Arc;

pub(super) fn adopt(work: &mut Work<'_>, ids: &mut Ids) {
    let declared = work.declared;
    for it in &declared.prefix_lists {
        let id = list(work, it);
        ids.lists.push(id);
    }
}

fn list(work: &mut Work<'_>, it: &DeclaredList) -> Option<PrefixListId> {
    let scope = it.at.scope(&work.home);
    let derived = || PrefixListId::derive(&["prefix-list", scope.account.as_str(), &scope.region, &it.name]);
    let id = it.id.clone().or_else(|| named(work, &scope, &it.name)).unwrap_or_else(derived);
    let known = work.state.prefix_lists.get(&id).cloned();
    if known.as_ref().is_some_and(|old| old.scope != scope && !old.owner.is_file()) {
        let message = format!("prefix list {id} is there already, in another account or region");
        work.refuse(&it.place, message, "give this one another id");
        return None;
    }
    let most = work.state.settings.quotas.versions_per_prefix_list;
    let list = made(it, id.clone(), scope, known.as_deref(), most);
    work.put(list, &it.place);
    Some(id)
}

/// The list that goes by this name: a file's before one that an action made.
fn named(work: &Work<'_>, scope: &Scope, name: &str) -> Option<PrefixListId> {
    let same = |it: &&Arc<ManagedPrefixList>| it.name == name && it.scope == *scope;
    let found = work.state.prefix_lists.values().filter(same).min_by_key(|it| !it.owner.is_file());
    found.map(|it| it.id.clone())
}

fn made(
    it: &DeclaredList,
    id: PrefixListId,
    scope: Scope,
    known: Option<&ManagedPrefixList>,
    most: u32,
) -> ManagedPrefixList {
    let (version, earlier, state) = history(it, known, most);
    ManagedPrefixList {
        id,
        scope,
        name: it.name.clone(),
        family: it.family.unwrap_or_else(|| family_of(&it.entries)),
        max_entries: it.max_entries.unwrap_or_else(|| u32::try_from(it.entries.len().max(1)).unwrap_or(u32::MAX)),
        version,
        entries: it.entries.clone(),
        earlier,
        state,
        aws_weight: it.aws_weight,
        tags: it.tags.clone(),
        owner: Owner::Action,
    }
}

type History = (u64, BTreeMap<u64, Vec<ListEntry>>, ListState);

/// What the file says, or the known history with one version more if the entries are others.
fn history(it: &DeclaredList, known: Option<&ManagedPrefixList>, most: u32) -> History {
    if let Some(version) = it.version {
        return (version, it.earlier.clone(), it.state.unwrap_or(ListState::CreateComplete));
    }
    let Some(known) = known else { return (1, BTreeMap::new(), it.state.unwrap_or(ListState::CreateComplete)) };
    if known.entries == it.entries {
        return (known.version, known.earlier.clone(), known.state);
    }
    let mut earlier = known.earlier.clone();
    earlier.insert(known.version, known.entries.clone());
    let version = known.version.saturating_add(1);
    earlier.retain(|old, _| old.saturating_add(u64::from(most)) > version);
    (version, earlier, ListState::ModifyComplete)
}

/// The family of all entries, or both.
fn family_of(entries: &[ListEntry]) -> Family {
    let is = |family: Family| !entries.is_empty() && entries.iter().all(|entry| family.takes(&entry.cidr));
    match (is(Family::V4), is(Family::V6)) {
        (true, false) => Family::V4,
        (false, true) => Family::V6,
        _ => Family::Both,
    }
}

/// Entries that a list cannot have.
pub(super) fn check(work: &mut Work<'_>) {
    let mut found: Vec<(Place, String, &str)> = Vec::new();
    for list in work.state.prefix_lists.values() {
        let Some(place) = work.place_of::<ManagedPrefixList>(&list.id) else { continue };
        if let Some(entry) = list.entries.iter().find(|entry| !list.family.takes(&entry.cidr)) {
            let message = format!("{} is in a prefix list for {}", entry.cidr, list.family);
            found.push((place.clone(), message, "make a list for each family"));
        }
        let max = usize::try_from(list.max_entries).unwrap_or(usize::MAX);
        if list.entries.len() > max {
            let message = format!("the prefix list has {} entries, and {max} at most", list.entries.len());
            found.push((place.clone(), message, "raise `max-entries`"));
        }
        if list.earlier.keys().next_back().is_some_and(|last| *last >= list.version) {
            found.push((place.clone(), "an earlier version is not before `version`".into(), ""));
        }
    }
    for (place, message, help) in found {
        work.refuse(&place, message, help);
    }
}
