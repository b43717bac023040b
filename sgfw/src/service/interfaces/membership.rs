//! The groups that an interface is to be a member of (F17, F34, F36).

use crate::inventory::{GroupId, Network, SecurityGroup, State};
use crate::model::DEFAULT_GROUP;
use crate::service::groups::{by_id, not_found};
use crate::service::{Desk, Fault};

/// As many groups as an interface can have at all (F34).
const MOST: u32 = 16;

/// Whose limit counts: the codes differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::service) enum Holder {
    /// A network interface.
    Interface,
    /// An instance, of which the primary interface's groups are changed.
    Instance,
}

/// The groups with these ids for an interface in a network, without doubles; the network's default group if there are
/// none (F17).
///
/// # Errors
/// A group does not exist, is of another network (F36), or there are too many (F34).
pub(in crate::service) fn groups(
    desk: &Desk,
    network: &Network,
    ids: &[String],
    holder: Holder,
) -> Result<Vec<GroupId>, Fault> {
    let mut groups: Vec<GroupId> = Vec::new();
    for text in ids {
        let group = by_id(desk, text)?;
        check_network(&desk.state, &group, network)?;
        if !groups.contains(&group.id) {
            groups.push(group.id.clone());
        }
    }
    check_number(desk, network, groups.len(), holder)?;
    if groups.is_empty() {
        let default = desk.state.default_group(&desk.scope, network);
        groups.push(default.map(|group| group.id.clone()).ok_or_else(|| not_found(DEFAULT_GROUP))?);
    }
    Ok(groups)
}

fn check_network(state: &State, group: &SecurityGroup, network: &Network) -> Result<(), Fault> {
    let is_usable = match network {
        Network::Vpc(vpc) => state.is_usable_in(group, vpc),
        Network::Classic => group.network == Network::Classic,
    };
    match is_usable {
        true => Ok(()),
        false => {
            let words = "You have specified two resources that belong to different networks.";
            Err(Fault::new("InvalidGroup.NotFound", words))
        }
    }
}

fn check_number(desk: &Desk, network: &Network, number: usize, holder: Holder) -> Result<(), Fault> {
    let quotas = desk.quotas();
    let most = match network {
        Network::Vpc(_) => quotas.groups_per_interface.min(MOST),
        Network::Classic => quotas.classic_groups_per_instance,
    };
    if number <= most as usize {
        return Ok(());
    }
    let (code, what) = match holder {
        Holder::Interface => ("SecurityGroupsPerInterfaceLimitExceeded", "interface"),
        Holder::Instance => ("SecurityGroupsPerInstanceLimitExceeded", "instance"),
    };
    Err(Fault::new(code, format!("The maximum number of security groups per {what} has been reached.")))
}
