//! A test that cannot run says so, where whoever runs the tests will see it.

#[path = "note.rs"]
mod note;

use note::note;
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
    note(name, reason);
}
