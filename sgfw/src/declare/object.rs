//! What all kinds of objects have in common: an id, a place in the state, an owner.

use crate::inventory::{
    Account, AccountId, Association, FlowLog, FlowLogId, Gateway, GatewayId, GroupId, Instance, InstanceId,
    InterfaceId, ManagedPrefixList, NetworkInterface, Owner, Peering, PeeringId, PrefixListId, SecurityGroup, State,
    Subnet, SubnetId, Table, Vpc, VpcId,
};
use crate::model::DEFAULT_GROUP;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// An object of a state.
pub(super) trait Object: Clone + PartialEq + Serialize + DeserializeOwned + 'static {
    /// What it is found by.
    type Id: Ord + Clone + 'static;
    /// What a person calls its kind.
    const NOUN: &'static str;

    fn id(&self) -> Self::Id;
    /// The key of its row.
    fn key(id: &Self::Id) -> String;
    fn all(state: &State) -> &Table<Self::Id, Self>;
    fn all_mut(state: &mut State) -> &mut Table<Self::Id, Self>;
    fn owner(&self) -> &Owner;
    fn set_owner(&mut self, owner: Owner);

    /// What it is called, without its kind.
    fn label(&self) -> String;

    /// Whether it is there by itself: nobody is told when a file begins to declare it.
    fn is_born(&self) -> bool {
        false
    }

    /// What a person calls it.
    fn words(&self) -> String {
        format!("{} {}", Self::NOUN, self.label())
    }
}

/// A name and an id.
pub(super) fn both(name: &str, id: &impl ToString) -> String {
    format!("`{name}` ({})", id.to_string())
}

macro_rules! objects {
    ($($type:ident $id:ty, $noun:literal $kind:literal $field:ident, $label:expr, $born:expr;)*) => {$(
        impl Object for $type {
            type Id = $id;
            const NOUN: &'static str = $noun;

            fn id(&self) -> $id {
                self.id.clone()
            }
            fn key(id: &$id) -> String {
                format!(concat!($kind, "/{}"), id)
            }
            fn all(state: &State) -> &Table<$id, Self> {
                &state.$field
            }
            fn all_mut(state: &mut State) -> &mut Table<$id, Self> {
                &mut state.$field
            }
            fn owner(&self) -> &Owner {
                &self.owner
            }
            fn set_owner(&mut self, owner: Owner) {
                self.owner = owner;
            }
            fn label(&self) -> String {
                let label: fn(&Self) -> String = $label;
                label(self)
            }
            fn is_born(&self) -> bool {
                let born: fn(&Self) -> bool = $born;
                born(self)
            }
        }
    )*};
}

objects! {
    Account AccountId, "account" "account" accounts, |it| it.id.to_string(), |_| true;
    Vpc VpcId, "VPC" "vpc" vpcs, |it| it.id.to_string(), |it| it.is_default;
    Subnet SubnetId, "subnet" "subnet" subnets, |it| it.id.to_string(), |it| it.is_default;
    Gateway GatewayId, "Internet gateway" "gateway" gateways, |it| it.id.to_string(), |_| false;
    SecurityGroup GroupId, "security group" "group" groups, |it| both(&it.name, &it.id), |it| it.name == DEFAULT_GROUP;
    ManagedPrefixList PrefixListId, "prefix list" "prefix-list" prefix_lists, |it| both(&it.name, &it.id), |_| false;
    NetworkInterface InterfaceId, "network interface" "interface" interfaces, interface_label, |_| false;
    Instance InstanceId, "instance" "instance" instances, |it| it.id.to_string(), |_| false;
    Peering PeeringId, "peering connection" "peering" peerings, |it| it.id.to_string(), |_| false;
    FlowLog FlowLogId, "flow log" "flow-log" flow_logs, |it| it.id.to_string(), |_| false;
}

fn interface_label(it: &NetworkInterface) -> String {
    it.name.as_ref().map_or_else(|| it.id.to_string(), |name| both(name, &it.id))
}

impl Object for Association {
    type Id = (GroupId, VpcId);
    const NOUN: &'static str = "association";

    fn id(&self) -> Self::Id {
        (self.group.clone(), self.vpc.clone())
    }
    fn key((group, vpc): &Self::Id) -> String {
        format!("association/{group}/{vpc}")
    }
    fn all(state: &State) -> &Table<Self::Id, Self> {
        &state.associations
    }
    fn all_mut(state: &mut State) -> &mut Table<Self::Id, Self> {
        &mut state.associations
    }
    fn owner(&self) -> &Owner {
        &self.owner
    }
    fn set_owner(&mut self, owner: Owner) {
        self.owner = owner;
    }
    fn label(&self) -> String {
        format!("of {} with {}", self.group, self.vpc)
    }
}
