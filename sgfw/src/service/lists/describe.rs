//! Looking at prefix lists: what they are, their entries, and who refers to them.

use super::modify::version;
use super::{referring, show};
use crate::api;
use crate::inventory::{ListEntry, ManagedPrefixList, SecurityGroup};
use crate::service::filter::{Filters, TAGS};
use crate::service::page::{Pages, alone};
use crate::service::show::text;
use crate::service::{Desk, Fault};
use std::sync::Arc;

/// Describes prefix lists, the caller's and AWS's own.
///
/// # Errors
/// An id is unknown, or a filter or the page is refused.
pub(in crate::service) fn describe_managed_prefix_lists(
    desk: &mut Desk,
    request: &api::DescribeManagedPrefixLists,
) -> Result<api::DescribeManagedPrefixListsReply, Fault> {
    alone(request, "prefixListIds", &request.prefix_list_ids)?;
    let filters = Filters::new(&request.filters, &["owner-id", "prefix-list-id", "prefix-list-name", TAGS])?;
    let found = desk.prefix_lists(&request.prefix_list_ids)?.into_iter();
    let items = wanted(found, &filters);
    let (page, next_token) = Pages::of("DescribeManagedPrefixLists").within(1, 100).page(request, items)?;
    desk.dry_run(request.dry_run)?;
    let prefix_lists = page.iter().map(|it| show::list(it)).collect();
    Ok(api::DescribeManagedPrefixListsReply { next_token, prefix_lists })
}

/// Describes AWS's own prefix lists with their blocks.
///
/// # Errors
/// An id is unknown, or a filter or the page is refused.
pub(in crate::service) fn describe_prefix_lists(
    desk: &mut Desk,
    request: &api::DescribePrefixLists,
) -> Result<api::DescribePrefixListsReply, Fault> {
    alone(request, "prefixListIds", &request.prefix_list_ids)?;
    let filters = Filters::new(&request.filters, &["prefix-list-id", "prefix-list-name"])?;
    let found = desk.prefix_lists(&request.prefix_list_ids)?.into_iter();
    let items = wanted(found.filter(|it| it.aws_weight.is_some()), &filters);
    let (page, next_token) = Pages::of("DescribePrefixLists").page(request, items)?;
    desk.dry_run(request.dry_run)?;
    let shown = |it: &Arc<ManagedPrefixList>| api::PrefixList {
        cidrs: it.entries.iter().map(|entry| entry.cidr.to_string()).collect(),
        prefix_list_id: text(&it.id),
        prefix_list_name: text(&it.name),
    };
    Ok(api::DescribePrefixListsReply { next_token, prefix_lists: page.iter().map(shown).collect() })
}

type Items<T> = Vec<(String, T)>;

fn wanted(found: impl Iterator<Item = Arc<ManagedPrefixList>>, filters: &Filters<'_>) -> Items<Arc<ManagedPrefixList>> {
    let found = found.filter(|it| filters.accept(&it.tags, |name| values(it, name)));
    found.map(|it| (it.id.to_string(), it)).collect()
}

fn values(it: &ManagedPrefixList, name: &str) -> Vec<String> {
    vec![match name {
        "owner-id" => show::owner(it),
        "prefix-list-id" => it.id.to_string(),
        _ => it.name.clone(),
    }]
}

/// Entries of a version of a list, the one in force if none is said, in the order in which they were added.
///
/// # Errors
/// There is no such list or version, or the page is refused.
pub(in crate::service) fn get_managed_prefix_list_entries(
    desk: &mut Desk,
    request: &api::GetManagedPrefixListEntries,
) -> Result<api::GetManagedPrefixListEntriesReply, Fault> {
    let list = desk.prefix_list(request.prefix_list_id.as_deref())?;
    let pages = Pages::of("GetManagedPrefixListEntries").within(1, 100);
    let target = target(&list, request, pages)?;
    let entries = version(&list, target)?.iter().enumerate();
    // A version never changes, so that the place of an entry in it is a key that stays.
    let items = entries.map(|(at, it)| (format!("{} {target} {at:08}", list.id), it)).collect::<Items<&ListEntry>>();
    let (page, next_token) = pages.page(request, items)?;
    desk.dry_run(request.dry_run)?;
    let shown = |it: &&ListEntry| api::PrefixListEntry { cidr: text(it.cidr), description: it.description.clone() };
    Ok(api::GetManagedPrefixListEntriesReply { entries: page.iter().map(shown).collect(), next_token })
}

/// The version asked for: later pages are of the version that the first one was of.
fn target(list: &ManagedPrefixList, request: &api::GetManagedPrefixListEntries, pages: Pages) -> Result<i64, Fault> {
    let invalid = || Fault::new("InvalidNextToken", "The specified NextToken is not valid.");
    let current = i64::try_from(list.version).unwrap_or(i64::MAX);
    let Some(token) = request.next_token.as_deref() else { return Ok(request.target_version.unwrap_or(current)) };
    let key = pages.key(token)?;
    let mut parts = key.split(' ');
    let is_of_list = parts.next() == Some(list.id.as_str());
    let version = parts.next().and_then(|number| number.parse().ok()).filter(|_| is_of_list);
    let is_asked = |version: &i64| request.target_version.is_none_or(|asked| asked == *version);
    version.filter(is_asked).ok_or_else(invalid)
}

/// The groups with rules that refer to a list.
///
/// # Errors
/// There is no such list, or the page is refused.
pub(in crate::service) fn get_managed_prefix_list_associations(
    desk: &mut Desk,
    request: &api::GetManagedPrefixListAssociations,
) -> Result<api::GetManagedPrefixListAssociationsReply, Fault> {
    let list = desk.prefix_list(request.prefix_list_id.as_deref())?;
    let visible = referring(&desk.state, &list.id).filter(|group| group.scope == desk.scope);
    let items = visible.map(|group| (group.id.to_string(), group)).collect::<Items<&Arc<SecurityGroup>>>();
    let pages = Pages::of("GetManagedPrefixListAssociations").within(5, 255);
    let (page, next_token) = pages.page(request, items)?;
    desk.dry_run(request.dry_run)?;
    let shown = |group: &&Arc<SecurityGroup>| api::PrefixListAssociation {
        resource_id: text(&group.id),
        resource_owner: text(&group.scope.account),
    };
    let prefix_list_associations = page.iter().map(shown).collect();
    Ok(api::GetManagedPrefixListAssociationsReply { prefix_list_associations, next_token })
}
