//! `sgfw diff`: what differs between two revisions of the store.

use super::changes::differences;
use super::context::Context;
use super::failure::Failure;
use super::history::revision;
use super::reply::Reply;
use crate::store::Store;
use clap::Args;
use serde_json::json;

const EXAMPLES: &str = "\
Examples:
  sgfw diff             # what the newest revision changed
  sgfw diff 41          # from revision 41 to now
  sgfw diff 41 42       # what revision 42 changed
  sgfw diff 42 41       # what going back would change

Revision 0 is the empty store, as long as the first revision is kept. Exit codes: 0, whether something differs or not.";

/// Show what differs between two revisions
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) struct Diff {
    /// The revision to start from; the last but one if none is named
    #[arg(value_name = "A", value_parser = revision)]
    from: Option<u64>,
    /// The revision to end with; the newest if none is named
    #[arg(value_name = "B", value_parser = revision)]
    to: Option<u64>,
}

impl Diff {
    pub(super) fn run(&self, context: &Context) -> Result<Reply, Failure> {
        let newest = context.store.revision()?;
        let (from, to) = (self.from.unwrap_or(newest.saturating_sub(1)), self.to.unwrap_or(newest));
        let found = differences(&context.store.at(from)?.rows, &context.store.at(to)?.rows);
        let text: String = found.iter().map(ToString::to_string).collect();
        let text = match found.is_empty() {
            true => format!("No difference between revisions {from} and {to}\n"),
            false => context.out.changes(&text),
        };
        Ok(Reply::new(&json!({ "from": from, "to": to, "differences": found }), text))
    }
}
