//! Policy files, version 1: YAML text to a checked [`Snapshot`], and back.
//!
//! The way of the data: `source` (files to text) → `tree` (text to values that know their place; the only file that
//! knows the YAML reader) → `document` and one decoder a thing (`group`, `rule`, `traffic`, `peer`, `interface`, ...)
//! → `resolve` (names across files). Every decoder reports what is wrong and goes on, so that all mistakes are told
//! at once; `render` shows them. `emit` writes a snapshot as a file again.
//!
//! Limits: 16 MiB a file, 32 levels, 64 aliases, 250 000 rules in all.

mod address;
mod decode;
mod diagnostic;
mod document;
mod draft;
mod emit;
mod group;
mod interface;
mod names;
mod peer;
mod render;
mod report;
mod resolve;
mod rule;
mod settings;
mod source;
mod suggest;
mod traffic;
mod tree;

pub use diagnostic::{Diagnostic, Diagnostics, LONGEST_TEXT, Severity};
pub use emit::emit;

use crate::model::Snapshot;
use draft::Draft;
use std::path::{Path, PathBuf};

/// A policy that can be taken, and what was odd about its files.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The whole policy, all files merged.
    pub snapshot: Snapshot,
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
    let mut draft = Draft::default();
    draft.report.begin(source::Source { name: name.to_owned(), text: String::new() });
    if source::accept(text.as_bytes().to_vec(), &mut draft.report).is_some() {
        document::read(&mut draft);
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
    let found = draft.report.finish();
    if found.has_errors() { Err(found) } else { Ok(Loaded { snapshot: draft.snapshot, warnings: found }) }
}
