//! Accounts and regions: the home of a file's declarations, and what is known of other accounts.

use super::decode::{self, Fields};
use super::draft::Draft;
use super::report::Report;
use super::tree::{Node, Value};
use crate::declare::{DeclaredAccount, Where};
use crate::inventory::{AccountId, check_region};
use std::collections::BTreeSet;

const HELP: &str = "write the 12 digits in quotes: `account: \"123456789012\"`";

/// The home account and region that a file says.
pub(super) fn home(fields: &Fields<'_>, draft: &mut Draft) {
    let at = at(fields, &mut draft.report);
    let region = fields.get("region").or_else(|| fields.get("account"));
    let differs = |old: &Option<String>, new: &Option<String>| old.is_some() && new.is_some() && old != new;
    let text = |account: &Option<AccountId>| account.as_ref().map(ToString::to_string);
    let (account, old) = (text(&at.account), text(&draft.out.account));
    if let Some(node) = region.filter(|_| differs(&old, &account) || differs(&draft.out.region, &at.region)) {
        draft.report.error(node.spot, "another file says another home", "say `account` and `region` in one file");
    }
    draft.out.account = at.account.or_else(|| draft.out.account.take());
    draft.out.region = at.region.or_else(|| draft.out.region.take());
}

/// The account and region of a declaration, as far as it says them.
pub(super) fn at(fields: &Fields<'_>, report: &mut Report) -> Where {
    Where {
        account: fields.get("account").and_then(|node| number(node, report)),
        region: fields.get("region").and_then(|node| region(node, report)),
    }
}

/// Reads an account into the draft.
pub(super) fn account(node: &Node, draft: &mut Draft) {
    let known = ["id", "classic", "begun"];
    let Some(fields) = Fields::read(node, "an account", &known, &mut draft.report) else { return };
    let help = "write `id: \"123456789012\"`";
    let id = fields.require("id", "this account", help, &mut draft.report);
    let id = id.and_then(|node| number(node, &mut draft.report));
    let classic = regions(&fields, "classic", &mut draft.report);
    let begun = regions(&fields, "begun", &mut draft.report);
    let place = draft.report.at(node.spot);
    draft.out.accounts.extend(id.map(|id| DeclaredAccount { place, id, classic, begun }));
}

/// An account's number. YAML takes one without quotes for a number, unless it begins with a zero.
pub(super) fn number(node: &Node, report: &mut Report) -> Option<AccountId> {
    let text = match &node.value {
        Value::Integer(number) => number.to_string(),
        Value::Text(text) => text.to_string(),
        _ => return decode::wrong(node, "an account", "12 digits", report),
    };
    let account = AccountId::parse(&text).ok();
    if account.is_none() {
        report.error(node.spot, format!("`{text}` is not an account"), HELP);
    }
    account
}

/// A region's name, or a zone's: one word, so that it fits into names and answers.
pub(super) fn region(node: &Node, report: &mut Report) -> Option<String> {
    let text = decode::text(node, "a region", report)?;
    if check_region(text).is_err() {
        report.error(node.spot, format!("`{text}` is not a region"), "write `us-east-1`");
        return None;
    }
    Some(text.to_owned())
}

fn regions(fields: &Fields<'_>, key: &str, report: &mut Report) -> BTreeSet<String> {
    let Some(node) = fields.get(key) else { return BTreeSet::new() };
    let items = decode::list(node, &format!("`{key}`"), report).unwrap_or_default();
    items.iter().filter_map(|item| region(item, report)).collect()
}
