//! What a policy means when it says nothing, row by row, and what equal policies are.

use sgfw::model::{Device, Hook, IcmpErrors, Interface, NeverFiltered, Side, Snapshot, Timeouts};
use sgfw::policy;

fn load(text: &str) -> Snapshot {
    policy::load_text("test.yaml", &format!("version: 1\n{text}")).unwrap_or_else(|found| panic!("{found}")).snapshot
}

/// `ingress tcp 80 self`-like lines of a group.
fn rules(snapshot: &Snapshot, group: &str) -> Vec<String> {
    let group = &snapshot.groups[group];
    let ingress = group.ingress.iter().map(|rule| format!("ingress {} {}", rule.traffic, rule.peer));
    let egress = group.egress.iter().map(|rule| format!("egress {} {}", rule.traffic, rule.peer));
    ingress.chain(egress).collect()
}

const ALL_OUT: [&str; 2] = ["egress all 0.0.0.0/0", "egress all ::/0"];

#[test]
fn f9_f10_f11_a_new_group_lets_nothing_in_and_everything_out() {
    assert_eq!(rules(&load("groups: [{name: web}]"), "web"), ALL_OUT);
}

#[test]
fn f13_an_empty_egress_lets_nothing_out() {
    assert!(rules(&load("groups: [{name: web, egress: []}]"), "web").is_empty());
}

#[test]
fn f12_written_egress_replaces_the_defaults_of_both_families() {
    let snapshot = load("groups: [{name: web, egress: [{protocol: tcp, ports: 80, to: 0.0.0.0/0}]}]");
    assert_eq!(rules(&snapshot, "web"), ["egress tcp 80 0.0.0.0/0"]);
}

#[test]
fn f14_f15_f16_the_default_group_is_there() {
    let expected = ["ingress all group default", ALL_OUT[0], ALL_OUT[1]];
    assert_eq!(rules(&load("groups: []"), "default"), expected);
}

#[test]
fn f18_the_default_group_can_be_changed_in_both_directions() {
    let snapshot = load("groups: [{name: default, ingress: []}]");
    assert_eq!(rules(&snapshot, "default"), ALL_OUT);
    let snapshot = load("groups: [{name: default, egress: []}]");
    assert_eq!(rules(&snapshot, "default"), ["ingress all group default"]);
}

#[test]
fn f17_an_interface_without_groups_is_in_the_default_group() {
    for interfaces in ["{name: a}", "{name: a, groups: []}"] {
        let snapshot = load(&format!("interfaces: [{interfaces}]"));
        assert_eq!(snapshot.interfaces["a"].groups, ["default".to_owned()].into());
    }
}

#[test]
fn an_interface_that_says_only_its_name() {
    let expected = Interface {
        name: "a".into(),
        device: Device::DefaultRoute,
        netns: None,
        side: Side::Host,
        addresses: [].into(),
        groups: ["default".to_owned()].into(),
        hook: Hook::Auto,
        source_check: false,
        trunk: false,
        timeouts: Timeouts { tcp_established: 432_000, udp: 30, udp_stream: 180 },
        never_filtered: NeverFiltered::default(),
        icmp_errors: IcmpErrors::Related,
        ethertypes: [].into(),
        link: sgfw::model::Link::Ethernet,
    };
    assert_eq!(load("interfaces: [{name: a}]").interfaces["a"], expected);
}

#[test]
fn the_source_check_follows_the_side_unless_it_is_said() {
    let check = |entries: &str| {
        load(&format!("interfaces: [{{name: a, addresses: [10.0.0.1], {entries}}}]")).interfaces["a"].source_check
    };
    assert!(check("side: port") && check("side: host, source-check: true"));
    assert!(!check("side: host") && !check("side: port, source-check: false"));
}

#[test]
fn f44_protocols_by_number_and_by_name_are_the_same() {
    let one = |protocol: &str| {
        let ports = if ["6", "17", "tcp", "udp"].contains(&protocol) { "ports: 53, " } else { "" };
        rules(&load(&format!("groups: [{{name: a, egress: [{{protocol: {protocol}, {ports}to: self}}]}}]")), "a")
    };
    for (number, name) in [("1", "icmp"), ("6", "tcp"), ("17", "udp"), ("58", "icmpv6"), ("50", "esp"), ("132", "sctp")]
    {
        assert_eq!(one(number), one(name));
    }
    assert_eq!(one("47"), ["egress protocol 47 group a"]);
}

#[test]
fn f47_ports_are_one_a_range_a_list_or_all() {
    let ports = |ports: &str| {
        let text = format!("groups: [{{name: a, egress: [{{protocol: tcp, ports: {ports}, to: self}}]}}]");
        rules(&load(&text), "a").join(", ").replace("egress tcp ", "").replace(" group a", "")
    };
    assert_eq!(ports("80"), "80");
    assert_eq!(ports("\"80\""), "80");
    assert_eq!(ports("0-65535"), "all");
    assert_eq!(ports("all"), "all");
    assert_eq!(ports("[443, 8000-8080, 80]"), "80, 443, 8000-8080");
    assert_eq!(ports("8000 - 8080"), "8000-8080");
}

#[test]
fn f51_f52_single_addresses_are_blocks_of_one() {
    let snapshot = load("groups: [{name: a, egress: [{protocol: all, to: [192.0.2.1, \"2001:db8::1\"]}]}]");
    assert_eq!(rules(&snapshot, "a"), ["egress all 192.0.2.1/32", "egress all 2001:db8::1/128"]);
}

#[test]
fn f141_anywhere_is_both_families_and_of_icmp_its_own() {
    let to = |protocol: &str| {
        rules(&load(&format!("groups: [{{name: a, egress: [{{protocol: {protocol}, to: anywhere}}]}}]")), "a")
    };
    assert_eq!(to("all"), ALL_OUT);
    assert_eq!(to("icmp"), ["egress icmp all 0.0.0.0/0"]);
    assert_eq!(to("icmpv6"), ["egress icmpv6 all ::/0"]);
}

#[test]
fn f98_ids_stand_for_names() {
    let groups = "groups: [{name: a, id: sg-12345678, egress: [{protocol: all, to: {prefix-list: pl-12345678}}]}]\n";
    let lists = "prefix-lists: [{name: b, id: pl-12345678, entries: []}]\n";
    let snapshot = load(&format!("{groups}{lists}interfaces: [{{name: i, groups: [sg-12345678]}}]\n"));
    assert_eq!(rules(&snapshot, "a"), ["egress all prefix-list b"]);
    assert_eq!(snapshot.interfaces["i"].groups, ["a".to_owned()].into());
}

#[test]
fn order_and_layout_do_not_matter() {
    let one =
        load("groups:\n  - name: a\n    egress:\n      - {protocol: tcp, ports: [1, 2], to: [10.0.0.0/8, self]}\n");
    let other = "groups:
  - egress:
      - {to: {group: a}, protocol: 6, ports: 2}
      - {to: 10.0.0.0/8, protocol: tcp, ports: [2, 1]}
      - {to: self, protocol: tcp, ports: 1}
    name: a
";
    assert_eq!(one, load(other));
}

#[test]
fn sections_with_nothing_in_them_are_taken() {
    assert_eq!(load("groups:\ninterfaces:\nmembers: # none yet\n").groups.len(), 1);
}

#[test]
fn anchors_and_aliases_are_taken_in_moderation() {
    let text =
        "groups:\n  - {name: a, egress: [&dns {protocol: udp, ports: 53, to: self}]}\n  - {name: b, egress: [*dns]}\n";
    assert_eq!(rules(&load(text), "b"), ["egress udp 53 group b"]);
}
