//! Malformed packets: every cut, every lie about a length, every order of headers, judged as the reference does,
//! verdict and reason. None passes that the reference calls malformed, because then both would have to say so.
//!
//! The policy lets everything in and out, so that only what is malformed is dropped.

#![expect(clippy::unwrap_used, reason = "a test that unwraps fails at the line that is wrong")]

#[expect(dead_code, reason = "each proof uses its part")]
mod proof;

use proof::frames::{self, Extension, Ip, tcp};
use proof::kernel::{Receiver, kernel};
use proof::random::Random;
use proof::trial::Trial;
use proof::{packets, policies};
use sgfw::model::{Direction, Link};
use sgfw_common::reason::{Reason, Verdict};
use std::net::IpAddr;

const HOST: &str = "10.0.0.1";
const PEER: &str = "10.0.0.3";
const HOST6: &str = "2001:db8::1";
const PEER6: &str = "2001:db8::3";

/// Judges a frame in both directions, on an access port, a trunk and a device without a link layer.
fn judge(trial: &mut Trial, frame: &[u8]) -> Reason {
    let [reason, ..] = ["access", "trunk", "bare"].map(|interface| {
        let frame = if interface == "bare" { frame.get(14..).unwrap_or_default() } else { frame };
        trial.packet(interface, Direction::Egress, frame);
        trial.packet(interface, Direction::Ingress, frame)
    });
    reason
}

/// Everything is open; the loaded program judges too where it may be loaded.
fn open_to_all() -> Trial {
    open_on(Receiver::Xdp)
}

/// The same, with what a device receives met by this program.
fn open_on(receiver: Receiver) -> Trial {
    match kernel("malformed", receiver) {
        Some(kernel) => Trial::with_kernel(policies::open_to_all(), 0, kernel),
        None => Trial::new(policies::open_to_all(), 0, 1),
    }
}

fn ip(protocol: u8) -> Ip {
    Ip { fragment: None, ..Ip::new(address(PEER), address(HOST), protocol) }
}

fn ip6(protocol: u8) -> Ip {
    Ip::new(address(PEER6), address(HOST6), protocol)
}

fn address(text: &str) -> IpAddr {
    text.parse().unwrap()
}

fn syn() -> Vec<u8> {
    frames::segment((1024, 80), (1, 0), tcp::SYN, 12)
}

fn framed(packet: &[u8]) -> Vec<u8> {
    frames::ethernet(&[], frames::kind(packet), packet)
}

/// One honest frame of each kind.
fn valid() -> Vec<Vec<u8>> {
    let quoted = ip(17).packet(&[], &frames::datagram((80, 1024), 8));
    let quoted6 = ip6(17).packet(&[Extension::HopByHop], &frames::datagram((80, 1024), 8));
    let first = Ip { fragment: Some((7, 0, true)), ..ip(6) };
    let first6 = Ip { fragment: Some((7, 0, true)), ..ip6(17) };
    let headers = [Extension::HopByHop, Extension::Routing(2), Extension::Authentication, Extension::Destination(1)];
    let packets = [
        ip(6).packet(&[], &syn()),
        ip(17).packet(&[], &frames::datagram((1024, 53), 20)),
        ip(1).packet(&[], &frames::message(8, 0, 1, b"ping")),
        ip(1).packet(&[], &frames::message(3, 4, 0, &quoted)),
        ip(47).packet(&[], b"encapsulated"),
        first.packet(&[], &syn()),
        ip6(6).packet(&[], &syn()),
        ip6(17).packet(&headers, &frames::datagram((1024, 53), 20)),
        ip6(58).packet(&[], &frames::message(128, 0, 1, b"ping")),
        ip6(58).packet(&[], &frames::message(2, 0, 0, &quoted6)),
        ip6(50).packet(&[Extension::Authentication], b"secret secret"),
        ip6(59).packet(&[], b""),
        first6.packet(&[Extension::Destination(0)], &frames::datagram((1024, 53), 24)),
    ];
    let mut all: Vec<_> = packets.iter().map(|packet| framed(packet)).collect();
    all.push(frames::ethernet(&[0x8100], 0x0800, &packets[0]));
    all.push(frames::ethernet(&[0x88a8, 0x8100], 0x86dd, &packets[6]));
    all.push(frames::ethernet(&[], 0x0806, &[0; 28]));
    all
}

