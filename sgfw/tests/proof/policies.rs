//! Random policies: groups that name each other, nested blocks, prefix lists, several interfaces and members.

use super::random::Random;
use super::universe::{self, CODES, PORTS, PROTOCOLS, TYPES};
use sgfw::model::{
    Device, Group, Hook, IcmpErrors, IcmpMatch, Interface, Link, Member, NeverFiltered, Origin, Peer, PortRange,
    PrefixList, PrefixListEntry, Rule, Side, Snapshot, Timeouts, Traffic,
};
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

const GROUPS: [&str; 5] = ["default", "web", "db", "bastion", "odd"];
const LISTS: [&str; 2] = ["office", "world"];

/// A policy with at least one interface.
pub(crate) fn policy(random: &mut Random) -> Snapshot {
    let groups = GROUPS.iter().map(|name| ((*name).to_owned(), group(random, name)));
    let groups: BTreeMap<_, _> = groups.collect();
    let prefix_lists = LISTS.iter().map(|name| ((*name).to_owned(), list(random, name))).collect();
    let interfaces = (0..1 + random.below(3)).map(|number| interface(random, format!("eth{number}")));
    let interfaces = interfaces.map(|interface| (interface.name.clone(), interface)).collect();
    let members = (0..random.below(5)).map(|number| member(random, format!("host{number}")));
    let members = members.map(|member| (member.name.clone(), member)).collect();
    Snapshot { groups, prefix_lists, interfaces, members }
}

/// Everything may come in and go out, on an access port, a trunk and a device without a link layer.
pub(crate) fn open_to_all() -> Snapshot {
    let everything = Group::new("open").egress;
    let group = Group { ingress: everything, ..Group::new("open") };
    let plain = Interface {
        source_check: false,
        trunk: false,
        ethertypes: BTreeSet::new(),
        link: Link::Ethernet,
        groups: BTreeSet::from(["open".to_owned()]),
        never_filtered: NeverFiltered::default(),
        ..interface(&mut Random::new(0), String::new())
    };
    let named = |name: &str, interface: Interface| {
        (name.to_owned(), Interface { name: name.into(), device: Device::Named(name.into()), ..interface })
    };
    let interfaces = BTreeMap::from([
        named("access", plain.clone()),
        named("trunk", Interface { trunk: true, side: Side::Port, ..plain.clone() }),
        named("bare", Interface { link: Link::Bare, ..plain }),
    ]);
    Snapshot { groups: BTreeMap::from([("open".into(), group)]), interfaces, ..Snapshot::default() }
}

/// A policy under which conversations get somewhere: on top of the random rules, often a rule that allows much
/// in one direction, and to so many that it is tracked.
pub(crate) fn conversation(random: &mut Random) -> Snapshot {
    let mut policy = policy(random);
    for group in policy.groups.values_mut() {
        if random.chance(40) {
            group.ingress.extend(broad(random));
        }
        if random.chance(40) {
            group.egress.extend(broad(random));
        }
        *group = group.clone().canonical();
    }
    for interface in policy.interfaces.values_mut() {
        interface.source_check &= random.chance(30);
    }
    policy
}

/// The same interfaces under other rules.
pub(crate) fn changed(random: &mut Random, policy: &Snapshot) -> Snapshot {
    let mut other = conversation(random);
    other.interfaces.clone_from(&policy.interfaces);
    for interface in other.interfaces.values_mut() {
        interface.groups = groups(random);
        interface.timeouts = timeouts(random);
    }
    other
}

fn broad(random: &mut Random) -> Vec<Rule> {
    let traffic = match random.below(3) {
        0 => Traffic::All,
        1 => Traffic::Tcp(random.pick(&[range(22, 22), range(80, 80), PortRange::ALL])),
        _ => traffic(random),
    };
    let to = |block: &str| Rule {
        traffic,
        peer: Peer::Cidr(block.parse().unwrap()),
        description: None,
        origin: Origin::default(),
    };
    vec![to("10.0.0.0/8"), to("2001:db8::/32")]
}

fn group(random: &mut Random, name: &str) -> Group {
    let mut group = match random.below(4) {
        0 => Group::default_group(),
        1 => Group::new(name),
        _ => Group { egress: Vec::new(), ..Group::new(name) },
    };
    name.clone_into(&mut group.name);
    for _ in 0..random.below(5) {
        group.ingress.extend(rules(random));
    }
    for _ in 0..random.below(4) {
        group.egress.extend(rules(random));
    }
    group.canonical()
}

