//! Where something is declared, and what is said when it cannot be adopted.

use crate::inventory::Owner;
use std::fmt;
use std::sync::Arc;
use thiserror::Error;

/// A place in a policy file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The file as it was named.
    pub file: Arc<str>,
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1; 0 where only the line is known.
    pub column: u32,
}

impl Place {
    /// The owner of what is declared here.
    pub fn owner(&self) -> Owner {
        Owner::File { file: self.file.to_string(), line: self.line }
    }
}

impl Default for Place {
    fn default() -> Self {
        Self { file: Arc::from(""), line: 0, column: 0 }
    }
}

/// `file:line:column`, or `file:line`.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)?;
        if self.column > 0 { write!(f, ":{}", self.column) } else { Ok(()) }
    }
}

/// One reason why what is declared cannot be adopted.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Refusal {
    /// Where it is declared, or where it was.
    pub place: Place,
    /// What is wrong.
    pub message: String,
    /// What to do about it; empty if that cannot be said.
    pub help: String,
}

/// All reasons, in the order of their places. The state is as it was.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub struct Refused(pub Vec<Refusal>);

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, refusal) in self.0.iter().enumerate() {
            let next = if number > 0 { "\n" } else { "" };
            write!(f, "{next}{}: {}", refusal.place, refusal.message)?;
            if !refusal.help.is_empty() {
                write!(f, "; {}", refusal.help)?;
            }
        }
        Ok(())
    }
}
