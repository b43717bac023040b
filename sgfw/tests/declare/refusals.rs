//! What cannot be adopted, with the place where it is declared.

use crate::{alone, applied, declared, group};
use sgfw::declare::adopt;
use sgfw::inventory::{InterfaceId, Network, NetworkInterface, Owner, SecurityGroup, State, VpcId};
use sgfw::policy;
use std::sync::Arc;

/// A file that is refused, and what is said about it.
fn refused(text: &str) -> String {
    let text = format!("version: 1\n{text}");
    match policy::load_text("test.yaml", &text) {
        Ok(_) => panic!("taken:\n{text}"),
        Err(found) => found.iter().map(|it| format!("{it}\n")).collect(),
    }
}

fn says(text: &str, words: &str) {
    let found = refused(text);
    assert!(found.contains(words), "{words:?} is not in\n{found}\n{text}");
}

const TWO: &str = "vpcs:
  - {name: a, cidr: 10.1.0.0/16, groups: [{name: web}]}
  - {name: b, cidr: 10.2.0.0/16, groups: [{name: db}]}
";

#[test]
fn f1_f36_an_interface_and_its_groups_are_of_one_network() {
    let text = "vpcs:
  - name: a
    cidr: 10.1.0.0/16
    groups: [{name: web}]
  - name: b
    cidr: 10.2.0.0/16
    members:
      - {name: m, addresses: [10.2.0.1], groups: [a/web]}
";
    says(text, "test.yaml:9:9: error: security group `web`");
    says(text, "the interface of vpc-");
}

#[test]
fn f103_a_rule_cannot_refer_to_a_group_of_a_vpc_that_is_not_peered() {
    let text = TWO.replace("[{name: web}]", "[{name: web, ingress: [{protocol: all, from: {group: b/db}}]}]");
    says(&text, "is not peered with");
    alone(&format!("{text}peerings: [{{requester: a, accepter: b}}]\n"));
    alone(&format!("{text}associations: [{{group: b/db, vpc: a}}]\n"));
}

#[test]
fn f104_peered_vpcs_are_of_one_region() {
    let text = TWO.replace("name: b,", "name: b, region: eu-west-1,");
    says(&format!("{text}peerings: [{{requester: a, accepter: b}}]\n"), "test.yaml:5:12: error: vpc-");
}

#[test]
fn overlapping_vpcs_cannot_be_peered() {
    let text = TWO.replace("10.2.0.0/16", "10.1.128.0/17");
    says(&format!("{text}peerings: [{{requester: a, accepter: b}}]\n"), "overlap in 10.1.128.0/17");
    alone(&format!("{text}peerings: [{{requester: a, accepter: b, status: deleted}}]\n"));
}

#[test]
fn two_vpcs_have_one_connection_that_is_active() {
    let two = "peerings:\n  - {id: pcx-11111111, requester: a, accepter: b}\n  - {id: pcx-22222222, requester: b, accepter: a}\n";
    says(&format!("{TWO}{two}"), "peered by peering connection pcx-11111111 already");
}

#[test]
fn f60_groups_of_classic_and_of_a_vpc_do_not_mix() {
    let text = "classic: [{groups: [{name: old, id: sg-11111111}]}]\nvpcs:\n  - name: a\n    cidr: 10.1.0.0/16\n    groups:\n      \
                - {name: web, ingress: [{protocol: all, from: {group: sg-11111111}}]}\n";
    says(text, "a group of a VPC and one of EC2-Classic cannot refer to each other");
}

#[test]
fn f40_f45_f54_f55_what_classic_does_not_have() {
    let rule = |rule: &str| format!("classic: [{{groups: [{{name: old, ingress: [{rule}]}}]}}]\n");
    says("classic: [{groups: [{name: old, egress: []}]}]", "have no outbound rules");
    says(&rule("{protocol: esp, from: 10.0.0.0/8}"), "TCP, UDP and ICMP only");
    says(&rule("{protocol: tcp, ports: 80, from: \"::/0\"}"), "no IPv6");
    let list = "prefix-lists: [{name: l, entries: []}]\n";
    says(&format!("{}{list}", rule("{protocol: tcp, ports: 80, from: {prefix-list: l}}")), "no prefix lists");
}

