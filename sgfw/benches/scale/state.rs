//! A large account: groups, rules, interfaces, members, one prefix list that all groups refer to.

use ipnet::{IpNet, Ipv4Net};
use sgfw::inventory::{
    Family, GroupId, GroupRule, InterfaceId, ListEntry, ListState, LocalDevice, ManagedPrefixList, Network,
    NetworkInterface, Owner, PrefixListId, Quotas, RuleId, RulePeer, Scope, SecurityGroup, Settings, State, Subnet,
    SubnetId, Tags, Vpc, VpcId,
};
use sgfw::model::{Direction, Origin, PortRange, Side, Timeouts, Traffic};
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

/// Groups.
pub(super) const GROUPS: u64 = 500;
/// Rules of a group, half of them inbound.
pub(super) const RULES: u64 = 60;
/// Interfaces, each with [`ADDRESSES`].
pub(super) const INTERFACES: u64 = 10_000;
/// Addresses of an interface: together 100 000 members.
pub(super) const ADDRESSES: u64 = 10;
/// Interfaces that are devices of this host.
pub(super) const DEVICES: u64 = 20;
/// Entries of the prefix list.
pub(super) const ENTRIES: u32 = 1_000;

/// The group with this number.
pub(super) fn group_id(number: u64) -> GroupId {
    GroupId::from_number(number % GROUPS + 1)
}

/// The interface with this number.
pub(super) fn interface_id(number: u64) -> InterfaceId {
    InterfaceId::from_number(number + 1)
}

/// Interfaces of a subnet, a /20.
const PER_SUBNET: u64 = 250;

/// The subnet of the interface with this number.
pub(super) fn subnet_id(interface: u64) -> SubnetId {
    SubnetId::from_number(interface / PER_SUBNET + 1)
}

/// The whole, with these devices of this namespace as the first interfaces.
pub(super) fn state(netns: &str, devices: &[String]) -> State {
    let mut state = State::default();
    let scope = Scope::default();
    state.settings = Arc::new(Settings { quotas: quotas(), ..Settings::default() });
    sgfw::inventory::mark_begun(&mut state, &scope);
    for first in (0..INTERFACES).step_by(PER_SUBNET as usize) {
        state.subnets.insert(subnet_id(first), Arc::new(subnet(first)));
    }
    let vpc = vpc(&scope);
    let network = Network::Vpc(vpc.id.clone());
    state.vpcs.insert(vpc.id.clone(), Arc::new(vpc));
    let list = list(&scope);
    for number in 0..GROUPS {
        let group = group(&scope, &network, number, &list.id);
        state.groups.insert(group.id.clone(), Arc::new(group));
    }
    state.prefix_lists.insert(list.id.clone(), Arc::new(list));
    for number in 0..INTERFACES {
        let mut interface = interface(&scope, &network, number);
        if let Some(device) = usize::try_from(number).ok().and_then(|number| devices.get(number)) {
            let local = LocalDevice { netns: Some(netns.into()), ..LocalDevice::named(device, Side::Port) };
            interface.device = Some(local);
        }
        state.interfaces.insert(interface.id.clone(), Arc::new(interface));
    }
    state
}

/// A list of 1 000 entries is no rule of 60.
fn quotas() -> Quotas {
    let (rules_per_group, rules_times_groups, interfaces_per_region) = (2_000, 10_000, 20_000);
    Quotas { rules_per_group, rules_times_groups, interfaces_per_region, ..Quotas::default() }
}

/// The first address of the subnet of an interface.
pub(super) fn base(interface: u64) -> u32 {
    (10 << 24) + (u32::try_from(interface / PER_SUBNET).unwrap_or(0) << 12)
}

fn subnet(first: u64) -> Subnet {
    Subnet {
        id: subnet_id(first),
        vpc: VpcId::from_number(1),
        zone: "us-east-1a".into(),
        v4: Some(Ipv4Net::new_assert(Ipv4Addr::from(base(first)), 20)),
        v6: None,
        is_default: false,
        tags: Tags::new(),
        owner: Owner::Action,
    }
}

