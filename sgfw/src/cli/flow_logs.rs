//! What a plan does to flow logs, in words: packets never notice it, so no rule, device or map tells of it.

use super::table::list;
use crate::inventory::{Changes, FlowLog, LogDestination, State};
use serde_json::Value;

const KIND: &str = "flow-log/";

/// A line for each flow log that comes, goes or changes.
pub(super) fn lines(old: &State, rows: &Changes) -> Vec<String> {
    let rows = rows.iter().filter(|(key, _)| key.starts_with(KIND));
    rows.filter_map(|(key, row)| line(read(old.row(key).as_deref()), read(row.as_deref()))).collect()
}

fn read(row: Option<&[u8]>) -> Option<FlowLog> {
    serde_json::from_slice(row?).ok()
}

fn line(old: Option<FlowLog>, new: Option<FlowLog>) -> Option<String> {
    match (old, new) {
        (Some(old), Some(new)) => {
            let fields = differing(&old, &new);
            (!fields.is_empty()).then(|| format!("~ {}: {}", words(&new), list(fields)))
        }
        (Some(old), None) => Some(format!("- {}", words(&old))),
        (None, Some(new)) => Some(format!("+ {}", words(&new))),
        (None, None) => None,
    }
}

/// `flow log fl-1a2b3c4d of vpc-1a2b3c4d: all to log group flows`.
fn words(it: &FlowLog) -> String {
    let destination = match &it.destination {
        LogDestination::Group { name } => format!("log group {name}"),
        LogDestination::Bucket { bucket, folder, .. } if folder.is_empty() => format!("bucket {bucket}"),
        LogDestination::Bucket { bucket, folder, .. } => format!("bucket {bucket}/{folder}"),
    };
    format!("flow log {} of {}, {} to {destination}", it.id, it.resource, it.traffic.small_word())
}

/// What is another thing; where it is declared, and whether its records can be written, is none.
fn differing(old: &FlowLog, new: &FlowLog) -> Vec<String> {
    let fields = |it: &FlowLog| serde_json::to_value(it).unwrap_or_default();
    let (old, new) = (fields(old), fields(new));
    let names = old.as_object().into_iter().flatten().map(|(name, _)| name);
    let differs = |name: &&String| old.get(name.as_str()) != new.get(name.as_str());
    let told = names.filter(|name| !["owner", "trouble"].contains(&name.as_str()));
    told.filter(differs).map(|name| format!("another {}", noun(name, &new))).collect()
}

fn noun(name: &str, new: &Value) -> String {
    match new.get(name) {
        Some(Value::Number(number)) => format!("{name}, {number}"),
        _ => name.to_owned(),
    }
}
