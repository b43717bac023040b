//! The commands on real devices: veth pairs in a network namespace of each test's own.

mod command;

use command::lab::{BPF, Lab, ip};
use command::{Said, Sgfw};
use sgfw::store::{Redb, Store};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::Stdio;

#[test]
fn a_policy_is_applied_once_and_a_second_time_changes_nothing() {
    let Some(lab) = Lab::new("a_policy_is_applied_once_and_a_second_time_changes_nothing") else { return };
    let _open = lab.listen(80);
    let _shut = lab.listen(81);
    let policy = lab.policy("80", "");
    lab.sgfw.run(&["plan", &policy]).exits(2).says(&["+ group web", "attach v0", "generation 0 becomes 1"]);
    lab.sgfw.run(&["apply", &policy]).exits(0).says(&["applied generation 1", "attach v0"]);
    assert!(lab.connect(80).is_some() && lab.connect(81).is_none());
    let record = lab.sgfw.state().join("store.redb");
    let written = std::fs::metadata(&record).unwrap().modified().unwrap();
    lab.sgfw.run(&["plan", &policy]).exits(0).says(&["No changes"]);
    lab.sgfw.run(&["apply", &policy]).exits(0).says(&["No changes: generation 1"]);
    assert!(lab.operations(&["plan", &policy]).is_empty());
    assert_eq!(std::fs::metadata(&record).unwrap().modified().unwrap(), written);
    lab.apply("81").exits(0).says(&["applied generation 2", "- ingress tcp 80", "+ ingress tcp 81"]);
    assert!(lab.connect(81).is_some() && lab.connect(80).is_none());
}

#[test]
fn the_order_of_a_list_is_no_change_and_words_write_no_map() {
    let Some(lab) = Lab::new("the_order_of_a_list_is_no_change_and_words_write_no_map") else { return };
    lab.apply("[80, 443]").exits(0);
    lab.sgfw.run(&["plan", &lab.policy("[443, 80]", "")]).exits(0).says(&["No changes"]);
    let policy = lab.policy("[80, 443]", "");
    let text = std::fs::read_to_string(&policy).unwrap().replace("10.0.0.0/8}", "10.0.0.0/8, description: browsers}");
    std::fs::write(&policy, text).unwrap();
    lab.sgfw.run(&["plan", &policy]).exits(2).says(&["description \"browsers\"", "no map is written"]);
    assert!(lab.operations(&["apply", &policy]).is_empty());
    lab.sgfw.run(&["show", "rules", "web"]).exits(0).says(&["browsers"]);
    lab.sgfw.run(&["plan", &policy]).exits(0);
}

#[test]
fn flow_logs_of_a_file_are_planned_stored_and_put_back() {
    let Some(lab) = Lab::new("flow_logs_of_a_file_are_planned_stored_and_put_back") else { return };
    lab.apply("80").exits(0);
    let policy = |lines: &str| {
        let policy = lab.policy("80", "");
        let text = std::fs::read_to_string(&policy).unwrap();
        std::fs::write(&policy, format!("{text}\nflow-logs:\n{lines}")).unwrap();
        policy
    };
    let with = |lines: &str, verb: &str, code: i32| lab.sgfw.run(&[verb, &policy(lines)]).exits(code).out.clone();
    let (first, second) = (
        "  - {id: fl-aaaaaaaa, log-group: all}\n",
        "  - {id: fl-bbbbbbbb, interface: web, bucket: logs/web, interval: 60}\n",
    );
    let both = format!("{first}{second}");
    let added = "+ flow log fl-bbbbbbbb of eni-";
    assert!(with(&both, "plan", 2).contains(added), "a plan shows them");
    let stored = with(&both, "apply", 0);
    assert!(stored.contains(added) && stored.contains(", all to bucket logs/web\n"), "{stored}");
    assert!(with(&both, "plan", 0).contains("No changes"));
    // What an action does to them drifts, and is put back.
    lab.sgfw.run(&["ec2", "delete-flow-logs", "--flow-log-ids", "fl-aaaaaaaa"]).exits(0);
    assert!(with(&both, "plan", 2).contains("drift: flow log fl-aaaaaaaa: it was deleted"));
    assert!(with(&both, "apply", 0).contains("+ flow log fl-aaaaaaaa of vpc-"));
    let turned = |format: &str| format!("  - {{id: fl-aaaaaaaa, log-group: all, format: '{format}'}}\n");
    assert!(with(&turned("${end} ${start}"), "apply", 0).contains("- flow log fl-bbbbbbbb of eni-"), "left out");
    let other = with(&turned("${start} ${end}"), "apply", 0);
    assert!(other.contains("~ flow log fl-aaaaaaaa of vpc-") && other.contains(": another format\n"), "{other}");
    let shown = lab.sgfw.run(&["ec2", "describe-flow-logs", "--query", "FlowLogs[].LogFormat", "--output", "text"]);
    assert_eq!(shown.out.trim(), "${start} ${end}");
    lab.sgfw.run(&["export"]).exits(0).says(&["flow-logs:\n- id: fl-aaaaaaaa\n", "  format: ${start} ${end}\n"]);
}

