//! A universe so small that all of it can be tried, and random policies in it.

use super::proof::random::Random;
use ipnet::IpNet;
use sgfw::analyse::{Family, number_of};
use sgfw::model::{
    Direction, Group, IcmpMatch, Interface, Member, Origin, Peer, PortRange, PrefixList, PrefixListEntry, Rule, Side,
    Snapshot, Traffic,
};
use sgfw::reference::What;
use sgfw::reference::judge::matching;
use std::collections::BTreeSet;
use std::net::IpAddr;

/// Every address that anybody has.
pub(crate) const ADDRESSES: [&str; 9] = [
    "10.0.0.1",
    "10.0.0.2",
    "10.0.0.3",
    "10.0.1.0",
    "255.255.255.255",
    "fd00::1",
    "fd00::2",
    "fd00:0:0:1::",
    "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
];
const BLOCKS: [&str; 10] = [
    "0.0.0.0/0",
    "10.0.0.0/30",
    "10.0.0.2/31",
    "10.0.0.0/23",
    "128.0.0.0/1",
    "::/0",
    "fd00::/64",
    "fd00::2/127",
    "fd00::/63",
    "8000::/1",
];
/// Ports at which ranges begin and end.
const EDGES: [u16; 4] = [0, 80, 443, 65535];
/// Those, and what lies between them.
pub(crate) const PORTS: [u16; 7] = [0, 1, 80, 81, 443, 444, 65535];
const TYPES: [u8; 3] = [0, 8, 128];
const GROUPS: [&str; 4] = ["a", "b", "c", "default"];
const INTERFACES: [&str; 3] = ["eth0", "eth1", "eth2"];

/// Addresses that nobody ever has: one in every part that the blocks cut.
pub(crate) const STRANGERS: [&str; 10] = [
    "10.0.0.0",
    "10.0.0.200",
    "11.0.0.1",
    "200.0.0.1",
    "fd00::3",
    "fd00::99",
    "fd00:0:0:1::99",
    "2001:db8::1",
    "9000::1",
    "fe00::1",
];
/// A type that no rule names.
const OTHER_TYPE: u8 = 77;

/// All that can be asked for.
pub(crate) fn questions() -> Vec<What> {
    let ports = PORTS.iter().flat_map(|port| [What::Tcp(*port), What::Udp(*port)]);
    let messages = TYPES.iter().chain(&[OTHER_TYPE]).flat_map(|kind| {
        [0, 1].into_iter().flat_map(|code| [What::Icmp { kind: *kind, code }, What::Icmpv6 { kind: *kind, code }])
    });
    ports.chain(messages).chain([47, 0, 255, 99].map(What::Other)).collect()
}

/// Every address as a value.
pub(crate) fn addresses() -> Vec<IpAddr> {
    ADDRESSES.iter().map(|text| text.parse().unwrap()).collect()
}

/// Whether a packet with this peer can ask for it at all.
pub(crate) fn is_possible(peer: IpAddr, what: What) -> bool {
    match what {
        What::Icmp { .. } => peer.is_ipv4(),
        What::Icmpv6 { .. } => peer.is_ipv6(),
        _ => true,
    }
}

/// Whether the interface may use this address as a source in this direction.
pub(crate) fn may_use(interface: &Interface, direction: Direction, own: IpAddr) -> bool {
    direction == Direction::Ingress || !interface.source_check || interface.addresses.contains(&own)
}

/// The reference's word: is there a rule for it?
pub(crate) fn allows(snapshot: &Snapshot, it: &Interface, direction: Direction, peer: IpAddr, what: What) -> bool {
    !matching(snapshot, it, direction, peer, what).is_empty()
}

/// All that can be asked of every peer: as a value and as a number.
pub(crate) fn asked() -> impl Iterator<Item = (IpAddr, What, u128)> {
    addresses().into_iter().flat_map(|peer| {
        let asked = questions().into_iter().filter(move |what| is_possible(peer, *what));
        asked.map(move |what| (peer, what, number_of(what)))
    })
}

/// Every address of the other one's family.
pub(crate) fn of_family(other: IpAddr) -> impl Iterator<Item = IpAddr> {
    addresses().into_iter().filter(move |own| Family::of(*own) == Family::of(other))
}

