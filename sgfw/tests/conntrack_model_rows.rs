//! The rows about state, one by one: what the documents say is tried and named. Model, host and loaded program
//! agree on every packet, or the script stops there.

#![expect(clippy::unwrap_used, reason = "a test that unwraps fails at the line that is wrong")]

#[expect(dead_code, reason = "each proof uses its part")]
mod proof;

use proof::frames::{self, Ip, tcp::*};
use proof::script::Script;
use sgfw::model::Direction::{Egress, Ingress};
use sgfw_common::reason::Reason::{Allowed, Established, New, NoEgressRule, NoFlow, NoIngressRule, Related, Untracked};

const SYN_ACK: u8 = SYN | ACK;
const FIN_ACK: u8 = FIN | ACK;
const SSH: (u16, u16) = (22, 40000);
const WEB: (u16, u16) = (80, 40000);

/// The worked example of the document: 22 from one address, 80 and ICMP from all, everything out.
const EXAMPLE: &str = "ingress:
  - {protocol: tcp, ports: 22, from: 203.0.113.1}
  - {protocol: tcp, ports: 80, from: 0.0.0.0/0}
  - {protocol: icmp, from: 0.0.0.0/0}";
const IN_ONLY: &str = "ingress:
  - {protocol: tcp, ports: 22, from: 203.0.113.0/24}
  - {protocol: udp, ports: 53, from: 203.0.113.0/24}
  - {protocol: icmp, type: 8, from: 203.0.113.0/24}
egress: []";
const OUT_ONLY: &str = "egress:
  - {protocol: tcp, ports: 443, to: 203.0.113.0/24}
  - {protocol: udp, ports: 53, to: 203.0.113.0/24}
  - {protocol: 47, to: 203.0.113.0/24}";
const NOTHING: &str = "egress: []";

/// A whole handshake that the peer begins; what each packet met with.
fn opened(script: &mut Script, ports: (u16, u16)) {
    assert_eq!(script.tcp(Ingress, ports, (100, 0), SYN), New);
    assert_eq!(script.tcp(Egress, ports, (500, 101), SYN_ACK), Established);
    assert_eq!(script.tcp(Ingress, ports, (101, 501), ACK), Established);
}

#[test]
fn f9_f13_without_a_rule_nothing_begins() {
    let mut script = Script::new(NOTHING);
    assert_eq!(script.tcp(Ingress, SSH, (1, 0), SYN), NoIngressRule);
    assert_eq!(script.tcp(Egress, SSH, (1, 0), SYN), NoEgressRule);
    assert_eq!(script.udp(Ingress, SSH), NoIngressRule);
    assert_eq!(script.icmp(Egress, 8, 1), NoEgressRule);
    assert_eq!(script.tcp(Ingress, SSH, (1, 1), ACK), NoFlow);
}

#[test]
fn f66_answers_to_what_the_instance_began_come_in() {
    let mut script = Script::new(OUT_ONLY);
    assert_eq!(script.tcp(Egress, (40000, 443), (1, 0), SYN), New);
    assert_eq!(script.tcp(Ingress, (40000, 443), (9, 2), SYN_ACK), Established);
    assert_eq!(script.udp(Ingress, (40000, 53)), NoIngressRule);
    assert_eq!(script.udp(Egress, (40000, 53)), New);
    assert_eq!(script.udp(Ingress, (40000, 53)), Established);
    assert_eq!(script.udp(Ingress, (40001, 53)), NoIngressRule);
}

#[test]
fn f67_answers_to_what_was_let_in_go_out() {
    let mut script = Script::new(IN_ONLY);
    opened(&mut script, SSH);
    assert_eq!(script.tcp(Egress, SSH, (501, 101), ACK | PSH), Established);
    assert_eq!(script.udp(Ingress, (53, 40000)), New);
    assert_eq!(script.udp(Egress, (53, 40000)), Established);
    assert_eq!(script.udp(Egress, (53, 40001)), NoEgressRule);
}

