//! Where groups and interfaces live: accounts, regions, VPCs and subnets, and EC2-Classic.

use super::{AccountId, GatewayId, Owner, SubnetId, Tags, VpcId};
use ipnet::{Ipv4Net, Ipv6Net};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fmt;

/// An account in a region: what a request speaks for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Scope {
    /// Whose.
    pub account: AccountId,
    /// Where, such as `us-east-1`.
    pub region: String,
}

impl Scope {
    /// The region when nobody says another.
    pub const DEFAULT_REGION: &'static str = "us-east-1";
}

impl Default for Scope {
    fn default() -> Self {
        Self { account: AccountId::default(), region: Self::DEFAULT_REGION.into() }
    }
}

/// What is known of an account beside what it holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Its number.
    pub id: AccountId,
    /// Regions in which its platform is EC2-Classic: no default VPC, names mean Classic groups.
    pub classic: BTreeSet<String>,
    /// Regions that have what they begin with ([`super::begin`]), even if it was deleted later.
    #[serde(default)]
    pub begun: BTreeSet<String>,
    /// Who declared it.
    pub owner: Owner,
}

impl Account {
    /// An account of which nothing is known but its number.
    pub fn new(id: &AccountId) -> Self {
        Self { id: id.clone(), classic: BTreeSet::new(), begun: BTreeSet::new(), owner: Owner::Action }
    }
}

/// The network that a group or an interface belongs to (F1, F36).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Network {
    /// A VPC.
    Vpc(VpcId),
    /// EC2-Classic of the account and region.
    Classic,
}

impl Network {
    /// The VPC, if it is one.
    pub const fn vpc(&self) -> Option<&VpcId> {
        match self {
            Self::Vpc(id) => Some(id),
            Self::Classic => None,
        }
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Vpc(id) => write!(f, "{id}"),
            Self::Classic => f.write_str("EC2-Classic"),
        }
    }
}

/// A virtual private cloud.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vpc {
    /// Its id.
    pub id: VpcId,
    /// Whose and where.
    pub scope: Scope,
    /// IPv4 blocks, the primary one first.
    pub v4: Vec<Ipv4Net>,
    /// IPv6 blocks.
    pub v6: Vec<Ipv6Net>,
    /// The default VPC of its account and region.
    pub is_default: bool,
    /// Made by an API version before 2011-01-01: it has a group `2009-07-15-default` (F21).
    pub legacy: bool,
    /// The attribute of this name.
    pub dns_support: bool,
    /// The attribute of this name.
    pub dns_hostnames: bool,
    /// Tags.
    pub tags: Tags,
    /// Who made it.
    pub owner: Owner,
}

/// A subnet, as far as interfaces need one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subnet {
    /// Its id.
    pub id: SubnetId,
    /// Its VPC; account and region are the VPC's.
    pub vpc: VpcId,
    /// Availability zone, such as `us-east-1a`.
    pub zone: String,
    /// Its IPv4 block, within one of the VPC's.
    pub v4: Option<Ipv4Net>,
    /// Its IPv6 block, within one of the VPC's.
    pub v6: Option<Ipv6Net>,
    /// The default subnet of its zone.
    pub is_default: bool,
    /// Tags.
    pub tags: Tags,
    /// Who made it.
    pub owner: Owner,
}

/// An Internet gateway; nothing is routed, F21 asks for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gateway {
    /// Its id.
    pub id: GatewayId,
    /// Whose and where.
    pub scope: Scope,
    /// The VPC it is attached to.
    pub vpc: Option<VpcId>,
    /// Tags.
    pub tags: Tags,
    /// Who made it.
    pub owner: Owner,
}
