//! Whose an object is, what stays, and what goes.

use crate::{alone, applied, apply, change, declared, group, of_files, rules};
use sgfw::declare::adopt;
use sgfw::inventory::{
    GroupId, GroupRule, NetworkInterface, Owner, PrefixListId, RuleId, RulePeer, SecurityGroup, State, Tags, VpcId,
};
use sgfw::model::{Direction, Origin, Traffic};
use std::sync::Arc;

/// A group that an action made in the network of another.
fn made_by_action(state: &mut State, beside: &str, name: &str) -> GroupId {
    let beside = group(state, beside).clone();
    let made = SecurityGroup {
        id: GroupId::from_number(7),
        name: name.into(),
        owner: Owner::Action,
        rules: Vec::new(),
        ..(*beside).clone()
    };
    let id = made.id.clone();
    state.groups.insert(id.clone(), Arc::new(made));
    id
}

fn rule(number: u64, peer: &str) -> GroupRule {
    GroupRule {
        id: RuleId::from_number(number),
        direction: Direction::Ingress,
        traffic: Traffic::All,
        peer: RulePeer::Cidr(peer.parse().unwrap()),
        description: None,
        tags: Tags::new(),
        origin: Origin::default(),
    }
}

#[test]
fn what_a_file_declares_is_the_files() {
    let state = alone("groups:\n  - name: web\n");
    assert_eq!(group(&state, "web").owner, Owner::File { file: "test.yaml".into(), line: 3 });
    assert_eq!(group(&state, "default").owner, Owner::Action);
    assert_eq!(state.baseline.keys().collect::<Vec<_>>(), [&format!("group/{}", group(&state, "web").id)]);
}

#[test]
fn what_is_left_out_of_the_next_apply_goes() {
    let text = "groups: [{name: web}, {name: db}]\nprefix-lists: [{name: l, entries: []}]\n\
                interfaces: [{name: i, groups: [web]}]\nmembers: [{name: m, addresses: [10.0.0.1], groups: [db]}]\n";
    let state = apply(&alone(text), "groups: [{name: db}]\n");
    assert_eq!(of_files(&state), ["db"]);
    assert!(state.interfaces.is_empty() && state.prefix_lists.is_empty());
    let state = apply(&state, "");
    assert!(state.baseline.is_empty() && of_files(&state).is_empty());
    assert_eq!(state.groups, alone("").groups);
}

#[test]
fn f18_f19_the_default_group_is_reset_when_no_file_declares_it_any_more() {
    let fresh = alone("");
    let state = apply(&fresh, "groups: [{name: default, ingress: [], egress: [], tags: {a: b}}]");
    assert!(rules(group(&state, "default")).is_empty());
    assert_eq!(group(&apply(&state, ""), "default"), group(&fresh, "default"));
}

#[test]
fn f18_the_default_group_as_an_action_left_it_is_not_the_files_business() {
    let mut state = alone("groups: [{name: web}]");
    change(&mut state, "default", |group| group.rules.clear());
    assert!(rules(group(&apply(&state, "groups: [{name: db}]"), "default")).is_empty());
}

#[test]
fn what_actions_made_is_left_alone() {
    let mut state = alone("groups: [{name: web}]");
    let id = made_by_action(&mut state, "web", "mine");
    let state = apply(&state, "groups: [{name: db}]");
    assert_eq!(state.groups[&id].owner, Owner::Action);
    assert_eq!(of_files(&state), ["db"]);
}

#[test]
fn a_name_that_an_action_made_is_taken_over_with_its_id_and_a_note() {
    let mut state = alone("groups: [{name: web}]");
    let id = made_by_action(&mut state, "web", "mine");
    let adopted = applied(&state, "groups:\n  - name: web\n  - name: mine\n").unwrap();
    assert_eq!(group(&adopted.state, "mine").id, id);
    assert!(group(&adopted.state, "mine").owner.is_file());
    assert_eq!(
        adopted.notes,
        [format!("test.yaml:4:5: security group `mine` ({id}) was made by an action and is this file's now")]
    );
}