#[test]
fn f68_an_echo_reply_goes_out_without_a_rule() {
    let mut script = Script::new(IN_ONLY);
    assert_eq!(script.icmp(Egress, 0, 1), NoEgressRule);
    assert_eq!(script.icmp(Ingress, 8, 1), New);
    assert_eq!(script.icmp(Egress, 0, 1), Established);
    assert_eq!(script.icmp(Egress, 0, 2), NoEgressRule, "another identifier");
    assert_eq!(script.icmp(Egress, 8, 1), NoEgressRule, "a ping of the instance's own");
    script.wait(31);
    assert_eq!(script.icmp(Egress, 0, 1), NoEgressRule, "too late");
}

#[test]
fn f68_both_sides_may_ping_with_one_identifier() {
    let mut script = Script::new(
        "ingress: [{protocol: icmp, type: 8, from: 203.0.113.0/24}]\negress: [{protocol: icmp, type: 8, to: 203.0.113.0/24}]",
    );
    assert_eq!(script.icmp(Egress, 8, 1), New);
    assert_eq!(script.icmp(Ingress, 8, 1), New);
    assert_eq!(script.icmp(Ingress, 0, 1), Established, "the answer to the instance");
    assert_eq!(script.icmp(Egress, 0, 1), Established, "the answer to the peer");
}

#[test]
fn f69_f71_f72_the_worked_example() {
    let mut script = Script::new(EXAMPLE);
    opened(&mut script, SSH);
    assert_eq!(script.tcp(Ingress, WEB, (1, 0), SYN), Untracked);
    assert_eq!(script.tcp(Egress, WEB, (1, 2), SYN_ACK), Untracked);
    assert_eq!(script.icmp(Ingress, 8, 1), New);
    assert_eq!(script.icmp(Egress, 0, 1), Established);
}

#[test]
fn f70_an_untracked_answer_needs_the_rule_of_the_other_direction() {
    let mut script = Script::new(EXAMPLE);
    assert_eq!(script.tcp(Egress, WEB, (1, 2), ACK), Untracked, "no packet came before");
    script.change(&format!("{EXAMPLE}\negress: [{{protocol: tcp, ports: 0-65534, to: 0.0.0.0/0}}]"));
    assert_eq!(script.tcp(Egress, WEB, (1, 2), ACK), NoFlow, "not all ports any more");
    assert_eq!(script.tcp(Ingress, WEB, (1, 0), SYN), New, "so it is tracked");
}

#[test]
fn f73_a_tracked_flow_outlives_its_rule() {
    let mut script = Script::new(EXAMPLE);
    opened(&mut script, SSH);
    assert_eq!(script.udp(Egress, (40000, 53)), New);
    script.change(NOTHING);
    assert_eq!(script.tcp(Ingress, SSH, (101, 501), ACK), Established);
    assert_eq!(script.tcp(Ingress, (22, 40001), (1, 0), SYN), NoIngressRule);
    assert_eq!(script.udp(Ingress, (40000, 53)), Established);
    script.wait(432_000);
    assert_eq!(script.tcp(Egress, SSH, (501, 101), ACK), Established, "five days");
    script.wait(432_001);
    assert_eq!(script.tcp(Egress, SSH, (501, 101), ACK), NoFlow, "and a second");
}

#[test]
fn f75_an_untracked_flow_is_cut_with_its_rule() {
    let mut script = Script::new(EXAMPLE);
    assert_eq!(script.tcp(Ingress, WEB, (1, 0), SYN), Untracked);
    assert_eq!(script.tcp(Ingress, WEB, (2, 2), ACK), Untracked);
    script.change(IN_ONLY);
    assert_eq!(script.tcp(Ingress, WEB, (2, 2), ACK), NoFlow);
    assert_eq!(script.tcp(Egress, WEB, (2, 2), ACK), NoFlow);
}

#[test]
fn f76_f77_the_peer_may_start_the_same_protocol_within_600_seconds() {
    let mut script = Script::new(OUT_ONLY);
    assert_eq!(script.other(Ingress, 47), NoIngressRule);
    assert_eq!(script.other(Egress, 47), New);
    script.wait(600);
    assert_eq!(script.other(Ingress, 47), Established, "of the request");
    script.wait(600);
    assert_eq!(script.other(Ingress, 47), Established, "of the response");
    assert_eq!(script.other(Ingress, 50), NoIngressRule, "another protocol");
    script.wait(601);
    assert_eq!(script.other(Ingress, 47), NoIngressRule);
}

