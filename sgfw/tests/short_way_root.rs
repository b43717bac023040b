//! The short way from an action to the kernel ends where the whole way would: after every action, whoever comes new and
//! thinks everything through finds nothing left to do, in the maps or in words.
//!
//! Real maps and a real device in a namespace of the test's own; the actions are drawn at random.

#![expect(clippy::unwrap_used, reason = "a test that unwraps fails at the line that is wrong")]

mod command;
#[path = "service_groups/random.rs"]
mod random;

use command::lab::Lab;
use random::Random;
use serde_json::{Value, json};
use sgfw::api::Action;
use sgfw::control::{ControlError, Effort, Enforcement, Engine};
use sgfw::inventory::Scope;
use sgfw::kernel::{Binding, Paths};
use sgfw::store::Redb;
use std::sync::Arc;

const ACTIONS: usize = 400;
const VPC: &str = "vpc-1a2b3c4d";
const SUBNET: &str = "subnet-1a2b3c4d";
const GROUPS: [&str; 4] = ["sg-aaaa0001", "sg-aaaa0002", "sg-aaaa0003", "sg-aaaa0004"];
const LISTS: [&str; 2] = ["pl-aaaa0001", "pl-aaaa0002"];
const DEVICE: &str = "eni-aaaa0000";
const ELSEWHERE: [&str; 3] = ["eni-aaaa0001", "eni-aaaa0002", "eni-aaaa0003"];

fn policy(lab: &Lab) -> String {
    format!(
        "version: 1
vpcs:
  - id: {VPC}
    cidr: 10.9.0.0/16
    subnets: [{{name: s, id: {SUBNET}, zone: us-east-1a, cidr: 10.9.0.0/24}}]
    groups: [{{name: kept, id: sg-aaaa0009, ingress: [{{protocol: tcp, ports: 22, from: 10.0.0.0/8}}]}}]
    interfaces:
      - {{name: web, id: {DEVICE}, subnet: s, device: v0, netns: {}, addresses: [10.9.0.10], groups: [kept]}}
",
        lab.here
    )
}

fn open(lab: &Lab) -> Engine {
    Engine::open(Arc::new(Redb::new(lab.sgfw.state())), &Paths::new(lab.sgfw.pins.clone())).unwrap()
}

fn ask(engine: &mut Engine, (operation, members): (&str, Value)) -> Result<(), String> {
    let action = Action::from_json(operation, members).unwrap();
    match engine.perform(&Scope::default(), &action, "test") {
        Ok(_) => Ok(()),
        Err(ControlError::Refused(fault)) => Err(fault.to_string()),
        Err(other) => panic!("{operation}: {other}"),
    }
}

fn tagged(kind: &str, id: &str) -> Value {
    json!([{"ResourceType": kind, "Tags": [{"Key": "_custom_id_", "Value": id}]}])
}

/// Something about groups and rules.
fn about_rules(random: &mut Random) -> (&'static str, Value) {
    let group = random.pick(&GROUPS);
    let peers = match random.below(4) {
        0 => json!({"UserIdGroupPairs": [{"GroupId": random.pick(&GROUPS)}]}),
        1 => json!({"PrefixListIds": [{"PrefixListId": random.pick(&LISTS)}]}),
        _ => json!({"IpRanges": [{"CidrIp": random.pick(&["10.0.0.0/8", "10.9.0.0/24", "0.0.0.0/0"])}]}),
    };
    let port = 80 + random.below(3);
    let mut permission = json!({"IpProtocol": "tcp", "FromPort": port, "ToPort": port});
    permission.as_object_mut().unwrap().extend(peers.as_object().unwrap().clone());
    let rule = json!({"GroupId": group, "IpPermissions": [permission]});
    match random.below(12) {
        0 => ("DeleteSecurityGroup", json!({"GroupId": group})),
        1..4 => {
            let tags = tagged("security-group", group);
            let name = format!("group {group} {}", random.below(2));
            let members = json!({"GroupName": name, "Description": "x", "VpcId": VPC, "TagSpecifications": tags});
            ("CreateSecurityGroup", members)
        }
        4..7 => ("AuthorizeSecurityGroupIngress", rule),
        7..9 => ("AuthorizeSecurityGroupEgress", rule),
        9 => ("RevokeSecurityGroupEgress", rule),
        _ => ("RevokeSecurityGroupIngress", rule),
    }
}

/// Something about who is where.
fn about_interfaces(random: &mut Random) -> (&'static str, Value) {
    let eni = random.pick(&ELSEWHERE);
    let mut groups: Vec<&str> = GROUPS.into_iter().filter(|_| random.below(2) == 0).collect();
    groups.push("sg-aaaa0009");
    let address = format!("10.9.0.{}", 20 + random.below(4));
    match random.below(8) {
        0 => ("DeleteNetworkInterface", json!({"NetworkInterfaceId": eni})),
        1..4 => {
            let tags = tagged("network-interface", eni);
            ("CreateNetworkInterface", json!({"SubnetId": SUBNET, "Groups": groups, "TagSpecifications": tags}))
        }
        4 => ("AssignPrivateIpAddresses", json!({"NetworkInterfaceId": eni, "PrivateIpAddresses": [address]})),
        5 => ("UnassignPrivateIpAddresses", json!({"NetworkInterfaceId": eni, "PrivateIpAddresses": [address]})),
        6 => ("ModifyNetworkInterfaceAttribute", json!({"NetworkInterfaceId": eni, "Groups": groups})),
        _ => ("CreateTags", json!({"Resources": [eni], "Tags": [{"Key": "Name", "Value": address}]})),
    }
}

