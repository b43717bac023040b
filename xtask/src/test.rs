//! `cargo xtask test`: sets up, builds, and runs every test.
//!
//! A test that lacks something (privilege, a kernel feature) passes and says so: it appends a line
//! `SKIP: NAME: REASON` to the file that `SGFW_SKIP_LOG` names. The lines are shown at the end, since a skip that
//! nobody sees is a test that nobody has.

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::host::{cargo, root, target};
use crate::{ebpf, setup};

/// Runs the tests; `arguments` go to `cargo test`.
pub(crate) fn run(arguments: &[String]) -> Result<()> {
    setup::run()?;
    ebpf::build()?;
    let skip_log = target()?.join("skipped-tests.log");
    fs::write(&skip_log, "").with_context(|| format!("{} cannot be written", skip_log.display()))?;

    let mut command = Command::new(cargo());
    command
        .current_dir(root())
        .args(["test", "--workspace", "--exclude", "sgfw-ebpf", "--no-fail-fast"])
        .args(arguments);
    command.env("CARGO_TARGET_DIR", target()?).env("SGFW_SKIP_LOG", &skip_log);
    let (passed, results) = run_and_collect(&mut command)?;

    show_skips(&skip_log);
    let total = results.iter().fold(Counts::default(), |total, counts| total.plus(counts));
    println!("test: {} in {} test programs", total.text(), results.len());
    if !passed {
        bail!("cargo test failed: its report is above");
    }
    Ok(())
}

/// Lets cargo's words through and keeps the counts of its summaries.
fn run_and_collect(command: &mut Command) -> Result<(bool, Vec<Counts>)> {
    let mut child = command.stdout(Stdio::piped()).spawn().context("cargo test does not start")?;
    let mut results = Vec::new();
    if let Some(output) = child.stdout.take() {
        for line in BufReader::new(output).split(b'\n') {
            let line = line.context("the output of cargo test cannot be read")?;
            let line = String::from_utf8_lossy(&line);
            println!("{line}");
            results.extend(Counts::read(&line));
        }
    }
    let status = child.wait().context("cargo test cannot be waited for")?;
    Ok((status.success(), results))
}

fn show_skips(skip_log: &Path) {
    let text = fs::read_to_string(skip_log).unwrap_or_default();
    let lines = text.lines().map(|line| line.trim_start_matches("SKIP:").trim());
    let skips: BTreeSet<&str> = lines.filter(|line| !line.is_empty()).collect();
    println!();
    for skip in &skips {
        println!("SKIP: {skip}");
    }
    println!("test: {} skipped", skips.len());
}

/// What one summary of the test harness counts.
#[derive(Default, Debug, PartialEq, Eq)]
struct Counts {
    passed: u64,
    failed: u64,
    ignored: u64,
}

impl Counts {
    /// Reads `test result: ok. 12 passed; 0 failed; 1 ignored; ...`.
    fn read(line: &str) -> Option<Self> {
        let (_, counts) = line.strip_prefix("test result: ")?.split_once(". ")?;
        let count = |name: &str| {
            let part = counts.split(';').map(str::trim).find_map(|part| part.strip_suffix(name));
            part.and_then(|number| number.trim().parse().ok()).unwrap_or(0)
        };
        Some(Self { passed: count("passed"), failed: count("failed"), ignored: count("ignored") })
    }

    fn plus(&self, other: &Self) -> Self {
        Self {
            passed: self.passed + other.passed,
            failed: self.failed + other.failed,
            ignored: self.ignored + other.ignored,
        }
    }

    fn text(&self) -> String {
        format!("{} passed, {} failed, {} ignored", self.passed, self.failed, self.ignored)
    }
}

#[cfg(test)]
mod tests {
    use super::Counts;

    #[test]
    fn the_summary_of_the_test_harness_is_read() {
        let line = "test result: FAILED. 12 passed; 3 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s";
        assert_eq!(Counts::read(line), Some(Counts { passed: 12, failed: 3, ignored: 1 }));
        assert_eq!(Counts::read("test parse::truncated ... ok"), None);
    }
}
