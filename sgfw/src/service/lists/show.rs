//! A prefix list as the API shows it, without its entries.

use crate::api;
use crate::inventory::ManagedPrefixList;
use crate::service::show::{arn, number, text};
use crate::service::tagging::shown;

/// A prefix list. Those of AWS's own have neither a version nor a size that could be changed.
pub(super) fn list(it: &ManagedPrefixList) -> api::ManagedPrefixList {
    let is_own = it.aws_weight.is_none();
    api::ManagedPrefixList {
        prefix_list_id: text(&it.id),
        address_family: text(it.family),
        state: text(it.state),
        state_message: None,
        prefix_list_arn: Some(arn_of(it)),
        prefix_list_name: text(&it.name),
        max_entries: number(it.max_entries).filter(|_| is_own),
        version: number(it.version).filter(|_| is_own),
        tags: Some(shown(&it.tags)),
        owner_id: Some(owner(it)),
    }
}

fn arn_of(it: &ManagedPrefixList) -> String {
    let arn = arn(&it.scope, "prefix-list", &it.id);
    match it.aws_weight {
        None => arn,
        Some(_) => arn.replace(it.scope.account.as_str(), "aws"),
    }
}

/// Whose it is: an account, or AWS.
pub(super) fn owner(it: &ManagedPrefixList) -> String {
    if it.aws_weight.is_some() { "AWS".into() } else { it.scope.account.to_string() }
}
