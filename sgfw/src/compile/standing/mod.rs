//! A compiled policy in its places, that follows changes at the cost of what changes.
//!
//! [`compile`](super::compile()) is what it must be equal to; it goes the same way with the same parts, for those
//! interfaces, addresses and cells that a patch concerns. What it cannot do, the whole way does: there is no error
//! here, only "compile it as a whole".
//!
//! * `held`: nodes in places, counted;
//! * `trees`: trees over them, counted;
//! * `joined`: who has which address, and which sets of groups there are;
//! * `granted`: what rules grant to groups, and the cells that come of it.

mod granted;
mod held;
mod joined;
mod trees;

use super::error::check;
use super::rules::Compiler;
use super::{CompileError, compile_interface};
use crate::model::{Interface, Patch, Peer, Snapshot, View};
use granted::Granted;
use joined::Joined;
use sgfw_common::addr::Addr;
use sgfw_common::maps::{self, MemberCell, Node32, Node128, Tree};
use std::collections::{BTreeMap, BTreeSet};
use trees::Trees;

/// A compiled policy whose nodes have their places.
#[derive(Clone, Debug)]
pub struct Standing {
    trees: Trees,
    joined: Joined,
    granted: Granted,
    interfaces: BTreeMap<String, maps::Interface>,
}

/// What a patch changes about it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Delta {
    /// Nodes to be written to places that nothing in force leads to.
    pub nodes32: Vec<(u32, Node32)>,
    /// Likewise.
    pub nodes128: Vec<(u32, Node128)>,
    /// The set of each address that changes it; 0 is none.
    pub members: BTreeMap<Addr, u64>,
    /// Cells that change, and what they are; none is gone.
    pub cells: BTreeMap<MemberCell, Option<Tree>>,
}

/// The names of what changes.
#[derive(Default)]
struct Names<'a> {
    groups: BTreeSet<&'a str>,
    lists: BTreeSet<&'a str>,
    interfaces: BTreeSet<&'a str>,
    members: BTreeSet<&'a str>,
}

impl Standing {
    /// A policy, where these nodes stand already; what else it needs is in the delta. None if it does not fit.
    pub fn of(
        policy: &Snapshot,
        nodes32: &BTreeMap<u32, Node32>,
        nodes128: &BTreeMap<u32, Node128>,
    ) -> Option<(Self, Delta)> {
        let mut standing = Self {
            trees: Trees::of(nodes32, nodes128),
            joined: Joined::default(),
            granted: Granted::default(),
            interfaces: BTreeMap::new(),
        };
        let names = Names {
            interfaces: policy.interfaces.keys().map(String::as_str).collect(),
            members: policy.members.keys().map(String::as_str).collect(),
            ..Names::default()
        };
        let delta = standing.turn((&Snapshot::default()).into(), policy.into(), &names).ok()?;
        Some((standing, delta))
    }

    /// The same after a patch of its policy. None if that has to be compiled as a whole, or does not fit.
    pub fn after(mut self, policy: &Snapshot, patch: &Patch) -> Option<(Self, Delta)> {
        fn of<T>(map: &BTreeMap<String, T>) -> BTreeSet<&str> {
            map.keys().map(String::as_str).collect()
        }
        let names = Names {
            groups: of(&patch.groups),
            lists: of(&patch.prefix_lists),
            interfaces: of(&patch.interfaces),
            members: of(&patch.members),
        };
        let delta = self.turn(policy.into(), View::after(policy, patch), &names).ok()?;
        Some((self, delta))
    }

    /// Interfaces by name, as [`super::Image::interfaces`], with their trees in place.
    pub const fn interfaces(&self) -> &BTreeMap<String, maps::Interface> {
        &self.interfaces
    }

    /// The set of groups of each address.
    pub const fn members(&self) -> &BTreeMap<Addr, u64> {
        self.joined.sets()
    }

    /// Cells for members, in place.
    pub const fn cells(&self) -> &BTreeMap<MemberCell, Tree> {
        self.granted.cells()
    }

    fn turn(&mut self, old: View<'_>, new: View<'_>, names: &Names<'_>) -> Result<Delta, CompileError> {
        let Trees { nodes32, nodes128, .. } = &mut self.trees;
        let mut compiler = Compiler::new(new, nodes32, nodes128);
        let mut interfaces = BTreeMap::new();
        for name in concerned(&self.interfaces, new, names) {
            let interface = new.interface(name).map(|it| compile_interface(&mut compiler, it)).transpose()?;
            interfaces.insert(name.to_owned(), interface);
        }
        let members = self.joined.turn(old, new, names);
        self.granted.follow(&interfaces, &self.interfaces, &compiler);
        let cells = self.granted.turn(&mut self.joined, &mut compiler)?;
        for (name, interface) in interfaces {
            self.replace(name, interface);
        }
        for (key, cell) in &cells {
            cell.iter().for_each(|cell| self.trees.hold_cell(*cell));
            self.granted.set(*key, *cell).into_iter().for_each(|old| self.trees.release_cell(old));
        }
        check("INTERFACES", maps::MAX_INTERFACES - 1, self.interfaces.len())?;
        check("MEMBERS", maps::MAX_MEMBERS, self.members().len())?;
        check("MEMBER_CELLS", maps::MAX_MEMBER_CELLS, self.cells().len())?;
        let (nodes32, nodes128) = (self.trees.nodes32.settle(), self.trees.nodes128.settle());
        Ok(Delta { nodes32, nodes128, members, cells })
    }

    /// The new one is held before the old one is let go, so that what they share stays.
    fn replace(&mut self, name: String, new: Option<maps::Interface>) {
        new.iter().for_each(|new| self.trees.hold_interface(new));
        let old = match new {
            Some(new) => self.interfaces.insert(name, new),
            None => self.interfaces.remove(&name),
        };
        old.iter().for_each(|old| self.trees.release_interface(old));
    }
}

/// Interfaces that change, or whose rules do.
fn concerned<'a>(
    standing: &'a BTreeMap<String, maps::Interface>,
    new: View<'a>,
    names: &Names<'a>,
) -> BTreeSet<&'a str> {
    let lists = |peer: &Peer| matches!(peer, Peer::PrefixList(name) if names.lists.contains(name.as_str()));
    let asks = |group: &str| {
        let rules = new.group(group).into_iter().flat_map(|group| group.ingress.iter().chain(&group.egress));
        !names.lists.is_empty() && rules.into_iter().any(|rule| lists(&rule.peer))
    };
    let is_concerned = |it: &Interface| it.groups.iter().any(|it| names.groups.contains(it.as_str()) || asks(it));
    let others = standing.keys().filter(|name| new.interface(name).is_some_and(is_concerned));
    names.interfaces.iter().copied().chain(others.map(String::as_str)).collect()
}
