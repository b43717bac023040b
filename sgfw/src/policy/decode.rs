//! Small decoders: each takes a node, gives a value or reports what the node should have been.

use super::report::Report;
use super::suggest::{did_you_mean, nearest};
use super::tree::{Node, Spot, Value};

/// The entries of a mapping whose keys are known.
pub(super) struct Fields<'n> {
    /// Where the mapping begins.
    pub(super) spot: Spot,
    entries: Vec<(&'n str, &'n Node)>,
    /// Keys that a mistyped one was taken for: to say that they are missing would tell one mistake twice.
    meant: Vec<&'n str>,
}

impl<'n> Fields<'n> {
    /// Reads a mapping. Unknown and double keys are reported and left out.
    pub(super) fn read(node: &'n Node, what: &str, known: &[&'static str], report: &mut Report) -> Option<Self> {
        let Value::Map(map) = &node.value else {
            wrong::<()>(node, what, "a mapping", report);
            return None;
        };
        let mut fields = Self { spot: node.spot, entries: Vec::with_capacity(map.len()), meant: Vec::new() };
        for (key, value) in map {
            fields.add(key, value, what, known, report);
        }
        Some(fields)
    }

    /// The value of a key.
    pub(super) fn get(&self, key: &str) -> Option<&'n Node> {
        self.entries.iter().find(|(name, _)| *name == key).map(|(_, value)| *value)
    }

    /// The same, where one key also goes by another name.
    pub(super) fn with_alias(&self, alias: &str, key: &'n str) -> Self {
        let entries = self.entries.iter().map(|(name, value)| (if *name == alias { key } else { *name }, *value));
        Self { spot: self.spot, entries: entries.collect(), meant: self.meant.clone() }
    }

    /// The value of a key that must be there; `help` shows how to write it.
    pub(super) fn require(&self, key: &str, what: &str, help: &str, report: &mut Report) -> Option<&'n Node> {
        let value = self.get(key);
        if value.is_none() && !self.meant.contains(&key) {
            report.error(self.spot, format!("{what} has no `{key}`"), help);
        }
        value
    }

    fn add(&mut self, key: &'n Node, value: &'n Node, what: &str, known: &[&'static str], report: &mut Report) {
        let Value::Text(name) = &key.value else {
            report.error(key.spot, format!("a key of {what} is {}, not a word", key.value.kind()), list_of(known));
            return;
        };
        if !known.contains(&&**name) {
            self.meant.extend(nearest(name, known.iter().copied()));
            report.error(key.spot, format!("{what} has no key `{name}`"), instead(name, known));
        } else if self.get(name).is_some() {
            report.error(key.spot, format!("`{name}` is given twice in {what}"), "keep one of them");
        } else {
            self.entries.push((name, value));
        }
    }
}

/// Text, as written.
pub(super) fn text<'n>(node: &'n Node, what: &str, report: &mut Report) -> Option<&'n str> {
    match &node.value {
        Value::Text(text) => Some(text),
        Value::Bool(_) | Value::Integer(_) | Value::Float => {
            report.error(node.spot, format!("{what} is {}, not text", node.value.kind()), "put it in quotes");
            None
        }
        _ => wrong(node, what, "text", report),
    }
}

/// A whole number within a range.
pub(super) fn integer<T: TryFrom<i64>>(
    node: &Node,
    what: &str,
    range: std::ops::RangeInclusive<i64>,
    report: &mut Report,
) -> Option<T> {
    let (first, last) = (range.start(), range.end());
    match node.value {
        Value::Integer(number) if range.contains(&number) => T::try_from(number).ok(),
        Value::Integer(_) | Value::Float => {
            report.error(node.spot, format!("{what} must be {first} to {last}"), "");
            None
        }
        _ => wrong(node, what, &format!("a whole number, {first} to {last}"), report),
    }
}

/// `true` or `false`.
pub(super) fn boolean(node: &Node, what: &str, report: &mut Report) -> Option<bool> {
    match node.value {
        Value::Bool(value) => Some(value),
        _ => wrong(node, what, "`true` or `false`", report),
    }
}

/// A list.
pub(super) fn list<'n>(node: &'n Node, what: &str, report: &mut Report) -> Option<&'n [Node]> {
    match &node.value {
        Value::List(items) => Some(items),
        Value::Null => {
            report.error(node.spot, format!("{what} is empty"), "write `[]` for an empty list");
            None
        }
        _ => wrong(node, what, "a list", report),
    }
}

/// Whether this is a list with nothing in it.
pub(super) fn is_empty_list(node: &Node) -> bool {
    matches!(&node.value, Value::List(items) if items.is_empty())
}

/// One value, or a list of them.
pub(super) fn one_or_more(node: &Node) -> &[Node] {
    match &node.value {
        Value::List(items) => items,
        _ => std::slice::from_ref(node),
    }
}

/// One of a few words.
pub(super) fn word<T: Copy>(node: &Node, what: &str, words: &[(&'static str, T)], report: &mut Report) -> Option<T> {
    let names: Vec<&'static str> = words.iter().map(|(name, _)| *name).collect();
    let Value::Text(text) = &node.value else {
        return wrong(node, what, &list_of(&names), report);
    };
    let found = words.iter().find(|(name, _)| **name == **text).map(|(_, value)| *value);
    if found.is_none() {
        report.error(node.spot, format!("`{what}` cannot be `{text}`"), instead(text, &names));
    }
    found
}

/// Reports a node of the wrong type.
pub(super) fn wrong<T>(node: &Node, what: &str, wanted: &str, report: &mut Report) -> Option<T> {
    report.error(node.spot, format!("{what} is {}, not {wanted}", node.value.kind()), "");
    None
}

/// The nearest right word, or all of them.
fn instead(word: &str, known: &[&'static str]) -> String {
    did_you_mean(word, known.iter().copied()).unwrap_or_else(|| format!("known here: {}", list_of(known)))
}

fn list_of(words: &[&'static str]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}
