//! After the last file: names that point to nothing, ids instead of names, and the group that always exists.

use super::draft::{Draft, Kind, Reference};
use super::suggest::did_you_mean;
use crate::model::{DEFAULT_GROUP, Group, Peer, Snapshot};
use std::collections::{BTreeSet, HashMap};

/// Completes the snapshot.
pub(super) fn resolve(draft: &mut Draft) {
    draft.snapshot.groups.entry(DEFAULT_GROUP.to_owned()).or_insert_with(Group::default_group);
    let ids = Ids::of(&draft.snapshot);
    for reference in std::mem::take(&mut draft.references) {
        check(&reference, &ids, draft);
    }
    ids.replace(&mut draft.snapshot);
}

fn check(reference: &Reference, ids: &Ids, draft: &mut Draft) {
    let Reference { kind, name, place } = reference;
    // A group that could not be read was declared all the same.
    let default = *kind == Kind::Group && name == DEFAULT_GROUP;
    let key = (*kind, name.clone());
    if default || draft.declared.contains_key(&key) || ids.of_kind(*kind).contains_key(name) {
        return;
    }
    let names: Vec<&str> =
        draft.declared.keys().filter(|(other, _)| other == kind).map(|(_, name)| name.as_str()).collect();
    let section = match kind {
        Kind::Group => "groups",
        _ => "prefix-lists",
    };
    let help = did_you_mean(name, names).unwrap_or_else(|| format!("declare it under `{section}`"));
    draft.report.error_at(*place, format!("there is no {} `{name}`", kind.noun()), help);
}

/// Ids to names. A name cannot begin like an id (F7), so a reference is one or the other.
struct Ids {
    groups: HashMap<String, String>,
    prefix_lists: HashMap<String, String>,
}

impl Ids {
    fn of(snapshot: &Snapshot) -> Self {
        let groups = snapshot.groups.values().filter_map(|group| Some((group.id.clone()?, group.name.clone())));
        let lists = snapshot.prefix_lists.values().filter_map(|list| Some((list.id.clone()?, list.name.clone())));
        Self { groups: groups.collect(), prefix_lists: lists.collect() }
    }

    fn of_kind(&self, kind: Kind) -> &HashMap<String, String> {
        match kind {
            Kind::Group => &self.groups,
            _ => &self.prefix_lists,
        }
    }

    fn replace(&self, snapshot: &mut Snapshot) {
        if self.groups.is_empty() && self.prefix_lists.is_empty() {
            return;
        }
        snapshot.groups = std::mem::take(&mut snapshot.groups)
            .into_iter()
            .map(|(name, mut group)| {
                group.ingress.iter_mut().chain(&mut group.egress).for_each(|rule| self.replace_peer(&mut rule.peer));
                (name, group.canonical())
            })
            .collect();
        let interfaces = snapshot.interfaces.values_mut().map(|interface| &mut interface.groups);
        let members = snapshot.members.values_mut().map(|member| &mut member.groups);
        interfaces.chain(members).for_each(|groups| self.replace_groups(groups));
    }

    fn replace_peer(&self, peer: &mut Peer) {
        let (ids, name) = match peer {
            Peer::Group(name) => (&self.groups, name),
            Peer::PrefixList(name) => (&self.prefix_lists, name),
            Peer::Cidr(_) => return,
        };
        if let Some(known) = ids.get(name) {
            known.clone_into(name);
        }
    }

    fn replace_groups(&self, groups: &mut BTreeSet<String>) {
        *groups =
            std::mem::take(groups).into_iter().map(|name| self.groups.get(&name).cloned().unwrap_or(name)).collect();
    }
}
