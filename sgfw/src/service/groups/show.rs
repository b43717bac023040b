//! Groups as the API shows them.

use crate::api;
use crate::inventory::{Network, SecurityGroup, State};
use crate::model::Direction;
use crate::service::{self, rules, tagging};

/// A group with its rules (F95). The outbound side of EC2-Classic is fixed and never shown (F40).
pub(super) fn group(state: &State, group: &SecurityGroup) -> api::SecurityGroup {
    let egress = match group.network {
        Network::Vpc(_) => rules::permissions(state, group, Direction::Egress),
        Network::Classic => Vec::new(),
    };
    api::SecurityGroup {
        group_id: Some(group.id.to_string()),
        ip_permissions_egress: egress,
        tags: tagging::shown(&group.tags),
        vpc_id: group.vpc().map(ToString::to_string),
        security_group_arn: Some(arn(group)),
        owner_id: Some(group.scope.account.to_string()),
        group_name: Some(group.name.clone()),
        description: Some(group.description.clone()),
        ip_permissions: rules::permissions(state, group, Direction::Ingress),
    }
}

/// A group as one that a VPC may use.
pub(super) fn for_vpc(group: &SecurityGroup) -> api::SecurityGroupForVpc {
    api::SecurityGroupForVpc {
        description: Some(group.description.clone()),
        group_name: Some(group.name.clone()),
        owner_id: Some(group.scope.account.to_string()),
        group_id: Some(group.id.to_string()),
        tags: tagging::shown(&group.tags),
        primary_vpc_id: group.vpc().map(ToString::to_string),
    }
}

/// The group's name among all resources.
pub(super) fn arn(group: &SecurityGroup) -> String {
    service::show::arn(&group.scope, "security-group", &group.id)
}