/// One rule, or two that say "all ports" in two halves.
fn rules(random: &mut Random) -> Vec<Rule> {
    let peer = peer(random);
    let rule = |traffic| Rule { traffic, peer: peer.clone(), description: None, origin: Origin::default() };
    if random.chance(8) {
        let wrap = random.pick(&[Traffic::Tcp as fn(PortRange) -> Traffic, Traffic::Udp]);
        return [(0, 1023), (random.pick(&[1023, 1024, 1025]), 65535)].map(|(a, b)| rule(wrap(range(a, b)))).into();
    }
    vec![rule(traffic(random))]
}

fn traffic(random: &mut Random) -> Traffic {
    match random.below(12) {
        0 => Traffic::All,
        1..=4 => Traffic::Tcp(ports(random)),
        5 | 6 => Traffic::Udp(ports(random)),
        7 | 8 => Traffic::Icmp(icmp(random)),
        9 | 10 => Traffic::Icmpv6(icmp(random)),
        _ => Traffic::Protocol(random.pick(&PROTOCOLS)),
    }
}

fn ports(random: &mut Random) -> PortRange {
    if random.chance(20) {
        return PortRange::ALL;
    }
    let (a, b) = (random.pick(&PORTS), random.pick(&PORTS));
    if random.chance(50) { range(a, a) } else { range(a.min(b), a.max(b)) }
}

fn range(first: u16, last: u16) -> PortRange {
    PortRange::new(first, last).unwrap()
}

fn icmp(random: &mut Random) -> IcmpMatch {
    let kind = random.chance(70).then(|| random.pick(&TYPES));
    let code = (kind.is_some() && random.chance(40)).then(|| random.pick(&CODES));
    IcmpMatch::new(kind, code).unwrap()
}

fn peer(random: &mut Random) -> Peer {
    match random.below(10) {
        0..=5 => Peer::Cidr(universe::block(random)),
        6..=8 => Peer::Group(random.pick(&GROUPS).into()),
        _ => Peer::PrefixList(random.pick(&LISTS).into()),
    }
}

fn list(random: &mut Random, name: &str) -> PrefixList {
    let blocks: BTreeSet<_> = (0..random.below(5)).map(|_| universe::block(random)).collect();
    let entries = blocks.into_iter().map(|block| PrefixListEntry { block, description: None }).collect();
    PrefixList { name: name.into(), id: None, entries }
}

fn groups(random: &mut Random) -> BTreeSet<String> {
    (0..1 + random.below(3)).map(|_| random.pick(&GROUPS).to_owned()).collect()
}

fn member(random: &mut Random, name: String) -> Member {
    let addresses = (0..1 + random.below(3)).map(|_| universe::address(random, random.clone().chance(45)));
    Member { name, addresses: addresses.collect(), groups: groups(random) }
}

fn interface(random: &mut Random, name: String) -> Interface {
    let addresses: BTreeSet<IpAddr> =
        (0..1 + random.below(4)).map(|_| universe::local(random, random.clone().chance(45))).collect();
    Interface {
        device: Device::Named(name.clone()),
        name,
        netns: None,
        side: random.pick(&[Side::Host, Side::Port]),
        addresses,
        groups: groups(random),
        hook: Hook::Auto,
        source_check: random.chance(50),
        trunk: random.chance(25),
        timeouts: timeouts(random),
        never_filtered: never_filtered(random),
        icmp_errors: if random.chance(80) { IcmpErrors::Related } else { IcmpErrors::Strict },
        ethertypes: (0..random.below(4)).map(|_| random.pick(&[0x0806, 0x0842, 0x88cc, 0x8863, 0x0040])).collect(),
        link: if random.chance(10) { Link::Bare } else { Link::Ethernet },
    }
}

fn timeouts(random: &mut Random) -> Timeouts {
    Timeouts {
        tcp_established: random.pick(&[60, 61, 350, 700, 432_000]),
        udp: random.pick(&[30, 45, 60]),
        udp_stream: random.pick(&[60, 120, 180]),
    }
}

fn never_filtered(random: &mut Random) -> NeverFiltered {
    let mut on = || random.chance(75);
    NeverFiltered { arp: on(), neighbour_discovery: on(), dhcp: on(), multicast_control: on() }
}
