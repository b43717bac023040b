//! What is wrong with a policy, where, and what to write instead.

use super::source::Source;
use super::tree::Spot;
use serde::Serialize;
use std::fmt;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The policy cannot be taken.
    Error,
    /// The policy is taken, and somebody should look.
    Warning,
}

/// One thing to say about one place of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Diagnostic {
    /// Error or warning.
    pub severity: Severity,
    /// The file as it was named.
    pub file: String,
    /// Line, from 1; 0 if it is about the whole file.
    pub line: u32,
    /// Column in characters, from 1; 0 if it is about the whole file.
    pub column: u32,
    /// The offending text, cut to [`LONGEST_TEXT`] characters of its first line.
    pub text: String,
    /// What is wrong.
    pub message: String,
    /// What to write instead, if that can be said.
    pub help: Option<String>,
    /// The place in the text, for the renderer.
    #[serde(skip)]
    pub(super) spot: Spot,
    /// Which source.
    #[serde(skip)]
    pub(super) source: usize,
}

/// The most that is quoted of an offending text, in characters.
pub const LONGEST_TEXT: usize = 60;

/// Everything there is to say about a set of files, sorted by file and place.
///
/// As JSON it is a list of objects; as text (`Display`, or [`Diagnostics::render`] with colour) it shows the lines.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(transparent)]
pub struct Diagnostics {
    list: Vec<Diagnostic>,
    #[serde(skip)]
    pub(super) sources: Vec<Source>,
}

impl Diagnostics {
    /// The files that were read, by name, with what is in them.
    pub fn files(&self) -> impl Iterator<Item = (&str, &str)> {
        self.sources.iter().map(|source| (source.name.as_str(), source.text.as_str()))
    }

    /// Sorts what was found. The order of the sources is the order the files were given in.
    pub(super) fn new(mut list: Vec<Diagnostic>, sources: Vec<Source>) -> Self {
        list.sort_by_key(|found| (found.source, found.line, found.column, found.severity));
        Self { list, sources }
    }

    /// What was found, in order.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.list.iter()
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether there is nothing to say.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// How many of one severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.list.iter().filter(|found| found.severity == severity).count()
    }

    /// Whether one of them is an error.
    pub fn has_errors(&self) -> bool {
        self.count(Severity::Error) > 0
    }
}

impl<'a> IntoIterator for &'a Diagnostics {
    type Item = &'a Diagnostic;
    type IntoIter = std::slice::Iter<'a, Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// `file:line:column: error: message`, in one line, for logs.
impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if self.line > 0 {
            write!(f, ":{}:{}", self.line, self.column)?;
        }
        write!(f, ": {}: {}", self.severity, self.message)
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Error => "error",
            Self::Warning => "warning",
        })
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(false))
    }
}

impl std::error::Error for Diagnostics {}
