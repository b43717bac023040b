//! Flow logs of files: what they are about, whose they are, and what becomes of them.

use crate::{alone, applied, apply, declared};
use sgfw::declare::{adopt, drift};
use sgfw::inventory::{
    FlowLog, FlowLogId, LogDestination, LogField, LoggedResource, LoggedTraffic, Owner, Scope, State, lower,
};
use sgfw::policy;
use std::sync::Arc;

const PLACES: &str = "vpcs:
  - {name: shop, id: vpc-aaaaaaaa, cidr: 10.1.0.0/16, subnets: [{name: front, id: subnet-aaaaaaaa, cidr: 10.1.0.0/24}]}
  - {name: office, id: vpc-bbbbbbbb, account: \"999988887777\", cidr: 10.2.0.0/16, groups: [{name: a}],
     members: [{name: clerk, id: eni-bbbbbbbb, addresses: [10.2.0.7], groups: [a]}]}
interfaces: [{name: web, id: eni-aaaaaaaa, device: eth1}]
members: [{name: web, addresses: [192.0.2.1], groups: [default]}]
";

/// The places, with these flow logs.
fn text(flow_logs: &str) -> String {
    format!("{PLACES}flow-logs:\n{flow_logs}")
}

/// The one flow log there is.
fn one(state: &State) -> &FlowLog {
    assert_eq!(state.flow_logs.len(), 1);
    state.flow_logs.values().next().unwrap()
}

fn resource(line: &str) -> (LoggedResource, Scope) {
    let state = alone(&text(&format!("  - {{{line} log-group: g}}\n")));
    (one(&state).resource.clone(), one(&state).scope.clone())
}

#[test]
fn a_flow_log_is_about_a_vpc_a_subnet_or_an_interface() {
    let home = Scope::default();
    let default = alone("").default_vpc(&home).unwrap().id.clone();
    for (line, wanted) in [
        ("", default.as_str()),
        ("vpc: shop,", "vpc-aaaaaaaa"),
        ("vpc: vpc-aaaaaaaa,", "vpc-aaaaaaaa"),
        ("vpc: shop, subnet: front,", "subnet-aaaaaaaa"),
        ("vpc: shop, subnet: subnet-aaaaaaaa,", "subnet-aaaaaaaa"),
        ("subnet: subnet-aaaaaaaa,", "subnet-aaaaaaaa"),
        ("interface: eni-aaaaaaaa,", "eni-aaaaaaaa"),
        // The one of this host, not the member of that name.
        ("interface: web,", "eni-aaaaaaaa"),
    ] {
        let (found, scope) = resource(line);
        assert_eq!((found.to_string().as_str(), &scope), (wanted, &home), "{line}");
    }
    for line in ["vpc: office,", "interface: clerk,", "interface: eni-bbbbbbbb,"] {
        assert_eq!(resource(line).1.account.as_str(), "999988887777", "{line}");
    }
}

#[test]
fn what_is_not_said_is_as_aws_has_it() {
    let state = alone(&text("  - {id: fl-aaaaaaaa, vpc: shop, log-group: /vpc/shop}\n"));
    let it = one(&state);
    let wanted = FlowLog {
        id: FlowLogId::parse("fl-aaaaaaaa").unwrap(),
        scope: Scope::default(),
        resource: it.resource.clone(),
        traffic: LoggedTraffic::All,
        destination: LogDestination::group("/vpc/shop").unwrap(),
        format: LogField::standard(),
        interval: 600,
        role: None,
        created: "1970-01-01T00:00:00.000Z".into(),
        trouble: None,
        tags: std::collections::BTreeMap::new(),
        owner: Owner::File { file: "test.yaml".into(), line: 9 },
    };
    assert_eq!(*it, wanted);
}