#[test]
fn another_versions_programs_are_replaced_and_nothing_is_detached() {
    let Some(lab) = Lab::new("another_versions_programs_are_replaced_and_nothing_is_detached") else { return };
    let listener = lab.listen(80);
    lab.apply("80").exits(0);
    let mut here = lab.connect(80).unwrap();
    let (mut there, _) = listener.accept().unwrap();
    let before = lab.age_programs();
    let policy = lab.policy("80", "");
    lab.sgfw.run(&["plan", &policy]).exits(2).complains(&["another version's"]);
    lab.sgfw.run(&["apply", &policy]).exits(0).says(&["No changes"]).complains(&["nothing was detached"]);
    assert_eq!(lab.programs(), before);
    lab.sgfw.run(&["plan", &policy]).exits(0);
    std::io::Write::write_all(&mut here, b"still here").unwrap();
    let mut bytes = [0; 10];
    std::io::Read::read_exact(&mut there, &mut bytes).unwrap();
    assert!(lab.connect(81).is_none());
}

#[test]
fn a_member_more_is_one_entry_and_no_new_generation() {
    let Some(lab) = Lab::new("a_member_more_is_one_entry_and_no_new_generation") else { return };
    let with = |member: &str| {
        let policy = lab.policy("80, from: {group: app}}\n      - {protocol: tcp, ports: 81", "");
        let text = std::fs::read_to_string(&policy).unwrap().replace("interfaces:", "  - name: app\ninterfaces:");
        lab.sgfw.file(
            "members.yaml",
            &format!("{text}members:\n  - {{name: one, addresses: [10.9.0.9], groups: [app]}}\n{member}"),
        )
    };
    lab.sgfw.run(&["apply", &with("")]).exits(0);
    let more = with("  - {name: two, addresses: [10.9.0.2], groups: [app]}\n");
    assert_eq!(lab.operations(&["apply", &more]), ["write 1 members"]);
    assert_eq!(lab.status()["generation"], 1);
    lab.sgfw.run(&["show", "groups", "app"]).exits(0).says(&["one, two"]);
    lab.sgfw.run(&["show", "cells", "web"]).exits(0).says(&["members 10.9.0.2, 10.9.0.9", "tcp 80"]);
}

#[test]
fn what_a_device_refuses_leaves_the_running_policy_as_it_is() {
    let Some(lab) = Lab::new("what_a_device_refuses_leaves_the_running_policy_as_it_is") else { return };
    let _open = lab.listen(80);
    assert!(ip(&["-n", &lab.here, "link", "add", "v2", "type", "veth", "peer", "name", "v3"]));
    let foreign = Sgfw::below(Path::new(BPF));
    let other = foreign.file(
        "other.yaml",
        &format!("version: 1\ninterfaces:\n  - {{name: x, device: v2, netns: {}, hook: xdp-generic}}\n", lab.here),
    );
    foreign.run(&["apply", &other]).exits(0);
    lab.apply("80").exits(0);
    let policy = lab.policy("81", "");
    let text = std::fs::read_to_string(&policy).unwrap();
    let two = format!("{text}  - {{name: two, device: v2, netns: {}, hook: xdp}}\n", lab.here);
    let two = lab.sgfw.file("two.yaml", &two);
    lab.sgfw.run(&["apply", &two]).exits(1).complains(&["XDP program of somebody else", "\"v2\"", "hook: tc"]);
    assert!(lab.connect(80).is_some());
    let status = lab.status();
    assert_eq!((&status["generation"], &status["degraded"]), (&1.into(), &serde_json::json!([])));
    assert_eq!(lab.sgfw.run(&["plan", &lab.policy("80", "")]).code, Some(0));
    drop(foreign);
    lab.sgfw.run(&["apply", &two]).exits(0).says(&["applied generation 2", "attach v2"]);
}

