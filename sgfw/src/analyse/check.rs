//! A policy's own tests: does it allow what it should, and nothing else?
//!
//! Exact over sets: a test from a block to a group with a range of ports is right or wrong for every packet of it. The
//! rules of interfaces here judge; where neither end is one, those of members elsewhere and of groups without members
//! do, alone. A single address that somebody has is that somebody.

use super::ends::{End, Rules, ends};
use super::explain::{Explanation, explain};
use super::family::Family;
use super::question::Question;
use super::ranges::Ranges;
use super::region::Region;
use super::space::Spaces;
use super::traffic;
use crate::model::{Direction, Expect, Rule, Snapshot, Test};
use serde::Serialize;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What became of a test.
#[derive(Clone, Debug, Serialize)]
pub struct Outcome {
    /// The test.
    pub test: Test,
    /// Why it failed; none if it passed.
    pub failure: Option<Failure>,
}

/// Why a test failed.
#[derive(Clone, Debug, Serialize)]
pub struct Failure {
    /// In one line.
    pub why: String,
    /// One packet that is judged otherwise than expected, if it is about packets.
    pub example: Option<Box<Explanation>>,
}

impl Outcome {
    /// Whether the policy does what the test expects.
    pub const fn passed(&self) -> bool {
        self.failure.is_none()
    }
}

/// Runs tests against a policy, in their order.
pub fn run_tests(snapshot: &Snapshot, tests: &[Test]) -> Vec<Outcome> {
    let spaces = Spaces::new(snapshot);
    tests.iter().map(|test| Outcome { test: test.clone(), failure: run(&spaces, test).err() }).collect()
}

/// One end that judges: its rules, which way, and the other side's addresses.
struct Judge<'a> {
    rules: &'a Rules,
    direction: Direction,
    region: Region,
    peers: Ranges,
}

fn run(spaces: &Spaces<'_>, test: &Test) -> Result<(), Failure> {
    let (from, to) = (ends(spaces.snapshot(), &test.from), ends(spaces.snapshot(), &test.to));
    for (endpoint, ends) in [(&test.from, &from), (&test.to, &to)] {
        if ends.is_empty() {
            return Err(plain(format!("the policy has no {endpoint}")));
        }
    }
    let pairs = || from.iter().flat_map(|from| to.iter().map(move |to| (from, to)));
    // One interface that judges is enough: what lives elsewhere is then only addresses.
    let here = pairs().any(|(from, to)| is_here(from) || is_here(to));
    let mut judged = false;
    for (from, to) in pairs() {
        for family in Family::ALL {
            judged |= pair(spaces, test, (from, to), (family, here))?;
        }
    }
    if judged { Ok(()) } else { Err(plain(nothing(test, &from, &to))) }
}

fn is_here(end: &End) -> bool {
    end.rules.as_ref().is_some_and(|rules| rules.here)
}

fn plain(why: String) -> Failure {
    Failure { why, example: None }
}

/// Why there was nothing to judge.
fn nothing(test: &Test, from: &[End], to: &[End]) -> String {
    let unknown = |ends: &[End]| ends.iter().any(|end| end.addresses.is_none());
    let nobody = |ends: &[End]| ends.iter().all(|end| end.rules.is_none());
    match () {
        () if nobody(from) && nobody(to) => format!("neither {} nor {} is known to the policy", test.from, test.to),
        () if unknown(from) => format!("no address of {} is known: give it `addresses`", test.from),
        () if unknown(to) => format!("no address of {} is known: give it `addresses`", test.to),
        () => format!("{} and {} have no address family in common that knows {}", test.from, test.to, test.traffic),
    }
}

/// Judges one family between two ends; false if there is nothing to judge.
fn pair(
    spaces: &Spaces<'_>,
    test: &Test,
    (from, to): (&End, &End),
    (family, here): (Family, bool),
) -> Result<bool, Failure> {
    let traffic = traffic::set(test.traffic, family);
    let is_of = |end: &End| end.addresses.as_ref().is_none_or(|both| !both[family.place()].is_empty());
    if traffic.is_empty() || !is_of(from) || !is_of(to) {
        return Ok(false);
    }
    let counts = |rules: &&Rules| rules.here || !here;
    let judge = |end: &End, other: &End, direction| {
        let rules = end.rules.as_ref().filter(counts)?;
        let peers = other.addresses.as_ref()?[family.place()].clone();
        let region = spaces.regions(&rules.groups, direction)[family.place()].clone();
        Some((rules.clone(), direction, region, peers))
    };
    let found = [judge(from, to, Direction::Egress), judge(to, from, Direction::Ingress)];
    let judges: Vec<Judge<'_>> = found
        .iter()
        .flatten()
        .map(|(rules, direction, region, peers)| Judge {
            rules,
            direction: *direction,
            region: region.clone(),
            peers: peers.clone(),
        })
        .collect();
    if judges.is_empty() {
        return Ok(false);
    }
    let case = Case { spaces, test, family, from, to, traffic };
    match test.expect {
        Expect::Allow => case.all(&judges),
        Expect::Deny => case.none(&judges),
    }
    .map(|()| true)
}

