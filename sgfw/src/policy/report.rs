//! Where decoders put what they find, so that a file's mistakes are told all at once.

use super::diagnostic::{Diagnostic, Diagnostics, LONGEST_TEXT, Severity};
use super::source::Source;
use super::tree::{self, Spot};
use crate::declare;
use std::sync::Arc;

/// The sources read so far and what was found in them. The last source is the current one.
#[derive(Debug)]
pub(super) struct Report {
    sources: Vec<Source>,
    /// The current source's name, for declarations.
    file: Arc<str>,
    found: Vec<Diagnostic>,
}

/// The most of a message, in characters: names are quoted in it, and they may be megabytes.
const LONGEST_MESSAGE: usize = 500;

/// A spot in one of the sources.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    source: usize,
    spot: Spot,
}

impl Default for Report {
    fn default() -> Self {
        Self { sources: Vec::new(), file: Arc::from(""), found: Vec::new() }
    }
}

impl Report {
    /// The next source.
    pub(super) fn begin(&mut self, source: Source) {
        self.file = Arc::from(source.name.as_str());
        self.sources.push(source);
    }

    /// The text of the current source.
    pub(super) fn text(&mut self, text: String) {
        if let Some(source) = self.sources.last_mut() {
            source.text = text;
        }
    }

    /// What the current source says.
    pub(super) fn current(&self) -> &str {
        self.sources.last().map_or("", |source| source.text.as_str())
    }

    /// A spot of the current source, for a declaration.
    pub(super) fn at(&self, spot: Spot) -> declare::Place {
        declare::Place { file: self.file.clone(), line: spot.line, column: spot.column }
    }

    /// An error about a declaration. Where only the line is known, the place is where its text begins.
    pub(super) fn error_in(&mut self, place: &declare::Place, message: impl Into<String>, help: impl Into<String>) {
        let source = self.sources.iter().position(|source| *source.name == *place.file).unwrap_or_default();
        let text = self.sources.get(source).map_or("", |source| source.text.as_str());
        let mut spot = Spot { line: place.line, column: place.column, ..Spot::default() };
        if spot.column == 0 && spot.line > 0 {
            spot.column = tree::first_column(spot.line, text);
        }
        spot.start = tree::start_of(spot, text);
        self.add(Severity::Error, Place { source, spot }, message.into(), help.into());
    }

    /// A spot of the current source.
    pub(super) fn place(&self, spot: Spot) -> Place {
        Place { source: self.sources.len().saturating_sub(1), spot }
    }

    /// `file:line:column`.
    pub(super) fn name(&self, place: Place) -> String {
        let file = self.sources.get(place.source).map_or("", |source| source.name.as_str());
        format!("{file}:{}:{}", place.spot.line, place.spot.column)
    }

    /// An error in the current source; an empty `help` is none.
    pub(super) fn error(&mut self, spot: Spot, message: impl Into<String>, help: impl Into<String>) {
        self.add(Severity::Error, self.place(spot), message.into(), help.into());
    }

    /// An error in any source.
    pub(super) fn error_at(&mut self, place: Place, message: impl Into<String>, help: impl Into<String>) {
        self.add(Severity::Error, place, message.into(), help.into());
    }

    /// A warning in the current source.
    pub(super) fn warning(&mut self, spot: Spot, message: impl Into<String>, help: impl Into<String>) {
        self.add(Severity::Warning, self.place(spot), message.into(), help.into());
    }

    /// Whether anything found is an error.
    pub(super) fn has_errors(&self) -> bool {
        self.found.iter().any(|found| found.severity == Severity::Error)
    }

    /// Everything found, sorted.
    pub(super) fn finish(self) -> Diagnostics {
        Diagnostics::new(self.found, self.sources)
    }

    fn add(&mut self, severity: Severity, place: Place, message: String, help: String) {
        let Place { source, spot } = place;
        self.found.push(Diagnostic {
            severity,
            file: self.sources.get(source).map(|source| source.name.clone()).unwrap_or_default(),
            line: spot.line,
            column: spot.column,
            text: self.sources.get(source).map(|source| excerpt(&source.text, spot)).unwrap_or_default(),
            message: inert(&message),
            help: (!help.is_empty()).then(|| inert(&help)),
            spot,
            source,
        });
    }
}

/// The first line of what stands at a spot, cut.
fn excerpt(text: &str, spot: Spot) -> String {
    let start = usize::try_from(spot.start).unwrap_or(0);
    let len = usize::try_from(spot.len).unwrap_or(0);
    let text = text.get(start..start.saturating_add(len)).unwrap_or("");
    inert(&text.lines().next().unwrap_or("").chars().take(LONGEST_TEXT).collect::<String>())
}

/// Text of a file as it may be shown: no control or direction characters that a terminal would obey, and not endless.
pub(super) fn inert(text: &str) -> String {
    let mut out = String::with_capacity(text.len().min(LONGEST_MESSAGE));
    for c in text.chars().take(LONGEST_MESSAGE) {
        match c {
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => out.extend(c.escape_unicode()),
            c if c.is_control() => out.extend(c.escape_default()),
            c => out.push(c),
        }
    }
    out
}
