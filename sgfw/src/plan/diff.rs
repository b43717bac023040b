//! What changes between two policies, in the operator's words. Order is no difference.

use crate::model::{Direction, Group, Interface, Peer, PrefixList, Rule, Snapshot, Traffic};
use ipnet::IpNet;
use serde::Serialize;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// What happens to a thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Change {
    /// It was not there.
    Added,
    /// It is there no more.
    Removed,
    /// It is there with something else about it.
    Changed,
}

/// All changes, by the names of things; what is the same is not listed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Changes {
    /// Security groups.
    pub groups: BTreeMap<String, ItemChange>,
    /// Prefix lists; entries stand among the rules, as `entry`.
    pub prefix_lists: BTreeMap<String, ItemChange>,
    /// Network interfaces.
    pub interfaces: BTreeMap<String, ItemChange>,
    /// Members that live elsewhere.
    pub members: BTreeMap<String, ItemChange>,
}

/// What changes about a group, a prefix list, an interface or a member.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ItemChange {
    /// What happens to it as a whole.
    pub change: Change,
    /// Its fields. An added thing lists those that say something, a removed one none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<Field>,
    /// A group's rules, or a prefix list's entries.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<RuleChange>,
}

/// One field, as its value in JSON; null is none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Field {
    /// Its name; parts of a nested one are joined by a dot.
    pub name: String,
    /// The value before.
    pub old: Value,
    /// The value after.
    pub new: Value,
}

/// One rule, known by its traffic and its peer; or an entry, known by its block.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RuleChange {
    /// [`Change::Changed`] is a change of description.
    pub change: Change,
    /// `ingress tcp 443 from 0.0.0.0/0`, `egress all to ::/0`, `entry 10.0.0.0/8`.
    pub rule: String,
    /// The description, afterwards.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// File and line, `web.yaml:12`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<String>,
}

impl Changes {
    /// Whether both policies say the same.
    pub fn is_empty(&self) -> bool {
        self.groups.is_empty() && self.prefix_lists.is_empty() && self.interfaces.is_empty() && self.members.is_empty()
    }
}

/// What changes from one policy to another.
pub fn diff(old: &Snapshot, new: &Snapshot) -> Changes {
    Changes {
        groups: items(&old.groups, &new.groups, (group_fields, nothing), group_rules),
        prefix_lists: items(&old.prefix_lists, &new.prefix_lists, (list_fields, nothing), entries),
        interfaces: items(&old.interfaces, &new.interfaces, (flat, usual_interface), |_| Rules::new()),
        members: items(&old.members, &new.members, (flat, nothing), |_| Rules::new()),
    }
}

/// What makes a rule or an entry the same one, in the order they are listed.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Rule(Direction, Traffic, Peer),
    Entry(IpNet),
}

/// Description and origin of rules and entries.
type Rules = BTreeMap<Key, (Option<String>, Option<String>)>;

/// Fields by name. What is empty counts as none.
type Fields = BTreeMap<String, Value>;

fn items<T: PartialEq>(
    old: &BTreeMap<String, T>,
    new: &BTreeMap<String, T>,
    (fields, usual): (impl Fn(&T) -> Fields, impl Fn(&T) -> Fields),
    rules: impl Fn(&T) -> Rules,
) -> BTreeMap<String, ItemChange> {
    let names: BTreeSet<&String> =
        old.keys().chain(new.keys()).filter(|name| old.get(*name) != new.get(*name)).collect();
    let of = |name: &String| {
        let (old, new) = (old.get(name), new.get(name));
        let change = match (old, new) {
            (None, _) => Change::Added,
            (_, None) => Change::Removed,
            _ => Change::Changed,
        };
        let of = |item: Option<&T>| item.map(&rules).unwrap_or_default();
        let fields = match (old, new) {
            (Some(old), Some(new)) => field_changes(&fields(old), &fields(new)),
            (None, Some(new)) => unusual(&usual(new), fields(new)),
            _ => Vec::new(),
        };
        ItemChange { change, fields, rules: rule_changes(&of(old), &of(new)) }
    };
    let changes = names.into_iter().map(|name| (name.clone(), of(name)));
    changes.filter(|(_, it)| it.change != Change::Changed || !it.fields.is_empty() || !it.rules.is_empty()).collect()
}

