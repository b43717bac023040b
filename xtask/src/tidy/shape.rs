//! How a file looks: its length, its opening, the match from verdict to return code.

use super::{File, Finding};

const LONGEST: usize = 400;
const LONGEST_TEST: usize = 600;
const HOOKS: &str = "sgfw-ebpf/src/main.rs";

/// Checks the shape of every Rust file.
pub(super) fn check(files: &[File]) -> Vec<Finding> {
    let rust = files.iter().filter(|file| file.is_rust());
    rust.flat_map(|file| [length(file), opening(file), wildcards(file)].concat()).collect()
}

fn length(file: &File) -> Vec<Finding> {
    let (lines, most) = (file.text().lines().count(), if file.is_test() { LONGEST_TEST } else { LONGEST });
    let what = || format!("{lines} lines, {most} at most: split it where the way of the data has a joint");
    (lines > most).then(|| Finding::new(file, most + 1, what())).into_iter().collect()
}

fn opening(file: &File) -> Vec<Finding> {
    let text = file.text();
    let first = text.lines().find(|line| !line.trim().is_empty() && !line.starts_with("#!["));
    let opens = first.is_some_and(|line| line.starts_with("//!"));
    let what = "a file opens with `//!`: say what it is for and what it does not do";
    (!opens).then(|| Finding::new(file, 1, what)).into_iter().collect()
}

/// A new kind of verdict must not fall into an arm that was written before it.
fn wildcards(file: &File) -> Vec<Finding> {
    if file.path != HOOKS {
        return Vec::new();
    }
    let lines = file.code().into_iter().filter(|(_, line)| is_wildcard(line.trim()));
    lines.map(|(at, _)| Finding::new(file, at, "no wildcard arm here: name every verdict")).collect()
}

fn is_wildcard(line: &str) -> bool {
    line.starts_with("_ =>") || line.starts_with("_ if ") || line.contains("| _") || line.contains(" _ =>")
}

#[cfg(test)]
mod tests {
    use super::super::testing::check;
    use super::super::{File, Finding};

    const RULE: fn(&[File]) -> Vec<Finding> = super::check;

    #[test]
    fn a_file_has_400_lines_at_most_and_a_test_600() {
        let lines = |count: usize| format!("//! x\n{}", "//\n".repeat(count - 1));
        check(RULE, "sgfw/src/model/a.rs", &lines(400), &[]);
        check(RULE, "sgfw/src/model/a.rs", &lines(401), &[401]);
        check(RULE, "sgfw/tests/a.rs", &lines(600), &[]);
        check(RULE, "sgfw/tests/a.rs", &lines(601), &[601]);
    }

    #[test]
    fn a_file_opens_with_its_reason() {
        check(RULE, "sgfw/src/a.rs", "#![no_std]\n//! Reason.", &[]);
        check(RULE, "sgfw/src/a.rs", "use std::fs;\n//! Reason.", &[1]);
        check(RULE, "sgfw/src/a.rs", "", &[1]);
    }

    #[test]
    fn the_hooks_name_every_verdict() {
        check(RULE, "sgfw-ebpf/src/main.rs", "//! x\nmatch v {\n    Verdict::Pass => 1,\n    _ => 2,\n}", &[4]);
        check(RULE, "sgfw-ebpf/src/main.rs", "//! x\nmatch v { Pass => 1, _ => 2 }", &[2]);
        check(RULE, "sgfw-ebpf/src/main.rs", "//! x\nfn panic(_: &PanicInfo) -> ! {", &[]);
        check(RULE, "sgfw-ebpf/src/frame.rs", "//! x\n    _ => 2,", &[]);
    }
}
