//! Nested address blocks to disjoint ranges.
//!
//! Blocks are either disjoint or one lies within the other, so a stack of the blocks around the current
//! address suffices, and every address gets the union of all blocks around it: a longer prefix never hides
//! a shorter one's ports.

use super::ports::{PortSets, SetId};
use ipnet::{Ipv4Net, Ipv6Net};
use std::cmp::Reverse;

/// First and last address of a block as numbers, and what it allows.
#[derive(Clone, Copy, Debug)]
pub(super) struct Block {
    pub(super) first: u128,
    pub(super) last: u128,
    pub(super) set: SetId,
}

impl Block {
    pub(super) fn v4(block: Ipv4Net, set: SetId) -> Self {
        Self { first: u128::from(block.network().to_bits()), last: u128::from(block.broadcast().to_bits()), set }
    }

    pub(super) fn v6(block: Ipv6Net, set: SetId) -> Self {
        Self { first: block.network().to_bits(), last: block.broadcast().to_bits(), set }
    }
}

/// Ranges over all addresses up to `highest`: the last address of each, and what it allows.
pub(super) fn sweep(mut blocks: Vec<Block>, highest: u128, sets: &mut PortSets) -> Vec<(u128, SetId)> {
    blocks.sort_unstable_by_key(|block| (block.first, Reverse(block.last)));
    let mut ranges = Vec::with_capacity(blocks.len() * 2 + 1);
    let mut around: Vec<(u128, SetId)> = Vec::new();
    for block in blocks {
        close(&mut ranges, &mut around, |last| last < block.first);
        let outer = around.last().map_or(SetId::NONE, |(_, set)| *set);
        if let Some(before) = block.first.checked_sub(1) {
            emit(&mut ranges, before, outer);
        }
        around.push((block.last, sets.union(outer, block.set)));
    }
    close(&mut ranges, &mut around, |_| true);
    emit(&mut ranges, highest, SetId::NONE);
    ranges
}

fn close(ranges: &mut Vec<(u128, SetId)>, around: &mut Vec<(u128, SetId)>, ends: impl Fn(u128) -> bool) {
    while let Some((last, set)) = around.pop_if(|(last, _)| ends(*last)) {
        emit(ranges, last, set);
    }
}

/// Adds the range up to `end`, unless others reach that far already.
fn emit(ranges: &mut Vec<(u128, SetId)>, end: u128, set: SetId) {
    if ranges.last().is_none_or(|(last, _)| *last < end) {
        ranges.push((end, set));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_address_gets_the_union_of_all_blocks_around_it() {
        let mut sets = PortSets::new();
        let text = ["10.0.0.0/8", "10.1.0.0/16", "10.1.0.0/16", "10.1.255.255/32", "255.255.255.0/24", "0.0.0.0/2"];
        let blocks: Vec<Block> = (0..)
            .zip(text)
            .map(|(i, text)| Block::v4(text.parse().unwrap(), sets.intern(vec![(i * 10, i * 10)])))
            .collect();
        let highest = u128::from(u32::MAX);
        let ranges = sweep(blocks.clone(), highest, &mut sets);
        assert!(ranges.windows(2).all(|pair| pair[0].0 < pair[1].0));
        assert_eq!(ranges.last().map(|range| range.0), Some(highest));
        let edges = blocks.iter().flat_map(|block| [block.first, block.last, block.first.saturating_sub(1)]);
        for address in edges.chain([0, highest, 0x0a02_0000, 0xc000_0000]) {
            let found = ranges[ranges.partition_point(|(end, _)| *end < address)].1;
            let mut naive = SetId::NONE;
            for block in blocks.iter().filter(|block| (block.first..=block.last).contains(&address)) {
                naive = sets.union(naive, block.set);
            }
            assert_eq!(found, naive, "{address:#x}");
        }
    }
}
