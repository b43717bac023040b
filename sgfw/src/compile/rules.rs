//! The groups of an interface to what its two directions allow.

use super::error::CompileError;
use super::image::Kind;
use super::members::peers_id;
use super::nodes::{Shape, Shelf};
use super::ports::{PortSets, Range, SetId, traffic_range};
use super::sweep::{Block, sweep};
use crate::model::{Direction, Peer, Traffic, View};
use ipnet::IpNet;
use sgfw_common::maps::{Node32, Node128, Rules, Tree, open};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::net::IpAddr;

/// What rules that name groups grant, by the name of the peer's group.
pub(super) type Peers<'a> = BTreeMap<&'a str, SetId>;

/// Compiles rules, giving each node to be stored to a shelf.
pub(super) struct Compiler<'a> {
    policy: View<'a>,
    pub(super) sets: PortSets,
    pub(super) nodes32: &'a mut dyn Shelf<Node32>,
    nodes128: &'a mut dyn Shelf<Node128>,
    /// By [`Rules::peers`].
    pub(super) peers: BTreeMap<u64, Peers<'a>>,
    done: HashMap<&'a BTreeSet<String>, [Rules; 2]>,
}

/// One direction's rules, sorted by what is looked up.
#[derive(Default)]
struct Sources<'a> {
    any4: Vec<SetId>,
    any6: Vec<SetId>,
    blocks4: Vec<Block>,
    blocks6: Vec<Block>,
    peers: Peers<'a>,
}

impl<'a> Compiler<'a> {
    pub(super) fn new(
        policy: View<'a>,
        nodes32: &'a mut dyn Shelf<Node32>,
        nodes128: &'a mut dyn Shelf<Node128>,
    ) -> Self {
        Self { policy, sets: PortSets::new(), nodes32, nodes128, peers: BTreeMap::new(), done: HashMap::new() }
    }

    /// What an interface with these groups allows, by direction.
    pub(super) fn rules(&mut self, groups: &'a BTreeSet<String>) -> Result<[Rules; 2], CompileError> {
        if let Some(rules) = self.done.get(groups) {
            return Ok(*rules);
        }
        let rules = [self.direction(groups, Direction::Ingress)?, self.direction(groups, Direction::Egress)?];
        self.done.insert(groups, rules);
        Ok(rules)
    }

    /// Trees of an interface's own addresses, by family.
    pub(super) fn own(&mut self, addresses: &BTreeSet<IpAddr>) -> Result<(Tree, Tree), CompileError> {
        let own = self.sets.intern(vec![(0, 0)]);
        let (mut own4, mut own6) = (Vec::new(), Vec::new());
        for address in addresses {
            match IpNet::from(*address) {
                IpNet::V4(block) => own4.push(Block::v4(block, own)),
                IpNet::V6(block) => own6.push(Block::v6(block, own)),
            }
        }
        let answer = |(end, set): (u128, SetId)| (end, u32::from(set == own));
        let own4: Vec<_> = sweep(own4, HIGHEST4, &mut self.sets).into_iter().map(answer).collect();
        let own6: Vec<_> = sweep(own6, u128::MAX, &mut self.sets).into_iter().map(answer).collect();
        Ok((self.tree4(Kind::Answers, own4)?, self.tree6(Kind::Answers, own6)?))
    }

    fn direction(&mut self, groups: &BTreeSet<String>, direction: Direction) -> Result<Rules, CompileError> {
        let sources = self.sources(groups, direction);
        let any4 = self.unite(&sources.any4);
        let any6 = self.unite(&sources.any6);
        let cells4 = self.cells(sources.blocks4, HIGHEST4, any4)?;
        let cells6 = self.cells(sources.blocks6, u128::MAX, any6)?;
        let peers = peers_id(&sources.peers, &self.sets);
        if peers != 0 {
            self.peers.insert(peers, sources.peers);
        }
        Ok(Rules {
            peers,
            any4: self.sets.tree(any4, self.nodes32)?,
            any6: self.sets.tree(any6, self.nodes32)?,
            cidr4: self.tree4(Kind::Cells, cells4)?,
            cidr6: self.tree6(Kind::Cells, cells6)?,
            open: self.open(any4, open::TCP4, open::UDP4) | self.open(any6, open::TCP6, open::UDP6),
            reserved: 0,
        })
    }

