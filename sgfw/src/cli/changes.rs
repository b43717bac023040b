//! What differs between two revisions of the store, in words: objects by kind, their fields, rules and entries.
//!
//! Rows are compared as JSON, so that what a newer sgfw wrote can be told too; only rules and entries are known.

use super::table::list;
use crate::inventory::{GroupRule, RulePeer, SecurityGroup};
use crate::model::Direction;
use crate::plan::{Change, Field};
use crate::store::Rows;
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// Kinds of rows that repeat what other rows say, or are of no concern to people.
const HIDDEN: [&str; 2] = ["baseline", "token"];
/// Fields of an object that are shown in another way, or follow from others.
const APART: [&str; 4] = ["id", "rules", "entries", "earlier"];

/// One object that differs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Difference {
    /// What it is, such as `group`.
    kind: String,
    /// Its id.
    id: String,
    /// Its name, if it has one.
    name: Option<String>,
    /// What happened to it.
    change: Change,
    /// The fields of a changed one.
    fields: Vec<Field>,
    /// Its rules or entries.
    parts: Vec<PartDifference>,
    /// The whole object before.
    old: Value,
    /// The whole object after.
    new: Value,
}

/// A rule or an entry that differs.
#[derive(Clone, Debug, PartialEq, Serialize)]
struct PartDifference {
    change: Change,
    /// `ingress tcp 443 from 0.0.0.0/0`, `entry 10.0.0.0/8`.
    words: String,
    /// A rule's id, an entry's block.
    id: String,
    /// What is said of a changed one.
    fields: Vec<Field>,
}

/// What kind of object a key is of.
pub(super) fn kind(key: &str) -> Option<&str> {
    let kind = key.split('/').next()?;
    (!HIDDEN.contains(&kind)).then_some(kind)
}

/// What differs, by kind and id.
pub(super) fn differences(old: &Rows, new: &Rows) -> Vec<Difference> {
    let keys: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let differ = keys.into_iter().filter(|key| old.get(*key) != new.get(*key));
    differ.filter_map(|key| Some(difference(kind(key)?, key, old.get(key), new.get(key)))).collect()
}

fn difference(kind: &str, key: &str, old: Option<&Vec<u8>>, new: Option<&Vec<u8>>) -> Difference {
    let (before, after) = (value(old), value(new));
    let change = match (old, new) {
        (None, _) => Change::Added,
        (_, None) => Change::Removed,
        _ => Change::Changed,
    };
    let fields = if change == Change::Changed { differing(&flat(&before), &flat(&after)) } else { Vec::new() };
    let name = [&after, &before].into_iter().find_map(|it| Some(it.get("name")?.as_str()?.to_owned()));
    Difference {
        kind: kind.into(),
        id: key.strip_prefix(kind).unwrap_or(key).trim_start_matches('/').into(),
        name,
        change,
        fields,
        parts: part_differences(&parts(&before), &parts(&after)),
        old: before,
        new: after,
    }
}

/// What is no JSON is told as text.
fn value(row: Option<&Vec<u8>>) -> Value {
    let Some(row) = row else { return Value::Null };
    serde_json::from_slice(row).unwrap_or_else(|_| json!({ "text": String::from_utf8_lossy(row) }))
}

/// A rule or an entry: in words, and what is said of it. Known by its id.
type Parts = BTreeMap<String, (String, BTreeMap<String, Value>)>;

fn parts(object: &Value) -> Parts {
    if let Ok(group) = serde_json::from_value::<SecurityGroup>(object.clone()) {
        let about = |rule: &GroupRule| flat(&json!({ "description": rule.description, "tags": rule.tags }));
        return group.rules.iter().map(|rule| (rule.id.to_string(), (words(rule), about(rule)))).collect();
    }
    let entries = object.get("entries").and_then(Value::as_array).into_iter().flatten();
    let entry = |entry: &Value| {
        let block = entry.get("cidr")?.as_str()?.to_owned();
        let about = flat(&json!({ "description": entry.get("description") }));
        Some((block.clone(), (format!("entry {block}"), about)))
    };
    entries.filter_map(entry).collect()
}

