//! The API in types: a request and a reply for every operation, and what they look like from outside.
//!
//! A structure is described once, in the file of its subject: its fields are the snake case of AWS's member names, in the
//! order of AWS's service model. From that follow the Rust type, JSON, and a [`Shape`] that says every other name, so that
//! queries, XML, flags and tables need no list of their own. A scalar is `Option`, also where AWS requires it: whether it
//! must be there is for the service to say, in its words. A list is `Vec`, or `Option<Vec>` where none is not the same as
//! empty. Times are ISO 8601 as text.
//!
//! Nothing here checks a value or does anything.

mod empty;
mod flow_log;
mod gateway;
mod group;
mod instance;
mod interface;
mod names;
mod operation;
mod operations;
mod peering;
mod prefix_list;
mod reference;
mod region;
mod rule;
mod shape;
mod sts;
mod subnet;
mod tag;
#[cfg(test)]
mod tests;
mod vpc;

pub use empty::*;
pub use flow_log::*;
pub use gateway::*;
pub use group::*;
pub use instance::*;
pub use interface::*;
pub use operation::{Operation, Request};
pub use operations::{Action, OPERATIONS, Reply};
pub use peering::*;
pub use prefix_list::*;
pub use reference::*;
pub use region::*;
pub use rule::*;
pub use shape::{Fields, Kind, Member, Shape, Structure, Typed};
pub use sts::*;
pub use subnet::*;
pub use tag::*;
pub use vpc::*;

/// The operation that the API calls so, or none.
#[must_use]
pub fn operation(name: &str) -> Option<&'static Operation> {
    OPERATIONS.iter().find(|operation| operation.name == name)
}

/// The operation that the command line calls so, or none.
#[must_use]
pub fn verb(verb: &str) -> Option<&'static Operation> {
    OPERATIONS.iter().find(|operation| operation.verb == verb)
}

impl Action {
    /// What is known of its operation.
    #[must_use]
    pub fn operation(&self) -> &'static Operation {
        &OPERATIONS[Self::NAMES.iter().position(|name| *name == self.name()).unwrap_or_default()]
    }

    /// The operation, as the command line calls it.
    #[must_use]
    pub fn verb(&self) -> &'static str {
        self.operation().verb
    }

    /// Checked, but not done.
    #[must_use]
    pub fn dry_run(&self) -> bool {
        self.request().dry_run()
    }

    /// Where the page before ended, for a describe by pages.
    #[must_use]
    pub fn next_token(&self) -> Option<&str> {
        self.request().next_token()
    }

    /// How many results a page may have at most, for a describe by pages.
    #[must_use]
    pub fn max_results(&self) -> Option<i64> {
        self.request().max_results()
    }
}
