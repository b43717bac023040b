//! Actions on the large account.

use super::state::{DEVICES, INTERFACES, base, group_id, interface_id, subnet_id};
use sgfw::api::{
    Action, AssignPrivateIpAddresses, AuthorizeSecurityGroupIngress, CreateNetworkInterface, DescribeSecurityGroups,
    IpPermission, IpRange, RevokeSecurityGroupIngress, UnassignPrivateIpAddresses, UserIdGroupPair,
};
use std::net::Ipv4Addr;

/// A group with its rules.
pub(super) fn describe(group: u64) -> Action {
    let group_ids = vec![group_id(group).to_string()];
    Action::DescribeSecurityGroups(DescribeSecurityGroups { group_ids, ..Default::default() })
}

/// A port for a block that no rule names.
pub(super) fn from_block(number: u64) -> IpPermission {
    let ip_ranges =
        vec![IpRange { cidr_ip: Some(format!("99.{}.{}.0/24", number / 256, number % 256)), description: None }];
    IpPermission { ip_ranges, ..port(443) }
}

/// A port for a group.
pub(super) fn from_group(number: u64) -> IpPermission {
    let group_id = Some(group_id(number + 250).to_string());
    let user_id_group_pairs = vec![UserIdGroupPair { group_id, ..Default::default() }];
    IpPermission { user_id_group_pairs, ..port(444) }
}

fn port(port: i64) -> IpPermission {
    let (from_port, to_port) = (Some(port), Some(port));
    IpPermission { ip_protocol: Some("tcp".into()), from_port, to_port, ..Default::default() }
}

/// A rule of a group that devices of this host have.
pub(super) fn authorize(round: u64, permission: &IpPermission) -> Action {
    let (group_id, ip_permissions) = (Some(group_id(round % DEVICES).to_string()), vec![permission.clone()]);
    Action::AuthorizeSecurityGroupIngress(AuthorizeSecurityGroupIngress {
        group_id,
        ip_permissions,
        ..Default::default()
    })
}

/// The same rule, away.
pub(super) fn revoke(round: u64, permission: &IpPermission) -> Action {
    let (group_id, ip_permissions) = (Some(group_id(round % DEVICES).to_string()), vec![permission.clone()]);
    Action::RevokeSecurityGroupIngress(RevokeSecurityGroupIngress { group_id, ip_permissions, ..Default::default() })
}

/// An address more for an interface that is no device here.
pub(super) fn assign(round: u64) -> Action {
    Action::AssignPrivateIpAddresses(AssignPrivateIpAddresses {
        network_interface_id: Some(elsewhere(round)),
        private_ip_addresses: vec![address(round)],
        ..Default::default()
    })
}

/// And away.
pub(super) fn unassign(round: u64) -> Action {
    Action::UnassignPrivateIpAddresses(UnassignPrivateIpAddresses {
        network_interface_id: Some(elsewhere(round)),
        private_ip_addresses: vec![address(round)],
        ..Default::default()
    })
}

/// An interface with one address.
pub(super) fn create_interface(round: u64) -> Action {
    Action::CreateNetworkInterface(CreateNetworkInterface {
        subnet_id: Some(subnet_id(round).to_string()),
        groups: vec![group_id(round).to_string()],
        ..Default::default()
    })
}

fn elsewhere(round: u64) -> String {
    interface_id(INTERFACES / 2 + round).to_string()
}

/// At the end of the subnet of that interface.
fn address(round: u64) -> String {
    let subnet = base(INTERFACES / 2 + round);
    Ipv4Addr::from(subnet + 4_000 + u32::try_from(round).unwrap_or(0)).to_string()
}