#[test]
fn a_device_of_the_command_line_is_kept_by_the_next_apply_and_is_no_drift() {
    let Some(lab) = Lab::new("a_device_of_the_command_line_is_kept_by_the_next_apply_and_is_no_drift") else { return };
    let file = lab.policy("80", "");
    let text = std::fs::read_to_string(&file).unwrap().replace("device: v0, ", "");
    let file = lab.sgfw.file("open.yaml", &text);
    lab.sgfw.run(&["apply", &file]).exits(1).complains(&["default route"]);
    lab.sgfw.run(&["apply", &file, "--device", "web=v0"]).exits(0).says(&["attach v0"]);
    for _ in 0..2 {
        let said = lab.sgfw.run(&["plan", &file]);
        said.exits(0).says(&["No changes"]);
        assert!(!said.out.contains("drift"), "{}", said.out);
        lab.sgfw.run(&["apply", &file]).exits(0);
    }
    let listener = lab.listen(80);
    assert!(lab.connect(80).is_some() && lab.connect(79).is_none());
    drop(listener);
}

#[test]
fn a_lost_or_damaged_record_costs_names_and_nothing_else() {
    let Some(lab) = Lab::new("a_lost_or_damaged_record_costs_names_and_nothing_else") else { return };
    let _open = lab.listen(80);
    lab.apply("80").exits(0);
    let policy = lab.policy("80", "");
    let file = lab.sgfw.state().join("store.redb");
    let whole = std::fs::read(&file).unwrap();
    for damage in ["no record", "no store", "no database"] {
        match damage {
            "no record" => Redb::new(lab.sgfw.state()).clear_records().unwrap(),
            "no store" => std::fs::remove_file(&file).unwrap(),
            _ => std::fs::write(&file, &whole[..whole.len() / 2]).unwrap(),
        }
        assert!(lab.connect(80).is_some());
        if damage == "no database" {
            lab.sgfw.run(&["plan", &policy]).exits(1).complains(&["store.redb is damaged", "move the file away"]);
        } else {
            lab.sgfw.run(&["plan", &policy]).exits(2).says(&["the text of generation 1 is not known"]);
        }
        assert!(lab.status()["degraded"][0].as_str().unwrap().contains("apply the policy again"));
        lab.sgfw.run(&["show", "rules"]).exits(1).complains(&["is not known", "sgfw show cells"]);
        lab.sgfw.run(&["show", "cells"]).exits(0).says(&["slot 1", "tcp 80"]);
        if damage == "no database" {
            lab.apply("81").exits(1).complains(&["store.redb is damaged", "move the file away"]);
            assert!(lab.connect(80).is_some() && lab.connect(81).is_none(), "nothing changes");
            assert_eq!(std::fs::read(&file).unwrap(), whole[..whole.len() / 2], "nothing is lost");
            std::fs::remove_file(&file).unwrap();
        }
        let policy = lab.policy("80", "");
        lab.sgfw.run(&["apply", &policy]).exits(0).complains(&["warning"]);
        assert_eq!(lab.status()["degraded"], serde_json::json!([]));
        assert_eq!(lab.status()["generation"], 1, "the same policy is in force");
        lab.sgfw.run(&["plan", &policy]).exits(0);
    }
}

#[test]
fn whoever_is_logged_in_is_not_locked_out() {
    let Some(lab) = Lab::new("whoever_is_logged_in_is_not_locked_out") else { return };
    let listener = lab.listen(22);
    let _client = lab.connect(22).unwrap();
    let _server = listener.accept().unwrap();
    lab.apply("80").exits(1).complains(&[
        "lock out",
        "10.9.0.2",
        "port 22",
        "interface \"web\"",
        "ports: 22",
        "--allow-lockout",
    ]);
    assert!(!lab.sgfw.pins.exists(), "nothing was pinned");
    lab.apply("[22, 80]").exits(0);
    lab.apply("80").exits(1);
    lab.sgfw.run(&["apply", &lab.policy("80", ""), "--allow-lockout"]).exits(0).says(&["generation 2"]);
    lab.apply("81").exits(1);
    lab.sgfw.run(&["detach", "--all"]).exits(0);
    drop((listener, _client, _server));
}

