//! What the kernel's verifier says of the programs.

#[path = "lab/skip.rs"]
mod skip;

use sgfw::kernel::Probe;

/// A quarter of the kernel's limit: what grows beyond it gets its own thought.
const LIMIT: u32 = 250_000;

#[test]
fn every_program_stays_under_250_000_verified_instructions() {
    let Some(()) = skip::unless_root() else { return };
    let probe = Probe::load(1000).unwrap();
    let counts = probe.verified_instructions();
    assert_eq!(counts.len(), 4, "{counts:?}");
    for (program, count) in counts {
        assert!(count > 0 && count < LIMIT, "{program}: {count}");
    }
}
