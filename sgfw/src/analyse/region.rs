//! Sets of (peer, traffic) pairs of one family, in one canonical form: exact algebra on boxes.
//!
//! Peers with the same traffic share a cell, so a region is a list of disjoint boxes that cannot be merged any more.

use super::ranges::Ranges;
use std::collections::{BTreeMap, HashMap};

/// A set of peers, and all that each of them shares; neither is empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// Addresses as numbers.
    pub peers: Ranges,
    /// Traffic as numbers.
    pub traffic: Ranges,
}

/// A set of (peer, traffic) pairs. No peer is in two cells, no traffic belongs to two; equal sets are equal values.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Region {
    cells: Vec<Cell>,
}

/// First and last peer, and which traffic of a list is theirs.
type Segment = (u128, u128, usize);

impl Region {
    /// All pairs of some products.
    pub fn of<'a>(products: impl IntoIterator<Item = (&'a Ranges, &'a Ranges)>) -> Self {
        let products: Vec<_> = products.into_iter().collect();
        let mut events: Vec<(u128, i32, usize)> = Vec::new();
        for (index, (peers, _)) in products.iter().enumerate() {
            for (first, last) in peers.iter() {
                events.push((first, 1, index));
                events.extend(last.checked_add(1).map(|end| (end, -1, index)));
            }
        }
        events.sort_unstable();
        Self::sweep(&events, &products)
    }

    /// From border to border, the traffic of all products that are open.
    fn sweep(events: &[(u128, i32, usize)], products: &[(&Ranges, &Ranges)]) -> Self {
        let mut open: BTreeMap<usize, i32> = BTreeMap::new();
        let mut united: HashMap<Vec<usize>, usize> = HashMap::new();
        let mut traffic: Vec<Ranges> = Vec::new();
        let mut segments: Vec<Segment> = Vec::new();
        let mut borders = events.chunk_by(|a, b| a.0 == b.0).peekable();
        while let Some(border) = borders.next() {
            for (_, step, index) in border {
                *open.entry(*index).or_default() += step;
            }
            open.retain(|_, count| *count > 0);
            let (first, last) = (border[0].0, borders.peek().map_or(u128::MAX, |next| next[0].0 - 1));
            let names: Vec<usize> = open.keys().copied().collect();
            let place = *united.entry(names).or_insert_with_key(|names| {
                traffic.push(names.iter().flat_map(|index| products[*index].1.iter()).collect());
                traffic.len() - 1
            });
            segments.push((first, last, place));
        }
        Self::merge(segments, &traffic)
    }

    /// Gathers the peers of equal traffic.
    fn merge(segments: Vec<Segment>, traffic: &[Ranges]) -> Self {
        let mut peers: BTreeMap<&Ranges, Vec<(u128, u128)>> = BTreeMap::new();
        for (first, last, place) in segments {
            peers.entry(&traffic[place]).or_default().push((first, last));
        }
        let cells = peers.into_iter().filter(|(traffic, _)| !traffic.is_empty());
        let cells = cells.map(|(traffic, peers)| Cell { peers: peers.into_iter().collect(), traffic: traffic.clone() });
        let mut cells: Vec<Cell> = cells.collect();
        cells.sort_by(|a, b| a.peers.cmp(&b.peers));
        Self { cells }
    }

    /// The boxes, by their lowest peer.
    pub fn cells(&self) -> &[Cell] {
        &self.cells
    }

    /// Whether there is no pair in it.
    pub fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// Whether a pair is in it.
    pub fn contains(&self, peer: u128, traffic: u128) -> bool {
        self.cell(peer).is_some_and(|cell| cell.traffic.contains(traffic))
    }

    /// All traffic of one peer.
    pub fn at(&self, peer: u128) -> Ranges {
        self.cell(peer).map(|cell| cell.traffic.clone()).unwrap_or_default()
    }

    /// All traffic of anybody.
    pub fn traffic(&self) -> Ranges {
        self.cells.iter().flat_map(|cell| cell.traffic.iter()).collect()
    }

    /// All peers of some traffic.
    pub fn peers_of(&self, traffic: u128) -> Ranges {
        let cells = self.cells.iter().filter(|cell| cell.traffic.contains(traffic));
        cells.flat_map(|cell| cell.peers.iter()).collect()
    }

    fn cell(&self, peer: u128) -> Option<&Cell> {
        self.cells.iter().find(|cell| cell.peers.contains(peer))
    }

    /// What is in either.
    pub fn union(&self, other: &Self) -> Self {
        self.combine(other, Ranges::union)
    }

    /// What is in both.
    pub fn intersection(&self, other: &Self) -> Self {
        self.combine(other, Ranges::intersection)
    }

    /// What is in this and not in the other.
    pub fn difference(&self, other: &Self) -> Self {
        self.combine(other, Ranges::difference)
    }

    /// What of it is with these peers and of this traffic.
    pub fn within(&self, peers: &Ranges, traffic: &Ranges) -> Self {
        self.intersection(&Self::of([(peers, traffic)]))
    }

    /// Peer by peer; pairs of cells that meet again are computed once.
    fn combine(&self, other: &Self, step: fn(&Ranges, &Ranges) -> Ranges) -> Self {
        let borders = |region: &Self, side: i32| {
            let cells = region.cells.iter().enumerate();
            let ranges = cells.flat_map(|(index, cell)| cell.peers.iter().map(move |range| (range, index)));
            let of = move |((first, last), index): ((u128, u128), usize)| {
                [Some((first, side, Some(index))), last.checked_add(1).map(|end| (end, side, None))]
            };
            ranges.flat_map(of).flatten().collect::<Vec<_>>()
        };
        let mut events = borders(self, 0);
        events.extend(borders(other, 1));
        // A cell that ends where another of the same side begins: the end comes first.
        events.sort_unstable();
        self.walk(other, &events, step)
    }

    fn walk(&self, other: &Self, events: &[(u128, i32, Option<usize>)], step: fn(&Ranges, &Ranges) -> Ranges) -> Self {
        let nothing = Ranges::default();
        let traffic_of = |region: &Self, cell: Option<usize>| cell.map(|cell| region.cells[cell].traffic.clone());
        let mut here = [None, None];
        let mut known: HashMap<[Option<usize>; 2], usize> = HashMap::new();
        let mut traffic: Vec<Ranges> = Vec::new();
        let mut segments: Vec<Segment> = Vec::new();
        let mut borders = events.chunk_by(|a, b| a.0 == b.0).peekable();
        while let Some(border) = borders.next() {
            for (_, side, cell) in border {
                here[usize::from(*side == 1)] = *cell;
            }
            let (first, last) = (border[0].0, borders.peek().map_or(u128::MAX, |next| next[0].0 - 1));
            let place = *known.entry(here).or_insert_with(|| {
                let (a, b) = (traffic_of(self, here[0]), traffic_of(other, here[1]));
                traffic.push(step(a.as_ref().unwrap_or(&nothing), b.as_ref().unwrap_or(&nothing)));
                traffic.len() - 1
            });
            segments.push((first, last, place));
        }
        Self::merge(segments, &traffic)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compile::testing::Random;

    const PEERS: u128 = 12;
    const TRAFFIC: u128 = 8;

    fn ranges(random: &mut Random, end: u128) -> Ranges {
        let mut number = || random.below(usize::try_from(end).unwrap()) as u128;
        [(number(), number()), (number(), number())].into_iter().collect()
    }

    fn region(random: &mut Random) -> (Region, Vec<(Ranges, Ranges)>) {
        let products: Vec<_> = (0..random.below(5)).map(|_| (ranges(random, PEERS), ranges(random, TRAFFIC))).collect();
        (Region::of(products.iter().map(|(peers, traffic)| (peers, traffic))), products)
    }

    fn points() -> impl Iterator<Item = (u128, u128)> {
        (0..PEERS + 1).flat_map(|peer| (0..TRAFFIC + 1).map(move |traffic| (peer, traffic)))
    }

    #[test]
    fn algebra_is_that_of_sets_of_pairs() {
        let mut random = Random(3);
        for _ in 0..3_000 {
            let ((a, products), (b, _)) = (region(&mut random), region(&mut random));
            let (union, both, only) = (a.union(&b), a.intersection(&b), a.difference(&b));
            for (peer, traffic) in points() {
                let (in_a, in_b) = (a.contains(peer, traffic), b.contains(peer, traffic));
                let said = products.iter().any(|(p, t)| p.contains(peer) && t.contains(traffic));
                assert_eq!(in_a, said, "{products:?} {peer} {traffic}");
                assert_eq!(union.contains(peer, traffic), in_a || in_b);
                assert_eq!(both.contains(peer, traffic), in_a && in_b);
                assert_eq!(only.contains(peer, traffic), in_a && !in_b);
            }
            assert_eq!(only.union(&both), a, "one form for one set");
        }
    }

    #[test]
    fn boxes_are_disjoint_and_merged() {
        let mut random = Random(4);
        for _ in 0..1_000 {
            let (region, _) = region(&mut random);
            for (index, cell) in region.cells().iter().enumerate() {
                assert!(!cell.peers.is_empty() && !cell.traffic.is_empty());
                for other in &region.cells()[index + 1..] {
                    assert!(cell.peers.intersection(&other.peers).is_empty());
                    assert_ne!(cell.traffic, other.traffic);
                }
            }
        }
    }

    #[test]
    fn the_last_address_is_a_peer_too() {
        let (everyone, top, port) = (Ranges::everything(), Ranges::one(u128::MAX, u128::MAX), Ranges::one(7, 7));
        let but = Region::of([(&everyone, &port)]).difference(&Region::of([(&top, &port)]));
        assert!(but.contains(u128::MAX - 1, 7) && !but.contains(u128::MAX, 7));
    }
}
