//! Everything there is to say about security groups: accounts, VPCs, groups, interfaces, peerings, lists.
//!
//! A [`State`] is one consistent whole, cheap to copy: what a change does not touch is shared with the state before.
//! `service` changes it, `store` keeps its rows, and [`lower`] makes of it the [`crate::model::Snapshot`] that packets
//! are judged by. What can be computed is not kept: whether a rule is stale, who is a member, what counts to a quota.
//!
//! Nothing here knows YAML, HTTP, a clock or chance: ids and times come from the caller.

mod birth;
mod check;
mod flow_log;
mod group;
mod id;
mod interface;
mod log_text;
mod logged;
mod lower;
mod network;
mod owner;
mod peering;
mod prefix_list;
mod quota;
mod reference;
mod relower;
mod rows;
mod state;
mod table;
mod zone;

pub use birth::{
    LEGACY_GROUP, begin, classic_default_group, default_block, default_group, default_group_id, default_rules,
    default_vpc, default_vpc_id, default_words, give_ipv6, home_block, legacy_group, mark_begun, open_out_v6,
};
pub use flow_log::{FlowLog, LogDestination, LogField, LoggedResource, LoggedTraffic};
pub use group::{GroupRef, GroupRule, RulePeer, SecurityGroup};
pub use id::{
    AccountId, AttachmentId, FlowLogId, GatewayId, GroupId, InstanceId, InterfaceId, MalformedId, PeeringId,
    PrefixListId, RuleId, SubnetId, VpcId,
};
pub use interface::{Attachment, Instance, InstanceState, LocalDevice, NetworkInterface};
pub use log_text::{LogTextError, check_region, check_role};
pub use lower::{Lowered, lower};
pub use network::{Account, Gateway, Network, Scope, Subnet, Vpc};
pub use owner::{Owner, Tags};
pub use peering::{Association, AssociationState, Peering, PeeringEnd, PeeringStatus};
pub use prefix_list::{Family, ListEntry, ListState, ManagedPrefixList};
pub use quota::Quotas;
pub use reference::{Reference, StaleWhy};
pub use relower::{has_own_names, relower};
pub use rows::{Changes, Rows, RowsError};
pub use state::{Settings, State, Token};
pub use table::{Difference, Table};
pub use zone::{Zone, zone_id, zones};

#[cfg(test)]
mod relower_tests;
#[cfg(test)]
mod tests;
