//! Flow logs from real packets to files: an agent, a real device, and the counters of verdicts as the judge.

#![expect(clippy::unwrap_used, reason = "a test that unwraps fails at the line that is wrong")]

mod command;

use command::agent::Agent;
use command::lab::Lab;
use command::until;
use rustix::process::Signal;
use serde_json::Value;
use sgfw::kernel::{Kernel, Paths, within};
use sgfw_common::logged::is_logged;
use sgfw_common::reason::Verdict;
use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{TcpListener, UdpSocket};
use std::path::Path;
use std::thread::{sleep, spawn};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Packets and bytes from the IP header on, by action.
type Sums = BTreeMap<&'static str, (u64, u64)>;

/// A policy in force by an agent, and a log of everything in a group.
fn logging<'a>(lab: &'a Lab, files: &[&str]) -> Agent<'a> {
    let agent = Agent::start(lab, files);
    assert!(until(|| lab.connect(9).is_none() && !ec2(lab, &["describe-network-interfaces"]).is_null()));
    create(lab, "mine");
    agent
}

fn create(lab: &Lab, group: &str) {
    let made = ec2(
        lab,
        &[
            "create-flow-logs",
            "--resource-type",
            "VPC",
            "--resource-ids",
            &vpc(lab),
            "--traffic-type",
            "ALL",
            "--log-group-name",
            group,
            "--max-aggregation-interval",
            "60",
        ],
    );
    assert_eq!(made["FlowLogIds"].as_array().unwrap().len(), 1, "{made}");
    assert!(until(|| counted(lab) > 0), "nothing is counted");
}

fn vpc(lab: &Lab) -> String {
    ec2(lab, &["describe-network-interfaces"])["NetworkInterfaces"][0]["VpcId"].as_str().unwrap().to_owned()
}

fn ec2(lab: &Lab, words: &[&str]) -> Value {
    let said = lab.sgfw.run(&[&["ec2"], words].concat());
    serde_json::from_str(&said.exits(0).out).unwrap_or_default()
}

fn kernel(lab: &Lab) -> Kernel {
    Kernel::open(&Paths::new(&lab.sgfw.pins)).unwrap().unwrap()
}

/// Slots of which something is counted.
fn counted(lab: &Lab) -> usize {
    kernel(lab).flow_counts().unwrap().unwrap().counted().unwrap().len()
}

/// What the verdicts' own counters say of packets that a flow log tells of.
fn judged(lab: &Lab) -> Sums {
    let mut sums = Sums::from([("ACCEPT", (0, 0)), ("REJECT", (0, 0))]);
    for row in kernel(lab).counters().unwrap().iter().filter(|row| row.slot != 0 && is_logged(row.reason as u32)) {
        let action = if row.reason.verdict() == Verdict::Pass { "ACCEPT" } else { "REJECT" };
        let sum = sums.get_mut(action).unwrap();
        // The link layer's header does not count in a flow log.
        *sum = (sum.0 + row.packets, sum.1 + row.bytes - 14 * row.packets);
    }
    sums
}

fn less(after: &Sums, before: &Sums) -> Sums {
    after.iter().map(|(action, sum)| (*action, (sum.0 - before[action].0, sum.1 - before[action].1))).collect()
}

/// What all records of a group say together.
fn recorded(lab: &Lab, group: &str) -> Sums {
    let mut sums = Sums::from([("ACCEPT", (0, 0)), ("REJECT", (0, 0))]);
    for words in records(&lab.sgfw.logs().join(group)) {
        if let Some((_, sum)) = sums.iter_mut().find(|(action, _)| words[12] == **action) {
            *sum = (sum.0 + number(&words[8]), sum.1 + number(&words[9]));
        }
    }
    sums
}

fn number(word: &str) -> u64 {
    word.parse().unwrap()
}

/// All records of a directory, in words.
fn records(directory: &Path) -> Vec<Vec<String>> {
    let files = std::fs::read_dir(directory).into_iter().flatten();
    let texts = files.map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap());
    let lines: Vec<String> = texts.flat_map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>()).collect();
    lines.iter().map(|line| line.split(' ').map(str::to_owned).collect()).collect()
}

