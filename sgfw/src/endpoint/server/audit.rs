//! Every change that was asked for, one line of JSON each, in a file that only grows.
//!
//! A line says who, when (RFC 3339, UTC), from where, what, a digest of the parameters, what came of it and at which revision. Writing
//! it comes after the change and before the answer. What cannot be written is said on standard error: the change has
//! happened by then.

use super::caller::Caller;
use super::start::ServeError;
use crate::api::Action;
use crate::endpoint::sigv4;
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// The log of changes.
#[derive(Debug)]
pub(super) struct Audit(Option<File>);

/// A line of it.
#[derive(Debug, Serialize)]
struct Line<'a> {
    time: String,
    request_id: &'a str,
    action: &'a str,
    account: &'a str,
    region: &'a str,
    key: Option<&'a str>,
    role: super::super::Role,
    from: &'a str,
    dry_run: bool,
    parameters: String,
    outcome: &'a str,
    revision: Option<u64>,
}

impl Audit {
    /// The log in this file, or standard error alone.
    pub(super) fn open(path: Option<&Path>) -> Result<Self, ServeError> {
        let open = |path: &Path| {
            let file = OpenOptions::new().append(true).create(true).mode(0o640).open(path);
            file.map_err(|error| ServeError::Audit { path: path.into(), error })
        };
        path.map(open).transpose().map(Self)
    }

    /// Writes down what came of a change: `done`, or the code of the refusal.
    pub(super) fn write(&self, caller: &Caller, action: &Action, id: &str, outcome: &str, revision: Option<u64>) {
        let line = Line {
            time: sigv4::now_rfc3339(),
            request_id: id,
            action: action.name(),
            account: caller.scope.account.as_str(),
            region: &caller.scope.region,
            key: caller.key.as_deref(),
            role: caller.role,
            from: &caller.from,
            dry_run: action.dry_run(),
            parameters: digest(action),
            outcome,
            revision,
        };
        let mut text = serde_json::to_string(&line).unwrap_or_default();
        text.push('\n');
        // One write a line, so that lines of several processes do not mix.
        if let Some(Err(error)) = self.0.as_ref().map(|mut file| file.write_all(text.as_bytes())) {
            eprintln!("error: the log of changes cannot be written: {error}");
        }
        eprint!("{text}");
    }
}

/// SHA-256 of the parameters as JSON, in hex.
fn digest(action: &Action) -> String {
    let bytes = Sha256::digest(serde_json::to_vec(action).unwrap_or_default());
    bytes.iter().fold(String::with_capacity(64), |mut text, byte| {
        // Writing to a text cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
