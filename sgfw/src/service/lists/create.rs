//! New prefix lists, and the end of one.

use super::entry::{check_name, check_number, entries, size};
use super::{check_own, referring, show};
use crate::api;
use crate::inventory::{Family, ListState, ManagedPrefixList, Owner, PrefixListId};
use crate::service::tagging::tags_for;
use crate::service::token::Ticket;
use crate::service::{Desk, Fault, find};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Creates a prefix list; its entries are version 1.
///
/// # Errors
/// The name, the family, the size or an entry is refused, or there are too many lists.
pub(in crate::service) fn create_managed_prefix_list(
    desk: &mut Desk,
    request: &api::CreateManagedPrefixList,
) -> Result<api::CreateManagedPrefixListReply, Fault> {
    let ticket = Ticket::of(desk, "CreateManagedPrefixList", request.client_token.as_deref(), request)?;
    if let Some(id) = ticket.as_ref().and_then(|it| it.earlier(desk))
        && let Ok(made) = desk.prefix_list(Some(&id))
    {
        return Ok(api::CreateManagedPrefixListReply { prefix_list: Some(show::list(&made)) });
    }
    let wanted = tags_for(desk, &request.tag_specifications, "prefix-list")?;
    let name = find::required(request.prefix_list_name.as_deref(), "PrefixListName")?.to_owned();
    check_name(&name)?;
    let family = family(find::required(request.address_family.as_deref(), "AddressFamily")?)?;
    let max_entries = size(desk.quotas(), request.max_entries)?;
    let entries = entries(family, &request.entries)?;
    check_number(entries.len(), max_entries)?;
    check_quota(desk)?;
    let id = wanted.id(desk, PrefixListId::from_number, |state, id| state.prefix_lists.contains_key(id))?;
    desk.dry_run(request.dry_run)?;
    let list = ManagedPrefixList {
        id: id.clone(),
        scope: desk.scope.clone(),
        name,
        family,
        max_entries,
        version: 1,
        entries,
        earlier: BTreeMap::new(),
        state: ListState::CreateComplete,
        aws_weight: None,
        tags: wanted.tags,
        owner: Owner::Action,
    };
    let reply = api::CreateManagedPrefixListReply { prefix_list: Some(show::list(&list)) };
    desk.state.prefix_lists.insert(id.clone(), Arc::new(list));
    if let Some(ticket) = ticket {
        ticket.keep(desk, id.as_str());
    }
    Ok(reply)
}

fn family(text: &str) -> Result<Family, Fault> {
    match text {
        "IPv4" => Ok(Family::V4),
        "IPv6" => Ok(Family::V6),
        other => Err(Fault::value(format!(
            "Value ({other}) for parameter AddressFamily is invalid. Expecting IPv4 or IPv6."
        ))),
    }
}

fn check_quota(desk: &Desk) -> Result<(), Fault> {
    let is_own = |it: &&Arc<ManagedPrefixList>| it.scope == desk.scope && it.aws_weight.is_none();
    let count = desk.state.prefix_lists.values().filter(is_own).count();
    match count < desk.quotas().prefix_lists_per_region as usize {
        true => Ok(()),
        false => Err(Fault::new("PrefixListLimitExceeded", "The maximum number of prefix lists has been reached.")),
    }
}

/// Deletes a prefix list that no rule refers to.
///
/// # Errors
/// There is no such list, it is AWS's own, or a rule refers to it.
pub(in crate::service) fn delete_managed_prefix_list(
    desk: &mut Desk,
    request: &api::DeleteManagedPrefixList,
) -> Result<api::DeleteManagedPrefixListReply, Fault> {
    let list = desk.prefix_list(request.prefix_list_id.as_deref())?;
    check_own(&list)?;
    if let Some(group) = referring(&desk.state, &list.id).next() {
        let words = format!("The prefix list '{}' is referenced by the security group '{}'.", list.id, group.id);
        return Err(Fault::new("DependencyViolation", words));
    }
    desk.dry_run(request.dry_run)?;
    desk.state.prefix_lists.remove(&list.id);
    let shown = api::ManagedPrefixList { state: Some("delete-complete".into()), ..show::list(&list) };
    Ok(api::DeleteManagedPrefixListReply { prefix_list: Some(shown) })
}