#[test]
fn every_truncation_of_a_valid_frame() {
    for receiver in [Receiver::Xdp, Receiver::Tc] {
        truncations(&mut open_on(receiver));
    }
}

fn truncations(trial: &mut Trial) {
    for frame in valid() {
        for length in 0..=frame.len() {
            judge(trial, &frame[..length]);
        }
    }
    let whole = framed(&ip(6).packet(&[], &syn()));
    assert_eq!(judge(trial, &whole[..33]), Reason::Ipv4Short);
    assert_eq!(judge(trial, &whole[..65]), Reason::Ipv4TotalLength);
    assert_eq!(judge(trial, &whole), Reason::Untracked);
}

#[test]
fn every_header_length_and_version_nibble() {
    let mut trial = open_to_all();
    for first in 0..=255 {
        for frame in [framed(&ip(6).packet(&[], &syn())), framed(&ip6(6).packet(&[], &syn()))] {
            let mut frame = frame;
            frame[14] = first;
            let reason = judge(&mut trial, &frame);
            assert_eq!(reason == Reason::Ipv4HeaderLength, frame[12] == 8 && (0x40..0x45).contains(&first));
        }
    }
}

#[test]
fn every_header_length_with_options_to_match() {
    let mut trial = open_to_all();
    for words in 5..=15_u8 {
        let mut packet = ip(6).packet(&[], &syn());
        packet[0] = 0x40 | words;
        let options = vec![1; usize::from(words - 5) * 4];
        packet.splice(20..20, options);
        let total = u16::try_from(packet.len()).unwrap().to_be_bytes();
        packet[2..4].copy_from_slice(&total);
        assert_eq!(judge(&mut trial, &framed(&packet)), Reason::Untracked, "{words} words");
        packet.truncate(usize::from(words) * 4 - 1);
        let cut = if words == 5 { Reason::Ipv4Short } else { Reason::Ipv4TotalLength };
        assert_eq!(judge(&mut trial, &framed(&packet)), cut, "{words} words, cut");
    }
}

#[test]
fn every_lie_about_a_length() {
    for receiver in [Receiver::Xdp, Receiver::Tc] {
        lies_about_lengths(&mut open_on(receiver));
    }
}

fn lies_about_lengths(trial: &mut Trial) {
    for frame in valid() {
        let (at, honest) = match frame[12..14] {
            [0x08, 0x00] => (16, frame.len() - 14),
            [0x86, 0xdd] => (18, frame.len() - 54),
            _ => continue,
        };
        for length in (0..=honest + 9).chain([1499, 1500, 0x7fff, 0x8000, 0xfffe, 0xffff]) {
            let mut frame = frame.clone();
            frame[at..at + 2].copy_from_slice(&u16::try_from(length).unwrap().to_be_bytes());
            let reason = judge(trial, &frame);
            if length > honest {
                assert_eq!(reason.verdict(), Verdict::Drop, "{length} for {honest}: {reason:?}");
            }
            // Padding behind the end is nobody's: a longer frame meets with the same.
            frame.extend([0; 64]);
            judge(trial, &frame);
        }
    }
}

#[test]
fn every_lie_about_a_length_in_transport_headers() {
    let mut trial = open_to_all();
    for value in 0..=255_u8 {
        let mut segment = syn();
        segment[12] = value;
        let mut flags = syn();
        flags[13] = value;
        let mut datagram = frames::datagram((1024, 53), 20);
        datagram[5] = value;
        for (protocol, bytes) in [(6, segment), (6, flags), (17, datagram)] {
            judge(&mut trial, &framed(&ip(protocol).packet(&[], &bytes)));
            judge(&mut trial, &framed(&ip6(protocol).packet(&[], &bytes)));
        }
    }
}

const HEADERS: [Extension; 7] = [
    Extension::HopByHop,
    Extension::Destination(0),
    Extension::Destination(3),
    Extension::Routing(2),
    Extension::Routing(0),
    Extension::Authentication,
    Extension::Fragment { id: 7, offset: 0, more: false },
];

/// Calls with every sequence of so many headers.
fn for_every_order(depth: usize, chosen: &mut Vec<Extension>, call: &mut impl FnMut(&[Extension])) {
    if depth == 0 {
        return call(chosen);
    }
    for header in HEADERS {
        chosen.push(header);
        for_every_order(depth - 1, chosen, call);
        chosen.pop();
    }
}

#[test]
fn every_order_of_extension_headers_up_to_four() {
    for receiver in [Receiver::Xdp, Receiver::Tc] {
        orders_up_to_four(&mut open_on(receiver));
    }
}

