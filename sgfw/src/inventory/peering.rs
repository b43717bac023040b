//! Peering connections between VPCs, and groups that are used in other VPCs than their own.

use super::{AccountId, GroupId, Owner, PeeringId, Tags, VpcId};
use ipnet::{Ipv4Net, Ipv6Net};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A peering connection of two VPCs of one region (F102-F105).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Peering {
    /// Its id.
    pub id: PeeringId,
    /// The region of both.
    pub region: String,
    /// Who asked.
    pub requester: PeeringEnd,
    /// Who was asked.
    pub accepter: PeeringEnd,
    /// How far it is; rules need [`PeeringStatus::Active`] (F103).
    pub status: PeeringStatus,
    /// Who ended it, if it ended.
    pub ended_by: Option<AccountId>,
    /// When a pending request expires, RFC 3339.
    pub expires: Option<String>,
    /// Tags.
    pub tags: Tags,
    /// Who made it.
    pub owner: Owner,
}

/// One side. The blocks are those of the time it was made, so that they can be told when the VPC is gone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeeringEnd {
    /// Whose VPC.
    pub account: AccountId,
    /// Which.
    pub vpc: VpcId,
    /// Its IPv4 blocks.
    pub v4: Vec<Ipv4Net>,
    /// Its IPv6 blocks.
    pub v6: Vec<Ipv6Net>,
}

/// The states of a peering connection that last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PeeringStatus {
    /// Asked, not answered.
    PendingAcceptance,
    /// Traffic may pass, groups may be referred to.
    Active,
    /// Refused.
    Rejected,
    /// Not answered within seven days.
    Expired,
    /// Could not be: the blocks overlap.
    Failed,
    /// Ended by one side.
    Deleted,
}

impl fmt::Display for PeeringStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::PendingAcceptance => "pending-acceptance",
            Self::Active => "active",
            Self::Rejected => "rejected",
            Self::Expired => "expired",
            Self::Failed => "failed",
            Self::Deleted => "deleted",
        })
    }
}

impl Peering {
    /// The VPC at the other end of this one, if this one is an end.
    pub fn other(&self, vpc: &VpcId) -> Option<&PeeringEnd> {
        if self.requester.vpc == *vpc {
            return Some(&self.accepter);
        }
        (self.accepter.vpc == *vpc).then_some(&self.requester)
    }

    /// Whether it joins these two.
    pub fn joins(&self, a: &VpcId, b: &VpcId) -> bool {
        self.other(a).is_some_and(|end| end.vpc == *b)
    }
}

/// A group that may be used in another VPC of its owner's region.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Association {
    /// The group.
    pub group: GroupId,
    /// The other VPC.
    pub vpc: VpcId,
    /// How far it is.
    pub state: AssociationState,
    /// Who made it.
    pub owner: Owner,
}

/// The states of an association that last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AssociationState {
    /// In use.
    Associated,
    /// Ended.
    Disassociated,
}
