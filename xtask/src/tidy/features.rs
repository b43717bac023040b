//! The table of features names places and tests that there are, and every row once.
//!
//! A test says which rows it proves by its name: `f9_f10_...` proves F9 and F10. Tests are found by name alone, so that a
//! table is checked without a build.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use anyhow::{Context, Result};

use super::{File, Finding, tracked_files};
use crate::host::root;

/// The table.
const TABLE: &str = "docs/security-groups.md";
/// The last row.
const ROWS: u32 = 144;
/// What the last column begins with where there is no test, and a reason after it.
const NO_TEST: &str = "no test";

/// A row: its line from 1, its number, and its columns without blanks around them.
struct Row {
    line: usize,
    number: u32,
    columns: Vec<String>,
}

/// Checks the table.
pub(super) fn check(files: &[File]) -> Vec<Finding> {
    let Some(table) = files.iter().find(|file| file.path == TABLE) else { return Vec::new() };
    let rows = rows(&table.text());
    let known: BTreeSet<String> = tests(files).into_values().flatten().collect();
    let mut findings = missing(table, &rows);
    for row in &rows {
        let [_, _, _, places, tests] = row.columns.as_slice() else {
            findings.push(Finding::new(table, row.line, "a row has five columns: row, class, what, where, tests"));
            continue;
        };
        for place in quoted(places).filter(|place| !is_place(files, place)) {
            findings.push(Finding::new(table, row.line, format!("there is no {place}: name where it is now")));
        }
        for test in quoted(tests).filter(|name| name.starts_with('f') && !known.contains(*name)) {
            let what = format!("there is no test {test}: run `cargo xtask features`");
            findings.push(Finding::new(table, row.line, what));
        }
        if quoted(tests).next().is_none() && tests.len() < NO_TEST.len() + 5 {
            let what = "neither a test nor a reason: write one, or `no test: REASON`";
            findings.push(Finding::new(table, row.line, what));
        }
    }
    findings
}

fn missing(table: &File, rows: &[Row]) -> Vec<Finding> {
    let count = |number| rows.iter().filter(|row| row.number == number).count();
    let odd = (1..=ROWS).filter(|number| count(*number) != 1);
    odd.map(|number| Finding::new(table, 1, format!("F{number} is here {} times: once", count(number)))).collect()
}

fn rows(text: &str) -> Vec<Row> {
    let row = |(at, line): (usize, &str)| {
        let columns: Vec<String> =
            line.strip_prefix('|')?.strip_suffix('|')?.split(" | ").map(|it| it.trim().to_owned()).collect();
        let number = columns.first()?.strip_prefix('F')?.parse().ok()?;
        Some(Row { line: at + 1, number, columns })
    };
    text.lines().enumerate().filter_map(row).collect()
}

fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

/// A file or a room: below the sources of sgfw, or below the root.
fn is_place(files: &[File], place: &str) -> bool {
    let below = format!("sgfw/src/{place}");
    let is =
        |path: &str, place: &str| path == place || path.strip_prefix(place).is_some_and(|rest| rest.starts_with('/'));
    files.iter().any(|file| is(&file.path, place) || is(&file.path, &below))
}

/// The names of the tests of each row.
fn tests(files: &[File]) -> BTreeMap<u32, BTreeSet<String>> {
    let mut found: BTreeMap<u32, BTreeSet<String>> = BTreeMap::new();
    for file in files.iter().filter(|file| file.is_rust()) {
        for (_, line) in file.code() {
            let Some(name) = line.trim().strip_prefix("fn ").and_then(|rest| rest.split('(').next()) else { continue };
            for number in numbers(name) {
                found.entry(number).or_default().insert(name.to_owned());
            }
        }
    }
    found
}

/// The numbers that a name begins with: 9 and 10 of `f9_f10_a_new_group`.
fn numbers(name: &str) -> Vec<u32> {
    name.split('_').map_while(|word| word.strip_prefix('f')?.parse().ok()).collect()
}

/// Writes the last column of each row that has tests: their names.
pub(crate) fn write() -> Result<()> {
    let place = root().join(TABLE);
    let text = fs::read_to_string(&place).with_context(|| format!("{TABLE} cannot be read"))?;
    let tests = tests(&tracked_files()?);
    let line = |(at, line): (usize, &str)| match rows(&text).into_iter().find(|row| row.line == at + 1) {
        Some(row) => with_tests(row, &tests),
        None => line.to_owned(),
    };
    let lines: Vec<String> = text.lines().enumerate().map(line).collect();
    fs::write(&place, lines.join("\n") + "\n").with_context(|| format!("{TABLE} cannot be written"))
}

fn with_tests(mut row: Row, tests: &BTreeMap<u32, BTreeSet<String>>) -> String {
    if let (Some(names), Some(column)) = (tests.get(&row.number), row.columns.last_mut()) {
        *column = names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" ");
    }
    format!("| {} |", row.columns.join(" | "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, text: &str) -> File {
        File { path: path.to_owned(), bytes: text.as_bytes().to_vec() }
    }

    /// A table of all rows, of which the ninth has this last column.
    fn table(ninth: &str) -> File {
        let row = |number: u32| {
            let tests = if number == 9 { ninth } else { "no test: a console's" };
            format!("| F{number} | P | words | `model` | {tests} |\n")
        };
        file(TABLE, &(1..=ROWS).map(row).collect::<String>())
    }

    #[track_caller]
    fn finds(table: File, expected: &[&str]) {
        let rust = file("sgfw/src/model/name.rs", "fn f9_f10_a_new_group() {}\nfn fine() {}");
        let found: Vec<String> = check(&[table, rust]).into_iter().map(|finding| finding.what).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_test_that_is_not_there_is_found() {
        finds(table("`f9_f10_a_new_group`"), &[]);
        finds(table("`f9_an_old_group`"), &["there is no test f9_an_old_group: run `cargo xtask features`"]);
        finds(table("no test: a reason"), &[]);
        finds(table("no test"), &["neither a test nor a reason: write one, or `no test: REASON`"]);
    }

    #[test]
    fn a_place_that_is_not_there_is_found() {
        let text = table("no test: a reason").text().replacen("`model`", "`moodel`", 1);
        finds(file(TABLE, &text), &["there is no moodel: name where it is now"]);
    }

    #[test]
    fn a_row_is_there_once() {
        let text = table("no test: a reason").text().replacen("| F144 |", "| F143 |", 1);
        finds(file(TABLE, &text), &["F143 is here 2 times: once", "F144 is here 0 times: once"]);
    }

    #[test]
    fn the_last_column_is_written_from_the_names() {
        let names = tests(&[file("a.rs", "    fn f9_f10_a_new_group() {\nfn f9_b() {\nfn f_c() {")]);
        let row = rows("| F9 | P | w | `model` | no test |").remove(0);
        assert_eq!(with_tests(row, &names), "| F9 | P | w | `model` | `f9_b` `f9_f10_a_new_group` |");
        assert_eq!(numbers("f140_the_console"), [140]);
        assert!(numbers("from_here").is_empty());
    }
}
