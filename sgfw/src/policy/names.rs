//! Names, ids, descriptions and tags, wherever they stand.

use super::decode::{self, Fields};
use super::draft::{Draft, Kind};
use super::report::Report;
use super::tree::{Node, Value};
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
    let name = decode::text(node, &format!("a {}'s name", kind.noun()), &mut draft.report)?;
    let checked = match kind {
        Kind::Interface | Kind::Member => check_word(name),
        _ => model::check_name(name).map_err(|error| words(&error)),
    };
    if let Err(error) = checked {
        draft.report.error(node.spot, format!("the {}'s name {}", kind.noun(), error.0), error.1);
    }
    draft.declare(kind, name, node.spot).then(|| name.to_owned())
}

/// An id: the prefix and 8 or 17 hex digits (F98).
pub(super) fn id(fields: &Fields<'_>, kind: Kind, prefix: &str, draft: &mut Draft) -> Option<String> {
    let node = fields.get("id")?;
    let id = decode::text(node, "an id", &mut draft.report)?;
    let digits = id.strip_prefix(prefix).unwrap_or("");
    let hex = digits.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
    if !hex || ![8, 17].contains(&digits.len()) {
        let help = format!("write `{prefix}` and 8 or 17 digits of 0-9 and a-f, or leave it out");
        draft.report.error(node.spot, format!("`{id}` is not a {}", kind.noun()), help);
        return None;
    }
    draft.declare(kind, id, node.spot).then(|| id.to_owned())
}

/// A description of a group or of an entry.
pub(super) fn description(fields: &Fields<'_>, report: &mut Report) -> Option<String> {
    describe(fields.get("description")?, model::check_description, report)
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
