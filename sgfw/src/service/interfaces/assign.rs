//! Secondary addresses come and go. The primary IPv4 address stays with its interface.

use super::address::{self, Asked, Pool};
use super::{show, unsupported_prefixes};
use crate::api;
use crate::inventory::{NetworkInterface, Subnet};
use crate::service::show::text;
use crate::service::{Desk, Fault};
use std::collections::BTreeSet;
use std::net::IpAddr;
use std::sync::Arc;

/// Gives an interface secondary addresses: these, or as many as asked for.
///
/// # Errors
/// There is no such interface, neither addresses nor a number, or an address cannot be had.
pub(in crate::service) fn assign_private_ip_addresses(
    desk: &mut Desk,
    request: &api::AssignPrivateIpAddresses,
) -> Result<api::AssignPrivateIpAddressesReply, Fault> {
    let interface = desk.interface(request.network_interface_id.as_deref())?;
    if !request.ipv4_prefixes.is_empty() || request.ipv4_prefix_count.is_some() {
        return Err(unsupported_prefixes());
    }
    let subnet = subnet_of(desk, &interface)?;
    let (given, wanted) = (&request.private_ip_addresses, request.secondary_private_ip_address_count);
    check_one(given.is_empty(), wanted, "secondaryPrivateIpAddressCount", "privateIpAddress")?;
    let present = show::v4(&interface).count();
    let number = address::count(wanted, present + given.len())?;
    if request.allow_reassignment == Some(true) {
        given.iter().try_for_each(|text| let_go(desk, &interface, text))?;
    }
    let mut pool = Pool::subnet(&desk.state, &subnet);
    let mut assigned = given.iter().map(|text| pool.take(text)).collect::<Result<Vec<_>, _>>()?;
    if let Some(v6) = assigned.iter().find(|it| it.is_ipv6()) {
        return Err(Fault::value(format!("invalid value for parameter address: {v6}")));
    }
    for _ in 0..number {
        assigned.push(pool.pick()?);
    }
    add(desk, &interface, &assigned);
    let shown = |it: &IpAddr| api::AssignedPrivateIpAddress { private_ip_address: text(it) };
    Ok(api::AssignPrivateIpAddressesReply {
        network_interface_id: text(&interface.id),
        assigned_private_ip_addresses: assigned.iter().map(shown).collect(),
        assigned_ipv4_prefixes: Vec::new(),
    })
}

/// Gives an interface IPv6 addresses: these, or as many as asked for.
///
/// # Errors
/// There is no such interface, neither addresses nor a number, or an address cannot be had.
pub(in crate::service) fn assign_ipv6_addresses(
    desk: &mut Desk,
    request: &api::AssignIpv6Addresses,
) -> Result<api::AssignIpv6AddressesReply, Fault> {
    let interface = desk.interface(request.network_interface_id.as_deref())?;
    if !request.ipv6_prefixes.is_empty() || request.ipv6_prefix_count.is_some() {
        return Err(unsupported_prefixes());
    }
    let subnet = subnet_of(desk, &interface)?;
    check_one(request.ipv6_addresses.is_empty(), request.ipv6_address_count, "ipv6AddressCount", "ipv6Addresses")?;
    let given: Vec<_> = request.ipv6_addresses.iter().map(|it| v6_address(it)).collect();
    let present = show::v6(&interface).count();
    address::count(request.ipv6_address_count, present + given.len())?;
    // The primary IPv4 address is there already.
    let mut pool = Pool::subnet(&desk.state, &Subnet { v4: None, ..(*subnet).clone() });
    let assigned = pool.choose(&Asked { v6: &given, v6_count: request.ipv6_address_count, ..Asked::default() })?;
    add(desk, &interface, &assigned);
    Ok(api::AssignIpv6AddressesReply {
        assigned_ipv6_addresses: assigned.iter().map(ToString::to_string).collect(),
        assigned_ipv6_prefixes: Vec::new(),
        network_interface_id: text(&interface.id),
    })
}

fn v6_address(text: &str) -> api::InstanceIpv6Address {
    api::InstanceIpv6Address { ipv6_address: Some(text.into()), is_primary_ipv6: None }
}

fn subnet_of(desk: &Desk, interface: &NetworkInterface) -> Result<Arc<Subnet>, Fault> {
    let subnet = interface.subnet.as_ref().and_then(|id| desk.state.subnets.get(id)).cloned();
    let words = || format!("The network interface '{}' is in no subnet that has addresses.", interface.label());
    subnet.ok_or_else(|| Fault::new("OperationNotPermitted", words()))
}

