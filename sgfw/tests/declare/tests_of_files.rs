//! `tests:` of a file, types of rules, and rules in one line (F140).

use crate::{alone, group, rules};
use sgfw::model::{Endpoint, Expect};
use sgfw::policy::{self, Loaded};

fn load(text: &str) -> Loaded {
    policy::load_text("test.yaml", &format!("version: 1\n{text}")).unwrap_or_else(|found| panic!("{found}"))
}

fn refused(text: &str) -> String {
    policy::load_text("test.yaml", &format!("version: 1\n{text}")).map(|_| ()).unwrap_err().to_string()
}

#[test]
fn tests_speak_of_blocks_groups_interfaces_and_members() {
    let text = "groups: [{name: web}]
interfaces: [{name: i, groups: [web]}]
members: [{name: m, addresses: [10.0.0.1], groups: [web]}]
tests:
  - {from: 203.0.113.7, to: {interface: i}, protocol: tcp, port: 443, expect: deny}
  - {name: pings, from: {member: m}, to: {group: web}, protocol: icmp, type: 8, expect: allow, rule: Ping}
";
    let tests = load(text).tests;
    assert_eq!(tests.len(), 2);
    assert_eq!(tests[0].name, "deny tcp 443 from 203.0.113.7/32 to interface i");
    assert_eq!((tests[0].expect, tests[0].place.line), (Expect::Deny, 6));
    assert_eq!((&tests[1].from, &tests[1].to), (&Endpoint::Member("m".into()), &Endpoint::Group("web".into())));
    assert_eq!((tests[1].name.as_str(), tests[1].rule.as_deref()), ("pings", Some("Ping")));
}

#[test]
fn a_test_of_several_things_is_several_tests_of_one_family_each() {
    let text = "interfaces: [{name: i}]
tests:
  - {name: web, from: anywhere, to: {interface: i}, protocol: tcp, ports: [80, 443], expect: deny}
  - {from: anywhere, to: {interface: i}, type: ping, expect: deny}
";
    let names: Vec<String> = load(text).tests.into_iter().map(|test| test.name).collect();
    assert_eq!(
        names,
        [
            "web (tcp 80)",
            "web (tcp 443)",
            "web (tcp 80)",
            "web (tcp 443)",
            "deny icmp type 8 from 0.0.0.0/0 to interface i",
            "deny icmpv6 type 128 from ::/0 to interface i",
        ]
    );
}

#[test]
fn tests_of_groups_in_vpcs_go_by_the_names_packets_are_judged_by() {
    let text = "vpcs: [{name: a, cidr: 10.1.0.0/16, groups: [{name: web, id: sg-12345678}]}]
tests: [{from: {group: a/web}, to: {group: default}, protocol: all, expect: deny}]
";
    let tests = load(text).tests;
    assert_eq!(
        (&tests[0].from, &tests[0].to),
        (&Endpoint::Group("sg-12345678".into()), &Endpoint::Group("default".into()))
    );
}

#[test]
fn mistakes_in_tests_are_told() {
    for (test, words) in [
        ("{from: web, to: 10.0.0.1, protocol: tcp, port: 1, expect: deny}", "`web` is not an end of a test"),
        ("{from: 10.0.0.2, to: {interface: x}, protocol: tcp, port: 1, expect: deny}", "there is no interface `x`"),
        ("{from: 10.0.0.2, to: {member: x}, protocol: tcp, port: 1, expect: deny}", "there is no member `x`"),
        ("{from: 10.0.0.2, to: {group: x}, protocol: tcp, port: 1, expect: deny}", "there is no group `x`"),
        ("{from: 10.0.0.2, to: 10.0.0.1, protocol: tcp, port: 1}", "this test has no `expect`"),
        ("{from: 10.0.0.2, to: 10.0.0.1, protocol: tcp, port: 1, expect: maybe}", "`expect` cannot be `maybe`"),
        ("{from: 10.0.0.2, to: 10.0.0.1, protocol: tcp, port: 1, ports: 2, expect: deny}", "say the same"),
        ("{from: 10.0.0.2, to: \"::1\", protocol: tcp, port: 1, expect: deny}", "nothing of this traffic"),
        ("{from: {group: default, member: x}, to: 10.0.0.1, protocol: all, expect: deny}", "one thing"),
    ] {
        let found = refused(&format!("tests: [{test}]"));
        assert!(found.contains(words), "{test}: {found}");
    }
}

