//! What an account finds in a region when it first looks: a default VPC with subnets and a default group, or, where
//! the platform is EC2-Classic, its default group (F14). Ids follow from account and region.
//!
//! The default VPC of the home account and region stands for this host's own network, which speaks IPv6, so it has an
//! IPv6 block and its groups let IPv6 out (F11). Default VPCs elsewhere have none, as AWS makes them.

use super::{
    Account, GroupId, GroupRule, Network, Owner, Scope, SecurityGroup, State, Subnet, SubnetId, Tags, Vpc, VpcId,
};
use crate::model::{DEFAULT_GROUP, Direction};
use ipnet::{IpAdd, Ipv4Net, Ipv6Net};
use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

/// The second group of a VPC that an API version before 2011-01-01 made (F21).
pub const LEGACY_GROUP: &str = "2009-07-15-default";

/// The IPv4 block of every default VPC.
const DEFAULT_BLOCK: Ipv4Net = Ipv4Net::new_assert(Ipv4Addr::new(172, 31, 0, 0), 16);

/// Zones of a region, and how many addresses the default subnet of each is away from that of the zone before.
const ZONES: [char; 3] = ['a', 'b', 'c'];
const SUBNET_STEP: u32 = 1 << 12;

/// Gives an account what it begins with in a region, once: what is deleted later is not brought back.
pub fn begin(state: &mut State, scope: &Scope) {
    let known = state.accounts.get(&scope.account);
    if known.is_some_and(|account| account.begun.contains(&scope.region)) {
        return;
    }
    mark_begun(state, scope);
    if state.is_classic(scope) {
        classic_default(state, scope);
    } else if state.default_vpc(scope).is_none() {
        default_vpc(state, scope);
    }
}

/// Notes that a region has begun, whatever it begins with.
pub fn mark_begun(state: &mut State, scope: &Scope) {
    let account = state.accounts.entry(scope.account.clone()).or_insert_with(|| Arc::new(Account::new(&scope.account)));
    if !account.begun.contains(&scope.region) {
        Arc::make_mut(account).begun.insert(scope.region.clone());
    }
}

/// Makes the default VPC of an account and region, with a default group and a subnet in each zone; its id.
pub fn default_vpc(state: &mut State, scope: &Scope) -> VpcId {
    let id = default_vpc_id(scope);
    let v6 = (*scope == state.settings.home).then(|| home_block(scope));
    let vpc = Vpc {
        id: id.clone(),
        scope: scope.clone(),
        v4: vec![DEFAULT_BLOCK],
        v6: v6.into_iter().collect(),
        is_default: true,
        legacy: false,
        dns_support: true,
        dns_hostnames: true,
        tags: Tags::new(),
        owner: Owner::Action,
    };
    for number in 0..3 {
        let subnet = default_subnet(&vpc, number);
        state.subnets.insert(subnet.id.clone(), Arc::new(subnet));
    }
    let group = default_group(default_group_id(scope, &Network::Vpc(id.clone())), &vpc);
    state.groups.insert(group.id.clone(), Arc::new(group));
    state.vpcs.insert(id.clone(), Arc::new(vpc));
    id
}

/// The id of the default VPC when nobody gives another.
pub fn default_vpc_id(scope: &Scope) -> VpcId {
    VpcId::derive(&["default", scope.account.as_str(), &scope.region])
}

/// The IPv4 block of every default VPC.
pub const fn default_block() -> Ipv4Net {
    DEFAULT_BLOCK
}

/// Gives a VPC without IPv6 these blocks. Groups whose outbound rules are still those they began with get the one for
/// IPv6, others do not (F11, F12).
pub fn give_ipv6(state: &mut State, vpc: &VpcId, blocks: &[Ipv6Net]) {
    let Some(found) = state.vpcs.get_mut(vpc).filter(|it| it.v6.is_empty()) else { return };
    Arc::make_mut(found).v6 = blocks.to_vec();
    open_out_v6(state, vpc);
}

/// Gives the groups of a VPC that just got IPv6 the outbound rule for ::/0 (F11): those whose outbound rules are as they
/// were born, not those that somebody changed (F12).
pub fn open_out_v6(state: &mut State, vpc: &VpcId) {
    let is_as_born = |group: &SecurityGroup| {
        let out: Vec<&GroupRule> = group.rules(Direction::Egress).collect();
        let born = group.everything_out(false);
        matches!((&out[..], &born[..]), ([rule], [born]) if rule.id == born.id && rule.same_permission(born))
    };
    let of_vpc = |group: &SecurityGroup| group.vpc() == Some(vpc) && is_as_born(group);
    state.groups.change(of_vpc, |group| group.rules.extend(group.everything_out(true).pop()));
}