fn vpc(scope: &Scope) -> Vpc {
    Vpc {
        id: VpcId::from_number(1),
        scope: scope.clone(),
        v4: vec![Ipv4Net::new_assert(Ipv4Addr::new(10, 0, 0, 0), 8)],
        v6: Vec::new(),
        is_default: true,
        legacy: false,
        dns_support: true,
        dns_hostnames: true,
        tags: Tags::new(),
        owner: Owner::Action,
    }
}

fn group(scope: &Scope, network: &Network, number: u64, list: &PrefixListId) -> SecurityGroup {
    let mut group = SecurityGroup {
        id: group_id(number),
        scope: scope.clone(),
        network: network.clone(),
        name: format!("group-{number}"),
        description: "one of many".into(),
        rules: Vec::new(),
        tags: Tags::new(),
        owner: Owner::Action,
    };
    for rule in 0..RULES {
        let direction = if rule % 2 == 0 { Direction::Ingress } else { Direction::Egress };
        let peer = peer(number, rule, list);
        group.rules.push(self::rule(number * RULES + rule, direction, peer));
    }
    group
}

fn peer(group: u64, rule: u64, list: &PrefixListId) -> RulePeer {
    let network = Network::Vpc(VpcId::from_number(1));
    match rule {
        0 => RulePeer::PrefixList(list.clone()),
        rule if rule % 6 == 1 => {
            let to = SecurityGroup {
                id: group_id(group + rule),
                scope: Scope::default(),
                network,
                name: format!("group-{}", (group + rule) % GROUPS),
                description: String::new(),
                rules: Vec::new(),
                tags: Tags::new(),
                owner: Owner::Action,
            };
            RulePeer::Group(to.reference(None))
        }
        rule => RulePeer::Cidr(block(u32::try_from(group * RULES + rule).unwrap_or(0))),
    }
}

/// The /24 with this number, from 20.0.0.0 on.
pub(super) fn block(number: u32) -> IpNet {
    IpNet::V4(Ipv4Net::new_assert(Ipv4Addr::from((20 << 24) + (number << 8)), 24))
}

/// A rule for one TCP port.
pub(super) fn rule(number: u64, direction: Direction, peer: RulePeer) -> GroupRule {
    let port = u16::try_from(number % 60_000).unwrap_or(0) + 1;
    GroupRule {
        id: RuleId::from_number(number + 1),
        direction,
        traffic: PortRange::new(port, port).map_or(Traffic::All, Traffic::Tcp),
        peer,
        description: None,
        tags: Tags::new(),
        origin: Origin::default(),
    }
}

fn interface(scope: &Scope, network: &Network, number: u64) -> NetworkInterface {
    let address = |place| {
        let low = u32::try_from(number % PER_SUBNET * ADDRESSES + place).unwrap_or(0);
        IpAddr::V4(Ipv4Addr::from(base(number) + 16 + low))
    };
    NetworkInterface {
        id: interface_id(number),
        scope: scope.clone(),
        network: network.clone(),
        subnet: Some(subnet_id(number)),
        name: None,
        description: String::new(),
        addresses: (0..ADDRESSES).map(address).collect(),
        groups: (0..1 + number % 5).map(|place| group_id(number + place)).collect(),
        source_dest_check: true,
        timeouts: Timeouts::default(),
        attachment: None,
        device: None,
        mac: [2, 0, 0, 0, 0, 1],
        tags: Tags::new(),
        owner: Owner::Action,
    }
}

fn list(scope: &Scope) -> ManagedPrefixList {
    let entry = |number| ListEntry { cidr: block(60_000 + number), description: None };
    ManagedPrefixList {
        id: PrefixListId::from_number(1),
        scope: scope.clone(),
        name: "partners".into(),
        family: Family::V4,
        max_entries: ENTRIES,
        version: 1,
        entries: (0..ENTRIES).map(entry).collect(),
        earlier: std::collections::BTreeMap::new(),
        state: ListState::CreateComplete,
        aws_weight: None,
        tags: Tags::new(),
        owner: Owner::Action,
    }
}
