//! How much is run, and what is said of what is not.

#[path = "../lab/note.rs"]
mod note;

use std::env;

/// How many cases a test runs: this many, or `SGFW_PROOF` of them.
pub(crate) fn wanted(default: usize) -> usize {
    env::var("SGFW_PROOF").ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// The seeds of a test: so many, or the one that `SGFW_PROOF_SEED` names.
pub(crate) fn seeds(count: usize) -> Vec<u64> {
    match only_seed() {
        Some(seed) => vec![seed],
        None => (1..).take(count).collect(),
    }
}

/// The seed of the one case that is wanted, if only one is.
pub(crate) fn only_seed() -> Option<u64> {
    env::var("SGFW_PROOF_SEED").ok().and_then(|text| text.parse().ok())
}

/// Says that a part of a test was not run: to the terminal, and to the file `SGFW_SKIP_LOG` names.
pub(crate) fn skip(test: &str, reason: &str) {
    note::note(test, reason);
}