#[test]
fn ids_of_groups_and_rules_stay_whatever_moves_around_them() {
    let first = alone("groups:\n  - name: web\n    ingress: [{protocol: tcp, ports: [80, 443], from: 10.0.0.0/8}]\n");
    let text = "groups:\n  - {name: other}\n  - name: web\n    description: new words\n    ingress:\n      \
                - {protocol: tcp, ports: [22, 443], from: 10.0.0.0/8, description: kept}\n";
    let second = apply(&first, text);
    let ids = |state: &State| -> Vec<(String, RuleId)> {
        let group = group(state, "web");
        rules(group).into_iter().zip(group.rules.iter().map(|rule| rule.id.clone())).collect()
    };
    assert_eq!(group(&first, "web").id, group(&second, "web").id);
    let (first, second) = (ids(&first), ids(&second));
    assert_eq!(first[1], second[1]);
    assert!(!first.contains(&second[0]), "{first:?} {second:?}");
}

#[test]
fn the_id_of_a_rule_that_an_action_made_stays_when_a_file_says_the_same() {
    let mut state = alone("groups: [{name: web}]");
    change(&mut state, "web", |group| group.rules.push(rule(9, "10.0.0.0/8")));
    let state = apply(&state, "groups: [{name: web, ingress: [{protocol: all, from: 10.0.0.0/8}]}]");
    assert!(group(&state, "web").rules.iter().any(|rule| rule.id == RuleId::from_number(9)));
}

#[test]
fn an_apply_puts_back_what_an_action_changed() {
    let text = "groups: [{name: web, ingress: [{protocol: tcp, ports: 80, from: 10.0.0.0/8}]}]";
    let state = alone(text);
    let mut changed = state.clone();
    change(&mut changed, "web", |group| group.rules.remove(0).description = None);
    change(&mut changed, "web", |group| group.rules.push(rule(9, "0.0.0.0/0")));
    assert_ne!(changed, state);
    assert_eq!(apply(&changed, text), state);
}

#[test]
fn ids_and_rule_ids_that_a_file_gives_are_taken() {
    let state = alone(
        "groups:\n  - name: web\n    id: sg-12345678\n    ingress: [{id: sgr-87654321, protocol: all, from: 10.0.0.0/8}]\n",
    );
    let web = group(&state, "web");
    assert_eq!(web.id.as_str(), "sg-12345678");
    assert_eq!(web.rules[0].id.as_str(), "sgr-87654321");
}

#[test]
fn f14_a_vpc_of_a_file_has_a_default_group_and_takes_it_along() {
    let text = "vpcs: [{name: prod, cidr: 10.0.0.0/16, groups: [{name: web}]}]";
    let state = alone(text);
    let vpc = VpcId::derive(&["vpc", "prod"]);
    let names: Vec<&str> =
        state.groups.values().filter(|it| it.vpc() == Some(&vpc)).map(|it| it.name.as_str()).collect();
    assert!(names.contains(&"default") && names.contains(&"web"), "{names:?}");
    assert_eq!(apply(&state, "").groups, alone("").groups);
}

#[test]
fn f11_groups_of_a_vpc_let_ipv6_out_where_it_has_ipv6() {
    let rules_of = |ipv6: &str| {
        let state = alone(&format!("vpcs: [{{name: prod, cidr: 10.0.0.0/16{ipv6}, groups: [{{name: web}}]}}]"));
        rules(group(&state, "web"))
    };
    assert_eq!(rules_of(""), ["egress all 0.0.0.0/0"]);
    assert_eq!(rules_of(", ipv6: \"2001:db8::/56\""), ["egress all 0.0.0.0/0", "egress all ::/0"]);
}

