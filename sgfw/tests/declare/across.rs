//! Rules and tests across VPCs, accounts and EC2-Classic: how files say them and what becomes of them.

use crate::{alone, apply, group, rules};
use sgfw::inventory::{PeeringStatus, RulePeer, State, lower};
use sgfw::model::Peer;

const PEERED: &str = "vpcs:
  - id: vpc-aaaaaaaa
    cidr: 10.1.0.0/16
    groups:
      - {name: web, id: sg-aaaa1111, ingress: [{protocol: tcp, ports: 22, from: {group: 123456789101/sg-bbbb2222}}]}
  - id: vpc-bbbbbbbb
    account: \"123456789101\"
    cidr: 10.2.0.0/16
    groups: [{name: db, id: sg-bbbb2222}]
peerings: [{id: pcx-b04deed9, requester: vpc-aaaaaaaa, accepter: vpc-bbbbbbbb}]
";

fn set_status(state: &mut State, status: PeeringStatus) {
    state.peerings.change(|_| true, |peering| peering.status = status);
}

fn ingress_peers(state: &State) -> Vec<Peer> {
    lower(state).snapshot.groups["sg-aaaa1111"].ingress.iter().map(|rule| rule.peer.clone()).collect()
}

#[test]
fn f102_f106_a_rule_refers_to_a_group_of_another_account() {
    let state = alone(PEERED);
    let RulePeer::Group(to) = &group(&state, "web").rules[0].peer else { panic!("a group") };
    assert_eq!((to.account.as_str(), to.name.as_str()), ("123456789101", "db"));
    assert_eq!(to.peering.as_ref().map(|id| id.as_str()), Some("pcx-b04deed9"));
    assert_eq!(ingress_peers(&state), [Peer::Group("sg-bbbb2222".into())]);
}

#[test]
fn f106_the_account_of_a_group_must_be_its_own() {
    let wrong = format!("version: 1\n{}", PEERED.replace("123456789101/sg", "999988887777/sg"));
    let found = sgfw::policy::load_text("test.yaml", &wrong).unwrap_err().to_string();
    assert!(found.contains("there is no group `999988887777/sg-bbbb2222`"), "{found}");
}

#[test]
fn f110_f112_a_rule_goes_stale_with_its_connection_and_an_apply_heals_it() {
    let state = alone(PEERED);
    let mut ended = state.clone();
    set_status(&mut ended, PeeringStatus::Deleted);
    assert!(ingress_peers(&ended).is_empty());
    assert_eq!(apply(&ended, PEERED), state);
}

#[test]
fn f111_a_file_can_say_that_the_connection_ended_and_keeps_its_stale_rule() {
    let state = alone(&PEERED.replace("accepter: vpc-bbbbbbbb}", "accepter: vpc-bbbbbbbb, status: deleted}"));
    assert_eq!(rules(group(&state, "web"))[0], "ingress tcp 22 sg-bbbb2222");
    assert!(ingress_peers(&state).is_empty());
}

#[test]
fn f110_a_rule_can_remember_a_group_that_is_gone() {
    let text = "vpcs:\n  - id: vpc-aaaaaaaa\n    cidr: 10.1.0.0/16\n    groups:\n      - name: web\n        id: sg-aaaa1111\n        \
                ingress:\n          - {protocol: tcp, ports: 22, from: {group: sg-bbbb2222, vpc: vpc-bbbbbbbb, \
                account: \"123456789101\", name: Prod1, peering: pcx-b04deed9}}\n";
    let state = alone(text);
    let RulePeer::Group(to) = &group(&state, "web").rules[0].peer else { panic!("a group") };
    assert_eq!((to.name.as_str(), to.vpc.as_ref().map(|vpc| vpc.as_str())), ("Prod1", Some("vpc-bbbbbbbb")));
    assert!(ingress_peers(&state).is_empty());
}

#[test]
fn f56_groups_of_other_vpcs_go_by_vpc_and_name_or_id() {
    for name in ["db/web", "db/sg-22222222", "sg-22222222"] {
        let text = format!(
            "vpcs:\n  - {{name: app, cidr: 10.1.0.0/16, groups: [{{name: web, egress: [{{protocol: all, to: {{group: {name}}}}}]}}]}}\n  \
             - {{name: db, cidr: 10.2.0.0/16, groups: [{{name: web, id: sg-22222222}}]}}\n\
             peerings: [{{requester: app, accepter: db}}]\n"
        );
        let state = alone(&text);
        let rules: Vec<String> = state.groups.values().flat_map(|group| rules(group)).collect();
        assert!(rules.contains(&"egress all sg-22222222".to_owned()), "{rules:?}");
    }
}

#[test]
fn a_name_with_a_slash_is_a_name_first() {
    let text = "groups: [{name: a/b, id: sg-11111111}, {name: c, ingress: [{protocol: all, from: {group: a/b}}]}]";
    assert_eq!(rules(group(&alone(text), "c"))[0], "ingress all sg-11111111");
}

#[test]
fn f56_f133_a_classic_group_of_another_account_goes_by_account_and_name() {
    let text = "classic:
  - {groups: [{name: websrv, ingress: [{protocol: tcp, ports: 80, from: {group: 999988887777/Other}}]}]}
  - {account: 999988887777, groups: [{name: Other, id: sg-99999999}]}
";
    let state = alone(text);
    assert_eq!(rules(group(&state, "websrv")), ["ingress tcp 80 sg-99999999", "egress all 0.0.0.0/0"]);
    assert!(state.is_classic(&group(&state, "Other").scope) && state.vpcs.is_empty());
}

#[test]
fn f8_f14_the_same_name_in_two_networks_is_two_groups() {
    let text = "groups: [{name: web}]\nvpcs: [{name: a, cidr: 10.1.0.0/16, groups: [{name: web}]}]\nclassic: [{region: eu-west-1, groups: [{name: web}]}]";
    let state = alone(text);
    assert_eq!(state.groups.values().filter(|group| group.name == "web").count(), 3);
    assert_eq!(state.groups.values().filter(|group| group.name == "default").count(), 3);
}

#[test]
fn what_stands_at_home_lives_in_the_default_vpc_also_where_the_platform_is_classic() {
    let state = alone("classic: [{groups: [{name: old}]}]\ngroups: [{name: web}]");
    assert!(group(&state, "web").vpc().is_some() && group(&state, "old").vpc().is_none());
    assert!(lower(&state).snapshot.groups.contains_key("web"));
}
