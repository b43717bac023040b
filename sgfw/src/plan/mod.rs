//! From what the kernel holds to what a policy wants, as operations in a safe order.
//!
//! Pure: no kernel, no clock, no disk. `sgfw plan` prints what `sgfw apply` executes, because it is the same
//! value. Two questions are kept apart:
//!
//! * [`diff`](diff()): what changes in the policy, in the operator's words;
//! * [`plan`](plan()): what has to be written, deleted, attached and detached, and in which order; [`step`](step())
//!   tells the same of a small change, at the cost of what changes.
//!
//! The order holds at every single write: whoever is killed in between leaves packets with the old policy
//! or with the new one. New nodes go to places that nothing in force leads to; interfaces and members are
//! written in the version that is not in force; one word changes it for the whole host; only after a grace
//! period, when no packet is left that saw the old one, is the rest made equal and what is unused deleted.

mod diff;
mod op;
mod order;
mod place;
mod print;
mod reach;
mod running;
mod slots;
mod step;

pub use diff::{Change, Changes, Field, ItemChange, RuleChange, diff};
pub use op::{Op, Plan, PlanError};
pub use order::plan;
pub use print::print;
pub use reach::{Reached, reachable};
pub use running::{Attachment, Running, Slot, Taken, Wanted};
pub use step::{stands, step};

#[cfg(test)]
mod step_tests;
#[cfg(test)]
mod tests;
