//! `sgfw reach`: with whom an interface can begin what.

use super::basis::Files;
use super::context::Context;
use super::failure::Failure;
use super::reply::Reply;
use super::table::{count, list};
use crate::analyse::{Pair, Reach as Answer, Subject, reach};
use crate::model::Direction;
use clap::Args;
use std::collections::BTreeMap;

/// Lines of a kind that people are shown.
const SHOWN: usize = 20;

const EXAMPLES: &str = "\
Examples:
  sgfw reach web
  sgfw reach eth0 -o json
  sgfw reach web --policy policies/web.yaml

Answers pass without a rule and are not shown. With interfaces and members that the policy knows both ends are judged:
what one lets out the other must let in.";

/// Show what an interface can reach
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) struct Reach {
    /// An interface, device or member
    #[arg(value_name = "INTERFACE")]
    name: String,
    #[command(flatten)]
    policy: Files,
}

impl Reach {
    pub(super) fn run(&self, context: &Context) -> Result<Reply, Failure> {
        let basis = self.policy.read(context)?;
        let subject = basis.party(&self.name)?;
        let answer = reach(&basis.snapshot, &subject)
            .ok_or_else(|| basis.unknown("interface, device or member", &self.name, false))?;
        let text = text(&answer, Direction::Egress);
        Ok(Reply::new(&answer, text))
    }
}

/// One party's answer: boxes, then known parties at the other end.
pub(super) fn text(answer: &Answer, direction: Direction) -> String {
    let mut text = format!("{}\n", heading(answer));
    let boxes: Vec<String> = answer.boxes.iter().map(|packets| packets.words(false)).collect();
    text += &lines(&boxes);
    if boxes.is_empty() {
        text += if direction == Direction::Ingress { "  nothing may come in\n" } else { "  nothing may go out\n" };
    }
    if direction == Direction::Ingress && !answer.groups.is_empty() {
        text += &format!("  every member of: {}\n", list(&answer.groups));
    }
    text + &lines(&parties(answer, direction)) + &refusing(answer)
}

fn heading(answer: &Answer) -> String {
    match (&answer.subject, answer.addresses.is_empty()) {
        (Subject::Group(group), _) => format!("{group} has no member; whoever joins it:"),
        (subject, true) => format!("{} (no address is known):", subject.name()),
        (subject, false) => format!("{} ({}):", subject.name(), list(&answer.addresses)),
    }
}

/// Known parties, one line for all of their addresses that may begin the same.
fn parties(answer: &Answer, direction: Direction) -> Vec<String> {
    let mut same: BTreeMap<(&str, String), Vec<String>> = BTreeMap::new();
    for pair in answer.pairs.iter().filter(|pair| !pair.allowed.is_empty()) {
        let end = if direction == Direction::Ingress { pair.source } else { pair.destination };
        let ends = same.entry((pair.party.name(), pair.allowed.words())).or_default();
        if !ends.contains(&end.to_string()) {
            ends.push(end.to_string());
        }
    }
    let way = if direction == Direction::Ingress { "from" } else { "to" };
    same.into_iter().map(|((name, traffic), ends)| format!("{way} {name} ({}): {traffic}", ends.join(", "))).collect()
}

/// Those whose own rules refuse all that this end would let begin.
fn refusing(answer: &Answer) -> String {
    let is_able = |name: &str| answer.pairs.iter().any(|pair| pair.party.name() == name && !pair.allowed.is_empty());
    let mut names: Vec<&str> = answer.pairs.iter().map(|pair: &Pair| pair.party.name()).collect();
    names.dedup();
    names.retain(|name| !is_able(name));
    match names.len() {
        0 => String::new(),
        1..=SHOWN => format!("  refused by the other end's own rules: {}\n", names.join(", ")),
        many => format!("  refused by the other end's own rules: {}; -o json has all\n", count(many, "other")),
    }
}

fn lines(all: &[String]) -> String {
    let shown = if all.len() > SHOWN + 1 { SHOWN } else { all.len() };
    let mut text: String = all[..shown].iter().map(|line| format!("  {line}\n")).collect();
    if shown < all.len() {
        text += &format!("  ... and {} more; -o json has all\n", all.len() - shown);
    }
    text
}
