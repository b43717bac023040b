//! A change of a snapshot, as large as what it changes.

use super::{Group, Interface, Member, PrefixList, Snapshot};
use std::collections::BTreeMap;

/// What becomes of the things with these names; none is there no more. All else stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Patch {
    /// Security groups.
    pub groups: BTreeMap<String, Option<Group>>,
    /// Prefix lists.
    pub prefix_lists: BTreeMap<String, Option<PrefixList>>,
    /// Network interfaces of this host.
    pub interfaces: BTreeMap<String, Option<Interface>>,
    /// Members that live elsewhere.
    pub members: BTreeMap<String, Option<Member>>,
}

/// A snapshot as it is after a patch that was not applied to it.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    base: &'a Snapshot,
    patch: Option<&'a Patch>,
}

impl Patch {
    /// Nothing changes.
    pub fn is_empty(&self) -> bool {
        self.groups.is_empty() && self.prefix_lists.is_empty() && self.interfaces.is_empty() && self.members.is_empty()
    }

    /// Drops what is so already.
    pub fn tidy(&mut self, base: &Snapshot) {
        tidy(&mut self.groups, &base.groups);
        tidy(&mut self.prefix_lists, &base.prefix_lists);
        tidy(&mut self.interfaces, &base.interfaces);
        tidy(&mut self.members, &base.members);
    }

    /// Changes a snapshot.
    pub fn apply(self, base: &mut Snapshot) {
        apply(self.groups, &mut base.groups);
        apply(self.prefix_lists, &mut base.prefix_lists);
        apply(self.interfaces, &mut base.interfaces);
        apply(self.members, &mut base.members);
    }

    /// What it speaks of, before and after. Rules there may name what is in neither.
    pub fn sides(&self, base: &Snapshot) -> (Snapshot, Snapshot) {
        let before = Snapshot {
            groups: named(&self.groups, &base.groups),
            prefix_lists: named(&self.prefix_lists, &base.prefix_lists),
            interfaces: named(&self.interfaces, &base.interfaces),
            members: named(&self.members, &base.members),
        };
        let mut after = Snapshot::default();
        self.clone().apply(&mut after);
        (before, after)
    }
}

impl<'a> View<'a> {
    /// After a patch.
    pub const fn after(base: &'a Snapshot, patch: &'a Patch) -> Self {
        Self { base, patch: Some(patch) }
    }

    /// The group with this name.
    pub fn group(&self, name: &str) -> Option<&'a Group> {
        look(self.patch.map(|patch| &patch.groups), &self.base.groups, name)
    }

    /// The prefix list with this name.
    pub fn prefix_list(&self, name: &str) -> Option<&'a PrefixList> {
        look(self.patch.map(|patch| &patch.prefix_lists), &self.base.prefix_lists, name)
    }

    /// The interface with this name.
    pub fn interface(&self, name: &str) -> Option<&'a Interface> {
        look(self.patch.map(|patch| &patch.interfaces), &self.base.interfaces, name)
    }

    /// The member with this name.
    pub fn member(&self, name: &str) -> Option<&'a Member> {
        look(self.patch.map(|patch| &patch.members), &self.base.members, name)
    }
}

impl<'a> From<&'a Snapshot> for View<'a> {
    fn from(base: &'a Snapshot) -> Self {
        Self { base, patch: None }
    }
}

fn tidy<T: PartialEq>(patch: &mut BTreeMap<String, Option<T>>, base: &BTreeMap<String, T>) {
    patch.retain(|name, new| new.as_ref() != base.get(name));
}

fn apply<T>(patch: BTreeMap<String, Option<T>>, base: &mut BTreeMap<String, T>) {
    for (name, new) in patch {
        match new {
            Some(new) => base.insert(name, new),
            None => base.remove(&name),
        };
    }
}

fn named<T: Clone>(patch: &BTreeMap<String, Option<T>>, base: &BTreeMap<String, T>) -> BTreeMap<String, T> {
    patch.keys().filter_map(|name| Some((name.clone(), base.get(name)?.clone()))).collect()
}

fn look<'a, T>(
    patch: Option<&'a BTreeMap<String, Option<T>>>,
    base: &'a BTreeMap<String, T>,
    name: &str,
) -> Option<&'a T> {
    match patch.and_then(|patch| patch.get(name)) {
        Some(new) => new.as_ref(),
        None => base.get(name),
    }
}