#[test]
fn all_that_can_be_said_is_taken() {
    let state = alone(&text(
        "  - interface: web
    traffic: reject
    bucket: logs/web/blocked
    hive-compatible-partitions: true
    per-hour-partition: true
    interval: 60
    format: ${srcaddr} ${reject-reason}
    role: arn:aws:iam::123456789012:role/flows
    created: 2026-11-21T10:35:45.000Z
    tags: {team: network}
",
    ));
    let it = one(&state);
    assert_eq!(it.destination, LogDestination::bucket("logs", "web/blocked", true, true).unwrap());
    assert_eq!((it.traffic, it.interval), (LoggedTraffic::Reject, 60));
    assert_eq!(it.format, [LogField::SrcAddr, LogField::RejectReason]);
    assert_eq!(it.role.as_deref(), Some("arn:aws:iam::123456789012:role/flows"));
    assert_eq!((it.created.as_str(), it.tags["team"].as_str()), ("2026-11-21T10:35:45.000Z", "network"));
}

#[test]
fn flow_logs_change_nothing_for_packets() {
    let all = alone(&text("  - {log-group: a}\n  - {interface: web, traffic: accept, bucket: logs}\n"));
    assert_eq!(lower(&all).snapshot, lower(&alone(PLACES)).snapshot);
    assert_eq!(all.flow_logs.len(), 2);
}

#[test]
fn what_is_left_out_of_the_next_apply_ends_and_a_second_apply_changes_nothing() {
    let both = text("  - {vpc: shop, log-group: a}\n  - {interface: web, log-group: b}\n");
    let state = alone(&both);
    assert!(apply(&state, &both).changes_from(&state).is_empty());
    let less = apply(&state, &text("  - {interface: web, log-group: b}\n"));
    assert!(matches!(one(&less).resource, LoggedResource::Interface(_)));
    assert!(apply(&less, PLACES).flow_logs.is_empty());
    // With what it is about; and what an action logged of that ends, too.
    let mut state = alone(&text("  - {vpc: shop, log-group: a}\n"));
    let of_action = FlowLog {
        id: FlowLogId::from_number(7),
        traffic: LoggedTraffic::Accept,
        owner: Owner::Action,
        ..one(&state).clone()
    };
    state.flow_logs.insert(of_action.id.clone(), Arc::new(of_action));
    assert_eq!(one(&apply(&state, PLACES)).owner, Owner::Action, "an action's own is left alone");
    assert!(apply(&state, "groups: []").flow_logs.is_empty());
}

#[test]
fn a_flow_log_keeps_its_id_as_long_as_it_writes_the_same_to_the_same_place() {
    let state = alone(&text("  - {vpc: shop, log-group: a}\n"));
    let finer = apply(&state, &text("  - {vpc: shop, log-group: a, interval: 60, format: '${end} ${start}'}\n"));
    assert_eq!(one(&finer).id, one(&state).id);
    assert_eq!((one(&finer).interval, one(&finer).format.len()), (60, 2));
    for other in ["{vpc: shop, log-group: b}", "{vpc: shop, log-group: a, traffic: accept}", "{log-group: a}"] {
        assert_ne!(one(&apply(&state, &text(&format!("  - {other}\n")))).id, one(&state).id, "{other}");
    }
    // One that an action made is the file's from then on.
    let mut of_action = state.clone();
    let it = FlowLog {
        id: FlowLogId::from_number(7),
        created: "2026-11-21T10:35:45.000Z".into(),
        owner: Owner::Action,
        ..one(&state).clone()
    };
    of_action.flow_logs.clear();
    of_action.flow_logs.insert(it.id.clone(), Arc::new(it.clone()));
    of_action.baseline.clear();
    let taken = applied(&of_action, &text("  - {vpc: shop, log-group: a}\n")).unwrap();
    assert_eq!((&one(&taken.state).id, &one(&taken.state).created), (&it.id, &it.created));
    assert!(one(&taken.state).owner.is_file());
    let note = format!("test.yaml:9:5: flow log {} was made by an action and is this file's now", it.id);
    assert_eq!(taken.notes.last(), Some(&note));
}

