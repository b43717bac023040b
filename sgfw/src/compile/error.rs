//! Why a policy cannot be compiled: it is too large for a map. There is no other reason.

use sgfw_common::maps::Tree;
use thiserror::Error;

/// A policy that does not fit.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CompileError {
    /// More entries than a map holds. Counting stops at four times the limit.
    #[error("map {map} holds {limit} entries, this policy needs {asked}")]
    Full {
        /// The map's name.
        map: &'static str,
        /// Entries it holds.
        limit: u64,
        /// Entries that were asked for.
        asked: u64,
    },
    /// More ranges than a tree of [`Tree::MAX_DEPTH`] levels tells apart.
    #[error("a tree in map {map} tells {limit} ranges apart, this policy needs {asked}")]
    Deep {
        /// The map's name.
        map: &'static str,
        /// Ranges a tree can have.
        limit: u64,
        /// Ranges that were asked for.
        asked: u64,
    },
}

/// Ranges that a tree of the greatest depth tells apart.
pub(super) const MAX_RANGES: usize = 16_usize.pow(Tree::MAX_DEPTH);

/// Refuses more entries than the map holds.
pub(super) fn check(map: &'static str, limit: u32, asked: usize) -> Result<(), CompileError> {
    let (limit, asked) = (u64::from(limit), asked as u64);
    if asked > limit { Err(CompileError::Full { map, limit, asked }) } else { Ok(()) }
}