/// A policy of this universe.
pub(crate) fn policy(random: &mut Random) -> Snapshot {
    let mut snapshot = Snapshot::default();
    for name in GROUPS {
        snapshot.groups.insert(name.into(), group(random, name));
    }
    let blocks: BTreeSet<IpNet> = (0..random.below(4)).map(|_| block(random)).collect();
    let entries = blocks.into_iter().map(|block| PrefixListEntry { block, description: None }).collect();
    snapshot.prefix_lists.insert("list".into(), PrefixList { name: "list".into(), id: None, entries });
    for name in &INTERFACES[..1 + random.below(3)] {
        snapshot.interfaces.insert((*name).into(), interface(random, name));
    }
    for name in &["m0", "m1"][..random.below(3)] {
        let (addresses, groups) = (some_addresses(random), groups(random));
        snapshot.members.insert((*name).into(), Member { name: (*name).into(), addresses, groups });
    }
    snapshot
}

/// A policy that differs from this one a little, or in everything.
pub(crate) fn changed(random: &mut Random, policy: &Snapshot) -> Snapshot {
    let mut changed = policy.clone();
    match random.below(7) {
        0 => changed = self::policy(random),
        1 => drop(changed.groups.insert("a".into(), group(random, "a"))),
        2 => changed.members.clear(),
        3 => drop(changed.interfaces.insert("eth0".into(), interface(random, "eth0"))),
        4 => drop(changed.interfaces.remove("eth1")),
        5 => changed.prefix_lists.values_mut().for_each(|list| list.entries.clear()),
        _ => {
            let group = changed.groups.get_mut("b").unwrap();
            group.ingress.extend(rule(random));
            group.egress.pop();
            *group = group.clone().canonical();
        }
    }
    changed
}

fn group(random: &mut Random, name: &str) -> Group {
    let mut group = if random.chance(30) { Group::new(name) } else { Group { egress: Vec::new(), ..Group::new(name) } };
    for _ in 0..random.below(4) {
        group.ingress.extend(rule(random));
    }
    for _ in 0..random.below(4) {
        group.egress.extend(rule(random));
    }
    group.canonical()
}

pub(crate) fn rule(random: &mut Random) -> Option<Rule> {
    let range = |random: &mut Random| {
        let (a, b) = (random.pick(&EDGES), random.pick(&EDGES));
        let all = random.chance(30);
        if all { PortRange::ALL } else { PortRange::new(a.min(b), a.max(b)).unwrap() }
    };
    let message = |random: &mut Random| {
        let kind = random.chance(70).then(|| random.pick(&TYPES));
        IcmpMatch::new(kind, kind.and_then(|_| random.chance(50).then_some(0))).unwrap()
    };
    let traffic = match random.below(9) {
        0 => Traffic::All,
        1..=3 => Traffic::Tcp(range(random)),
        4 | 5 => Traffic::Udp(range(random)),
        6 => Traffic::Icmp(message(random)),
        7 => Traffic::Icmpv6(message(random)),
        _ => Traffic::Protocol(random.pick(&[47, 0, 255])),
    };
    let peer = match random.below(8) {
        0..=4 => Peer::Cidr(block(random)),
        5 | 6 => Peer::Group(random.pick(&GROUPS).into()),
        _ => Peer::PrefixList("list".into()),
    };
    Some(Rule { traffic, peer, description: None, origin: Origin::default() })
}

pub(crate) fn block(random: &mut Random) -> IpNet {
    random.pick(&BLOCKS).parse().map(|block: IpNet| block.trunc()).unwrap()
}

fn interface(random: &mut Random, name: &str) -> Interface {
    let side = random.pick(&[Side::Host, Side::Port]);
    Interface { addresses: some_addresses(random), groups: groups(random), ..Interface::new(name, side) }
}

fn groups(random: &mut Random) -> BTreeSet<String> {
    (0..1 + random.below(2)).map(|_| random.pick(&GROUPS).to_owned()).collect()
}

fn some_addresses(random: &mut Random) -> BTreeSet<IpAddr> {
    (0..random.below(3)).map(|_| random.pick(&ADDRESSES).parse().unwrap()).collect()
}