fn words(rule: &GroupRule) -> String {
    let preposition = if rule.direction == Direction::Ingress { "from" } else { "to" };
    let peer = match &rule.peer {
        RulePeer::Cidr(block) => block.to_string(),
        RulePeer::Group(group) => format!("group {} ({})", group.id, group.name),
        RulePeer::PrefixList(list) => format!("prefix-list {list}"),
    };
    format!("{} {} {preposition} {peer}", rule.direction, rule.traffic)
}

fn part_differences(old: &Parts, new: &Parts) -> Vec<PartDifference> {
    let ids: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let mut all = Vec::new();
    for id in ids {
        let mut add = |change, words: &str, fields| {
            all.push(PartDifference { change, words: words.to_owned(), id: id.clone(), fields });
        };
        match (old.get(id), new.get(id)) {
            (Some((old, a)), Some((new, b))) if old == new && a != b => add(Change::Changed, new, differing(a, b)),
            (Some((old, _)), Some((new, _))) if old == new => {}
            (old, new) => {
                old.into_iter().for_each(|(words, _)| add(Change::Removed, words, Vec::new()));
                new.into_iter().for_each(|(words, _)| add(Change::Added, words, Vec::new()));
            }
        }
    }
    all
}

fn differing(old: &BTreeMap<String, Value>, new: &BTreeMap<String, Value>) -> Vec<Field> {
    let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let get = |of: &BTreeMap<String, Value>, name: &String| of.get(name).cloned().unwrap_or_default();
    let field = |name: &String| Field { name: name.clone(), old: get(old, name), new: get(new, name) };
    names.into_iter().map(field).filter(|field| field.old != field.new).collect()
}

/// Fields of objects within objects are named with dots. What is empty counts as none.
fn flat(value: &Value) -> BTreeMap<String, Value> {
    let mut flat = BTreeMap::new();
    let fields = value.as_object().into_iter().flatten();
    fields
        .filter(|(name, _)| !APART.contains(&name.as_str()))
        .for_each(|(name, value)| flatten(&mut flat, name, value));
    flat
}

fn flatten(flat: &mut BTreeMap<String, Value>, name: &str, value: &Value) {
    match value {
        Value::Object(fields) => fields.iter().for_each(|(it, value)| flatten(flat, &format!("{name}.{it}"), value)),
        Value::Null => {}
        Value::Array(list) if list.is_empty() => {}
        value => drop(flat.insert(name.replace('_', "-"), value.clone())),
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.name.as_ref().filter(|name| **name != self.id);
        let name = name.map(|name| format!(" ({name})")).unwrap_or_default();
        let space = if self.id.is_empty() { "" } else { " " };
        writeln!(f, "{} {}{space}{}{name}", sign(self.change), self.kind, self.id)?;
        self.fields.iter().try_for_each(|field| writeln!(f, "  ~ {}", change(field)))?;
        self.parts.iter().try_for_each(|part| writeln!(f, "  {part}"))
    }
}

impl fmt::Display for PartDifference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", sign(self.change), self.words)?;
        if !self.words.ends_with(&self.id) {
            write!(f, "   ({})", self.id)?;
        }
        if self.fields.is_empty() { Ok(()) } else { write!(f, ": {}", list(self.fields.iter().map(change))) }
    }
}

fn change(field: &Field) -> String {
    format!("{}: {} -> {}", field.name, plain(&field.old), plain(&field.new))
}

fn plain(value: &Value) -> String {
    match value {
        Value::Null => "none".into(),
        Value::String(text) => text.clone(),
        Value::Array(all) => list(all.iter().map(plain)),
        other => other.to_string(),
    }
}

const fn sign(change: Change) -> char {
    match change {
        Change::Added => '+',
        Change::Removed => '-',
        Change::Changed => '~',
    }
}
