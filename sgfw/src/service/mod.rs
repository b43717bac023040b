//! One typed action in, one reply out: everything is checked, in AWS's order, then the state is changed as a whole.
//!
//! The service is a pure function of a state, a caller, an action, the time and a source of ids: it knows no store, no
//! kernel and no wire. A [`Fault`] has AWS's code and words; after it nothing has changed.

mod associations;
mod call;
mod clock;
mod desk;
mod fault;
mod filter;
mod find;
mod flow_logs;
mod groups;
mod instances;
mod interfaces;
mod lists;
mod network;
mod page;
mod peerings;
mod references;
mod rules;
mod show;
mod tagging;
mod tags;
mod token;

pub use call::{Done, call, serve};
pub use desk::{Asker, Desk, Mint};
pub use fault::Fault;
pub use groups::{Copied, CopyGroup, copy_group};
