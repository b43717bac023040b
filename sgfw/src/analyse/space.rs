//! What an interface of a snapshot lets start, as sets: rules of all its groups united (F35, F42), peers resolved.
//!
//! A group as a peer is its members' addresses (F58, F59), a prefix list is its blocks. The own address counts in one
//! place only: what leaves an interface with a source check must carry one of its own. What is never filtered (ARP,
//! neighbour discovery, DHCP, multicast control) and what follows from tracking is not in these sets.

use super::family::{self, Family};
use super::ranges::Ranges;
use super::region::Region;
use super::traffic;
use crate::model::{Direction, Interface, Peer, Rule, Snapshot};
use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::net::IpAddr;
use std::rc::Rc;

/// What one direction of an interface lets start, in one family: any of `own` with any pair of `region`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Half {
    /// Addresses of the instance that count.
    pub own: Ranges,
    /// With whom, and what.
    pub region: Region,
}

/// What one direction of an interface lets start: IPv4 and IPv6, in the order of [`Family::ALL`].
pub type Space = [Half; 2];

/// Peers and traffic by family, in the order of [`Family::ALL`].
pub type Regions = [Region; 2];

/// Groups whose rules are united, and of which direction.
type Question = (BTreeSet<String>, Direction);

/// The sets of one snapshot. What groups share is computed once.
#[derive(Debug)]
pub struct Spaces<'a> {
    snapshot: &'a Snapshot,
    members: HashMap<&'a str, [Ranges; 2]>,
    known: RefCell<HashMap<Question, Rc<Regions>>>,
}

impl<'a> Spaces<'a> {
    /// Looks up the members of all groups.
    pub fn new(snapshot: &'a Snapshot) -> Self {
        Self { snapshot, members: members(snapshot), known: RefCell::default() }
    }

    /// The snapshot they are of.
    pub const fn snapshot(&self) -> &'a Snapshot {
        self.snapshot
    }

    /// What the interface lets start in this direction.
    pub fn space(&self, interface: &Interface, direction: Direction) -> Space {
        let regions = self.regions(&interface.groups, direction);
        Family::ALL.map(|family| {
            let (own, region) = (own(interface, direction, family), regions[family.place()].clone());
            if own.is_empty() || region.is_empty() { Half::default() } else { Half { own, region } }
        })
    }

    /// What these groups together allow in this direction.
    pub fn regions(&self, groups: &BTreeSet<String>, direction: Direction) -> Rc<Regions> {
        let key = (groups.clone(), direction);
        if let Some(regions) = self.known.borrow().get(&key) {
            return Rc::clone(regions);
        }
        let rules = groups.iter().filter_map(|name| self.snapshot.groups.get(name));
        let regions = Rc::new(self.of_rules(rules.flat_map(|group| group.rules(direction))));
        self.known.borrow_mut().insert(key, Rc::clone(&regions));
        regions
    }

    /// What these rules together allow.
    pub fn of_rules<'r>(&self, rules: impl IntoIterator<Item = &'r Rule>) -> Regions {
        let rules: Vec<&Rule> = rules.into_iter().collect();
        Family::ALL.map(|family| {
            let product = |rule: &&Rule| (self.peers(&rule.peer, family), traffic::set(rule.traffic, family));
            let products: Vec<(Ranges, Ranges)> = rules.iter().map(product).collect();
            Region::of(products.iter().map(|(peers, traffic)| (peers, traffic)))
        })
    }

    /// The addresses of a rule's peer.
    pub fn peers(&self, peer: &Peer, family: Family) -> Ranges {
        let is_of = |block: &ipnet::IpNet| Family::of(block.network()) == family;
        match peer {
            Peer::Cidr(block) => Some(block).filter(|block| is_of(block)).map(family::span).into_iter().collect(),
            Peer::Group(name) => self.members(name, family),
            Peer::PrefixList(name) => {
                let entries = self.snapshot.prefix_lists.get(name).into_iter().flat_map(|list| &list.entries);
                entries.map(|entry| &entry.block).filter(|block| is_of(block)).map(family::span).collect()
            }
        }
    }

    /// The addresses of a group's members, here and elsewhere.
    pub fn members(&self, group: &str, family: Family) -> Ranges {
        self.members.get(group).map(|both| both[family.place()].clone()).unwrap_or_default()
    }
}

/// The own addresses that packets of this direction may carry.
pub(super) fn own(interface: &Interface, direction: Direction, family: Family) -> Ranges {
    match direction {
        Direction::Egress if interface.source_check => family::numbers(&interface.addresses, family),
        _ => family.everyone(),
    }
}

fn members(snapshot: &Snapshot) -> HashMap<&str, [Ranges; 2]> {
    let here = snapshot.interfaces.values().map(|it| (&it.groups, &it.addresses));
    let elsewhere = snapshot.members.values().map(|it| (&it.groups, &it.addresses));
    let mut addresses: HashMap<&str, Vec<&IpAddr>> = HashMap::new();
    for (groups, own) in here.chain(elsewhere) {
        groups.iter().for_each(|group| addresses.entry(group).or_default().extend(own));
    }
    let both = |all: Vec<&IpAddr>| Family::ALL.map(|family| family::numbers(all.iter().copied(), family));
    addresses.into_iter().map(|(group, all)| (group, both(all))).collect()
}
