//! What two policies let start that the other does not: exact boxes, interface by interface.

use super::boxes::PacketBox;
use super::family::Family;
use super::ranges::Ranges;
use super::space::{Half, Space, Spaces};
use super::{traffic, untracked};
use crate::model::{Direction, Group, Interface, Peer, PortRange, Snapshot, Traffic};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// Lines that people are shown.
const SHOWN: usize = 20;
/// Interfaces that one line names.
const NAMED: usize = 3;

/// What becomes of packets that begin something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Effect {
    /// They could not, and now can.
    NewlyAllowed,
    /// They could, and now cannot.
    NewlyDenied,
    /// What goes on of it now is cut at once, for it was not tracked (F75): it is newly denied, or it is TCP that is
    /// tracked from now on.
    Cut,
}

/// One box of what changes on one interface.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BoxChange {
    /// The interface's name.
    pub interface: String,
    /// What becomes of it.
    pub effect: Effect,
    /// The packets.
    #[serde(flatten)]
    pub packets: PacketBox,
}

/// Everything that changes about what may start. Boxes of one interface, direction and
/// effect are disjoint.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Interfaces that are judged from now on; before, everything passed.
    pub appear: Vec<String>,
    /// Interfaces that are judged no more: everything passes.
    pub disappear: Vec<String>,
    /// What changes on the others.
    pub boxes: Vec<BoxChange>,
}

/// A part of a space.
type Part = (Family, Half);

/// What changes from one snapshot to another about what may start. Exact: a packet is in a box if and only if the
/// rules judge it differently. Settings of what is never filtered are no rules, and not in it.
pub fn difference(old: &Snapshot, new: &Snapshot) -> Difference {
    let only_in = |a: &Snapshot, b: &Snapshot| {
        a.interfaces.keys().filter(|name| !b.interfaces.contains_key(*name)).cloned().collect::<Vec<_>>()
    };
    let (before, after) = (Spaces::new(old), Spaces::new(new));
    let touched = touched(&before, &after);
    let both = old.interfaces.values().filter_map(|was| Some((was, new.interfaces.get(&was.name)?)));
    let changed = both.filter(|(was, is)| may_differ(was, is, &touched));
    Difference {
        appear: only_in(new, old),
        disappear: only_in(old, new),
        boxes: changed.flat_map(|(was, is)| of_interface((&before, was), (&after, is))).collect(),
    }
}

/// Groups whose rules mean something else now: what they say, who is meant, or both.
fn touched<'a>(before: &Spaces<'a>, after: &Spaces<'a>) -> BTreeSet<&'a str> {
    let (old, new) = (before.snapshot(), after.snapshot());
    let names: BTreeSet<&str> = old.groups.keys().chain(new.groups.keys()).map(String::as_str).collect();
    let mut peers: BTreeMap<&Peer, bool> = BTreeMap::new();
    let mut moved = |peer: &'a Peer| {
        *peers.entry(peer).or_insert_with(|| {
            Family::ALL.into_iter().any(|family| before.peers(peer, family) != after.peers(peer, family))
        })
    };
    let mut differs = |old: &'a Group, new: &'a Group| {
        [Direction::Ingress, Direction::Egress].into_iter().any(|direction| {
            let (old, new) = (old.rules(direction), new.rules(direction));
            let same = |(a, b): (&crate::model::Rule, &crate::model::Rule)| a.traffic == b.traffic && a.peer == b.peer;
            old.len() != new.len() || !old.iter().zip(new).all(same) || old.iter().any(|rule| moved(&rule.peer))
        })
    };
    let differ = |name: &&str| match (old.groups.get(*name), new.groups.get(*name)) {
        (Some(old), Some(new)) => differs(old, new),
        _ => true,
    };
    names.into_iter().filter(differ).collect()
}

/// Whether it is worth computing what an interface lets start.
fn may_differ(was: &Interface, is: &Interface, touched: &BTreeSet<&str>) -> bool {
    let own = |it: &Interface| it.source_check.then(|| it.addresses.clone());
    was.groups != is.groups || own(was) != own(is) || is.groups.iter().any(|group| touched.contains(group.as_str()))
}

fn of_interface(before: (&Spaces<'_>, &Interface), after: (&Spaces<'_>, &Interface)) -> Vec<BoxChange> {
    let mut all = Vec::new();
    for direction in [Direction::Ingress, Direction::Egress] {
        let (old, new) = (before.0.space(before.1, direction), after.0.space(after.1, direction));
        let mut add = |effect, parts: Vec<Part>, interface: &Interface| {
            for (family, half) in parts {
                let boxes = PacketBox::of(&half, direction, family, &interface.addresses);
                let of = |packets| BoxChange { interface: interface.name.clone(), effect, packets };
                all.extend(boxes.into_iter().map(of));
            }
        };
        let denied = minus(&old, &new);
        let cut = cut(before, after, direction, (&denied, &both(&old, &new)));
        add(Effect::NewlyAllowed, minus(&new, &old), after.1);
        add(Effect::NewlyDenied, denied, before.1);
        add(Effect::Cut, cut, before.1);
    }
    all
}

