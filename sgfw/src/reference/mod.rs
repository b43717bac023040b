//! A second opinion: the same policy and the same packets, judged slowly and from the words of the documents.
//!
//! Nothing here is shared with the decision in `sgfw-common` but the names of the reasons and the numbers of
//! the IANA, so that a mistake must be made twice to go unseen. It is also what answers a person who asks
//! which rule let a packet in:
//!
//! * [`frame`]: bytes to a [`frame::Seen`], or the reason why not;
//! * [`judge`]: a loop over the rules of all groups of an interface, answering with those that match;
//! * [`conntrack`]: what one packet after the other meets with, flows remembered.
//!
//! Limits: no segmentation offload and no tags beside the bytes, which only a kernel shows; tables never full.

pub mod conntrack;
pub mod frame;
pub mod judge;

pub use conntrack::Model;
pub use judge::{Match, What};

#[cfg(test)]
mod tests;
