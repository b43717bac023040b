//! Accounts, VPCs, subnets, gateways, peerings and prefix lists.

use super::Maker;
use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use sgfw::inventory::{
    Account, Family, Gateway, GatewayId, GroupId, ListEntry, ListState, ManagedPrefixList, Peering, PeeringEnd,
    PeeringStatus, PrefixListId, Scope, Subnet, SubnetId, Vpc, VpcId, begin, default_group,
};
use std::collections::{BTreeMap, BTreeSet};
use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

impl Maker {
    pub(super) fn networks(&mut self) {
        for number in 0..self.scopes.len() {
            let scope = self.scopes[number].clone();
            if self.random.chance(20) {
                let account = self.state.accounts.entry(scope.account.clone());
                let account = account.or_insert_with(|| Arc::new(Account::new(&scope.account)));
                Arc::make_mut(account).classic.insert(scope.region.clone());
            }
            // An apply begins the home, if nothing did before.
            if self.random.chance(60) || scope == self.state.settings.home {
                begin(&mut self.state, &scope);
            }
        }
        self.without_default_vpc();
        for number in 0..self.random.below(5) {
            self.add_vpc(u8::try_from(number).unwrap());
        }
    }

    /// A region that has begun and whose default VPC was deleted.
    fn without_default_vpc(&mut self) {
        let scope = self.scope();
        let Some(id) =
            self.state.default_vpc(&scope).filter(|_| self.random.clone().chance(30)).map(|it| it.id.clone())
        else {
            return;
        };
        self.state.vpcs.remove(&id);
        self.state.subnets.retain(|_, it| it.vpc != id);
        self.state.groups.retain(|_, it| it.vpc() != Some(&id));
    }

    fn add_vpc(&mut self, number: u8) {
        let v4 = vec![Ipv4Net::new(Ipv4Addr::new(10, number, 0, 0), 16).unwrap()];
        let v6 = Ipv6Net::new(Ipv6Addr::new(0x2001, 0xdb8, u16::from(number), 0, 0, 0, 0, 0), 56).unwrap();
        let vpc = Vpc {
            id: VpcId::from_number(self.number()),
            scope: self.scope(),
            v4,
            v6: if self.random.chance(50) { vec![v6] } else { Vec::new() },
            is_default: false,
            legacy: self.random.chance(20),
            dns_support: self.random.chance(80),
            dns_hostnames: self.random.chance(30),
            tags: self.tags(),
            owner: self.owner(),
        };
        let group = default_group(GroupId::from_number(self.number()), &vpc);
        self.state.groups.insert(group.id.clone(), Arc::new(group));
        self.subnets(&vpc);
        if self.random.chance(30) {
            self.gateway(&vpc.scope, Some(vpc.id.clone()));
        }
        if self.random.chance(10) {
            let scope = self.scope();
            self.gateway(&scope, None);
        }
        self.state.vpcs.insert(vpc.id.clone(), Arc::new(vpc));
    }

    fn subnets(&mut self, vpc: &Vpc) {
        for number in 0..self.random.below(3) {
            let number = u8::try_from(number).unwrap();
            let [a, b, ..] = vpc.v4[0].addr().octets();
            let subnet = Subnet {
                id: SubnetId::from_number(self.number()),
                vpc: vpc.id.clone(),
                zone: format!("{}{}", vpc.scope.region, self.random.pick(&["a", "b", "c"])),
                v4: Some(Ipv4Net::new(Ipv4Addr::new(a, b, number, 0), 24).unwrap()),
                v6: vpc.v6.first().map(|block| {
                    let base = u128::from(block.addr()) + (u128::from(number) << 64);
                    Ipv6Net::new(base.into(), 64).unwrap()
                }),
                is_default: false,
                tags: self.tags(),
                owner: self.owner(),
            };
            self.state.subnets.insert(subnet.id.clone(), Arc::new(subnet));
        }
    }

