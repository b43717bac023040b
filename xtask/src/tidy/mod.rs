//! `cargo xtask tidy`: the invariants of ARCHITECTURE.md that no lint can check.
//!
//! Every rule is a function from the tracked files to findings, in one of the files beside this one. Rules
//! read lines, not syntax trees: simple enough to trust, exact enough for a tree that rustfmt keeps in shape.

use std::fmt;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::host::{answer, root};

mod commands;
mod content;
mod features;
mod rooms;
mod shape;

pub(crate) use features::write as write_features;

/// Checks every rule over every tracked file.
pub(crate) fn run() -> Result<()> {
    let files = tracked_files()?;
    let rules = [rooms::check, shape::check, content::check, commands::check, features::check];
    let findings: Vec<Finding> = rules.iter().flat_map(|rule| rule(&files)).collect();
    for finding in &findings {
        println!("{finding}");
    }
    if !findings.is_empty() {
        bail!("{} findings: each names what to do; the reasons are in ARCHITECTURE.md", findings.len());
    }
    println!("tidy: {} files in order", files.len());
    Ok(())
}

/// A tracked file: its path below the root, and what is in it.
struct File {
    path: String,
    bytes: Vec<u8>,
}

impl File {
    fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    fn text(&self) -> std::borrow::Cow<'_, str> {
        String::from_utf8_lossy(&self.bytes)
    }

    /// Whether the whole file is there for tests alone.
    fn is_test(&self) -> bool {
        let mut parts = self.path.split('/');
        parts.any(|part| part == "tests" || part == "tests.rs" || part.ends_with("_tests.rs") || part == "benches")
    }

    /// The lines with their numbers, comments and the insides of strings left out.
    fn code(&self) -> Vec<(usize, String)> {
        self.text().lines().map(code).enumerate().map(|(at, line)| (at + 1, line)).collect()
    }
}

/// A rule broken at a line, with what to do about it.
#[derive(Clone, Debug)]
struct Finding {
    path: String,
    line: usize,
    what: String,
}

impl Finding {
    fn new(file: &File, line: usize, what: impl Into<String>) -> Self {
        Self { path: file.path.clone(), line, what: what.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path, self.line, self.what)
    }
}

fn tracked_files() -> Result<Vec<File>> {
    let mut git = Command::new("git");
    // New files count before they are added, so that tidy tells before the commit.
    git.current_dir(root()).args(["-c", "safe.directory=*", "ls-files", "--cached", "--others", "--exclude-standard"]);
    let names = answer(&mut git).context("tidy asks git for the tracked files: run it in a git checkout")?;
    let paths = names.lines().map(|name| (name.to_owned(), root().join(name)));
    paths.filter(|(_, path)| path.is_file()).map(read).collect()
}

fn read((path, place): (String, PathBuf)) -> Result<File> {
    let bytes = fs::read(&place).with_context(|| format!("{path} cannot be read"))?;
    Ok(File { path, bytes })
}

/// A line without its comment and without what its strings say.
fn code(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut characters = line.chars().peekable();
    let mut quoted = false;
    while let Some(character) = characters.next() {
        match character {
            '\\' if quoted => drop(characters.next()),
            '"' => quoted = !quoted,
            '/' if !quoted && characters.peek() == Some(&'/') => break,
            // The character '"' opens no string.
            '\'' if !quoted && characters.peek() == Some(&'"') => drop(characters.next()),
            _ if quoted => {}
            _ => out.push(character),
        }
    }
    out
}

/// Whether `word` stands in `line` as a word of its own.
fn has_word(line: &str, word: &str) -> bool {
    let is_part = |character: char| character.is_alphanumeric() || character == '_';
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + word.len()..].chars().next();
        !before.is_some_and(is_part) && !after.is_some_and(is_part)
    })
}

#[cfg(test)]
mod testing {
    use super::{File, Finding};

    /// Checks one file by one rule: the lines of the findings must be `expected`.
    pub(super) fn check(rule: fn(&[File]) -> Vec<Finding>, path: &str, text: &str, expected: &[usize]) {
        let files = [File { path: path.to_owned(), bytes: text.as_bytes().to_vec() }];
        let findings = rule(&files);
        let lines: Vec<usize> = findings.iter().map(|finding| finding.line).collect();
        assert_eq!(lines, expected, "{path}:\n{text}\n{findings:#?}");
    }

    #[test]
    fn code_is_a_line_without_comment_and_strings() {
        assert_eq!(super::code(r#"let a = "word // b"; // word"#), "let a = ; ");
        assert_eq!(super::code(r#"let a = "\"word"; call('"', word)"#), "let a = ; call(', word)");
    }

    #[test]
    fn a_word_is_no_part_of_another() {
        assert!(super::has_word("use aya::Ebpf", "aya"));
        assert!(!super::has_word("use aya_ebpf::maps", "aya"));
        assert!(!super::has_word("#[expect(unsafe_code)]", "unsafe"));
    }
}
