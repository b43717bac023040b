//! Sets of (protocol, port) numbers, each stored once under a small id.
//!
//! The number of a packet is `protocol << 16 | port`, see [`sgfw_common::maps::Rules`]; it never exceeds
//! `HIGHEST`, so a set up to there is everything.

use super::error::CompileError;
use super::image::Kind;
use super::nodes::Shelf;
use crate::model::{IcmpMatch, Traffic};
use sgfw_common::maps::{Node32, Tree};
use sgfw_common::packet::protocol;
use std::collections::HashMap;
use std::rc::Rc;

/// First and last number of a range, both included.
pub(super) type Range = (u32, u32);

/// The highest number a packet can have.
pub(super) const HIGHEST: u32 = 0x00ff_ffff;

/// A set in its [`PortSets`]. Equal ids are equal sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct SetId(usize);

impl SetId {
    /// The empty set.
    pub(super) const NONE: Self = Self(0);
}

/// All sets of one policy.
pub(super) struct PortSets {
    sets: Vec<Rc<[Range]>>,
    ids: HashMap<Rc<[Range]>, SetId>,
    unions: HashMap<(SetId, SetId), SetId>,
    trees: HashMap<SetId, Tree>,
}

impl PortSets {
    pub(super) fn new() -> Self {
        let none: Rc<[Range]> = Rc::from([]);
        Self {
            sets: vec![none.clone()],
            ids: HashMap::from([(none, SetId::NONE)]),
            unions: HashMap::new(),
            trees: HashMap::new(),
        }
    }

    /// The set of these ranges, in any order and overlapping as they like.
    pub(super) fn intern(&mut self, ranges: Vec<Range>) -> SetId {
        let ranges = normalise(ranges);
        if let Some(id) = self.ids.get(ranges.as_slice()) {
            return *id;
        }
        let (id, ranges) = (SetId(self.sets.len()), Rc::<[Range]>::from(ranges));
        self.sets.push(ranges.clone());
        self.ids.insert(ranges, id);
        id
    }

    /// What is in either set.
    pub(super) fn union(&mut self, a: SetId, b: SetId) -> SetId {
        let (a, b) = (a.min(b), a.max(b));
        if self.covers(b, a) {
            return b;
        }
        if self.covers(a, b) {
            return a;
        }
        if let Some(id) = self.unions.get(&(a, b)) {
            return *id;
        }
        let both = self.ranges(a).iter().chain(self.ranges(b)).copied().collect();
        let id = self.intern(both);
        self.unions.insert((a, b), id);
        id
    }

    /// Whether everything in `inner` is also in `outer`.
    pub(super) fn covers(&self, outer: SetId, inner: SetId) -> bool {
        inner == SetId::NONE
            || outer == inner
            || self.ranges(inner).iter().all(|range| self.covers_range(outer, *range))
    }

    /// Whether the whole range is in the set.
    pub(super) fn covers_range(&self, outer: SetId, (first, last): Range) -> bool {
        let ranges = self.ranges(outer);
        let index = ranges.partition_point(|range| range.1 < first);
        ranges.get(index).is_some_and(|range| range.0 <= first && last <= range.1)
    }

    /// The ranges of a set: sorted, disjoint, not adjacent.
    pub(super) fn ranges(&self, set: SetId) -> &[Range] {
        &self.sets[set.0]
    }

    /// The set as a tree of answers.
    pub(super) fn tree(&mut self, set: SetId, nodes: &mut dyn Shelf<Node32>) -> Result<Tree, CompileError> {
        if let Some(tree) = self.trees.get(&set) {
            return Ok(*tree);
        }
        let tree = nodes.tree(Kind::Answers, &answers(self.ranges(set)))?;
        self.trees.insert(set, tree);
        Ok(tree)
    }
}

