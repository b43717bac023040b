//! What a rule matches: protocol, ports, types, peers (F41-F56, F63, F64, F102).

use crate::lab::{Lab, example};

#[test]
fn f41_a_rule_is_protocol_and_port_and_source_together() {
    let Some(lab) = Lab::new(&["peer", "other"], &["vm"]) else { return };
    lab.apply("groups: [{name: vm, ingress: [{protocol: tcp, ports: 80, from: [<peer>]}]}]");
    lab.expect(
        "peer > vm   tcp 80  passes
         peer > vm   udp 80  drops
         peer > vm   tcp 81  drops
         other > vm  tcp 80  drops",
    );
}

#[test]
fn f43_source_ports_are_not_filtered() {
    let Some(lab) = Lab::new(&["peer"], &["vm"]) else { return };
    lab.apply(
        "groups:
           - name: vm
             ingress:
               - {protocol: tcp, ports: 80, from: anywhere}
               - {protocol: udp, ports: 53, from: anywhere}",
    );
    lab.expect(
        "peer > vm  tcp 80 from 22      passes
         peer > vm  tcp 80 from 50000   passes
         peer > vm  tcp 22 from 80      drops
         peer > vm  udp 53 from 123     passes
         peer > vm  udp 123 from 53     drops",
    );
}

#[test]
fn f44_a_protocol_is_a_name_or_a_number_or_all() {
    let Some(lab) = Lab::new(&["peer", "other"], &["vm"]) else { return };
    lab.apply(
        "groups:
           - name: vm
             ingress:
               - {protocol: 6, ports: 80, from: [<peer>]}
               - {protocol: 17, ports: 53, from: [<peer>]}
               - {protocol: gre, from: [<peer>]}
               - {protocol: 253, from: [<peer>]}
               - {protocol: all, from: [<other>]}",
    );
    lab.expect(
        "peer > vm   tcp 80        passes
         peer > vm   udp 53        passes
         peer > vm   protocol 47   passes
         peer > vm   protocol 253  passes
         peer > vm   protocol 132  drops
         peer > vm   ping          drops
         other > vm  tcp 4444      passes
         other > vm  udp 4444      passes
         other > vm  ping          passes
         other > vm  protocol 132  passes",
    );
}

#[test]
fn f47_ports_are_one_or_a_range_or_all() {
    let Some(lab) = Lab::new(&["peer", "other"], &["vm"]) else { return };
    lab.apply(
        "groups:
           - name: vm
             ingress:
               - {protocol: tcp, ports: [80, 8000-8002, 65535], from: [<peer>]}
               - {protocol: udp, ports: all, from: [<peer>]}
               - {protocol: tcp, ports: all, from: [<other>]}",
    );
    lab.expect(
        "peer > vm   tcp 79     drops
         peer > vm   tcp 80     passes
         peer > vm   tcp 81     drops
         peer > vm   tcp 7999   drops
         peer > vm   tcp 8000   passes
         peer > vm   tcp 8001   passes
         peer > vm   tcp 8002   passes
         peer > vm   tcp 8003   drops
         peer > vm   tcp 65534  drops
         peer > vm   tcp 65535  passes
         peer > vm   udp 1      passes
         peer > vm   udp 65535  passes
         other > vm  tcp 1      passes
         other > vm  tcp 65535  passes
         other > vm  udp 1      drops",
    );
}

#[test]
fn f50_icmp_rules_name_types_and_codes() {
    let Some(lab) = Lab::new(&["peer", "other"], &["vm"]) else { return };
    lab.apply(
        "groups:
           - name: vm
             ingress:
               - {protocol: icmp, type: 8, from: [<peer.4>]}
               - {protocol: icmp, type: 3, code: 1, from: [<peer.4>]}
               - {protocol: icmpv6, type: 128, code: 0, from: [<peer.6>]}
               - {protocol: icmpv6, type: 1, code: all, from: [<peer.6>]}
               - {protocol: icmp, from: [<other.4>]}",
    );
    lab.expect(
        "peer > vm   ping      passes
         peer > vm   icmp 3/1  passes  v4
         peer > vm   icmp 3/0  drops   v4
         peer > vm   icmp 5/0  drops   v4
         peer > vm   icmp 1/0  passes  v6
         peer > vm   icmp 1/4  passes  v6
         peer > vm   icmp 4/0  drops   v6
         other > vm  ping      passes  v4
         other > vm  icmp 3/0  passes  v4
         other > vm  ping      drops   v6
         other > vm  icmp 1/0  drops   v6",
    );
}

#[test]
fn f51_f52_a_peer_is_one_address_of_one_family() {
    let Some(lab) = Lab::new(&["peer", "other"], &["vm"]) else { return };
    lab.apply(
        "groups:
           - name: vm
             ingress:
               - {protocol: tcp, ports: 80, from: <peer.4>/32}
               - {protocol: tcp, ports: 81, from: <peer.6>}",
    );
    lab.expect(
        "peer > vm   tcp 80  passes  v4
         peer > vm   tcp 80  drops   v6
         peer > vm   tcp 81  drops   v4
         peer > vm   tcp 81  passes  v6
         other > vm  tcp 80  drops
         other > vm  tcp 81  drops",
    );
}

