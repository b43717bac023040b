//! Who can reach a group, and what an interface can reach.

use super::boxes::PacketBox;
use super::explain::Subject;
use super::family::Family;
use super::party::{Pair, Party, pairs};
use super::ranges::Ranges;
use super::space::{Half, Space, Spaces};
use super::traffic;
use crate::model::{Direction, Snapshot, Traffic};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

/// Who can begin something with one party, or with whom it can.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reach {
    /// The one that was asked about. A group stands for whoever will be its member.
    pub subject: Subject,
    /// Its addresses.
    pub addresses: BTreeSet<IpAddr>,
    /// All that its own rules let begin.
    pub boxes: Vec<PacketBox>,
    /// Groups of which every member can, with all of its addresses and all that was asked about.
    pub groups: Vec<String>,
    /// Interfaces and members at the other end, by their addresses, judged at both ends.
    pub pairs: Vec<Pair>,
}

/// Who can begin this traffic with the members of a group: one answer for each of them, or one for whoever joins the
/// group while it has none. None if there is no such group.
pub fn who(snapshot: &Snapshot, group: &str, traffic: Traffic) -> Option<Vec<Reach>> {
    let named = snapshot.groups.get(group)?;
    let spaces = Spaces::new(snapshot);
    let wanted = Family::ALL.map(|family| traffic::set(traffic, family));
    let members: Vec<Party<'_>> = Party::all(snapshot).filter(|party| party.groups.contains(group)).collect();
    if members.is_empty() {
        let groups = BTreeSet::from([named.name.clone()]);
        let regions = spaces.regions(&groups, Direction::Ingress);
        let space = Family::ALL.map(|family| Half { own: family.everyone(), region: regions[family.place()].clone() });
        let boxes = boxes(&space, Direction::Ingress, &BTreeSet::new(), &wanted);
        let (subject, addresses) = (Subject::Group(group.into()), BTreeSet::new());
        return Some(vec![Reach { subject, addresses, boxes, groups: Vec::new(), pairs: Vec::new() }]);
    }
    Some(members.iter().map(|member| of(&spaces, member, Direction::Ingress, &wanted)).collect())
}

/// With whom an interface or a member can begin what. None if there is no such one.
pub fn reach(snapshot: &Snapshot, subject: &Subject) -> Option<Reach> {
    let party = Party::of(snapshot, subject)?;
    Some(of(&Spaces::new(snapshot), &party, Direction::Egress, &Family::ALL.map(traffic::everything)))
}

fn of(spaces: &Spaces<'_>, party: &Party<'_>, direction: Direction, wanted: &[Ranges; 2]) -> Reach {
    let space = party.space(spaces, direction);
    let here = spaces.regions(party.groups, direction);
    let others = Party::all(spaces.snapshot()).filter(|other| other.subject != party.subject);
    let mut found = Vec::new();
    let mut able: BTreeMap<String, bool> = BTreeMap::new();
    for other in others {
        let there = spaces.regions(other.groups, direction.other());
        let pairs = pairs((party, &here), (&other, &there), direction, wanted);
        let can = is_all(&pairs, party, &other, wanted);
        for group in other.groups {
            *able.entry(group.clone()).or_insert(true) &= can;
        }
        found.extend(pairs);
    }
    Reach {
        subject: party.subject.clone(),
        addresses: party.addresses.clone(),
        boxes: boxes(&space, direction, party.addresses, wanted),
        groups: able.into_iter().filter(|(_, can)| *can).map(|(group, _)| group).collect(),
        pairs: found,
    }
}

/// Whether both ends let begin all that is wanted, between all their addresses, of which there are some.
fn is_all(pairs: &[Pair], a: &Party<'_>, b: &Party<'_>, wanted: &[Ranges; 2]) -> bool {
    let count = |party: &Party<'_>, family| party.addresses.iter().filter(|it| Family::of(**it) == family).count();
    let families = Family::ALL.into_iter().filter(|family| !wanted[family.place()].is_empty());
    let ends: usize = families.map(|family| count(a, family) * count(b, family)).sum();
    let all = pairs.iter().all(|pair| pair.allowed.numbers == wanted[pair.allowed.family.place()]);
    ends > 0 && pairs.len() == ends && all
}

fn boxes(space: &Space, direction: Direction, addresses: &BTreeSet<IpAddr>, wanted: &[Ranges; 2]) -> Vec<PacketBox> {
    let of = |family: Family| {
        let half = &space[family.place()];
        let region = half.region.within(&family.everyone(), &wanted[family.place()]);
        PacketBox::of(&Half { own: half.own.clone(), region }, direction, family, addresses)
    };
    Family::ALL.into_iter().flat_map(of).collect()
}
