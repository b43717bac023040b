//! What can have tags, by the beginning of its id.

use crate::inventory::{
    FlowLogId, GatewayId, GroupId, InstanceId, InterfaceId, PeeringId, PrefixListId, RuleId, State, SubnetId, Tags,
    VpcId,
};
use crate::service::rules::no_such_rule;
use crate::service::{Desk, Fault, groups};
use std::sync::Arc;

/// Something that has tags.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Resource {
    Vpc(VpcId),
    Subnet(SubnetId),
    Gateway(GatewayId),
    Group(GroupId),
    Rule(GroupId, RuleId),
    List(PrefixListId),
    Interface(InterfaceId),
    Instance(InstanceId),
    Peering(PeeringId),
    FlowLog(FlowLogId),
}

impl Resource {
    /// The caller's resource with this id.
    ///
    /// # Errors
    /// It is no id, or of nothing that the caller has.
    pub(super) fn find(desk: &Desk, id: &str) -> Result<Self, Fault> {
        let it = Some(id);
        match id.split_once('-').map_or("", |(prefix, _)| prefix) {
            "vpc" => desk.vpc(it).map(|it| Self::Vpc(it.id.clone())),
            "subnet" => desk.subnet(it).map(|it| Self::Subnet(it.id.clone())),
            "igw" => desk.gateway(it).map(|it| Self::Gateway(it.id.clone())),
            "sg" => groups::by_id(desk, id).map(|it| Self::Group(it.id.clone())),
            "sgr" => rule(desk, id),
            "pl" => desk.prefix_list(it).map(|it| Self::List(it.id.clone())),
            "eni" => desk.interface(it).map(|it| Self::Interface(it.id.clone())),
            "i" => desk.instance(it).map(|it| Self::Instance(it.id.clone())),
            "pcx" => desk.peering(it).map(|it| Self::Peering(it.id.clone())),
            "fl" => desk.flow_log(it).map(|it| Self::FlowLog(it.id.clone())),
            _ => Err(Fault::new("InvalidID", format!("The ID '{id}' is not valid"))),
        }
    }

    /// Everything with an id that the caller has.
    pub(super) fn all(desk: &Desk) -> Vec<Self> {
        let (state, scope) = (&desk.state, &desk.scope);
        let mut all = Vec::new();
        let own_vpc = |vpc: &VpcId| state.vpcs.get(vpc).is_some_and(|it| it.scope == *scope);
        all.extend(state.vpcs.keys().filter(|id| own_vpc(id)).cloned().map(Self::Vpc));
        all.extend(state.subnets.values().filter(|it| own_vpc(&it.vpc)).map(|it| Self::Subnet(it.id.clone())));
        all.extend(state.gateways.values().filter(|it| it.scope == *scope).map(|it| Self::Gateway(it.id.clone())));
        for group in state.groups.values().filter(|it| it.scope == *scope) {
            all.push(Self::Group(group.id.clone()));
            all.extend(group.rules.iter().map(|rule| Self::Rule(group.id.clone(), rule.id.clone())));
        }
        all.extend(state.prefix_lists.values().filter(|it| it.scope == *scope).map(|it| Self::List(it.id.clone())));
        all.extend(state.interfaces.values().filter(|it| it.scope == *scope).map(|it| Self::Interface(it.id.clone())));
        all.extend(state.instances.values().filter(|it| it.scope == *scope).map(|it| Self::Instance(it.id.clone())));
        all.extend(state.flow_logs.values().filter(|it| it.scope == *scope).map(|it| Self::FlowLog(it.id.clone())));
        let peerings = desk.peerings(&[]).unwrap_or_default();
        all.extend(peerings.iter().map(|it| Self::Peering(it.id.clone())));
        all
    }

    /// Its id and its kind, as the API names them.
    pub(super) fn names(&self) -> (String, &'static str) {
        match self {
            Self::Vpc(id) => (id.to_string(), "vpc"),
            Self::Subnet(id) => (id.to_string(), "subnet"),
            Self::Gateway(id) => (id.to_string(), "internet-gateway"),
            Self::Group(id) => (id.to_string(), "security-group"),
            Self::Rule(_, id) => (id.to_string(), "security-group-rule"),
            Self::List(id) => (id.to_string(), "prefix-list"),
            Self::Interface(id) => (id.to_string(), "network-interface"),
            Self::Instance(id) => (id.to_string(), "instance"),
            Self::Peering(id) => (id.to_string(), "vpc-peering-connection"),
            Self::FlowLog(id) => (id.to_string(), "vpc-flow-log"),
        }
    }

    /// Its tags.
    pub(super) fn tags<'s>(&self, state: &'s State) -> Option<&'s Tags> {
        match self {
            Self::Vpc(id) => state.vpcs.get(id).map(|it| &it.tags),
            Self::Subnet(id) => state.subnets.get(id).map(|it| &it.tags),
            Self::Gateway(id) => state.gateways.get(id).map(|it| &it.tags),
            Self::Group(id) => state.groups.get(id).map(|it| &it.tags),
            Self::Rule(group, id) => {
                let rules = &state.groups.get(group)?.rules;
                rules.iter().find(|it| it.id == *id).map(|it| &it.tags)
            }
            Self::List(id) => state.prefix_lists.get(id).map(|it| &it.tags),
            Self::Interface(id) => state.interfaces.get(id).map(|it| &it.tags),
            Self::Instance(id) => state.instances.get(id).map(|it| &it.tags),
            Self::Peering(id) => state.peerings.get(id).map(|it| &it.tags),
            Self::FlowLog(id) => state.flow_logs.get(id).map(|it| &it.tags),
        }
    }

    /// Its tags, to be changed.
    pub(super) fn tags_mut<'s>(&self, state: &'s mut State) -> Option<&'s mut Tags> {
        match self {
            Self::Vpc(id) => state.vpcs.get_mut(id).map(|it| &mut Arc::make_mut(it).tags),
            Self::Subnet(id) => state.subnets.get_mut(id).map(|it| &mut Arc::make_mut(it).tags),
            Self::Gateway(id) => state.gateways.get_mut(id).map(|it| &mut Arc::make_mut(it).tags),
            Self::Group(id) => state.groups.get_mut(id).map(|it| &mut Arc::make_mut(it).tags),
            Self::Rule(group, id) => {
                let rules = &mut Arc::make_mut(state.groups.get_mut(group)?).rules;
                rules.iter_mut().find(|it| it.id == *id).map(|it| &mut it.tags)
            }
            Self::List(id) => state.prefix_lists.get_mut(id).map(|it| &mut Arc::make_mut(it).tags),
            Self::Interface(id) => state.interfaces.get_mut(id).map(|it| &mut Arc::make_mut(it).tags),
            Self::Instance(id) => state.instances.get_mut(id).map(|it| &mut Arc::make_mut(it).tags),
            Self::Peering(id) => state.peerings.get_mut(id).map(|it| &mut Arc::make_mut(it).tags),
            Self::FlowLog(id) => state.flow_logs.get_mut(id).map(|it| &mut Arc::make_mut(it).tags),
        }
    }
}

fn rule(desk: &Desk, text: &str) -> Result<Resource, Fault> {
    let id = RuleId::parse(text)?;
    let group = desk.state.group_of_rule(&id).filter(|group| group.scope == desk.scope);
    group.map(|group| Resource::Rule(group.id.clone(), id)).ok_or_else(|| no_such_rule(text))
}
