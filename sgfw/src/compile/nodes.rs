//! Ranges to trees: sixteen ranges a node, every node stored once, children before their parents.

use super::error::{CompileError, MAX_RANGES, check};
use super::image::Kind;
use sgfw_common::maps::{self, Node32, Node128, Tree};
use std::collections::HashMap;
use std::hash::Hash;

/// What both widths of nodes have in common.
pub trait Shape: Copy + Eq + Hash {
    /// What ranges are made of.
    type Number: Copy + Eq + Ord;
    /// The highest number, which ends the last range in use and all unused ones.
    const LAST: Self::Number;
    /// The map such nodes lie in.
    const MAP: &'static str;
    /// Nodes that map holds.
    const LIMIT: u32;

    /// A node of these ranges.
    fn new(ends: [Self::Number; 16], next: [u32; 16]) -> Self;
    /// Where the ranges lead.
    fn next(&self) -> &[u32; 16];
    /// Where the ranges lead, to be changed.
    fn next_mut(&mut self) -> &mut [u32; 16];
    /// Where the ranges end.
    fn end(&self, index: usize) -> Self::Number;

    /// How many ranges are in use.
    fn used(&self) -> usize {
        (0..16).position(|index| self.end(index) == Self::LAST).map_or(16, |last| last + 1)
    }
}

impl Shape for Node32 {
    type Number = u32;
    const LAST: u32 = u32::MAX;
    const MAP: &'static str = "NODES32";
    const LIMIT: u32 = maps::MAX_NODES32;

    fn new(ends: [u32; 16], next: [u32; 16]) -> Self {
        Self { ends, next }
    }

    fn next(&self) -> &[u32; 16] {
        &self.next
    }

    fn next_mut(&mut self) -> &mut [u32; 16] {
        &mut self.next
    }

    fn end(&self, index: usize) -> u32 {
        self.ends[index]
    }
}

impl Shape for Node128 {
    type Number = [u64; 2];
    const LAST: [u64; 2] = [u64::MAX; 2];
    const MAP: &'static str = "NODES128";
    const LIMIT: u32 = maps::MAX_NODES128;

    fn new(ends: [[u64; 2]; 16], next: [u32; 16]) -> Self {
        Self { ends, next }
    }

    fn next(&self) -> &[u32; 16] {
        &self.next
    }

    fn next_mut(&mut self) -> &mut [u32; 16] {
        &mut self.next
    }

    fn end(&self, index: usize) -> [u64; 2] {
        self.ends[index]
    }
}

/// Gives nodes of one width their places, equal ones the same.
pub(super) trait Shelf<N: Shape> {
    /// The place of this node, whose children have theirs.
    fn put(&mut self, kind: Kind, node: N) -> Result<u32, CompileError>;

    /// The tree of these ranges: inclusive ends, ascending, the last one [`Shape::LAST`]; neighbours with
    /// equal answers become one range.
    fn tree(&mut self, leaves: Kind, ranges: &[(N::Number, u32)]) -> Result<Tree, CompileError> {
        let mut level = merge(ranges);
        if let [(_, answer)] = level[..]
            && Tree(answer).depth() == 0
        {
            return Ok(Tree(answer));
        }
        if level.len() > MAX_RANGES {
            let (limit, asked) = (MAX_RANGES as u64, level.len() as u64);
            return Err(CompileError::Deep { map: N::MAP, limit, asked });
        }
        let (mut depth, mut kind) = (0, leaves);
        while depth == 0 || level.len() > 1 {
            let node = |chunk: &[(N::Number, u32)]| Ok((chunk[chunk.len() - 1].0, self.put(kind, node(chunk))?));
            level = level.chunks(16).map(node).collect::<Result<_, _>>()?;
            (depth, kind) = (depth + 1, Kind::Inner);
        }
        Ok(Tree::new(depth, level[0].1))
    }
}

/// Nodes of one width, without doubles, in places of their own.
pub(super) struct Pool<N> {
    nodes: Vec<(Kind, N)>,
    places: HashMap<(Kind, N), u32>,
}

impl<N: Shape> Pool<N> {
    pub(super) fn new() -> Self {
        Self { nodes: Vec::new(), places: HashMap::new() }
    }

    fn full(&self, asked: usize) -> CompileError {
        CompileError::Full { map: N::MAP, limit: u64::from(N::LIMIT), asked: asked as u64 }
    }

    /// All nodes, if the map holds them.
    pub(super) fn into_nodes(self) -> Result<Vec<(Kind, N)>, CompileError> {
        check(N::MAP, N::LIMIT, self.nodes.len())?;
        Ok(self.nodes)
    }
}

impl<N: Shape> Shelf<N> for Pool<N> {
    fn put(&mut self, kind: Kind, node: N) -> Result<u32, CompileError> {
        let key = (kind, node);
        if let Some(place) = self.places.get(&key) {
            return Ok(*place);
        }
        // A policy far too large is refused before it takes all memory; one not so far off is counted.
        check(N::MAP, N::LIMIT.saturating_mul(4), self.nodes.len() + 1).map_err(|_| self.full(self.nodes.len() + 1))?;
        let place = u32::try_from(self.nodes.len()).map_err(|_| self.full(self.nodes.len()))?;
        self.nodes.push(key);
        self.places.insert(key, place);
        Ok(place)
    }
}

