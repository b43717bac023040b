//! `explain` and `plan` against what is really in force, with live connections beside them.

#![expect(clippy::unwrap_used, reason = "a test that unwraps fails at the line that is wrong")]

mod command;

use command::lab::Lab;
use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpStream;

/// A connection of the other side to a port here, both ends of it.
fn connection(lab: &Lab, port: u16) -> (TcpStream, TcpStream) {
    let listener = lab.listen(port);
    let there = lab.connect(port).unwrap();
    (listener.accept().unwrap().0, there)
}

fn lives((here, there): &mut (TcpStream, TcpStream)) {
    there.write_all(b"question").unwrap();
    here.read_exact(&mut [0; 8]).unwrap();
    here.write_all(b"an answer").unwrap();
    there.read_exact(&mut [0; 9]).unwrap();
}

/// Packets by reason, without those that any kernel sends of itself at any time.
fn counters(json: &serde_json::Value) -> BTreeMap<String, u64> {
    let rows = json["counters"].as_array().unwrap().iter();
    let mut all: BTreeMap<String, u64> =
        rows.map(|row| (row["reason"].as_str().unwrap().to_owned(), row["packets"].as_u64().unwrap())).collect();
    all.retain(|reason, _| !["neighbour-discovery", "multicast-control", "attaching"].contains(&reason.as_str()));
    all
}

#[test]
fn both_judges_answer_from_what_is_in_force_and_nothing_live_is_touched() {
    let Some(lab) = Lab::new("both_judges_answer_from_what_is_in_force_and_nothing_live_is_touched") else { return };
    lab.apply("80").exits(0);
    let mut live = connection(&lab, 80);
    lives(&mut live);
    let everything = || {
        let json = |verb: &str| lab.sgfw.run(&[verb, "-o", "json"]).exits(0).json();
        let keys = |flow: &serde_json::Value| (flow["remote_port"].clone(), flow["state"].clone());
        let flows: Vec<_> = json("flows")["flows"].as_array().unwrap().iter().map(keys).collect();
        (counters(&json("counters")), flows)
    };
    let before = everything();
    let port = live.1.local_addr().unwrap().port().to_string();
    let explain = |arguments: &[&str]| lab.sgfw.run(&[&["explain"], arguments].concat());
    let program = "the loaded program over the maps in force: ";
    explain(&["--in", "web", "--src", "10.9.0.2", "--dport", "80"]).exits(0).says(&[
        "passes (new): a rule allows it",
        "policy.yaml:5",
        &format!("{program}passes (new)"),
        "--established",
    ]);
    explain(&["--in", "v0", "--src", "192.0.2.9", "--dport", "80"]).exits(0).says(&[
        "is dropped (no-ingress-rule)",
        "port and protocol match, source 10.0.0.0/8 does not contain 192.0.2.9",
        &format!("{program}is dropped (no-ingress-rule)"),
    ]);
    explain(&["--in", "web", "--src", "10.9.0.2", "--sport", &port, "--dport", "80", "--established"]).exits(0).says(
        &[
            "passes (established)",
            "a flow like it could begin again",
            &format!("{program}passes (established)"),
            "flow: in tcp 10.9.0.2:",
            "under generation 1",
        ],
    );
    for arguments in [
        &["--out", "web", "--dst", "10.9.0.2", "--dport", "22"][..],
        &["--in", "web", "--src", "10.9.0.2", "--icmp-type", "8"],
        &["--in", "web", "--src", "10.9.0.2", "--proto", "udp", "--dport", "80", "--fragment"],
        &["--in", "web", "--src", "fd00::9", "--dst", "fd00::1", "--dport", "80"],
        &["--in", "web", "--src", "10.9.0.2", "--proto", "47", "--established"],
    ] {
        let json = explain(&[arguments, &["-o", "json"]].concat()).exits(0).json();
        assert_eq!(json["agree"], true, "{json}");
        assert_eq!(json["program"]["reason"], json["reference"]["reason"], "{json}");
    }
    assert_eq!(everything(), before, "no counter moved, no flow came or went");
    lives(&mut live);
}

