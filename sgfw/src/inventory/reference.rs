//! Whether a rule's reference to a group still leads somewhere (F110-F112). Computed, never kept.

use super::{GroupRef, PeeringStatus, SecurityGroup, State, VpcId};
use std::fmt;

/// Where a reference leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reference {
    /// To members.
    Live,
    /// Nowhere: the rule lets nothing through until it is healed or removed.
    Stale(StaleWhy),
}

/// Why a reference leads nowhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StaleWhy {
    /// The group was deleted.
    GroupGone,
    /// The VPCs are not peered any more; the state of the connection that was.
    NotPeered(PeeringStatus),
    /// The group is not associated with the VPC any more.
    NotAssociated,
}

impl fmt::Display for StaleWhy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::GroupGone => f.write_str("the group was deleted"),
            Self::NotPeered(status) => write!(f, "the peering connection is {status}"),
            Self::NotAssociated => f.write_str("the group is not associated with the VPC"),
        }
    }
}

impl State {
    /// Where a reference in a rule of this group leads.
    pub fn reference(&self, from: &SecurityGroup, to: &GroupRef) -> Reference {
        let Some(target) = self.groups.get(&to.id) else { return Reference::Stale(StaleWhy::GroupGone) };
        if target.network == from.network {
            return Reference::Live;
        }
        match (from.vpc(), target.vpc()) {
            (Some(here), Some(there)) => self.across(target, here, there, to),
            _ => Reference::Stale(StaleWhy::NotAssociated),
        }
    }

    fn across(&self, target: &SecurityGroup, here: &VpcId, there: &VpcId, to: &GroupRef) -> Reference {
        if self.active_peering(here, there).is_some() || self.is_usable_in(target, here) {
            return Reference::Live;
        }
        match self.latest_peering(here, there, to) {
            Some(status) => Reference::Stale(StaleWhy::NotPeered(status)),
            None => Reference::Stale(StaleWhy::NotAssociated),
        }
    }

    /// The state of the connection that the reference was made over, or of any other that there was.
    fn latest_peering(&self, here: &VpcId, there: &VpcId, to: &GroupRef) -> Option<PeeringStatus> {
        let remembered = to.peering.as_ref().and_then(|id| self.peerings.get(id));
        let any = || self.peerings.values().rfind(|it| it.joins(here, there));
        match (remembered.or_else(any), &to.peering) {
            (Some(peering), _) => Some(peering.status),
            (None, Some(_)) => Some(PeeringStatus::Deleted),
            (None, None) => None,
        }
    }
}
