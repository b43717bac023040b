//! After the last file: names that point to nothing, ids instead of names, and the group that always exists.

use super::draft::{Draft, Kind, Reference};
use super::suggest::did_you_mean;
use crate::model::{DEFAULT_GROUP, Group, Peer, Snapshot};
use std::collections::{BTreeSet, HashMap};

/// Every suggestion compares a name with all others; a file full of unknown names must not take forever.
const MOST_SUGGESTED: usize = 100;

/// Completes the snapshot.
pub(super) fn resolve(draft: &mut Draft) {
    draft.snapshot.groups.entry(DEFAULT_GROUP.to_owned()).or_insert_with(Group::default_group);
    let ids = Ids::of(&draft.snapshot);
    let references = std::mem::take(&mut draft.references);
    let unknown: Vec<Reference> = references.into_iter().filter(|one| !is_known(one, &ids, draft)).collect();
    for (number, reference) in unknown.iter().enumerate() {
        report(reference, number < MOST_SUGGESTED, draft);
    }
    ids.replace(&mut draft.snapshot);
}

/// A group that could not be read was declared all the same.
fn is_known(reference: &Reference, ids: &Ids, draft: &Draft) -> bool {
    let Reference { kind, name, .. } = reference;
    let default = *kind == Kind::Group && name == DEFAULT_GROUP;
    default || draft.declared.contains_key(&(*kind, name.clone())) || ids.of_kind(*kind).contains_key(name)
}

fn report(reference: &Reference, suggest: bool, draft: &mut Draft) {
    let Reference { kind, name, place } = reference;
    let same_kind = draft.declared.keys().filter(|(other, _)| suggest && other == kind);
    let meant = did_you_mean(name, same_kind.map(|(_, name)| name.as_str()));
    let section = match kind {
        Kind::Group => "groups",
        _ => "prefix-lists",
    };
    let help = meant.unwrap_or_else(|| format!("declare it under `{section}`"));
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
