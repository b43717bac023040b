//! `sgfw history`: who changed what when, as far back as revisions are kept.

use super::changes::kind;
use super::context::Context;
use super::failure::Failure;
use super::reply::Reply;
use super::table::{Table, count, list};
use crate::store::{Revision, Store};
use clap::Args;
use serde_json::{Value, json};
use std::collections::BTreeMap;

const EXAMPLES: &str = "\
Examples:
  sgfw history
  sgfw history -o json
  sgfw diff 41 42       # what revision 42 changed
  sgfw rollback 41      # as it was after revision 41

The last 100 revisions are kept.";

/// List the revisions of the store: number, time, who, what
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) struct History {}

/// A revision's number, as the command line gives it.
pub(super) fn revision(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| "write the number of a revision, as `sgfw history` lists them".into())
}

impl History {
    #[expect(clippy::unused_self, reason = "every verb is run the same way")]
    pub(super) fn run(&self, context: &Context) -> Result<Reply, Failure> {
        let revisions = revisions(&context.store)?;
        let mut table = Table::new(&["REVISION", "TIME", "BY", "ACTION", "CHANGES"]);
        for revision in &revisions {
            let Revision { number, time, author, action, .. } = revision.clone();
            table.row([number.to_string(), time, author, action, list(kinds(revision).iter().map(words))]);
        }
        let none = || "The store has no revision yet\n".to_owned();
        let text = if revisions.is_empty() { none() } else { table.text() };
        Ok(Reply::new(&json!({ "revisions": revisions.iter().map(view).collect::<Vec<_>>() }), text))
    }
}

/// The kept revisions with their changes, oldest first.
fn revisions(store: &impl Store) -> Result<Vec<Revision>, Failure> {
    loop {
        let Some(first) = store.history()?.first().map(|it| it.number) else { return Ok(Vec::new()) };
        // None if the first one was forgotten in between, because others made more.
        if let Some(revisions) = store.changes_since(first.saturating_sub(1))? {
            return Ok(revisions);
        }
    }
}

/// How many objects of each kind a revision changed.
fn kinds(revision: &Revision) -> BTreeMap<&str, usize> {
    let mut kinds = BTreeMap::new();
    let changed = revision.changes.iter().filter_map(|change| kind(&change.key));
    changed.for_each(|kind| *kinds.entry(kind).or_default() += 1);
    kinds
}

fn words((kind, number): (&&str, &usize)) -> String {
    // The only kind there is one of.
    if *kind == "settings" { "settings".into() } else { count(*number, kind) }
}

fn view(revision: &Revision) -> Value {
    json!({
        "revision": revision.number,
        "time": revision.time,
        "by": revision.author,
        "action": revision.action,
        "changes": kinds(revision),
    })
}