fn rule_changes(old: &Rules, new: &Rules) -> Vec<RuleChange> {
    let keys: BTreeSet<_> = old.keys().chain(new.keys()).collect();
    let of = |key: &Key| {
        let (change, (description, origin)) = match (old.get(key), new.get(key)) {
            (None, Some(new)) => (Change::Added, new),
            (Some(old), None) => (Change::Removed, old),
            (Some(old), Some(new)) if old.0 != new.0 => (Change::Changed, new),
            _ => return None,
        };
        Some(RuleChange { change, rule: key.to_string(), description: description.clone(), origin: origin.clone() })
    };
    keys.into_iter().filter_map(of).collect()
}

fn group_rules(group: &Group) -> Rules {
    let of =
        |way| group.rules(way).iter().map(move |rule| (Key::Rule(way, rule.traffic, rule.peer.clone()), about(rule)));
    of(Direction::Ingress).chain(of(Direction::Egress)).collect()
}

fn about(rule: &Rule) -> (Option<String>, Option<String>) {
    let origin = &rule.origin;
    let written = (origin.line > 0).then(|| format!("{}:{}", origin.file, origin.line));
    (rule.description.clone(), written)
}

fn entries(list: &PrefixList) -> Rules {
    list.entries.iter().map(|entry| (Key::Entry(entry.block), (entry.description.clone(), None))).collect()
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rule(Direction::Ingress, traffic, peer) => write!(f, "ingress {traffic} from {peer}"),
            Self::Rule(Direction::Egress, traffic, peer) => write!(f, "egress {traffic} to {peer}"),
            Self::Entry(block) => write!(f, "entry {block}"),
        }
    }
}

fn field_changes(old: &Fields, new: &Fields) -> Vec<Field> {
    let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let get = |of: &Fields, name: &String| of.get(name).cloned().unwrap_or(Value::Null);
    let changed = names.into_iter().filter(|name| old.get(*name) != new.get(*name));
    changed.map(|name| Field { name: name.clone(), old: get(old, name), new: get(new, name) }).collect()
}

/// What a new item says that goes without saying is left out.
fn unusual(usual: &Fields, new: Fields) -> Vec<Field> {
    let said = new.into_iter().filter(|(name, value)| usual.get(name) != Some(value));
    said.map(|(name, new)| Field { name, old: Value::Null, new }).collect()
}

/// What a group says besides its rules, which may be many.
fn group_fields(group: &Group) -> Fields {
    let Group { id, description, tags, .. } = group;
    flat(&serde_json::json!({ "id": id, "description": description, "tags": tags }))
}

fn list_fields(list: &PrefixList) -> Fields {
    flat(&serde_json::json!({ "id": list.id }))
}

/// What an interface would be without a word said of it.
fn usual_interface(interface: &Interface) -> Fields {
    flat(&Interface::new(&interface.name, interface.side))
}

fn nothing<T>(_: &T) -> Fields {
    Fields::new()
}

/// The fields of a value but its name, which is the item's.
fn flat<T: Serialize>(item: &T) -> Fields {
    let mut flat = BTreeMap::new();
    if let Ok(Value::Object(fields)) = serde_json::to_value(item) {
        for (name, value) in fields.into_iter().filter(|(name, _)| name != "name") {
            flatten(&mut flat, name.replace('_', "-"), value);
        }
    }
    flat
}

fn flatten(flat: &mut Fields, name: String, value: Value) {
    match value {
        Value::Object(fields) => {
            for (inner, value) in fields {
                flatten(flat, format!("{name}.{}", inner.replace('_', "-")), value);
            }
        }
        Value::Null => {}
        Value::Array(list) if list.is_empty() => {}
        value => drop(flat.insert(name, value)),
    }
}