#[test]
fn f6_classic_names_are_any_ascii() {
    alone("classic: [{groups: [{name: 'odd?~%', description: 'a^b'}]}]");
    says("classic: [{groups: [{name: 'wéb'}]}]", "has the character 'é'");
}

#[test]
fn an_address_is_one_interfaces_in_its_vpc() {
    let text = "vpcs:
  - name: a
    cidr: 10.1.0.0/16
    groups: [{name: web}]
    members:
      - {name: m, addresses: [10.1.0.1], groups: [web]}
      - {name: n, addresses: [10.1.0.1], groups: [web]}
";
    says(text, "10.1.0.1 is an address of two interfaces");
    // At home without a subnet the groups add up, as they always did.
    alone(
        "members: [{name: m, addresses: [10.1.0.1], groups: [default]}, {name: n, addresses: [10.1.0.1], groups: [default]}]",
    );
}

#[test]
fn subnets_lie_within_their_vpc_and_apart() {
    let subnets = |subnets: &str| format!("vpcs: [{{name: a, cidr: 10.1.0.0/16, subnets: [{subnets}]}}]");
    says(&subnets("{cidr: 10.2.0.0/24}"), "10.2.0.0/24 is not within a block of");
    says(&subnets("{cidr: 10.1.0.0/24}, {cidr: 10.1.0.0/25}"), "overlap in 10.1.0.0/25");
    says(&subnets("{cidr: 10.1.0.0/24, zone: eu-west-1a}"), "the zone eu-west-1a is not one of us-east-1");
    let member = "vpcs: [{name: a, cidr: 10.1.0.0/16, subnets: [{name: s, cidr: 10.1.0.0/24}], groups: [{name: g}], \
                  members: [{name: m, subnet: s, addresses: [10.1.9.1], groups: [g]}]}]";
    says(member, "10.1.9.1 is not an address of its subnet");
}

#[test]
fn f21_a_gateway_and_the_group_of_old_exclude_each_other() {
    let text = |groups: &str| {
        format!(
            "vpcs: [{{name: a, cidr: 10.1.0.0/16, legacy: true, groups: [{groups}]}}]\ngateways: [{{name: g, vpc: a}}]\n"
        )
    };
    says(&text("{name: 2009-07-15-default}"), "still has the group `2009-07-15-default`");
    alone(&text("{name: web}"));
}

#[test]
fn associations_are_for_ordinary_groups_and_vpcs_of_one_owner() {
    says(&format!("{TWO}associations: [{{group: a/default, vpc: b}}]"), "a default group stays in its VPC");
    says(&format!("{TWO}associations: [{{group: a/web, vpc: a}}]"), "the group's own VPC");
    let other = TWO.replace("name: b,", "name: b, account: \"123456789101\",");
    says(&format!("{other}associations: [{{group: a/web, vpc: b}}]"), "one account and region");
}

#[test]
fn names_that_lead_nowhere_are_told_with_the_nearest_one() {
    let found = |text: &str| {
        let text = format!("version: 1\n{text}");
        let found = policy::load_text("test.yaml", &text).unwrap_err();
        found.iter().map(|it| format!("{it} | {}\n", it.help.as_deref().unwrap_or(""))).collect::<String>()
    };
    let text = format!("{TWO}peerings: [{{requester: a, accepter: c}}]\n");
    assert!(found(&text).contains("there is no VPC `c` | declare it under `vpcs`"), "{}", found(&text));
    let text = "vpcs: [{name: prod, cidr: 10.1.0.0/16}]\ngateways: [{name: g, vpc: prot}]\n";
    assert!(found(text).contains("there is no VPC `prot` | did you mean `prod`?"), "{}", found(text));
    let text = "members: [{name: m, addresses: [10.0.0.1], groups: [default], instance: web-1}]";
    assert!(found(text).contains("there is no instance `web-1` | declare it under `instances`"), "{}", found(text));
}