fn orders_up_to_four(trial: &mut Trial) {
    for depth in 0..=4 {
        for_every_order(depth, &mut Vec::new(), &mut |headers| {
            let reason = judge(trial, &framed(&ip6(6).packet(headers, &syn())));
            let expected =
                if headers.contains(&Extension::Routing(0)) { Reason::RoutingHeader0 } else { Reason::Untracked };
            assert_eq!(reason, expected, "{headers:?}");
        });
    }
}

#[test]
fn many_orders_of_extension_headers_up_to_ten() {
    let mut trial = open_to_all();
    let mut random = Random::new(1);
    for _ in 0..20_000 {
        let headers: Vec<_> = (0..5 + random.below(6)).map(|_| packets::extension(&mut random)).collect();
        let last = random.pick(&[6, 17, 58, 50, 59, 0, 43, 44, 51, 60, 135]);
        let payload = if last == 6 { syn() } else { frames::datagram((1024, 53), 12) };
        let mut frame = framed(&ip6(last).packet(&headers, &payload));
        if random.chance(30) {
            let at = 54 + random.below(frame.len() - 54);
            frame[at] = random.byte();
        }
        if random.chance(20) {
            frame.truncate(54 + random.below(frame.len() - 54));
        }
        judge(&mut trial, &frame);
    }
}

#[test]
fn eight_extension_headers_are_walked_and_nine_are_refused() {
    let mut trial = open_to_all();
    for (many, expected) in [(8, Reason::Untracked), (9, Reason::Ipv6TooManyExtensions)] {
        let headers = vec![Extension::Destination(0); many];
        assert_eq!(judge(&mut trial, &framed(&ip6(6).packet(&headers, &syn()))), expected);
    }
}

#[test]
fn authentication_is_walked_by_its_own_length_and_esp_is_a_protocol() {
    let mut trial = open_to_all();
    assert_eq!(judge(&mut trial, &framed(&ip6(6).packet(&[Extension::Authentication], &syn()))), Reason::Untracked);
    for length in 0..=255 {
        let mut frame = framed(&ip6(6).packet(&[Extension::Authentication], &syn()));
        frame[55] = length;
        judge(&mut trial, &frame);
    }
    for number in [50, 59, 135, 139, 140, 253, 255] {
        let reason = judge(&mut trial, &framed(&ip6(number).packet(&[], &[0; 16])));
        assert!(matches!(reason, Reason::New | Reason::Established), "{number}: {reason:?}");
    }
}

#[test]
fn every_type_of_routing_header() {
    let mut trial = open_to_all();
    for kind in 0..=255 {
        let reason = judge(&mut trial, &framed(&ip6(6).packet(&[Extension::Routing(kind)], &syn())));
        assert_eq!(reason == Reason::RoutingHeader0, kind == 0, "type {kind}");
    }
}

#[test]
fn fragments_tiny_overlapping_and_out_of_order() {
    for v6 in [false, true] {
        let base = |protocol| if v6 { ip6(protocol) } else { ip(protocol) };
        let fragment = |id, offset, more, length| {
            let part = vec![0x11; length];
            framed(&Ip { fragment: Some((id, offset, more)), ..base(17) }.packet(&[], &part))
        };
        let first = |id| {
            let part = frames::datagram((1024, 53), 24);
            framed(&Ip { fragment: Some((id, 0, true)), ..base(17) }.packet(&[], &part))
        };
        let mut trial = open_to_all();
        assert_eq!(judge(&mut trial, &fragment(1, 32, false, 8)), Reason::FragmentUnknown, "before the first");
        assert_eq!(judge(&mut trial, &first(1)), Reason::Untracked);
        assert_eq!(judge(&mut trial, &fragment(1, 32, true, 8)), Reason::Fragment);
        assert_eq!(judge(&mut trial, &fragment(1, 64, false, 3)), Reason::Fragment, "out of order");
        assert_eq!(judge(&mut trial, &fragment(1, 24, false, 16)), Reason::FragmentOverlap);
        assert_eq!(judge(&mut trial, &fragment(2, 32, false, 8)), Reason::FragmentUnknown, "of another datagram");
        assert_eq!(judge(&mut trial, &fragment(1, 32, true, 9)), Reason::FragmentBounds, "not eight bytes each");
        assert_eq!(judge(&mut trial, &fragment(1, 65_528, false, 8)), Reason::FragmentBounds, "ping of death");
        let tiny = Ip { fragment: Some((3, 0, true)), ..base(6) }.packet(&[], &syn()[..16]);
        assert_eq!(judge(&mut trial, &framed(&tiny)), Reason::FragmentTooSmall);
    }
}

