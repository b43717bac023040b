//! The only file that knows the YAML reader: text to a tree of values that know their place.
//!
//! The document types are not derived from serde: a derived type stops at the first unknown key or wrong type,
//! and a policy with five mistakes should be told all five. So the text becomes this plain tree, and
//! [`super::decode`] reads it. What YAML itself refuses (a tab, a bad bracket) is still one mistake a file,
//! because nothing after it can be trusted.
//!
//! Limits, against files made to hurt: [`DEEPEST`], [`MOST_NODES`], [`MOST_ALIASES`], and [`super::source::LARGEST`].

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::budget::BudgetBreach;
use serde_saphyr::options::{DuplicateKeyPolicy, MergeKeyPolicy, NonFiniteFloatPolicy};
use serde_saphyr::{Error, Location, Options, Spanned};
use std::fmt;

/// Nesting allowed; a policy needs seven.
pub(super) const DEEPEST: usize = 32;
/// Nodes allowed; 100 000 rules written out in full take about 1.1 million.
pub(super) const MOST_NODES: usize = 2_000_000;
/// Aliases allowed in one file.
pub(super) const MOST_ALIASES: usize = 64;
/// Events that aliases may repeat: doubling lists end here.
const MOST_REPEATED: usize = 10_000;

/// A place in a source: line and column from 1, and the bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Spot {
    pub(super) line: u32,
    pub(super) column: u32,
    pub(super) start: u32,
    pub(super) len: u32,
}

/// A value and where it stands.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) value: Value,
    pub(super) spot: Spot,
}

/// What YAML has.
#[derive(Debug)]
pub(super) enum Value {
    Null,
    Bool(bool),
    Integer(i64),
    /// A fraction, or more than 64 bits hold: nothing in a policy is one.
    Float,
    Text(Box<str>),
    List(Vec<Node>),
    /// In the order written, doubles included.
    Map(Vec<(Node, Node)>),
}

impl Value {
    /// What a person calls it.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Null => "nothing",
            Self::Bool(_) => "a boolean",
            Self::Integer(_) | Self::Float => "a number",
            Self::Text(_) => "text",
            Self::List(_) => "a list",
            Self::Map(_) => "a mapping",
        }
    }
}

/// Reads one document.
///
/// # Errors
/// Why this is not one YAML document within the limits, where, and what to write instead.
pub(super) fn read(text: &str) -> Result<Node, Refusal> {
    serde_saphyr::from_str_with_options(text, options()).map_err(|error| Refusal::new(&error, text))
}

fn options() -> Options {
    serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_depth: DEEPEST,
            flow_nesting_limit: DEEPEST,
            max_nodes: MOST_NODES,
            max_events: 2 * MOST_NODES,
            max_aliases: MOST_ALIASES,
            max_anchors: MOST_ALIASES,
        },
        // Doubles and `<<` are reported by the decoder, with everything else that is wrong.
        duplicate_keys: DuplicateKeyPolicy::PassThrough,
        merge_keys: MergeKeyPolicy::AsOrdinary,
        alias_limits: serde_saphyr::alias_limits! {
            max_total_replayed_events: MOST_REPEATED,
            max_replay_stack_depth: DEEPEST,
        },
        // `no` is a word, not false.
        strict_booleans: true,
        reject_unsupported_tags: true,
        non_finite_float_policy: NonFiniteFloatPolicy::PassThrough,
        with_snippet: false,
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Spanned { value, defined, .. } = Spanned::<Value>::deserialize(deserializer)?;
        Ok(Self { value, spot: Spot::from(defined) })
    }
}

impl From<Location> for Spot {
    fn from(location: Location) -> Self {
        let cut = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
        let span = location.span();
        Self {
            line: cut(location.line()),
            column: cut(location.column()),
            start: cut(span.byte_offset().unwrap_or(0)),
            len: cut(span.byte_len().unwrap_or(0)),
        }
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyValue)
    }
}

struct AnyValue;

