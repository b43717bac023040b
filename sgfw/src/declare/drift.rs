//! What actions changed about what files declare. The next apply puts it back.

use super::baseline::{SETTINGS, without_use};
use super::bound;
use super::flow_logs::without_trouble;
use super::object::{Object, both};
use crate::inventory::{
    Account, Association, FlowLog, Gateway, GroupRule, Instance, ManagedPrefixList, NetworkInterface, Owner, Peering,
    RuleId, RulePeer, SecurityGroup, State, Subnet, Vpc,
};
use serde_json::Value;
use std::collections::{HashMap, HashSet};
use std::fmt;

/// An object that is not as its file says any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drift {
    /// What a person calls it, such as ``security group `web` (sg-903004f8)``.
    pub object: String,
    /// Where it is declared.
    pub owner: Owner,
    /// What changed, in words, one line each.
    pub changes: Vec<String>,
}

impl fmt::Display for Drift {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.object, self.changes.join("; "))
    }
}

/// All that is not as the last apply made it, by the keys of its rows.
pub fn drift(state: &State) -> Vec<Drift> {
    state.baseline.iter().filter_map(|(key, row)| of_row(state, key, row)).collect()
}

fn of_row(state: &State, key: &str, row: &[u8]) -> Option<Drift> {
    if key == SETTINGS {
        return settings(state, row);
    }
    if key.starts_with("account/") {
        let was: Account = serde_json::from_slice(row).ok()?;
        let is = state.accounts.get(&was.id).map(|it| without_use(it));
        return difference(&was, is.as_ref(), |_, _| Vec::new());
    }
    let kind = key.split('/').next().unwrap_or_default();
    match kind {
        "vpc" => object::<Vpc>(state, row, |_, _| Vec::new()),
        "subnet" => object::<Subnet>(state, row, |_, _| Vec::new()),
        "gateway" => object::<Gateway>(state, row, |_, _| Vec::new()),
        "group" => object::<SecurityGroup>(state, row, rules),
        "prefix-list" => object::<ManagedPrefixList>(state, row, |_, _| Vec::new()),
        "interface" => interface(state, row),
        "instance" => object::<Instance>(state, row, |_, _| Vec::new()),
        "peering" => object::<Peering>(state, row, |_, _| Vec::new()),
        "flow-log" => flow_log(state, row),
        "association" => object::<Association>(state, row, |_, _| Vec::new()),
        _ => None,
    }
}

fn object<T: Object>(state: &State, row: &[u8], more: fn(&T, &T) -> Vec<String>) -> Option<Drift> {
    let was: T = serde_json::from_slice(row).ok()?;
    difference(&was, T::all(state).get(&was.id()).map(|it| &**it), more)
}

/// The device that a command line gave where the file names none is no drift.
fn interface(state: &State, row: &[u8]) -> Option<Drift> {
    let was: NetworkInterface = serde_json::from_slice(row).ok()?;
    let is = state.interfaces.get(&was.id).map(|it| &**it);
    difference(&bound::with_device(was, is), is, |_, _| Vec::new())
}

/// That its records could not be written is no drift.
fn flow_log(state: &State, row: &[u8]) -> Option<Drift> {
    let was: FlowLog = serde_json::from_slice(row).ok()?;
    let is = state.flow_logs.get(&was.id).map(|it| without_trouble(it));
    difference(&was, is.as_ref(), |_, _| Vec::new())
}

/// `more` tells what is better told than by the fields' values.
fn difference<T: Object>(was: &T, is: Option<&T>, more: fn(&T, &T) -> Vec<String>) -> Option<Drift> {
    let changes = match is {
        None => vec!["it was deleted".into()],
        Some(is) if is == was => Vec::new(),
        Some(is) => {
            let mut changes = more(was, is);
            fields(&serde_json::to_value(was).ok()?, &serde_json::to_value(is).ok()?, &mut changes);
            changes
        }
    };
    (!changes.is_empty()).then(|| Drift { object: was.words(), owner: was.owner().clone(), changes })
}

/// Fields that are told another way, or that nobody changes by an action.
const TOLD: [&str; 2] = ["rules", "owner"];

fn fields(was: &Value, is: &Value, changes: &mut Vec<String>) {
    let (Value::Object(was), Value::Object(is)) = (was, is) else { return };
    for (name, value) in was.iter().filter(|(name, _)| !TOLD.contains(&name.as_str())) {
        let now = is.get(name).unwrap_or(&Value::Null);
        if now != value {
            changes.push(format!("{} was {}, is {}", name.replace('_', " "), words(value), words(now)));
        }
    }
}

/// A value for people, cut where it gets long.
fn words(value: &Value) -> String {
    let text = match value {
        Value::Null => "nothing".into(),
        Value::String(text) => text.clone(),
        Value::Array(items) if items.is_empty() => "none".into(),
        Value::Array(items) => items.iter().map(words).collect::<Vec<_>>().join(", "),
        Value::Object(map) if map.is_empty() => "none".into(),
        Value::Object(map) => {
            map.iter().map(|(key, value)| format!("{key} {}", words(value))).collect::<Vec<_>>().join(", ")
        }
        other => other.to_string(),
    };
    if text.chars().count() > 80 { text.chars().take(77).chain("...".chars()).collect() } else { text }
}

fn rules(was: &SecurityGroup, is: &SecurityGroup) -> Vec<String> {
    let mut changes = Vec::new();
    let now: HashMap<&RuleId, &GroupRule> = is.rules.iter().map(|rule| (&rule.id, rule)).collect();
    let before: HashSet<&RuleId> = was.rules.iter().map(|rule| &rule.id).collect();
    for rule in &was.rules {
        match now.get(&rule.id) {
            None => changes.push(format!("{} {} was removed", rule.id, rule_words(rule))),
            Some(now) if now.same_permission(rule) => {
                if (&now.description, &now.tags) != (&rule.description, &rule.tags) {
                    changes.push(format!("{} {} was described anew", rule.id, rule_words(rule)));
                }
            }
            Some(now) => changes.push(format!("{} was {}, is {}", rule.id, rule_words(rule), rule_words(now))),
        }
    }
    let added = is.rules.iter().filter(|rule| !before.contains(&rule.id));
    changes.extend(added.map(|rule| format!("{} {} was added", rule.id, rule_words(rule))));
    changes
}

/// `ingress tcp 22 for 203.0.113.0/24`.
fn rule_words(rule: &GroupRule) -> String {
    let peer = match &rule.peer {
        RulePeer::Cidr(block) => block.to_string(),
        RulePeer::Group(to) => format!("group {}", both(&to.name, &to.id)),
        RulePeer::PrefixList(list) => format!("prefix list {list}"),
    };
    format!("{} {} for {peer}", rule.direction, rule.traffic)
}

fn settings(state: &State, row: &[u8]) -> Option<Drift> {
    let was: Value = serde_json::from_slice(row).ok()?;
    let mut changes = Vec::new();
    fields(&was, &serde_json::to_value(&*state.settings).ok()?, &mut changes);
    (!changes.is_empty()).then(|| Drift { object: "settings".into(), owner: Owner::Action, changes })
}
