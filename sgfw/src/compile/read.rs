//! Compiled rules back to words: what `show` prints of an image, or of what the kernel holds.
//!
//! Not the rules as they were written: the union of all of them, normalised, which is what is enforced.

use super::nodes::Shape;
use super::ports::HIGHEST;
use crate::model::{IcmpMatch, PortRange, Traffic};
use ipnet::{IpNet, Ipv4Subnets, Ipv6Subnets};
use sgfw_common::maps::{Node32, Node128, Rules, Tree};
use sgfw_common::packet::protocol;
use sgfw_common::range::Nodes;

/// What a cell allows, in the order of protocol numbers; [`Traffic::All`] alone if that is everything.
pub fn allowed<N: Nodes + ?Sized>(nodes: &N, cell: Tree) -> Vec<Traffic> {
    let ends = ends::<Node32>(&|place| nodes.node32(place).copied(), cell);
    let mut allowed = Vec::new();
    let mut first = 0_u32;
    for (end, answer) in ends {
        let last = end.min(HIGHEST);
        if answer != 0 && (first, last) == (0, HIGHEST) {
            return vec![Traffic::All];
        }
        if answer != 0 && first <= last {
            split(first, last, &mut allowed);
        }
        first = end.saturating_add(1);
    }
    allowed
}

/// The address blocks of one direction and their cells; blocks that allow nothing of their own are left out.
pub fn blocks<N: Nodes + ?Sized>(nodes: &N, rules: &Rules) -> Vec<(IpNet, Tree)> {
    let mut blocks = Vec::new();
    let mut first = 0_u32;
    for (end, cell) in ends::<Node32>(&|place| nodes.node32(place).copied(), rules.cidr4) {
        if cell != 0 {
            let subnets = Ipv4Subnets::new(first.into(), end.into(), 0);
            blocks.extend(subnets.map(|block| (IpNet::V4(block), Tree(cell))));
        }
        first = end.saturating_add(1);
    }
    let mut first = 0_u128;
    for ([high, low], cell) in ends::<Node128>(&|place| nodes.node128(place).copied(), rules.cidr6) {
        let end = u128::from(high) << 64 | u128::from(low);
        if cell != 0 {
            let subnets = Ipv6Subnets::new(first.into(), end.into(), 0);
            blocks.extend(subnets.map(|block| (IpNet::V6(block), Tree(cell))));
        }
        first = end.saturating_add(1);
    }
    blocks
}

/// Inclusive ends of all ranges of a tree, ascending, with their answers.
fn ends<N: Shape>(read: &impl Fn(u32) -> Option<N>, tree: Tree) -> Vec<(N::Number, u32)> {
    let mut ends = Vec::new();
    if tree.depth() == 0 {
        ends.push((N::LAST, tree.root()));
    } else if tree.depth() <= Tree::MAX_DEPTH {
        collect(read, tree.root(), tree.depth(), N::LAST, &mut ends);
    }
    ends
}

/// The last range of a node ends where its parent's range does.
fn collect<N: Shape>(
    read: &impl Fn(u32) -> Option<N>,
    place: u32,
    depth: u32,
    last: N::Number,
    ends: &mut Vec<(N::Number, u32)>,
) {
    let Some(node) = read(place) else { return };
    for (index, next) in node.next()[..node.used()].iter().enumerate() {
        let end = node.end(index).min(last);
        match depth {
            1 => ends.push((end, *next)),
            _ => collect(read, *next, depth - 1, end, ends),
        }
    }
}

/// One range of numbers as traffic, protocol by protocol.
fn split(first: u32, last: u32, allowed: &mut Vec<Traffic>) {
    for number in (first >> 16)..=(last >> 16) {
        let start = number << 16;
        let (low, high) = (first.max(start) - start, last.min(start + 0xffff) - start);
        if let (Ok(number), Ok(low), Ok(high)) = (u8::try_from(number), u16::try_from(low), u16::try_from(high)) {
            traffic(number, low, high, allowed);
        }
    }
}

fn traffic(number: u8, low: u16, high: u16, allowed: &mut Vec<Traffic>) {
    match (number, PortRange::new(low, high)) {
        (protocol::TCP, Some(ports)) => allowed.push(Traffic::Tcp(ports)),
        (protocol::UDP, Some(ports)) => allowed.push(Traffic::Udp(ports)),
        (protocol::ICMP, _) => allowed.extend(messages(low, high).into_iter().map(Traffic::Icmp)),
        (protocol::ICMPV6, _) => allowed.extend(messages(low, high).into_iter().map(Traffic::Icmpv6)),
        _ => allowed.push(Traffic::Protocol(number)),
    }
}

/// Types and codes: whole types where they are whole.
fn messages(low: u16, high: u16) -> Vec<IcmpMatch> {
    if (low, high) == (0, u16::MAX) {
        return vec![IcmpMatch::ALL];
    }
    let mut messages = Vec::new();
    for kind in low.to_be_bytes()[0]..=high.to_be_bytes()[0] {
        let (first, last) = (u16::from_be_bytes([kind, 0]).max(low), u16::from_be_bytes([kind, 255]).min(high));
        if last - first == 255 {
            messages.extend(IcmpMatch::new(Some(kind), None));
        } else {
            messages.extend((first..=last).filter_map(|it| IcmpMatch::new(Some(kind), Some(it.to_be_bytes()[1]))));
        }
    }
    messages
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compile::testing::policy;
    use crate::compile::{HostTables, compile};

    fn words(rules: &str) -> Vec<String> {
        let image = compile(&policy(&format!("group a\n {rules}\n interface i a"))).unwrap();
        let tables = HostTables::new(&image, 1);
        let rules = &image.interfaces["i"].rules[0];
        let line = |(block, cell): (IpNet, Tree)| {
            let allowed: Vec<String> = allowed(&tables, cell).iter().map(Traffic::to_string).collect();
            format!("{block}: {}", allowed.join(", "))
        };
        blocks(&tables, rules).into_iter().map(line).collect()
    }

    #[test]
    fn compiled_rules_read_as_the_union_of_what_was_written() {
        let rules = "ingress tcp 80-90 10.0.0.0/8\n ingress tcp 91 10.0.0.0/8\n ingress udp all 10.128.0.0/9
            ingress icmp 3 10.128.0.0/9\n ingress icmp 8.0 10.128.0.0/9\n ingress proto 255 10.128.0.0/9
            ingress proto 47 10.128.0.0/9\n ingress all fd00::/16";
        let below = "10.0.0.0/9: tcp 80-91";
        let above = "10.128.0.0/9: icmp type 3, icmp type 8 code 0, tcp 80-91, udp all, protocol 47, protocol 255";
        assert_eq!(words(rules), [below, above, "fd00::/16: all"]);
    }

    #[test]
    fn trees_of_several_levels_are_read_whole() {
        let rules: String =
            (0..400).map(|i| format!("ingress tcp {} 10.{}.{}.0/24\n", i * 2, i / 200, i % 200)).collect();
        let words = words(&rules);
        assert_eq!((words.len(), words[399].as_str()), (400, "10.1.199.0/24: tcp 798"));
    }
}