#[test]
fn udp_lives_30_seconds_and_180_after_more_than_one_exchange() {
    let mut script = Script::new(OUT_ONLY);
    let ports = (40000, 53);
    assert_eq!(script.udp(Egress, ports), New);
    script.wait(31);
    assert_eq!(script.udp(Ingress, ports), NoIngressRule);
    assert_eq!(script.udp(Egress, ports), New);
    for way in [Ingress, Egress, Ingress] {
        assert_eq!(script.udp(way, ports), Established);
    }
    script.wait(180);
    assert_eq!(script.udp(Ingress, ports), Established);
    script.wait(181);
    assert_eq!(script.udp(Ingress, ports), NoIngressRule);
}

#[test]
fn only_an_acknowledgment_of_the_answer_makes_a_connection_last() {
    // How far behind the SYN's next number the answer may acknowledge, and what the peer may acknowledge of it.
    let cases = [
        (0, 501, true),
        (0xffff, 501, true),
        (0x1_0000, 501, false),
        (u32::MAX, 501, false),
        (0, 500, false),
        (0, 502, false),
        (0, 0x1234_5678, false),
    ];
    for (behind, acknowledged, lasts) in cases {
        let mut script = Script::new(IN_ONLY);
        assert_eq!(script.tcp(Ingress, SSH, (100, 0), SYN), New);
        assert_eq!(script.tcp(Egress, SSH, (500, 101_u32.wrapping_sub(behind)), SYN_ACK), Established);
        assert_eq!(script.tcp(Ingress, SSH, (101, acknowledged), ACK), Established);
        script.wait(61);
        let after = if lasts { Established } else { NoFlow };
        assert_eq!(script.tcp(Ingress, SSH, (101, 501), ACK), after, "{behind} behind, {acknowledged} acknowledged");
    }
}

#[test]
fn the_responder_may_be_ahead_by_half_of_the_numbers_and_no_more() {
    for (ahead, lasts) in [(1, true), (0x7fff_ffff, true), (0x8000_0000, false)] {
        let mut script = Script::new(IN_ONLY);
        assert_eq!(script.tcp(Ingress, SSH, (100, 0), SYN), New);
        assert_eq!(script.tcp(Egress, SSH, (500, 101), SYN_ACK), Established);
        assert_eq!(script.tcp(Egress, SSH, (501 + ahead, 101), ACK), Established);
        assert_eq!(script.tcp(Ingress, SSH, (101, 501 + ahead), ACK), Established);
        script.wait(61);
        let after = if lasts { Established } else { NoFlow };
        assert_eq!(script.tcp(Ingress, SSH, (101, 501), ACK), after, "{ahead:#x} ahead");
    }
}

#[test]
fn a_stray_reset_shortens_and_later_traffic_restores() {
    let mut script = Script::new(IN_ONLY);
    opened(&mut script, SSH);
    assert_eq!(script.tcp(Ingress, SSH, (7, 0), RST), Established);
    script.wait(60);
    assert_eq!(script.tcp(Ingress, SSH, (101, 501), ACK), Established);
    script.wait(3600);
    assert_eq!(script.tcp(Ingress, SSH, (101, 501), ACK), Established);
    assert_eq!(script.tcp(Ingress, SSH, (7, 0), RST), Established);
    script.wait(61);
    assert_eq!(script.tcp(Ingress, SSH, (101, 501), ACK), NoFlow);
}

#[test]
fn a_closed_connection_idles_out_and_a_half_closed_one_later() {
    let mut script = Script::new(IN_ONLY);
    opened(&mut script, SSH);
    assert_eq!(script.tcp(Ingress, SSH, (101, 501), FIN_ACK), Established);
    script.wait(600);
    assert_eq!(script.tcp(Egress, SSH, (501, 102), ACK), Established);
    assert_eq!(script.tcp(Egress, SSH, (501, 102), FIN_ACK), Established);
    script.wait(60);
    assert_eq!(script.tcp(Ingress, SSH, (102, 502), ACK), Established);
    script.wait(61);
    assert_eq!(script.tcp(Ingress, SSH, (102, 502), ACK), NoFlow);
}

