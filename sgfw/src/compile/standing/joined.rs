//! Who has which address, which set of groups each address belongs to, and which sets there are.

use super::Names;
use crate::compile::members::{SetNames, addr};
use crate::model::View;
use sgfw_common::addr::Addr;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::net::IpAddr;
use std::sync::Arc;

/// Members of groups, with the ways from groups to sets and from addresses to their owners.
#[derive(Clone, Debug, Default)]
pub(super) struct Joined {
    sets: BTreeMap<Addr, u64>,
    owners: BTreeSet<(Addr, Owner)>,
    alive: HashMap<u64, Set>,
    of_group: HashMap<String, BTreeSet<u64>>,
    /// Sets that this turn began or ended.
    turned: BTreeSet<u64>,
}

/// Whose an address is: an interface of this host, or a member that lives elsewhere.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Owner {
    is_here: bool,
    name: Arc<str>,
}

/// A set of groups that addresses belong to.
#[derive(Clone, Debug)]
struct Set {
    groups: BTreeSet<String>,
    addresses: usize,
    /// Groups lead to it.
    is_known: bool,
}

/// What an owner has: addresses and groups. One without groups has nothing that counts.
type Has<'a> = Option<(&'a BTreeSet<IpAddr>, &'a BTreeSet<String>)>;

impl Owner {
    fn has<'a>(&self, view: View<'a>) -> Has<'a> {
        let has = match self.is_here {
            true => view.interface(&self.name).map(|it| (&it.addresses, &it.groups)),
            false => view.member(&self.name).map(|it| (&it.addresses, &it.groups)),
        };
        has.filter(|(_, groups)| !groups.is_empty())
    }
}

impl Joined {
    /// The set of each address.
    pub(super) const fn sets(&self) -> &BTreeMap<Addr, u64> {
        &self.sets
    }

    /// The sets that a group is in.
    pub(super) fn sets_of(&self, group: &str) -> impl Iterator<Item = u64> {
        self.of_group.get(group).into_iter().flatten().copied()
    }

    /// The groups of a set that addresses belong to.
    pub(super) fn groups_of(&self, set: u64) -> Option<&BTreeSet<String>> {
        self.alive.get(&set).filter(|set| set.addresses > 0).map(|set| &set.groups)
    }

    /// Sets that this turn began or ended, with their groups.
    pub(super) fn turned(&self) -> impl Iterator<Item = (u64, &BTreeSet<String>)> {
        self.turned.iter().filter_map(|set| Some((*set, &self.alive.get(set)?.groups)))
    }

    /// Follows owners that change; says what changes about addresses, 0 for no set.
    pub(super) fn turn(&mut self, old: View<'_>, new: View<'_>, names: &Names<'_>) -> BTreeMap<Addr, u64> {
        let mut touched = BTreeSet::new();
        let mut addresses = BTreeSet::new();
        for (is_here, names) in [(true, &names.interfaces), (false, &names.members)] {
            for name in names {
                let owner = Owner { is_here, name: Arc::from(*name) };
                self.own(&owner, owner.has(old), owner.has(new), &mut addresses);
            }
        }
        let mut known = SetNames::default();
        let mut changes = BTreeMap::new();
        for address in addresses {
            let set = self.set(address, new, &mut known);
            if self.sets.get(&address).copied().unwrap_or(0) != set {
                touched.extend(self.join(address, set, &known));
                changes.insert(address, set);
            }
        }
        touched.into_iter().for_each(|set| self.begin(set));
        changes
    }

    fn own(&mut self, owner: &Owner, old: Has<'_>, new: Has<'_>, touched: &mut BTreeSet<Addr>) {
        for address in old.into_iter().flat_map(|(addresses, _)| addresses) {
            touched.insert(addr(*address));
            self.owners.remove(&(addr(*address), owner.clone()));
        }
        for address in new.into_iter().flat_map(|(addresses, _)| addresses) {
            touched.insert(addr(*address));
            self.owners.insert((addr(*address), owner.clone()));
        }
    }

    /// The union of the groups of all who have an address; 0 if nobody has it.
    fn set<'a>(&self, address: Addr, view: View<'a>, known: &mut SetNames<'a>) -> u64 {
        let first = (address, Owner { is_here: false, name: Arc::from("") });
        let owners = self.owners.range(first..).take_while(|(it, _)| *it == address);
        let sets: Vec<u64> = owners.filter_map(|(_, owner)| Some(known.of(owner.has(view)?.1))).collect();
        if sets.is_empty() { 0 } else { known.together(sets.iter().copied()) }
    }

    /// Says which sets have an address more or less.
    fn join(&mut self, address: Addr, set: u64, known: &SetNames<'_>) -> Vec<u64> {
        let old = match set {
            0 => self.sets.remove(&address),
            set => self.sets.insert(address, set),
        };
        if let Some(groups) = known.groups.get(&set) {
            let names = || groups.iter().map(|name| (*name).to_owned()).collect();
            let new = || Set { groups: names(), addresses: 0, is_known: false };
            self.alive.entry(set).or_insert_with(new).addresses += 1;
        }
        if let Some(left) = old.and_then(|old| self.alive.get_mut(&old)) {
            left.addresses -= 1;
        }
        old.into_iter().chain([set]).filter(|set| *set != 0).collect()
    }

    /// Groups lead to a set that began; from one that ended they lead until its cells are gone.
    fn begin(&mut self, id: u64) {
        let Some(set) = self.alive.get_mut(&id) else { return };
        match (set.addresses > 0, set.is_known) {
            (true, false) => {
                set.is_known = true;
                for group in &set.groups {
                    self.of_group.entry(group.clone()).or_default().insert(id);
                }
                self.turned.insert(id);
            }
            (false, true) => {
                self.turned.insert(id);
            }
            (false, false) => {
                self.alive.remove(&id);
            }
            (true, true) => {}
        }
    }

    /// Ends the turn: sets without an address are forgotten.
    pub(super) fn settle(&mut self) {
        for id in std::mem::take(&mut self.turned) {
            if self.groups_of(id).is_none()
                && let Some(set) = self.alive.remove(&id)
            {
                set.groups.iter().for_each(|group| self.leave(group, id));
            }
        }
    }

    fn leave(&mut self, group: &str, set: u64) {
        if let Some(sets) = self.of_group.get_mut(group) {
            sets.remove(&set);
            if sets.is_empty() {
                self.of_group.remove(group);
            }
        }
    }
}
