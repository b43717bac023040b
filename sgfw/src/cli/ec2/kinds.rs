//! A value against the kind it should be of: shorthand is brought to it, JSON is held against it.

use super::error::Error;
use crate::api::{Kind, Member, Shape};
use serde_json::Value;

/// Makes of what shorthand read what the kind says: numbers of texts, lists of single values.
///
/// # Errors
/// When a number is none.
pub(super) fn bring(value: &mut Value, kind: &Kind) -> Result<(), Error> {
    match (kind, &mut *value) {
        (Kind::Structure(shape), Value::Object(members)) => {
            let known = |name: &String| shape.member(name);
            members
                .iter_mut()
                .filter_map(|(name, value)| Some((known(name)?, value)))
                .try_for_each(|(member, value)| bring(value, &member.kind))
        }
        (Kind::List(kind), Value::Array(elements)) => elements.iter_mut().try_for_each(|element| bring(element, kind)),
        (Kind::List(_), single) => {
            *single = Value::Array(vec![single.take()]);
            Ok(())
        }
        (Kind::Integer, Value::String(text)) => {
            *value = integer(text)?.into();
            Ok(())
        }
        (Kind::Boolean, Value::String(text)) => {
            match text.to_lowercase().as_str() {
                "true" => *value = true.into(),
                "false" => *value = false.into(),
                _ => {}
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

/// A number as it was typed.
///
/// # Errors
/// When it is none, in the words of the CLI.
pub(super) fn integer(text: &str) -> Result<i64, Error> {
    text.trim().parse().map_err(|_| Error::said(format!("invalid literal for int() with base 10: '{text}'")))
}

/// What is wrong with a request: members that are unknown, missing or of another kind.
///
/// # Errors
/// With every mistake, in the words of the CLI.
pub(super) fn check(request: &Value, shape: &Shape) -> Result<(), Error> {
    let mut wrong = Vec::new();
    structure(request, shape, "", &mut wrong);
    if wrong.is_empty() { Ok(()) } else { Err(Error::Invalid(wrong)) }
}

fn structure(value: &Value, shape: &Shape, place: &str, wrong: &mut Vec<String>) {
    let Value::Object(members) = value else { return wrong.push(kind_differs(value, place, "dict")) };
    let name = if place.is_empty() { "input" } else { place };
    for member in shape.members.iter().filter(|member| member.required && !members.contains_key(member.name)) {
        wrong.push(format!("Missing required parameter in {name}: \"{}\"", member.name));
    }
    for unknown in members.keys().filter(|member| shape.member(member).is_none()) {
        let known: Vec<_> = shape.members.iter().map(|member| member.name).collect();
        wrong.push(format!("Unknown parameter in {name}: \"{unknown}\", must be one of: {}", known.join(", ")));
    }
    let known = |(name, value): (&String, _)| shape.member(name).map(|member| (member, value));
    for (Member { name, kind, .. }, value) in members.iter().filter_map(known) {
        let dot = if place.is_empty() { "" } else { "." };
        any(value, kind, &format!("{place}{dot}{name}"), wrong);
    }
}

fn any(value: &Value, kind: &Kind, place: &str, wrong: &mut Vec<String>) {
    match (kind, value) {
        (Kind::Structure(shape), value) => structure(value, shape, place, wrong),
        (Kind::List(kind), Value::Array(elements)) => {
            let each = elements.iter().enumerate();
            each.for_each(|(at, element)| any(element, kind, &format!("{place}[{at}]"), wrong));
        }
        (Kind::List(_), value) => wrong.push(kind_differs(value, place, "list'>, <class 'tuple")),
        (Kind::Text | Kind::Time, Value::String(_)) | (Kind::Boolean, Value::Bool(_)) => {}
        (Kind::Integer, Value::Number(number)) if number.is_i64() => {}
        (Kind::Text | Kind::Time, value) => wrong.push(kind_differs(value, place, "str")),
        (Kind::Boolean, value) => wrong.push(kind_differs(value, place, "bool")),
        (Kind::Integer, value) => wrong.push(kind_differs(value, place, "int")),
    }
}

fn kind_differs(value: &Value, place: &str, wanted: &str) -> String {
    let place = if place.is_empty() { "input" } else { place };
    let (shown, kind) = (shown(value, false), kind_of(value));
    format!(
        "Invalid type for parameter {place}, value: {shown}, type: <class '{kind}'>, valid types: <class '{wanted}'>"
    )
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "NoneType",
        Value::Bool(_) => "bool",
        Value::Number(number) if number.is_f64() => "float",
        Value::Number(_) => "int",
        Value::String(_) => "str",
        Value::Array(_) => "list",
        Value::Object(_) => "dict",
    }
}

/// A value as the CLI shows it; what is within another is quoted.
fn shown(value: &Value, within: bool) -> String {
    match value {
        Value::Null => "None".into(),
        Value::Bool(true) => "True".into(),
        Value::Bool(false) => "False".into(),
        Value::Number(number) => number.to_string(),
        Value::String(text) if within => format!("'{text}'"),
        Value::String(text) => text.clone(),
        Value::Array(elements) => {
            format!("[{}]", elements.iter().map(|element| shown(element, true)).collect::<Vec<_>>().join(", "))
        }
        Value::Object(members) => {
            let one = |(name, value)| format!("'{name}': {}", shown(value, true));
            format!("{{{}}}", members.iter().map(one).collect::<Vec<_>>().join(", "))
        }
    }
}
