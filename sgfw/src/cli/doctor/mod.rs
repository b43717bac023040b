//! `sgfw doctor`: whether this machine can do what sgfw needs, and what to do where it cannot.

mod beside;
mod machine;
mod own;

use super::context::Context;
use super::failure::Failure;
use super::reply::Reply;
use clap::Args;
use serde::Serialize;
use serde_json::json;
use std::fmt;

const EXAMPLES: &str = "\
Examples:
  sgfw doctor
  sgfw doctor -o json

Exit codes: 0 nothing keeps sgfw from its work (there may be warnings), 1 something does.";

/// Check the kernel, privileges, hooks, neighbours, clock and store, and say what to do
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) struct Doctor {}

/// How it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
enum Standing {
    /// As it should be.
    Ok,
    /// It works, and somebody should know.
    Warning,
    /// It does not work.
    Bad,
}

/// One thing that was looked at.
#[derive(Clone, Debug, Serialize)]
struct Finding {
    what: &'static str,
    standing: Standing,
    found: String,
    /// What to do; empty where nothing is.
    advice: String,
}

impl Finding {
    fn ok(what: &'static str, found: impl Into<String>) -> Self {
        Self { what, standing: Standing::Ok, found: found.into(), advice: String::new() }
    }

    fn warning(what: &'static str, found: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { what, standing: Standing::Warning, found: found.into(), advice: advice.into() }
    }

    fn bad(what: &'static str, found: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { what, standing: Standing::Bad, found: found.into(), advice: advice.into() }
    }

    /// As it should be if this is so.
    fn check(is_so: bool, good: Self, otherwise: impl FnOnce() -> Self) -> Self {
        if is_so { good } else { otherwise() }
    }
}

impl fmt::Display for Standing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Bad => "bad",
        })
    }
}

impl Doctor {
    #[expect(clippy::unused_self, reason = "every verb is run the same way")]
    pub(super) fn run(&self, context: &Context) -> Result<Reply, Failure> {
        let mut findings = machine::look(context);
        findings.extend(own::look(context));
        findings.extend(beside::look(context));
        let worst = findings.iter().map(|it| it.standing).max().unwrap_or(Standing::Ok);
        let text = findings.iter().map(|it| line(context, it)).collect();
        let view = json!({ "standing": worst, "findings": findings });
        Ok(Reply::new(&view, text).exit(u8::from(worst == Standing::Bad)))
    }
}

fn line(context: &Context, finding: &Finding) -> String {
    let word = format!("{:7}", finding.standing);
    let word = match finding.standing {
        Standing::Ok => word,
        Standing::Warning => context.out.yellow(&word),
        Standing::Bad => context.out.red(&word),
    };
    let advice = if finding.advice.is_empty() { String::new() } else { format!("\n{:9}→ {}", "", finding.advice) };
    format!("{word}  {}: {}{advice}\n", finding.what, finding.found)
}
