//! Where an action is worked on: a copy of the state that counts only if nothing is refused.

use super::Fault;
use crate::inventory::{self, Quotas, Scope, State};

/// Where new ids come from: a number nobody has had. Chance in the product, a count in tests.
pub type Mint<'a> = &'a mut dyn FnMut() -> u64;

/// The version of the API when nobody says another.
const VERSION: &str = "2016-11-15";

/// Who asks, as far as it matters to what is done and what is written down about it.
#[derive(Clone, Copy, Debug)]
pub struct Asker<'a> {
    /// For which account, in which region.
    pub scope: &'a Scope,
    /// As [`Desk::version`].
    pub version: &'a str,
    /// Who it is, in words for the history.
    pub author: &'a str,
}

impl<'a> Asker<'a> {
    /// Somebody who speaks the newest version of the API.
    pub const fn new(scope: &'a Scope, author: &'a str) -> Self {
        Self { scope, version: VERSION, author }
    }

    /// A desk for what is asked.
    pub fn desk<'d>(&self, state: &State, now: &str, mint: Mint<'d>) -> Desk<'d> {
        Desk { version: self.version.into(), ..Desk::new(state, self.scope, now, mint) }
    }
}

/// One action at work.
pub struct Desk<'a> {
    /// The state as it becomes. Objects are shared with the one before: change them by `Arc::make_mut`.
    pub state: State,
    /// Who asks, and where.
    pub scope: Scope,
    /// The version of the API that the request speaks, such as `2016-11-15`.
    pub version: String,
    /// The time, RFC 3339 in UTC with milliseconds, such as `2026-11-21T10:35:45.000Z`.
    pub now: String,
    mint: Mint<'a>,
}

impl<'a> Desk<'a> {
    /// A desk with a copy of this state.
    pub fn new(state: &State, scope: &Scope, now: &str, mint: Mint<'a>) -> Self {
        Self { state: state.clone(), scope: scope.clone(), version: VERSION.into(), now: now.into(), mint }
    }

    /// Makes sure that the caller's account and region have what they begin with: a default VPC with its group, or
    /// what EC2-Classic has (F14). Ids follow from account and region, so that one who only looks sees what a later
    /// change keeps.
    pub fn begin(&mut self) {
        inventory::begin(&mut self.state, &self.scope);
    }

    /// A number for a new id.
    pub fn number(&mut self) -> u64 {
        (self.mint)()
    }

    /// The limits.
    pub fn quotas(&self) -> &Quotas {
        &self.state.settings.quotas
    }

    /// Ends a dry run, after everything was checked and before anything has an effect.
    ///
    /// # Errors
    /// It is a dry run.
    pub fn dry_run(&self, asked: Option<bool>) -> Result<(), Fault> {
        if asked == Some(true) { Err(Fault::dry_run()) } else { Ok(()) }
    }
}
