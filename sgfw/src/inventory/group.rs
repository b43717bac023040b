//! Security groups and their rules. A rule has one source or destination; permissions are grouped for show only.

use super::{AccountId, GroupId, Network, Owner, PeeringId, PrefixListId, RuleId, Scope, Tags, VpcId};
use crate::model::{Direction, Origin, Traffic};
use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use serde::{Deserialize, Serialize};
use std::net::{Ipv4Addr, Ipv6Addr};

/// A security group of a VPC or of EC2-Classic.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecurityGroup {
    /// Its id.
    pub id: GroupId,
    /// Whose and where.
    pub scope: Scope,
    /// The network it was made in (F1).
    pub network: Network,
    /// Unique in its network (F8).
    pub name: String,
    /// What it is for (F3).
    pub description: String,
    /// Rules of both directions, in the order in which they were added.
    pub rules: Vec<GroupRule>,
    /// Tags.
    pub tags: Tags,
    /// Who made it.
    pub owner: Owner,
}

/// One rule: it allows, there is no other kind (F39).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupRule {
    /// Its id.
    pub id: RuleId,
    /// Which way.
    pub direction: Direction,
    /// What it allows.
    pub traffic: Traffic,
    /// From or to whom.
    pub peer: RulePeer,
    /// Up to 255 characters (F61).
    pub description: Option<String>,
    /// Tags.
    pub tags: Tags,
    /// Where a file says so; of rules that actions made, nothing.
    pub origin: Origin,
}

/// From or to whom.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RulePeer {
    /// A block without host bits.
    Cidr(IpNet),
    /// The members of a group.
    Group(GroupRef),
    /// The entries of a prefix list.
    PrefixList(PrefixListId),
}

/// A reference to a group, with what was known of it when the rule was made: enough to tell of it when it is gone (F115).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct GroupRef {
    /// The group.
    pub id: GroupId,
    /// Its owner, shown when it is another account than the rule's (F106).
    pub account: AccountId,
    /// Its VPC; none in Classic.
    pub vpc: Option<VpcId>,
    /// Its name.
    pub name: String,
    /// The peering connection that made the reference possible.
    pub peering: Option<PeeringId>,
}

// Two references to the same group are the same, whatever was known when they were made.
impl PartialEq for GroupRef {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}
impl Eq for GroupRef {}
impl PartialOrd for GroupRef {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for GroupRef {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.id.cmp(&other.id)
    }
}
impl std::hash::Hash for GroupRef {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.id.hash(state);
    }
}

impl GroupRule {
    /// Whether both say the same: direction, traffic and peer. Ids, descriptions and tags do not count.
    pub fn same_permission(&self, other: &Self) -> bool {
        (self.direction, self.traffic, &self.peer) == (other.direction, other.traffic, &other.peer)
    }
}

impl SecurityGroup {
    /// The VPC it was made in.
    pub const fn vpc(&self) -> Option<&VpcId> {
        self.network.vpc()
    }

    /// The rules of one direction, as added.
    pub fn rules(&self, direction: Direction) -> impl Iterator<Item = &GroupRule> {
        self.rules.iter().filter(move |rule| rule.direction == direction)
    }

    /// How another rule names it.
    pub fn reference(&self, peering: Option<PeeringId>) -> GroupRef {
        GroupRef {
            id: self.id.clone(),
            account: self.scope.account.clone(),
            vpc: self.vpc().cloned(),
            name: self.name.clone(),
            peering,
        }
    }

    /// The rules of a new group of a VPC: everything out, for IPv4 and, where the VPC has it, IPv6 (F9-F11).
    pub fn everything_out(&self, v6: bool) -> Vec<GroupRule> {
        let all4 = IpNet::V4(Ipv4Net::new_assert(Ipv4Addr::UNSPECIFIED, 0));
        let all6 = IpNet::V6(Ipv6Net::new_assert(Ipv6Addr::UNSPECIFIED, 0));
        let blocks = std::iter::once(all4).chain(v6.then_some(all6));
        blocks.map(|block| self.born_with(Direction::Egress, RulePeer::Cidr(block))).collect()
    }

    /// The inbound rule of a default group: everything from its own members (F15).
    pub fn everything_from_itself(&self) -> GroupRule {
        self.born_with(Direction::Ingress, RulePeer::Group(self.reference(None)))
    }

    /// A rule for all traffic that a group begins with; its id follows from the group's.
    fn born_with(&self, direction: Direction, peer: RulePeer) -> GroupRule {
        let words = match &peer {
            RulePeer::Cidr(block) => block.to_string(),
            RulePeer::Group(group) => group.id.to_string(),
            RulePeer::PrefixList(list) => list.to_string(),
        };
        GroupRule {
            id: RuleId::derive(&[self.id.as_str(), &direction.to_string(), &words]),
            direction,
            traffic: Traffic::All,
            peer,
            description: None,
            tags: Tags::new(),
            origin: Origin::default(),
        }
    }
}
