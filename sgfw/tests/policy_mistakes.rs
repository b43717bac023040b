//! Seeded mistakes: each must be found, at its place, with words that help, and nothing else must be.
//!
//! `«` and `»` mark the offending text in the file; they are taken out before it is read. Below stands what must be
//! said, in order: `error` or `warning`, a part of the message, and after `|` a part of the help.

mod mistakes;

use mistakes::{Case, files, flow_logs, interfaces, names, rules, yaml};
use sgfw::policy::{self, Diagnostic};

/// A file without its marks, and what was marked: line, column, text.
fn unmark(marked: &str) -> (String, Vec<(u32, u32, String)>) {
    let (mut text, mut marks, mut open) = (String::new(), Vec::new(), None);
    let (mut line, mut column) = (1, 1);
    for c in marked.chars() {
        match c {
            '«' => open = Some((line, column, text.len())),
            '»' => {
                let (line, column, start) = open.take().expect("« before »");
                marks.push((line, column, text[start..].to_owned()));
            }
            _ => {
                text.push(c);
                (line, column) = if c == '\n' { (line + 1, 1) } else { (line, column + 1) };
            }
        }
    }
    (text, marks)
}

fn check(case: &Case) -> Result<(), String> {
    let (text, marks) = unmark(&case.file);
    let found: Vec<Diagnostic> = match policy::load_text("test.yaml", &text) {
        Ok(loaded) => loaded.warnings.iter().cloned().collect(),
        Err(found) => found.iter().cloned().collect(),
    };
    let told = found.iter().map(|d| format!("  {d} `{}` | {}\n", d.text, d.help.as_deref().unwrap_or("")));
    let told = format!("{}:\n{text}\nfound:\n{}", case.name, told.collect::<String>());
    if marks.len() != case.said.len() || found.len() != case.said.len() {
        return Err(format!("{} marks, {} expected, {} found\n{told}", marks.len(), case.said.len(), found.len()));
    }
    for ((found, said), (line, column, marked)) in found.iter().zip(&case.said).zip(&marks) {
        let (said, help) = said.split_once(" | ").unwrap_or((said, ""));
        let (severity, message) = said.split_once(": ").expect("error: or warning:");
        let place = (found.line, found.column) == (*line, *column) && found.text == *marked;
        let words = found.message.contains(message) && found.help.as_deref().unwrap_or("").contains(help);
        if !place || !words || found.severity.to_string() != severity {
            return Err(format!("expected {line}:{column} `{marked}` {said} | {help}\n{told}"));
        }
    }
    Ok(())
}

fn check_all(cases: &[Case]) {
    let wrong: Vec<String> = cases.iter().filter_map(|case| check(case).err()).collect();
    assert!(wrong.is_empty(), "{} of {} cases:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

#[test]
fn mistakes_of_yaml() {
    check_all(&yaml());
}

#[test]
fn mistakes_in_names_ids_and_tags() {
    check_all(&names());
}

#[test]
fn mistakes_in_rules() {
    check_all(&rules());
}

#[test]
fn mistakes_in_interfaces_and_members() {
    check_all(&interfaces());
}

#[test]
fn mistakes_in_flow_logs() {
    check_all(&flow_logs());
}

#[test]
fn several_mistakes_of_a_file_are_told_at_once() {
    check_all(&files());
}

#[test]
fn there_are_sixty_mistakes_at_least_and_their_names_are_unique() {
    let cases = [yaml(), names(), rules(), interfaces(), flow_logs(), files()].concat();
    let names: std::collections::BTreeSet<&str> = cases.iter().map(|case| case.name).collect();
    assert_eq!(names.len(), cases.len());
    assert!(cases.len() >= 60, "{}", cases.len());
}
