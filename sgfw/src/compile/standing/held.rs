//! Nodes in the places where they stand, and how often trees lead to each.
//!
//! A place that nothing leads to any more is free only for the next change: until this one is in force, the policy
//! before leads there.

use crate::compile::error::CompileError;
use crate::compile::image::Kind;
use crate::compile::nodes::{Shape, Shelf};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Nodes of one width.
#[derive(Clone, Debug)]
pub(super) struct Held<N> {
    places: HashMap<N, u32>,
    nodes: HashMap<u32, (N, u32)>,
    /// Free places below `end`, from where on all are free.
    free: BTreeSet<u32>,
    end: u32,
    /// Placed since the last [`Self::settle`].
    new: BTreeSet<u32>,
    /// Places that were led to and are no more.
    leaving: BTreeSet<u32>,
}

impl<N: Shape> Held<N> {
    /// These nodes, to which nothing leads yet.
    pub(super) fn of(nodes: &BTreeMap<u32, N>) -> Self {
        let end = nodes.last_key_value().map_or(0, |(place, _)| place + 1);
        let mut places = HashMap::with_capacity(nodes.len());
        for (place, node) in nodes {
            places.entry(*node).or_insert(*place);
        }
        Self {
            places,
            nodes: nodes.iter().map(|(place, node)| (*place, (*node, 0))).collect(),
            free: (0..end).filter(|place| !nodes.contains_key(place)).collect(),
            end,
            new: BTreeSet::new(),
            leaving: nodes.keys().copied().collect(),
        }
    }

    /// The node at a place.
    pub(super) fn node(&self, place: u32) -> Option<&N> {
        self.nodes.get(&place).map(|(node, _)| node)
    }

    /// A tree more leads there.
    pub(super) fn hold(&mut self, place: u32) {
        if let Some((_, uses)) = self.nodes.get_mut(&place) {
            *uses += 1;
        }
    }

    /// A tree less leads there.
    pub(super) fn release(&mut self, place: u32) {
        if let Some((_, uses)) = self.nodes.get_mut(&place) {
            *uses = uses.saturating_sub(1);
            if *uses == 0 {
                self.leaving.insert(place);
            }
        }
    }

    /// Forgets what nothing leads to, and says what has to be written: nodes that were placed and are led to.
    pub(super) fn settle(&mut self) -> Vec<(u32, N)> {
        let (new, mut unused) = (std::mem::take(&mut self.new), std::mem::take(&mut self.leaving));
        unused.extend(&new);
        for place in unused {
            if self.nodes.get(&place).is_some_and(|(_, uses)| *uses == 0) {
                self.forget(place);
            }
        }
        new.into_iter().filter_map(|place| Some((place, *self.node(place)?))).collect()
    }

    fn forget(&mut self, place: u32) {
        let Some((node, _)) = self.nodes.remove(&place) else { return };
        // The same node may have stood in two places.
        if self.places.get(&node) == Some(&place) {
            self.places.remove(&node);
        }
        self.free.insert(place);
    }

    fn next_place(&mut self) -> Option<u32> {
        if let Some(place) = self.free.pop_first() {
            return Some(place);
        }
        let place = self.end;
        self.end += u32::from(place < N::LIMIT);
        (place < N::LIMIT).then_some(place)
    }
}

impl<N: Shape> Shelf<N> for Held<N> {
    /// Nodes that differ only in what they mean share a place: they are the same bits.
    fn put(&mut self, _: Kind, node: N) -> Result<u32, CompileError> {
        if let Some(place) = self.places.get(&node) {
            return Ok(*place);
        }
        let (limit, asked) = (u64::from(N::LIMIT), u64::from(N::LIMIT) + 1);
        let place = self.next_place().ok_or(CompileError::Full { map: N::MAP, limit, asked })?;
        self.places.insert(node, place);
        self.nodes.insert(place, (node, 0));
        self.new.insert(place);
        Ok(place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sgfw_common::maps::Node32;

    fn node(number: u32) -> Node32 {
        Node32 { ends: [u32::MAX; 16], next: [number; 16] }
    }

    fn put(held: &mut Held<Node32>, number: u32) -> u32 {
        let place = held.put(Kind::Answers, node(number)).unwrap();
        held.hold(place);
        place
    }

    #[test]
    fn a_place_is_not_taken_again_before_the_next_change() {
        let mut held = Held::of(&BTreeMap::from([(1, node(10)), (3, node(30))]));
        assert_eq!((put(&mut held, 10), put(&mut held, 40)), (1, 0));
        assert_eq!(held.settle(), [(0, node(40))], "what stands is not written, what nothing leads to is forgotten");
        held.release(0);
        assert_eq!(put(&mut held, 50), 2);
        assert_eq!(held.settle(), [(2, node(50))]);
        assert_eq!((put(&mut held, 60), put(&mut held, 70), put(&mut held, 80)), (0, 3, 4));
        held.settle();
        held.release(2);
        assert_eq!(put(&mut held, 50), 2, "a node that left and came back stays where it is");
        assert_eq!(held.settle(), []);
    }
}
