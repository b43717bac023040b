//! A policy's own tests: does it allow what it should, and nothing else?
//!
//! Exact over sets: a test from a block to a group with a range of ports is right or wrong for every packet of it. Both
//! ends are judged as far as the policy knows them: what may begin must be let out by one and in by the other, whether
//! it is an interface here or a member elsewhere. Only a sender elsewhere is not trusted to hold back: what an interface
//! here would let in is not denied. A single address that somebody has is that somebody.

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
struct Judge {
    rules: Rules,
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
    let mut judged = false;
    for (from, to) in from.iter().flat_map(|from| to.iter().map(move |to| (from, to))) {
        for family in Family::ALL {
            judged |= pair(spaces, test, (from, to), family)?;
        }
    }
    if judged { Ok(()) } else { Err(plain(nothing(test, &from, &to))) }
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
fn pair(spaces: &Spaces<'_>, test: &Test, (from, to): (&End, &End), family: Family) -> Result<bool, Failure> {
    let traffic = traffic::set(test.traffic, family);
    if traffic.is_empty() {
        return Ok(false);
    }
    match (from.lacks(family), to.lacks(family)) {
        (false, false) => {}
        (true, false) if to.is_everybody(family) => return alone(test, family, spaces, (from, to), traffic),
        (false, true) if from.is_everybody(family) => return alone(test, family, spaces, (from, to), traffic),
        _ => return Ok(false),
    }
    Case { spaces, test, family, from, to, traffic }.judge()
}

/// Whoever has no address of a family need not be reached by it from everywhere; it must not be reachable either.
fn alone(
    test: &Test,
    family: Family,
    spaces: &Spaces<'_>,
    (from, to): (&End, &End),
    traffic: Ranges,
) -> Result<bool, Failure> {
    match test.expect {
        Expect::Allow => Ok(true),
        Expect::Deny => Case { spaces, test, family, from, to, traffic }.judge(),
    }
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
    fn judge(&self) -> Result<bool, Failure> {
        let trusted = self.test.expect == Expect::Allow || self.from.is_here() || !self.to.is_here();
        let sender = self.judge_at(self.from, self.to, Direction::Egress).filter(|_| trusted);
        let receiver = self.judge_at(self.to, self.from, Direction::Ingress);
        let judges: Vec<Judge> = [sender, receiver].into_iter().flatten().collect();
        match self.test.expect {
            _ if judges.is_empty() => Ok(false),
            Expect::Allow => self.all(&judges).map(|()| true),
            Expect::Deny => self.none(&judges).map(|()| true),
        }
    }

    /// The rules of an end, if it has any, towards the addresses of the other, if they are known.
    fn judge_at(&self, end: &End, other: &End, direction: Direction) -> Option<Judge> {
        let rules = end.rules.clone()?;
        let peers = other.addresses.as_ref()?[self.family.place()].clone();
        let region = self.spaces.regions(&rules.groups, direction)[self.family.place()].clone();
        (!peers.is_empty()).then_some(Judge { rules, direction, region, peers })
    }

    /// All of it must be let begin at each end, by the rule that is named at one of them.
    fn all(&self, judges: &[Judge]) -> Result<(), Failure> {
        for judge in judges {
            let wanted = Region::of([(&judge.peers, &self.traffic)]);
            let refused = wanted.difference(&judge.region);
            if let Some((peer, asked)) = first(&refused) {
                return Err(self.failure("expected allow, and it is denied".into(), judge, peer, asked));
            }
        }
        let Some(name) = &self.test.rule else { return Ok(()) };
        let by_name = |judge: &Judge| {
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
    fn named(&self, judge: &Judge, name: &str) -> Vec<&Rule> {
        let groups = judge.rules.groups.iter().filter_map(|group| self.spaces.snapshot().groups.get(group));
        let rules = groups.flat_map(|group| group.rules(judge.direction));
        let is_meant = |rule: &&Rule| [&rule.origin.id, &rule.description].iter().any(|it| it.as_deref() == Some(name));
        rules.filter(is_meant).collect()
    }

    /// Nothing of it may be let begin at all ends.
    fn none(&self, judges: &[Judge]) -> Result<(), Failure> {
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

    fn failure(&self, why: String, judge: &Judge, peer: u128, asked: u128) -> Failure {
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
