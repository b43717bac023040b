//! Why a packet meets with what it does: the verdict, the rule that decides, and for a refusal what came near.

use super::miss::{Miss, misses};
use super::question::{Question, Stage};
use super::replay;
use super::rule_ref::RuleRef;
use crate::model::{Direction, Interface, Side, Snapshot};
use crate::reference::judge::matching;
use serde::{Serialize, Serializer};
use sgfw_common::reason::{Reason, Verdict};
use std::collections::BTreeSet;
use std::fmt;

/// Misses and further rules that people are shown.
const SHOWN: usize = 3;

/// Whose rules are asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase", tag = "kind", content = "name")]
pub enum Subject {
    /// An interface here, with everything that is judged there.
    Interface(String),
    /// A member that lives elsewhere, by the rules of its groups.
    Member(String),
    /// The rules of one group alone.
    Group(String),
}

/// The answer to a question.
#[derive(Clone, Debug, Serialize)]
pub struct Explanation {
    /// Whose rules were asked.
    pub subject: Subject,
    /// The packet.
    #[serde(serialize_with = "as_words")]
    pub packet: Question,
    /// Whether it passes.
    pub passes: bool,
    /// The word for why, as counters and log have it.
    #[serde(serialize_with = "as_word")]
    pub reason: Reason,
    /// Every rule that allows it to begin, in canonical order; the first is the one that is named.
    pub rules: Vec<RuleRef>,
    /// Where no rule does: those that come nearest, best first.
    pub misses: Vec<Miss>,
}

fn as_words<S: Serializer>(question: &Question, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(question)
}

fn as_word<S: Serializer>(reason: &Reason, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(reason.word())
}

impl Subject {
    /// Its name.
    pub fn name(&self) -> &str {
        match self {
            Self::Interface(name) | Self::Member(name) | Self::Group(name) => name,
        }
    }

    /// Its groups; none if there is nothing of that name.
    pub fn groups(&self, snapshot: &Snapshot) -> Option<BTreeSet<String>> {
        match self {
            Self::Interface(name) => snapshot.interfaces.get(name).map(|it| it.groups.clone()),
            Self::Member(name) => snapshot.members.get(name).map(|it| it.groups.clone()),
            Self::Group(name) => snapshot.groups.get(name).map(|it| BTreeSet::from([it.name.clone()])),
        }
    }
}

/// Asks the reference. An interface is judged with all that belongs to it, what is never filtered and the source check
/// included; a group or a member by rules alone. None if the snapshot has no such subject.
pub fn explain(snapshot: &Snapshot, subject: &Subject, question: &Question) -> Option<Explanation> {
    let groups = subject.groups(snapshot)?;
    // What is asked of the rules goes by groups only.
    let asked = Interface { groups: groups.clone(), ..Interface::new(subject.name(), Side::Host) };
    let hits = matching(snapshot, &asked, question.direction, question.peer(), question.what);
    let reason = match subject {
        Subject::Interface(name) => replay::reference(snapshot, snapshot.interfaces.get(name)?, question),
        Subject::Member(_) | Subject::Group(_) => by_rules_alone(question, !hits.is_empty()),
    };
    Some(Explanation {
        subject: subject.clone(),
        packet: *question,
        passes: reason.verdict() == Verdict::Pass,
        reason,
        misses: if hits.is_empty() { misses(snapshot, &groups, question) } else { Vec::new() },
        rules: hits.iter().map(RuleRef::from).collect(),
    })
}

const fn by_rules_alone(question: &Question, allowed: bool) -> Reason {
    match (question.stage, allowed, question.direction) {
        (Stage::Established(_), ..) => Reason::Established,
        (Stage::LaterFragment, true, _) => Reason::Fragment,
        (_, true, _) => Reason::Allowed,
        (_, false, Direction::Ingress) => Reason::NoIngressRule,
        (_, false, Direction::Egress) => Reason::NoEgressRule,
    }
}

impl Explanation {
    /// The reason in a sentence.
    pub fn because(&self) -> String {
        let interface = self.subject.name();
        match self.reason {
            Reason::New | Reason::Allowed => "a rule allows it".into(),
            Reason::Untracked => "rules for everybody allow it in both directions, so it is not tracked".into(),
            Reason::Established => "it belongs to a tracked flow, and rules are not asked".into(),
            Reason::Fragment => "the first fragment of its datagram passed".into(),
            Reason::FragmentUnknown => "the first fragment of its datagram did not pass".into(),
            Reason::NoIngressRule => "no inbound rule allows it".into(),
            Reason::NoEgressRule => "no outbound rule allows it".into(),
            Reason::SourceCheck => {
                format!("{} is no address of {interface}, and its source is checked", self.packet.src)
            }
            Reason::NeighbourDiscovery => "neighbour discovery is never filtered".into(),
            Reason::Dhcp => "DHCP is never filtered".into(),
            Reason::MulticastControl => "multicast control is never filtered".into(),
            other => format!("the packet itself: {}", other.word()),
        }
    }

    /// Whether the rules, or their silence, are the reason.
    fn is_about_rules(&self) -> bool {
        let by_rule = [Reason::New, Reason::Allowed, Reason::Untracked, Reason::Fragment];
        let by_none = [Reason::NoIngressRule, Reason::NoEgressRule, Reason::FragmentUnknown];
        by_rule.contains(&self.reason) || by_none.contains(&self.reason)
    }

    fn write_rules(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(first) = self.rules.first() else { return Ok(()) };
        writeln!(f, "  rule: {first}")?;
        for rule in self.rules.iter().skip(1).take(SHOWN) {
            writeln!(f, "  also: {rule}")?;
        }
        more(f, self.rules.len().saturating_sub(SHOWN + 1), "rules that allow it")
    }

    fn write_misses(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.rules.is_empty() {
            return Ok(());
        }
        if self.misses.is_empty() {
            return writeln!(f, "  no {} rule of its groups comes near", self.packet.direction);
        }
        for Miss { rule, why } in self.misses.iter().take(SHOWN) {
            writeln!(f, "  near: {rule}\n        {why}")?;
        }
        Ok(())
    }
}

fn more(f: &mut fmt::Formatter<'_>, many: usize, what: &str) -> fmt::Result {
    if many == 0 { Ok(()) } else { writeln!(f, "  and {many} more {what}") }
}

/// `web: in tcp from .. to ..: passes (new): a rule allows it`, then the rules or what came near.
impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verdict = if self.passes { "passes" } else { "is dropped" };
        let (name, packet) = (self.subject.name(), &self.packet);
        writeln!(f, "{name}: {packet} {verdict} ({}): {}", self.reason.word(), self.because())?;
        if self.is_about_rules() {
            self.write_rules(f)?;
            return self.write_misses(f);
        }
        if matches!(self.packet.stage, Stage::Established(_)) {
            let now = if self.rules.is_empty() { "could not begin any more" } else { "could begin again" };
            writeln!(f, "  a flow like it {now}")?;
            self.write_rules(f)?;
            return self.write_misses(f);
        }
        Ok(())
    }
}
