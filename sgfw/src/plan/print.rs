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

#[cfg(test)]
mod tests {
    use crate::compile::testing::policy;
    use crate::model::Snapshot;
    use crate::plan::diff;

    const OLD: &str = "group web\n ingress tcp 443 0.0.0.0/0\n ingress tcp 80 0.0.0.0/0\n egress all ::/0
        group gone\n ingress udp 53 group:web\n list offices 10.0.0.0/8 11.0.0.0/8
        interface eth0 web 10.0.0.1\n member db web 10.5.0.1";

    fn lines(old: &Snapshot, new: &Snapshot) -> Vec<String> {
        diff(old, new).to_string().lines().map(String::from).collect()
    }

    #[test]
    fn what_is_the_same_is_not_listed_in_whatever_order_it_stands() {
        let other = "member db web 10.5.0.1\n interface eth0 web 10.0.0.1\n list offices 10.0.0.0/8 11.0.0.0/8
            group gone\n ingress udp 53 group:web
            group web\n egress all ::/0\n ingress tcp 80 0.0.0.0/0\n ingress tcp 443 0.0.0.0/0";
        assert!(diff(&policy(OLD), &policy(other)).is_empty());
        assert_eq!(lines(&policy(OLD), &policy(other)), [""; 0]);
    }

    #[test]
    fn rules_are_listed_by_group_with_where_they_stand() {
        let mut new = policy(
            "group new\n egress icmp 8.0 list:offices\n group web\n ingress tcp 8443 0.0.0.0/0
            ingress tcp 443 0.0.0.0/0\n egress all ::/0\n list offices 10.0.0.0/8 12.0.0.0/8
            interface eth0 new,web 10.0.0.1\n member db web 10.5.0.1 10.5.0.2",
        );
        let web = new.groups.get_mut("web").unwrap();
        web.description = Some("the web".into());
        web.ingress[0].description = Some("browsers".into());
        web.ingress[1].origin = crate::model::Origin { file: "web.yaml".into(), line: 12, id: None };
        new.interfaces.get_mut("eth0").unwrap().timeouts.tcp_established = 60;
        let wanted = [
            "- group gone",
            "  - ingress udp 53 from group web",
            "+ group new",
            "  + egress icmp type 8 code 0 to prefix-list offices",
            "~ group web",
            "  ~ description: none -> the web",
            "  - ingress tcp 80 from 0.0.0.0/0",
            "  ~ ingress tcp 443 from 0.0.0.0/0: description \"browsers\"",
            "  + ingress tcp 8443 from 0.0.0.0/0   (web.yaml:12)",
            "~ prefix-list offices",
            "  - entry 11.0.0.0/8",
            "  + entry 12.0.0.0/8",
            "~ interface eth0",
            "  ~ groups: web -> new, web",
            "  ~ timeouts.tcp-established: 432000 -> 60",
            "~ member db",
            "  ~ addresses: 10.5.0.1 -> 10.5.0.1, 10.5.0.2",
        ];
        assert_eq!(lines(&policy(OLD), &new), wanted);
    }

    #[test]
    fn programs_read_the_same_as_json() {
        let json = serde_json::to_value(diff(&policy("group a"), &policy("group a\n ingress tcp 1 ::/0"))).unwrap();
        let rule = serde_json::json!({"change": "added", "rule": "ingress tcp 1 from ::/0"});
        assert_eq!(json["groups"]["a"], serde_json::json!({"change": "changed", "rules": [rule]}));
    }

    #[test]
    fn an_added_interface_says_what_does_not_go_without_saying() {
        let lines = lines(&policy("group a"), &policy("group a\n interface i a 10.0.0.1"));
        assert_eq!(lines[0], "+ interface i");
        assert!(lines.contains(&"  + addresses: 10.0.0.1".into()), "{lines:#?}");
        assert!(!lines.iter().any(|line| line.contains("timeouts")), "{lines:#?}");
    }
}
