//! The addresses, blocks, ports, types and protocols there are.

use super::random::Random;
use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

const V4: [&str; 12] = [
    "10.0.0.1",
    "10.0.0.2",
    "10.0.0.3",
    "10.0.1.1",
    "10.0.1.7",
    "10.1.2.3",
    "192.0.2.1",
    "192.0.2.130",
    "203.0.113.5",
    "224.0.0.1",
    "0.0.0.0",
    "255.255.255.255",
];
const V6: [&str; 13] = [
    "2001:db8::1",
    "2001:db8::2",
    "2001:db8::3",
    "2001:db8:0:1::1",
    "2001:db8:0:1::7",
    "2001:db8:1::a",
    "fe80::1",
    "fe80::2",
    "ff02::1",
    "::",
    "::10.0.0.1",
    "::fffe:10.0.0.1",
    "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
];
/// How many of the addresses above an instance may have: the first ones.
const LOCAL: usize = 4;

/// Ports that rules and packets use.
pub(crate) const PORTS: [u16; 15] = [0, 1, 22, 53, 67, 68, 80, 443, 546, 547, 1023, 1024, 8080, 65534, 65535];
/// ICMP types, of both families.
pub(crate) const TYPES: [u8; 26] =
    [0, 1, 2, 3, 4, 5, 8, 11, 12, 13, 14, 15, 16, 17, 18, 100, 128, 129, 130, 132, 133, 135, 136, 137, 143, 255];
/// ICMP codes.
pub(crate) const CODES: [u8; 4] = [0, 1, 4, 255];
/// Protocols that are not TCP, UDP or ICMP.
pub(crate) const PROTOCOLS: [u8; 14] = [0, 2, 4, 41, 43, 44, 47, 50, 51, 59, 60, 89, 132, 255];

/// An address of the family.
pub(crate) fn address(random: &mut Random, v6: bool) -> IpAddr {
    let text = if v6 { random.pick(&V6) } else { random.pick(&V4) };
    text.parse().unwrap()
}

/// An address that an instance may have.
pub(crate) fn local(random: &mut Random, v6: bool) -> IpAddr {
    let text = if v6 { random.pick(&V6[..LOCAL]) } else { random.pick(&V4[..LOCAL]) };
    text.parse().unwrap()
}

/// The address that packets come from and go to more often than any other, so that flows go on.
pub(crate) fn friend(v6: bool) -> IpAddr {
    if v6 { V6[4] } else { V4[4] }.parse().unwrap()
}

/// An IPv4 address in the clothes of IPv6, which no packet may carry.
pub(crate) fn mapped() -> IpAddr {
    Ipv4Addr::new(10, 0, 0, 1).to_ipv6_mapped().into()
}

/// A block around an address, or everything.
pub(crate) fn block(random: &mut Random) -> IpNet {
    match address(random, random.clone().chance(45)) {
        IpAddr::V4(address) => block4(address, random.pick(&[0, 0, 0, 1, 7, 8, 16, 23, 24, 25, 31, 32])).into(),
        IpAddr::V6(address) => block6(address, random.pick(&[0, 0, 0, 1, 3, 32, 48, 63, 64, 65, 127, 128])).into(),
    }
}

fn block4(address: Ipv4Addr, length: u8) -> Ipv4Net {
    Ipv4Net::new(address, length).unwrap().trunc()
}

fn block6(address: Ipv6Addr, length: u8) -> Ipv6Net {
    Ipv6Net::new(address, length).unwrap().trunc()
}
