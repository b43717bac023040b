//! The agent on a real device: it keeps the kernel on the store, whatever happens around it.

mod command;

use command::agent::Agent;
use command::lab::{Lab, ip};
use command::until;
use sgfw::agent::{Answer, Ask};
use std::thread::sleep;
use std::time::{Duration, Instant};

#[test]
fn started_by_an_upgrade_it_replaces_the_programs_of_the_version_before() {
    let Some(lab) = Lab::new("started_by_an_upgrade_it_replaces_the_programs_of_the_version_before") else { return };
    let _open = lab.listen(80);
    lab.apply("80").exits(0);
    let mut here = lab.connect(80).unwrap();
    let before = lab.age_programs();
    let agent = Agent::start(&lab, &[]);
    assert!(until(|| lab.programs() == before), "{:?}", lab.programs());
    std::io::Write::write_all(&mut here, b"still here").unwrap();
    assert!(lab.connect(80).is_some() && lab.connect(81).is_none());
    agent.end(rustix::process::Signal::TERM);
}

#[test]
fn killed_it_leaves_the_policy_and_started_again_it_writes_nothing() {
    let Some(lab) = Lab::new("killed_it_leaves_the_policy_and_started_again_it_writes_nothing") else { return };
    let _open = lab.listen(80);
    let _shut = lab.listen(81);
    let policy = lab.policy("80", "");
    let agent = Agent::start(&lab, &[&policy]);
    assert!(until(|| lab.connect(80).is_some()) && lab.connect(81).is_none());
    let before = agent.health().unwrap();
    agent.end(rustix::process::Signal::KILL);
    assert!(lab.connect(80).is_some() && lab.connect(81).is_none(), "packets notice that the agent is gone");
    let store = lab.sgfw.state().join("store.redb");
    let written = std::fs::metadata(&store).unwrap().modified().unwrap();
    let agent = Agent::start(&lab, &[&policy]);
    assert!(until(|| agent.health().unwrap().generation == before.generation));
    sleep(Duration::from_millis(1200));
    let after = agent.health().unwrap();
    assert_eq!((after.revision, after.generation, &after.trouble), (before.revision, before.generation, &None));
    assert_eq!(std::fs::metadata(&store).unwrap().modified().unwrap(), written, "it wrote where nothing was to do");
    agent.end(rustix::process::Signal::TERM);
    assert!(lab.connect(80).is_some() && lab.connect(81).is_none());
}

#[test]
fn a_device_that_comes_back_is_protected_again() {
    let Some(lab) = Lab::new("a_device_that_comes_back_is_protected_again") else { return };
    let agent = Agent::start(&lab, &[&lab.policy("80", "")]);
    assert!(until(|| lab.status()["interfaces"][0]["attached"] == true));
    assert!(ip(&["-n", &lab.here, "link", "delete", "v0"]));
    assert!(until(|| agent.health().unwrap().left.contains_key("web")), "nobody says that the device is gone");
    lab.devices();
    assert!(until(|| lab.status()["interfaces"][0]["attached"] == true), "{:?}", agent.health());
    let _open = lab.listen(80);
    let _shut = lab.listen(81);
    assert!(until(|| lab.connect(80).is_some()) && lab.connect(81).is_none());
}

#[test]
fn a_device_stays_protected_under_another_name() {
    let Some(lab) = Lab::new("a_device_stays_protected_under_another_name") else { return };
    let agent = Agent::start(&lab, &[&lab.policy("80", "")]);
    assert!(until(|| lab.status()["interfaces"][0]["attached"] == true));
    assert!(ip(&["-n", &lab.here, "link", "set", "v0", "name", "lan0"]));
    let named = || lab.status()["interfaces"][0]["device"] == "lan0";
    assert!(until(named), "{:?}", agent.health());
    let _shut = lab.listen(81);
    assert!(lab.connect(81).is_none());
    assert!(agent.health().unwrap().left.is_empty());
}

