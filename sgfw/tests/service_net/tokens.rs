//! Client tokens: once done, twice answered.

use crate::cloud::{Cloud, OTHER, launch};
use serde_json::{Value, json};

fn requests() -> [(&'static str, Value, &'static str, Value); 3] {
    let mut run = launch();
    run["SubnetId"] = json!("subnet-1a2b3c4d");
    run["MaxCount"] = json!(3);
    [
        ("CreateNetworkInterface", json!({"SubnetId": "subnet-1a2b3c4d"}), "Description", json!("other")),
        (
            "CreateManagedPrefixList",
            json!({"PrefixListName": "a", "MaxEntries": 2, "AddressFamily": "IPv4"}),
            "PrefixListName",
            json!("b"),
        ),
        ("RunInstances", run, "MaxCount", json!(2)),
    ]
}

fn with_token(mut members: Value, token: &str) -> Value {
    members["ClientToken"] = json!(token);
    members
}

#[test]
fn the_same_request_is_done_once() {
    for (operation, members, other, value) in requests() {
        let mut cloud = Cloud::with_subnet();
        let members = with_token(members, "once");
        let first = cloud.rehearsed(operation, members.clone());
        let state = cloud.state.clone();
        assert_eq!(cloud.ask(operation, members.clone()), first, "{operation}");
        assert_eq!(cloud.state, state);
        let mut changed = members.clone();
        changed[other] = value;
        assert_eq!(
            cloud.refused(operation, changed),
            "IdempotentParameterMismatch: The client token was used before with other parameters."
        );
        let mut second = members.clone();
        second["ClientToken"] = json!("twice");
        assert_ne!(cloud.ask(operation, second), first);
        let long = with_token(members, &"t".repeat(256));
        assert!(cloud.refused(operation, long).contains("client token"));
    }
}

#[test]
fn a_token_is_its_accounts_own() {
    let mut cloud = Cloud::with_subnet();
    let members = with_token(json!({"PrefixListName": "a", "MaxEntries": 2, "AddressFamily": "IPv4"}), "t");
    let first = cloud.ask("CreateManagedPrefixList", members.clone());
    cloud.as_account(OTHER);
    assert_ne!(cloud.ask("CreateManagedPrefixList", members), first);
}

#[test]
fn a_token_is_forgotten_with_what_it_made() {
    let mut cloud = Cloud::with_subnet();
    let members = with_token(json!({"SubnetId": "subnet-1a2b3c4d"}), "t");
    let first = cloud.ask("CreateNetworkInterface", members.clone())["NetworkInterface"].clone();
    cloud.ask("DeleteNetworkInterface", json!({"NetworkInterfaceId": first["NetworkInterfaceId"]}));
    let second = cloud.ask("CreateNetworkInterface", members)["NetworkInterface"].clone();
    assert_ne!(second["NetworkInterfaceId"], first["NetworkInterfaceId"]);
    cloud.ask("DeleteNetworkInterface", json!({"NetworkInterfaceId": second["NetworkInterfaceId"]}));
    cloud.ask("CreateNetworkInterface", with_token(json!({"SubnetId": "subnet-1a2b3c4d"}), "u"));
    assert_eq!(cloud.state.tokens.len(), 1);
}

#[test]
fn flow_logs_are_made_once_and_anew_when_all_are_gone() {
    let mut cloud = Cloud::with_subnet();
    cloud.vpc("vpc-bbbbbbbb", "10.2.0.0/16");
    let request = |token: &str, group: &str| {
        json!({"ResourceType": "VPC", "ResourceIds": ["vpc-1a2b3c4d", "vpc-bbbbbbbb"], "TrafficType": "ALL",
            "LogGroupName": group, "ClientToken": token})
    };
    let first = cloud.rehearsed("CreateFlowLogs", request("t", "g"));
    assert_eq!(cloud.ask("CreateFlowLogs", request("t", "g")), first);
    assert!(cloud.refused("CreateFlowLogs", request("t", "h")).starts_with("IdempotentParameterMismatch"));
    assert!(cloud.refused("CreateFlowLogs", request("u", "g")).starts_with("FlowLogAlreadyExists"));
    let ids = &first["FlowLogIds"];
    cloud.ask("DeleteFlowLogs", json!({"FlowLogIds": [ids[0]]}));
    assert_eq!(cloud.ask("CreateFlowLogs", request("t", "g")), first);
    cloud.ask("CreateFlowLogs", request("u", "h"));
    assert_eq!(cloud.state.tokens.len(), 2, "of the first one, one is left");
    cloud.ask("DeleteFlowLogs", json!({"FlowLogIds": [ids[1]]}));
    assert_ne!(cloud.ask("CreateFlowLogs", request("t", "g"))["FlowLogIds"], *ids);
    cloud.ask("CreateFlowLogs", request("v", "i"));
    assert_eq!(cloud.state.tokens.len(), 3);
}
