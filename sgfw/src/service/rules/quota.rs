//! How many rules a group may have: inbound and outbound apart, IPv4 and IPv6 apart; a reference to a group counts for
//! both, a prefix list with its weight (F80, F82).

use crate::inventory::{Family, GroupRule, Network, PrefixListId, RulePeer, SecurityGroup, State};
use crate::model::Direction;
use crate::service::Fault;
use ipnet::IpNet;
use std::collections::BTreeSet;

/// Whether a group may have the rules it has now.
///
/// # Errors
/// It has too many of a direction, or a prefix list is referred to too often.
pub(in crate::service) fn check(state: &State, group: &SecurityGroup) -> Result<(), Fault> {
    let quotas = &state.settings.quotas;
    let most = match group.network {
        Network::Vpc(_) => quotas.rules_per_group,
        Network::Classic => quotas.classic_rules,
    };
    let is_over = |direction| {
        let (v4, v6) = weight(state, group.rules(direction));
        v4.max(v6) > u64::from(most)
    };
    // The outbound side of EC2-Classic is fixed and counts nothing.
    if is_over(Direction::Ingress) || (group.network != Network::Classic && is_over(Direction::Egress)) {
        let words = "The maximum number of rules per security group has been reached.";
        return Err(Fault::new("RulesPerSecurityGroupLimitExceeded", words));
    }
    references(state, group)
}

/// What rules count, for IPv4 and for IPv6.
fn weight<'a>(state: &State, rules: impl Iterator<Item = &'a GroupRule>) -> (u64, u64) {
    let weights = rules.map(|rule| match &rule.peer {
        RulePeer::Cidr(IpNet::V4(_)) => (1, 0),
        RulePeer::Cidr(IpNet::V6(_)) => (0, 1),
        RulePeer::Group(_) => (1, 1),
        RulePeer::PrefixList(id) => of_list(state, id),
    });
    weights.fold((0, 0), |(v4, v6), (more4, more6)| (v4 + more4, v6 + more6))
}

fn of_list(state: &State, id: &PrefixListId) -> (u64, u64) {
    let Some(list) = state.prefix_lists.get(id) else { return (0, 0) };
    let weight = u64::from(list.weight());
    match list.family {
        Family::V4 => (weight, 0),
        Family::V6 => (0, weight),
        Family::Both => (weight, weight),
    }
}

/// A prefix list may be referred to by so many rules.
fn references(state: &State, group: &SecurityGroup) -> Result<(), Fault> {
    let lists: BTreeSet<_> = group.rules.iter().filter_map(list_of).collect();
    for list in lists {
        let others = state.groups.values().filter(|it| it.id != group.id).flat_map(|it| &it.rules);
        let count = others.chain(&group.rules).filter(|rule| list_of(rule) == Some(list)).count();
        if count > state.settings.quotas.references_per_prefix_list as usize {
            let words = format!("The maximum number of references to the prefix list '{list}' has been reached.");
            return Err(Fault::new("PrefixListReferencesLimitExceeded", words));
        }
    }
    Ok(())
}

fn list_of(rule: &GroupRule) -> Option<&PrefixListId> {
    match &rule.peer {
        RulePeer::PrefixList(list) => Some(list),
        _ => None,
    }
}
