//! Actions about groups and rules, as callers see them: what is answered, in which words it is refused, and that what
//! is refused changes nothing.

#![expect(clippy::unwrap_used, reason = "a test that unwraps fails at the line that is wrong")]

mod associations;
mod classic;
mod cloud;
mod copies;
mod create;
mod delete;
mod describe;
mod modify;
mod peering;
mod permissions;
mod quotas;
mod random;
mod revoke;
mod sequences;
mod stale;
mod whole;
