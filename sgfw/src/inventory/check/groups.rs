//! Groups and their rules.

use super::{Checked, hold, rows};
use crate::inventory::{GroupRef, GroupRule, Network, RuleId, RulePeer, SecurityGroup, State};
use crate::model::{Direction, Traffic, check_description, check_name, check_rule_description};
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn check(state: &State) -> Checked {
    rows! { state: groups }
    let mut names = BTreeSet::new();
    let mut rules: BTreeMap<&RuleId, &SecurityGroup> = BTreeMap::new();
    for group in state.groups.values() {
        place(state, group)?;
        words(group)?;
        let name = (&group.scope, &group.network, &group.name);
        hold(names.insert(name), || format!("{} is a second {:?} in {}", group.id, group.name, group.network))?;
        for (at, it) in group.rules.iter().enumerate() {
            let other = rules.insert(&it.id, group);
            hold(other.is_none(), || format!("{}: the rule {} is there twice", group.id, it.id))?;
            let same = group.rules[..at].iter().any(|before| before.same_permission(it));
            hold(!same, || format!("{}: {} says what another rule says", group.id, it.id))?;
            rule(state, group, it).map_err(|words| format!("{}: {}: {words}", group.id, it.id))?;
        }
    }
    Ok(())
}

fn place(state: &State, group: &SecurityGroup) -> Checked {
    let Network::Vpc(vpc) = &group.network else { return Ok(()) };
    let found = state.vpcs.get(vpc).filter(|it| it.scope == group.scope);
    hold(found.is_some(), || format!("{}: {vpc} does not exist where the group is", group.id))
}

fn words(group: &SecurityGroup) -> Checked {
    let wrong = match group.network {
        Network::Vpc(_) => check_name(&group.name).err().or_else(|| check_description(&group.description).err()),
        Network::Classic => None,
    };
    wrong.map_or(Ok(()), |error| Err(format!("{}: {error}", group.id)))
}

fn rule(state: &State, group: &SecurityGroup, rule: &GroupRule) -> Checked {
    let described = rule.description.as_deref().map_or(Ok(()), check_rule_description);
    described.map_err(|error| error.to_string())?;
    let traffic = match rule.traffic {
        Traffic::Protocol(number) => !matches!(number, 1 | 6 | 17 | 58),
        _ => true,
    };
    hold(traffic, || "a protocol with a kind of its own is kept as a number".into())?;
    match &rule.peer {
        RulePeer::Cidr(block) => hold(block.trunc() == *block, || format!("{block} has host bits"))?,
        RulePeer::PrefixList(list) => hold(state.prefix_lists.contains_key(list), || format!("{list} does not exist"))?,
        RulePeer::Group(to) => reference(state, group, to)?,
    }
    if group.network == Network::Classic && rule.direction == Direction::Ingress { classic(rule) } else { Ok(()) }
}

/// A group of the same network cannot be gone, and one that is there is what the reference says of it. All else that
/// leads nowhere is stale.
fn reference(state: &State, group: &SecurityGroup, to: &GroupRef) -> Checked {
    match state.groups.get(&to.id) {
        Some(target) => {
            let known = target.scope.account == to.account && target.vpc() == to.vpc.as_ref();
            hold(known, || format!("{} is not what the rule says of it", to.id))?;
            let kinds = (target.network == Network::Classic) == (group.network == Network::Classic);
            hold(kinds, || format!("{} is of the other platform", to.id))
        }
        None => hold(to.vpc.is_some() && to.vpc.as_ref() != group.vpc(), || format!("{} does not exist", to.id)),
    }
}

/// What EC2-Classic allows (F45, F54, F55).
fn classic(rule: &GroupRule) -> Checked {
    let traffic = match rule.traffic {
        Traffic::Tcp(_) | Traffic::Udp(_) | Traffic::Icmp(_) => true,
        // The default group begins with everything from itself (F15).
        Traffic::All => matches!(rule.peer, RulePeer::Group(_)),
        _ => false,
    };
    let peer = !matches!(rule.peer, RulePeer::PrefixList(_) | RulePeer::Cidr(ipnet::IpNet::V6(_)));
    hold(traffic && peer, || "EC2-Classic has no such rules".into())
}
