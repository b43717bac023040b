//! Groups, associations and rules.

use super::Maker;
use ipnet::IpNet;
use sgfw::inventory::{
    Association, AssociationState, GroupId, GroupRef, GroupRule, Network, RuleId, RulePeer, SecurityGroup, Tags, VpcId,
};
use sgfw::model::{DEFAULT_GROUP, Direction, IcmpMatch, Origin, PortRange, Traffic};
use std::sync::Arc;

impl Maker {
    pub(super) fn groups(&mut self) {
        for default in self.state.groups.values().cloned().collect::<Vec<_>>() {
            for _ in 0..self.random.below(4) {
                let v6 = default.rules.len() > 2;
                let name = if self.random.chance(20) { "web".to_owned() } else { self.word() };
                if self.state.group_named(&default.scope, &default.network, &name).is_some() || name == DEFAULT_GROUP {
                    continue;
                }
                let mut made = SecurityGroup {
                    id: GroupId::from_number(self.number()),
                    name,
                    description: self.word(),
                    tags: self.tags(),
                    owner: self.owner(),
                    rules: Vec::new(),
                    ..(*default).clone()
                };
                made.rules = made.everything_out(v6);
                self.state.groups.insert(made.id.clone(), Arc::new(made));
            }
        }
    }

    pub(super) fn associations(&mut self) {
        for group in self.state.groups.values().cloned().collect::<Vec<_>>() {
            let Some(vpc) = self.vpc().map(|id| self.state.vpcs[&id].clone()) else { continue };
            let own = group.vpc().and_then(|id| self.state.vpcs.get(id));
            let fits = own.is_some_and(|own| own.id != vpc.id && own.scope == vpc.scope && !own.is_default);
            if !fits || vpc.is_default || group.name == DEFAULT_GROUP || self.random.chance(50) {
                continue;
            }
            let state =
                if self.random.chance(70) { AssociationState::Associated } else { AssociationState::Disassociated };
            let made = Association { group: group.id.clone(), vpc: vpc.id.clone(), state, owner: self.owner() };
            self.state.associations.insert((group.id.clone(), vpc.id.clone()), Arc::new(made));
        }
    }

    pub(super) fn rules(&mut self) {
        for id in self.state.groups.keys().cloned().collect::<Vec<_>>() {
            let group = self.state.groups[&id].clone();
            let mut rules = if self.random.chance(30) { Vec::new() } else { group.rules.clone() };
            if group.network == Network::Classic {
                rules.clone_from(&group.rules);
            }
            for _ in 0..self.random.below(7) {
                let rule = self.rule(&group);
                if !rules.iter().any(|it| it.same_permission(&rule)) {
                    rules.push(rule);
                }
            }
            Arc::make_mut(self.state.groups.get_mut(&id).unwrap()).rules = rules;
        }
    }

    fn rule(&mut self, group: &SecurityGroup) -> GroupRule {
        let is_classic = group.network == Network::Classic;
        let out = !is_classic && self.random.chance(40);
        let peer = self.peer(group, is_classic);
        let traffic = loop {
            let traffic = self.traffic();
            let fits = match (&peer, traffic) {
                (_, Traffic::Icmpv6(_) | Traffic::All | Traffic::Protocol(_)) if is_classic => false,
                (RulePeer::Cidr(IpNet::V4(_)), Traffic::Icmpv6(_)) => false,
                (RulePeer::Cidr(IpNet::V6(_)), Traffic::Icmp(_)) => false,
                _ => true,
            };
            if fits {
                break traffic;
            }
        };
        GroupRule {
            id: RuleId::from_number(self.number()),
            direction: if out { Direction::Egress } else { Direction::Ingress },
            traffic,
            peer,
            description: self.random.chance(40).then(|| self.word().replace('&', "")),
            tags: if self.random.chance(20) { self.tags() } else { Tags::new() },
            origin: Origin::default(),
        }
    }

    fn traffic(&mut self) -> Traffic {
        let (a, b) = (self.random.half(), self.random.half());
        let ports = PortRange::new(a.min(b), a.max(b)).unwrap();
        let ports = self.random.pick(&[ports, PortRange::ALL, PortRange::new(a, a).unwrap()]);
        let kind = self.random.chance(70).then(|| self.random.byte());
        let code = kind.and_then(|_| self.random.chance(50).then(|| self.random.byte()));
        let icmp = IcmpMatch::new(kind, code).unwrap();
        match self.random.below(6) {
            0 => Traffic::All,
            1 => Traffic::Tcp(ports),
            2 => Traffic::Udp(ports),
            3 => Traffic::Icmp(icmp),
            4 => Traffic::Icmpv6(icmp),
            _ => Traffic::Protocol(self.random.pick(&[0, 2, 47, 50, 255])),
        }
    }

    fn peer(&mut self, from: &SecurityGroup, is_classic: bool) -> RulePeer {
        match self.random.below(6) {
            0 | 1 => RulePeer::Group(self.reference(from)),
            2 if !is_classic => self.list_of(from),
            3 if !is_classic && self.random.chance(50) => RulePeer::Group(self.gone()),
            _ => loop {
                let block = crate::universe::block(&mut self.random);
                if !is_classic || block.addr().is_ipv4() {
                    break RulePeer::Cidr(block);
                }
            },
        }
    }

    fn list_of(&mut self, from: &SecurityGroup) -> RulePeer {
        let ours = self.state.prefix_lists.values().find(|list| list.scope == from.scope);
        ours.map_or(RulePeer::Cidr("10.9.0.0/16".parse().unwrap()), |list| RulePeer::PrefixList(list.id.clone()))
    }

    /// A reference to any group of the same platform: of the same network, live over a peering or an association, or
    /// stale, with or without a connection remembered.
    fn reference(&mut self, from: &SecurityGroup) -> GroupRef {
        let is_classic = from.network == Network::Classic;
        let fits = |it: &&Arc<SecurityGroup>| {
            let same_kind = (it.network == Network::Classic) == is_classic;
            same_kind && (!is_classic || it.scope.region == from.scope.region)
        };
        let targets: Vec<Arc<SecurityGroup>> = self.state.groups.values().filter(fits).cloned().collect();
        let target = targets[self.random.below(targets.len())].clone();
        if target.network == from.network {
            return target.reference(None);
        }
        let joined = match (from.vpc(), target.vpc()) {
            (Some(here), Some(there)) => self.state.peerings.values().find(|it| it.joins(here, there)),
            _ => None,
        };
        let joined = joined.map(|it| it.id.clone());
        let peering = match self.random.below(3) {
            _ if is_classic => None,
            0 => None,
            1 => Some(self.peering_id()),
            _ => joined,
        };
        target.reference(peering)
    }

    /// A group of another VPC that was deleted.
    fn gone(&mut self) -> GroupRef {
        GroupRef {
            id: GroupId::from_number(self.number()),
            account: self.scope().account,
            vpc: Some(VpcId::from_number(self.number())),
            name: self.word(),
            peering: self.random.chance(50).then(|| self.peering_id()),
        }
    }
}
