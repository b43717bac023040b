//! What must hold of a whole state, as far as files can break it. What is wrong is said where a file declares it.

use super::object::Object;
use super::work::Work;
use super::{Place, flow_logs, hosts, lists, peerings};
use crate::inventory::{
    Association, AssociationState, Gateway, LEGACY_GROUP, Network, NetworkInterface, RuleId, Scope, SecurityGroup,
    State, Subnet, Vpc, VpcId,
};
use crate::model::DEFAULT_GROUP;
use ipnet::IpNet;
use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;

/// What is wrong, and what to do about it.
type Wrong = (Place, String, String);

/// The most groups of an interface that packets can be judged by.
const MOST_GROUPS: usize = 16;

pub(super) fn all(work: &mut Work<'_>) {
    let found = [vpcs(work), subnets(work), gateways(work), groups(work), rules(work)].concat();
    let more = [associations(work), addresses(work), memberships(work), interface_names(work)].concat();
    for (place, message, help) in found.into_iter().chain(more) {
        work.refuse(&place, message, help);
    }
    lists::check(work);
    hosts::check(work);
    peerings::check(work);
    flow_logs::check(work);
}

/// The place of whichever of two a file declares, the second one first.
fn place<T: Object>(work: &Work<'_>, second: &T, first: &T) -> Option<Place> {
    work.place_of::<T>(&second.id()).or_else(|| work.place_of::<T>(&first.id())).cloned()
}

fn vpcs(work: &Work<'_>) -> Vec<Wrong> {
    let mut found = Vec::new();
    let mut defaults: BTreeMap<&Scope, &Vpc> = BTreeMap::new();
    for vpc in work.state.vpcs.values() {
        let first = if vpc.is_default { defaults.insert(&vpc.scope, vpc) } else { None };
        if let Some((first, at)) = first.and_then(|first| Some((first, place(work, &**vpc, first)?))) {
            let message = format!("{} of account {} has two default VPCs", vpc.scope.region, vpc.scope.account);
            found.push((at, message, format!("the other one is {}", first.id)));
        }
        let Some(at) = work.place_of::<Vpc>(&vpc.id) else { continue };
        if vpc.v4.is_empty() {
            found.push((at.clone(), "a VPC has one IPv4 block at least".into(), "write `cidr: 10.0.0.0/16`".into()));
        }
        let blocks = blocks(vpc);
        let twice = (0..blocks.len()).find_map(|n| peerings::overlap(&blocks[n..=n], &blocks[n + 1..]));
        if let Some(block) = twice {
            found.push((at.clone(), format!("two blocks of the VPC overlap in {block}"), "leave one out".into()));
        }
    }
    found
}

fn blocks(vpc: &Vpc) -> Vec<IpNet> {
    vpc.v4.iter().copied().map(IpNet::V4).chain(vpc.v6.iter().copied().map(IpNet::V6)).collect()
}

fn subnets(work: &Work<'_>) -> Vec<Wrong> {
    let mut found = Vec::new();
    let mut of_vpc: BTreeMap<&VpcId, Vec<&Subnet>> = BTreeMap::new();
    for subnet in work.state.subnets.values() {
        let Some(vpc) = work.state.vpcs.get(&subnet.vpc) else { continue };
        let own = subnet_blocks(subnet);
        if let Some(at) = work.place_of::<Subnet>(&subnet.id) {
            if let Some(block) = own.iter().find(|block| !blocks(vpc).iter().any(|it| it.contains(*block))) {
                let message = format!("{block} is not within a block of {}", vpc.id);
                found.push((at.clone(), message, "give the VPC the block, or the subnet another one".into()));
            }
            if !subnet.zone.starts_with(&vpc.scope.region) {
                let message = format!("the zone {} is not one of {}", subnet.zone, vpc.scope.region);
                found.push((at.clone(), message, format!("write `zone: {}a`", vpc.scope.region)));
            }
        }
        let others = of_vpc.entry(&subnet.vpc).or_default();
        let overlap = others.iter().find_map(|it| Some((*it, peerings::overlap(&subnet_blocks(it), &own)?)));
        if let Some((at, block)) = overlap.and_then(|(it, block)| Some((place(work, &**subnet, it)?, block))) {
            found.push((at, format!("two subnets of {} overlap in {block}", vpc.id), "move one of them".into()));
        }
        others.push(subnet);
    }
    found
}

