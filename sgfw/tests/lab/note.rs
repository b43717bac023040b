//! Where a skip is written down, for every test program alike.

use std::fs::OpenOptions;
use std::io::Write;

/// Says that a test, or a part of it, was not run: to the terminal, and to the file that `SGFW_SKIP_LOG` names.
pub(crate) fn note(test: &str, reason: &str) {
    let line = format!("SKIP: {test}: {reason}\n");
    // Not by `eprintln`, which the harness keeps to itself when a test passes.
    let _ = std::io::stderr().write_all(line.as_bytes());
    let Some(log) = std::env::var_os("SGFW_SKIP_LOG") else { return };
    let written =
        OpenOptions::new().create(true).append(true).open(log).and_then(|mut log| log.write_all(line.as_bytes()));
    if let Err(error) = written {
        eprintln!("SGFW_SKIP_LOG: {error}");
    }
}
