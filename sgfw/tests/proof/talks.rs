//! Conversations: packets of a few flows in both directions, honest and forged, as endpoints and others send them.

use super::frames::{self, Extension, Ip, tcp};
use super::random::Random;
use super::universe;
use sgfw::model::{Direction, Interface, Link};
use std::net::IpAddr;

/// One pair of addresses and what they talk.
#[derive(Clone, Debug)]
pub(crate) struct Talk {
    local: IpAddr,
    remote: IpAddr,
    kind: Kind,
}

#[derive(Clone, Debug)]
enum Kind {
    /// TCP: local and remote port, and the next sequence number of each side (ingress, egress).
    Tcp((u16, u16), [u32; 2]),
    Udp((u16, u16)),
    /// ICMP queries of this type.
    Query(u8),
    Other(u8),
}

/// A frame and its direction.
pub(crate) type Sent = (Direction, Vec<u8>);

impl Talk {
    /// A conversation of the interface, with one of two peers and on one of two pairs of ports.
    pub(crate) fn new(random: &mut Random, interface: &Interface) -> Self {
        let local = *interface.addresses.iter().nth(random.below(interface.addresses.len())).unwrap();
        let v6 = local.is_ipv6();
        let remote = if random.chance(60) { universe::friend(v6) } else { universe::address(random, v6) };
        let ports = (random.pick(&[22, 80]), random.pick(&[1024, 8080]));
        let ports = if random.chance(50) { ports } else { (ports.1, ports.0) };
        let kind = match random.below(10) {
            0..=4 => Kind::Tcp(ports, [random.word(), random.word()]),
            5 | 6 => Kind::Udp(ports),
            7 | 8 => Kind::Query(if v6 { 128 } else { random.pick(&[8, 8, 13, 17]) }),
            _ => Kind::Other(random.pick(&[47, 50, 132])),
        };
        Self { local, remote, kind }
    }

    /// What is sent next: one packet, or several that belong together.
    pub(crate) fn next(&mut self, random: &mut Random, link: Link) -> Vec<Sent> {
        let direction = random.pick(&[Direction::Ingress, Direction::Egress]);
        let packets = match (random.below(12), &self.kind) {
            (0, _) => vec![(direction, self.error(random, direction))],
            (1, _) => self.fragments(random, direction),
            (2..=4, Kind::Tcp(..)) => self.handshake(random, direction),
            _ => vec![(direction, self.one(random, direction))],
        };
        packets.into_iter().map(|(direction, packet)| (direction, framed(link, &packet))).collect()
    }

    /// SYN, SYN-ACK, ACK; it may break off.
    fn handshake(&mut self, random: &mut Random, direction: Direction) -> Vec<Sent> {
        let data = random.pick(&[0, 0, 0, 100]);
        let Kind::Tcp(_, next) = &mut self.kind else { return Vec::new() };
        *next = [random.word(), random.word()];
        let syn = self.segment(direction, tcp::SYN, data);
        let answer = self.segment(direction.other(), tcp::SYN | tcp::ACK, 0);
        let proof = self.segment(direction, tcp::ACK, random.pick(&[0, 7]));
        let mut all = vec![(direction, syn), (direction.other(), answer), (direction, proof)];
        all.truncate(random.pick(&[1, 2, 3, 3, 3, 3]));
        all
    }

    fn one(&mut self, random: &mut Random, direction: Direction) -> Vec<u8> {
        match self.kind {
            Kind::Tcp(..) => self.tcp(random, direction),
            Kind::Udp(ports) => self.ip(direction, 17, &frames::datagram(turned(direction, ports), 8)),
            Kind::Query(query) => {
                let answer = if query == 8 { 0 } else { query + 1 };
                let message = frames::message(random.pick(&[query, answer]), 0, random.pick(&[1, 1, 2]), b"");
                self.icmp(direction, &message)
            }
            Kind::Other(number) => self.ip(direction, number, &[0; 16]),
        }
    }

    fn tcp(&mut self, random: &mut Random, direction: Direction) -> Vec<u8> {
        match random.below(12) {
            0..=3 => self.segment(direction, tcp::ACK | tcp::PSH, random.pick(&[0, 1, 500])),
            4 | 5 => self.segment(direction, tcp::FIN | tcp::ACK, random.pick(&[0, 3])),
            6 => self.segment(direction, tcp::RST, 0),
            7 => self.segment(direction, tcp::RST | tcp::ACK, 0),
            8 => self.segment(direction, tcp::SYN, 0),
            9 => self.segment(direction, tcp::SYN | tcp::ACK, 0),
            _ => self.forged(random, direction),
        }
    }

    /// A segment that goes on where this side stands; the other side's number is acknowledged.
    fn segment(&mut self, direction: Direction, flags: u8, payload: usize) -> Vec<u8> {
        let Kind::Tcp(ports, next) = &mut self.kind else { return Vec::new() };
        let (own, other) = (place(direction), place(direction.other()));
        let bytes = frames::segment(turned(direction, *ports), (next[own], next[other]), flags, payload);
        let counted = u32::try_from(payload).unwrap() + u32::from(flags & (tcp::SYN | tcp::FIN) != 0);
        next[own] = next[own].wrapping_add(counted);
        self.ip(direction, 6, &bytes)
    }

