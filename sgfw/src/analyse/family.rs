//! Addresses of one family as numbers.

use super::ranges::Ranges;
use ipnet::IpNet;
use serde::Serialize;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// IPv4 or IPv6. A rule's block is of one of them and says nothing of the other (F52, F54).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Family {
    /// IPv4.
    Ipv4,
    /// IPv6.
    Ipv6,
}

impl Family {
    /// Both, in the order of their names.
    pub const ALL: [Self; 2] = [Self::Ipv4, Self::Ipv6];

    /// An address's.
    pub const fn of(address: IpAddr) -> Self {
        if address.is_ipv4() { Self::Ipv4 } else { Self::Ipv6 }
    }

    /// All its addresses.
    pub fn everyone(self) -> Ranges {
        match self {
            Self::Ipv4 => Ranges::one(0, u32::MAX.into()),
            Self::Ipv6 => Ranges::everything(),
        }
    }

    /// Its place in [`Family::ALL`].
    pub const fn place(self) -> usize {
        match self {
            Self::Ipv4 => 0,
            Self::Ipv6 => 1,
        }
    }

    /// The address with this number; of IPv4 the lower 32 bits count.
    pub fn address(self, number: u128) -> IpAddr {
        match self {
            Self::Ipv4 => Ipv4Addr::from(u32::try_from(number).unwrap_or(u32::MAX)).into(),
            Self::Ipv6 => Ipv6Addr::from(number).into(),
        }
    }

    /// The length of its addresses in bits.
    const fn bits(self) -> u32 {
        match self {
            Self::Ipv4 => 32,
            Self::Ipv6 => 128,
        }
    }
}

/// An address as a number of its family.
pub(super) fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => u32::from(address).into(),
        IpAddr::V6(address) => address.into(),
    }
}

/// The first and last number of a block.
pub(super) fn span(block: &IpNet) -> (u128, u128) {
    (number(block.network()), number(block.broadcast()))
}

/// Those of the addresses that are of the family.
pub(super) fn numbers<'a>(addresses: impl IntoIterator<Item = &'a IpAddr>, family: Family) -> Ranges {
    let own = addresses.into_iter().filter(|address| Family::of(**address) == family);
    own.map(|address| (number(*address), number(*address))).collect()
}

/// Ranges of addresses in words: a block where the range is one, an address where it is one.
pub(super) fn words(addresses: &Ranges, family: Family) -> Vec<String> {
    addresses.iter().map(|range| word(range, family)).collect()
}

fn word((first, last): (u128, u128), family: Family) -> String {
    let (low, high) = (family.address(first), family.address(last));
    let free = (first ^ last).checked_ilog2().map_or(0, |highest| highest + 1);
    let block = first.trailing_zeros() >= free && last.trailing_ones() >= free;
    match (first == last, block) {
        (true, _) => low.to_string(),
        (_, true) => format!("{low}/{}", family.bits() - free),
        _ => format!("{low}-{high}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words_of(blocks: &[&str]) -> Vec<String> {
        let blocks: Vec<IpNet> = blocks.iter().map(|block| block.parse().unwrap()).collect();
        let family = if blocks[0].addr().is_ipv4() { Family::Ipv4 } else { Family::Ipv6 };
        words(&blocks.iter().map(span).collect(), family)
    }

    #[test]
    fn ranges_are_blocks_where_they_can_be() {
        assert_eq!(words_of(&["0.0.0.0/0"]), ["0.0.0.0/0"]);
        assert_eq!(words_of(&["::/0"]), ["::/0"]);
        assert_eq!(words_of(&["10.0.0.5/32", "10.0.0.0/30"]), ["10.0.0.0/30", "10.0.0.5"]);
        assert_eq!(words_of(&["10.0.0.0/25", "10.0.0.128/25"]), ["10.0.0.0/24"]);
        assert_eq!(words_of(&["10.0.0.0/24", "10.0.1.0/25"]), ["10.0.0.0-10.0.1.127"]);
        assert_eq!(words_of(&["10.0.1.0/24", "10.0.2.0/24"]), ["10.0.1.0-10.0.2.255"], "as long, and not aligned");
        assert_eq!(words_of(&["2001:db8::/33", "2001:db8:8000::/33"]), ["2001:db8::/32"]);
    }
}