#[test]
fn flows_counters_and_log_speak_in_names_and_rules() {
    let Some(lab) = Lab::new("flows_counters_and_log_speak_in_names_and_rules") else { return };
    let _open = lab.listen(80);
    let policy = lab.policy("80", "");
    lab.apply("80").exits(0);
    let mut log =
        lab.sgfw.command(&["log", "--interface", "web"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut words = String::new();
    BufReader::new(log.stderr.take().unwrap()).read_line(&mut words).unwrap();
    assert!(words.contains("Ctrl-C"), "{words}");
    let _client = lab.connect(80).unwrap();
    assert!(lab.connect(81).is_none());
    let mut line = String::new();
    BufReader::new(log.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let known = line.contains("web drop no-ingress-rule ingress tcp 10.9.0.2:");
    assert!(known && line.contains(" -> 10.9.0.1:81 ") && line.contains("bytes"), "{line}");
    rustix::process::kill_process(rustix::process::Pid::from_child(&log), rustix::process::Signal::INT).unwrap();
    assert_eq!(log.wait().unwrap().code(), Some(0));

    let flows = lab.sgfw.run(&["flows", "-o", "json"]).exits(0).json();
    let flow = flows["flows"].as_array().unwrap().iter().find(|flow| flow["local_port"] == 80).unwrap().clone();
    let wanted = [
        ("interface", "web"),
        ("protocol", "tcp"),
        ("remote", "10.9.0.2"),
        ("direction", "ingress"),
        ("state", "established"),
    ];
    wanted.iter().for_each(|(field, value)| assert_eq!(flow[field], *value, "{flow}"));
    assert_eq!(flow["admitted_by"], format!("web: ingress tcp 80 from 10.0.0.0/8 ({policy}:5)"));
    lab.apply("81").exits(0);
    lab.sgfw.run(&["flows", "--interface", "v0"]).exits(0).says(&["generation 1, web: ingress tcp 80", "live flow"]);
    lab.sgfw.run(&["flows", "--interface", "x"]).exits(1).complains(&["there are: v0, web"]);

    let counters = lab.sgfw.run(&["counters", "--interface", "web", "-o", "json"]).exits(0).json();
    let of = |reason: &str| {
        counters["counters"].as_array().unwrap().iter().find(|row| row["reason"] == reason).unwrap().clone()
    };
    assert!(of("no-ingress-rule")["packets"].as_u64().unwrap() > 0);
    assert_eq!(of("new")["verdict"], "pass");
    let status = lab.status();
    assert!(status["interfaces"][0]["hook_why"].as_str().unwrap().contains("virtual"), "{status}");
    assert!(status["dropped"].as_u64().unwrap() > 0 && status["top_drops"][0]["packets"].as_u64().unwrap() > 0);
}

#[test]
fn detaching_says_what_is_unprotected_and_all_of_it_leaves_nothing() {
    let Some(lab) = Lab::new("detaching_says_what_is_unprotected_and_all_of_it_leaves_nothing") else { return };
    let _shut = lab.listen(81);
    lab.apply("80").exits(0);
    assert!(lab.connect(81).is_none());
    lab.sgfw.run(&["detach", "v9"]).exits(1).complains(&["not attached to v9", "v0"]);
    lab.sgfw.run(&["detach", "v0"]).exits(0).says(&["detached v0", "unprotected"]);
    assert!(lab.connect(81).is_some());
    lab.sgfw.run(&["detach", "v0"]).exits(1).complains(&["not attached to v0"]);
    lab.apply("80").exits(0);
    lab.sgfw.run(&["detach", "web"]).exits(0);
    lab.apply("80").exits(0);
    std::fs::remove_dir_all(lab.sgfw.state()).unwrap();
    lab.sgfw.run(&["detach", "v0"]).exits(0).says(&["detached v0"]);
    assert!(lab.connect(81).is_some(), "also when nobody knows the policy's text");
    lab.apply("80").exits(0);
    lab.sgfw.run(&["detach", "--all"]).exits(0).says(&["detached v0", "removed"]);
    assert!(lab.connect(81).is_some());
    assert!(!lab.sgfw.pins.exists());
    // The store keeps the policy, and a word puts it in force again.
    lab.sgfw.run(&["apply"]).exits(0).says(&["attach v0"]);
    assert!(lab.connect(81).is_none());
}

#[test]
fn an_earlier_revision_is_in_force_when_rollback_returns() {
    let Some(lab) = Lab::new("an_earlier_revision_is_in_force_when_rollback_returns") else { return };
    let (_a, _b) = (lab.listen(80), lab.listen(81));
    lab.apply("80").exits(0);
    lab.apply("81").exits(0);
    assert!(lab.connect(81).is_some() && lab.connect(80).is_none());
    let said = lab.sgfw.run(&["rollback"]);
    said.exits(0).says(&["as it was after revision 1", "generation 3", "- ingress tcp 81 from 10.0.0.0/8"]);
    assert!(lab.connect(80).is_some() && lab.connect(81).is_none());
    lab.sgfw.run(&["plan", &lab.policy("80", "")]).exits(0).says(&["No changes"]);
    lab.sgfw.run(&["rollback", "2"]).exits(0);
    assert!(lab.connect(81).is_some() && lab.connect(80).is_none());
    lab.sgfw.run(&["history"]).exits(0).says(&["apply", "rollback to 1", "rollback to 2"]);
    assert_eq!(lab.status()["degraded"], serde_json::json!([]));
}

#[test]
fn a_rollback_that_locks_out_is_refused() {
    let Some(lab) = Lab::new("a_rollback_that_locks_out_is_refused") else { return };
    let listener = lab.listen(22);
    lab.apply("80").exits(0);
    lab.apply("[22, 80]").exits(0);
    let _client = lab.connect(22).unwrap();
    let _server = listener.accept().unwrap();
    lab.sgfw.run(&["rollback"]).exits(1).complains(&["lock out", "--allow-lockout"]);
    assert_eq!(lab.sgfw.run(&["history"]).exits(0).out.lines().count(), 3, "nothing is stored");
    lab.sgfw.run(&["rollback", "--allow-lockout"]).exits(0).says(&["revision 3"]);
    assert!(lab.connect(22).is_none());
}

#[test]
fn a_second_apply_is_told_who_holds_the_lock() {
    let Some(lab) = Lab::new("a_second_apply_is_told_who_holds_the_lock") else { return };
    let store = Redb::new(lab.sgfw.state());
    let lock = store.lock("apply").unwrap();
    let me = format!("process {}: sgfw apply", std::process::id());
    lab.apply("80").exits(1).complains(&["another sgfw is at work", &me]);
    drop(lock);
    lab.apply("80").exits(0);
}

#[test]
fn a_device_that_is_gone_degrades_the_status_and_is_taken_up_again() {
    let Some(lab) = Lab::new("a_device_that_is_gone_degrades_the_status_and_is_taken_up_again") else { return };
    lab.apply("80").exits(0);
    assert!(ip(&["-n", &lab.here, "link", "delete", "v0"]));
    let status = lab.status();
    assert!(status["degraded"][0].as_str().unwrap().contains("v0 of interface web is gone"), "{status}");
    assert_eq!(status["interfaces"][0]["attached"], false);
    lab.sgfw.run(&["status"]).exits(0).says(&["NOT ATTACHED", "warning"]);
    lab.wire();
    let _shut = lab.listen(81);
    assert!(lab.connect(81).is_some());
    assert!(lab.status()["degraded"][0].as_str().unwrap().contains("not attached to v0"));
    lab.apply("80").exits(0).says(&["attach v0"]);
    assert!(lab.connect(81).is_none());
}

#[test]
#[cfg(debug_assertions)]
fn killed_before_any_operation_the_next_apply_ends_where_it_should() {
    let Some(lab) = Lab::new("killed_before_any_operation_the_next_apply_ends_where_it_should") else { return };
    let (_a, _b) = (lab.listen(80), lab.listen(81));
    lab.apply("80").exits(0);
    for operation in 0.. {
        let policy = lab.policy("81", "");
        let mut command = lab.sgfw.command(&["apply", &policy]);
        let said = Said::of(&command.env("SGFW_FAILPOINT", operation.to_string()).output().unwrap());
        let (old, new) = (lab.connect(80).is_some(), lab.connect(81).is_some());
        assert!(old != new, "before operation {operation}: {old} {new}");
        lab.sgfw.run(&["apply", &policy]).exits(0);
        assert!(lab.connect(81).is_some() && lab.connect(80).is_none());
        lab.apply("80").exits(0);
        lab.sgfw.run(&["plan", &lab.policy("80", "")]).exits(0);
        if said.code == Some(0) {
            assert!(operation > 5, "{operation}");
            break;
        }
    }
}