#[test]
fn what_somebody_unhooked_is_hooked_again() {
    let Some(lab) = Lab::new("what_somebody_unhooked_is_hooked_again") else { return };
    let _agent = Agent::start(&lab, &[&lab.policy("80", "")]);
    let _shut = lab.listen(81);
    assert!(until(|| lab.status()["interfaces"][0]["attached"] == true));
    let netns = std::fs::read_dir(lab.sgfw.pins.join("v1/netns")).unwrap().next().unwrap().unwrap().path();
    std::fs::read_dir(netns.join("links"))
        .unwrap()
        .flatten()
        .for_each(|link| std::fs::remove_file(link.path()).unwrap());
    assert!(until(|| lab.status()["interfaces"][0]["attached"] == true));
    assert!(until(|| lab.connect(81).is_none()));
}

#[test]
fn a_second_agent_is_refused() {
    let Some(lab) = Lab::new("a_second_agent_is_refused") else { return };
    let agent = Agent::start(&lab, &[]);
    lab.sgfw.run(&["agent"]).exits(1).complains(&["another agent runs"]);
    assert!(agent.health().is_some());
}

#[test]
fn a_bad_file_keeps_the_policy_and_is_told_of() {
    let Some(lab) = Lab::new("a_bad_file_keeps_the_policy_and_is_told_of") else { return };
    let _open = lab.listen(80);
    let _other = lab.listen(81);
    let policy = lab.policy("80", "");
    let agent = Agent::start(&lab, &[&policy]);
    assert!(until(|| lab.connect(80).is_some()));
    std::fs::write(&policy, "version: 1\ngroups: 7\n").unwrap();
    agent.signal(rustix::process::Signal::HUP);
    assert!(until(|| agent.health().unwrap().reload.is_some_and(|why| why.contains("policy.yaml:2"))));
    assert!(lab.connect(80).is_some() && lab.connect(81).is_none());
    lab.sgfw.run(&["status"]).exits(0).says(&["the policy files are not taken", "policy.yaml:2"]);
    lab.policy("81", "");
    agent.signal(rustix::process::Signal::HUP);
    assert!(until(|| lab.connect(81).is_some() && lab.connect(80).is_none()));
    assert_eq!(agent.health().unwrap().reload, None);
}

#[test]
fn a_question_that_cannot_be_read_is_answered_so() {
    let Some(lab) = Lab::new("a_question_that_cannot_be_read_is_answered_so") else { return };
    let agent = Agent::start(&lab, &[]);
    let scope = sgfw::inventory::Scope::default();
    let ask = Ask::Perform {
        scope,
        action: "Nonsense".into(),
        input: serde_json::json!({}),
        author: "test".into(),
        version: None,
    };
    assert!(matches!(agent.ask(&ask), Some(Answer::Failed { .. })));
    let socket = std::fs::metadata(lab.sgfw.state().join("agent.sock")).unwrap();
    assert_eq!(std::os::unix::fs::PermissionsExt::mode(&socket.permissions()) & 0o777, 0o660);
}

/// What a command said, without what is only one lab's.
fn said(lab: &Lab, words: &[&str]) -> (Option<i32>, String, String) {
    let said = lab.sgfw.run(words);
    let room = lab.sgfw.room.path().display().to_string();
    let plain = |text: &str| text.replace(&lab.here, "NETNS").replace(&room, "ROOM");
    (said.code, plain(&said.out), plain(&said.err))
}