fn check_one(no_list: bool, number: Option<i64>, count: &str, list: &str) -> Result<(), Fault> {
    match (no_list, number) {
        (true, None) => Err(Fault::new("MissingParameter", format!("Either {count} or {list} must be specified."))),
        (false, Some(_)) => {
            let words = format!("The parameter {list} cannot be used with the parameter {count}");
            Err(Fault::new("InvalidParameterCombination", words))
        }
        _ => Ok(()),
    }
}

fn add(desk: &mut Desk, interface: &NetworkInterface, addresses: &[IpAddr]) {
    if let Some(it) = desk.state.interfaces.get_mut(&interface.id) {
        Arc::make_mut(it).addresses.extend(addresses);
    }
}

/// Takes a secondary address from whoever else has it in the subnet's VPC.
fn let_go(desk: &mut Desk, taker: &NetworkInterface, text: &str) -> Result<(), Fault> {
    let address = address::parse(text)?;
    let state = desk.state.clone();
    let others = state.interfaces.values().filter(|it| it.id != taker.id && it.network == taker.network);
    for other in others.filter(|it| it.addresses.contains(&address)) {
        if other.primary() == Some(address) || other.scope != taker.scope {
            return Err(Fault::new("InvalidIPAddress.InUse", format!("Address {address} is in use.")));
        }
        let mut less = other.clone();
        Arc::make_mut(&mut less).addresses.retain(|it| *it != address);
        desk.state.interfaces.insert(less.id.clone(), less);
    }
    Ok(())
}

/// Takes secondary addresses from an interface.
///
/// # Errors
/// There is no such interface, or it has not all of these addresses, or one is the primary one.
pub(in crate::service) fn unassign_private_ip_addresses(
    desk: &mut Desk,
    request: &api::UnassignPrivateIpAddresses,
) -> Result<api::UnassignPrivateIpAddressesReply, Fault> {
    let interface = desk.interface(request.network_interface_id.as_deref())?;
    if !request.ipv4_prefixes.is_empty() {
        return Err(unsupported_prefixes());
    }
    if request.private_ip_addresses.is_empty() {
        return Err(Fault::missing("PrivateIpAddress"));
    }
    remove(desk, &interface, &request.private_ip_addresses)?;
    Ok(api::UnassignPrivateIpAddressesReply {})
}

/// Takes IPv6 addresses from an interface.
///
/// # Errors
/// There is no such interface, or it has not all of these addresses.
pub(in crate::service) fn unassign_ipv6_addresses(
    desk: &mut Desk,
    request: &api::UnassignIpv6Addresses,
) -> Result<api::UnassignIpv6AddressesReply, Fault> {
    let interface = desk.interface(request.network_interface_id.as_deref())?;
    if !request.ipv6_prefixes.is_empty() {
        return Err(unsupported_prefixes());
    }
    if request.ipv6_addresses.is_empty() {
        return Err(Fault::missing("Ipv6Addresses"));
    }
    let gone = remove(desk, &interface, &request.ipv6_addresses)?;
    Ok(api::UnassignIpv6AddressesReply {
        network_interface_id: text(&interface.id),
        unassigned_ipv6_addresses: gone.iter().map(ToString::to_string).collect(),
        unassigned_ipv6_prefixes: Vec::new(),
    })
}

fn remove(desk: &mut Desk, interface: &NetworkInterface, addresses: &[String]) -> Result<BTreeSet<IpAddr>, Fault> {
    let gone = addresses.iter().map(|text| address::parse(text)).collect::<Result<BTreeSet<_>, _>>()?;
    if let Some(unknown) = gone.iter().find(|it| !interface.addresses.contains(it)) {
        let words =
            format!("Some of the specified addresses are not assigned to interface {}: {unknown}", interface.id);
        return Err(Fault::value(words));
    }
    if interface.primary().is_some_and(|primary| gone.contains(&primary)) {
        return Err(Fault::value("The primary private IP address of a network interface cannot be unassigned."));
    }
    if let Some(it) = desk.state.interfaces.get_mut(&interface.id) {
        Arc::make_mut(it).addresses.retain(|address| !gone.contains(address));
    }
    Ok(gone)
}
