//! `explain`, `who`, `reach` and `test` over files: no privilege, nothing in force.

#![expect(clippy::unwrap_used, reason = "a test that unwraps fails at the line that is wrong")]

mod command;

use command::Sgfw;
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};
use std::collections::BTreeMap;

const SHOP: &str = "\
version: 1
groups:
  - name: web
    id: sg-1a2b3c4d
    ingress:
      - {protocol: tcp, ports: 443, from: 203.0.113.0/24, description: office}
      - {protocol: tcp, ports: 80-90, from: anywhere}
    egress:
      - {protocol: tcp, ports: 5432, to: {group: db}}
  - name: db
    ingress:
      - {protocol: tcp, ports: 5432, from: {group: web}}
    egress: []
interfaces:
  - {name: web0, device: nosuchdevice0, addresses: [10.0.0.1], groups: [web]}
  - {name: db0, device: nosuchdevice1, addresses: [10.0.0.2], groups: [db]}
members:
  - {name: far, addresses: [10.0.0.9], groups: [web]}
";

const TESTS: &str = "\
tests:
  - {from: 203.0.113.0/24, to: {interface: web0}, protocol: tcp, port: 443, expect: allow, rule: office}
  - {from: {group: web}, to: {group: db}, protocol: tcp, port: 5432, expect: allow}
  - {name: nobody gets to the database, from: anywhere, to: {group: db}, protocol: tcp, port: 5433, expect: deny}
";

#[test]
fn a_file_is_explained_without_the_kernel_and_rules_are_named_by_their_lines() {
    let sgfw = Sgfw::unprivileged();
    let file = sgfw.file("shop.yaml", SHOP);
    let explain = |arguments: &[&str]| sgfw.run(&[&["explain"], arguments, &["--policy", &file]].concat());
    explain(&["--in", "web0", "--src", "203.0.113.9", "--dport", "443"])
        .exits(0)
        .says(&["passes (new)", "shop.yaml:6"]);
    explain(&["--in", "nosuchdevice0", "--src", "203.0.114.9", "--dport", "443"]).exits(0).says(&[
        "is dropped (no-ingress-rule): no inbound rule allows it",
        "port and protocol match, source 203.0.113.0/24 does not contain 203.0.114.9",
        "source matches, protocol matches, port 443 is not in 80-90",
    ]);
    explain(&["--in", "sg-1a2b3c4d", "--src", "203.0.113.9", "--dport", "443"]).exits(0).says(&["web: ", "(allowed)"]);
    explain(&["--in", "web0", "--src", "1.2.3.4", "--dport", "85", "--fragment"]).exits(0).says(&["passes (fragment)"]);
    explain(&["--in", "web0", "--src", "1.2.3.4", "--dport", "9", "--established"]).exits(0).says(&["(established)"]);
    for (arguments, words) in [
        (&["--in", "wbe0", "--src", "1.2.3.4", "--dport", "1"][..], "there are: db, db0, default, far, web, web0\n"),
        (&["--in", "web0", "--dport", "1"], "--src is missing"),
        (&["--in", "web0", "--src", "1.2.3.4"], "--dport is missing"),
        (&["--in", "web0", "--src", "1.2.3.4", "--dst", "::1", "--dport", "1"], "two families"),
        (&["--in", "web0", "--src", "1.2.3.4", "--proto", "47", "--dport", "1"], "only TCP and UDP have ports"),
    ] {
        explain(arguments).exits(1).complains(&[words, "help:"]);
    }
}

#[test]
fn who_and_reach_judge_both_ends() {
    let sgfw = Sgfw::unprivileged();
    let file = sgfw.file("shop.yaml", SHOP);
    sgfw.run(&["who", "db:5432", "--policy", &file]).exits(0).says(&[
        "db0 (10.0.0.2):",
        "in tcp 5432 from 10.0.0.1, 10.0.0.9",
        "every member of: web",
        "from web0 (10.0.0.1): tcp 5432",
    ]);
    sgfw.run(&["reach", "web0", "--policy", &file]).exits(0).says(&["to db0 (10.0.0.2): tcp 5432"]);
    sgfw.run(&["reach", "db0", "--policy", &file]).exits(0).says(&["nothing may go out"]);
    // A group and an interface may share a name; it is told once.
    let file = sgfw.file("shop.yaml", &SHOP.replace("name: web0", "name: web"));
    sgfw.run(&["explain", "--in", "x", "--src", "1.2.3.4", "--dport", "1", "--policy", &file])
        .exits(1)
        .complains(&["there are: db, db0, default, far, web\n"]);
    sgfw.run(&["who", "dbs:5432", "--policy", &file]).exits(1).complains(&["no group \"dbs\""]);
    sgfw.run(&["who", "db", "--policy", &file]).exits(64).complains(&["GROUP:PORT"]);
}

/// An element of a report: its name, its attributes, its text.
type Element = (String, BTreeMap<String, String>, String);

