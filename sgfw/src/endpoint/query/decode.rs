//! A tree of names and values as JSON, by the shape that it must have.

use super::tree::Node;
use crate::api::{Kind, Member, Shape};
use crate::endpoint::Refusal;
use serde_json::{Map, Value};

/// Elements of a list at most.
const ELEMENTS: usize = 4_096;
/// The largest number of an element.
const INDEX: u32 = 100_000;

/// The members of a structure by their names in JSON. `at` is the name of the structure, and empty for a request.
pub(super) fn structure(shape: &'static Shape, node: &Node<'_>, at: &str) -> Result<Value, Refusal> {
    if node.value.is_some() {
        return Err(unknown(at));
    }
    let mut members = Map::new();
    for (name, part) in &node.parts {
        let at = within(at, name);
        let member = shape.members.iter().find(|member| member.query == *name).ok_or_else(|| unknown(&at))?;
        members.insert(member.name.into(), member_value(member, part, &at)?);
    }
    Ok(Value::Object(members))
}

fn member_value(member: &Member, node: &Node<'_>, at: &str) -> Result<Value, Refusal> {
    match member.kind {
        Kind::List(kind) => list(*kind, node, at),
        kind => one(kind, node, at),
    }
}

fn one(kind: Kind, node: &Node<'_>, at: &str) -> Result<Value, Refusal> {
    match kind {
        Kind::Structure(shape) => structure(shape, node, at),
        Kind::List(kind) => list(*kind, node, at),
        kind => scalar(kind, node, at),
    }
}

/// Elements in the order of their numbers. A list of one may go without a number.
fn list(kind: Kind, node: &Node<'_>, at: &str) -> Result<Value, Refusal> {
    if node.value.is_some() && node.parts.is_empty() {
        return Ok(Value::Array(vec![one(kind, node, at)?]));
    }
    if node.value.is_some() {
        return Err(unknown(at));
    }
    let mut elements = Vec::with_capacity(node.parts.len().min(ELEMENTS));
    for (name, part) in &node.parts {
        elements.push((index(name).ok_or_else(|| unknown(&within(at, name)))?, part));
    }
    if elements.len() > ELEMENTS {
        return Err(invalid(at, &format!("it has more than {ELEMENTS} elements")));
    }
    elements.sort_by_key(|(index, _)| *index);
    let elements = elements.into_iter().map(|(index, part)| one(kind, part, &within(at, &index.to_string())));
    elements.collect::<Result<Vec<_>, _>>().map(Value::Array)
}

/// A number as it is counted: from 1, without zeros before it, so that no element has two names.
fn index(text: &str) -> Option<u32> {
    let index = text.parse().ok().filter(|index| (1..=INDEX).contains(index))?;
    text.starts_with(|first: char| matches!(first, '1'..='9')).then_some(index)
}

fn scalar(kind: Kind, node: &Node<'_>, at: &str) -> Result<Value, Refusal> {
    let text = node.value.filter(|_| node.parts.is_empty()).ok_or_else(|| {
        let part = node.parts.keys().next().map_or_else(|| at.into(), |part| within(at, part));
        unknown(&part)
    })?;
    match kind {
        Kind::Integer => text.parse::<i64>().map(Value::from).map_err(|_| wrong(text, at, "it must be a whole number")),
        Kind::Boolean if text.eq_ignore_ascii_case("true") => Ok(Value::Bool(true)),
        Kind::Boolean if text.eq_ignore_ascii_case("false") => Ok(Value::Bool(false)),
        Kind::Boolean => Err(wrong(text, at, "it must be true or false")),
        _ => Ok(Value::String(text.into())),
    }
}

fn within(at: &str, part: &str) -> String {
    if at.is_empty() { part.into() } else { format!("{at}.{part}") }
}

fn unknown(name: &str) -> Refusal {
    Refusal::bad("UnknownParameter", format!("The parameter {name} is not recognized"))
}

fn wrong(value: &str, name: &str, why: &str) -> Refusal {
    let value: String = value.chars().take(80).collect();
    Refusal::bad("InvalidParameterValue", format!("Value ({value}) for parameter {name} is invalid: {why}."))
}

fn invalid(name: &str, why: &str) -> Refusal {
    Refusal::bad("InvalidParameterValue", format!("The value of parameter {name} is invalid: {why}."))
}
