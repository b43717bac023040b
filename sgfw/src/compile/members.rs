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
use std::collections::{BTreeMap, BTreeSet};
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
        let mut by_address: BTreeMap<Addr, BTreeSet<&str>> = BTreeMap::new();
        for (addresses, groups) in interfaces.chain(elsewhere).filter(|(_, groups)| !groups.is_empty()) {
            for address in addresses {
                by_address.entry(addr(*address)).or_default().extend(groups.iter().map(String::as_str));
            }
        }
        let mut members = Self { sets: BTreeMap::new(), groups: BTreeMap::new() };
        for (address, groups) in by_address {
            let set = set_id(&groups);
            members.sets.insert(address, set);
            members.groups.insert(set, groups);
        }
        members
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
        granted.into_iter().map(|(key, set)| Ok((key, compiler.sets.tree(set, &mut compiler.nodes32)?))).collect()
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

fn addr(address: IpAddr) -> Addr {
    match address {
        IpAddr::V4(address) => Addr::v4(address.octets()),
        IpAddr::V6(address) => Addr::v6(address.octets()),
    }
}
