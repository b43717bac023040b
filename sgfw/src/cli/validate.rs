//! `sgfw validate`: every mistake of the files at once. Needs no privilege and looks at nothing but the files.

use super::context::Context;
use super::failure::Failure;
use super::reply::Reply;
use super::table::count;
use crate::compile::compile;
use crate::policy::{Loaded, load};
use clap::Args;
use serde_json::json;
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  sgfw validate policies/web.yaml
  sgfw validate groups.yaml interfaces.yaml     # one policy in two files
  sgfw validate policies/web.yaml -o json       # every mistake with file, line and column

Exit codes: 0 the policy can be taken, 1 it cannot.";

/// Check policies and report every mistake; needs no root
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) struct Validate {
    /// Policy files; together they are one policy
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

impl Validate {
    pub(super) fn run(&self, context: &Context) -> Result<Reply, Failure> {
        let loaded = match load(&self.files) {
            Ok(loaded) => loaded,
            Err(found) if context.json => {
                return Ok(Reply::new(&json!({ "ok": false, "diagnostics": found }), String::new()).exit(1));
            }
            Err(found) => return Err(found.into()),
        };
        compile(&loaded.snapshot)?;
        if !loaded.warnings.is_empty() {
            context.note(&loaded.warnings.render(context.err.colour));
        }
        Ok(accepted(&loaded))
    }
}

fn accepted(loaded: &Loaded) -> Reply {
    let snapshot = &loaded.snapshot;
    let rules: usize = snapshot.groups.values().map(|group| group.ingress.len() + group.egress.len()).sum();
    let text = format!(
        "OK: {}, {}, {}, {}, {}\n",
        count(snapshot.groups.len(), "group"),
        count(rules, "rule"),
        count(snapshot.prefix_lists.len(), "prefix list"),
        count(snapshot.interfaces.len(), "interface"),
        count(snapshot.members.len(), "other member"),
    );
    let view = json!({
        "ok": true,
        "groups": snapshot.groups.len(),
        "rules": rules,
        "prefix_lists": snapshot.prefix_lists.len(),
        "interfaces": snapshot.interfaces.len(),
        "members": snapshot.members.len(),
        "diagnostics": loaded.warnings,
    });
    Reply::new(&view, text)
}
