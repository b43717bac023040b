//! Policy files, version 1: YAML text to a checked [`Snapshot`], and back.
//!
//! The way of the data: `source` (files to text) → `tree` (text to values that know their place; the only file that
//! knows the YAML reader) → `document` and one decoder a thing (`group`, `rule`, `traffic`, `peer`, `interface`, ...)
//! → `resolve` (names across files) → `snapshot` (through [`crate::declare::adopt`] into an empty state, and lowered).
//! Every decoder reports what is wrong and goes on, so that all mistakes are told
//! at once; `render` shows them. `emit` writes a snapshot as a file again.
//!
//! Limits: 16 MiB a file, 32 levels, 64 aliases, 250 000 rules in all.

mod account;
mod address;
mod decode;
mod diagnostic;
mod document;
mod draft;
mod emit;
mod export;
mod flow_log;
mod group;
mod instance;
mod interface;
mod list;
mod names;
mod peer;
mod peering;
mod quota;
mod render;
mod report;
mod resolve;
mod rule;
mod settings;
mod snapshot;
mod source;
mod suggest;
mod test;
mod traffic;
mod tree;
mod vpc;
mod write;

pub use diagnostic::{Diagnostic, Diagnostics, LONGEST_TEXT, Severity};
pub use emit::emit;
pub use export::emit_state;

use crate::declare::Declared;
use crate::model::{Snapshot, Test};
use draft::Draft;
use std::path::{Path, PathBuf};

/// A policy that can be taken, and what was odd about its files.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// What the files declare, all of them together.
    pub declared: Declared,
    /// What packets are judged by if there is nothing but the files.
    pub snapshot: Snapshot,
    /// What the files expect of themselves, in the names of `snapshot`.
    pub tests: Vec<Test>,
    /// Warnings only.
    pub warnings: Diagnostics,
}

/// Reads files and merges them into one policy. Names are one space over all files: a name declared twice is an
/// error, and a group may be used in one file and declared in another.
///
/// # Errors
/// Everything that is wrong in any of the files, warnings included, sorted by file and place.
pub fn load(paths: &[PathBuf]) -> Result<Loaded, Diagnostics> {
    let mut draft = Draft::default();
    for path in paths {
        read_file(path, &mut draft);
    }
    finish(draft)
}

/// Reads one text; `name` is what messages call it.
///
/// # Errors
/// As [`load`].
pub fn load_text(name: &str, text: &str) -> Result<Loaded, Diagnostics> {
    load_texts([(name, text)])
}

/// Reads texts with their names, which together are one policy.
///
/// # Errors
/// As [`load`].
pub fn load_texts<'a>(texts: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Loaded, Diagnostics> {
    let mut draft = Draft::default();
    for (name, text) in texts {
        draft.report.begin(source::Source { name: name.to_owned(), text: String::new() });
        if source::accept(text.as_bytes().to_vec(), &mut draft.report).is_some() {
            document::read(&mut draft);
        }
    }
    finish(draft)
}

fn read_file(path: &Path, draft: &mut Draft) {
    if source::read(path, &mut draft.report).is_some() {
        document::read(draft);
    }
}

fn finish(mut draft: Draft) -> Result<Loaded, Diagnostics> {
    resolve::resolve(&mut draft);
    let made = if draft.report.has_errors() { None } else { snapshot::of(&mut draft) };
    let found = draft.report.finish();
    match made {
        Some((snapshot, tests)) => Ok(Loaded { declared: draft.out, snapshot, tests, warnings: found }),
        None => Err(found),
    }
}