/// The id of a network's default group when nobody gives another.
pub fn default_group_id(scope: &Scope, network: &Network) -> GroupId {
    GroupId::derive(&[DEFAULT_GROUP, scope.account.as_str(), &scope.region, &network.to_string()])
}

/// The default group of a VPC as it is at first: everything from its own members, everything out (F14-F16).
pub fn default_group(id: GroupId, vpc: &Vpc) -> SecurityGroup {
    let network = Network::Vpc(vpc.id.clone());
    let group = group(id, &vpc.scope, network.clone(), DEFAULT_GROUP, default_words(&network));
    with_default_rules(group, !vpc.v6.is_empty())
}

/// The group `2009-07-15-default` of a VPC that an old API version made (F21). It is as the default group was then.
pub fn legacy_group(id: GroupId, vpc: &Vpc) -> SecurityGroup {
    let network = Network::Vpc(vpc.id.clone());
    with_default_rules(group(id, &vpc.scope, network, LEGACY_GROUP, LEGACY_GROUP), !vpc.v6.is_empty())
}

/// The default group of EC2-Classic, whose outbound side is fixed: everything over IPv4 (F14, F40, F54).
pub fn classic_default_group(scope: &Scope) -> SecurityGroup {
    let id = default_group_id(scope, &Network::Classic);
    with_default_rules(group(id, scope, Network::Classic, DEFAULT_GROUP, default_words(&Network::Classic)), false)
}

/// The description of a network's default group.
pub const fn default_words(network: &Network) -> &'static str {
    match network {
        Network::Vpc(_) => "default VPC security group",
        Network::Classic => "default group",
    }
}

/// The rules that a default group begins with and is reset to.
pub fn default_rules(group: &SecurityGroup, v6: bool) -> Vec<GroupRule> {
    std::iter::once(group.everything_from_itself()).chain(group.everything_out(v6)).collect()
}

fn classic_default(state: &mut State, scope: &Scope) {
    if state.default_group(scope, &Network::Classic).is_none() {
        let group = classic_default_group(scope);
        state.groups.insert(group.id.clone(), Arc::new(group));
    }
}

fn with_default_rules(group: SecurityGroup, v6: bool) -> SecurityGroup {
    SecurityGroup { rules: default_rules(&group, v6), ..group }
}

fn group(id: GroupId, scope: &Scope, network: Network, name: &str, description: &str) -> SecurityGroup {
    SecurityGroup {
        id,
        scope: scope.clone(),
        network,
        name: name.into(),
        description: description.into(),
        rules: Vec::new(),
        tags: Tags::new(),
        owner: Owner::Action,
    }
}

fn default_subnet(vpc: &Vpc, number: u8) -> Subnet {
    let zone = format!("{}{}", vpc.scope.region, ZONES[usize::from(number) % ZONES.len()]);
    let first = DEFAULT_BLOCK.addr().saturating_add(SUBNET_STEP * u32::from(number));
    Subnet {
        id: SubnetId::derive(&[vpc.id.as_str(), &zone]),
        vpc: vpc.id.clone(),
        zone,
        v4: Some(Ipv4Net::new_assert(first, 20)),
        v6: vpc.v6.first().map(|block| Ipv6Net::new_assert(nth_64(*block, number), 64)),
        is_default: true,
        tags: Tags::new(),
        owner: Owner::Action,
    }
}

/// The first address of the n-th /64 of a block.
fn nth_64(block: Ipv6Net, number: u8) -> Ipv6Addr {
    block.network().saturating_add(u128::from(number) << 64)
}

/// The IPv6 block of the home's default VPC: a unique local one (RFC 4193) that follows from account and region.
pub fn home_block(scope: &Scope) -> Ipv6Net {
    let id = VpcId::derive(&["ipv6", scope.account.as_str(), &scope.region]);
    let number = id.as_str().bytes().fold(0_u64, |hash, byte| hash.rotate_left(5) ^ u64::from(byte));
    let number = 0xfd00_0000_0000_0000 | (number & 0x00ff_ffff_ffff_ff00);
    Ipv6Net::new_assert(Ipv6Addr::from(u128::from(number) << 64), 56)
}
