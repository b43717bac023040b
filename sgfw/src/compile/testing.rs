//! Policies as text, and frames, for the tests of the rooms that compile and plan.

use crate::model::{
    Direction, Group, IcmpMatch, Interface, Member, Origin, Peer, PortRange, PrefixList, PrefixListEntry, Rule,
    Snapshot, Traffic,
};
use etherparse::PacketBuilder;
use std::collections::BTreeMap;
use std::net::IpAddr;

/// A policy of lines: `group NAME`, then its rules `ingress|egress TRAFFIC PEER`; `list NAME BLOCK...`;
/// `interface NAME GROUPS ADDRESSES`; `member NAME GROUPS ADDRESSES`. Nothing is allowed by default.
pub(crate) fn policy(text: &str) -> Snapshot {
    let mut snapshot = Snapshot::default();
    let mut group = String::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words[0] {
            "group" => {
                group = words[1].into();
                snapshot.groups.insert(group.clone(), Group { egress: Vec::new(), ..Group::new(words[1]) });
            }
            "ingress" => snapshot.groups.get_mut(&group).unwrap().ingress.push(rule(&words[1..])),
            "egress" => snapshot.groups.get_mut(&group).unwrap().egress.push(rule(&words[1..])),
            "list" => drop(snapshot.prefix_lists.insert(words[1].into(), list(words[1], &words[2..]))),
            "interface" => {
                drop(snapshot.interfaces.insert(words[1].into(), interface(words[1], words[2], &words[3..])))
            }
            "member" => {
                let (groups, addresses) = (names(words[2]), addresses(&words[3..]));
                snapshot.members.insert(words[1].into(), Member { name: words[1].into(), addresses, groups });
            }
            other => panic!("{other}"),
        }
    }
    snapshot.groups = snapshot.groups.into_iter().map(|(name, group)| (name, group.canonical())).collect();
    snapshot
}

/// `tcp 80 10.0.0.0/8`, `udp 1-5 group:web`, `icmp 8.0 list:x`, `icmpv6 all ::/0`, `proto 47 ..`, `all ..`.
pub(crate) fn rule(words: &[&str]) -> Rule {
    let (traffic, peer) = match words {
        ["all", peer] => (Traffic::All, peer),
        ["tcp", what, peer] => (Traffic::Tcp(ports(what)), peer),
        ["udp", what, peer] => (Traffic::Udp(ports(what)), peer),
        ["icmp", what, peer] => (Traffic::Icmp(icmp(what)), peer),
        ["icmpv6", what, peer] => (Traffic::Icmpv6(icmp(what)), peer),
        ["proto", number, peer] => (Traffic::Protocol(number.parse().unwrap()), peer),
        other => panic!("{other:?}"),
    };
    let peer = match peer.split_once(':') {
        Some(("group", name)) => Peer::Group(name.into()),
        Some(("list", name)) => Peer::PrefixList(name.into()),
        _ => Peer::Cidr(peer.parse().unwrap()),
    };
    Rule { traffic, peer, description: None, origin: Origin::default() }
}

fn ports(text: &str) -> PortRange {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    if text == "all" { PortRange::ALL } else { PortRange::new(first.parse().unwrap(), last.parse().unwrap()).unwrap() }
}

fn icmp(text: &str) -> IcmpMatch {
    let (kind, code) = text.split_once('.').map_or((text, None), |(kind, code)| (kind, code.parse().ok()));
    IcmpMatch::new(kind.parse().ok(), code).unwrap()
}

fn list(name: &str, blocks: &[&str]) -> PrefixList {
    let entries = blocks.iter().map(|block| PrefixListEntry { block: block.parse().unwrap(), description: None });
    PrefixList { name: name.into(), id: None, entries: entries.collect() }
}

fn interface(name: &str, groups: &str, words: &[&str]) -> Interface {
    Interface {
        name: name.into(),
        device: crate::model::Device::Named(name.into()),
        netns: None,
        side: crate::model::Side::Host,
        addresses: addresses(words),
        groups: names(groups),
        hook: crate::model::Hook::Auto,
        source_check: false,
        trunk: false,
        timeouts: crate::model::Timeouts::default(),
        never_filtered: crate::model::NeverFiltered::default(),
        icmp_errors: crate::model::IcmpErrors::Related,
        ethertypes: [].into(),
        link: crate::model::Link::Ethernet,
    }
}

fn names(text: &str) -> std::collections::BTreeSet<String> {
    text.split(',').map(String::from).collect()
}

fn addresses(words: &[&str]) -> std::collections::BTreeSet<IpAddr> {
    words.iter().map(|word| word.parse().unwrap()).collect()
}

/// A whole Ethernet frame that opens a flow: a SYN, a datagram, an echo request or a bare IP packet.
pub(crate) fn frame(protocol: &str, src: IpAddr, dst: IpAddr, port: u16) -> Vec<u8> {
    let builder = PacketBuilder::ethernet2([2; 6], [4; 6]);
    let builder = match (src, dst) {
        (IpAddr::V4(src), IpAddr::V4(dst)) => builder.ipv4(src.octets(), dst.octets(), 64),
        (IpAddr::V6(src), IpAddr::V6(dst)) => builder.ipv6(src.octets(), dst.octets(), 64),
        mixed => panic!("{mixed:?}"),
    };
    let mut bytes = Vec::new();
    match protocol {
        "tcp" => builder.tcp(40000, port, 7, 1024).syn().write(&mut bytes, b"").unwrap(),
        "udp" => builder.udp(40000, port).write(&mut bytes, b"hello").unwrap(),
        "icmp" if src.is_ipv4() => builder.icmpv4_echo_request(9, 1).write(&mut bytes, b"ping").unwrap(),
        "icmp" => builder.icmpv6_echo_request(9, 1).write(&mut bytes, b"ping").unwrap(),
        number => {
            let number: u8 = number.parse().unwrap();
            builder.write(&mut bytes, etherparse::IpNumber(number), b"payload").unwrap();
        }
    }
    bytes
}

