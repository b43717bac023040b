//! The launch of instances (F17, F34). Nothing is started: an instance is what holds interfaces.

use super::place::{self, Place};
use super::show;
use crate::api;
use crate::inventory::{Instance, InstanceId, InstanceState, Network, Owner};
use crate::model::Timeouts;
use crate::service::interfaces::address::{Asked, FULL};
use crate::service::interfaces::membership::{self, Holder};
use crate::service::interfaces::{Draft, attachment, check_attachable, timeouts};
use crate::service::tagging::Tagging;
use crate::service::token::Ticket;
use crate::service::{Desk, Fault};
use std::ops::RangeInclusive;
use std::sync::Arc;

/// What a launch can tag; there are no volumes and the like, whose tags are forgotten.
const TAGGED: &[&str] = &["instance", "network-interface", "volume", "elastic-gpu", "spot-instances-request"];
/// Terminated instances of an account and region that are still shown.
const MOST_TERMINATED: usize = 100;

/// Launches as many instances as can be had, up to `MaxCount`.
///
/// # Errors
/// A subnet, a group or an interface does not exist or does not fit, an address cannot be had, or there are too many
/// groups.
pub(in crate::service) fn run_instances(
    desk: &mut Desk,
    request: &api::RunInstances,
) -> Result<api::RunInstancesReply, Fault> {
    let ticket = Ticket::of(desk, "RunInstances", request.client_token.as_deref(), request)?;
    if let Some(ids) = ticket.as_ref().and_then(|it| it.earlier(desk)) {
        let ids: Vec<String> = ids.split(',').map(str::to_owned).collect();
        return Ok(reply(desk, &desk.instances(&ids)?));
    }
    let (least, most) = counts(request)?;
    let tagging = Tagging::new(desk, &request.tag_specifications, TAGGED)?;
    check_single(request, most, &tagging)?;
    forget_terminated(desk);
    let launched = launch_many(desk, request, &tagging, least..=most)?;
    desk.dry_run(request.dry_run)?;
    if let Some(ticket) = ticket {
        let ids: Vec<&str> = launched.iter().map(|it| it.id.as_str()).collect();
        ticket.keep(desk, &ids.join(","));
    }
    Ok(reply(desk, &launched))
}

fn reply(desk: &Desk, launched: &[Arc<Instance>]) -> api::RunInstancesReply {
    let reservation = show::reservation(&desk.state, launched);
    api::RunInstancesReply {
        reservation_id: reservation.reservation_id,
        owner_id: reservation.owner_id,
        requester_id: None,
        groups: reservation.groups,
        instances: reservation.instances,
    }
}

/// `MinCount` and `MaxCount`.
fn counts(request: &api::RunInstances) -> Result<(i64, i64), Fault> {
    let least = request.min_count.ok_or_else(|| Fault::missing("MinCount"))?;
    let most = request.max_count.ok_or_else(|| Fault::missing("MaxCount"))?;
    if least < 1 || least > most {
        return Err(Fault::value(format!(
            "Invalid value '{least}' for minCount: it must be from 1 to maxCount, {most}"
        )));
    }
    if most > 1000 {
        return Err(Fault::new("InstanceLimitExceeded", "At most 1000 instances can be launched by one request."));
    }
    Ok((least, most))
}

/// Launches as many as there are addresses for.
fn launch_many(
    desk: &mut Desk,
    request: &api::RunInstances,
    tagging: &Tagging,
    counts: RangeInclusive<i64>,
) -> Result<Vec<Arc<Instance>>, Fault> {
    let mut launched = Vec::new();
    for number in 1..=*counts.end() {
        let before = (number > *counts.start()).then(|| desk.state.clone());
        match (launch(desk, request, tagging), before) {
            (Ok(instance), _) => launched.push(instance),
            (Err(fault), Some(before)) if fault.code == FULL => {
                desk.state = before;
                break;
            }
            (Err(fault), _) => return Err(fault),
        }
    }
    Ok(launched)
}

/// Refuses to give the same address, id or interface to several instances.
fn check_single(request: &api::RunInstances, count: i64, tagging: &Tagging) -> Result<(), Fault> {
    let of_interfaces = request.network_interfaces.iter().any(|it| {
        it.network_interface_id.is_some() || it.private_ip_address.is_some() || !it.private_ip_addresses.is_empty()
    });
    let is_single = of_interfaces
        || request.private_ip_address.is_some()
        || tagging.of("instance").has_id()
        || tagging.of("network-interface").has_id();
    if count > 1 && is_single {
        let words = "Addresses, ids and network interfaces can be specified for one instance only";
        return Err(Fault::new("InvalidParameterCombination", words));
    }
    Ok(())
}

fn launch(desk: &mut Desk, request: &api::RunInstances, tagging: &Tagging) -> Result<Arc<Instance>, Fault> {
    let wanted = tagging.of("instance");
    let id = wanted.id(desk, InstanceId::from_number, |state, id| state.instances.contains_key(id))?;
    let network = match request.network_interfaces.is_empty() {
        true => plain_interface(desk, request, &id, tagging)?,
        false => specified_interfaces(desk, request, &id, tagging)?,
    };
    let instance = Arc::new(Instance {
        id: id.clone(),
        scope: desk.scope.clone(),
        network,
        state: InstanceState::Running,
        launched: desk.now.clone(),
        tags: wanted.tags,
        owner: Owner::Action,
    });
    desk.state.instances.insert(id, instance.clone());
    Ok(instance)
}

