//! What is said of skips, of cases and of disagreements.

use sgfw::model::{Direction, Snapshot};
use sgfw_common::reason::Reason;
use std::env;
use std::fs::OpenOptions;
use std::io::Write;

/// How many cases a test runs: this many, or `SGFW_PROOF` of them.
pub(crate) fn wanted(default: usize) -> usize {
    env::var("SGFW_PROOF").ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// The seeds of a test: so many, or the one that `SGFW_PROOF_SEED` names.
pub(crate) fn seeds(first: u64, count: usize) -> Vec<u64> {
    match env::var("SGFW_PROOF_SEED").ok().and_then(|text| text.parse().ok()) {
        Some(seed) => vec![seed],
        None => (first..).take(count).collect(),
    }
}

/// Says that a part of a test was not run: to the terminal, and to the file `SGFW_SKIP_LOG` names.
pub(crate) fn skip(test: &str, reason: &str) {
    let line = format!("SKIP: {test}: {reason}");
    eprintln!("{line}");
    let Some(path) = env::var_os("SGFW_SKIP_LOG") else { return };
    let file = OpenOptions::new().create(true).append(true).open(&path);
    file.and_then(|mut file| writeln!(file, "{line}")).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
}

/// One packet that was judged twice, and all that is needed to judge it again.
#[derive(Debug)]
pub(crate) struct Judged<'a> {
    /// The policy.
    pub(crate) policy: &'a Snapshot,
    /// The seed of the case.
    pub(crate) seed: u64,
    /// The interface's name.
    pub(crate) interface: &'a str,
    /// The direction, as the instance sees it.
    pub(crate) direction: Direction,
    /// The frame.
    pub(crate) frame: &'a [u8],
    /// The clock.
    pub(crate) now: u64,
}

impl Judged<'_> {
    /// Fails, with everything that is needed to see why, unless both answers are the same.
    pub(crate) fn agree(&self, reference: Reason, subject: &str, answer: Reason) {
        if reference == answer {
            return;
        }
        let policy = serde_json::to_string_pretty(self.policy).unwrap();
        let hex: String = self.frame.iter().map(|byte| format!("{byte:02x}")).collect();
        panic!(
            "{policy}\n{} {} at {}: {hex}\nthe reference says {:?}, {subject} says {answer:?}\nSGFW_PROOF_SEED={}",
            self.interface, self.direction, self.now, reference, self.seed
        );
    }
}