#[test]
fn f140_types_of_rules_stand_for_their_traffic() {
    let ingress = |rule: &str| {
        let state = alone(&format!("groups: [{{name: a, egress: [], ingress: [{rule}]}}]"));
        rules(group(&state, "a"))
    };
    assert_eq!(ingress("{type: ssh, from: 10.0.0.0/8}"), ["ingress tcp 22 10.0.0.0/8"]);
    assert_eq!(ingress("{type: MYSQL/Aurora, from: 10.0.0.0/8}"), ["ingress tcp 3306 10.0.0.0/8"]);
    assert_eq!(ingress("{type: dns, from: 10.0.0.0/8}"), ["ingress tcp 53 10.0.0.0/8", "ingress udp 53 10.0.0.0/8"]);
    assert_eq!(
        ingress("{type: ping, from: anywhere}"),
        ["ingress icmp type 8 0.0.0.0/0", "ingress icmpv6 type 128 ::/0"]
    );
    assert_eq!(ingress("{protocol: icmp, type: echo-request, from: 10.0.0.0/8}"), ["ingress icmp type 8 10.0.0.0/8"]);
    assert_eq!(
        ingress("{protocol: icmp, type: fragmentation-needed, from: 10.0.0.0/8}"),
        ["ingress icmp type 3 code 4 10.0.0.0/8"]
    );
}

#[test]
fn f140_a_rule_can_be_one_line() {
    let text = "prefix-lists: [{name: l, id: pl-12345678, entries: []}]
groups:
  - {name: db, id: sg-22222222}
  - name: a
    ingress:
      - ssh from 10.0.0.0/8, 2001:db8::/32
      - tcp 8000-8080 from group db
      - udp 53 from prefix-list l
      - all from sg-22222222
    egress:
      - https to anywhere
";
    let state = alone(text);
    assert_eq!(
        rules(group(&state, "a")),
        [
            "ingress tcp 22 10.0.0.0/8",
            "ingress tcp 22 2001:db8::/32",
            "ingress tcp 8000-8080 sg-22222222",
            "ingress udp 53 pl-12345678",
            "ingress all sg-22222222",
            "egress tcp 443 0.0.0.0/0",
            "egress tcp 443 ::/0",
        ]
    );
}

#[test]
fn f140_mistakes_in_types_are_told() {
    for (rule, words) in [
        ("{type: shh, from: self}", "`shh` is not a type of rule"),
        ("{type: ssh, ports: 22, from: self}", "a type of rule has its own ports"),
        ("{protocol: icmp, type: ecco, from: self}", "`ecco` is not a type of ICMP"),
        ("shh from self", "`shh` is not a type of rule"),
        ("ssh to self", "an ingress rule is text, not a mapping"),
        ("tcp from self", "`tcp` needs ports"),
        ("ssh from nowhere", "`nowhere` is not an address block"),
        ("ssh from group nobody", "there is no group `nobody`"),
    ] {
        let found = refused(&format!("groups: [{{name: a, ingress: [{rule}]}}]"));
        assert!(found.contains(words), "{rule}: {found}");
    }
}

#[test]
fn f144_ssh_for_everybody_is_warned_about_however_it_is_written() {
    for rule in ["ssh from anywhere", "{type: rdp, from: 0.0.0.0/0}", "all from anywhere"] {
        let warnings = load(&format!("groups: [{{name: a, ingress: [{rule}]}}]")).warnings;
        assert_eq!(warnings.len(), 1, "{rule}: {warnings}");
        assert!(warnings.to_string().contains("the whole world may reach"), "{warnings}");
    }
}
