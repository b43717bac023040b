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