    /// A segment of somebody who knows the ports, and of the numbers as much as luck gives.
    fn forged(&self, random: &mut Random, direction: Direction) -> Vec<u8> {
        let Kind::Tcp(ports, next) = &self.kind else { return Vec::new() };
        let near = |random: &mut Random, number: u32| match random.below(3) {
            0 => random.word(),
            1 => number.wrapping_add(random.pick(&[1, 2, u32::MAX, 0x7fff_fffe, 0x7fff_ffff, 0x8000_0000])),
            _ => number.wrapping_sub(random.pick(&[1, 99, 0xfffe, 0xffff, 0x1_0000])),
        };
        let numbers = (near(random, next[place(direction)]), near(random, next[place(direction.other())]));
        let flags = random.pick(&[tcp::SYN, tcp::SYN | tcp::ACK, tcp::ACK, tcp::ACK, tcp::RST, tcp::FIN | tcp::ACK]);
        self.ip(direction, 6, &frames::segment(turned(direction, *ports), numbers, flags, random.pick(&[0, 10])))
    }

    /// Fragments of one datagram, in order or not, whole or not.
    fn fragments(&mut self, random: &mut Random, direction: Direction) -> Vec<Sent> {
        let (protocol, bytes) = match self.kind {
            Kind::Tcp(ports, next) => (6, frames::segment(turned(direction, ports), (next[0], 0), tcp::SYN, 28)),
            Kind::Udp(ports) => (17, frames::datagram(turned(direction, ports), 40)),
            Kind::Query(query) => (if self.local.is_ipv6() { 58 } else { 1 }, frames::message(query, 0, 1, &[0; 40])),
            Kind::Other(number) => (number, vec![0; 48]),
        };
        let id = random.pick(&[7, 8]);
        let mut places = vec![(0, true), (48, true), (96, false), (40, false)];
        places.rotate_left(random.pick(&[0, 0, 0, 1, 2]));
        places.truncate(1 + random.below(4));
        let ip = |(offset, more)| Ip { fragment: Some((id, offset, more)), ..self.header(direction, protocol) };
        places.into_iter().map(|place| (direction, ip(place).packet(&[], &bytes))).collect()
    }

    /// An ICMP error about a packet that went the other way.
    fn error(&mut self, random: &mut Random, direction: Direction) -> Vec<u8> {
        let v6 = self.local.is_ipv6();
        let mut quoted = if v6 && random.chance(30) {
            self.quoted_with_headers(random, direction.other())
        } else {
            self.clone().one(random, direction.other())
        };
        if random.chance(30) {
            quoted.truncate(random.pick(&[19, 20, 27, 28, 39, 40, 47, 48, 55, 56]));
        }
        let kind = if v6 { random.pick(&[1, 2, 3, 4]) } else { random.pick(&[3, 3, 11, 12]) };
        let message = frames::message(kind, random.pick(&[0, 4]), 0, &quoted);
        if random.chance(50) {
            return self.icmp(direction, &message);
        }
        // A router in between says it.
        let router = universe::address(random, v6);
        let Ip { src, dst, .. } = self.header(direction, 0);
        let (src, dst) = if direction == Direction::Ingress { (router, dst) } else { (src, router) };
        Ip::new(src, dst, if v6 { 58 } else { 1 }).packet(&[], &message)
    }

    /// A packet with extension headers, perhaps the first fragment of a datagram.
    fn quoted_with_headers(&self, random: &mut Random, direction: Direction) -> Vec<u8> {
        let (protocol, bytes) = match self.kind {
            Kind::Tcp(ports, _) => (6, frames::segment(turned(direction, ports), (1, 2), tcp::ACK, 0)),
            Kind::Udp(ports) => (17, frames::datagram(turned(direction, ports), 5)),
            Kind::Query(query) => (58, frames::message(query, 0, 1, b"")),
            Kind::Other(number) => (number, vec![0; 9]),
        };
        let fragment = random.pick(&[None, Some((7, 0, true)), Some((7, 0, false)), Some((7, 8, true))]);
        let options = [Extension::Destination(0), Extension::Authentication];
        Ip { fragment, ..self.header(direction, protocol) }.packet(&options[..random.below(3)], &bytes)
    }

    fn icmp(&self, direction: Direction, message: &[u8]) -> Vec<u8> {
        self.ip(direction, if self.local.is_ipv6() { 58 } else { 1 }, message)
    }

    fn ip(&self, direction: Direction, protocol: u8, payload: &[u8]) -> Vec<u8> {
        self.header(direction, protocol).packet(&[], payload)
    }

    fn header(&self, direction: Direction, protocol: u8) -> Ip {
        let (src, dst) = turned(direction, (self.local, self.remote));
        Ip::new(src, dst, protocol)
    }
}

/// Local and remote as source and destination.
fn turned<T>(direction: Direction, (local, remote): (T, T)) -> (T, T) {
    match direction {
        Direction::Ingress => (remote, local),
        Direction::Egress => (local, remote),
    }
}

fn place(direction: Direction) -> usize {
    usize::from(direction == Direction::Egress)
}

fn framed(link: Link, packet: &[u8]) -> Vec<u8> {
    match link {
        Link::Ethernet => frames::ethernet(&[], frames::kind(packet), packet),
        Link::Bare => packet.to_vec(),
    }
}
