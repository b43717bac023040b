//! What a group means for the interfaces in it: defaults, merging, membership (F9-F16, F29-F42, F58, F59).

use crate::lab::Lab;

#[test]
fn f9_a_new_group_lets_nothing_in() {
    let Some(lab) = Lab::new(&["peer"], &["vm"]) else { return };
    lab.apply("groups: [{name: vm}]");
    lab.expect(
        "peer > vm  tcp 80       drops
         peer > vm  tcp 22       drops
         peer > vm  udp 53       drops
         peer > vm  ping         drops
         peer > vm  protocol 47  drops",
    );
}

#[test]
fn f10_f11_f66_a_new_group_lets_everything_out_over_both_families_and_the_answers_in() {
    let Some(lab) = Lab::new(&["peer"], &["vm"]) else { return };
    lab.apply("groups: [{name: vm}]");
    lab.expect(
        "vm > peer  tcp 80       passes
         vm > peer  udp 53       passes
         vm > peer  ping         passes
         vm > peer  icmp 3/1     passes  v4
         vm > peer  icmp 1/0     passes  v6
         vm > peer  protocol 47  passes",
    );
}

#[test]
fn f13_f67_a_group_without_outbound_rules_lets_out_answers_only() {
    let Some(lab) = Lab::new(&["peer"], &["vm"]) else { return };
    lab.apply(
        "groups:
           - name: vm
             egress: []
             ingress:
               - {protocol: tcp, ports: 80, from: anywhere}
               - {protocol: udp, ports: 53, from: anywhere}
               - {protocol: 47, from: anywhere}",
    );
    lab.expect(
        "vm > peer  tcp 80       drops
         vm > peer  udp 54       drops
         vm > peer  ping         drops
         vm > peer  protocol 132 drops
         peer > vm  tcp 80       passes
         peer > vm  udp 53       passes
         peer > vm  protocol 47  passes",
    );
}

#[test]
fn f15_f16_f17_members_of_the_default_group_reach_each_other_and_all_others_outside() {
    let Some(lab) = Lab::new(&["peer"], &["a", "b"]) else { return };
    // In no group is in the default group.
    lab.set("a", "groups: [default]");
    lab.set("b", "groups: []");
    lab.apply("");
    lab.expect(
        "a > b     tcp 80       passes
         b > a     tcp 22       passes
         a > b     udp 53       passes
         b > a     ping         passes
         a > b     protocol 47  passes
         peer > a  tcp 80       drops
         peer > b  ping         drops
         a > peer  tcp 80       passes
         b > peer  udp 53       passes",
    );
}

#[test]
fn f29_two_instances_of_one_subnet_can_differ() {
    let Some(lab) = Lab::new(&["peer"], &["web", "ssh"]) else { return };
    lab.apply(
        "groups:
           - {name: web, ingress: [{protocol: tcp, ports: 80, from: anywhere}]}
           - {name: ssh, ingress: [{protocol: tcp, ports: 22, from: anywhere}]}",
    );
    lab.expect(
        "peer > web  tcp 80  passes
         peer > web  tcp 22  drops
         peer > ssh  tcp 80  drops
         peer > ssh  tcp 22  passes
         web > ssh   tcp 22  passes
         ssh > web   tcp 22  drops",
    );
}

#[test]
fn f31_f32_f33_other_groups_take_the_place_of_those_before() {
    let Some(lab) = Lab::new(&["peer"], &["vm"]) else { return };
    let groups = "groups:
           - {name: web, ingress: [{protocol: tcp, ports: 80, from: anywhere}]}
           - {name: dns, ingress: [{protocol: udp, ports: 53, from: anywhere}]}
           - {name: shut, egress: []}";
    lab.set("vm", "groups: [web]");
    lab.apply(groups);
    lab.expect("peer > vm tcp 80 passes\npeer > vm udp 53 drops\nvm > peer tcp 80 passes");
    lab.set("vm", "groups: [dns, shut]");
    lab.apply(groups);
    lab.expect("peer > vm tcp 80 drops\npeer > vm udp 53 passes\nvm > peer tcp 80 passes");
    lab.set("vm", "groups: [shut]");
    lab.apply(groups);
    lab.expect("peer > vm tcp 80 drops\npeer > vm udp 53 drops\nvm > peer tcp 80 drops");
}

