//! What the command says where it needs no privilege: help, usage, validation, nothing in force.

#![expect(clippy::unwrap_used, reason = "a test that unwraps fails at the line that is wrong")]

mod command;

use command::Sgfw;
use std::path::Path;

const VERBS: [&str; 22] = [
    "apply",
    "plan",
    "validate",
    "test",
    "status",
    "show",
    "explain",
    "who",
    "reach",
    "flows",
    "counters",
    "log",
    "history",
    "diff",
    "rollback",
    "detach",
    "agent",
    "serve",
    "export",
    "doctor",
    "copy-group",
    "my-ip",
];

const GOOD: &str = "\
version: 1
groups:
  - name: web
    ingress:
      - {protocol: tcp, ports: 443, from: anywhere}
";

fn policies() -> impl Iterator<Item = String> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../policies");
    std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path().display().to_string())
}

#[test]
fn every_verb_has_help_with_examples() {
    let sgfw = Sgfw::unprivileged();
    for verb in VERBS {
        let said = sgfw.run(&[verb, "--help"]);
        said.exits(0).says(&["Examples:", &format!("sgfw {verb}"), "--pin-dir", "--output", "--color", "--quiet"]);
    }
    sgfw.run(&["--help"]).exits(0).says(&["Examples:", "Exit codes:"]).says(&VERBS);
    sgfw.run(&["--version"]).exits(0).says(&["sgfw 0."]);
}

#[test]
fn what_makes_no_sense_exits_64() {
    let sgfw = Sgfw::unprivileged();
    let wrong: [&[&str]; 9] = [
        &["aply", "x.yaml"],
        &["validate"],
        &["detach"],
        &["detach", "eth0", "--all"],
        &["status", "-o", "yaml"],
        &["apply", "x.yaml", "--device", "web"],
        &["show", "everything"],
        &["diff", "a"],
        &["rollback", "yesterday"],
    ];
    for arguments in wrong {
        let said = sgfw.run(arguments);
        said.exits(64).complains(&["error:"]);
        assert_eq!(said.out, "", "{arguments:?}");
    }
    sgfw.run(&["aply"]).complains(&["apply"]);
    sgfw.run(&["rollback", "x"]).complains(&["write the number of a revision, as `sgfw history` lists them"]);
    sgfw.run(&["copy-group", "nobody", "new"])
        .exits(1)
        .complains(&["'nobody' does not exist", "help: `sgfw show groups`"]);
}

#[test]
fn every_example_policy_is_valid() {
    let sgfw = Sgfw::unprivileged();
    for policy in policies() {
        sgfw.run(&["validate", &policy]).exits(0).says(&["OK: ", " group", " rules"]);
        let json = sgfw.run(&["validate", &policy, "-o", "json"]).json();
        assert_eq!(json["ok"], true);
        assert!(json["rules"].as_u64().unwrap() > 0, "{json}");
    }
}

#[test]
fn mistakes_are_shown_where_they_are() {
    let sgfw = Sgfw::unprivileged();
    let line = "      - {protocol: tpc, ports: 80, from: anywhere}\n";
    let file = sgfw.file("bad.yaml", &(GOOD.replace("443", "65536") + line));
    let said = sgfw.run(&["validate", &file]);
    said.exits(1).complains(&["bad.yaml:5:", "65536", "bad.yaml:6:", "did you mean", "2 errors"]);
    assert_eq!(said.out, "");
    let json = sgfw.run(&["validate", &file, "-o", "json"]);
    let diagnostics = json.exits(1).json()["diagnostics"].as_array().unwrap().clone();
    let places: Vec<_> = diagnostics.iter().map(|found| (found["severity"].as_str(), found["line"].as_u64())).collect();
    assert_eq!(places, [(Some("error"), Some(5)), (Some("error"), Some(6))]);
}

#[test]
fn what_is_wrong_with_a_file_is_the_same_for_plan_and_apply_and_changes_nothing() {
    let sgfw = Sgfw::unprivileged();
    let file = sgfw.file("bad.yaml", &GOOD.replace("443", "65536"));
    for verb in ["plan", "apply"] {
        sgfw.run(&[verb, &file]).exits(1).complains(&["bad.yaml:5:", "65536"]);
        let json = sgfw.run(&[verb, &file, "-o", "json"]).exits(1).json();
        assert_eq!(json["error"]["diagnostics"][0]["line"], 5, "{json}");
        sgfw.run(&[verb, "missing.yaml"]).exits(1).complains(&["missing.yaml"]);
    }
    assert!(!sgfw.state().exists());
}