/// Random numbers that are the same in every run: xorshift64*.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize % limit
    }

    pub(crate) fn pick<'a, T: ?Sized>(&mut self, of: &[&'a T]) -> &'a T {
        of[self.below(of.len())]
    }

    /// A policy over few groups, blocks and ports, so that they overlap.
    pub(crate) fn policy(&mut self) -> Snapshot {
        let groups = ["a", "b", "c", "d"];
        let mut text = String::new();
        for group in &groups[..1 + self.below(4)] {
            text += &format!("group {group}\n");
            for _ in 0..self.below(9) {
                let way = self.pick(&["ingress", "egress"]);
                text += &format!("{way} {} {}\n", self.pick(&TRAFFIC), self.pick(&PEERS));
            }
        }
        text +=
            &format!("list x {} {}\nlist y 0.0.0.0/0 10.3.0.0/16\n", self.pick(&PEERS[..7]), self.pick(&PEERS[..7]));
        for name in &["eth0", "eth1", "eth2"][..1 + self.below(3)] {
            text += &format!("interface {name} {} {}\n", self.groups(), self.pick(&["10.0.0.1 fd00::1", "10.1.0.1"]));
        }
        for address in ADDRESSES {
            if self.below(3) == 0 {
                text += &format!("member m{address} {} {address}\n", self.groups());
            }
        }
        policy(&text)
    }

    fn groups(&mut self) -> &'static str {
        self.pick(&["a", "b", "a,b", "b,c", "a,b,c,d", "d"])
    }
}

pub(crate) const TRAFFIC: [&str; 13] = [
    "all",
    "tcp 80",
    "tcp 80-90",
    "tcp all",
    "tcp 443",
    "udp 53",
    "udp all",
    "icmp 8.0",
    "icmp all",
    "icmpv6 128.0",
    "proto 47",
    "tcp 85-100",
    "proto 255",
];

pub(crate) const PEERS: [&str; 13] = [
    "0.0.0.0/0",
    "::/0",
    "10.0.0.0/8",
    "10.1.0.0/16",
    "10.1.2.3/32",
    "fd00::/16",
    "fd00::5/128",
    "group:a",
    "group:b",
    "group:c",
    "list:x",
    "list:y",
    "group:nobody",
];

/// Addresses in and around the blocks of [`Random::policy`].
pub(crate) const ADDRESSES: [&str; 8] =
    ["10.1.2.3", "10.1.2.4", "10.2.0.1", "10.3.1.1", "11.0.0.1", "fd00::5", "fd00::6", "fe00::1"];

/// What a probe tries, with a port where there is one.
pub(crate) const PROBES: [(&str, u16); 10] = [
    ("tcp", 80),
    ("tcp", 87),
    ("tcp", 95),
    ("tcp", 443),
    ("tcp", 444),
    ("udp", 53),
    ("udp", 54),
    ("icmp", 0),
    ("47", 0),
    ("255", 0),
];

/// Whether any rule of these groups, read one by one, allows a probe.
pub(crate) fn naive(
    snapshot: &Snapshot,
    interface: &Interface,
    direction: Direction,
    remote: IpAddr,
    probe: (&str, u16),
) -> bool {
    let groups_of: BTreeMap<IpAddr, Vec<&String>> = {
        let here = snapshot.interfaces.values().map(|it| (&it.addresses, &it.groups));
        let mut of: BTreeMap<IpAddr, Vec<&String>> = BTreeMap::new();
        for (addresses, groups) in here.chain(snapshot.members.values().map(|it| (&it.addresses, &it.groups))) {
            addresses.iter().for_each(|address| of.entry(*address).or_default().extend(groups));
        }
        of
    };
    let matches_peer = |peer: &Peer| match peer {
        Peer::Cidr(block) => block.contains(&remote),
        Peer::Group(name) => groups_of.get(&remote).is_some_and(|groups| groups.contains(&name)),
        Peer::PrefixList(name) => snapshot.prefix_lists[name].entries.iter().any(|entry| entry.block.contains(&remote)),
    };
    let echo = if remote.is_ipv4() { 8 } else { 128 };
    let matches_icmp = |what: &IcmpMatch| what.kind().is_none_or(|k| k == echo) && what.code().is_none_or(|c| c == 0);
    let matches_traffic = |traffic: &Traffic| match (traffic, probe.0) {
        (Traffic::All, _) => true,
        (Traffic::Tcp(ports), "tcp") | (Traffic::Udp(ports), "udp") => ports.contains(probe.1),
        (Traffic::Icmp(what), "icmp") => remote.is_ipv4() && matches_icmp(what),
        (Traffic::Icmpv6(what), "icmp") => remote.is_ipv6() && matches_icmp(what),
        (Traffic::Protocol(number), other) => other.parse() == Ok(*number),
        _ => false,
    };
    interface
        .groups
        .iter()
        .filter_map(|name| snapshot.groups.get(name))
        .flat_map(|group| group.rules(direction))
        .any(|rule| matches_peer(&rule.peer) && matches_traffic(&rule.traffic))
}