/// A node of at most sixteen ranges.
fn node<N: Shape>(ranges: &[(N::Number, u32)]) -> N {
    let (mut ends, mut next) = ([N::LAST; 16], [0; 16]);
    for (index, (end, leads_to)) in ranges.iter().enumerate() {
        next[index] = *leads_to;
        // Nothing above the last range gets here, whatever its end is.
        if index + 1 < ranges.len() {
            ends[index] = *end;
        }
    }
    N::new(ends, next)
}

fn merge<E: Copy>(ranges: &[(E, u32)]) -> Vec<(E, u32)> {
    let mut merged: Vec<(E, u32)> = Vec::with_capacity(ranges.len());
    for (end, answer) in ranges {
        match merged.last_mut() {
            Some(last) if last.1 == *answer => last.0 = *end,
            _ => merged.push((*end, *answer)),
        }
    }
    merged
}

#[cfg(test)]
mod tests {
    use super::*;
    use sgfw_common::range::{Nodes, find32, find128};

    struct Both(Vec<(Kind, Node32)>, Vec<(Kind, Node128)>);

    impl Nodes for Both {
        fn node32(&self, index: u32) -> Option<&Node32> {
            self.0.get(index as usize).map(|(_, node)| node)
        }
        fn node128(&self, index: u32) -> Option<&Node128> {
            self.1.get(index as usize).map(|(_, node)| node)
        }
    }

    #[test]
    fn trees_of_every_size_answer_at_every_edge() {
        for count in [1, 2, 15, 16, 17, 255, 256, 257, 4096, 4097] {
            let last = |i: u32| if i + 1 == count { u32::MAX } else { i * 10 + 9 };
            let ranges: Vec<_> = (0..count).map(|i| (last(i), (i + 1) % 3)).collect();
            let widen = |(end, to): &(u32, u32)| ([u64::from(*end) >> 3, u64::from(*end) << 61], *to);
            let mut wide: Vec<_> = ranges.iter().map(widen).collect();
            wide[count as usize - 1].0 = [u64::MAX; 2];
            let (mut pool32, mut pool128) = (Pool::<Node32>::new(), Pool::<Node128>::new());
            let (tree32, tree128) =
                (pool32.tree(Kind::Answers, &ranges).unwrap(), pool128.tree(Kind::Answers, &wide).unwrap());
            assert_eq!(tree32.depth(), if count == 1 { 0 } else { (count - 1).ilog2() / 4 + 1 });
            let nodes = Both(pool32.into_nodes().unwrap(), pool128.into_nodes().unwrap());
            for i in 0..count {
                for number in [i * 10, last(i)] {
                    let halves = (u64::from(number) >> 3, u64::from(number) << 61);
                    assert_eq!(find32(&nodes, tree32, number), (i + 1) % 3, "{number} of {count}");
                    assert_eq!(find128(&nodes, tree128, halves), (i + 1) % 3, "{number} of {count}, wide");
                }
            }
        }
    }

    #[test]
    fn a_constant_needs_no_node_unless_it_is_a_tree_of_nodes() {
        let mut pool = Pool::<Node32>::new();
        assert_eq!(pool.tree(Kind::Answers, &[(5, 1), (u32::MAX, 1)]), Ok(Tree::EVERYTHING));
        let cell = Tree::new(2, 77).0;
        let tree = pool.tree(Kind::Cells, &[(u32::MAX, cell)]).unwrap();
        assert_eq!(tree.depth(), 1);
        let nodes = Both(pool.into_nodes().unwrap(), Vec::new());
        assert_eq!(find32(&nodes, tree, 12), cell);
    }

    #[test]
    fn equal_trees_are_stored_once_and_nodes_tell_their_size() {
        let mut pool = Pool::<Node32>::new();
        let ranges: Vec<_> = (0..40).map(|i| (if i == 39 { u32::MAX } else { i }, i % 2)).collect();
        let first = pool.tree(Kind::Answers, &ranges).unwrap();
        assert_eq!(pool.tree(Kind::Answers, &ranges), Ok(first));
        let nodes = pool.into_nodes().unwrap();
        assert_eq!(nodes.iter().map(|(_, node)| node.used()).collect::<Vec<_>>(), [16, 16, 8, 3]);
    }

    #[test]
    fn too_many_ranges_are_refused_with_the_map_and_the_limit() {
        let count = MAX_RANGES as u32 + 1;
        let ranges: Vec<_> = (0..count).map(|i| (if i + 1 == count { u32::MAX } else { i }, i % 2)).collect();
        let error = Pool::<Node32>::new().tree(Kind::Answers, &ranges).unwrap_err();
        assert_eq!(error.to_string(), "a tree in map NODES32 tells 1048576 ranges apart, this policy needs 1048577");
    }

    #[test]
    fn too_many_nodes_are_refused_and_far_too_many_before_memory_is_gone() {
        let tree = |pool: &mut Pool<Node128>, shift: u64| {
            let mut ranges: Vec<_> = (0..MAX_RANGES as u64).map(|i| ([i, shift], (i % 2) as u32)).collect();
            ranges[MAX_RANGES - 1].0 = Node128::LAST;
            pool.tree(Kind::Answers, &ranges)
        };
        let mut pool = Pool::new();
        assert!(tree(&mut pool, 0).is_ok());
        let error = pool.into_nodes().unwrap_err();
        assert_eq!(error.to_string(), "map NODES128 holds 32768 entries, this policy needs 69905");
        let mut pool = Pool::new();
        let error = (1..9).find_map(|shift| tree(&mut pool, shift).err()).unwrap();
        assert_eq!(error.to_string(), "map NODES128 holds 32768 entries, this policy needs 131073");
    }
}
