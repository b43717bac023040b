//! Groups and prefix lists.

use super::Export;
use super::rules::rule;
use crate::inventory::{Family, GroupRule, ListEntry, ListState, ManagedPrefixList, Network, Scope, SecurityGroup};
use crate::model::{DEFAULT_GROUP, Direction};
use crate::policy::write::Map;
use serde_yaml::{Mapping, Value};

impl Export<'_> {
    /// The groups of a network, by name.
    pub(super) fn groups<'b>(&'b self, scope: &'b Scope, network: &'b Network) -> impl Iterator<Item = Value> {
        let mut groups: Vec<_> = self.state.groups_of(scope, network).collect();
        groups.sort_by_key(|group| &group.name);
        groups.into_iter().map(|group| self.group(group))
    }

    fn group(&self, group: &SecurityGroup) -> Value {
        let mut out = Map::default();
        out.put("name", group.name.as_str()).put("id", group.id.as_str());
        // Left out, the default group's would be the usual one.
        if !group.description.is_empty() || group.name == DEFAULT_GROUP {
            out.put("description", group.description.as_str());
        }
        out.put_tags(&group.tags);
        // Always written: left out, they would mean the defaults. EC2-Classic lets everything out.
        out.put("ingress", self.rules(group, Direction::Ingress));
        if group.network != Network::Classic {
            out.put("egress", self.rules(group, Direction::Egress));
        }
        out.into()
    }

    fn rules(&self, group: &SecurityGroup, direction: Direction) -> Vec<Value> {
        let rules: Vec<&GroupRule> = group.rules(direction).collect();
        rules.into_iter().map(|it| rule(self.state, group, it)).collect()
    }

    /// All prefix lists.
    pub(super) fn prefix_lists(&self) -> impl Iterator<Item = Value> {
        self.state.prefix_lists.values().map(|list| self.prefix_list(list))
    }

    fn prefix_list(&self, list: &ManagedPrefixList) -> Value {
        let mut out = Map::default();
        out.put("name", list.name.as_str()).put("id", list.id.as_str());
        self.at(&list.scope, &mut out);
        out.put("family", family(list.family)).put("max-entries", list.max_entries);
        if let Some(weight) = list.aws_weight {
            out.put("aws-weight", weight);
        }
        out.put("entries", entries(&list.entries));
        out.put("version", list.version);
        if list.state != ListState::CreateComplete {
            out.put("state", list.state.to_string());
        }
        if !list.earlier.is_empty() {
            let earlier = list.earlier.iter().map(|(version, them)| ((*version).into(), entries(them).into()));
            out.put("earlier", earlier.collect::<Mapping>());
        }
        out.put_tags(&list.tags);
        out.into()
    }
}

fn family(family: Family) -> &'static str {
    match family {
        Family::V4 => "IPv4",
        Family::V6 => "IPv6",
        Family::Both => "both",
    }
}

fn entries(entries: &[ListEntry]) -> Vec<Value> {
    let entry = |entry: &ListEntry| match &entry.description {
        None => entry.cidr.to_string().into(),
        Some(words) => {
            let mut out = Map::default();
            out.put("cidr", entry.cidr.to_string()).put("description", words.as_str());
            out.into()
        }
    };
    entries.iter().map(entry).collect()
}
