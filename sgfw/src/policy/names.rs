//! Names, ids, descriptions and tags, wherever they stand.

use super::decode::{self, Fields};
use super::draft::{Draft, Kind};
use super::report::Report;
use super::tree::{Node, Spot, Value};
use crate::inventory::MalformedId;
use crate::model::{self, LONGEST_NAME, NameError};
use std::collections::BTreeMap;

/// AWS's limits for tags.
const MOST_TAGS: usize = 50;
const LONGEST_KEY: usize = 128;
const LONGEST_VALUE: usize = 256;

/// The name of something that is declared, checked and noted. A name that is wrong is noted too, so that what
/// refers to it is not reported a second time.
pub(super) fn declared(fields: &Fields<'_>, kind: Kind, draft: &mut Draft) -> Option<String> {
    let help = format!("give the {} a name: `name: web`", kind.noun());
    let node = fields.require("name", &format!("this {}", kind.noun()), &help, &mut draft.report)?;
    let name = checked(node, kind, draft)?;
    draft.declare(kind, name, node.spot).then(|| name.to_owned())
}

/// The name of something that need not have one.
pub(super) fn optional(fields: &Fields<'_>, kind: Kind, draft: &mut Draft) -> Option<String> {
    let node = fields.get("name")?;
    let name = checked(node, kind, draft)?;
    draft.declare(kind, name, node.spot).then(|| name.to_owned())
}

/// The name of a prefix list and where it stands; it is not noted.
pub(super) fn of_list(fields: &Fields<'_>, draft: &mut Draft) -> Option<(String, Spot)> {
    let help = "give the prefix list a name: `name: offices`";
    let node = fields.require("name", "this prefix list", help, &mut draft.report)?;
    checked(node, Kind::PrefixList, draft).map(|name| (name.to_owned(), node.spot))
}

fn checked<'n>(node: &'n Node, kind: Kind, draft: &mut Draft) -> Option<&'n str> {
    let name = decode::text(node, &format!("a {}'s name", kind.noun()), &mut draft.report)?;
    let checked = match kind {
        Kind::Group if draft.is_classic() => check_classic(name),
        Kind::Group => model::check_name(name).map_err(|error| words(&error)),
        Kind::PrefixList => check_length(name),
        Kind::Test => check_line(name),
        _ => check_word(name),
    };
    if let Err(error) = checked {
        draft.report.error(node.spot, format!("the {}'s name {}", kind.noun(), error.0), error.1);
    }
    Some(name)
}

/// An id: the prefix and 8 or 17 hex digits (F98).
pub(super) fn id<T: std::fmt::Display>(
    fields: &Fields<'_>,
    kind: Kind,
    parse: fn(&str) -> Result<T, MalformedId>,
    draft: &mut Draft,
) -> Option<T> {
    let node = fields.get("id")?;
    let id = one_id(node, kind, parse, &mut draft.report)?;
    draft.declare(kind, &id.to_string(), node.spot).then_some(id)
}

/// An id that is not noted.
pub(super) fn one_id<T>(
    node: &Node,
    kind: Kind,
    parse: fn(&str) -> Result<T, MalformedId>,
    report: &mut Report,
) -> Option<T> {
    let text = decode::text(node, "an id", report)?;
    let help = match parse(text) {
        Ok(id) if text.bytes().all(|byte| !byte.is_ascii_uppercase()) => return Some(id),
        Ok(_) => "write it in small letters".into(),
        Err(error) => format!("write `{}` and 8 or 17 digits of 0-9 and a-f, or leave it out", error.prefix),
    };
    report.error(node.spot, format!("`{text}` is not a {}", kind.noun()), help);
    None
}

/// A description of a group: in EC2-Classic any ASCII (F4-F6).
pub(super) fn description(fields: &Fields<'_>, draft: &mut Draft) -> Option<String> {
    let check = if draft.is_classic() { classic_description } else { model::check_description };
    describe(fields.get("description")?, check, &mut draft.report)
}

fn classic_description(text: &str) -> Result<(), NameError> {
    match text.chars().find(|c| !c.is_ascii()) {
        Some(c) => Err(NameError::Character(c, "all other ASCII")),
        None if text.len() > LONGEST_NAME => Err(NameError::TooLong(text.len())),
        None => Ok(()),
    }
}

/// A description that may have any characters.
pub(super) fn free_description(fields: &Fields<'_>, report: &mut Report) -> Option<String> {
    let node = fields.get("description")?;
    let text = decode::text(node, "a description", report)?;
    let length = text.chars().count();
    if length > LONGEST_NAME {
        report.error(node.spot, format!("the description has {length} characters; {LONGEST_NAME} are allowed"), "");
        return None;
    }
    Some(text.to_owned())
}

/// A description of a rule, which has fewer characters (F61).
pub(super) fn rule_description(fields: &Fields<'_>, report: &mut Report) -> Option<String> {
    describe(fields.get("description")?, model::check_rule_description, report)
}

