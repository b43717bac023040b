//! Security groups and prefix lists.

use super::{DEFAULT_GROUP, Direction, Origin, Peer, Rule, Traffic};
use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::net::{Ipv4Addr, Ipv6Addr};

/// A security group. The rules of a direction are sorted and free of duplicates.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// Its name, unique in the snapshot (F8).
    pub name: String,
    /// `sg-` and 8 or 17 hex digits, if the file gives one.
    pub id: Option<String>,
    /// What it is for (F3).
    pub description: Option<String>,
    /// Tags.
    pub tags: BTreeMap<String, String>,
    /// What others may start towards its members.
    pub ingress: Vec<Rule>,
    /// What its members may start.
    pub egress: Vec<Rule>,
}

impl Group {
    /// A new group: no inbound rule, all outbound for both families (F9-F11).
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            id: None,
            description: None,
            tags: BTreeMap::new(),
            ingress: Vec::new(),
            egress: everywhere(),
        }
    }

    /// The group named `default`: everything from its own members, all outbound (F14-F16).
    pub fn default_group() -> Self {
        let own = Rule {
            traffic: Traffic::All,
            peer: Peer::Group(DEFAULT_GROUP.into()),
            description: None,
            origin: Origin::default(),
        };
        Self { ingress: vec![own], description: Some("default VPC security group".into()), ..Self::new(DEFAULT_GROUP) }
    }

    /// The rules of one direction.
    pub fn rules(&self, direction: Direction) -> &[Rule] {
        match direction {
            Direction::Ingress => &self.ingress,
            Direction::Egress => &self.egress,
        }
    }

    /// Sorts the rules and drops doubles, so that equal groups are equal.
    pub fn canonical(mut self) -> Self {
        for rules in [&mut self.ingress, &mut self.egress] {
            rules.sort();
            rules.dedup_by(|a, b| a.traffic == b.traffic && a.peer == b.peer);
        }
        self
    }
}

/// The outbound rules of a group whose file says nothing about them.
pub(crate) fn everywhere() -> Vec<Rule> {
    let to =
        |block| Rule { traffic: Traffic::All, peer: Peer::Cidr(block), description: None, origin: Origin::default() };
    vec![
        to(IpNet::V4(Ipv4Net::new_assert(Ipv4Addr::UNSPECIFIED, 0))),
        to(IpNet::V6(Ipv6Net::new_assert(Ipv6Addr::UNSPECIFIED, 0))),
    ]
}

/// A named list of address blocks (F55).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrefixList {
    /// Its name.
    pub name: String,
    /// `pl-` and 8 or 17 hex digits, if the file gives one.
    pub id: Option<String>,
    /// Entries, sorted by block, without doubles.
    pub entries: Vec<PrefixListEntry>,
}

/// One block of a prefix list.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PrefixListEntry {
    /// The block, without host bits.
    pub block: IpNet,
    /// What it is.
    pub description: Option<String>,
}
