//! What rules grant to groups, and the cells that these grants and the sets of groups make together.

use super::joined::Joined;
use crate::compile::CompileError;
use crate::compile::ports::{PortSets, Range};
use crate::compile::rules::{Compiler, Peers};
use sgfw_common::maps::{Interface, MemberCell, Tree};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Grants by the id that interfaces have for them, and all cells.
#[derive(Clone, Debug, Default)]
pub(super) struct Granted {
    grants: BTreeMap<u64, Grants>,
    /// The grants that name a group.
    naming: HashMap<String, BTreeSet<u64>>,
    cells: BTreeMap<MemberCell, Tree>,
}

/// What the rules of a direction grant, by group.
#[derive(Clone, Debug)]
struct Grants {
    to: BTreeMap<String, Box<[Range]>>,
    /// How many directions of interfaces have these.
    uses: usize,
    is_known: bool,
}

impl Granted {
    /// All cells.
    pub(super) const fn cells(&self) -> &BTreeMap<MemberCell, Tree> {
        &self.cells
    }

    /// Replaces a cell; the one before.
    pub(super) fn set(&mut self, key: MemberCell, cell: Option<Tree>) -> Option<Tree> {
        match cell {
            Some(cell) => self.cells.insert(key, cell),
            None => self.cells.remove(&key),
        }
    }

    /// Follows interfaces that change, whose rules this compiler has compiled.
    pub(super) fn follow(
        &mut self,
        changes: &BTreeMap<String, Option<Interface>>,
        standing: &BTreeMap<String, Interface>,
        compiler: &Compiler<'_>,
    ) {
        let ids = |it: &Interface| it.rules.map(|rules| rules.peers).into_iter().filter(|id| *id != 0);
        for (name, new) in changes {
            for id in new.iter().flat_map(ids) {
                if let Some(peers) = compiler.peers.get(&id) {
                    let new = || Grants { to: owned(peers, &compiler.sets), uses: 0, is_known: false };
                    self.grants.entry(id).or_insert_with(new).uses += 1;
                }
            }
            for id in standing.get(name).into_iter().flat_map(ids) {
                self.grants.entry(id).and_modify(|grants| grants.uses -= 1);
            }
        }
    }

    /// Cells that change with the grants and the sets that began or ended; none is gone.
    pub(super) fn turn(
        &mut self,
        joined: &mut Joined,
        compiler: &mut Compiler<'_>,
    ) -> Result<BTreeMap<MemberCell, Option<Tree>>, CompileError> {
        let turned: Vec<u64> =
            self.grants.iter().filter(|(_, it)| it.is_known != (it.uses > 0)).map(|it| *it.0).collect();
        turned.iter().for_each(|id| self.begin(*id));
        let mut keys = BTreeSet::new();
        for id in &turned {
            let groups = self.grants.get(id).into_iter().flat_map(|grants| grants.to.keys());
            let sets = groups.flat_map(|group| joined.sets_of(group));
            keys.extend(sets.map(|set| MemberCell { peers: *id, set }));
        }
        for (set, groups) in joined.turned() {
            let naming = groups.iter().filter_map(|group| self.naming.get(group)).flatten();
            keys.extend(naming.map(|peers| MemberCell { peers: *peers, set }));
        }
        let mut changes = BTreeMap::new();
        for key in keys {
            let cell = self.cell(key, joined, compiler)?;
            if self.cells.get(&key) != cell.as_ref() {
                changes.insert(key, cell);
            }
        }
        turned.into_iter().for_each(|id| self.end(id));
        joined.settle();
        Ok(changes)
    }

    /// What a set is granted; none if one of both has ended.
    fn cell(
        &self,
        key: MemberCell,
        joined: &Joined,
        compiler: &mut Compiler<'_>,
    ) -> Result<Option<Tree>, CompileError> {
        let grants = self.grants.get(&key.peers).filter(|grants| grants.uses > 0);
        let (Some(grants), Some(groups)) = (grants, joined.groups_of(key.set)) else { return Ok(None) };
        let ranges = groups.iter().filter_map(|group| grants.to.get(group)).flatten().copied().collect();
        let set = compiler.sets.intern(ranges);
        compiler.sets.tree(set, compiler.nodes32).map(Some)
    }

    /// Groups lead to grants that began; to those that ended they lead until their cells are gone.
    fn begin(&mut self, id: u64) {
        let Some(grants) = self.grants.get_mut(&id).filter(|grants| grants.uses > 0) else { return };
        grants.is_known = true;
        for group in grants.to.keys() {
            self.naming.entry(group.clone()).or_default().insert(id);
        }
    }

    fn end(&mut self, id: u64) {
        if self.grants.get(&id).is_none_or(|grants| grants.uses > 0) {
            return;
        }
        let Some(grants) = self.grants.remove(&id) else { return };
        for group in grants.to.keys() {
            if let Some(ids) = self.naming.get_mut(group) {
                ids.remove(&id);
                if ids.is_empty() {
                    self.naming.remove(group);
                }
            }
        }
    }
}

fn owned(peers: &Peers<'_>, sets: &PortSets) -> BTreeMap<String, Box<[Range]>> {
    peers.iter().map(|(group, set)| ((*group).to_owned(), sets.ranges(*set).into())).collect()
}
