//! Managed prefix lists (F55): entries in versions, a size that rules count with, and who refers to them.

mod create;
mod describe;
mod entry;
mod modify;
mod show;

pub(super) use create::{create_managed_prefix_list, delete_managed_prefix_list};
pub(super) use describe::{
    describe_managed_prefix_lists, describe_prefix_lists, get_managed_prefix_list_associations,
    get_managed_prefix_list_entries,
};
pub(super) use modify::{modify_managed_prefix_list, restore_managed_prefix_list_version};

use super::Fault;
use crate::inventory::{GroupRule, ManagedPrefixList, PrefixListId, RulePeer, SecurityGroup, State};
use std::sync::Arc;

/// The groups with rules that refer to a list.
fn referring<'a>(state: &'a State, list: &'a PrefixListId) -> impl Iterator<Item = &'a Arc<SecurityGroup>> {
    let refers = move |rule: &GroupRule| matches!(&rule.peer, RulePeer::PrefixList(id) if id == list);
    state.groups.values().filter(move |group| group.rules.iter().any(refers))
}

/// Refuses to change a list of AWS's own.
fn check_own(list: &ManagedPrefixList) -> Result<(), Fault> {
    match list.aws_weight {
        None => Ok(()),
        Some(_) => {
            let words = format!("The prefix list '{}' is managed by AWS and cannot be changed.", list.id);
            Err(Fault::new("OperationNotPermitted", words))
        }
    }
}
