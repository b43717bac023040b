//! What is tracked, what is not, and what becomes of flows when rules go (F62, F66-F78).

use serde_json::Value;

use crate::lab::table::{all_cut, all_live};
use crate::lab::{Lab, setup};

const CLOSED: &str = "groups: [{name: vm, egress: []}]";

#[test]
fn f62_a_changed_rule_reaches_all_members() {
    let Some(lab) = Lab::new(&["peer"], &["a", "b"]) else { return };
    let both = "groups: [app]";
    lab.set("a", both);
    lab.set("b", both);
    let policy =
        |port: u16| format!("groups: [{{name: app, ingress: [{{protocol: tcp, ports: {port}, from: anywhere}}]}}]");
    lab.apply(&policy(80));
    lab.expect("peer > a tcp 80 passes\npeer > b tcp 80 passes\npeer > a tcp 81 drops\npeer > b tcp 81 drops");
    lab.apply(&policy(81));
    lab.expect("peer > a tcp 80 drops\npeer > b tcp 80 drops\npeer > a tcp 81 passes\npeer > b tcp 81 passes");
}

#[test]
fn f66_f67_answers_need_no_rule_and_questions_do() {
    let Some(lab) = Lab::new(&["peer"], &["vm"]) else { return };
    lab.apply(
        "groups:
           - name: vm
             ingress: [{protocol: tcp, ports: 80, from: [<peer>]}]
             egress: [{protocol: udp, ports: 53, to: [<peer>]}]",
    );
    lab.expect(
        "peer > vm  tcp 80             passes
         vm > peer  udp 53             passes
         vm > peer  tcp 4000 from 80   drops",
    );
    lab.expect("peer > vm udp 4000 from 53 drops");
}

#[test]
fn f68_an_echo_reply_leaves_without_an_outbound_rule() {
    let Some(lab) = Lab::new(&["peer"], &["vm"]) else { return };
    lab.apply(
        "groups:
           - name: vm
             egress: []
             ingress: [{protocol: icmp, type: 8, from: anywhere}, {protocol: icmpv6, type: 128, from: anywhere}]",
    );
    lab.expect(
        "peer > vm  ping      passes
         vm > peer  ping      drops
         vm > peer  icmp 0/0  drops  v4
         vm > peer  icmp 129/0 drops v6",
    );
}

#[test]
fn f69_f71_f72_what_is_open_both_ways_is_not_tracked_and_icmp_always_is() {
    let Some(lab) = Lab::new(&["peer"], &["vm"]) else { return };
    lab.apply(
        "groups:
           - name: vm
             ingress:
               - {protocol: tcp, ports: 25, from: [<peer>]}
               - {protocol: tcp, ports: 80, from: anywhere}
               - {protocol: udp, ports: 53, from: anywhere}
               - {protocol: icmp, from: anywhere}
               - {protocol: icmpv6, from: anywhere}",
    );
    let mut flows = lab.open("peer > vm tcp 25\npeer > vm tcp 80\npeer > vm udp 53\npeer > vm ping");
    all_live(&mut flows);
    let all = lab.sgfw.json(&["flows"]);
    let count = |key: &str, is: &dyn Fn(&Value) -> bool| {
        all["flows"].as_array().into_iter().flatten().filter(|flow| is(&flow[key])).count()
    };
    let instances = lab.setups().len();
    assert_eq!(count("local_port", &|port| *port == 25), 2 * instances, "{all:#}");
    assert_eq!(count("local_port", &|port| *port == 80 || *port == 53), 0, "{all:#}");
    assert_eq!(count("protocol", &|name| *name == "icmp"), instances, "{all:#}");
    assert_eq!(count("protocol", &|name| *name == "icmpv6"), instances, "{all:#}");
    let counters = lab.sgfw.json(&["counters"]);
    let untracked = counters["counters"].as_array().into_iter().flatten().filter(|row| row["reason"] == "untracked");
    assert_eq!(untracked.count(), instances, "{counters:#}");
}

#[test]
fn f70_answers_of_untracked_flows_pass_by_the_rules_alone() {
    let Some(lab) = Lab::new(&["peer"], &["vm"]) else { return };
    lab.apply("groups: [{name: vm, ingress: [{protocol: tcp, ports: 80, from: anywhere}]}]");
    let mut flows = lab.open("peer > vm tcp 80");
    // Outbound for all is what lets the answers out: narrowed, the same flow has neither rule nor state.
    lab.apply(
        "groups:
           - name: vm
             ingress: [{protocol: tcp, ports: 80, from: anywhere}]
             egress: [{protocol: tcp, ports: 443, to: anywhere}]",
    );
    all_cut(&mut flows);
    lab.expect("peer > vm tcp 80 passes");
}