/// Something about prefix lists, and now and then something that only the whole way can do.
fn about_the_rest(random: &mut Random, version: usize) -> (&'static str, Value) {
    let list = random.pick(&LISTS);
    let cidr = random.pick(&["10.9.0.0/24", "10.8.0.0/16", "192.0.2.0/24"]);
    match random.below(6) {
        0 => ("DeleteManagedPrefixList", json!({"PrefixListId": list})),
        1 | 2 => {
            let tags = tagged("prefix-list", list);
            let members = json!({"PrefixListName": format!("list {list}"), "MaxEntries": 3, "AddressFamily": "IPv4",
                "Entries": [{"Cidr": cidr}], "TagSpecifications": tags});
            ("CreateManagedPrefixList", members)
        }
        3 => {
            let change = *random.pick(&[&"AddEntries", &"RemoveEntries"]);
            let mut members = json!({"PrefixListId": list, "CurrentVersion": version});
            members[change] = json!([{"Cidr": cidr}]);
            ("ModifyManagedPrefixList", members)
        }
        4 => {
            let timeout = 60 + random.below(3);
            let timeouts = json!({"UdpStreamTimeout": timeout});
            let members = json!({"NetworkInterfaceId": DEVICE, "ConnectionTrackingSpecification": timeouts});
            ("ModifyNetworkInterfaceAttribute", members)
        }
        _ => ("AcceptVpcPeeringConnection", json!({"VpcPeeringConnectionId": "pcx-99999999"})),
    }
}

/// Actions that no packet notices make revisions too, and only the last hundred are kept.
#[test]
fn what_is_in_force_keeps_its_words_however_many_actions_go_by_that_change_nothing_for_packets() {
    let name = "what_is_in_force_keeps_its_words_however_many_actions_go_by_that_change_nothing_for_packets";
    let Some(lab) = Lab::new(name) else { return };
    lab.sgfw.run(&["apply", &lab.sgfw.file("policy.yaml", &policy(&lab))]).exits(0);
    let mut engine = open(&lab);
    let words = engine.in_force().unwrap().snapshot();
    for number in 0..130 {
        let tags = json!([{"Key": "Name", "Value": format!("{number}")}]);
        ask(&mut engine, ("CreateTags", json!({"Resources": [DEVICE], "Tags": tags}))).unwrap();
    }
    let mut anew = open(&lab);
    let oldest = anew.store().history().unwrap()[0].number;
    let now = anew.in_force().unwrap();
    assert!(now.record.as_ref().unwrap().revision > oldest, "the record is of revision {oldest} or before");
    assert_eq!(now.snapshot(), words);
}

#[test]
fn whatever_actions_did_in_the_short_way_the_whole_way_would_have_done() {
    let Some(lab) = Lab::new("whatever_actions_did_in_the_short_way_the_whole_way_would_have_done") else { return };
    actions(&lab, false);
}

/// The same by an engine that answers before it cleans up: what is in force is told right in between, and nobody else gets
/// the turn.
#[test]
fn what_is_left_for_later_changes_nothing_for_packets() {
    let Some(lab) = Lab::new("what_is_left_for_later_changes_nothing_for_packets") else { return };
    let left = actions(&lab, true);
    assert!(left > ACTIONS / 20, "{left} actions left something");
}

/// Random actions, each held to the whole way; says how many left something for later.
fn actions(lab: &Lab, leaves: bool) -> usize {
    lab.sgfw.run(&["apply", &lab.sgfw.file("policy.yaml", &policy(lab))]).exits(0);
    let mut engine = open(lab);
    engine.warm().unwrap();
    if leaves {
        engine.leave_the_rest();
    }
    let mut left = 0;
    for group in GROUPS {
        let tags = tagged("security-group", group);
        let members =
            json!({"GroupName": format!("group {group}"), "Description": "x", "VpcId": VPC, "TagSpecifications": tags});
        ask(&mut engine, ("CreateSecurityGroup", members)).unwrap();
    }
    let all = json!([GROUPS[0], GROUPS[1], "sg-aaaa0009"]);
    let device = json!({"NetworkInterfaceId": DEVICE, "Groups": all});
    ask(&mut engine, ("ModifyNetworkInterfaceAttribute", device)).unwrap();
    let (mut done, mut short) = (0, 0);
    let random = &mut Random(42);
    for number in 0..ACTIONS {
        let asked = match random.below(8) {
            0..4 => about_rules(random),
            4..7 => about_interfaces(random),
            _ => {
                let version = 1 + random.below(4);
                about_the_rest(random, version)
            }
        };
        let before = engine.revision;
        let refused = ask(&mut engine, asked.clone());
        if refused.is_err() || engine.revision == before {
            continue;
        }
        done += 1;
        short += usize::from(engine.is_warm());
        if !engine.is_settled() {
            left += 1;
            let work = whole(lab);
            assert!(work.is_the_same(), "action {number} {asked:?}: {:#?} {:#?}", work.plan.ops, work.changes);
            // Now and then the next action finds it undone.
            if left > 1 && random.below(3) == 0 {
                continue;
            }
            // Whoever wants the turn waits for it in vain, once because that takes a while.
            assert!(left > 1 || open(lab).store().turn("test").is_err(), "somebody else got the turn");
            engine.settle();
        }
        let work = whole(lab);
        assert!(work.is_nothing(), "action {number} {asked:?} leaves {:#?} {:#?}", work.plan.ops, work.changes);
    }
    engine.settle();
    assert!(whole(lab).is_nothing());
    assert!(done > ACTIONS / 4 && short > done / 2 && short < done, "{done} actions, {short} in the short way");
    left
}

/// What somebody who comes anew would do.
fn whole(lab: &Lab) -> Enforcement {
    let mut anew = open(lab);
    let state = anew.state.clone();
    anew.prepare(state, &Binding::new(), Effort::Again).unwrap().enforcement.unwrap()
}