#[test]
fn a_default_vpc_that_a_file_gives_an_id_takes_the_place_of_the_one_that_was() {
    let state = alone("");
    let text = "vpcs: [{id: vpc-12345678, default: true}]\ngroups: [{name: web}]";
    let state = apply(&state, text);
    assert_eq!(state.vpcs.keys().map(VpcId::as_str).collect::<Vec<_>>(), ["vpc-12345678"]);
    assert_eq!(group(&state, "web").vpc().map(VpcId::as_str), Some("vpc-12345678"));
    assert_eq!(apply(&state, text), state);
    let state = apply(&state, "groups: [{name: db}]");
    assert_eq!(group(&state, "db").vpc().map(VpcId::as_str), Some("vpc-12345678"), "a region keeps its default VPC");
}

#[test]
fn a_file_that_changes_a_prefix_list_makes_a_version_of_it() {
    let list = |entries: &str| format!("prefix-lists: [{{name: l, entries: [{entries}]}}]");
    let first = alone(&list("10.0.0.0/8"));
    let second = apply(&first, &list("10.0.0.0/8, 192.0.2.0/24"));
    let of = |state: &State| state.prefix_lists.values().next().unwrap().clone();
    assert_eq!((of(&first).version, of(&second).version), (1, 2));
    assert_eq!(of(&second).earlier[&1].len(), 1);
    assert_eq!(apply(&second, &list("10.0.0.0/8, 192.0.2.0/24")), second);
    assert_eq!(of(&first).id, PrefixListId::derive(&["prefix-list", "123456789012", "us-east-1", "l"]));
}

#[test]
fn f29_f30_interfaces_of_an_instance() {
    let text = "groups: [{name: web}]\ninstances: [{name: one, state: stopped}]\n\
                members:\n  - {name: a, addresses: [10.0.0.1], groups: [web], instance: one}\n  \
                - {name: b, addresses: [10.0.0.2], groups: [web], instance: {id: one, index: 1}}\n";
    let state = alone(text);
    let instance = state.instances.values().next().unwrap();
    let names: Vec<_> = state.interfaces_of(&instance.id).iter().filter_map(|it| it.name.as_deref()).collect();
    assert_eq!(names, ["a", "b"]);
    let mac = |it: &NetworkInterface| it.mac;
    assert!(state.interfaces.values().all(|it| mac(it)[0] == 2), "locally administered");
}

#[test]
fn a_removed_file_and_a_changed_home_leave_the_settings_as_they_were_born() {
    let state = alone("region: eu-west-1\nquotas: {rules-per-group: 10}\ngroups: [{name: web}]");
    assert_eq!((state.settings.home.region.as_str(), state.settings.quotas.rules_per_group), ("eu-west-1", 10));
    assert_eq!(group(&state, "web").scope.region, "eu-west-1");
    let state = apply(&state, "");
    assert_eq!((state.settings.home.region.as_str(), state.settings.quotas.rules_per_group), ("us-east-1", 60));
}

#[test]
fn a_refused_adoption_changes_nothing_and_says_every_reason() {
    let state = alone("groups: [{name: web}, {name: db}]");
    let mut busy = state.clone();
    let outsider = made_by_action(&mut busy, "web", "mine");
    for (number, name) in [(21, "web"), (22, "db")] {
        let id = group(&busy, name).id.clone();
        change(&mut busy, "mine", |mine| {
            let to = RulePeer::Group(sgfw::inventory::GroupRef { id, ..mine.reference(None) });
            mine.rules.push(GroupRule { peer: to, ..rule(number, "10.0.0.0/8") });
        });
    }
    let refused = adopt(&busy, &declared("")).unwrap_err();
    let (web, db) = (group(&state, "web").id.clone(), group(&state, "db").id.clone());
    let words = refused.to_string();
    for (name, id) in [("web", web), ("db", db)] {
        let expected = format!(
            "security group `{name}` ({id}) is no longer declared, but security group `mine` ({outsider}) still needs it"
        );
        assert!(words.contains(&expected), "{words}");
    }
    assert!(words.starts_with("test.yaml:2:"), "{words}");
}