fn subnet_blocks(subnet: &Subnet) -> Vec<IpNet> {
    subnet.v4.map(IpNet::V4).into_iter().chain(subnet.v6.map(IpNet::V6)).collect()
}

/// One gateway a VPC, and none as long as the VPC has its group of old (F21).
fn gateways(work: &Work<'_>) -> Vec<Wrong> {
    let mut found = Vec::new();
    let mut of_vpc: BTreeMap<&VpcId, &Gateway> = BTreeMap::new();
    for gateway in work.state.gateways.values() {
        let Some(vpc) = &gateway.vpc else { continue };
        if let Some(at) = of_vpc.insert(vpc, gateway).and_then(|first| place(work, &**gateway, first)) {
            found.push((at, format!("{vpc} has an Internet gateway already"), "leave one out".into()));
        }
        let scope = work.state.vpcs.get(vpc).map(|vpc| &vpc.scope);
        let network = Network::Vpc(vpc.clone());
        let legacy = scope.and_then(|scope| work.state.group_named(scope, &network, LEGACY_GROUP));
        if let (Some(group), Some(at)) = (legacy, work.place_of::<Gateway>(&gateway.id)) {
            let message = format!("{vpc} still has the group `{LEGACY_GROUP}` ({})", group.id);
            found.push((at.clone(), message, "leave the group out, or the gateway".into()));
        }
    }
    found
}

/// A name is unique in its network (F8).
fn groups(work: &Work<'_>) -> Vec<Wrong> {
    let mut found = Vec::new();
    let mut names: HashMap<(&Scope, &Network, &str), &SecurityGroup> = HashMap::new();
    for group in work.state.groups.values() {
        let Some(other) = names.insert((&group.scope, &group.network, &group.name), group) else { continue };
        let Some(at) = place(work, &**group, other) else { continue };
        let declared = work.is_wanted::<SecurityGroup>(&group.id);
        let (ours, theirs) = if declared { (&**group, other) } else { (other, &**group) };
        let message = format!("{} has a group `{}` already: {}", group.network, group.name, theirs.id);
        found.push((at, message, format!("write `id: {}`, or give {} another name", theirs.id, ours.id)));
    }
    found
}

/// The id of a rule is one rule's.
fn rules(work: &Work<'_>) -> Vec<Wrong> {
    let mut found = Vec::new();
    let mut ids: HashMap<&RuleId, (&SecurityGroup, u32)> = HashMap::new();
    for group in work.state.groups.values() {
        for rule in &group.rules {
            let Some((other, line)) = ids.insert(&rule.id, (group, rule.origin.line)) else { continue };
            let Some(mut at) = place(work, &**group, other) else { continue };
            let place = [rule.origin.line, line].into_iter().max().filter(|line| *line > 0);
            (at.line, at.column) = place.map_or((at.line, at.column), |line| (line, 0));
            let message = format!("{} is another rule's id, of {}", rule.id, other.id);
            found.push((at, message, "leave the id out, or write another one".into()));
        }
    }
    found
}

fn associations(work: &Work<'_>) -> Vec<Wrong> {
    let mut found = Vec::new();
    for it in work.state.associations.values().filter(|it| it.state == AssociationState::Associated) {
        let Some(at) = work.place_of::<Association>(&it.id()) else { continue };
        let (Some(group), Some(vpc)) = (work.state.groups.get(&it.group), work.state.vpcs.get(&it.vpc)) else {
            continue;
        };
        if let Some(why) = not_associated(&work.state, group, vpc) {
            let message = format!("{} cannot be associated with {}: {why}", group.id, vpc.id);
            found.push((at.clone(), message, String::new()));
        }
    }
    found
}