#[test]
fn what_explain_says_is_what_real_packets_meet() {
    let Some(lab) = Lab::new("what_explain_says_is_what_real_packets_meet") else { return };
    lab.apply("80-81").exits(0);
    let _listeners = [80, 81, 82].map(|port| lab.listen(port));
    let count = |reason: &str| {
        let json = lab.sgfw.run(&["counters", "-o", "json"]).exits(0).json();
        counters(&json).get(reason).copied().unwrap_or(0)
    };
    for port in [79_u16, 80, 81, 82] {
        let said =
            lab.sgfw.run(&["explain", "--in", "web", "--src", "10.9.0.2", "--dport", &port.to_string(), "-o", "json"]);
        let said = said.exits(0).json();
        let reason = said["program"]["reason"].as_str().unwrap();
        let before = count(reason);
        let connected = lab.connect(port).is_some();
        // Nobody listens at 79, which a packet meets as it meets 82.
        assert_eq!(said["program"]["passes"], connected, "{said}");
        assert!(count(reason) > before, "port {port}: no packet met {reason}");
        assert_eq!(
            (said["reference"]["passes"].clone(), said["agree"].clone()),
            (connected.into(), true.into()),
            "{said}"
        );
    }
}

#[test]
fn f73_a_plan_shows_what_changes_for_packets_and_for_live_flows() {
    let Some(lab) = Lab::new("f73_a_plan_shows_what_changes_for_packets_and_for_live_flows") else { return };
    lab.apply("80").exits(0);
    let mut live = connection(&lab, 80);
    lives(&mut live);
    let policy = lab.policy("81", "");
    lab.sgfw.run(&["plan", &policy]).exits(2).says(&[
        "+ web: newly allowed: in tcp 81 from 10.0.0.0/8 to 10.9.0.1",
        "- web: newly denied: in tcp 80 from 10.0.0.0/8 to 10.9.0.1",
        "would no longer be allowed to start; goes on while tracked",
    ]);
    let json = lab.sgfw.run(&["plan", &policy, "-o", "json"]).exits(2).json();
    assert_eq!(json["packets"]["boxes"].as_array().unwrap().len(), 2, "{json}");
    assert_eq!(json["flows"][0]["may_start"], false, "{json}");
    lab.sgfw.run(&["apply", &policy]).exits(0);
    lives(&mut live);
    assert!(lab.connect(80).is_none());
    // Back again: the flow could start once more.
    let back = lab.sgfw.run(&["plan", &lab.policy("80", "")]);
    back.exits(2).says(&["would be allowed to start, which it would not be today"]);
}

/// Names below the directory of questions' programs: digests, then what is pinned for one.
fn pinned(lab: &Lab, below: &str) -> Vec<String> {
    let entries = std::fs::read_dir(lab.sgfw.pins.join("v1/questions").join(below)).into_iter().flatten();
    let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn what_questions_are_put_to_is_loaded_once_and_goes_with_the_rest() {
    let Some(lab) = Lab::new("what_questions_are_put_to_is_loaded_once_and_goes_with_the_rest") else { return };
    lab.apply("80").exits(0);
    assert_eq!(pinned(&lab, ""), [""; 0], "an apply has no questions");
    let old = lab.sgfw.pins.join("v1/questions/0123456789abcdef");
    std::fs::create_dir_all(old.join("programs")).unwrap();
    let explain = |way: &str, peer: &str| {
        let said = lab.sgfw.run(&["explain", way, "web", peer, "10.9.0.2", "--dport", "80", "-o", "json"]);
        let json = said.exits(0).json();
        assert_eq!((&json["agree"], &json["program"]["passes"]), (&true.into(), &true.into()), "{json}");
    };
    explain("--in", "--src");
    let digests = pinned(&lab, "");
    assert_eq!(digests.len(), 1, "another version's went: {digests:?}");
    let programs = format!("{}/programs", digests[0]);
    assert_eq!(pinned(&lab, &programs), ["sgfw_tc_in"]);
    explain("--out", "--dst");
    assert_eq!(pinned(&lab, &programs), ["sgfw_tc_in", "sgfw_tc_out"]);

    // Many at once: each has its own answer.
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| (0..5).for_each(|_| explain("--in", "--src")));
        }
    });
    // The maps in force are the ones that are asked, not those of the first question.
    lab.apply("81").exits(0);
    let said = lab.sgfw.run(&["explain", "--in", "web", "--src", "10.9.0.2", "--dport", "80"]);
    said.exits(0).says(&["the loaded program over the maps in force: is dropped (no-ingress-rule)"]);
    lab.apply("80").exits(0);

    // Where nothing can be pinned the program is loaded for the question.
    let place = lab.sgfw.pins.join("v1/questions").join(&programs).join("sgfw_tc_in");
    std::fs::remove_file(&place).unwrap();
    std::fs::create_dir(&place).unwrap();
    explain("--in", "--src");
    std::fs::remove_dir(&place).unwrap();
    explain("--in", "--src");
    assert_eq!(pinned(&lab, &programs), ["sgfw_tc_in", "sgfw_tc_out"], "pinned again");
    lab.sgfw.run(&["detach", "--all"]).exits(0);
    assert!(!lab.sgfw.pins.exists());
}