/// The primary interface of an instance of which no interface is specified.
fn plain_interface(
    desk: &mut Desk,
    request: &api::RunInstances,
    instance: &InstanceId,
    tagging: &Tagging,
) -> Result<Network, Fault> {
    let place = Place::of(desk, request.subnet_id.as_deref())?;
    let groups = place::groups(desk, &place, request)?;
    let asked = Asked {
        primary: request.private_ip_address.as_deref(),
        v6: &request.ipv6_addresses,
        v6_count: request.ipv6_address_count,
        ..Asked::default()
    };
    let addresses = place.pool(desk).choose(&asked)?;
    let draft = Draft {
        network: place.network.clone(),
        subnet: place.subnet.map(|subnet| subnet.id.clone()),
        description: String::new(),
        addresses,
        groups,
        timeouts: Timeouts::default(),
        attachment: Some(attachment(desk, instance, 0, true)),
    };
    draft.make(desk, tagging.of("network-interface"))?;
    Ok(place.network)
}

fn specified_interfaces(
    desk: &mut Desk,
    request: &api::RunInstances,
    instance: &InstanceId,
    tagging: &Tagging,
) -> Result<Network, Fault> {
    refuse_both(request)?;
    let mut network: Option<Network> = None;
    let mut indices = Vec::new();
    for wanted in &request.network_interfaces {
        let index = wanted.device_index.and_then(|index| u32::try_from(index).ok());
        let index = index.ok_or_else(|| Fault::missing("NetworkInterface.N.DeviceIndex"))?;
        if indices.contains(&index) {
            return Err(Fault::value(format!("The device index '{index}' is specified twice.")));
        }
        indices.push(index);
        let there = match &wanted.network_interface_id {
            Some(id) => take(desk, id, wanted, instance, index)?,
            None => make(desk, wanted, instance, index, tagging)?,
        };
        if network.get_or_insert_with(|| there.clone()) != &there {
            let words = "The network interfaces of an instance must be in the same VPC";
            return Err(Fault::new("InvalidParameterCombination", words));
        }
    }
    if !indices.contains(&0) {
        return Err(Fault::value("When specifying network interfaces, you must include a device at index 0."));
    }
    network.ok_or_else(|| Fault::missing("NetworkInterface"))
}

fn refuse_both(request: &api::RunInstances) -> Result<(), Fault> {
    let groups = !request.security_group_ids.is_empty() || !request.security_groups.is_empty();
    let addresses = request.private_ip_address.is_some() || !request.ipv6_addresses.is_empty();
    let given = [
        ("subnet ID", request.subnet_id.is_some()),
        ("security groups", groups),
        ("addresses", addresses || request.ipv6_address_count.is_some()),
    ];
    match given.iter().find(|(_, is_given)| *is_given) {
        None => Ok(()),
        Some((what, _)) => {
            let words =
                format!("Network interfaces and an instance-level {what} may not be specified on the same request");
            Err(Fault::new("InvalidParameterCombination", words))
        }
    }
}

/// Attaches an interface that there is.
fn take(
    desk: &mut Desk,
    id: &str,
    wanted: &api::InstanceNetworkInterfaceSpecification,
    instance: &InstanceId,
    index: u32,
) -> Result<Network, Fault> {
    let mut interface = desk.interface(Some(id))?;
    check_attachable(&interface)?;
    if !wanted.groups.is_empty() || wanted.subnet_id.is_some() {
        let words = "A network interface may not specify a network interface ID and a subnet or groups";
        return Err(Fault::new("InvalidParameterCombination", words));
    }
    let held = attachment(desk, instance, index, wanted.delete_on_termination.unwrap_or(false));
    Arc::make_mut(&mut interface).attachment = Some(held);
    let network = interface.network.clone();
    desk.state.interfaces.insert(interface.id.clone(), interface);
    Ok(network)
}

/// Makes a new interface.
fn make(
    desk: &mut Desk,
    wanted: &api::InstanceNetworkInterfaceSpecification,
    instance: &InstanceId,
    index: u32,
    tagging: &Tagging,
) -> Result<Network, Fault> {
    let place = Place::of(desk, wanted.subnet_id.as_deref())?;
    let groups = membership::groups(desk, &place.network, &wanted.groups, Holder::Interface)?;
    let asked = Asked {
        primary: wanted.private_ip_address.as_deref(),
        more: &wanted.private_ip_addresses,
        count: wanted.secondary_private_ip_address_count,
        v6: &wanted.ipv6_addresses,
        v6_count: wanted.ipv6_address_count,
    };
    let draft = Draft {
        network: place.network.clone(),
        subnet: place.subnet.as_ref().map(|subnet| subnet.id.clone()),
        description: wanted.description.clone().unwrap_or_default(),
        addresses: place.pool(desk).choose(&asked)?,
        groups,
        timeouts: timeouts::changed(Timeouts::default(), wanted.connection_tracking_specification.as_ref())?,
        attachment: Some(attachment(desk, instance, index, wanted.delete_on_termination.unwrap_or(true))),
    };
    draft.make(desk, tagging.of("network-interface"))?;
    Ok(place.network)
}

/// Forgets the oldest of many terminated instances.
fn forget_terminated(desk: &mut Desk) {
    let is_over = |it: &&Arc<Instance>| it.state == InstanceState::Terminated && it.scope == desk.scope;
    let mut over: Vec<_> =
        desk.state.instances.values().filter(is_over).map(|it| (it.launched.clone(), it.id.clone())).collect();
    over.sort();
    let number = over.len().saturating_sub(MOST_TERMINATED);
    over.into_iter().take(number).for_each(|(_, id)| drop(desk.state.instances.remove(&id)));
}