#[test]
fn f35_the_rules_of_several_groups_are_merged() {
    let Some(lab) = Lab::new(&["peer", "other"], &["vm"]) else { return };
    lab.set("vm", "groups: [web, ssh, none]");
    lab.apply(
        "groups:
           - {name: none, egress: []}
           - {name: web, ingress: [{protocol: tcp, ports: 80, from: anywhere}], egress: []}
           - name: ssh
             ingress: [{protocol: tcp, ports: 22, from: [<peer>]}]
             egress: [{protocol: udp, ports: 53, to: [<peer>]}]",
    );
    lab.expect(
        "peer > vm   tcp 80  passes
         peer > vm   tcp 22  passes
         other > vm  tcp 80  passes
         other > vm  tcp 22  drops
         vm > peer   udp 53  passes
         vm > other  udp 53  drops
         vm > peer   tcp 80  drops",
    );
}

#[test]
fn f37_members_of_a_group_do_not_reach_each_other_without_a_rule() {
    let Some(lab) = Lab::new(&["peer"], &["a", "b"]) else { return };
    lab.set("a", "groups: [app]");
    lab.set("b", "groups: [app]");
    lab.apply("groups: [{name: app, ingress: [{protocol: tcp, ports: 80, from: [<peer>]}]}]");
    lab.expect(
        "peer > a  tcp 80  passes
         a > b     tcp 80  drops
         b > a     ping    drops",
    );
    lab.apply("groups: [{name: app, ingress: [{protocol: tcp, ports: 80, from: [<peer>, self]}]}]");
    lab.expect(
        "peer > a  tcp 80  passes
         a > b     tcp 80  passes
         b > a     tcp 80  passes
         b > a     ping    drops",
    );
}

#[test]
fn f39_f42_the_most_permissive_rule_wins_and_no_rule_takes_away() {
    let Some(lab) = Lab::new(&["peer", "other"], &["vm"]) else { return };
    lab.set("vm", "groups: [narrow, wide]");
    lab.apply(
        "groups:
           - name: narrow
             ingress:
               - {protocol: tcp, ports: 22, from: [<peer>]}
               - {protocol: tcp, ports: 80, from: [<peer>]}
           - {name: wide, ingress: [{protocol: tcp, ports: 22, from: anywhere}]}",
    );
    lab.expect(
        "peer > vm   tcp 22  passes
         other > vm  tcp 22  passes
         peer > vm   tcp 80  passes
         other > vm  tcp 80  drops",
    );
}

#[test]
fn f56_f58_a_group_as_source_means_its_members_and_not_its_rules() {
    let Some(lab) = Lab::new(&["peer", "other"], &["app", "db"]) else { return };
    lab.apply(
        "groups:
           - {name: app, ingress: [{protocol: tcp, ports: 80, from: anywhere}]}
           - {name: db, ingress: [{protocol: tcp, ports: 3306, from: {group: app}}]}
         members:
           - {name: elsewhere, addresses: [<peer>], groups: [app]}",
    );
    lab.expect(
        "app > db    tcp 3306  passes
         peer > db   tcp 3306  passes
         other > db  tcp 3306  drops
         app > db    tcp 3307  drops
         other > db  tcp 80    drops
         db > app    tcp 80    passes",
    );
}

#[test]
fn f56_a_group_as_destination_means_its_members() {
    let Some(lab) = Lab::new(&["peer", "other"], &["app", "db"]) else { return };
    lab.set("db", "groups: [db, open]");
    lab.apply(
        "groups:
           - {name: app, egress: [{protocol: tcp, ports: 3306, to: {group: db}}]}
           - {name: db}
           - {name: open, ingress: [{protocol: all, from: anywhere}]}
         members:
           - {name: elsewhere, addresses: [<peer>], groups: [db]}",
    );
    lab.expect(
        "app > db     tcp 3306  passes
         app > peer   tcp 3306  passes
         app > other  tcp 3306  drops
         app > db     tcp 3307  drops",
    );
}

#[test]
fn f59_membership_goes_by_the_addresses_that_are_listed() {
    let Some(lab) = Lab::new(&["peer"], &["db"]) else { return };
    let public = "addr add 203.0.113.9/32 dev eth0\naddr add 2001:db8::9/128 dev eth0 nodad\n";
    crate::lab::net::ip(Some(&lab.net.netns("peer")), public).expect("a public address");
    lab.apply(
        "groups:
           - {name: app}
           - {name: db, ingress: [{protocol: tcp, ports: 3306, from: {group: app}}]}
         members:
           - {name: peer, addresses: [<peer>], groups: [app]}",
    );
    lab.expect_from("203.0.113.9", "peer > db  tcp 3306 from 4000  drops  v4");
    lab.expect_from("2001:db8::9", "peer > db  tcp 3306 from 4000  drops  v6");
    lab.expect("peer > db  tcp 3306 from 4001  passes");
}