#[test]
fn a_fragment_may_not_overlap_the_first_ones_end_behind_its_options() {
    let mut trial = open_to_all();
    let options = Extension::Destination(7);
    let fragment = |offset, more| Extension::Fragment { id: 9, offset, more };
    let first = ip6(6).packet(&[fragment(0, true), options], &syn());
    assert_eq!(judge(&mut trial, &framed(&first)), Reason::Untracked);
    // 64 bytes of options and 32 of TCP: offset 64 is where the TCP header begins.
    for offset in (8..96).step_by(8) {
        let again = ip6(60).packet(&[fragment(offset, false)], &syn());
        assert_eq!(judge(&mut trial, &framed(&again)), Reason::FragmentOverlap, "offset {offset}");
    }
    let next = ip6(60).packet(&[fragment(96, false)], &syn());
    assert_eq!(judge(&mut trial, &framed(&next)), Reason::Fragment);
}

#[test]
fn tags_one_two_and_three() {
    let mut trial = open_to_all();
    let packet = ip(6).packet(&[], &syn());
    let kinds = [0x8100, 0x88a8, 0x9100];
    for a in kinds {
        assert_eq!(tagged(&mut trial, &[a], &packet), [Reason::VlanTag, Reason::Untracked]);
        for b in kinds {
            assert_eq!(tagged(&mut trial, &[a, b], &packet), [Reason::VlanTag, Reason::Untracked]);
            for c in kinds {
                assert_eq!(tagged(&mut trial, &[a, b, c], &packet), [Reason::VlanTag, Reason::VlanDepth]);
            }
        }
    }
}

/// What a tagged frame meets with on an access port and on a trunk.
fn tagged(trial: &mut Trial, tags: &[u16], packet: &[u8]) -> [Reason; 2] {
    let frame = frames::ethernet(tags, 0x0800, packet);
    for length in 14..frame.len() {
        judge(trial, &frame[..length]);
    }
    ["access", "trunk"].map(|interface| trial.packet(interface, Direction::Ingress, &frame))
}

#[test]
fn r43_mapped_addresses_and_jumbograms_never_pass() {
    let mut trial = open_to_all();
    let mapped = address("::ffff:10.0.0.3");
    for (src, dst) in [(mapped, address(HOST6)), (address(PEER6), mapped), (mapped, mapped)] {
        let frame = framed(&Ip::new(src, dst, 6).packet(&[], &syn()));
        assert_eq!(judge(&mut trial, &frame), Reason::MappedAddress);
    }
    let mut jumbo = framed(&ip6(6).packet(&[Extension::HopByHop], &syn()));
    jumbo[18..20].fill(0);
    assert_eq!(judge(&mut trial, &jumbo), Reason::Ipv6PayloadLength);
}

#[test]
fn every_ethertype_but_ip_and_arp_is_refused() {
    let mut trial = open_to_all();
    for kind in (0..=0xffff).step_by(7).chain([0x0800, 0x0806, 0x86dd, 0x8100, 0x88a8, 0x9100]) {
        // An LLC frame has a length here.
        let frame = frames::ethernet(&[], kind, &[0x42, 0x42, 3, 0, 0, 0, 0, 0]);
        let passes = judge(&mut trial, &frame).verdict() == Verdict::Pass;
        assert_eq!(passes, kind == 0x0806, "{kind:04x}");
    }
}

#[test]
fn frames_with_a_few_bytes_changed() {
    for receiver in [Receiver::Xdp, Receiver::Tc] {
        a_few_bytes_changed(&mut open_on(receiver));
    }
}

fn a_few_bytes_changed(trial: &mut Trial) {
    let mut random = Random::new(2);
    let valid = valid();
    for _ in 0..30_000 {
        let mut frame = valid[random.below(valid.len())].clone();
        for _ in 0..1 + random.below(3) {
            let at = random.below(frame.len().min(90));
            frame[at] = random.pick(&[0, 1, 4, 6, 44, 60, 0xff, random.clone().byte()]);
        }
        judge(trial, &frame);
    }
    assert_eq!(trial.policy().interfaces["bare"].link, Link::Bare);
}