/// What is judged between two ends.
struct Case<'a> {
    spaces: &'a Spaces<'a>,
    test: &'a Test,
    family: Family,
    from: &'a End,
    to: &'a End,
    traffic: Ranges,
}

impl Case<'_> {
    /// All of it must be let begin at each end, by the rule that is named at one of them.
    fn all(&self, judges: &[Judge<'_>]) -> Result<(), Failure> {
        for judge in judges {
            let wanted = Region::of([(&judge.peers, &self.traffic)]);
            let refused = wanted.difference(&judge.region);
            if let Some((peer, asked)) = first(&refused) {
                return Err(self.failure("expected allow, and it is denied".into(), judge, peer, asked));
            }
        }
        let Some(name) = &self.test.rule else { return Ok(()) };
        let by_name = |judge: &Judge<'_>| {
            let rules = self.named(judge, name);
            let region = &self.spaces.of_rules(rules)[self.family.place()];
            first(&Region::of([(&judge.peers, &self.traffic)]).difference(region))
        };
        let misses: Option<Vec<_>> = judges.iter().map(|judge| Some((judge, by_name(judge)?))).collect();
        match misses.as_ref().and_then(|misses| misses.first()) {
            None => Ok(()),
            Some((judge, (peer, asked))) => {
                Err(self.failure(format!("allowed, and not by the rule {name:?}"), judge, *peer, *asked))
            }
        }
    }

    /// The rules with this id or description.
    fn named(&self, judge: &Judge<'_>, name: &str) -> Vec<&Rule> {
        let groups = judge.rules.groups.iter().filter_map(|group| self.spaces.snapshot().groups.get(group));
        let rules = groups.flat_map(|group| group.rules(judge.direction));
        let is_meant = |rule: &&Rule| [&rule.origin.id, &rule.description].iter().any(|it| it.as_deref() == Some(name));
        rules.filter(is_meant).collect()
    }

    /// Nothing of it may be let begin at all ends.
    fn none(&self, judges: &[Judge<'_>]) -> Result<(), Failure> {
        let regions: Vec<Region> =
            judges.iter().map(|judge| judge.region.within(&judge.peers, &self.traffic)).collect();
        let shared = regions.iter().fold(self.traffic.clone(), |all, region| all.intersection(&region.traffic()));
        let (Some(asked), Some(judge), Some(region)) = (shared.first(), judges.last(), regions.last()) else {
            return match &self.test.rule {
                Some(name) => {
                    Err(plain(format!("it is denied, so no rule such as {name:?} decides: leave `rule` out")))
                }
                None => Ok(()),
            };
        };
        let peer = region.peers_of(asked).first().unwrap_or_default();
        Err(self.failure("expected deny, and it is allowed".into(), judge, peer, asked))
    }

    fn failure(&self, why: String, judge: &Judge<'_>, peer: u128, asked: u128) -> Failure {
        let own = if judge.direction == Direction::Ingress { self.to } else { self.from };
        let own = own.addresses.as_ref().and_then(|both| both[self.family.place()].first());
        let (own, peer) =
            (own.map_or_else(|| nobody(self.family), |it| self.family.address(it)), self.family.address(peer));
        let (src, dst) = if judge.direction == Direction::Ingress { (peer, own) } else { (own, peer) };
        let question = Question::new(judge.direction, src, dst, traffic::what(asked));
        let subject = judge.rules.subject(own);
        Failure { why, example: explain(self.spaces.snapshot(), &subject, &question).map(Box::new) }
    }
}

/// An address for an end of which none is known (RFC 5737, RFC 3849).
fn nobody(family: Family) -> IpAddr {
    match family {
        Family::Ipv4 => Ipv4Addr::new(192, 0, 2, 1).into(),
        Family::Ipv6 => Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1).into(),
    }
}

/// Any pair of a region.
fn first(region: &Region) -> Option<(u128, u128)> {
    let cell = region.cells().first()?;
    Some((cell.peers.first()?, cell.traffic.first()?))
}

/// `ok: NAME`, or `FAILED: NAME (FILE:LINE): why` and the example below it.
impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Test { name, place, .. } = &self.test;
        let Some(failure) = &self.failure else { return writeln!(f, "ok: {name}") };
        match place.line {
            0 => writeln!(f, "FAILED: {name}: {}", failure.why)?,
            line => writeln!(f, "FAILED: {name} ({}:{line}): {}", place.file, failure.why)?,
        }
        let example = failure.example.as_ref().map(ToString::to_string).unwrap_or_default();
        example.lines().try_for_each(|line| writeln!(f, "  {line}"))
    }
}