impl<'de> Visitor<'de> for AnyValue {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Integer(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(i64::try_from(value).map_or(Value::Float, Value::Integer))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Value, E> {
        Ok(Value::Float)
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::Text(value.into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Value::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut map = Vec::new();
        while let Some(key) = entries.next_key()? {
            map.push((key, entries.next_value()?));
        }
        Ok(Value::Map(map))
    }
}

/// Why a text is not a document.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) spot: Spot,
    pub(super) message: String,
    pub(super) help: &'static str,
}

impl Refusal {
    fn new(error: &Error, text: &str) -> Self {
        let error = error.without_snippet();
        let spot = error.location().map(Spot::from).unwrap_or_default();
        let spot = Spot { start: start_of(spot, text), len: 0, ..spot };
        let (message, help) = explain(error);
        let help = if help.is_empty() && indented_by_tab(text, spot.line) {
            "indent with spaces: YAML allows no tab there"
        } else {
            help
        };
        Self { spot, message, help }
    }
}

/// The column of the first character of a line that is no blank.
pub(super) fn first_column(line: u32, text: &str) -> u32 {
    let index = usize::try_from(line).unwrap_or(0).saturating_sub(1);
    let line = text.lines().nth(index).unwrap_or("");
    let blanks = line.chars().take_while(|c| *c == ' ').count();
    u32::try_from(blanks).unwrap_or(u32::MAX).saturating_add(1)
}

/// Not everything that is wrong knows its byte; all know line and column.
pub(super) fn start_of(spot: Spot, text: &str) -> u32 {
    let number = |number: u32| usize::try_from(number).unwrap_or(usize::MAX).saturating_sub(1);
    let before: usize = text.split_inclusive('\n').take(number(spot.line)).map(str::len).sum();
    let line = text.get(before..).unwrap_or("");
    let within: usize = line.chars().take(number(spot.column)).map(char::len_utf8).sum();
    u32::try_from(before + within).unwrap_or(u32::MAX)
}

fn explain(error: &Error) -> (String, &'static str) {
    match error {
        // About a value that an alias stands for; the place is the alias.
        Error::AliasError { error, .. } => explain(error),
        Error::MultipleDocuments { .. } => {
            ("a second YAML document begins here".into(), "keep one document a file; several files can be given")
        }
        Error::Budget { breach: BudgetBreach::Depth { .. }, .. } => too_deep(),
        Error::Budget { breach: BudgetBreach::Nodes { .. } | BudgetBreach::Events { .. }, .. } => {
            (format!("more than {MOST_NODES} values in one file"), "split the policy over several files")
        }
        Error::Budget { breach: BudgetBreach::Aliases { .. } | BudgetBreach::Anchors { .. }, .. } => {
            (format!("more than {MOST_ALIASES} aliases or anchors in one file"), "write the values out")
        }
        Error::AliasReplayLimitExceeded { .. }
        | Error::AliasReplayStackDepthExceeded { .. }
        | Error::AliasExpansionLimitExceeded { .. } => ("the aliases repeat too much".into(), "write the values out"),
        Error::UnknownAnchor { .. } => ("this alias has no anchor".into(), "text that begins with `*` needs quotes"),
        Error::UnsupportedTag { .. } => ("tags are not taken here".into(), "leave the `!` word out, or quote the text"),
        other => explain_syntax(&bare(other)),
    }
}

/// The reader's own words, without the place, which is shown anyway.
fn bare(error: &Error) -> String {
    let text = error.to_string();
    match error.location() {
        Some(at) => text.replace(&format!(" at line {}, column {}", at.line(), at.column()), ""),
        None => text,
    }
}

fn explain_syntax(words: &str) -> (String, &'static str) {
    if words.contains("recursion limit") {
        return too_deep();
    }
    let help = if words.contains("tabs disallowed") {
        "indent with spaces: YAML allows no tab there"
    } else if words.contains("mapping values are not allowed") {
        "check the indentation of this line, and quote text that contains `: `"
    } else if words.contains("unexpected character") {
        "quote text that begins with this character"
    } else {
        ""
    };
    (format!("not YAML: {words}"), help)
}

fn too_deep() -> (String, &'static str) {
    (format!("nested deeper than {DEEPEST} levels"), "a policy needs seven levels at most")
}

fn indented_by_tab(text: &str, line: u32) -> bool {
    let index = usize::try_from(line).unwrap_or(0).saturating_sub(1);
    text.lines().nth(index).is_some_and(|line| line.trim_start_matches(' ').starts_with('\t'))
}

#[cfg(test)]
#[path = "tree_tests.rs"]
mod tests;