/// Echoes on port 80 of the protected side, for ever.
fn echo(lab: &Lab, port: u16) {
    let listener: TcpListener = lab.listen(port);
    spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut text = Vec::new();
            let _ = stream.read_to_end(&mut text).and_then(|_| stream.write_all(&text));
        }
    });
}

/// Talks over TCP, is refused over TCP and UDP, and has the protected side ask and be answered.
fn traffic(lab: &Lab, open: u16) {
    for size in [1, 1_000, 100_000] {
        let mut stream = lab.connect(open).unwrap();
        let text = vec![7; size];
        stream.write_all(&text).unwrap();
        stream.shutdown(std::net::Shutdown::Write).unwrap();
        let mut back = Vec::new();
        stream.read_to_end(&mut back).unwrap();
        assert_eq!(back.len(), size);
    }
    assert!(lab.connect(81).is_none());
    let here = within(Some(&lab.here), || UdpSocket::bind("10.9.0.1:5300")).unwrap().unwrap();
    let there = within(Some(&lab.there), || UdpSocket::bind("10.9.0.2:53")).unwrap().unwrap();
    let other = within(Some(&lab.there), || UdpSocket::bind("10.9.0.2:0")).unwrap().unwrap();
    other.send_to(b"refused", "10.9.0.1:5300").unwrap();
    here.send_to(b"asked", "10.9.0.2:53").unwrap();
    let mut room = [0; 16];
    let (length, from) = there.recv_from(&mut room).unwrap();
    assert_eq!(&room[..length], b"asked");
    there.send_to(b"answered", from).unwrap();
    assert_eq!(here.recv_from(&mut room).unwrap().0, 8);
    // Last acknowledgments are on their way.
    sleep(Duration::from_millis(400));
}

#[test]
fn every_packet_that_groups_judge_is_in_one_record() {
    let Some(lab) = Lab::new("every_packet_that_groups_judge_is_in_one_record") else { return };
    echo(&lab, 80);
    let agent = logging(&lab, &[&lab.policy("80", "")]);
    let before = judged(&lab);
    traffic(&lab, 80);
    let met = less(&judged(&lab), &before);
    assert!(met["ACCEPT"].0 > 20 && met["REJECT"].0 >= 2, "{met:?}");
    agent.end(Signal::TERM);
    assert_eq!(recorded(&lab, "mine"), met);
    let all = records(&lab.sgfw.logs().join("mine"));
    let tcp = all.iter().filter(|words| words[7] == "6" && words[12] == "ACCEPT");
    assert_eq!(tcp.count(), 6, "three conversations in two directions: {all:?}");
    let refused = all.iter().filter(|words| words[12] == "REJECT").map(|words| (words[6].as_str(), words[7].as_str()));
    assert_eq!(refused.collect::<std::collections::BTreeSet<_>>(), [("5300", "17"), ("81", "6")].into());
    assert_eq!(counted(&lab), 0, "without the agent nothing is counted");
}

#[test]
fn what_is_counted_while_no_agent_runs_is_recorded_by_the_next() {
    let Some(lab) = Lab::new("what_is_counted_while_no_agent_runs_is_recorded_by_the_next") else { return };
    echo(&lab, 80);
    let policy = lab.policy("80", "");
    let agent = logging(&lab, &[&policy]);
    let before = judged(&lab);
    agent.end(Signal::KILL);
    traffic(&lab, 80);
    let again = Agent::start(&lab, &[&policy]);
    assert!(until(|| again.health().unwrap().generation > 0));
    traffic(&lab, 80);
    let met = less(&judged(&lab), &before);
    again.end(Signal::TERM);
    assert_eq!(recorded(&lab, "mine"), met);
    // What the first one may have taken before nobody knows.
    assert!(records(&lab.sgfw.logs().join("mine")).iter().any(|words| words[13] == "SKIPDATA"));
}

