//! Changes of a prefix list. New entries make a new version; a new name or size makes none.

use super::entry::{block, check_name, check_number, entries, size};
use super::{check_own, referring, show};
use crate::api;
use crate::inventory::{ListEntry, ListState, ManagedPrefixList};
use crate::service::rules::check_quota;
use crate::service::{Desk, Fault};
use ipnet::IpNet;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Adds and removes entries, changes the name, or, alone, the size.
///
/// # Errors
/// There is no such list, it is AWS's own, the version is another, an entry is refused, or the size is too small for
/// the entries or too big for a group that refers to the list.
pub(in crate::service) fn modify_managed_prefix_list(
    desk: &mut Desk,
    request: &api::ModifyManagedPrefixList,
) -> Result<api::ModifyManagedPrefixListReply, Fault> {
    let mut list = desk.prefix_list(request.prefix_list_id.as_deref())?;
    check_own(&list)?;
    check_version(&list, request.current_version)?;
    let changes_entries = !request.add_entries.is_empty() || !request.remove_entries.is_empty();
    if changes_entries && request.max_entries.is_some() {
        let words =
            "You cannot modify the entries of a prefix list and modify the size of a prefix list at the same time.";
        return Err(Fault::new("InvalidParameterCombination", words));
    }
    let changed = Arc::make_mut(&mut list);
    if let Some(name) = &request.prefix_list_name {
        check_name(name)?;
        changed.name.clone_from(name);
    }
    if changes_entries {
        let next = next_entries(changed, request)?;
        put_version(changed, next, desk.quotas().versions_per_prefix_list);
    }
    if request.max_entries.is_some() {
        changed.max_entries = size(desk.quotas(), request.max_entries)?;
        check_number(changed.entries.len(), changed.max_entries)?;
    }
    changed.state = ListState::ModifyComplete;
    let reply = api::ModifyManagedPrefixListReply { prefix_list: Some(show::list(&list)) };
    let id = list.id.clone();
    desk.state.prefix_lists.insert(id.clone(), list);
    referring(&desk.state, &id).try_for_each(|group| check_quota(&desk.state, group))?;
    desk.dry_run(request.dry_run)?;
    Ok(reply)
}

/// A change is refused if another one came before it.
fn check_version(list: &ManagedPrefixList, current: Option<i64>) -> Result<(), Fault> {
    match current {
        Some(version) if u64::try_from(version) != Ok(list.version) => {
            let words = "The prefix list has the incorrect version number";
            Err(Fault::new("PrefixListVersionMismatch", words))
        }
        _ => Ok(()),
    }
}

/// The entries after a change: what is removed goes, what is added comes behind the others.
fn next_entries(list: &ManagedPrefixList, request: &api::ModifyManagedPrefixList) -> Result<Vec<ListEntry>, Fault> {
    let gone = request.remove_entries.iter();
    let gone = gone.map(|it| block(it.cidr.as_deref(), "Cidr")).collect::<Result<BTreeSet<IpNet>, _>>()?;
    let more = entries(list.family, &request.add_entries)?;
    if let Some(both) = more.iter().find(|it| gone.contains(&it.cidr)) {
        return Err(Fault::value(format!(
            "Request cannot contain Cidr {} in both AddPrefixListEntries and RemovePrefixListEntries",
            both.cidr
        )));
    }
    let has = |block: &IpNet| list.entries.iter().any(|it| it.cidr == *block);
    if let Some(missing) = gone.iter().find(|block| !has(block)) {
        return Err(Fault::value(format!("The prefix list has no entry for the CIDR {missing}.")));
    }
    if let Some(twice) = more.iter().find(|it| has(&it.cidr)) {
        return Err(Fault::value(format!("The prefix list has an entry for the CIDR {} already.", twice.cidr)));
    }
    let stay = list.entries.iter().filter(|it| !gone.contains(&it.cidr)).cloned();
    let next: Vec<ListEntry> = stay.chain(more).collect();
    check_number(next.len(), list.max_entries)?;
    Ok(next)
}

/// Makes these entries the next version, and forgets the oldest ones beyond what is kept.
fn put_version(list: &mut ManagedPrefixList, entries: Vec<ListEntry>, kept: u32) {
    let before = std::mem::replace(&mut list.entries, entries);
    list.earlier.insert(list.version, before);
    list.version += 1;
    // The one in force is kept too.
    while list.earlier.len() + 1 > kept.max(1) as usize {
        list.earlier.pop_first();
    }
}

/// Makes the entries of an earlier version those of a new one.
///
/// # Errors
/// There is no such list or version, it is AWS's own, the version is another, or the list has become too small.
pub(in crate::service) fn restore_managed_prefix_list_version(
    desk: &mut Desk,
    request: &api::RestoreManagedPrefixListVersion,
) -> Result<api::RestoreManagedPrefixListVersionReply, Fault> {
    let mut list = desk.prefix_list(request.prefix_list_id.as_deref())?;
    check_own(&list)?;
    let current = request.current_version.ok_or_else(|| Fault::missing("CurrentVersion"))?;
    let previous = request.previous_version.ok_or_else(|| Fault::missing("PreviousVersion"))?;
    check_version(&list, Some(current))?;
    let entries = version(&list, previous)?.to_vec();
    check_number(entries.len(), list.max_entries)?;
    desk.dry_run(request.dry_run)?;
    let kept = desk.quotas().versions_per_prefix_list;
    let changed = Arc::make_mut(&mut list);
    put_version(changed, entries, kept);
    changed.state = ListState::RestoreComplete;
    let reply = api::RestoreManagedPrefixListVersionReply { prefix_list: Some(show::list(&list)) };
    desk.state.prefix_lists.insert(list.id.clone(), list);
    Ok(reply)
}

/// The entries of a version.
///
/// # Errors
/// There was none such, or it is kept no more.
pub(super) fn version(list: &ManagedPrefixList, version: i64) -> Result<&[ListEntry], Fault> {
    let number = u64::try_from(version).unwrap_or_default();
    if number == list.version {
        return Ok(&list.entries);
    }
    list.earlier.get(&number).map(Vec::as_slice).ok_or_else(|| {
        let words = format!("The prefix list '{}' has no version {version}.", list.id);
        Fault::new("InvalidPrefixListVersion", words)
    })
}
