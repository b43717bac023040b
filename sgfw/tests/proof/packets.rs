//! Random frames for an interface: mostly honest ones, and some that are not.

use super::frames::{self, Extension, Ip, tcp};
use super::random::Random;
use super::universe::{self, CODES, PORTS, PROTOCOLS, TYPES};
use sgfw::model::{Direction, Interface, Link};
use std::net::IpAddr;

const TAG: u16 = 0x8100;
const SERVICE_TAG: u16 = 0x88a8;

/// A frame that the interface may meet in this direction.
pub(crate) fn frame(random: &mut Random, interface: &Interface, direction: Direction) -> Vec<u8> {
    let packet = if random.chance(3) { vec![random.byte(); 40] } else { packet(random, interface, direction) };
    let mut frame = link(random, interface, &packet);
    if random.chance(12) {
        spoil(random, &mut frame);
    }
    frame
}

fn link(random: &mut Random, interface: &Interface, packet: &[u8]) -> Vec<u8> {
    if interface.link == Link::Bare {
        return packet.to_vec();
    }
    let tags: &[u16] = match random.below(if interface.trunk { 6 } else { 60 }) {
        0 => &[TAG],
        1 => &[SERVICE_TAG, TAG],
        2 if random.chance(30) => &[0x9100, SERVICE_TAG, TAG],
        _ => &[],
    };
    let kind = match random.below(40) {
        0 => random.pick(&[0x0806, 0x0842, 0x88cc, 0x8863, 0x0040, 0x0000, 0x0800, 0x86dd]),
        _ => frames::kind(packet),
    };
    frames::ethernet(tags, kind, packet)
}

/// Cuts it, lengthens it, or changes a few bytes of its headers.
fn spoil(random: &mut Random, frame: &mut Vec<u8>) {
    match random.below(4) {
        0 => frame.truncate(random.below(frame.len().max(1))),
        1 => frame.extend([0; 7]),
        _ => {
            for _ in 0..1 + random.below(3) {
                let at = random.below(frame.len().clamp(1, 80));
                if let Some(byte) = frame.get_mut(at) {
                    *byte = random.byte();
                }
            }
        }
    }
}

fn packet(random: &mut Random, interface: &Interface, direction: Direction) -> Vec<u8> {
    let v6 = random.chance(45);
    if random.chance(20) {
        return busy(random, interface, direction, v6);
    }
    let (src, dst) = ends(random, interface, direction, v6);
    let (protocol, mut payload) = payload(random, src, dst);
    let hops = random.pick(&[64, 64, 64, 255, 255, 1]);
    let mut ip = Ip { hops, ..Ip::new(src, dst, protocol) };
    if random.chance(8) {
        ip.fragment = Some((random.pick(&[7, 0x10007]), random.pick(&[0, 0, 24, 32, 64]), random.chance(60)));
        match random.below(4) {
            0 => payload.truncate(random.pick(&[0, 8, 16])),
            1 => {}
            _ => payload.resize(payload.len().next_multiple_of(8), 0),
        }
    }
    let few = if v6 && random.chance(25) { 1 + random.below(9) } else { 0 };
    let extensions: Vec<_> = (0..few).map(|_| extension(random)).collect();
    ip.packet(&extensions, &payload)
}

/// A packet of one of the few flows that most packets are about, so that flows go on.
fn busy(random: &mut Random, interface: &Interface, direction: Direction, v6: bool) -> Vec<u8> {
    let own = interface.addresses.iter().copied().find(|address| address.is_ipv6() == v6);
    let (local, peer) = (own.unwrap_or(universe::friend(v6)), universe::friend(v6));
    let inward = direction == Direction::Ingress;
    let (src, dst) = if inward { (peer, local) } else { (local, peer) };
    let ports = if inward { (1024, 80) } else { (80, 1024) };
    let (query, answer) = if v6 { (128, 129) } else { (8, 0) };
    let (protocol, payload) = match random.below(5) {
        0 => (6, frames::segment(ports, (random.word(), 0), random.pick(&[tcp::SYN, tcp::ACK]), 8)),
        1 | 2 => (17, frames::datagram(ports, 24)),
        3 => (if v6 { 58 } else { 1 }, frames::message(random.pick(&[query, answer]), 0, 1, &[0; 16])),
        _ => (47, vec![0; 32]),
    };
    let places = [(7, 0, true), (7, 0, true), (7, 16, true), (7, 32, true), (7, 64, false)];
    let fragment = random.chance(40).then(|| random.pick(&places));
    let ip = Ip::new(src, dst, protocol);
    let options = Extension::Destination(1);
    match (fragment, random.below(4)) {
        // Options behind the fragment header are part of the fragmented datagram.
        (Some((id, offset, more)), 0) if v6 => {
            ip.packet(&[options, Extension::Fragment { id, offset, more }, options], &payload)
        }
        (_, 1) => Ip { fragment, ..ip }.packet(&[options], &payload),
        _ => Ip { fragment, ..ip }.packet(&[], &payload),
    }
}

