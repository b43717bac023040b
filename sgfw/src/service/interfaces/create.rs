//! New interfaces, and the end of one.

use super::address::{Asked, Pool};
use super::membership::{self, Holder};
use super::{device, show, timeouts};
use crate::api;
use crate::inventory::{Attachment, GroupId, InterfaceId, Network, NetworkInterface, Owner, SubnetId};
use crate::model::Timeouts;
use crate::service::show::derived;
use crate::service::tagging::{Wanted, tags_for};
use crate::service::token::Ticket;
use crate::service::{Desk, Fault};
use std::net::IpAddr;
use std::sync::Arc;

/// An interface as it is wanted, all checked but its tags.
#[derive(Debug)]
pub(in crate::service) struct Draft {
    /// Its network.
    pub(in crate::service) network: Network,
    /// Its subnet; none in EC2-Classic.
    pub(in crate::service) subnet: Option<SubnetId>,
    /// What it is for.
    pub(in crate::service) description: String,
    /// Addresses, the primary one first.
    pub(in crate::service) addresses: Vec<IpAddr>,
    /// Groups.
    pub(in crate::service) groups: Vec<GroupId>,
    /// Idle timeouts.
    pub(in crate::service) timeouts: Timeouts,
    /// The instance that holds it.
    pub(in crate::service) attachment: Option<Attachment>,
}

impl Draft {
    /// Takes the interface in: its id, its tags and the device that they say.
    ///
    /// # Errors
    /// The id asked for is taken, there are too many interfaces, or the tags name no device that can be had.
    pub(in crate::service) fn make(self, desk: &mut Desk, wanted: Wanted) -> Result<Arc<NetworkInterface>, Fault> {
        check_quota(desk)?;
        let id = wanted.id(desk, InterfaceId::from_number, |state, id| state.interfaces.contains_key(id))?;
        let device = device::of(&wanted.tags)?;
        if let Some(device) = &device {
            device::check_free(&desk.state, &id, device)?;
        }
        let interface = Arc::new(NetworkInterface {
            scope: desk.scope.clone(),
            network: self.network,
            subnet: self.subnet,
            name: None,
            description: self.description,
            addresses: self.addresses,
            groups: self.groups,
            source_dest_check: true,
            timeouts: self.timeouts,
            attachment: self.attachment,
            device,
            mac: mac(&id),
            tags: wanted.tags,
            owner: Owner::Action,
            id,
        });
        desk.state.interfaces.insert(interface.id.clone(), interface.clone());
        Ok(interface)
    }
}

/// A MAC address of one's own (the second bit of the first byte is set) that follows from the id.
fn mac(id: &InterfaceId) -> [u8; 6] {
    let digits = derived("", &["mac", id.as_str()]);
    let byte = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).unwrap_or_default();
    [0x02, byte(2), byte(4), byte(6), byte(8), byte(10)]
}

fn check_quota(desk: &Desk) -> Result<(), Fault> {
    let limit = desk.quotas().interfaces_per_region as usize;
    let counts = |it: &&Arc<NetworkInterface>| it.scope == desk.scope && it.network.vpc().is_some();
    let interfaces = &desk.state.interfaces;
    if interfaces.len() < limit || interfaces.values().filter(counts).count() < limit {
        return Ok(());
    }
    Err(Fault::new("NetworkInterfaceLimitExceeded", "The maximum number of network interfaces has been reached."))
}

/// Creates a network interface in a subnet (F30).
///
/// # Errors
/// There is no such subnet or group, an address cannot be had, there are too many groups, or a timeout is out of range.
pub(in crate::service) fn create_network_interface(
    desk: &mut Desk,
    request: &api::CreateNetworkInterface,
) -> Result<api::CreateNetworkInterfaceReply, Fault> {
    let ticket = Ticket::of(desk, "CreateNetworkInterface", request.client_token.as_deref(), request)?;
    if let Some(id) = ticket.as_ref().and_then(|it| it.earlier(desk))
        && let Ok(made) = desk.interface(Some(&id))
    {
        return Ok(reply(desk, request, &made));
    }
    let wanted = tags_for(desk, &request.tag_specifications, "network-interface")?;
    let draft = draft(desk, request)?;
    let made = draft.make(desk, wanted)?;
    desk.dry_run(request.dry_run)?;
    if let Some(ticket) = ticket {
        ticket.keep(desk, made.id.as_str());
    }
    Ok(reply(desk, request, &made))
}

fn draft(desk: &Desk, request: &api::CreateNetworkInterface) -> Result<Draft, Fault> {
    let subnet = desk.subnet(request.subnet_id.as_deref())?;
    refuse_prefixes(request)?;
    let network = Network::Vpc(subnet.vpc.clone());
    let groups = membership::groups(desk, &network, &request.groups, Holder::Interface)?;
    let asked = Asked {
        primary: request.private_ip_address.as_deref(),
        more: &request.private_ip_addresses,
        count: request.secondary_private_ip_address_count,
        v6: &request.ipv6_addresses,
        v6_count: request.ipv6_address_count,
    };
    let addresses = Pool::subnet(&desk.state, &subnet).choose(&asked)?;
    let timeouts = timeouts::changed(Timeouts::default(), request.connection_tracking_specification.as_ref())?;
    let description = request.description.clone().unwrap_or_default();
    check_description(&description)?;
    let subnet = Some(subnet.id.clone());
    Ok(Draft { network, subnet, description, addresses, groups, timeouts, attachment: None })
}

/// Refuses a description that is too long.
///
/// # Errors
/// It has more than 255 characters.
pub(super) fn check_description(text: &str) -> Result<(), Fault> {
    match text.chars().count() <= 255 {
        true => Ok(()),
        false => Err(Fault::value("The description of a network interface can have up to 255 characters.")),
    }
}

fn refuse_prefixes(request: &api::CreateNetworkInterface) -> Result<(), Fault> {
    let none = request.ipv4_prefixes.is_empty()
        && request.ipv6_prefixes.is_empty()
        && request.ipv4_prefix_count.unwrap_or_default() == 0
        && request.ipv6_prefix_count.unwrap_or_default() == 0;
    let is_plain = request.interface_type.as_deref().is_none_or(|it| it == "interface" || it == "efa");
    match (none, is_plain) {
        (true, true) => Ok(()),
        (false, _) => Err(super::unsupported_prefixes()),
        (_, false) => Err(Fault::value("The value for parameter InterfaceType is invalid. Expecting interface.")),
    }
}

fn reply(
    desk: &Desk,
    request: &api::CreateNetworkInterface,
    made: &NetworkInterface,
) -> api::CreateNetworkInterfaceReply {
    api::CreateNetworkInterfaceReply {
        network_interface: Some(show::interface(&desk.state, made)),
        client_token: request.client_token.clone(),
    }
}

/// Deletes a network interface that no instance holds.
///
/// # Errors
/// There is no such interface, or an instance holds it.
pub(in crate::service) fn delete_network_interface(
    desk: &mut Desk,
    request: &api::DeleteNetworkInterface,
) -> Result<api::DeleteNetworkInterfaceReply, Fault> {
    let interface = desk.interface(request.network_interface_id.as_deref())?;
    if interface.attachment.is_some() {
        return Err(Fault::value(format!("Network interface '{}' is currently in use.", interface.id)));
    }
    desk.dry_run(request.dry_run)?;
    desk.state.interfaces.remove(&interface.id);
    Ok(api::DeleteNetworkInterfaceReply {})
}