#[test]
fn warnings_do_not_keep_a_policy_from_being_valid() {
    let sgfw = Sgfw::unprivileged();
    let file = sgfw.file("odd.yaml", &GOOD.replace("anywhere", "10.0.0.1/8"));
    let said = sgfw.run(&["validate", &file]);
    said.exits(0).says(&["OK: "]).complains(&["warning", "10.0.0.0/8"]);
    let said = sgfw.run(&["validate", &file, "--quiet"]);
    assert_eq!((said.exits(0).out.as_str(), said.err.as_str()), ("", ""));
    let json = sgfw.run(&["validate", &file, "-o", "json", "--quiet"]).exits(0).json();
    assert_eq!(json["diagnostics"][0]["severity"], "warning");
}

#[test]
fn a_pipe_gets_no_colour_unless_it_is_asked_for() {
    let sgfw = Sgfw::unprivileged();
    let file = sgfw.file("bad.yaml", &GOOD.replace("443", "65536"));
    let coloured = |arguments: &[&str], no_colour: Option<&str>| {
        let mut command = sgfw.command(arguments);
        no_colour.map(|value| command.env("NO_COLOR", value));
        let output = command.output().unwrap();
        output.stderr.contains(&0x1b) || output.stdout.contains(&0x1b)
    };
    assert!(!coloured(&["validate", &file], None));
    assert!(!coloured(&["--help"], None));
    assert!(!coloured(&["validate", &file, "--color", "never"], None));
    assert!(coloured(&["validate", &file, "--color", "always"], None));
    assert!(coloured(&["validate", &file, "--color", "always"], Some("1")), "what is said beats what is set");
}

#[test]
fn nothing_in_force_is_a_state_and_not_an_error() {
    let sgfw = Sgfw::unprivileged();
    sgfw.run(&[])
        .exits(0)
        .says(&["No policy is in force", "Next: sgfw validate FILE, sgfw plan FILE, sgfw apply FILE"]);
    sgfw.run(&["status"]).exits(0).says(&["No policy is in force"]);
    let json = sgfw.run(&["status", "-o", "json"]).exits(0).json();
    assert_eq!((&json["generation"], &json["interfaces"]), (&0.into(), &serde_json::json!([])));
    sgfw.run(&["show", "groups"]).exits(0).says(&["GROUP"]);
    for verb in ["flows", "counters", "log"] {
        sgfw.run(&[verb]).exits(1).complains(&["no policy is in force", "sgfw apply FILE"]);
        assert_eq!(sgfw.run(&[verb, "-o", "json"]).exits(1).json()["ok"], false);
    }
    sgfw.run(&["detach", "eth0"]).exits(1).complains(&["not attached to eth0", "nothing is attached"]);
    sgfw.run(&["detach", "--all"]).exits(0).says(&["nothing is attached"]);
    assert!(!sgfw.state().exists(), "nothing is left behind");
}

#[test]
fn a_plan_against_nothing_needs_no_privilege() {
    let sgfw = Sgfw::unprivileged();
    let file = sgfw.file("web.yaml", GOOD);
    sgfw.run(&["plan", &file]).exits(2).says(&[
        "+ group web",
        "ingress tcp 443 from ::/0",
        "web.yaml:5",
        "no interface",
    ]);
    let json = sgfw.run(&["plan", &file, "-o", "json"]).exits(2).json();
    assert_eq!(json["changes"]["groups"]["web"]["change"], "added");
    let quiet = sgfw.run(&["plan", &file, "--quiet"]);
    assert_eq!((quiet.exits(2).out.as_str(), quiet.err.as_str()), ("", ""));
}

#[test]
fn a_device_that_does_not_exist_is_named_with_those_that_do() {
    let sgfw = Sgfw::unprivileged();
    let file = sgfw.file("web.yaml", &format!("{GOOD}interfaces:\n  - {{name: web, groups: [web]}}\n"));
    sgfw.run(&["plan", &file, "--device", "web=nosuchdevice0"]).exits(1).complains(&["nosuchdevice0", "--device web="]);
    sgfw.run(&["plan", &file, "--device", "wbe=lo"]).exits(1).complains(&["no interface \"wbe\"", "it has web"]);
}

#[test]
fn pins_outside_a_bpf_file_system_are_refused_and_nothing_is_made() {
    let mut sgfw = Sgfw::unprivileged();
    sgfw.pins = sgfw.room.path().join("pins");
    let file = sgfw.file("web.yaml", GOOD);
    sgfw.run(&["apply", &file]).exits(1).complains(&["not on a BPF file system", "--pin-dir"]);
    assert!(!sgfw.pins.exists());
}