#[test]
fn f73_f78_a_tracked_flow_outlives_its_rule() {
    let Some(lab) = Lab::new(&["peer"], &["vm"]) else { return };
    lab.apply(
        "groups:
           - name: vm
             ingress:
               - {protocol: tcp, ports: 25, from: [<peer>]}
               - {protocol: icmp, from: [<peer.4>]}
               - {protocol: icmpv6, from: [<peer.6>]}",
    );
    let mut flows = lab.open("peer > vm tcp 25\npeer > vm ping");
    lab.apply(CLOSED);
    all_live(&mut flows);
    lab.expect("peer > vm tcp 25 drops\npeer > vm ping drops");
}

#[test]
fn f74_a_tracked_udp_flow_outlives_its_rule_while_either_side_goes_on() {
    let Some(lab) = Lab::new(&["peer"], &["vm"]) else { return };
    lab.apply("groups: [{name: vm, ingress: [{protocol: udp, ports: 53, from: [<peer>]}]}]");
    let mut flows = lab.open("peer > vm udp 53");
    lab.apply(CLOSED);
    all_live(&mut flows);
    lab.expect("peer > vm udp 53 drops");
}

#[test]
fn f75_an_untracked_flow_is_cut_with_its_rule() {
    let Some(lab) = Lab::new(&["peer"], &["vm"]) else { return };
    lab.apply(
        "groups:
           - name: vm
             ingress:
               - {protocol: tcp, ports: 80, from: anywhere}
               - {protocol: udp, ports: 53, from: anywhere}",
    );
    let mut flows = lab.open("peer > vm tcp 80\npeer > vm udp 53");
    lab.apply("groups: [{name: vm}]");
    all_cut(&mut flows);
    lab.apply(CLOSED);
    all_cut(&mut flows);
}

#[test]
fn f76_f77_other_protocols_are_tracked_by_addresses_and_number() {
    let Some(lab) = Lab::new(&["peer", "other"], &["vm"]) else { return };
    lab.apply("groups: [{name: vm}]");
    lab.expect("peer > vm protocol 47 drops\nother > vm protocol 47 drops");
    lab.expect("vm > peer protocol 47 passes");
    let flows = lab.sgfw.json(&["flows"]);
    let timeouts = flows["flows"].as_array().into_iter().flatten().filter(|flow| flow["protocol"] == "protocol 47");
    let timeouts: Vec<&Value> = timeouts.map(|flow| &flow["timeout"]).collect();
    assert!(timeouts.len() == 2 * lab.setups().len() && timeouts.iter().all(|it| **it == 600), "{flows:#}");
    // Now the peer may begin as well, for those 600 seconds; nobody else, and nothing else.
    lab.expect("peer > vm protocol 47 passes\nother > vm protocol 47 drops\npeer > vm protocol 132 drops");
}

#[test]
fn connections_older_than_the_first_apply_live_on() {
    let Some(lab) = Lab::new(&["peer"], &["vm"]) else { return };
    let mut flows = lab.open("peer > vm tcp 25\nvm > peer tcp 443");
    lab.apply("groups: [{name: vm, ingress: [{protocol: tcp, ports: 25, from: [<peer>]}]}]");
    all_live(&mut flows);
}

#[test]
fn connections_that_no_rule_allows_are_not_taken_over() {
    let Some(lab) = Lab::new(&["peer"], &["vm"]) else { return };
    let mut flows = lab.open("peer > vm tcp 25");
    lab.apply(CLOSED);
    all_cut(&mut flows);
}

#[test]
fn flows_survive_applies_that_change_other_things() {
    let Some(lab) = Lab::new(&["peer"], &["vm"]) else { return };
    let policy = |ports: &str| {
        format!(
            "groups:
               - name: vm
                 ingress:
                   - {{protocol: tcp, ports: 25, from: [<peer>]}}
                   - {{protocol: udp, ports: 53, from: [<peer>]}}
                   - {{protocol: tcp, ports: [{ports}], from: anywhere}}"
        )
    };
    lab.apply(&policy("80"));
    let mut flows = lab.open("peer > vm tcp 25\npeer > vm udp 53\npeer > vm tcp 80");
    for ports in ["80, 443", "80, 8000-9000", "80"] {
        lab.apply(&policy(ports));
        all_live(&mut flows);
    }
}

#[test]
fn nothing_of_a_flow_is_shared_between_instances() {
    let Some(lab) = Lab::with(setup::ALL, &["peer"], &["a", "b"]) else { return };
    lab.apply("groups: [{name: a, ingress: [{protocol: udp, ports: 53, from: [<peer>]}]}, {name: b}]");
    let mut flows = lab.open("peer > a udp 53");
    all_live(&mut flows);
    lab.expect("peer > b udp 53 drops");
}
