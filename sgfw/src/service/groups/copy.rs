//! A copy of a group, rules included, perhaps in another VPC (F28).
//!
//! The rules of the copy are the source's, and references of the source to itself become references to the copy. What
//! the new network does not allow refuses the whole. The outbound side of EC2-Classic is fixed: to and from there only
//! inbound rules are copied.

use super::create::Plan;
use super::{find, refer};
use crate::inventory::{GroupId, GroupRule, Network, RuleId, RulePeer, Scope, SecurityGroup, State};
use crate::model::{Direction, Origin, Traffic};
use crate::service::rules::check_quota;
use crate::service::tagging::{self, Wanted};
use crate::service::{Desk, Fault, Mint};
use std::sync::Arc;

/// What to copy, and what the copy is called.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CopyGroup {
    /// The source: an id, or a name where names count.
    pub source: String,
    /// The copy's name.
    pub name: String,
    /// The copy's description; without one the source's.
    pub description: Option<String>,
    /// The copy's VPC; without one the source's own network.
    pub vpc: Option<String>,
    /// Only check.
    pub dry_run: bool,
}

/// A group that was copied.
#[derive(Clone, Debug, PartialEq)]
pub struct Copied {
    /// The state with the copy.
    pub state: State,
    /// The copy.
    pub group: GroupId,
}

/// Copies a group of the caller's; `now` and `mint` as in [`crate::service::call`].
///
/// # Errors
/// The source does not exist, the copy could not be created, or a rule cannot be in its network.
pub fn copy_group(state: &State, scope: &Scope, request: &CopyGroup, now: &str, mint: Mint) -> Result<Copied, Fault> {
    let mut desk = Desk::new(state, scope, now, mint);
    desk.begin();
    let group = copy(&mut desk, request)?;
    Ok(Copied { state: desk.state, group })
}

fn copy(desk: &mut Desk, request: &CopyGroup) -> Result<GroupId, Fault> {
    let source = source(desk, &request.source)?;
    let own = source.vpc().map(ToString::to_string);
    let vpc = request.vpc.as_deref().or(own.as_deref());
    let description = request.description.as_deref().unwrap_or(&source.description);
    let plan = Plan::new(desk, vpc, &request.name, description, Wanted::default())?;
    let mut group = plan.make(desk);
    let rules = rules(desk, &source, &group)?;
    Arc::make_mut(&mut group).rules = rules;
    check_quota(&desk.state, &group)?;
    desk.dry_run(Some(request.dry_run))?;
    let id = group.id.clone();
    desk.state.groups.insert(id.clone(), group);
    Ok(id)
}

/// No name begins like an id (F7).
fn source(desk: &Desk, text: &str) -> Result<Arc<SecurityGroup>, Fault> {
    match text.starts_with("sg-") {
        true => find(desk, Some(text), None),
        false => find(desk, None, Some(text)),
    }
}

/// The rules of the copy.
fn rules(desk: &mut Desk, source: &SecurityGroup, copy: &SecurityGroup) -> Result<Vec<GroupRule>, Fault> {
    let with_egress = source.network != Network::Classic && copy.network != Network::Classic;
    let mut rules: Vec<GroupRule> = match with_egress {
        true => Vec::new(),
        false => copy.rules.clone(),
    };
    for rule in source.rules.iter().filter(|rule| with_egress || rule.direction == Direction::Ingress) {
        let peer = peer(desk, source, copy, &rule.peer)?;
        fits(&copy.network, rule, &peer)?;
        let is_taken =
            |state: &State, id: &RuleId| rules.iter().any(|it| it.id == *id) || state.group_of_rule(id).is_some();
        let id = tagging::fresh(desk, RuleId::from_number, is_taken);
        rules.push(GroupRule { id, peer, origin: Origin::default(), ..rule.clone() });
    }
    Ok(rules)
}

fn peer(desk: &Desk, source: &SecurityGroup, copy: &SecurityGroup, peer: &RulePeer) -> Result<RulePeer, Fault> {
    let RulePeer::Group(to) = peer else { return Ok(peer.clone()) };
    if to.id == source.id {
        return Ok(RulePeer::Group(copy.reference(None)));
    }
    let target = desk.state.groups.get(&to.id).ok_or_else(|| super::not_found(to.id.as_str()))?;
    refer(&desk.state, copy, target).map(RulePeer::Group)
}

/// Rules of EC2-Classic are for TCP, UDP and ICMP, and for IPv4 (F45, F54, F55).
fn fits(network: &Network, rule: &GroupRule, peer: &RulePeer) -> Result<(), Fault> {
    let protocol = matches!(rule.traffic, Traffic::Tcp(_) | Traffic::Udp(_) | Traffic::Icmp(_));
    let address = !matches!(peer, RulePeer::PrefixList(_) | RulePeer::Cidr(ipnet::IpNet::V6(_)));
    if *network != Network::Classic || (protocol && address) {
        return Ok(());
    }
    Err(Fault::value(format!("The rule '{}' cannot be in an EC2-Classic security group.", rule.id)))
}
