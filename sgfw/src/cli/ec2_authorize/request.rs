//! From options to the request of the service.

use super::options::Options;
use super::{Failure, Kind};
use crate::api::{
    Action, AuthorizeSecurityGroupEgress, AuthorizeSecurityGroupIngress, IpPermission, IpRange, UserIdGroupPair,
};

/// All ports, as the service wants to hear it.
const ALL_PORTS: (i64, i64) = (0, 65535);

/// Whether a group is named by its id.
pub(super) fn is_id(group: &str) -> bool {
    group.starts_with("sg-")
}

/// What goes for one kind of network only (F121, F125).
///
/// # Errors
/// When an option is not for the network of the group.
pub(super) fn fits(options: &Options, kind: &Kind) -> Result<(), Failure> {
    match kind {
        Kind::Vpc if !options.owners.is_empty() => {
            Err(Failure::usage("Option '-u' is only for EC2 security groups; name a VPC group by its ID alone"))
        }
        Kind::Named(_) if options.egress => {
            Err(Failure::usage("Option '--egress' is only for VPC security groups, named by their IDs"))
        }
        _ => Ok(()),
    }
}

/// The rules for one group, in one request.
pub(super) fn action(options: &Options, group: &str) -> Action {
    let id = Some(group.to_owned()).filter(|group| is_id(group));
    let name = Some(group.to_owned()).filter(|group| !is_id(group));
    let ip_permissions = vec![permission(options)];
    if options.egress {
        AuthorizeSecurityGroupEgress { group_id: id, ip_permissions, ..Default::default() }.into()
    } else {
        AuthorizeSecurityGroupIngress { group_id: id, group_name: name, ip_permissions, ..Default::default() }.into()
    }
}

fn permission(options: &Options) -> IpPermission {
    let numbers = numbers(options);
    let range = |cidr: &String| IpRange { cidr_ip: Some(cidr.clone()), ..IpRange::default() };
    IpPermission {
        ip_protocol: options.protocol.as_deref().map(|name| if name == "all" { "-1" } else { name }.to_owned()),
        from_port: numbers.map(|(from, _)| from),
        to_port: numbers.map(|(_, to)| to),
        ip_ranges: if options.sources.is_empty() { cidrs(options).iter().map(range).collect() } else { Vec::new() },
        user_id_group_pairs: sources(options).map(|(owner, group)| pair(owner, group)).collect(),
        ..IpPermission::default()
    }
}

/// Ports or type and code, where they were said. -1 is all ports of TCP and UDP.
pub(super) fn numbers(options: &Options) -> Option<(i64, i64)> {
    match (options.ports, options.protocol.as_deref()) {
        (Some((-1, -1)), None | Some("tcp" | "6" | "udp" | "17")) => Some(ALL_PORTS),
        (Some(ports), _) => Some(ports),
        (None, _) => options.icmp,
    }
}

/// The blocks, or the one that is meant where nothing is said (F57).
pub(super) fn cidrs(options: &Options) -> Vec<String> {
    if options.cidrs.is_empty() { vec!["0.0.0.0/0".to_owned()] } else { options.cidrs.clone() }
}

/// The groups with their owners, where those were said.
pub(super) fn sources(options: &Options) -> impl Iterator<Item = (Option<&String>, &String)> {
    let owner = |at: usize| if options.owners.len() == 1 { options.owners.first() } else { options.owners.get(at) };
    options.sources.iter().enumerate().map(move |(at, group)| (owner(at), group))
}

fn pair(owner: Option<&String>, group: &str) -> UserIdGroupPair {
    let group = Some(group.to_owned());
    let (id, name) = if group.as_deref().is_some_and(is_id) { (group, None) } else { (None, group) };
    UserIdGroupPair { user_id: owner.cloned(), group_id: id, group_name: name, ..UserIdGroupPair::default() }
}
