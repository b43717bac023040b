//! Documents name only commands and files that there are.

use clap::CommandFactory;

use super::{File, Finding};
use crate::Arguments;
use crate::host::root;

const DOCUMENTS: [&str; 3] = ["README.md", "CONTRIBUTING.md", "ARCHITECTURE.md"];

/// Checks the commands and policies that the documents name.
pub(super) fn check(files: &[File]) -> Vec<Finding> {
    let documents = files.iter().filter(|file| DOCUMENTS.contains(&file.path.as_str()));
    documents.flat_map(document).collect()
}

fn document(file: &File) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (at, line) in file.text().lines().enumerate() {
        for task in words_after(line, "cargo xtask ").filter(|task| !is_task(task)) {
            findings.push(Finding::new(file, at + 1, format!("there is no `cargo xtask {task}`: name one there is")));
        }
        let verbs = words_after(line, "`sgfw ").chain(line.strip_prefix("sgfw ").and_then(first_word));
        for verb in verbs.filter(|verb| !is_verb(verb)) {
            findings.push(Finding::new(file, at + 1, format!("there is no `sgfw {verb}`: name one there is")));
        }
        for policy in words_after(line, "policies/").filter(|name| !root().join("policies").join(name).exists()) {
            findings.push(Finding::new(file, at + 1, format!("there is no policies/{policy}: name one there is")));
        }
    }
    findings
}

/// The words that follow each `start` in `line`.
fn words_after<'a>(line: &'a str, start: &'a str) -> impl Iterator<Item = &'a str> {
    line.split(start).skip(1).filter_map(first_word)
}

fn first_word(text: &str) -> Option<&str> {
    let end = text.find(|character: char| !(character.is_alphanumeric() || "-_.".contains(character)));
    let word = text[..end.unwrap_or(text.len())].trim_end_matches('.');
    word.starts_with(|character: char| character.is_lowercase()).then_some(word)
}

fn is_task(task: &str) -> bool {
    Arguments::command().find_subcommand(task).is_some()
}

/// The command line keeps one file a verb.
fn is_verb(verb: &str) -> bool {
    let room = root().join("sgfw/src/cli");
    let name = verb.replace('-', "_");
    room.join(format!("{name}.rs")).exists() || room.join(name).join("mod.rs").exists()
}

#[cfg(test)]
mod tests {
    use super::super::testing::check;
    use super::super::{File, Finding};

    const RULE: fn(&[File]) -> Vec<Finding> = super::check;

    #[test]
    fn a_task_that_is_not_there_is_found() {
        check(RULE, "README.md", "`cargo xtask test`\n`cargo xtask dance`, or `cargo xtask TASK`.", &[2]);
    }

    #[test]
    fn a_verb_or_a_policy_that_is_not_there_is_found() {
        check(RULE, "README.md", "one\nsgfw dance\nsee `sgfw dance FILE`", &[2, 3]);
        check(RULE, "README.md", "policies/nowhere.yaml", &[1]);
        check(RULE, "NOTES.md", "policies/nowhere.yaml", &[]);
    }
}
