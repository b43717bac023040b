//! The ends of a policy's test: who they are, by which rules they go, and which addresses they have.

use super::explain::Subject;
use super::family::{self, Family};
use super::party::Party;
use super::ranges::Ranges;
use crate::model::{Endpoint, Snapshot};
use ipnet::IpNet;
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

/// Of this host, not known by address, in these groups.
type Sort<'a> = (bool, bool, &'a BTreeSet<String>);
/// Somebody and their addresses.
type Known = (Subject, BTreeSet<IpAddr>);

/// Everybody at one end who goes by the same rules, or a block of addresses that nobody here knows.
#[derive(Clone, Debug)]
pub(super) struct End {
    /// Whose rules; none for mere addresses.
    pub(super) rules: Option<Rules>,
    /// Addresses by family; none where they are not known.
    pub(super) addresses: Option<[Ranges; 2]>,
}

/// Rules that hold at an end.
#[derive(Clone, Debug)]
pub(super) struct Rules {
    /// The groups they are of.
    pub(super) groups: BTreeSet<String>,
    /// Whether an interface here enforces them.
    pub(super) here: bool,
    /// Who goes by them, with their addresses.
    parties: Vec<(Subject, BTreeSet<IpAddr>)>,
}

impl End {
    /// Whether an interface here enforces its rules.
    pub(super) fn is_here(&self) -> bool {
        self.rules.as_ref().is_some_and(|rules| rules.here)
    }

    /// Whether it has addresses and none of this family.
    pub(super) fn lacks(&self, family: Family) -> bool {
        self.addresses.as_ref().is_some_and(|both| both[family.place()].is_empty())
    }

    /// Whether it is all addresses of the family.
    pub(super) fn is_everybody(&self, family: Family) -> bool {
        self.addresses.as_ref().is_some_and(|both| both[family.place()] == family.everyone())
    }
}

impl Rules {
    /// Who of them has this address; the first if nobody does.
    pub(super) fn subject(&self, address: IpAddr) -> Subject {
        let own = self.parties.iter().find(|(_, addresses)| addresses.contains(&address));
        let found = own.or_else(|| self.parties.first()).map(|(subject, _)| subject.clone());
        found.unwrap_or_else(|| Subject::Group(self.groups.first().cloned().unwrap_or_default()))
    }
}

/// All ends that an endpoint stands for.
pub(super) fn ends(snapshot: &Snapshot, endpoint: &Endpoint) -> Vec<End> {
    match endpoint {
        Endpoint::Cidr(block) => of_block(snapshot, block),
        Endpoint::Group(name) => of_group(snapshot, name),
        Endpoint::Interface(name) => alike(Party::of(snapshot, &Subject::Interface(name.clone()))),
        Endpoint::Member(name) => alike(Party::of(snapshot, &Subject::Member(name.clone()))),
    }
}

/// A single address is whoever has it; a wider block is only addresses.
fn of_block(snapshot: &Snapshot, block: &IpNet) -> Vec<End> {
    let address = block.network();
    let mut addresses = [Ranges::default(), Ranges::default()];
    addresses[Family::of(address).place()] = [family::span(block)].into_iter().collect();
    let owners = Party::all(snapshot).filter(|party| party.addresses.contains(&address));
    let mut ends = if block.prefix_len() == block.max_prefix_len() { alike(owners) } else { Vec::new() };
    ends.iter_mut().for_each(|end| end.addresses = Some(addresses.clone()));
    if ends.is_empty() { vec![End { rules: None, addresses: Some(addresses) }] } else { ends }
}

/// A group without members is whoever will join it.
fn of_group(snapshot: &Snapshot, name: &str) -> Vec<End> {
    let ends = alike(Party::all(snapshot).filter(|party| party.groups.contains(name)));
    if !ends.is_empty() || !snapshot.groups.contains_key(name) {
        return ends;
    }
    let rules = Rules { groups: BTreeSet::from([name.to_owned()]), here: false, parties: Vec::new() };
    vec![End { rules: Some(rules), addresses: None }]
}

/// Parties that go by the same rules are one end.
fn alike<'a>(parties: impl IntoIterator<Item = Party<'a>>) -> Vec<End> {
    let mut same: BTreeMap<Sort<'_>, Vec<Known>> = BTreeMap::new();
    for party in parties {
        // Interfaces first, so that an example is about one.
        let key = (!party.is_here(), party.addresses.is_empty(), party.groups);
        same.entry(key).or_default().push((party.subject, party.addresses.clone()));
    }
    let end = |((elsewhere, unknown, groups), parties): (Sort<'_>, Vec<Known>)| {
        let of = |family| family::numbers(parties.iter().flat_map(|(_, addresses)| addresses), family);
        let addresses = (!unknown).then(|| Family::ALL.map(of));
        End { rules: Some(Rules { groups: groups.clone(), here: !elsewhere, parties }), addresses }
    };
    same.into_iter().map(end).collect()
}
