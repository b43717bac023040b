//! A rule as a person finds it again: group, words, file and line or id.

use crate::model::{Direction, Rule};
use crate::reference::Match;
use serde::Serialize;
use std::fmt;

/// A rule by name and place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RuleRef {
    /// Its group.
    pub group: String,
    /// Of which set of rules it is.
    pub direction: Direction,
    /// `tcp 443`.
    pub traffic: String,
    /// `203.0.113.0/24`, `group web`.
    pub peer: String,
    /// Its `sgr-` id, if it has one.
    pub id: Option<String>,
    /// The file it stands in, if it does.
    pub file: Option<String>,
    /// Its line there, from 1.
    pub line: Option<u32>,
    /// Its description.
    pub description: Option<String>,
}

impl RuleRef {
    /// A rule of a group.
    pub fn new(group: &str, direction: Direction, rule: &Rule) -> Self {
        let written = rule.origin.line > 0;
        Self {
            group: group.into(),
            direction,
            traffic: rule.traffic.to_string(),
            peer: rule.peer.to_string(),
            id: rule.origin.id.clone(),
            file: written.then(|| rule.origin.file.clone()),
            line: written.then_some(rule.origin.line),
            description: rule.description.clone(),
        }
    }

    /// `web.yaml:6`, `sgr-0a1b2c3d`, both, or that it stands nowhere.
    pub fn place(&self) -> String {
        let written = self.file.iter().zip(self.line).map(|(file, line)| format!("{file}:{line}"));
        let places: Vec<String> = written.chain(self.id.clone()).collect();
        if places.is_empty() { "by default".into() } else { places.join(", ") }
    }
}

impl From<&Match<'_>> for RuleRef {
    fn from(hit: &Match<'_>) -> Self {
        Self::new(hit.group, hit.direction, hit.rule)
    }
}

/// `web: ingress tcp 443 from 203.0.113.0/24 (web.yaml:6)`.
impl fmt::Display for RuleRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let way = if self.direction == Direction::Ingress { "from" } else { "to" };
        let Self { group, direction, traffic, peer, .. } = self;
        write!(f, "{group}: {direction} {traffic} {way} {peer} ({})", self.place())
    }
}
