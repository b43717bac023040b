//! Which room may know what: libraries, other rooms, `unsafe`.

use super::{File, Finding, has_word};

/// A word that only some places may say in code.
struct Only {
    word: &'static str,
    /// Where the rule holds; other crates have rules of their own.
    within: &'static str,
    /// Files and directories (with a slash at the end) that may.
    places: &'static [&'static str],
    advice: &'static str,
}

const ONLY: [Only; 11] = [
    Only {
        word: "serde_yaml",
        within: "sgfw/",
        places: &["sgfw/src/policy/", "sgfw/tests/"],
        advice: "only `policy` knows YAML: hand it a value of `model` instead",
    },
    Only {
        word: "serde_saphyr",
        within: "sgfw/",
        places: &["sgfw/src/policy/"],
        advice: "only `policy` knows YAML: hand it a value of `model` instead",
    },
    Only {
        word: "aya",
        within: "sgfw",
        // The marker trait of map values belongs to aya, and their layout to sgfw-common.
        places: &["sgfw/src/kernel/", "sgfw/tests/", "sgfw-common/src/maps.rs"],
        advice: "only `kernel` knows aya: add what is needed to its own types",
    },
    Only {
        word: "aya_log",
        within: "sgfw/",
        places: &["sgfw/src/kernel/"],
        advice: "only `kernel` knows aya: add what is needed to its own types",
    },
    Only {
        word: "aya_ebpf",
        within: "sgfw",
        places: &["sgfw-ebpf/"],
        advice: "the decision must run on the host too: keep what is the kernel's in sgfw-ebpf",
    },
    Only {
        word: "axum",
        within: "sgfw/",
        places: &["sgfw/src/endpoint/", "sgfw/tests/"],
        advice: "only `endpoint` knows HTTP: hand it a value instead",
    },
    Only {
        word: "hyper",
        within: "sgfw/",
        places: &["sgfw/src/endpoint/", "sgfw/tests/"],
        advice: "only `endpoint` knows HTTP: hand it a value instead",
    },
    Only {
        word: "hyper_util",
        within: "sgfw/",
        places: &["sgfw/src/endpoint/", "sgfw/tests/"],
        advice: "only `endpoint` knows HTTP: hand it a value instead",
    },
    Only {
        word: "quick_xml",
        within: "sgfw/",
        // Reports of tests for CI are XML too.
        places: &["sgfw/src/endpoint/", "sgfw/src/analyse/", "sgfw/src/cli/", "sgfw/tests/"],
        advice: "only `endpoint` knows the wire: hand it a value instead",
    },
    Only {
        word: "unsafe",
        within: "",
        places: UNSAFE,
        advice: "`unsafe` stays in the few files named in xtask/src/tidy/rooms.rs: use what they offer",
    },
    Only { word: "unwrap_unchecked", within: "", places: &[], advice: "say what happens when there is none" },
];

/// Where `unsafe` may stand: markers of map values, pointers of the kernel side, system calls that aya does not wrap.
const UNSAFE: &[&str] = &[
    "sgfw-common/src/maps.rs",
    "sgfw-ebpf/src/main.rs",
    "sgfw-ebpf/src/frame.rs",
    "sgfw-ebpf/src/tables.rs",
    "sgfw-ebpf/src/emit.rs",
    "sgfw-ebpf/src/flow_log.rs",
    "sgfw-ebpf/src/bench.rs",
    "sgfw-ebpf/src/step.rs",
    "sgfw/src/kernel/sys.rs",
];

/// A room and what it must not reach for; the reason is the same for all: its inputs are values.
const CLOSED: [(&str, &[&str]); 7] = [
    ("sgfw/src/model/", &["crate::policy", "crate::compile", "crate::plan", "crate::kernel", "crate::cli", "std::fs"]),
    (
        "sgfw/src/compile/",
        &["crate::policy", "crate::kernel", "crate::cli", "std::fs", "std::time", "std::env", "std::process"],
    ),
    (
        "sgfw/src/plan/",
        &["crate::policy", "crate::kernel", "crate::cli", "std::fs", "std::time", "std::env", "std::process"],
    ),
    (
        "sgfw/src/analyse/",
        &[
            "crate::policy",
            "crate::compile",
            "crate::kernel",
            "crate::control",
            "crate::cli",
            "std::fs",
            "std::time",
            "std::env",
            "std::process",
        ],
    ),
    (
        "sgfw/src/flow_log/",
        &["crate::policy", "crate::service", "crate::agent", "crate::cli", "std::time", "std::env", "std::process"],
    ),
    ("sgfw/src/kernel/", &["crate::policy", "crate::cli", "crate::reference"]),
    (
        "sgfw/src/declare/",
        &[
            "crate::policy",
            "crate::kernel",
            "crate::cli",
            "crate::service",
            "std::fs",
            "std::time",
            "std::env",
            "std::process",
        ],
    ),
];

