//! The process that stays: it keeps the kernel on the store, and acts for whoever may speak to its socket.
//!
//! ```text
//! store ──(watch)──> converge ──> kernel        every second, and at once when the store moves
//! socket ──(one JSON line a question)──> engine ──> store, kernel
//! kernel ──(counts)──> flow_log ──> files       every ten seconds, where a flow log wants it
//! SIGHUP ──> policy files ──> store, kernel     a bad file keeps the old policy
//! ```
//!
//! It may die at any point: packets meet with what the kernel holds, and the next start converges. Started where
//! nothing is to be done it writes nothing. It opens no network socket.

mod backend;
mod client;
mod converge;
mod flow_logs;
mod notify;
mod orders;
mod perform;
mod protocol;
mod reload;
mod run;
mod socket;

pub use backend::Backend;
pub use client::{Client, ClientError};
pub use orders::{Orderer, Orders};
pub use protocol::{Answer, Ask, Health, Order, PolicyFile, SOCKET, Said};
pub use run::{Agent, AgentError, Settings};