#[test]
fn commands_say_the_same_through_the_agent_as_by_themselves() {
    let name = "commands_say_the_same_through_the_agent_as_by_themselves";
    let (Some(alone), Some(beside)) = (Lab::new(name), Lab::new(name)) else { return };
    let _agent = Agent::start(&beside, &[]);
    let policies = |lab: &Lab| {
        let text = std::fs::read_to_string(lab.policy("80", "")).unwrap();
        let file = |name: &str, from: &str, to: &str| lab.sgfw.file(name, &text.replace(from, to));
        [
            file("one.yaml", "", ""),
            file("two.yaml", "ports: 80", "ports: 81"),
            file("gone.yaml", "device: v0", "device: v9"),
            file(
                "test.yaml",
                "groups:\n",
                "tests:\n  - {deny: {tcp: 80}, from: 10.9.0.2, to: {interface: web}}\ngroups:\n",
            ),
            file("bad.yaml", "ports: 80", "prots: 80"),
            file("open.yaml", "ports: 80, from: 10.0.0.0/8", "ports: 22, from: 0.0.0.0/0"),
        ]
    };
    let (files_alone, files_beside) = (policies(&alone), policies(&beside));
    let steps: &[&[&str]] = &[
        &["rollback"],
        &["detach", "v0"],
        &["apply", "0"],
        &["apply", "0"],
        &["apply", "1", "-o", "json"],
        &["apply", "1", "-o", "json", "--color", "always"],
        &["apply", "0", "--color", "always"],
        &["apply", "2"],
        &["apply", "3"],
        &["apply", "3", "-o", "json"],
        &["apply", "4"],
        &["apply", "5"],
        &["apply", "0", "--device", "nobody=v0"],
        &["rollback"],
        &["rollback", "77"],
        &["rollback", "1", "-o", "json"],
        &["detach", "v9"],
        &["detach", "v0", "-o", "json"],
        &["apply"],
        &["apply", "-q"],
        &["detach", "--all"],
        &["detach", "--all"],
    ];
    for step in steps {
        let of = |files: &[String; 6]| -> Vec<String> {
            let word = |word: &&str| match (step[0], word.parse::<usize>()) {
                ("apply", Ok(index)) => files[index].clone(),
                _ => (*word).to_owned(),
            };
            step.iter().map(word).collect()
        };
        let (here, there) = (of(&files_alone), of(&files_beside));
        let here = said(&alone, &here.iter().map(String::as_str).collect::<Vec<_>>());
        let there = said(&beside, &there.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!(there, here, "{step:?}");
    }
    let authors = |lab: &Lab| lab.sgfw.run(&["history"]).exits(0).out.matches(" pid ").count();
    assert_eq!(authors(&alone), 0);
    assert!(authors(&beside) > 2, "the agent did not do it: {}", beside.sgfw.run(&["history"]).out);
}

#[test]
fn what_was_detached_beside_an_agent_stays_so_until_the_next_apply() {
    let Some(lab) = Lab::new("what_was_detached_beside_an_agent_stays_so_until_the_next_apply") else { return };
    let agent = Agent::start(&lab, &[]);
    let policy = lab.policy("80", "");
    let _shut = lab.listen(81);
    let is_protected = || lab.connect(81).is_none();
    let stays_open = || {
        let started = Instant::now();
        while started.elapsed() < Duration::from_secs(2) {
            assert!(!is_protected(), "the agent attached it again");
            sleep(Duration::from_millis(100));
        }
    };
    lab.sgfw.run(&["apply", &policy]).exits(0);
    assert!(is_protected());
    lab.sgfw.run(&["detach", "web"]).exits(0).says(&["detached"]);
    stays_open();
    assert!(agent.health().unwrap().left["web"].contains("stays detached"), "{:?}", agent.health());
    // An action about something else does not attach it either.
    lab.sgfw.run(&["ec2", "create-security-group", "--group-name", "other", "--description", "x"]).exits(0);
    stays_open();
    lab.sgfw.run(&["apply", &policy]).exits(0).says(&["attach v0"]);
    assert!(is_protected() && agent.health().is_some());
    // Behind the agent's back: no revision tells of it.
    let alone = lab.sgfw.command(&["detach", "v0"]).env("SGFW_SOCKET", "/nowhere/agent.sock").output().unwrap();
    assert!(alone.status.success(), "{alone:?}");
    stays_open();
    // What the store holds, applied again, attaches it for good.
    lab.sgfw.run(&["apply"]).exits(0).says(&["attach v0"]);
    sleep(Duration::from_millis(1200));
    assert!(is_protected(), "the agent took it off again");
    lab.sgfw.run(&["ec2", "create-security-group", "--group-name", "more", "--description", "x"]).exits(0);
    assert!(is_protected() && agent.health().unwrap().left.is_empty());
}

#[test]
fn after_everything_was_detached_the_agent_rests() {
    let Some(lab) = Lab::new("after_everything_was_detached_the_agent_rests") else { return };
    let agent = Agent::start(&lab, &[]);
    let _shut = lab.listen(81);
    let policy = lab.policy("80", "");
    lab.sgfw.run(&["apply", &policy]).exits(0);
    assert!(lab.connect(81).is_none());
    lab.sgfw.run(&["detach", "--all"]).exits(0).says(&["all programs and maps are removed"]);
    sleep(Duration::from_millis(1500));
    assert!(lab.connect(81).is_some() && !lab.sgfw.pins.join("v1").exists());
    assert!(until(|| agent.health().unwrap().rests));
    lab.sgfw.run(&["status"]).exits(0).says(&["everything was detached by order", "`sgfw apply`"]);
    lab.sgfw.run(&["apply"]).exits(0).says(&["attach v0"]);
    assert!(lab.connect(81).is_none() && until(|| !agent.health().unwrap().rests));
    // It follows again.
    assert!(ip(&["-n", &lab.here, "link", "set", "v0", "name", "lan0"]));
    assert!(until(|| lab.status()["interfaces"][0]["device"] == "lan0"), "{:?}", agent.health());
}

#[test]
fn a_device_that_was_moved_to_another_namespace_is_told_of_and_protected_when_it_is_back() {
    let name = "a_device_that_was_moved_to_another_namespace_is_told_of_and_protected_when_it_is_back";
    let Some(lab) = Lab::new(name) else { return };
    let policy = lab.policy("80", "");
    lab.sgfw.run(&["apply", &policy]).exits(0);
    assert!(ip(&["-n", &lab.here, "link", "set", "v0", "netns", &lab.there]));
    let gone = "the device v0 of interface web is gone, and network namespace";
    lab.sgfw.run(&["status"]).exits(0).says(&[gone, &lab.there, "keeps the rules that it had", "NOT ATTACHED"]);
    let agent = Agent::start(&lab, &[]);
    assert!(until(|| agent.health().unwrap().left.contains_key("web")), "{:?}", agent.health());
    let advice = "if it was moved, network namespace";
    lab.sgfw.run(&["status"]).exits(0).says(&["not protected", advice, &lab.there, "has one of this name"]);
    assert!(ip(&["-n", &lab.there, "link", "set", "v0", "netns", &lab.here]));
    assert!(ip(&["-n", &lab.here, "address", "add", "10.9.0.1/24", "dev", "v0"]));
    assert!(ip(&["-n", &lab.here, "link", "set", "v0", "up"]));
    assert!(until(|| lab.status()["interfaces"][0]["attached"] == true), "{:?}", agent.health());
    let (_open, _shut) = (lab.listen(80), lab.listen(81));
    assert!(until(|| lab.connect(80).is_some()) && lab.connect(81).is_none());
}

#[test]
fn the_doctor_names_who_else_is_on_the_hooks_and_in_which_order() {
    let Some(lab) = Lab::new("the_doctor_names_who_else_is_on_the_hooks_and_in_which_order") else { return };
    lab.apply("80").exits(0);
    lab.sgfw.run(&["doctor"]).says(&["v0", "XDP nothing; then in sgfw_tc_in; out sgfw_tc_out"]);
    // Another sgfw will do for somebody else: XDP, and TCX behind the first one's on the way out.
    let other = command::Sgfw::below(std::path::Path::new(command::lab::BPF));
    let text = "version: 1\ninterfaces:\n  - {name: x, device: v0, netns: NETNS, hook: xdp-generic}\n";
    other.run(&["apply", &other.file("other.yaml", &text.replace("NETNS", &lab.here))]).exits(0);
    let said = lab.sgfw.run(&["doctor"]);
    said.says(&["XDP sgfw_xdp; then in sgfw_tc_in; out sgfw_tc_out, then sgfw_tc_out"]);
}
