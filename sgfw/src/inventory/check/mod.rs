//! Whether a state is consistent: what actions and files must keep, whatever they do.
//!
//! Every reference leads somewhere, or is stale by definition; names and ids are unique; members are in networks where
//! their groups may be used. Limits are not looked at here: they may be lowered below what there is.

mod flow_logs;
mod groups;
mod interfaces;
mod networks;

use super::State;

/// A check of one object or of all of a kind; the words of what is wrong.
type Checked = Result<(), String>;

impl State {
    /// Whether the state is consistent.
    ///
    /// # Errors
    /// The first thing that is not, in words.
    pub fn check(&self) -> Result<(), String> {
        networks::check(self)?;
        groups::check(self)?;
        interfaces::check(self)?;
        flow_logs::check(self)
    }
}

/// Wrong, unless it holds.
fn hold(holds: bool, words: impl FnOnce() -> String) -> Checked {
    if holds { Ok(()) } else { Err(words()) }
}

/// Every row is kept under its own id.
macro_rules! rows {
    ($state:ident: $($field:ident)*) => {
        $(for (key, row) in &$state.$field {
            hold(*key == row.id, || format!("{} is kept as {key}", row.id))?;
        })*
    };
}
use rows;

#[cfg(test)]
mod tests;
