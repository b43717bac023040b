//! A test that cannot run says so, where whoever runs the tests will see it.

use std::fs::OpenOptions;
use std::io::Write;
use std::panic::Location;

/// None, and said so, unless the tests run as root.
#[track_caller]
pub(crate) fn unless_root() -> Option<()> {
    if rustix::process::geteuid().is_root() {
        return Some(());
    }
    skip("needs root: it makes network namespaces and loads programs");
    None
}

/// Says that the test of this thread does not run.
#[track_caller]
pub(crate) fn skip(reason: &str) {
    let thread = std::thread::current();
    // With one thread the harness runs tests on its own, which is called `main`.
    let place = Location::caller().to_string();
    let name = thread.name().filter(|name| *name != "main").unwrap_or(&place);
    // Not by `eprintln`, which the harness keeps to itself when a test passes.
    let _ = writeln!(std::io::stderr(), "SKIP: {name}: {reason}");
    let Some(log) = std::env::var_os("SGFW_SKIP_LOG") else { return };
    let line = format!("{name}: {reason}\n");
    let written =
        OpenOptions::new().create(true).append(true).open(log).and_then(|mut log| log.write_all(line.as_bytes()));
    if let Err(error) = written {
        eprintln!("SGFW_SKIP_LOG: {error}");
    }
}
