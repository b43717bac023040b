//! The rows about rules, from the words of the documents.

use super::judge::{What, matching, untracked};
use crate::model::{Direction, Snapshot};
use crate::policy;

/// The web server of the user guide, the default group, and a group whose members live elsewhere.
const POLICY: &str = r#"
version: 1
prefix-lists:
  - name: office
    entries: [198.51.100.0/24, "2001:db8:a::/48"]
groups:
  - name: web
    description: web servers
    ingress:
      - {protocol: tcp, ports: 80, from: 0.0.0.0/0}
      - {protocol: tcp, ports: 443, from: "::/0"}
      - {protocol: tcp, ports: 22, from: 203.0.113.0/24}
      - {protocol: udp, ports: 8000-8080, from: 10.0.0.7}
      - {protocol: icmp, type: 8, from: 0.0.0.0/0}
      - {protocol: 47, from: {prefix-list: office}}
    egress:
      - {protocol: tcp, ports: 3306, to: {group: db}}
  - name: more
    description: more rules for the same instance
    ingress:
      - {protocol: tcp, ports: 22, from: 0.0.0.0/0}
    egress: []
  - name: db
    description: databases
    ingress:
      - {protocol: tcp, ports: 3306, from: {group: web}}
    egress: []
interfaces:
  - {name: web0, device: web0, addresses: [10.0.0.1, "2001:db8::1"], groups: [web, more]}
  - {name: db0, device: db0, addresses: [10.0.0.2], groups: [db]}
  - {name: one, device: one, addresses: [10.0.0.3]}
  - {name: two, device: two, addresses: [10.0.0.4]}
members:
  - {name: db-elsewhere, addresses: [192.0.2.9, "2001:db8:b::9"], groups: [db]}
"#;

fn snapshot() -> Snapshot {
    policy::load_text("policy", POLICY).unwrap_or_else(|wrong| panic!("{wrong}")).snapshot
}

/// The rules that allow it, each as its group and its words.
fn hits(interface: &str, direction: Direction, peer: &str, what: What) -> Vec<String> {
    let snapshot = snapshot();
    let hits = matching(&snapshot, &snapshot.interfaces[interface], direction, peer.parse().unwrap(), what);
    hits.iter().map(|hit| format!("{}: {} {}", hit.group, hit.rule.traffic, hit.rule.peer)).collect()
}

fn ingress(interface: &str, peer: &str, what: What) -> usize {
    hits(interface, Direction::Ingress, peer, what).len()
}

fn egress(interface: &str, peer: &str, what: What) -> usize {
    hits(interface, Direction::Egress, peer, what).len()
}

#[test]
fn f9_f10_f11_a_new_group_lets_nothing_in_and_everything_out() {
    assert_eq!(ingress("web0", "10.0.0.9", What::Udp(53)), 0);
    assert_eq!(egress("one", "198.51.100.1", What::Other(89)), 1);
    assert_eq!(egress("one", "2001:db8:ffff::1", What::Tcp(25)), 1);
}

#[test]
fn f13_a_group_without_outbound_rules_lets_nothing_out() {
    assert_eq!(egress("db0", "10.0.0.1", What::Tcp(3306)), 0);
}

#[test]
fn f15_f17_f37_members_of_the_default_group_talk_and_members_of_others_do_not() {
    assert_eq!(ingress("one", "10.0.0.4", What::Tcp(9999)), 1);
    assert_eq!(ingress("one", "10.0.0.1", What::Tcp(9999)), 0);
    assert_eq!(ingress("db0", "192.0.2.9", What::Tcp(3306)), 0, "of one group, which has no rule for itself");
}

#[test]
fn f35_f42_f63_all_rules_of_all_groups_count_and_the_first_is_named() {
    let hits = hits("web0", Direction::Ingress, "203.0.113.5", What::Tcp(22));
    assert_eq!(hits, ["more: tcp 22 0.0.0.0/0", "web: tcp 22 203.0.113.0/24"]);
    assert_eq!(ingress("web0", "8.8.8.8", What::Tcp(22)), 1);
}

#[test]
fn f40_inbound_and_outbound_rules_are_separate() {
    assert_eq!(ingress("web0", "10.0.0.2", What::Tcp(3306)), 0);
    assert_eq!(egress("web0", "10.0.0.2", What::Tcp(80)), 0);
}

#[test]
fn f44_f47_f50_protocols_ports_and_types() {
    for (port, many) in [(7999, 0), (8000, 1), (8080, 1), (8081, 0)] {
        assert_eq!(ingress("web0", "10.0.0.7", What::Udp(port)), many, "{port}");
    }
    assert_eq!(ingress("web0", "10.0.0.7", What::Tcp(8000)), 0);
    assert_eq!(ingress("web0", "10.0.0.9", What::Icmp { kind: 8, code: 3 }), 1);
    assert_eq!(ingress("web0", "10.0.0.9", What::Icmp { kind: 0, code: 0 }), 0);
    assert_eq!(ingress("web0", "2001:db8::9", What::Icmpv6 { kind: 8, code: 0 }), 0);
}

#[test]
fn f51_f55_addresses_blocks_and_prefix_lists() {
    assert_eq!(ingress("web0", "10.0.0.8", What::Udp(8000)), 0);
    assert_eq!(ingress("web0", "203.0.114.0", What::Tcp(22)), 1, "only by the wider rule");
    assert_eq!(ingress("web0", "198.51.100.255", What::Other(47)), 1);
    assert_eq!(ingress("web0", "2001:db8:a:ffff::1", What::Other(47)), 1);
    assert_eq!(ingress("web0", "198.51.101.0", What::Other(47)), 0);
}

#[test]
fn f52_f54_a_rule_for_one_family_says_nothing_of_the_other() {
    assert_eq!(ingress("web0", "2001:db8::9", What::Tcp(80)), 0);
    assert_eq!(ingress("web0", "10.0.0.9", What::Tcp(443)), 0);
    assert_eq!(ingress("web0", "2001:db8::9", What::Tcp(443)), 1);
}

#[test]
fn f56_f58_f59_a_group_is_its_members_by_address_here_and_elsewhere() {
    for peer in ["10.0.0.2", "192.0.2.9", "2001:db8:b::9"] {
        assert_eq!(egress("web0", peer, What::Tcp(3306)), 1, "{peer}");
    }
    assert_eq!(egress("web0", "10.0.0.5", What::Tcp(3306)), 0);
    assert_eq!(ingress("db0", "2001:db8::1", What::Tcp(3306)), 1);
    assert_eq!(ingress("web0", "10.0.0.2", What::Tcp(1433)), 0, "its rules are not imported");
}

#[test]
fn f69_a_flow_is_untracked_by_a_rule_for_all_and_all_ports_the_other_way() {
    let mut snapshot = snapshot();
    let asked = |snapshot: &Snapshot, local: u16| {
        untracked(snapshot, &snapshot.interfaces["web0"], What::Tcp, false, local, 40000)
    };
    assert!(!asked(&snapshot, 80), "nothing but 3306 goes out");
    snapshot.interfaces.get_mut("web0").unwrap().groups.insert("default".into());
    assert!(asked(&snapshot, 80));
    assert!(asked(&snapshot, 22), "one of the two rules is for all");
    assert!(!asked(&snapshot, 443), "for all of IPv6");
    let v6 = untracked(&snapshot, &snapshot.interfaces["web0"], What::Tcp, true, 443, 40000);
    assert!(v6);
}