/// Source and destination: mostly one of the interface's own addresses, and a peer.
pub(crate) fn ends(random: &mut Random, interface: &Interface, direction: Direction, v6: bool) -> (IpAddr, IpAddr) {
    let own: Vec<_> = interface.addresses.iter().copied().filter(|address| address.is_ipv6() == v6).collect();
    let stranger = own.is_empty() || random.chance(10);
    let local = if stranger { universe::address(random, v6) } else { random.pick(&own) };
    let peer = match random.below(100) {
        0 if v6 => universe::mapped(),
        0..40 => universe::friend(v6),
        _ => universe::address(random, v6),
    };
    match direction {
        Direction::Ingress => (peer, local),
        Direction::Egress => (local, peer),
    }
}

/// A protocol and its bytes.
fn payload(random: &mut Random, src: IpAddr, dst: IpAddr) -> (u8, Vec<u8>) {
    let v6 = src.is_ipv6();
    let icmp = if v6 { 58 } else { 1 };
    match random.below(20) {
        0..=7 => (6, segment(random)),
        8..=12 => (17, frames::datagram(ports(random), random.pick(&[0, 4, 16, 24]))),
        13..=15 => {
            let body = vec![b'x'; random.pick(&[0, 8, 24])];
            let kind = if random.chance(40) { random.pick(&[8, 0, 128, 129]) } else { random.pick(&TYPES) };
            (icmp, frames::message(kind, random.pick(&CODES), random.pick(&[1, 2]), &body))
        }
        16 | 17 => (icmp, error(random, src, dst)),
        18 => (random.pick(&PROTOCOLS), vec![b'x'; random.pick(&[0, 8, 24, 48])]),
        _ => (random.byte(), vec![random.byte(); random.pick(&[1, 8, 40])]),
    }
}

fn segment(random: &mut Random) -> Vec<u8> {
    const USUAL: [u8; 8] = [
        tcp::SYN,
        tcp::SYN,
        tcp::SYN,
        tcp::SYN | tcp::ACK,
        tcp::ACK,
        tcp::ACK | tcp::PSH,
        tcp::FIN | tcp::ACK,
        tcp::RST,
    ];
    let flags = if random.chance(85) { random.pick(&USUAL) } else { random.byte() };
    frames::segment(ports(random), (random.word(), random.word()), flags, random.pick(&[0, 4, 12, 100]))
}

fn ports(random: &mut Random) -> (u16, u16) {
    match random.below(4) {
        0 => (1024, 80),
        1 => (80, 1024),
        _ => (random.pick(&PORTS), random.pick(&PORTS)),
    }
}

/// An ICMP error that quotes a packet the receiver may have sent, or another one.
fn error(random: &mut Random, src: IpAddr, dst: IpAddr) -> Vec<u8> {
    let v6 = src.is_ipv6();
    let sender = if random.chance(80) { src } else { universe::address(random, v6) };
    let inner = match random.below(4) {
        0 => (6, segment(random)),
        1 => (17, frames::datagram(ports(random), 16)),
        2 => {
            (if v6 { 58 } else { 1 }, frames::message(random.pick(&[8, 0, 128, 129, 3]), 0, random.pick(&[1, 2]), b""))
        }
        _ => (random.pick(&PROTOCOLS), vec![b'x'; 16]),
    };
    let mut quoted = Ip::new(dst, sender, inner.0).packet(&[], &inner.1);
    if random.chance(20) {
        quoted.truncate(random.below(quoted.len()));
    }
    let kind = if v6 { random.pick(&[1, 2, 3, 4]) } else { random.pick(&[3, 4, 11, 12]) };
    frames::message(kind, random.pick(&CODES), 0, &quoted)
}

/// An extension header.
pub(crate) fn extension(random: &mut Random) -> Extension {
    match random.below(9) {
        0 | 1 => Extension::HopByHop,
        2..=4 => Extension::Destination(random.pick(&[0, 0, 1, 5])),
        5 => Extension::Routing(random.pick(&[0, 2, 3, 4])),
        6 => {
            let (offset, more) = random.pick(&[(0, false), (0, false), (0, true), (32, true), (64, false)]);
            Extension::Fragment { id: random.pick(&[7, 0x10007]), offset, more }
        }
        _ => Extension::Authentication,
    }
}