/// Tags, text to text.
pub(super) fn tags(fields: &Fields<'_>, report: &mut Report) -> BTreeMap<String, String> {
    let mut tags = BTreeMap::new();
    let Some(node) = fields.get("tags") else { return tags };
    let Value::Map(map) = &node.value else {
        return decode::wrong(node, "`tags`", "a mapping of text to text", report).unwrap_or(tags);
    };
    if map.len() > MOST_TAGS {
        report.error(node.spot, format!("{} tags; {MOST_TAGS} are allowed", map.len()), "");
    }
    for (key, value) in map {
        let (Some(name), Some(value)) = (tag_key(key, report), tag_value(value, report)) else { continue };
        if tags.insert(name.to_owned(), value.to_owned()).is_some() {
            report.error(key.spot, format!("tag `{name}` is given twice"), "keep one of them");
        }
    }
    tags
}

fn tag_key<'n>(node: &'n Node, report: &mut Report) -> Option<&'n str> {
    let key = decode::text(node, "a tag's key", report)?;
    let length = key.chars().count();
    if length == 0 || length > LONGEST_KEY {
        report.error(node.spot, format!("a tag's key has 1 to {LONGEST_KEY} characters"), "");
        return None;
    }
    if key.to_ascii_lowercase().starts_with("aws:") {
        report.error(node.spot, "a tag's key must not begin with \"aws:\"", "");
        return None;
    }
    one_line(key, "a tag's key", node, report)
}

fn tag_value<'n>(node: &'n Node, report: &mut Report) -> Option<&'n str> {
    let value = decode::text(node, "a tag's value", report)?;
    if value.chars().count() > LONGEST_VALUE {
        report.error(node.spot, format!("a tag's value has at most {LONGEST_VALUE} characters"), "");
        return None;
    }
    one_line(value, "a tag's value", node, report)
}

/// Text without control characters and line breaks of any kind.
pub(super) fn one_line<'n>(text: &'n str, what: &str, node: &Node, report: &mut Report) -> Option<&'n str> {
    match text.chars().find(|c| c.is_control() || ['\u{2028}', '\u{2029}'].contains(c)) {
        Some(c) => {
            report.error(node.spot, format!("{what} has the character {c:?}"), "write it in one line of plain text");
            None
        }
        None => Some(text),
    }
}

fn describe(node: &Node, check: fn(&str) -> Result<(), NameError>, report: &mut Report) -> Option<String> {
    let text = decode::text(node, "a description", report)?;
    match check(text) {
        Ok(()) => Some(text.to_owned()),
        Err(error) => {
            let (message, help) = words(&error);
            report.error(node.spot, format!("the description {message}"), help);
            None
        }
    }
}

/// Names that appear on the command line and in paths are single words.
fn check_word(name: &str) -> Result<(), (String, String)> {
    let length = name.chars().count();
    if length == 0 || length > LONGEST_NAME {
        return Err((format!("has {length} characters; 1 to {LONGEST_NAME} are allowed"), String::new()));
    }
    match name.chars().find(|c| !c.is_ascii_alphanumeric() && !"._-".contains(*c)) {
        Some(c) => Err((format!("has the character {c:?}"), "use a-z, A-Z, 0-9, `.`, `_` and `-`".into())),
        None => Ok(()),
    }
}

/// Prefix lists may be called anything, as EC2 has it.
fn check_length(name: &str) -> Result<(), (String, String)> {
    match name.chars().count() {
        0 => Err(("must not be empty".into(), String::new())),
        length if length > LONGEST_NAME => {
            Err((format!("has {length} characters; {LONGEST_NAME} are allowed"), String::new()))
        }
        _ => Ok(()),
    }
}

/// Names of tests are a line of text.
fn check_line(name: &str) -> Result<(), (String, String)> {
    check_length(name)?;
    match name.chars().find(|c| c.is_control()) {
        Some(c) => Err((format!("has the character {c:?}"), "write it in one line of plain text".into())),
        None => Ok(()),
    }
}

/// EC2-Classic takes any ASCII (F6).
fn check_classic(name: &str) -> Result<(), (String, String)> {
    if name.to_ascii_lowercase().starts_with("sg-") {
        return Err(words(&NameError::Reserved));
    }
    match name.chars().find(|c| !c.is_ascii()) {
        Some(c) => Err((format!("has the character {c:?}"), "EC2-Classic takes ASCII only".into())),
        None => check_length(name),
    }
}

/// What is wrong, and what to write instead.
fn words(error: &NameError) -> (String, String) {
    match error {
        NameError::Character(c, marks) => {
            (format!("has the character {c:?}"), format!("allowed are a-z, A-Z, 0-9, spaces, and {marks}"))
        }
        NameError::Reserved => (error.to_string(), "the id goes to `id`; choose a name".into()),
        other => (other.to_string(), String::new()),
    }
}
