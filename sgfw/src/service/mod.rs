//! One typed action in, one reply out: everything is checked, in AWS's order, then the state is changed as a whole.
//!
//! The service is a pure function of a state, a caller, an action, the time and a source of ids: it knows no store, no
//! kernel and no wire. A [`Fault`] has AWS's code and words; after it nothing has changed.

mod desk;
mod fault;
#[allow(dead_code, reason = "those who call it come next")]
mod filter;
#[allow(dead_code, reason = "those who call it come next")]
mod page;
#[allow(dead_code, reason = "those who call it come next")]
mod tagging;

pub use desk::{Desk, Mint};
pub use fault::Fault;
