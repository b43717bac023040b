//! `sgfw test`: what a policy expects of itself, and whether it does it. Looks at nothing but the files.

use super::context::Context;
use super::failure::Failure;
use super::junit::report;
use super::reply::Reply;
use super::table::count;
use crate::analyse::{Outcome, run_tests};
use crate::policy::load;
use clap::Args;
use serde_json::json;
use std::path::PathBuf;
use std::time::Instant;

const EXAMPLES: &str = "\
Examples:
  sgfw test policies/vpc.yaml
  sgfw test groups.yaml interfaces.yaml --junit report.xml
  sgfw test policies/vpc.yaml -o json

A test says who must or must not be able to start something:
  tests:
    - {from: 203.0.113.0/24, to: {group: web}, protocol: tcp, port: 443, expect: allow}
    - {from: anywhere, to: {group: db}, protocol: tcp, port: 5432, expect: deny}

All of it must be as expected: every address of a block, every member of a group, every port of a range. `sgfw apply`
runs the same tests first, and a failing one stops it.
Exit codes: 0 all pass, 1 one fails or the files cannot be taken.";

/// Run the tests that policy files have; needs no root
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) struct Test {
    /// Policy files; together they are one policy
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Write a report in JUnit's XML too, as build servers read it
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
}

impl Test {
    pub(super) fn run(&self, context: &Context) -> Result<Reply, Failure> {
        let loaded = load(&self.files)?;
        if !loaded.warnings.is_empty() {
            context.note(&loaded.warnings.render(context.err.colour));
        }
        let begin = Instant::now();
        let outcomes = run_tests(&loaded.snapshot, &loaded.tests);
        if let Some(path) = &self.junit {
            let names: Vec<String> = self.files.iter().map(|file| file.display().to_string()).collect();
            let text = report(&names.join(" "), &outcomes, begin.elapsed());
            std::fs::write(path, text).map_err(|error| {
                Failure::new(
                    format!("cannot write {}: {error}", path.display()),
                    "give --junit a file in a directory that you may write to",
                )
            })?;
        }
        Ok(reply(context, &outcomes))
    }
}

fn reply(context: &Context, outcomes: &[Outcome]) -> Reply {
    let failed = outcomes.iter().filter(|outcome| !outcome.passed()).count();
    let mut text: String = outcomes.iter().map(|outcome| line(context, outcome)).collect();
    text += &match (outcomes.len(), failed) {
        (0, _) => "The files have no tests; `sgfw test --help` shows one\n".to_owned(),
        (all, 0) => format!("{}, all passed\n", count(all, "test")),
        (all, failed) => format!("{}, {failed} failed\n", count(all, "test")),
    };
    let view = json!({ "ok": failed == 0, "passed": outcomes.len() - failed, "failed": failed, "tests": outcomes });
    Reply::new(&view, text).exit(u8::from(failed > 0))
}

fn line(context: &Context, outcome: &Outcome) -> String {
    let text = outcome.to_string();
    match text.strip_prefix("FAILED") {
        Some(rest) => format!("{}{rest}", context.out.red("FAILED")),
        None => text,
    }
}