/// What was not tracked and is denied now, or TCP that would have to be tracked now: nobody saw its handshake.
fn cut(
    before: (&Spaces<'_>, &Interface),
    after: (&Spaces<'_>, &Interface),
    direction: Direction,
    (denied, allowed): (&[Part], &[Part]),
) -> Vec<Part> {
    let within = |(family, half): &Part, traffic: &Ranges| {
        let region = half.region.within(&family.everyone(), traffic);
        (*family, Half { own: half.own.clone(), region })
    };
    let loose = Family::ALL.map(|family| untracked::begun(before.0, before.1, direction, family));
    let bound = Family::ALL.map(|family| {
        let still = untracked::begun(after.0, after.1, direction, family);
        let tcp = traffic::set(Traffic::Tcp(PortRange::ALL), family);
        loose[family.place()].difference(&still).intersection(&tcp)
    });
    let denied = denied.iter().map(|part| within(part, &loose[part.0.place()]));
    let allowed = allowed.iter().map(|part| within(part, &bound[part.0.place()]));
    denied.chain(allowed).collect()
}

/// What is in both spaces.
fn both(a: &Space, b: &Space) -> Vec<Part> {
    let shared = |family: Family| {
        let (a, b) = (&a[family.place()], &b[family.place()]);
        (family, Half { own: a.own.intersection(&b.own), region: a.region.intersection(&b.region) })
    };
    Family::ALL.into_iter().map(shared).filter(|(_, half)| !half.own.is_empty()).collect()
}

/// What is in one space and not in the other, as disjoint parts.
fn minus(a: &Space, b: &Space) -> Vec<Part> {
    let mut all = Vec::new();
    for family in Family::ALL {
        let (a, b) = (&a[family.place()], &b[family.place()]);
        let alone = Half { own: a.own.difference(&b.own), region: a.region.clone() };
        let shared = Half { own: a.own.intersection(&b.own), region: a.region.difference(&b.region) };
        let parts = [alone, shared].into_iter().filter(|half| !half.own.is_empty() && !half.region.is_empty());
        all.extend(parts.map(|half| (family, half)));
    }
    all
}

impl Difference {
    /// Whether the same may start on the same interfaces.
    pub fn is_empty(&self) -> bool {
        self.appear.is_empty() && self.disappear.is_empty() && self.boxes.is_empty()
    }

    /// Lines for people. Interfaces on which the same changes share one.
    fn lines(&self) -> Vec<String> {
        let appear = self.appear.iter().map(|name| {
            format!("{name}: judged from now on; what no rule allows is dropped, where everything passed before")
        });
        let disappear = self.disappear.iter().map(|name| format!("{name}: judged no more; everything passes"));
        let mut alike: Vec<(&BoxChange, Vec<&BoxChange>)> = Vec::new();
        let mut places: BTreeMap<(Effect, Direction, &Ranges, &Ranges, &Ranges), usize> = BTreeMap::new();
        for change in &self.boxes {
            let PacketBox { direction, own, peers, traffic, .. } = &change.packets;
            let place = *places.entry((change.effect, *direction, own, peers, traffic)).or_insert(alike.len());
            match alike.get_mut(place) {
                Some((_, same)) => same.push(change),
                None => alike.push((change, vec![change])),
            }
        }
        let boxes = alike.iter().map(|(first, same)| line(first, same));
        appear.chain(disappear).chain(boxes).collect()
    }
}

fn line(first: &BoxChange, same: &[&BoxChange]) -> String {
    let names: Vec<&str> = same.iter().take(NAMED).map(|change| change.interface.as_str()).collect();
    let more = match same.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let words = first.packets.words(same.len() == 1);
    format!("{}{more}: {}: {words}", names.join(", "), first.effect)
}

impl fmt::Display for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NewlyAllowed => "newly allowed",
            Self::NewlyDenied => "newly denied",
            Self::Cut => "running connections cut, untracked until now",
        })
    }
}

/// One line a box, marked with `+` or `-`; of many, the first and how many more there are.
impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines = self.lines();
        let shown = if lines.len() > SHOWN + 1 { SHOWN } else { lines.len() };
        for line in &lines[..shown] {
            writeln!(f, "{} {line}", sign(line))?;
        }
        match lines.len() - shown {
            0 => Ok(()),
            more => writeln!(f, "... and {more} more; -o json has all"),
        }
    }
}

fn sign(line: &str) -> char {
    if line.contains(": newly allowed: ") || line.ends_with("everything passes") { '+' } else { '-' }
}
