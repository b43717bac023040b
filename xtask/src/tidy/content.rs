//! What the files hold: example policies are tested, nothing built and no place of one machine is kept.

use std::env;

use super::{File, Finding};
use crate::host::root;

/// Checks what is in every tracked file.
pub(super) fn check(files: &[File]) -> Vec<Finding> {
    let places = places();
    let mut findings = untested_policies(files);
    for file in files {
        findings.extend(built(file));
        findings.extend(machine_paths(file, &places));
    }
    findings
}

/// Every policy is documentation, and documentation that nothing runs goes stale.
fn untested_policies(files: &[File]) -> Vec<Finding> {
    let tests: String = files.iter().filter(|file| is_test_of_sgfw(file)).map(File::text).collect();
    // By its name alone, or with the path and the ending around it.
    let is_tested = |name: &str| tests.contains(&format!("{name}.yaml")) || tests.contains(&format!("\"{name}\""));
    let policies = files.iter().filter(|file| file.path.starts_with("policies/") && file.path.ends_with(".yaml"));
    policies
        .filter(|file| !is_tested(&file.path["policies/".len()..file.path.len() - ".yaml".len()]))
        .map(|file| Finding::new(file, 1, "no test names this policy: add it to the golden tests"))
        .collect()
}

fn is_test_of_sgfw(file: &File) -> bool {
    file.is_rust() && file.path.starts_with("sgfw/") && (file.is_test() || file.text().contains("#[cfg(test)]"))
}

fn built(file: &File) -> Vec<Finding> {
    let is_object = file.bytes.starts_with(b"\x7fELF") || file.bytes.starts_with(b"!<arch>");
    let is_output = file.path.starts_with("target/") || file.path.contains("/target/");
    let what = "built things are not kept: remove it, `cargo xtask build-ebpf` makes it anew";
    (is_object || is_output).then(|| Finding::new(file, 1, what)).into_iter().collect()
}

/// Where this checkout and this user's home lie, and where homes usually lie.
fn places() -> Vec<String> {
    let here = [Some(root().display().to_string()), env::var("HOME").ok().map(|home| format!("{home}/"))];
    // "/" as a home says nothing.
    let here = here.into_iter().flatten().filter(|place| place.len() > 2);
    here.chain([["/home", "/"].concat(), ["/Users", "/"].concat()]).collect()
}

fn machine_paths(file: &File, places: &[String]) -> Vec<Finding> {
    let text = file.text();
    let lines = text.lines().enumerate().filter(|(_, line)| places.iter().any(|place| line.contains(place)));
    let what = "a path of one machine: say it relative to the workspace, or use a variable";
    lines.map(|(at, _)| Finding::new(file, at + 1, what)).collect()
}

#[cfg(test)]
mod tests {
    use super::super::testing::check;
    use super::super::{File, Finding};

    const RULE: fn(&[File]) -> Vec<Finding> = super::check;

    #[test]
    fn a_policy_that_no_test_names_is_found() {
        check(RULE, "policies/lonely.yaml", "groups: []", &[1]);
        let file = |path: &str, text: &str| File { path: path.to_owned(), bytes: text.as_bytes().to_vec() };
        let files = [file("policies/web.yaml", ""), file("sgfw/tests/golden.rs", "golden(\"web.yaml\");")];
        assert!(RULE(&files).is_empty());
        let files = [file("policies/web.yaml", ""), file("sgfw/tests/golden.rs", "golden(\"web\");")];
        assert!(RULE(&files).is_empty());
    }

    #[test]
    fn built_things_are_found() {
        check(RULE, "sgfw/assets/sgfw", "\x7fELF", &[1]);
        check(RULE, "fuzz/target/log", "x", &[1]);
    }

    #[test]
    fn a_path_of_one_machine_is_found() {
        check(RULE, "README.md", &format!("a\nrun {}/x", crate::host::root().display()), &[2]);
        check(RULE, "README.md", "run target/debug/sgfw", &[]);
    }
}