#[test]
fn a_slot_that_changes_hands_counts_for_nobody_else() {
    let Some(lab) = Lab::new("a_slot_that_changes_hands_counts_for_nobody_else") else { return };
    echo(&lab, 80);
    echo(&lab, 82);
    let agent = logging(&lab, &[&lab.policy("80", "")]);
    let first = ec2(&lab, &["describe-network-interfaces"])["NetworkInterfaces"][0].clone();
    traffic(&lab, 80);
    let text =
        std::fs::read_to_string(lab.policy("82", "")).unwrap().replace("name: web, device", "name: next, device");
    lab.sgfw.run(&["apply", &lab.sgfw.file("next.yaml", &text)]).exits(0);
    assert!(until(|| counted(&lab) > 0), "the new interface is not counted");
    traffic(&lab, 82);
    let second = ec2(&lab, &["describe-network-interfaces"])["NetworkInterfaces"][0].clone();
    assert_ne!(first["NetworkInterfaceId"], second["NetworkInterfaceId"]);
    agent.end(Signal::TERM);
    let all = records(&lab.sgfw.logs().join("mine"));
    let tcp: Vec<_> = all.iter().filter(|words| words[7] == "6" && words[12] == "ACCEPT").collect();
    assert_eq!(tcp.len(), 12, "{all:?}");
    for words in tcp {
        let owner = if words[5] == "80" || words[6] == "80" { &first } else { &second };
        assert_eq!(owner["NetworkInterfaceId"], words[2].as_str(), "{words:?}");
    }
}

#[test]
fn programs_that_count_nothing_are_told_of() {
    let Some(lab) = Lab::new("programs_that_count_nothing_are_told_of") else { return };
    let agent = logging(&lab, &[&lab.policy("80", "")]);
    // As where an older version's programs judge.
    std::fs::remove_file(lab.sgfw.pins.join("v1/maps/UNLOGGED")).unwrap();
    let shown = || ec2(&lab, &["describe-flow-logs"])["FlowLogs"][0].clone();
    assert!(until(|| shown()["DeliverLogsStatus"] == "FAILED"), "{}", shown());
    assert!(shown()["DeliverLogsErrorMessage"].as_str().unwrap().contains("older version"), "{}", shown());
    agent.end(Signal::TERM);
}

/// The only test that waits for a real minute to end.
#[test]
fn records_come_every_minute_and_what_cannot_be_written_is_told_and_written_later() {
    let test = "records_come_every_minute_and_what_cannot_be_written_is_told_and_written_later";
    let Some(lab) = Lab::new(test) else { return };
    echo(&lab, 80);
    let agent = logging(&lab, &[&lab.policy("80", "")]);
    create(&lab, "blocked");
    // A log begins with the agent's next look; all of the traffic is to fall into one minute.
    sleep(Duration::from_millis(1200));
    let second = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() % 60;
    sleep(Duration::from_secs(if second > 45 { 61 - second } else { 0 }));
    std::fs::create_dir_all(lab.sgfw.logs()).unwrap();
    std::fs::write(lab.sgfw.logs().join("blocked"), "not a directory").unwrap();
    let before = judged(&lab);
    traffic(&lab, 80);
    let met = less(&judged(&lab), &before);
    let status = |wanted: &str| {
        let logs = ec2(&lab, &["describe-flow-logs", "--filter", "Name=log-group-name,Values=blocked"]);
        logs["FlowLogs"][0]["DeliverLogsStatus"] == wanted
    };
    let ended = (0..5).any(|_| until(|| status("FAILED")));
    assert!(ended, "{}", ec2(&lab, &["describe-flow-logs"]));
    assert_eq!(recorded(&lab, "mine"), met, "the other log is not disturbed");
    lab.sgfw.run(&["status"]).says(&["flow log fl-", "is not written"]);
    std::fs::remove_file(lab.sgfw.logs().join("blocked")).unwrap();
    assert!(until(|| status("SUCCESS")), "it is not tried again");
    assert_eq!(recorded(&lab, "blocked"), met);
    agent.end(Signal::TERM);
}
