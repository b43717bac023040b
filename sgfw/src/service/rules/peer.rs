//! From whom or to whom a rule of a request is, and what that means for the group it is asked for (F51-F60, F102-F106).

use super::permission::no_source;
use crate::api::UserIdGroupPair;
use crate::inventory::{AccountId, GroupId, GroupRef, Network, RulePeer, SecurityGroup, State, VpcId};
use crate::service::groups::{by_name_only, not_found, not_in_default_vpc};
use crate::service::{Desk, Fault};
use ipnet::IpNet;
use std::sync::Arc;

/// Anybody, as a request says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// A block without host bits.
    Cidr(IpNet),
    /// A prefix list by its id, not looked at.
    List(String),
    /// A group by id or name, and perhaps its account.
    Group { id: Option<GroupId>, name: Option<String>, account: Option<AccountId> },
}

impl Source {
    /// The group of a pair.
    ///
    /// # Errors
    /// It names none, or an id is malformed.
    pub(super) fn group(pair: &UserIdGroupPair) -> Result<Self, Fault> {
        let id = given(&pair.group_id).map(GroupId::parse).transpose()?;
        let name = given(&pair.group_name).filter(|_| id.is_none()).map(Into::into);
        let account = given(&pair.user_id).map(account).transpose()?;
        if id.is_none() && name.is_none() {
            return Err(no_source());
        }
        Ok(Self::Group { id, name, account })
    }

    /// Whom a new rule of this group would be for.
    ///
    /// # Errors
    /// It does not exist, or cannot be referred to from the group's network.
    pub(super) fn resolve(&self, desk: &Desk, group: &SecurityGroup) -> Result<RulePeer, Fault> {
        match self {
            Self::Cidr(block) => Ok(RulePeer::Cidr(*block)),
            Self::List(id) => desk.prefix_list(Some(id)).map(|list| RulePeer::PrefixList(list.id.clone())),
            Self::Group { id, name, account } => {
                let target = match (id, name) {
                    (Some(id), _) => by_id(desk, id, account.as_ref())?,
                    (None, name) => by_name(desk, group, name.as_deref().unwrap_or_default(), account.as_ref())?,
                };
                refer(&desk.state, group, &target).map(RulePeer::Group)
            }
        }
    }

    /// Whether a rule that exists is for this source, also if what it refers to is gone.
    pub(super) fn is(&self, desk: &Desk, group: &SecurityGroup, peer: &RulePeer) -> bool {
        match (self, peer) {
            (Self::Cidr(block), RulePeer::Cidr(have)) => block == have,
            (Self::List(id), RulePeer::PrefixList(have)) => id == have.as_str(),
            (Self::Group { id: Some(id), account, .. }, RulePeer::Group(have)) => {
                *id == have.id && account.as_ref().is_none_or(|it| *it == have.account)
            }
            (Self::Group { id: None, name: Some(name), account }, RulePeer::Group(have)) => {
                let account = account.as_ref().unwrap_or(&group.scope.account);
                current_name(&desk.state, have) == name && have.account == *account
            }
            _ => false,
        }
    }
}

/// A name that may have changed hands is the one of the group that the rule refers to; a lost group keeps its last one.
fn current_name<'a>(state: &'a State, reference: &'a GroupRef) -> &'a str {
    state.groups.get(&reference.id).map_or(&reference.name, |group| &group.name)
}

fn given(text: &Option<String>) -> Option<&str> {
    text.as_deref().filter(|text| !text.is_empty())
}

fn account(text: &str) -> Result<AccountId, Fault> {
    AccountId::parse(text)
        .map_err(|_| Fault::value(format!("Invalid value '{text}' for userId. Must be a 12-digit account ID.")))
}

fn by_id(desk: &Desk, id: &GroupId, account: Option<&AccountId>) -> Result<Arc<SecurityGroup>, Fault> {
    let found = desk.state.groups.get(id).filter(|it| it.scope.region == desk.scope.region);
    let owned = found.filter(|it| account.is_none_or(|account| it.scope.account == *account));
    owned.cloned().ok_or_else(|| not_found(id.as_str()))
}

/// By name in EC2-Classic, or in the default VPC of the account for a group of a default VPC.
fn by_name(
    desk: &Desk,
    group: &SecurityGroup,
    name: &str,
    account: Option<&AccountId>,
) -> Result<Arc<SecurityGroup>, Fault> {
    let mut scope = group.scope.clone();
    if let Some(account) = account {
        scope.account = account.clone();
    }
    let Network::Vpc(own) = &group.network else {
        return desk.state.group_named(&scope, &Network::Classic, name).cloned().ok_or_else(|| not_found(name));
    };
    let in_default = desk.state.vpcs.get(own).is_some_and(|vpc| vpc.is_default);
    let default = desk.state.default_vpc(&scope).map(|vpc| vpc.id.clone());
    let network = default.clone().map(Network::Vpc).filter(|_| in_default);
    let Some(network) = network else { return Err(by_name_only(name)) };
    let found = desk.state.group_named(&scope, &network, name);
    found.cloned().ok_or_else(|| not_in_default_vpc(name, default.as_ref()))
}

/// The reference from a group to another, if both may meet: in one network, in actively peered VPCs (F103), or where
/// the other is associated with the group's VPC.
///
/// # Errors
/// They are of different networks.
pub(in crate::service) fn refer(state: &State, from: &SecurityGroup, to: &SecurityGroup) -> Result<GroupRef, Fault> {
    let different =
        || Fault::new("InvalidGroup.NotFound", "You have specified two resources that belong to different networks.");
    match (&from.network, &to.network) {
        (Network::Classic, Network::Classic) if from.scope.region == to.scope.region => Ok(to.reference(None)),
        (Network::Vpc(here), Network::Vpc(there)) => across(state, here, there, to).ok_or_else(different),
        _ => Err(different()),
    }
}

fn across(state: &State, here: &VpcId, there: &VpcId, to: &SecurityGroup) -> Option<GroupRef> {
    if here == there || state.is_usable_in(to, here) {
        return Some(to.reference(None));
    }
    state.active_peering(here, there).map(|peering| to.reference(Some(peering.id.clone())))
}
