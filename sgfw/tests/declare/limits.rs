//! Limits: files are held to those that they set, and to no others (F79-F82).

use crate::alone;
use sgfw::policy;

fn refused(text: &str) -> String {
    let text = format!("version: 1\n{text}");
    policy::load_text("test.yaml", &text).map(|_| ()).unwrap_err().to_string()
}

fn rules(count: usize) -> String {
    let ports: Vec<String> = (1..=count).map(|port| port.to_string()).collect();
    format!(
        "groups:\n  - name: web\n    ingress: [{{protocol: tcp, ports: [{}], from: 10.0.0.0/8}}]\n",
        ports.join(", ")
    )
}

#[test]
fn f80_rules_of_a_group_are_limited_where_the_file_says_so() {
    alone(&rules(61));
    alone(&format!("quotas: {{groups-per-region: 5}}\n{}", rules(61)));
    alone(&format!("quotas: {{rules-per-group: 61}}\n{}", rules(61)));
    let found = refused(&format!("quotas: {{rules-per-group: 60}}\n{}", rules(61)));
    assert!(found.contains("61 ingress rules; 60 are allowed") && found.contains("test.yaml:4:5"), "{found}");
}

#[test]
fn f80_families_count_apart_and_lists_with_their_weight() {
    let text = |limit: usize| {
        format!(
            "quotas: {{rules-per-group: {limit}}}\nprefix-lists: [{{name: l, max-entries: 5, entries: [10.0.0.0/8]}}]\n\
             groups: [{{name: a, ingress: [{{protocol: tcp, ports: 1, from: [anywhere, {{prefix-list: l}}]}}]}}]\n"
        )
    };
    alone(&text(6));
    assert!(refused(&text(5)).contains("6 ingress rules; 5 are allowed"));
}

#[test]
fn f79_f82_groups_vpcs_interfaces_lists_and_connections_are_limited() {
    let vpcs =
        "vpcs: [{name: a, cidr: 10.1.0.0/16}, {name: b, cidr: 10.2.0.0/16}]\npeerings: [{requester: a, accepter: b}]\n";
    for (quota, text, words) in [
        ("groups-per-vpc: 1", "groups: [{name: a}]\n", "2 groups in the VPC; 1 are allowed"),
        ("groups-per-region: 1", "groups: [{name: a}]\n", "2 groups in the region; 1 are allowed"),
        ("classic-groups: 1", "classic: [{groups: [{name: a}]}]\n", "2 groups of EC2-Classic; 1 are allowed"),
        ("classic-rules: 0", "classic: [{groups: [{name: a, ingress: [tcp 1 from 10.0.0.0/8]}]}]\n", "1 ingress rules"),
        ("vpcs-per-region: 2", vpcs, "3 VPCs in the region"),
        ("active-peerings-per-vpc: 0", vpcs, "1 peering connections of the VPC"),
        ("interfaces-per-region: 1", "interfaces: [{name: a, device: x}, {name: b, device: y}]\n", "2 interfaces"),
        ("groups-per-interface: 1", "groups: [{name: a}]\ninterfaces: [{name: i, groups: [a, default]}]\n", "2 groups"),
        ("prefix-lists-per-region: 0", "prefix-lists: [{name: a, entries: []}]\n", "1 prefix lists"),
        ("entries-per-prefix-list: 0", "prefix-lists: [{name: a, entries: [10.0.0.0/8]}]\n", "1 entries"),
    ] {
        alone(text);
        let found = refused(&format!("quotas: {{{quota}}}\n{text}"));
        assert!(found.contains(words), "{quota}: {found}");
        let name = quota.split(':').next().unwrap();
        assert!(found.contains(&format!("raise `{name}` under `quotas`")), "{found}");
    }
}

#[test]
fn a_limit_may_be_none_and_is_set_in_one_place() {
    alone("quotas: {groups-per-vpc: none}\ngroups: [{name: a}]");
    assert!(refused("quotas: {rules: 1}").contains("`quotas` has no key `rules`"));
    assert!(refused("quotas: {tags: -1}").contains("must be 0 to 1000000"));
}