#[test]
fn a_fin_that_completes_the_handshake_counts() {
    let mut script = Script::new(IN_ONLY);
    assert_eq!(script.tcp(Ingress, SSH, (100, 0), SYN), New);
    assert_eq!(script.tcp(Egress, SSH, (500, 101), SYN_ACK), Established);
    assert_eq!(script.tcp(Ingress, SSH, (101, 501), FIN_ACK), Established);
    assert_eq!(script.tcp(Egress, SSH, (501, 102), FIN_ACK), Established);
    script.wait(61);
    assert_eq!(script.tcp(Ingress, SSH, (102, 502), ACK), NoFlow);
}

#[test]
fn a_reused_port_is_a_new_connection() {
    let mut script = Script::new(IN_ONLY);
    opened(&mut script, SSH);
    assert_eq!(script.tcp(Ingress, SSH, (101, 501), FIN_ACK), Established);
    assert_eq!(script.tcp(Egress, SSH, (501, 102), FIN_ACK), Established);
    assert_eq!(script.tcp(Ingress, SSH, (7000, 0), SYN), New);
    assert_eq!(script.tcp(Egress, SSH, (9000, 7001), SYN_ACK), Established);
    assert_eq!(script.tcp(Ingress, SSH, (7001, 9001), ACK), Established);
    script.wait(3600);
    assert_eq!(script.tcp(Ingress, SSH, (7001, 9001), ACK), Established);
}

#[test]
fn a_syn_is_judged_whatever_flow_there_is() {
    let mut script = Script::new(IN_ONLY);
    opened(&mut script, SSH);
    script.change(NOTHING);
    assert_eq!(script.tcp(Ingress, SSH, (7000, 0), SYN), NoIngressRule);
    assert_eq!(script.tcp(Ingress, SSH, (101, 501), ACK), Established);
}

#[test]
fn an_error_passes_when_the_packet_it_quotes_belongs_to_a_live_flow() {
    let mut script = Script::new(OUT_ONLY);
    let quoted =
        |script: &Script| Ip::new(script.local, script.remote, 17).packet(&[], &frames::datagram((40000, 53), 0));
    let packet = quoted(&script);
    assert_eq!(script.error(Ingress, &packet), NoIngressRule);
    assert_eq!(script.udp(Egress, (40000, 53)), New);
    assert_eq!(script.error(Ingress, &packet), Related);
    assert_eq!(script.error(Ingress, &packet[..27]), NoIngressRule, "seven bytes of eight");
    assert_eq!(script.error(Egress, &packet), NoEgressRule, "the wrong way");
    let later = Ip { fragment: Some((7, 8, false)), ..Ip::new(script.local, script.remote, 17) };
    let later = later.packet(&[], &frames::datagram((40000, 53), 0));
    assert_eq!(script.error(Ingress, &later), NoIngressRule, "the middle of something");
    script.wait(31);
    assert_eq!(script.error(Ingress, &packet), NoIngressRule, "the look-up kept nothing alive");
}

#[test]
fn r43_an_error_of_ipv6_that_quotes_mapped_addresses_names_no_flow_of_ipv4() {
    let mut script = Script::new(OUT_ONLY);
    assert_eq!(script.udp(Egress, (40000, 53)), New);
    let mapped = |address: &str| format!("::ffff:{address}").parse().unwrap();
    let packet = Ip::new(mapped("10.0.0.1"), mapped("203.0.113.1"), 17).packet(&[], &frames::datagram((40000, 53), 0));
    script.local = "2001:db8::1".parse().unwrap();
    script.remote = "2001:db8::3".parse().unwrap();
    assert_eq!(script.error(Ingress, &packet), NoIngressRule);
}

#[test]
fn a_message_that_asks_for_no_answer_is_allowed_and_leaves_nothing() {
    let mut script = Script::new(EXAMPLE);
    assert_eq!(script.icmp(Ingress, 5, 1), Allowed);
    script.change(NOTHING);
    assert_eq!(script.icmp(Ingress, 5, 1), NoIngressRule);
}
