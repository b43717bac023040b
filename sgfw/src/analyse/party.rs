//! Whoever has addresses and groups: interfaces here and members elsewhere, and what two of them may begin.
//!
//! Both ends have rules: what one side lets out the other must let in. Nothing of sgfw judges a member that lives
//! elsewhere; its groups say what must hold there.

use super::explain::Subject;
use super::family::{self, Family};
use super::ranges::Ranges;
use super::space::{Half, Regions, Space, Spaces};
use super::traffic::{self, Piece};
use crate::model::{Direction, Interface, Snapshot};
use serde::{Serialize, Serializer};
use std::collections::BTreeSet;
use std::net::IpAddr;

/// An interface or a member that lives elsewhere.
#[derive(Clone, Debug)]
pub struct Party<'a> {
    /// What it is, and its name.
    pub subject: Subject,
    /// Its addresses.
    pub addresses: &'a BTreeSet<IpAddr>,
    /// Its groups.
    pub groups: &'a BTreeSet<String>,
    interface: Option<&'a Interface>,
}

impl<'a> Party<'a> {
    /// Everybody in a snapshot, interfaces first.
    pub fn all(snapshot: &'a Snapshot) -> impl Iterator<Item = Self> + 'a {
        let here = snapshot.interfaces.values().map(Self::interface);
        let elsewhere = snapshot.members.values().map(|it| Self {
            subject: Subject::Member(it.name.clone()),
            addresses: &it.addresses,
            groups: &it.groups,
            interface: None,
        });
        here.chain(elsewhere)
    }

    fn interface(interface: &'a Interface) -> Self {
        Self {
            subject: Subject::Interface(interface.name.clone()),
            addresses: &interface.addresses,
            groups: &interface.groups,
            interface: Some(interface),
        }
    }

    /// The one that a subject names; none for a group, and for a name that there is not.
    pub fn of(snapshot: &'a Snapshot, subject: &Subject) -> Option<Self> {
        match subject {
            Subject::Interface(name) => snapshot.interfaces.get(name).map(Self::interface),
            _ => Self::all(snapshot).find(|party| party.subject == *subject),
        }
    }

    /// What its rules let begin in a direction.
    pub fn space(&self, spaces: &Spaces<'_>, direction: Direction) -> Space {
        if let Some(interface) = self.interface {
            return spaces.space(interface, direction);
        }
        let regions = spaces.regions(self.groups, direction);
        Family::ALL.map(|family| Half { own: family.everyone(), region: regions[family.place()].clone() })
    }

    /// Whether it enforces its rules here.
    pub const fn is_here(&self) -> bool {
        self.interface.is_some()
    }
}

/// What may begin from one address to another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Pair {
    /// Who is at the other end.
    pub party: Subject,
    /// Who begins.
    pub source: IpAddr,
    /// With whom.
    pub destination: IpAddr,
    /// What both ends let begin.
    #[serde(serialize_with = "as_pieces")]
    pub allowed: Traffic,
    /// What the end that was asked about lets begin, and the rules of the other end do not.
    #[serde(serialize_with = "as_pieces")]
    pub refused: Traffic,
}

/// Traffic of one family, as numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Traffic {
    /// The family.
    pub family: Family,
    /// What a packet asks for, as [`traffic::number`] has it.
    pub numbers: Ranges,
}

fn as_pieces<S: Serializer>(traffic: &Traffic, serializer: S) -> Result<S::Ok, S::Error> {
    let pieces: Vec<Piece> = traffic::pieces(&traffic.numbers, traffic.family);
    pieces.serialize(serializer)
}

impl Traffic {
    /// `tcp 22, 443`, `all`; nothing for none.
    pub fn words(&self) -> String {
        traffic::words(&self.numbers, self.family)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.numbers.is_empty()
    }
}

/// What may begin between two parties, address by address: the first is the one that was asked about, and `direction`
/// its own. Of its rules only what is `wanted` counts. Families that they do not share are left out.
pub(super) fn pairs(
    (asked, here): (&Party<'_>, &Regions),
    (other, there): (&Party<'_>, &Regions),
    direction: Direction,
    wanted: &[Ranges; 2],
) -> Vec<Pair> {
    let ends = asked.addresses.iter().flat_map(|own| other.addresses.iter().map(move |peer| (*own, *peer)));
    let ends = ends.filter(|(own, peer)| Family::of(*own) == Family::of(*peer));
    // Each end uses an address of its own, so no source check has anything to say.
    let of = |(own, peer): (IpAddr, IpAddr)| {
        let family = Family::of(own);
        let place = family.place();
        let here = here[place].at(family::number(peer)).intersection(&wanted[place]);
        let there = there[place].at(family::number(own));
        let (source, destination) = if direction == Direction::Ingress { (peer, own) } else { (own, peer) };
        Pair {
            party: other.subject.clone(),
            source,
            destination,
            allowed: Traffic { family, numbers: here.intersection(&there) },
            refused: Traffic { family, numbers: here.difference(&there) },
        }
    };
    ends.map(of).filter(|pair| !pair.allowed.is_empty() || !pair.refused.is_empty()).collect()
}