fn not_associated(state: &State, group: &SecurityGroup, vpc: &Vpc) -> Option<&'static str> {
    let own = group.vpc().and_then(|id| state.vpcs.get(id));
    match own {
        None => Some("a group of EC2-Classic stays there"),
        Some(_) if group.name == DEFAULT_GROUP => Some("a default group stays in its VPC"),
        Some(own) if own.id == vpc.id => Some("it is the group's own VPC"),
        Some(own) if own.is_default || vpc.is_default => Some("a default VPC takes no part in associations"),
        Some(own) if own.scope != vpc.scope => Some("both must be of one account and region"),
        Some(_) => None,
    }
}

/// An address is one interface's in its VPC. Not so at home without a subnet: there a file may name the same machine
/// twice, and its groups add up.
fn addresses(work: &Work<'_>) -> Vec<Wrong> {
    let mut found = Vec::new();
    let home = work.state.default_vpc(&work.home).map(|vpc| &vpc.id);
    let mut seen: HashMap<(&VpcId, IpAddr), &NetworkInterface> = HashMap::new();
    for it in work.state.interfaces.values() {
        let Some(vpc) = it.network.vpc().filter(|vpc| it.subnet.is_some() || Some(*vpc) != home) else { continue };
        for address in &it.addresses {
            let Some(other) = seen.insert((vpc, *address), it) else { continue };
            let Some(at) = place(work, &**it, other) else { continue };
            let message =
                format!("{address} is an address of two interfaces of {vpc}: {} and {}", other.label(), it.label());
            found.push((at, message, "leave it out of one of them".into()));
        }
        if let (Some(at), Some(address)) = (work.place_of::<NetworkInterface>(&it.id), outside(work, it)) {
            found.push((at.clone(), format!("{address} is not an address of its subnet"), "write another one".into()));
        }
    }
    found
}

fn outside(work: &Work<'_>, it: &NetworkInterface) -> Option<IpAddr> {
    let blocks = subnet_blocks(work.state.subnets.get(it.subnet.as_ref()?)?);
    it.addresses.iter().find(|address| !blocks.iter().any(|block| block.contains(*address))).copied()
}

/// The groups of an interface are of its network, or associated with it (F1, F36).
fn memberships(work: &Work<'_>) -> Vec<Wrong> {
    let mut found = Vec::new();
    for it in work.state.interfaces.values() {
        let Some(at) = work.place_of::<NetworkInterface>(&it.id) else { continue };
        for group in it.groups.iter().filter_map(|id| work.state.groups.get(id)) {
            let usable = match &it.network {
                Network::Vpc(vpc) => work.state.is_usable_in(group, vpc),
                Network::Classic => group.network == Network::Classic && group.scope == it.scope,
            };
            if !usable {
                let message = format!("{} is of {}, the interface of {}", group.words(), group.network, it.network);
                found.push((at.clone(), message, "name a group of the same network, or associate it".into()));
            }
        }
        if it.network != Network::Classic && it.groups.len() > MOST_GROUPS {
            let message = format!("{} groups; {MOST_GROUPS} are allowed for one", it.groups.len());
            found.push((at.clone(), message, "put rules together in fewer groups".into()));
        }
    }
    found
}

/// An interface is found by its name; one that lives elsewhere may have the name of one of this host.
fn interface_names(work: &Work<'_>) -> Vec<Wrong> {
    let mut found = Vec::new();
    let mut names: HashMap<(bool, &str), &NetworkInterface> = HashMap::new();
    for it in work.state.interfaces.values() {
        let Some(other) = names.insert((it.device.is_some(), it.label()), it) else { continue };
        if let Some(at) = place(work, &**it, other) {
            let message = format!("`{}` is the name of {}, too", it.label(), other.id);
            found.push((at, message, "give one of them another name".into()));
        }
    }
    found
}
