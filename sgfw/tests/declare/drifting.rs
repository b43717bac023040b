//! What actions changed about what files declare, in words.

use crate::{alone, apply, change, group};
use sgfw::control::bound;
use sgfw::declare::drift;
use sgfw::inventory::{GroupRule, RuleId, RulePeer, State};
use sgfw::kernel::Binding;
use std::sync::Arc;

const TEXT: &str = "groups:
  - name: web
    id: sg-12345678
    ingress: [{id: sgr-11111111, protocol: tcp, ports: 80, from: 10.0.0.0/8}]
prefix-lists: [{name: l, id: pl-12345678, entries: [10.0.0.0/8]}]
accounts: [{id: 999988887777}]
quotas: {tags: 10}
";

#[test]
fn nothing_drifts_by_itself_or_by_what_is_not_declared() {
    let mut state = alone(TEXT);
    assert!(drift(&state).is_empty());
    change(&mut state, "default", |group| group.rules.clear());
    let account = sgfw::inventory::AccountId::parse("999988887777").unwrap();
    let scope = sgfw::inventory::Scope { account, region: "eu-west-1".into() };
    sgfw::inventory::begin(&mut state, &scope);
    assert!(drift(&state).is_empty());
}

#[test]
fn rules_that_came_went_and_changed_are_told_one_by_one() {
    let mut state = alone(TEXT);
    change(&mut state, "web", |group| {
        let old = group.rules.remove(0);
        let peer = RulePeer::Cidr("0.0.0.0/0".parse().unwrap());
        group.rules.push(GroupRule { id: RuleId::from_number(1), peer, ..old });
        group.tags.insert("a".into(), "b".into());
    });
    let found = drift(&state);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].object, "security group `web` (sg-12345678)");
    assert_eq!(
        found[0].changes,
        [
            "sgr-11111111 ingress tcp 80 for 10.0.0.0/8 was removed",
            "sgr-00000000000000001 ingress tcp 80 for 0.0.0.0/0 was added",
            "tags was none, is a b",
        ]
    );
    assert!(found[0].owner.is_file());
}

#[test]
fn what_was_deleted_and_what_settings_were_changed_is_told() {
    let mut state = alone(TEXT);
    let id = group(&state, "web").id.clone();
    state.groups.remove(&id);
    state.prefix_lists.change(|_| true, |list| list.max_entries = 7);
    Arc::make_mut(&mut state.settings).quotas.tags = 50;
    let words: Vec<String> = drift(&state).iter().map(ToString::to_string).collect();
    assert_eq!(
        words,
        [
            "security group `web` (sg-12345678): it was deleted",
            "prefix list `l` (pl-12345678): max entries was 1, is 7",
            "settings: quotas was ",
        ]
        .map(|start| words.iter().find(|words| words.starts_with(start)).cloned().unwrap_or(start.into()))
    );
}

/// The device of the interface with this name.
fn device(state: &State, name: &str) -> String {
    let found = state.interfaces.values().find(|it| it.name.as_deref() == Some(name)).unwrap();
    format!("{:?}", found.device.as_ref().unwrap().device)
}

#[test]
fn a_device_that_a_command_line_gave_stays_until_a_file_names_one() {
    let text = |device: &str| {
        format!("interfaces: [{{name: web{device}}}, {{name: db, device: eth7, addresses: [10.0.0.7]}}]\n")
    };
    let given: Binding = [("web".to_owned(), "eth1".to_owned())].into();
    let state = bound(alone(&text("")), &given);
    assert!(drift(&state).is_empty(), "{:?}", drift(&state));
    // Once, and once more: what the files say is known by the last apply alone.
    let again = apply(&apply(&state, &text("")), &text(""));
    assert_eq!((device(&again, "web"), device(&again, "db")), ("Named(\"eth1\")".into(), "Named(\"eth7\")".into()));
    assert!(drift(&again).is_empty());
    // A file counts that names one, and so does its silence afterwards.
    let named = apply(&again, &text(", device: eth2"));
    assert_eq!(device(&named, "web"), "Named(\"eth2\")");
    assert_eq!(device(&apply(&named, &text("")), "web"), device(&alone(&text("")), "web"));
    // The same name in another network namespace is another device.
    let moved = apply(&again, &text(", netns: blue"));
    assert_eq!(device(&moved, "web"), "DefaultRoute");
}
