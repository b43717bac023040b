//! `sgfw export`: the whole store as a policy file.

use super::context::Context;
use super::failure::Failure;
use super::reply::Reply;
use crate::control::ControlError;
use crate::inventory::State;
use crate::policy::emit_state;
use crate::store::Store;
use clap::Args;
use serde_json::json;

const EXAMPLES: &str = "\
Examples:
  sgfw export > policy.yaml
  sgfw export --revision 41

Applied to an empty store, the file gives the same policy, with the same ids.";

/// Write what the store holds as a policy file
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) struct Export {
    /// As it was after this revision [default: the newest]
    #[arg(long, value_name = "N")]
    revision: Option<u64>,
}

impl Export {
    pub(super) fn run(&self, context: &Context) -> Result<Reply, Failure> {
        let stored = match self.revision {
            Some(revision) => context.store.at(revision)?,
            None => context.store.get()?,
        };
        let state = State::from_rows(&stored.rows).map_err(ControlError::from)?;
        let text = emit_state(&state);
        Ok(Reply::new(&json!({ "revision": stored.revision, "policy": text }), text))
    }
}
