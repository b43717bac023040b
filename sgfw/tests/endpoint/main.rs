//! The endpoint as clients meet it: over sockets, with a state in memory behind it.

#![allow(clippy::unwrap_used, reason = "a test that unwraps fails at the line that is wrong")]

mod abuse;
mod access;
mod backend;
mod fuzz;
mod http;
mod places;
mod sdk;
mod signed;
mod stage;
mod wire;

#[path = "../lab/client.rs"]
mod client;
#[path = "../lab/note.rs"]
mod note;

#[allow(dead_code, reason = "shared with tests that need more of it")]
#[path = "../proof/random.rs"]
mod random;
