//! What the kernel's verifier says of the programs.

use sgfw::kernel::Probe;

/// A quarter of the kernel's limit: what grows beyond it gets its own thought.
const LIMIT: u32 = 250_000;

#[test]
fn every_program_stays_under_250_000_verified_instructions() {
    let probe = match Probe::load(1000) {
        Ok(probe) => probe,
        Err(error) => return skip("every_program_stays_under_250_000_verified_instructions", &error),
    };
    let counts = probe.verified_instructions();
    assert_eq!(counts.len(), 4, "{counts:?}");
    for (program, count) in counts {
        assert!(count > 0 && count < LIMIT, "{program}: {count}");
    }
}

/// Only a lack of privilege is a reason to skip.
fn skip(test: &str, error: &sgfw::kernel::KernelError) {
    assert!(matches!(error, sgfw::kernel::KernelError::Privilege { .. }), "{error}");
    sgfw_test_skip(test, &error.to_string());
}

fn sgfw_test_skip(test: &str, reason: &str) {
    use std::io::Write;
    let line = format!("SKIP: {test}: {reason}");
    eprintln!("{line}");
    if let Ok(path) = std::env::var("SGFW_SKIP_LOG") {
        let file = std::fs::OpenOptions::new().append(true).create(true).open(path);
        file.and_then(|mut file| writeln!(file, "{line}")).unwrap();
    }
}
