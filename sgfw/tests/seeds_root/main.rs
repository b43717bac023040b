//! The commands of the documents with their literal ids, on packets that are really dropped, through two doors: `sgfw ec2`, and
//! the real, unchanged `aws ec2` at an endpoint and an agent.
//!
//! `v0` is 10.9.0.1 and 2001:db8:a::1 in VPC A; its peer speaks from 10.9.0.2 (VPC A), 10.9.0.130 and 2001:db8:b::2 (VPC B).
//! A command has done its work when it comes back: no test waits or tries twice. Where a document prints something, what is
//! printed has all of it.

#![allow(clippy::unwrap_used, reason = "a test that unwraps fails at the line that is wrong")]

#[path = "../command/mod.rs"]
mod command;

mod classic;
mod commands;
mod groups;
mod guide;
mod net;
mod peering;
mod stage;
mod tracking;