    fn gateway(&mut self, scope: &Scope, vpc: Option<VpcId>) {
        let id = GatewayId::from_number(self.number());
        let gateway = Gateway { id, scope: scope.clone(), vpc, tags: self.tags(), owner: self.owner() };
        self.state.gateways.insert(gateway.id.clone(), Arc::new(gateway));
    }

    pub(super) fn peerings(&mut self) {
        for _ in 0..self.random.below(5) {
            self.peering();
        }
    }

    fn peering(&mut self) {
        let (Some(a), Some(b)) = (self.vpc(), self.vpc()) else { return };
        let status = self.random.pick(&[
            PeeringStatus::Active,
            PeeringStatus::Active,
            PeeringStatus::PendingAcceptance,
            PeeringStatus::Deleted,
            PeeringStatus::Rejected,
            PeeringStatus::Expired,
        ]);
        let is_live = |status| matches!(status, PeeringStatus::Active | PeeringStatus::PendingAcceptance);
        let (one, other) = (self.state.vpcs[&a].clone(), self.state.vpcs[&b].clone());
        let taken = self.state.peerings.values().any(|it| is_live(it.status) && it.joins(&a, &b));
        let overlap = one.v4[0].contains(&other.v4[0]);
        if one.scope.region != other.scope.region || a == b || (is_live(status) && (taken || overlap)) {
            return;
        }
        let mut requester = end(&one);
        if !is_live(status) && self.random.chance(50) {
            // The VPC is gone.
            requester.vpc = VpcId::from_number(self.number());
            requester.v4 = vec!["192.168.0.0/16".parse().unwrap()];
        } else if !is_live(status) && self.random.chance(30) {
            requester.v6 = vec!["2001:db8:ffff::/56".parse().unwrap()];
        }
        let peering = Peering {
            id: self.peering_id(),
            region: one.scope.region.clone(),
            requester,
            accepter: end(&other),
            status,
            ended_by: (status == PeeringStatus::Deleted).then(|| one.scope.account.clone()),
            expires: (status == PeeringStatus::PendingAcceptance).then(|| self.time()),
            tags: self.tags(),
            owner: self.owner(),
        };
        self.state.peerings.insert(peering.id.clone(), Arc::new(peering));
    }

    pub(super) fn lists(&mut self) {
        for _ in 0..self.random.below(5) {
            let version = 1 + self.random.below(4) as u64;
            let family = self.random.pick(&[Family::V4, Family::V6, Family::Both]);
            let earlier: BTreeMap<u64, Vec<ListEntry>> = (1..version).map(|it| (it, self.entries(family))).collect();
            let entries = self.entries(family);
            let list = ManagedPrefixList {
                id: PrefixListId::from_number(self.number()),
                scope: self.scope(),
                name: self.word(),
                family,
                max_entries: 10,
                version,
                entries,
                earlier,
                state: self.random.pick(&[
                    ListState::CreateComplete,
                    ListState::ModifyComplete,
                    ListState::RestoreComplete,
                ]),
                aws_weight: self.random.chance(20).then_some(55),
                tags: self.tags(),
                owner: self.owner(),
            };
            self.state.prefix_lists.insert(list.id.clone(), Arc::new(list));
        }
    }

    fn entries(&mut self, family: Family) -> Vec<ListEntry> {
        let mut seen = BTreeSet::new();
        let mut entries = Vec::new();
        for _ in 0..self.random.below(5) {
            let block: IpNet = crate::universe::block(&mut self.random);
            if family.takes(&block) && seen.insert(block) {
                let description = self.random.chance(40).then(|| self.words()).filter(|text| !text.is_empty());
                entries.push(ListEntry { cidr: block, description });
            }
        }
        entries
    }
}

fn end(vpc: &Vpc) -> PeeringEnd {
    PeeringEnd { account: vpc.scope.account.clone(), vpc: vpc.id.clone(), v4: vpc.v4.clone(), v6: vpc.v6.clone() }
}