#[test]
fn what_is_wrong_with_a_vpc() {
    says("vpcs: [{cidr: 10.0.0.0/16}]", "neither `id` nor `name`");
    says("vpcs: [{name: a}]", "this VPC has no `cidr`");
    says("vpcs: [{name: a, cidr: \"2001:db8::/56\"}]", "`cidr` is for IPv4");
    says("vpcs: [{name: a, cidr: 10.0.0.0/16, ipv6: 10.1.0.0/16}]", "`ipv6` is for IPv6");
    says("vpcs: [{id: vpc-1, cidr: 10.0.0.0/16}]", "`vpc-1` is not a VPC id");
    says("vpcs: [{name: a, cidr: 10.0.0.0/16}, {name: a, cidr: 10.1.0.0/16}]", "VPC `a` is declared twice");
    says("vpcs: [{name: a, cidr: [10.0.0.0/16, 10.0.1.0/24]}]", "two blocks of the VPC overlap");
    says("vpcs: [{name: a, cidr: 10.0.0.0/16, subnets: [{name: s}]}]", "this subnet has no `cidr`");
    says("vpcs: [{name: a, account: 1234, cidr: 10.0.0.0/16}]", "`1234` is not an account");
    says("region: US East\n", "`US East` is not a region");
    says("vpcs: [{name: a, cdir: 10.0.0.0/16}]", "a VPC has no key `cdir`");
}

#[test]
fn one_group_by_two_ways_is_declared_twice() {
    let text = "vpcs: [{id: vpc-12345678, default: true, groups: [{name: web}]}]\ngroups: [{name: web}]\n";
    says(text, "is declared twice; first at test.yaml:2");
}

#[test]
fn an_id_of_a_rule_is_one_rules() {
    let text = "groups: [{name: a, ingress: [{id: sgr-12345678, protocol: tcp, ports: [1, 2], from: self}]}]";
    says(text, "an id is one rule's, and these are 2");
    says(
        "groups: [{name: a, egress: [{id: sgr-12345678, protocol: tcp, ports: 1, to: self}, {id: sgr-12345678, protocol: tcp, ports: 2, to: self}]}]",
        "rule id `sgr-12345678` is declared twice",
    );
}

/// An interface that an action made in this group.
fn member_of(state: &mut State, group: &SecurityGroup) -> InterfaceId {
    let declared = "members: [{name: m, addresses: [192.0.2.77], groups: [default]}]";
    let model = alone(declared).interfaces.values().next().cloned().unwrap();
    let made = NetworkInterface {
        id: InterfaceId::from_number(5),
        name: None,
        network: group.network.clone(),
        scope: group.scope.clone(),
        groups: vec![group.id.clone()],
        owner: Owner::Action,
        ..(*model).clone()
    };
    let id = made.id.clone();
    state.interfaces.insert(id.clone(), Arc::new(made));
    id
}

#[test]
fn f23_a_group_with_members_that_actions_made_does_not_go() {
    let mut state = alone("groups:\n  - name: web\n");
    let web = group(&state, "web").clone();
    let id = member_of(&mut state, &web);
    let refused = applied(&state, "").unwrap_err();
    assert_eq!(
        refused.to_string(),
        format!(
            "test.yaml:3: security group `web` ({}) is no longer declared, but network interface {id} still needs it; \
             declare it again, or delete network interface {id} first",
            web.id
        )
    );
}

#[test]
fn a_vpc_with_what_actions_made_does_not_go() {
    let mut state = alone("vpcs:\n  - {id: vpc-12345678, cidr: 10.0.0.0/16}\n");
    let default = state.groups.values().find(|it| it.vpc().map(VpcId::as_str) == Some("vpc-12345678")).unwrap().clone();
    let made =
        SecurityGroup { id: sgfw::inventory::GroupId::from_number(3), name: "mine".into(), ..(*default).clone() };
    state.groups.insert(made.id.clone(), Arc::new(made));
    let words = applied(&state, "").unwrap_err().to_string();
    assert!(words.contains("VPC vpc-12345678 is no longer declared, but security group `mine`"), "{words}");
}

#[test]
fn an_id_that_an_action_gave_something_in_another_network_is_refused() {
    let mut state = alone("");
    let home = group(&state, "default").clone();
    let made = SecurityGroup {
        id: sgfw::inventory::GroupId::parse("sg-12345678").unwrap(),
        name: "x".into(),
        ..(*home).clone()
    };
    state.groups.insert(made.id.clone(), Arc::new(made));
    let text = "vpcs: [{name: a, cidr: 10.1.0.0/16, groups: [{name: web, id: sg-12345678}]}]";
    let words = adopt(&state, &declared(text)).unwrap_err().to_string();
    assert!(words.contains("security group sg-12345678 is there already, in vpc-"), "{words}");
    assert!(matches!(home.network, Network::Vpc(_)));
}