#[test]
fn f53_f54_a_peer_is_a_block_of_addresses() {
    // Nodes have the addresses .1, .2, .3 and .4 in this order.
    let Some(lab) = Lab::new(&["one", "two", "three", "four"], &["vm"]) else { return };
    lab.apply(
        r#"groups:
           - name: vm
             ingress:
               - {protocol: tcp, ports: 80, from: 10.77.0.2/31}
               - {protocol: tcp, ports: 80, from: "fd77::2/127"}
               - {protocol: tcp, ports: 81, from: 10.77.0.0/16}
               - {protocol: tcp, ports: 82, from: "::/0"}
               - {protocol: tcp, ports: 83, from: 10.0.0.0/8}
               - {protocol: tcp, ports: 84, from: 10.77.0.0/30}
               - {protocol: tcp, ports: 85, from: 10.77.0.3/32}"#,
    );
    lab.expect(
        "one > vm    tcp 80  drops
         two > vm    tcp 80  passes
         three > vm  tcp 80  passes
         four > vm   tcp 80  drops
         one > vm    tcp 81  passes  v4
         one > vm    tcp 81  drops   v6
         one > vm    tcp 82  drops   v4
         one > vm    tcp 82  passes  v6
         three > vm  tcp 83  passes  v4
         three > vm  tcp 84  passes  v4
         three > vm  tcp 85  passes  v4
         four > vm   tcp 84  drops   v4
         two > vm    tcp 85  drops   v4",
    );
}

#[test]
fn f55_a_peer_is_a_prefix_list_and_follows_it() {
    let Some(lab) = Lab::new(&["peer", "other"], &["vm"]) else { return };
    let policy = |entries: &str| {
        format!(
            "prefix-lists: [{{name: offices, entries: [{entries}]}}]
             groups: [{{name: vm, ingress: [{{protocol: tcp, ports: 22, from: {{prefix-list: offices}}}}]}}]"
        )
    };
    lab.apply(&policy("<peer>"));
    lab.expect(
        "peer > vm   tcp 22  passes
         other > vm  tcp 22  drops",
    );
    lab.apply(&policy("<other>"));
    lab.expect(
        "peer > vm   tcp 22  drops
         other > vm  tcp 22  passes",
    );
}

#[test]
fn f63_a_rule_for_everybody_makes_a_narrower_one_moot() {
    let Some(lab) = Lab::new(&["peer", "other"], &["vm"]) else { return };
    lab.apply(
        "groups:
           - name: vm
             ingress:
               - {protocol: tcp, ports: 22, from: <peer.4>/32}
               - {protocol: tcp, ports: 22, from: 0.0.0.0/0}",
    );
    lab.expect(
        "peer > vm   tcp 22  passes  v4
         other > vm  tcp 22  passes  v4
         peer > vm   tcp 22  drops   v6",
    );
}

#[test]
fn f64_the_web_server_of_the_guide() {
    let Some(lab) = Lab::new(&["anyone", "office", "mssql-1", "mysql-1"], &["web"]) else { return };
    let text = example("web.yaml").expect("the example");
    let (groups, _) = text.split_once("\ninterfaces:").expect("interfaces come after the groups");
    let groups = groups.replace("version: 1\n", "").replace("203.0.113.0/24", "[<office>]");
    lab.apply(&format!(
        "{groups}\nmembers:\n\
         - {{name: mssql-1, addresses: [<mssql-1>], groups: [mssql]}}\n\
         - {{name: mysql-1, addresses: [<mysql-1>], groups: [mysql]}}\n"
    ));
    lab.expect(
        "anyone > web   tcp 80    passes
         anyone > web   tcp 443   passes
         anyone > web   tcp 22    drops
         anyone > web   tcp 3389  drops
         anyone > web   udp 80    drops
         anyone > web   ping      drops
         office > web   tcp 22    passes
         office > web   tcp 3389  passes
         office > web   tcp 25    drops
         web > mssql-1  tcp 1433  passes
         web > mysql-1  tcp 3306  passes
         web > mssql-1  tcp 3306  drops
         web > mysql-1  tcp 1433  drops
         web > anyone   tcp 443   drops
         web > anyone   udp 53    drops",
    );
}

#[test]
fn f102_groups_of_one_file_are_peers_in_another() {
    let Some(lab) = Lab::new(&["peer", "other"], &["vm"]) else { return };
    let other =
        "version: 1\ngroups: [{name: partners}]\nmembers:\n  - {name: p, addresses: [<peer>], groups: [partners]}";
    let other = lab.sgfw.file("partners.yaml", &lab.fill(other));
    let own = lab.file(
        "groups:
           - name: vm
             ingress: [{protocol: tcp, ports: 80, from: {group: partners}}]
             egress: [{protocol: tcp, ports: 443, to: {group: partners}}]",
    );
    lab.sgfw.run(&["apply", &own, &other]).succeeded();
    lab.expect(
        "peer > vm   tcp 80   passes
         other > vm  tcp 80   drops
         vm > peer   tcp 443  passes
         vm > other  tcp 443  drops",
    );
}
