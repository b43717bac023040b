//! Members of groups, by address, and what rules that name groups grant them.
//!
//! Ids are hashes of content, not numbers in an order: a member that joins a group changes one entry and
//! no other, and a running kernel's ids mean the same to the next process.

use super::error::{CompileError, check};
use super::ports::{PortSets, SetId};
use super::rules::{Compiler, Peers};
use crate::model::Snapshot;
use sgfw_common::addr::Addr;
use sgfw_common::maps::{self, MemberCell, Tree};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::net::IpAddr;

/// Who is in which groups.
pub(super) struct Members<'a> {
    /// The set each address belongs to.
    pub(super) sets: BTreeMap<Addr, u64>,
    /// The groups of each set.
    groups: BTreeMap<u64, BTreeSet<&'a str>>,
}

impl<'a> Members<'a> {
    /// The members of a policy: its interfaces, and those that live elsewhere. An address that several of
    /// them have belongs to the groups of all.
    pub(super) fn of(snapshot: &'a Snapshot) -> Self {
        let interfaces = snapshot.interfaces.values().map(|it| (&it.addresses, &it.groups));
        let elsewhere = snapshot.members.values().map(|it| (&it.addresses, &it.groups));
        let mut names = SetNames::default();
        let mut all: Vec<(Addr, u64)> = Vec::new();
        for (addresses, groups) in interfaces.chain(elsewhere).filter(|(_, groups)| !groups.is_empty()) {
            let set = names.of(groups);
            all.extend(addresses.iter().map(|address| (addr(*address), set)));
        }
        all.sort_unstable();
        all.dedup();
        let is_whole = all.windows(2).all(|pair| pair[0].0 != pair[1].0);
        if is_whole {
            return Self { sets: all.into_iter().collect(), groups: names.groups };
        }
        let together =
            all.chunk_by(|a, b| a.0 == b.0).map(|same| (same[0].0, names.together(same.iter().map(|it| it.1))));
        let sets: BTreeMap<Addr, u64> = together.collect();
        let used: HashSet<u64> = sets.values().copied().collect();
        names.groups.retain(|set, _| used.contains(set));
        Self { sets, groups: names.groups }
    }

    /// The cells that rules and members make together; what grants nothing needs none.
    pub(super) fn cells(&self, compiler: &mut Compiler<'_>) -> Result<BTreeMap<MemberCell, Tree>, CompileError> {
        let mut sets_of: BTreeMap<&str, Vec<u64>> = BTreeMap::new();
        for (set, groups) in &self.groups {
            groups.iter().for_each(|group| sets_of.entry(group).or_default().push(*set));
        }
        let mut granted: BTreeMap<MemberCell, SetId> = BTreeMap::new();
        for (id, peers) in &compiler.peers {
            for (group, allowed) in peers {
                for set in sets_of.get(group).into_iter().flatten() {
                    let cell = granted.entry(MemberCell { peers: *id, set: *set }).or_insert(SetId::NONE);
                    *cell = compiler.sets.union(*cell, *allowed);
                }
            }
        }
        check("MEMBER_CELLS", maps::MAX_MEMBER_CELLS, granted.len())?;
        granted.into_iter().map(|(key, set)| Ok((key, compiler.sets.tree(set, compiler.nodes32)?))).collect()
    }
}

/// The id of what rules grant to groups; 0 if they name none.
pub(super) fn peers_id(peers: &Peers<'_>, sets: &PortSets) -> u64 {
    if peers.is_empty() {
        return 0;
    }
    let mut hash = Sha256::new_with_prefix(b"sgfw peers 1");
    for (group, set) in peers {
        name(&mut hash, group);
        hash.update((sets.ranges(*set).len() as u64).to_le_bytes());
        for (first, last) in sets.ranges(*set) {
            hash.update(first.to_le_bytes());
            hash.update(last.to_le_bytes());
        }
    }
    id(hash)
}

/// The ids of sets of groups, each hashed once.
#[derive(Default)]
pub(super) struct SetNames<'a> {
    known: HashMap<&'a BTreeSet<String>, u64>,
    /// The groups of each set that was named.
    pub(super) groups: BTreeMap<u64, BTreeSet<&'a str>>,
}

impl<'a> SetNames<'a> {
    /// The id of a set; there is at least one group in it.
    pub(super) fn of(&mut self, groups: &'a BTreeSet<String>) -> u64 {
        if let Some(id) = self.known.get(groups) {
            return *id;
        }
        let id = self.name(groups.iter().map(String::as_str).collect());
        self.known.insert(groups, id);
        id
    }

    /// The id of the union of sets that have ids.
    pub(super) fn together(&mut self, sets: impl ExactSizeIterator<Item = u64> + Clone) -> u64 {
        match (sets.len(), sets.clone().next()) {
            (1, Some(only)) => only,
            _ => self.name(sets.filter_map(|set| self.groups.get(&set)).flatten().copied().collect()),
        }
    }

    fn name(&mut self, groups: BTreeSet<&'a str>) -> u64 {
        let id = set_id(&groups);
        self.groups.insert(id, groups);
        id
    }
}

fn set_id(groups: &BTreeSet<&str>) -> u64 {
    let mut hash = Sha256::new_with_prefix(b"sgfw set 1");
    groups.iter().for_each(|group| name(&mut hash, group));
    id(hash)
}

fn name(hash: &mut Sha256, name: &str) {
    hash.update((name.len() as u64).to_le_bytes());
    hash.update(name);
}

fn id(hash: Sha256) -> u64 {
    let mut first = [0; 8];
    first.copy_from_slice(&hash.finalize()[..8]);
    // 0 is "none", in the maps and in the decision.
    u64::from_le_bytes(first).max(1)
}

pub(super) fn addr(address: IpAddr) -> Addr {
    match address {
        IpAddr::V4(address) => Addr::v4(address.octets()),
        IpAddr::V6(address) => Addr::v6(address.octets()),
    }
}
