//! Changes as lines for people: `+` added, `-` removed, `~` changed.

use super::diff::{Change, Changes, Field, ItemChange, RuleChange};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::{self, Write};

/// Writes all changes; nothing if there are none.
///
/// # Errors
/// Those of the writer.
pub fn print(changes: &Changes, out: &mut impl Write) -> fmt::Result {
    section(out, "group", &changes.groups)?;
    section(out, "prefix-list", &changes.prefix_lists)?;
    section(out, "interface", &changes.interfaces)?;
    section(out, "member", &changes.members)
}

fn section(out: &mut impl Write, kind: &str, items: &BTreeMap<String, ItemChange>) -> fmt::Result {
    for (name, item) in items {
        writeln!(out, "{} {kind} {name}", sign(item.change))?;
        item.fields.iter().try_for_each(|field| print_field(out, item.change, field))?;
        item.rules.iter().try_for_each(|rule| print_rule(out, rule))?;
    }
    Ok(())
}

fn print_field(out: &mut impl Write, change: Change, field: &Field) -> fmt::Result {
    if change == Change::Added {
        return writeln!(out, "  + {}: {}", field.name, plain(&field.new));
    }
    writeln!(out, "  ~ {}: {} -> {}", field.name, plain(&field.old), plain(&field.new))
}

fn print_rule(out: &mut impl Write, rule: &RuleChange) -> fmt::Result {
    write!(out, "  {} {}", sign(rule.change), rule.rule)?;
    if rule.change == Change::Changed {
        write!(out, ": description {:?}", rule.description.as_deref().unwrap_or_default())?;
    }
    match &rule.origin {
        Some(origin) if rule.change != Change::Removed => writeln!(out, "   ({origin})"),
        _ => writeln!(out),
    }
}

const fn sign(change: Change) -> char {
    match change {
        Change::Added => '+',
        Change::Removed => '-',
        Change::Changed => '~',
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::Null => "none".into(),
        Value::String(text) => text.clone(),
        Value::Array(list) => list.iter().map(plain).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

impl fmt::Display for Changes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        print(self, f)
    }
}
