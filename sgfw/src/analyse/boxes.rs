//! A box of packets that begin something, in words for people and in fields for programs.

use super::family::{self, Family};
use super::ranges::Ranges;
use super::space::Half;
use super::traffic::{self, Piece};
use crate::model::Direction;
use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};
use std::collections::BTreeSet;
use std::fmt;
use std::net::IpAddr;

/// Address ranges that one line names.
const NAMED: usize = 4;

/// Packets that begin something: every own address with every peer and all of the traffic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PacketBox {
    /// Which way, as the instance sees it.
    pub direction: Direction,
    /// Of which family.
    pub family: Family,
    /// The instance's own addresses, as numbers; all there are where it makes no difference.
    pub own: Ranges,
    /// The peers' addresses, as numbers.
    pub peers: Ranges,
    /// What they begin, as [`traffic::number`] has it.
    pub traffic: Ranges,
    /// The addresses that the instance is known to have, which are named where `own` says nothing.
    pub known: Vec<IpAddr>,
}

impl PacketBox {
    /// The boxes of one family, for an instance with these addresses.
    pub fn of(half: &Half, direction: Direction, family: Family, addresses: &BTreeSet<IpAddr>) -> Vec<Self> {
        let known: Vec<IpAddr> = addresses.iter().copied().filter(|it| Family::of(*it) == family).collect();
        let cells = half.region.cells().iter().map(|cell| Self {
            direction,
            family,
            own: half.own.clone(),
            peers: cell.peers.clone(),
            traffic: cell.traffic.clone(),
            known: known.clone(),
        });
        cells.collect()
    }

    /// Whether a packet is in it.
    pub fn contains(&self, own: IpAddr, peer: IpAddr, asked: u128) -> bool {
        let is_of = |address| Family::of(address) == self.family;
        let (own_number, peer_number) = (family::number(own), family::number(peer));
        is_of(own)
            && is_of(peer)
            && self.own.contains(own_number)
            && self.peers.contains(peer_number)
            && self.traffic.contains(asked)
    }

    /// Whether it is about no own address in particular.
    pub fn is_of_any_own(&self) -> bool {
        self.own == self.family.everyone()
    }

    /// Source and destination in words; none where any own address will do.
    fn ends(&self) -> (Option<Vec<String>>, Option<Vec<String>>) {
        let own = (!self.is_of_any_own()).then(|| family::words(&self.own, self.family));
        let peers = Some(family::words(&self.peers, self.family));
        match self.direction {
            Direction::Ingress => (peers, own),
            Direction::Egress => (own, peers),
        }
    }

    /// `in tcp 443 from 203.0.113.0/24 to 10.0.0.5`, or without the own address.
    pub fn words(&self, with_own: bool) -> String {
        let own = self.own_words().filter(|_| with_own || !self.is_of_any_own());
        let (traffic, peers) = (traffic::words(&self.traffic, self.family), addresses(&self.peers, self.family));
        match (self.direction, own) {
            (Direction::Ingress, Some(own)) => format!("in {traffic} from {peers} to {own}"),
            (Direction::Ingress, None) => format!("in {traffic} from {peers}"),
            (Direction::Egress, Some(own)) => format!("out {traffic} from {own} to {peers}"),
            (Direction::Egress, None) => format!("out {traffic} to {peers}"),
        }
    }

    fn own_words(&self) -> Option<String> {
        if !self.is_of_any_own() {
            return Some(addresses(&self.own, self.family));
        }
        let known = family::numbers(&self.known, self.family);
        (!known.is_empty()).then(|| addresses(&known, self.family))
    }
}

/// Ranges of addresses in one line, the first ones by name.
pub(super) fn addresses(ranges: &Ranges, family: Family) -> String {
    let first: Ranges = ranges.iter().take(NAMED).collect();
    let named = family::words(&first, family).join(", ");
    match ranges.iter().len().saturating_sub(NAMED) {
        0 => named,
        1 => format!("{named} and 1 more range"),
        more => format!("{named} and {more} more ranges"),
    }
}

impl fmt::Display for PacketBox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words(true))
    }
}

impl Serialize for PacketBox {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (source, destination) = self.ends();
        let pieces: Vec<Piece> = traffic::pieces(&self.traffic, self.family);
        let mut fields = serializer.serialize_struct("PacketBox", 5)?;
        fields.serialize_field("direction", &self.direction)?;
        fields.serialize_field("family", &self.family)?;
        fields.serialize_field("source", &source)?;
        fields.serialize_field("destination", &destination)?;
        fields.serialize_field("traffic", &pieces)?;
        fields.end()
    }
}