#[test]
fn what_actions_change_drifts_and_is_put_back() {
    let text = text("  - {id: fl-aaaaaaaa, vpc: shop, log-group: a, tags: {a: b}}\n");
    let state = alone(&text);
    assert!(drift(&state).is_empty());
    let mut changed = state.clone();
    changed.flow_logs.change(|_| true, |it| it.tags.clear());
    let words: Vec<String> = drift(&changed).iter().map(ToString::to_string).collect();
    assert_eq!(words, ["flow log fl-aaaaaaaa: tags was a b, is none"]);
    assert_eq!(apply(&changed, &text), state);
    changed.flow_logs.clear();
    let words: Vec<String> = drift(&changed).iter().map(ToString::to_string).collect();
    assert_eq!(words, ["flow log fl-aaaaaaaa: it was deleted"]);
    assert_eq!(apply(&changed, &text), state);
}

#[test]
fn trouble_with_its_records_is_no_files_business() {
    let text = text("  - {id: fl-aaaaaaaa, vpc: shop, log-group: a}\n");
    let mut state = alone(&text);
    state.flow_logs.change(|_| true, |it| it.trouble = Some("the disk is full".into()));
    assert!(drift(&state).is_empty(), "{:?}", drift(&state));
    let again = apply(&state, &text);
    assert!(again.changes_from(&state).is_empty(), "an apply neither heals it nor changes anything");
    let mut healed = again;
    healed.flow_logs.change(|_| true, |it| it.trouble = None);
    assert!(drift(&healed).is_empty());
}

#[test]
fn two_flow_logs_cannot_write_the_same() {
    let refused = |state: &State, lines: &str| {
        let text = format!("version: 1\n{}", text(lines));
        match policy::load_text("test.yaml", &text) {
            Err(found) => found.iter().map(|it| it.to_string()).collect::<Vec<_>>().join("\n"),
            Ok(loaded) => adopt(state, &loaded.declared).unwrap_err().to_string(),
        }
    };
    let nothing = State::default();
    let twice =
        refused(&nothing, "  - {vpc: shop, log-group: a}\n  - {vpc: vpc-aaaaaaaa, log-group: a, interval: 60}\n");
    assert!(twice.contains("test.yaml:10:5: error: flow log fl-") && twice.contains("is declared twice"), "{twice}");
    let named = "  - {id: fl-aaaaaaaa, vpc: shop, log-group: a}\n  - {id: fl-bbbbbbbb, vpc: shop, log-group: a}\n";
    let twice = refused(&nothing, named);
    let words = "error: fl-aaaaaaaa and fl-bbbbbbbb log the same traffic of vpc-aaaaaaaa to one place";
    assert!(twice.contains(words), "{twice}");
    // One of an action, where the file says another id.
    let mut state = alone(&text("  - {id: fl-cccccccc, vpc: shop, log-group: a}\n"));
    state.flow_logs.change(|_| true, |it| it.owner = Owner::Action);
    let other = refused(&state, "  - {id: fl-aaaaaaaa, vpc: shop, log-group: a}\n");
    let words = "fl-aaaaaaaa and fl-cccccccc log the same traffic of vpc-aaaaaaaa to one place; leave one out";
    assert_eq!(other, format!("test.yaml:9:5: {words}"));
}

#[test]
fn an_export_reads_like_somebody_wrote_it() {
    let lines = "- id: fl-aaaaaaaa
  interface: eni-aaaaaaaa
  traffic: reject
  bucket: logs/web
  per-hour-partition: true
  interval: 60
  format: ${srcaddr} ${reject-reason}
  tags:
    a: b
- id: fl-bbbbbbbb
  vpc: vpc-aaaaaaaa
  log-group: g
";
    let exported = policy::emit_state(&alone(&text(lines)));
    assert!(exported.ends_with(&format!("flow-logs:\n{lines}")), "{exported}");
    assert_eq!(declared(&text(lines)).flow_logs.len(), 2);
}
