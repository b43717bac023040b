//! From flags to a request: their values are read, put together with `--cli-input-json`, and held against the shape.

use super::error::Error;
use super::flags::{Does, Flag};
use super::words::{Given, Words};
use super::{file, kinds, launch, rule, shorthand};
use crate::api::{Kind, Member, Operation};
use serde_json::{Map, Value};

/// The members of the request that the words say.
///
/// # Errors
/// When a value cannot be read, a member is missing or unknown, or flags do not go together.
pub(super) fn members(operation: &'static Operation, words: &Words<'_>) -> Result<Value, Error> {
    let mut members = input(words)?;
    for (flag, given) in &words.given {
        if let Some((member, value)) = one(flag, given)? {
            members.insert(member.name.to_owned(), value);
        }
    }
    both(words)?;
    rule::add(&mut members, words)?;
    if operation.name == "RunInstances" {
        launch::add(&mut members, words)?;
    }
    let members = Value::Object(members);
    kinds::check(&members, operation.input)?;
    Ok(members)
}

/// The flags that are required and missing, unless the request comes as JSON.
///
/// # Errors
/// When there are any.
pub(super) fn required(flags: &[Flag], words: &Words<'_>) -> Result<(), Error> {
    if words.get(|flag| matches!(flag.does, Does::Input | Does::Skeleton)).is_some() {
        return Ok(());
    }
    let missing = flags.iter().filter(|flag| flag.required && words.get(|other| other.name == flag.name).is_none());
    let missing: Vec<_> = missing.map(|flag| format!("--{}", flag.name)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(Error::usage(format!("the following arguments are required: {}", missing.join(", "))))
}

/// `--cli-input-json`.
fn input(words: &Words<'_>) -> Result<Map<String, Value>, Error> {
    let Some(Given::One(text)) = words.get(|flag| matches!(flag.does, Does::Input)) else { return Ok(Map::new()) };
    let text = contents("cli-input-json", text)?;
    match json("cli-input-json", &text)? {
        Value::Object(members) => Ok(members),
        _ => {
            Err(Error::parameter("cli-input-json", format!("Invalid type: expecting an object\nJSON received: {text}")))
        }
    }
}

/// `--x` and `--no-x` of an attribute cannot both be meant.
fn both(words: &Words<'_>) -> Result<(), Error> {
    for (flag, _) in &words.given {
        if let Does::Attribute(member, false) = flag.does
            && words
                .get(|other| matches!(other.does, Does::Attribute(same, true) if same.name == member.name))
                .is_some()
        {
            let (yes, no) = (member.flag, &flag.name);
            return Err(Error::said(format!("Cannot specify both the \"--{yes}\" option and the \"--{no}\" option.")));
        }
    }
    Ok(())
}

fn one(flag: &Flag, given: &Given) -> Result<Option<(&'static Member, Value)>, Error> {
    Ok(match (flag.does, given) {
        (Does::Member(member), given) => Some((member, value(flag, member, given)?)),
        (Does::Boolean(member, value), _) => Some((member, value.into())),
        (Does::Attribute(member, _), Given::One(text)) => Some((member, structure(flag, text, &member.kind)?)),
        (Does::Attribute(member, value), _) => Some((member, serde_json::json!({ "Value": value }))),
        _ => None,
    })
}

fn value(flag: &Flag, member: &Member, given: &Given) -> Result<Value, Error> {
    match (given, &member.kind) {
        (Given::One(text), Kind::Structure(_)) => structure(flag, &contents(&flag.name, text)?, &member.kind),
        (Given::One(text), kind) => scalar(&contents(&flag.name, text)?, kind),
        (Given::Many(texts), Kind::List(kind)) => list(flag, texts, kind),
        (Given::Many(_) | Given::Flag, _) => Ok(Value::Null),
    }
}

/// What a file holds, if the text names one, else the text.
fn contents(flag: &str, text: &str) -> Result<String, Error> {
    match file::read(text) {
        Some(read) => read.map_err(|what| Error::parameter(flag, what)),
        None => Ok(text.to_owned()),
    }
}

fn scalar(text: &str, kind: &Kind) -> Result<Value, Error> {
    match kind {
        Kind::Integer => kinds::integer(text).map(Value::from),
        _ => Ok(text.into()),
    }
}

fn list(flag: &Flag, texts: &[String], kind: &Kind) -> Result<Value, Error> {
    let file;
    let texts = match texts {
        [only] => {
            file = [contents(&flag.name, only)?];
            &file[..]
        }
        texts => texts,
    };
    let looks = |start| texts.first().is_some_and(|text: &String| text.trim_start().starts_with(start));
    if let [only] = texts
        && looks('[')
    {
        return json(&flag.name, only);
    }
    let one = |text: &String| match kind {
        Kind::Structure(_) if looks('{') || looks('[') => object(flag, text),
        Kind::Structure(_) => structure(flag, text, kind),
        kind => scalar(text, kind),
    };
    texts.iter().map(one).collect::<Result<Vec<_>, _>>().map(Value::Array)
}

fn structure(flag: &Flag, text: &str, kind: &Kind) -> Result<Value, Error> {
    if text.trim_start().starts_with(['{', '[']) {
        return object(flag, text);
    }
    if let Kind::Structure(shape) = kind
        && matches!(shape.members, [only] if only.name == "Value" && matches!(only.kind, Kind::Text))
        && !text.contains('=')
    {
        return Ok(serde_json::json!({ "Value": text }));
    }
    let mut value = shorthand::parse(text).map_err(|what| Error::parameter(&flag.name, what))?;
    kinds::bring(&mut value, kind)?;
    Ok(value)
}

fn object(flag: &Flag, text: &str) -> Result<Value, Error> {
    if text.trim_start().starts_with('{') {
        return json(&flag.name, text);
    }
    Err(Error::parameter(&flag.name, format!("Invalid JSON:\n{text}")))
}

fn json(flag: &str, text: &str) -> Result<Value, Error> {
    let wrong = |error| Error::parameter(flag, format!("Invalid JSON: {error}\nJSON received: {text}"));
    serde_json::from_str(text).map_err(wrong)
}
