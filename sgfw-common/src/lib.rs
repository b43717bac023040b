//! What the kernel side and user space of sgfw must agree on, and the decision itself.
//!
//! A packet walks through these rooms in this order:
//!
//! * [`frame`]: the bytes, read N at an offset, or not at all;
//! * [`parse`]: bytes to a [`packet::Packet`], or a named refusal;
//! * [`verdict`]: [`verdict::judge`], the one function that decides, over the [`tables::Tables`]
//!   it is given;
//! * `flow`, `fragment` and `rules`: its steps, over the two things it looks up: [`conntrack`] and [`range`];
//! * [`reason`]: the name of what was decided, which counters, log and `explain` share;
//! * [`logged`]: what flow logs count of it.
//!
//! [`maps`] has the layout of everything that lies in a BPF map. Nothing here allocates, knows a
//! clock, a kernel or a policy's names; the same code runs in the BPF program and on the host.
#![no_std]

pub mod addr;
pub mod conntrack;
mod flow;
mod fragment;
pub mod frame;
pub mod logged;
pub mod maps;
pub mod packet;
pub mod parse;
pub mod range;
pub mod reason;
mod rules;
pub mod tables;
pub mod verdict;
