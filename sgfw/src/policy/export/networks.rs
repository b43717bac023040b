//! Accounts, VPCs, EC2-Classic, gateways, peerings and associations.

use super::Export;
use crate::inventory::{
    Account, Association, AssociationState, Gateway, Network, Peering, PeeringEnd, Scope, Subnet, Vpc,
};
use crate::policy::write::Map;
use ipnet::{Ipv4Net, Ipv6Net};
use serde_yaml::Value;
use std::collections::BTreeSet;

impl Export<'_> {
    /// All of it, but what stands at home.
    pub(super) fn networks(&self, out: &mut Map) {
        let state = self.state;
        out.put_list("accounts", state.accounts.values().map(|it| account(it)));
        out.put_list("vpcs", state.vpcs.values().map(|it| self.vpc(it)));
        out.put_list("classic", self.classic().iter().map(|scope| self.classic_section(scope)));
        out.put_list("gateways", state.gateways.values().map(|it| self.gateway(it)));
        out.put_list("peerings", state.peerings.values().map(|it| self.peering(it)));
        out.put_list("associations", state.associations.values().map(|it| association(it)));
    }

    fn vpc(&self, vpc: &Vpc) -> Value {
        let mut out = Map::default();
        out.put("id", vpc.id.as_str());
        self.at(&vpc.scope, &mut out);
        out.put_unless("default", vpc.is_default, &false);
        out.put("cidr", texts(&vpc.v4));
        // Left out, a default VPC would have the blocks it usually has.
        if vpc.is_default || !vpc.v6.is_empty() {
            out.put("ipv6", texts(&vpc.v6));
        }
        out.put_unless("legacy", vpc.legacy, &false);
        out.put_unless("dns-support", vpc.dns_support, &true);
        out.put_unless("dns-hostnames", vpc.dns_hostnames, &vpc.is_default);
        out.put_tags(&vpc.tags);
        let subnets = self.state.subnets.values().filter(|it| it.vpc == vpc.id);
        out.put_list("subnets", subnets.map(|it| subnet(it)));
        if self.home.as_ref() != Some(&vpc.id) {
            self.inside(&vpc.scope, &Network::Vpc(vpc.id.clone()), &mut out);
        }
        out.into()
    }

    /// Accounts and regions where something lives in EC2-Classic.
    fn classic(&self) -> BTreeSet<&Scope> {
        let groups = self.state.groups.values().map(|it| (&it.scope, &it.network));
        let interfaces = self.state.interfaces.values().map(|it| (&it.scope, &it.network));
        let instances = self.state.instances.values().map(|it| (&it.scope, &it.network));
        let all = groups.chain(interfaces).chain(instances);
        all.filter(|(_, network)| **network == Network::Classic).map(|(scope, _)| scope).collect()
    }

    fn classic_section(&self, scope: &Scope) -> Value {
        let mut out = Map::default();
        self.at(scope, &mut out);
        self.inside(scope, &Network::Classic, &mut out);
        out.into()
    }

    fn gateway(&self, gateway: &Gateway) -> Value {
        let mut out = Map::default();
        out.put("id", gateway.id.as_str());
        out.put("account", gateway.scope.account.as_str()).put("region", gateway.scope.region.as_str());
        out.put_some("vpc", gateway.vpc.as_ref().map(|vpc| vpc.as_str()));
        out.put_tags(&gateway.tags);
        out.into()
    }

    fn peering(&self, peering: &Peering) -> Value {
        let mut out = Map::default();
        out.put("id", peering.id.as_str());
        out.put("requester", self.end(&peering.requester)).put("accepter", self.end(&peering.accepter));
        out.put("status", peering.status.to_string());
        out.put("region", peering.region.as_str());
        out.put_some("ended-by", peering.ended_by.as_ref().map(|account| account.as_str()));
        out.put_some("expires", peering.expires.as_deref());
        out.put_tags(&peering.tags);
        out.into()
    }

    /// The VPC alone, if it still is what it was when the connection was made.
    fn end(&self, end: &PeeringEnd) -> Value {
        let now = self.state.vpcs.get(&end.vpc);
        let same = |vpc: &Vpc| (&vpc.scope.account, &vpc.v4, &vpc.v6) == (&end.account, &end.v4, &end.v6);
        if now.is_some_and(|vpc| same(vpc)) {
            return end.vpc.to_string().into();
        }
        let mut out = Map::default();
        out.put("vpc", end.vpc.as_str()).put("account", end.account.as_str());
        out.put("cidr", texts(&end.v4)).put("ipv6", texts(&end.v6));
        out.into()
    }
}

fn account(account: &Account) -> Value {
    let mut out = Map::default();
    out.put("id", account.id.as_str());
    out.put_list("classic", account.classic.iter().map(|region| region.as_str().into()));
    out.put_list("begun", account.begun.iter().map(|region| region.as_str().into()));
    out.into()
}

fn subnet(subnet: &Subnet) -> Value {
    let mut out = Map::default();
    out.put("id", subnet.id.as_str()).put("zone", subnet.zone.as_str());
    out.put_some("cidr", subnet.v4.as_ref().map(Ipv4Net::to_string).as_deref());
    out.put_some("ipv6", subnet.v6.as_ref().map(Ipv6Net::to_string).as_deref());
    out.put_unless("default", subnet.is_default, &false);
    out.put_tags(&subnet.tags);
    out.into()
}

fn association(association: &Association) -> Value {
    let mut out = Map::default();
    out.put("group", association.group.as_str()).put("vpc", association.vpc.as_str());
    if association.state == AssociationState::Disassociated {
        out.put("state", "disassociated");
    }
    out.into()
}

fn texts<T: ToString>(blocks: &[T]) -> Vec<Value> {
    blocks.iter().map(|block| block.to_string().into()).collect()
}