    fn sources(&mut self, groups: &BTreeSet<String>, direction: Direction) -> Sources<'a> {
        let mut sources = Sources::default();
        for (peer, set) in self.by_peer(groups, direction) {
            match peer {
                Peer::Cidr(block) => sources.add(*block, set),
                Peer::Group(name) => {
                    sources.peers.insert(name, set);
                }
                Peer::PrefixList(name) => {
                    let list = self.policy.prefix_list(name);
                    for entry in list.iter().flat_map(|list| &list.entries) {
                        sources.add(entry.block, set);
                    }
                }
            }
        }
        sources
    }

    /// What each peer of these groups' rules is granted, in the order of peers.
    fn by_peer(&mut self, groups: &BTreeSet<String>, direction: Direction) -> BTreeMap<&'a Peer, SetId> {
        let mut granted: HashMap<&'a Peer, Vec<Range>> = HashMap::new();
        for group in groups.iter().filter_map(|name| self.policy.group(name)) {
            for rule in group.rules(direction) {
                granted.entry(&rule.peer).or_default().push(traffic_range(rule.traffic));
            }
        }
        let granted: BTreeMap<_, _> = granted.into_iter().collect();
        granted.into_iter().map(|(peer, ranges)| (peer, self.sets.intern(ranges))).collect()
    }

    fn unite(&mut self, sets: &[SetId]) -> SetId {
        sets.iter().fold(SetId::NONE, |all, set| self.sets.union(all, *set))
    }

    /// Ranges of addresses and their cells. What everybody may do needs no range of its own.
    fn cells(&mut self, blocks: Vec<Block>, highest: u128, any: SetId) -> Result<Vec<(u128, u32)>, CompileError> {
        let ranges = sweep(blocks, highest, &mut self.sets);
        ranges.into_iter().map(|(end, set)| Ok((end, self.cell(set, any)?.0))).collect()
    }

    fn cell(&mut self, set: SetId, any: SetId) -> Result<Tree, CompileError> {
        if self.sets.covers(any, set) { Ok(Tree::NOTHING) } else { self.sets.tree(set, self.nodes32) }
    }

    fn tree4(&mut self, leaves: Kind, ranges: Vec<(u128, u32)>) -> Result<Tree, CompileError> {
        let narrow = |(end, answer)| (u32::try_from(end).unwrap_or(Node32::LAST), answer);
        self.nodes32.tree(leaves, &ranges.into_iter().map(narrow).collect::<Vec<_>>())
    }

    fn tree6(&mut self, leaves: Kind, ranges: Vec<(u128, u32)>) -> Result<Tree, CompileError> {
        self.nodes128.tree(leaves, &ranges.into_iter().map(|(end, to)| (halves(end), to)).collect::<Vec<_>>())
    }

    fn open(&self, any: SetId, tcp: u32, udp: u32) -> u32 {
        let covered = |traffic, bit| if self.sets.covers_range(any, traffic_range(traffic)) { bit } else { 0 };
        let all = crate::model::PortRange::ALL;
        covered(Traffic::Tcp(all), tcp) | covered(Traffic::Udp(all), udp)
    }
}

const HIGHEST4: u128 = u32::MAX as u128;

impl Sources<'_> {
    fn add(&mut self, block: IpNet, set: SetId) {
        match block {
            IpNet::V4(block) if block.prefix_len() == 0 => self.any4.push(set),
            IpNet::V6(block) if block.prefix_len() == 0 => self.any6.push(set),
            IpNet::V4(block) => self.blocks4.push(Block::v4(block, set)),
            IpNet::V6(block) => self.blocks6.push(Block::v6(block, set)),
        }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "the two halves are what is meant")]
const fn halves(number: u128) -> [u64; 2] {
    [(number >> 64) as u64, number as u64]
}
