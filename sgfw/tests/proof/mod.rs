//! What the proofs share: random policies and packets in a small universe, and the subjects they are judged by.
//!
//! The universe is small so that things meet: a dozen addresses of each family, a few prefixes, ports and
//! types. Every run of a test draws the same numbers; a failure prints the seed of the case, the policy and the
//! packet, and `SGFW_PROOF_SEED` runs that case alone.

pub(crate) mod frames;
pub(crate) mod host;
pub(crate) mod kernel;
pub(crate) mod ledger;
pub(crate) mod packets;
pub(crate) mod policies;
pub(crate) mod random;
pub(crate) mod report;
pub(crate) mod script;
pub(crate) mod talks;
pub(crate) mod trial;
pub(crate) mod universe;