/// The numbers that a rule's traffic covers.
pub(super) fn traffic_range(traffic: Traffic) -> Range {
    let whole = |number| range(number, 0, u16::MAX);
    match traffic {
        Traffic::All => (0, HIGHEST),
        Traffic::Tcp(ports) => range(protocol::TCP, ports.first(), ports.last()),
        Traffic::Udp(ports) => range(protocol::UDP, ports.first(), ports.last()),
        Traffic::Icmp(what) => icmp(protocol::ICMP, what),
        Traffic::Icmpv6(what) => icmp(protocol::ICMPV6, what),
        Traffic::Protocol(number) => whole(number),
    }
}

fn range(number: u8, first: u16, last: u16) -> Range {
    let point = |port: u16| (u32::from(number) << 16) | u32::from(port);
    (point(first), point(last))
}

fn icmp(number: u8, what: IcmpMatch) -> Range {
    let join = |kind, code| u16::from_be_bytes([kind, code]);
    match (what.kind(), what.code()) {
        (None, _) => range(number, 0, u16::MAX),
        (Some(kind), None) => range(number, join(kind, 0), join(kind, u8::MAX)),
        (Some(kind), Some(code)) => range(number, join(kind, code), join(kind, code)),
    }
}

fn normalise(mut ranges: Vec<Range>) -> Vec<Range> {
    ranges.sort_unstable();
    let mut normal: Vec<Range> = Vec::with_capacity(ranges.len());
    for (first, last) in ranges {
        match normal.last_mut() {
            Some(open) if first <= open.1.saturating_add(1) => open.1 = open.1.max(last),
            _ => normal.push((first, last)),
        }
    }
    normal
}

/// Ends and answers over all numbers. What lies above [`HIGHEST`] is never asked and goes with it.
fn answers(ranges: &[Range]) -> Vec<(u32, u32)> {
    let mut answers = Vec::with_capacity(ranges.len() * 2 + 1);
    for (first, last) in ranges {
        if *first > 0 {
            answers.push((first - 1, 0));
        }
        answers.push((if *last == HIGHEST { u32::MAX } else { *last }, 1));
    }
    if answers.last().is_none_or(|(end, _)| *end != u32::MAX) {
        answers.push((u32::MAX, 0));
    }
    answers
}

#[cfg(test)]
mod tests {
    use super::super::nodes::Pool;
    use super::*;

    #[test]
    fn equal_sets_have_one_id_however_they_were_written() {
        let mut sets = PortSets::new();
        let a = sets.intern(vec![(10, 20), (21, 30), (50, 60)]);
        assert_eq!(sets.intern(vec![(50, 55), (12, 30), (54, 60), (10, 12)]), a);
        let (b, c) = (sets.intern(vec![(10, 30)]), sets.intern(vec![(50, 60)]));
        assert_eq!(sets.union(c, b), a);
        assert!(sets.covers(a, b) && !sets.covers(b, a) && sets.covers(SetId::NONE, SetId::NONE));
    }

    #[test]
    fn everything_nothing_and_the_highest_protocol_are_trees() {
        let (mut sets, mut nodes) = (PortSets::new(), Pool::new());
        let all = sets.intern(vec![traffic_range(Traffic::All), (70, 80)]);
        assert_eq!(sets.tree(all, &mut nodes), Ok(Tree::EVERYTHING));
        assert_eq!(sets.tree(SetId::NONE, &mut nodes), Ok(Tree::NOTHING));
        assert_eq!(answers(&[traffic_range(Traffic::Protocol(255))]), [(0x00fe_ffff, 0), (u32::MAX, 1)]);
        assert_eq!(answers(&[traffic_range(Traffic::Protocol(0))]), [(0xffff, 1), (u32::MAX, 0)]);
    }

    #[test]
    fn f50_icmp_wildcards_cover_their_codes() {
        let covers = |kind, code| traffic_range(Traffic::Icmp(IcmpMatch::new(kind, code).unwrap()));
        assert_eq!(covers(None, None), (0x0001_0000, 0x0001_ffff));
        assert_eq!(covers(Some(3), None), (0x0001_0300, 0x0001_03ff));
        assert_eq!(covers(Some(3), Some(4)), (0x0001_0304, 0x0001_0304));
    }
}