/// Checks what each room says.
pub(super) fn check(files: &[File]) -> Vec<Finding> {
    files.iter().filter(|file| file.is_rust()).flat_map(|file| [words(file), doors(file)].concat()).collect()
}

fn words(file: &File) -> Vec<Finding> {
    let is_here = |only: &&Only| {
        file.path.starts_with(only.within) && !only.places.iter().any(|place| file.path.starts_with(place))
    };
    let mut findings = Vec::new();
    for only in ONLY.iter().filter(is_here) {
        let lines = file.code().into_iter().filter(|(_, line)| has_word(line, only.word));
        findings.extend(lines.map(|(at, _)| Finding::new(file, at, format!("`{}`: {}", only.word, only.advice))));
    }
    findings
}

fn doors(file: &File) -> Vec<Finding> {
    let mut findings = Vec::new();
    // Tests may hold a room against others.
    if file.is_test() {
        return findings;
    }
    for (room, closed) in CLOSED.iter().filter(|(room, _)| file.path.starts_with(room)) {
        for (at, line) in file.code().into_iter().take_while(|(_, line)| !line.starts_with("#[cfg(test)]")) {
            for door in closed.iter().filter(|door| has_word(&line, door)) {
                findings.push(Finding::new(
                    file,
                    at,
                    format!("{room} must not use {door}: take the value as an argument"),
                ));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::super::testing::check;
    use super::super::{File, Finding};

    const RULE: fn(&[File]) -> Vec<Finding> = super::check;

    #[test]
    fn only_policy_knows_yaml() {
        check(RULE, "sgfw/src/policy/parse.rs", "use serde_saphyr::Spanned;", &[]);
        check(RULE, "sgfw/src/cli/apply.rs", "//! x\nuse serde_yaml::Value;", &[2]);
        check(RULE, "sgfw/src/cli/apply.rs", "// serde_yaml is the policy's", &[]);
    }

    #[test]
    fn only_kernel_knows_aya() {
        check(RULE, "sgfw/src/kernel/load.rs", "use aya::Ebpf;", &[]);
        check(RULE, "sgfw/src/plan/mod.rs", "use aya::Ebpf;", &[1]);
        check(RULE, "sgfw-common/src/verdict.rs", "use aya_ebpf::maps::Array;", &[1]);
    }

    #[test]
    fn only_the_endpoint_knows_http() {
        check(RULE, "sgfw/src/endpoint/server/mod.rs", "use hyper_util::rt::TokioIo;", &[]);
        check(RULE, "sgfw/src/service/call.rs", "use axum::Router;\nuse quick_xml::Writer;", &[1, 2]);
    }

    #[test]
    fn unsafe_stays_in_the_named_files() {
        check(RULE, "sgfw-ebpf/src/tables.rs", "unsafe { *place }", &[]);
        check(RULE, "sgfw/src/model/name.rs", "fn a() {\n    unsafe { b() }\n}", &[2]);
        check(RULE, "sgfw/src/model/name.rs", "#![forbid(unsafe_code)]", &[]);
    }

    #[test]
    fn declare_takes_values_and_gives_values() {
        check(RULE, "sgfw/src/declare/adopt.rs", "use crate::inventory::State;", &[]);
        check(RULE, "sgfw/src/declare/adopt.rs", "use crate::policy::Loaded;\nuse std::fs;", &[1, 2]);
        check(RULE, "sgfw/src/declare/adopt.rs", "use serde_yaml::Value;", &[1]);
    }

    #[test]
    fn analyse_judges_values_alone() {
        check(RULE, "sgfw/src/analyse/miss.rs", "use crate::reference::What;", &[]);
        check(RULE, "sgfw/src/analyse/miss.rs", "use crate::kernel::Probe;\nuse std::fs;", &[1, 2]);
    }

    #[test]
    fn compile_sees_no_time_disk_or_other_room() {
        check(RULE, "sgfw/src/compile/mod.rs", "use std::time::Instant;\nuse crate::kernel::Maps;", &[1, 2]);
        check(RULE, "sgfw/src/compile/mod.rs", "use crate::model::Snapshot;", &[]);
        check(RULE, "sgfw/src/compile/mod.rs", "#[cfg(test)]\nmod tests {\n    use std::time::Instant;\n}", &[]);
        check(RULE, "sgfw/src/compile/tests.rs", "use std::time::Instant;", &[]);
    }
}
