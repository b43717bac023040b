//! `sgfw rollback`: makes the store what it was, as a new revision, so that going back can be gone back on.

use super::changes::differences;
use super::context::Context;
use super::failure::Failure;
use super::history::revision;
use super::lockout;
use super::order;
use super::progress::Progress;
use super::reply::Reply;
use crate::agent::Order;
use crate::control::{ControlError, Effort, Engine, Outcome};
use crate::inventory::State;
use crate::kernel::Binding;
use crate::store::{Rows, Store};
use clap::Args;
use serde_json::json;

const EXAMPLES: &str = "\
Examples:
  sgfw rollback         # takes the newest revision back
  sgfw rollback 41      # as it was after revision 41
  sgfw diff 44 41       # what would that change?

It is a new revision: nothing is forgotten, and `sgfw rollback` takes it back. Where a policy is in force, packets meet
with the earlier one when the command returns.";

/// Go back to an earlier revision
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) struct Rollback {
    /// The revision whose content is wanted; the last but one if none is named
    #[arg(value_name = "N", value_parser = revision)]
    revision: Option<u64>,
    /// Go back also to what would refuse the SSH connections that there are now
    #[arg(long)]
    allow_lockout: bool,
}

impl Rollback {
    pub(super) fn run(&self, context: &Context) -> Result<Reply, Failure> {
        let (revision, allow_lockout) = (self.revision, self.allow_lockout);
        let order = || Order::Rollback { revision, allow_lockout, login: context.login.clone() };
        if let Some(reply) = order::give(context, order)? {
            return Ok(reply);
        }
        // Nothing is made where there is nothing.
        is_there(context)?;
        let _turn = context.store.lock("rollback")?;
        rollback(context, &mut context.engine()?, revision, allow_lockout)
    }
}

fn is_there(context: &Context) -> Result<(), Failure> {
    match context.store.revision()? {
        0 => Err(Failure::new("the store has no revision to go back to", "`sgfw history` lists them")),
        _ => Ok(()),
    }
}

/// Goes back, by whoever has the turn.
pub(super) fn rollback(
    context: &Context,
    engine: &mut Engine,
    revision: Option<u64>,
    allow_lockout: bool,
) -> Result<Reply, Failure> {
    is_there(context)?;
    let (now, before) = (engine.revision, context.store.get()?.rows);
    let back = revision.unwrap_or_else(|| now.saturating_sub(1));
    let wanted = context.store.at(back)?.rows;
    let state = State::from_rows(&wanted).map_err(ControlError::from)?;
    let change = engine.prepare(state, &Binding::new(), Effort::Keep)?;
    if let Some(work) = change.enforcement.as_ref().filter(|_| !allow_lockout) {
        lockout::check(context, &work.resolved.snapshot)?;
    }
    let mut progress = Progress::new(context, change.enforcement.as_ref().map_or(0, |work| work.plan.ops.len()));
    let note = context.author(&format!("rollback to {back}"));
    let outcome = engine.commit(change, None, note, &mut |index, op| progress.show(index, op))?;
    outcome.left.values().for_each(|why| context.note(&format!("{}: {why}", context.err.yellow("warning"))));
    Ok(reply(context, &outcome, back, (&before, &wanted)))
}

fn reply(context: &Context, outcome: &Outcome, back: u64, (before, wanted): (&Rows, &Rows)) -> Reply {
    let (found, made) = (differences(before, wanted), outcome.revision);
    let text = match (outcome.stored, outcome.generation) {
        (false, _) => format!("No changes: revision {made} holds the same as revision {back}\n"),
        (true, generation) => {
            let lines: String = found.iter().map(ToString::to_string).collect();
            let force = generation.map(|it| format!("; packets meet with generation {it}")).unwrap_or_default();
            format!("revision {made}: as it was after revision {back}{force}\n{}", context.out.changes(&lines))
        }
    };
    let view = json!({
        "changed": outcome.stored,
        "revision": made,
        "as_of": back,
        "generation": outcome.generation,
        "differences": found,
    });
    Reply::new(&view, text)
}