/// The elements of a report in their order, as any reader of XML finds them.
fn elements(path: &str) -> Vec<Element> {
    let text = std::fs::read_to_string(path).unwrap();
    let (mut reader, mut found): (_, Vec<Element>) = (Reader::from_str(&text), Vec::new());
    let mut depth = 0;
    loop {
        match reader.read_event().unwrap() {
            Event::Start(start) => {
                found.push(element(&start));
                depth += 1;
            }
            Event::Empty(start) => found.push(element(&start)),
            Event::Text(words) => {
                found.iter_mut().last().into_iter().for_each(|it| it.2 += words.trim());
            }
            Event::End(_) => depth -= 1,
            Event::Eof => break,
            _ => {}
        }
    }
    assert_eq!(depth, 0, "{text}");
    found
}

fn element(start: &BytesStart<'_>) -> Element {
    let attributes = start.attributes().map(|it| {
        let it = it.unwrap();
        let key: &str = it.key.as_ref();
        (key.to_owned(), it.normalized_value(XmlVersion::Explicit1_0).unwrap().into_owned())
    });
    let name = start.name();
    let name: &str = name.as_ref();
    (name.to_owned(), attributes.collect(), String::new())
}

#[test]
fn the_tests_of_a_policy_pass_or_show_a_packet_and_why() {
    let sgfw = Sgfw::unprivileged();
    let report = sgfw.room.path().join("report.xml").display().to_string();
    let file = sgfw.file("shop.yaml", &format!("{SHOP}{TESTS}"));
    sgfw.run(&["test", &file, "--junit", &report]).exits(0).says(&["ok: nobody gets to", "4 tests, all passed"]);
    let found = elements(&report);
    let names: Vec<&str> = found.iter().map(|it| it.0.as_str()).collect();
    // Anywhere is two blocks, so the last test is two.
    assert_eq!(names, ["testsuites", "testsuite", "testcase", "testcase", "testcase", "testcase"]);
    assert_eq!((found[0].1["tests"].as_str(), found[0].1["failures"].as_str()), ("4", "0"));
    assert_eq!(found[2].1["name"], "allow tcp 443 from 203.0.113.0/24 to interface web0");

    let file = sgfw.file("shop.yaml", &format!("{SHOP}{}", TESTS.replace("port: 5433", "port: 5432")));
    let said = sgfw.run(&["test", &file, "--junit", &report]);
    said.exits(1).says(&["FAILED: nobody gets to", "expected deny, and it is allowed", "4 tests, 1 failed"]);
    let found = elements(&report);
    assert_eq!((found[1].1["tests"].as_str(), found[1].1["failures"].as_str()), ("4", "1"));
    let (case, failure) = (&found[4], &found[5]);
    assert_eq!((case.1["file"].as_str(), case.1["line"].as_str()), (file.as_str(), "22"));
    assert_eq!((case.1["name"].as_str(), failure.0.as_str()), ("nobody gets to the database (tcp 5432)", "failure"));
    assert_eq!(failure.1["message"], "expected deny, and it is allowed");
    assert!(failure.2.contains("shop.yaml:12"), "the rule that lets it: {}", failure.2);

    let json = sgfw.run(&["test", &file, "-o", "json"]).exits(1).json();
    assert_eq!(
        (json["ok"].as_bool(), json["passed"].as_u64(), json["failed"].as_u64()),
        (Some(false), Some(3), Some(1))
    );
}

#[test]
fn a_report_is_xml_whatever_a_test_is_called() {
    let sgfw = Sgfw::unprivileged();
    let report = sgfw.room.path().join("report.xml").display().to_string();
    let name = "a <b> & \"c\" 'd' ]]> \u{e9}";
    let test = format!(
        "{SHOP}tests:\n  - {{name: '{}', from: 1.2.3.4, to: {{interface: web0}}, protocol: tcp, port: 1, expect: allow}}\n",
        name.replace('\'', "''")
    );
    sgfw.run(&["test", &sgfw.file("shop.yaml", &test), "--junit", &report]).exits(1);
    let found = elements(&report);
    assert_eq!(found[2].1["name"], name);
    assert_eq!(found[3].1["message"], "expected allow, and it is denied");
}

#[test]
fn a_report_that_cannot_be_written_is_said_and_files_without_tests_pass() {
    let sgfw = Sgfw::unprivileged();
    let file = sgfw.file("shop.yaml", SHOP);
    sgfw.run(&["test", &file]).exits(0).says(&["The files have no tests"]);
    sgfw.run(&["test", &file, "--junit", "/nowhere/report.xml"])
        .exits(1)
        .complains(&["cannot write /nowhere/report.xml"]);
    sgfw.run(&["test"]).exits(64).complains(&["<FILE>"]);
}

#[test]
fn a_rule_that_a_test_names_must_be_the_one_that_decides() {
    let sgfw = Sgfw::unprivileged();
    let test = |port| {
        format!(
            "{SHOP}tests:\n  - {{from: 203.0.113.7, to: {{interface: web0}}, protocol: tcp, port: {port}, expect: allow, rule: office}}\n"
        )
    };
    sgfw.run(&["test", &sgfw.file("shop.yaml", &test(80))]).exits(1).says(&["allowed, and not by the rule \"office\""]);
    sgfw.run(&["test", &sgfw.file("shop.yaml", &test(443))]).exits(0);
}
