//! Flow logs where unit tests do not reach: on a disk that is full, and read by a program that others made.

#![allow(clippy::unwrap_used, reason = "a test that unwraps fails at the line that is wrong")]

#[path = "../lab/client.rs"]
mod client;
mod disk;
mod reader;
#[allow(dead_code, reason = "what is shared is used in parts")]
#[path = "../lab/skip.rs"]
mod skip;
mod stand;
