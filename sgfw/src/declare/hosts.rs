//! Instances and network interfaces. What only an action can know of them (when, which MAC address) is kept.

use super::groups::{self, Ids};
use super::object::Object;
use super::work::Work;
use super::{DeclaredAttachment, DeclaredInstance, DeclaredInterface, NetworkKey, Place};
use crate::inventory::{
    Attachment, AttachmentId, GroupId, Instance, InstanceId, InterfaceId, Network, NetworkInterface, Owner, Scope,
    Subnet, SubnetId,
};
use std::collections::HashMap;

/// When nobody says when.
pub(crate) const LONG_AGO: &str = "1970-01-01T00:00:00.000Z";

/// Interfaces by name: a name may stand for one of this host and one that lives elsewhere.
type ByName = HashMap<(bool, String), InterfaceId>;

pub(super) fn adopt(work: &mut Work<'_>, ids: &Ids) {
    let declared = work.declared;
    let instances: Vec<Option<InstanceId>> = declared.instances.iter().map(|it| instance(work, it)).collect();
    let mut by_name: ByName = HashMap::new();
    for it in work.state.interfaces.values() {
        by_name.extend(it.name.clone().map(|name| ((it.device.is_some(), name), it.id.clone())));
    }
    for it in &declared.interfaces {
        if let Some(made) = interface(work, it, ids, &instances, &by_name) {
            work.put(made, &it.place);
        }
    }
}

fn instance(work: &mut Work<'_>, it: &DeclaredInstance) -> Option<InstanceId> {
    let (scope, network) = work.network(&it.network, &it.place)?;
    let derived = || InstanceId::derive(&["instance", it.name.as_deref().unwrap_or_default()]);
    let id = it.id.clone().unwrap_or_else(derived);
    let known = work.state.instances.get(&id);
    let launched = it.launched.clone().or_else(|| known.map(|old| old.launched.clone()));
    let instance = Instance {
        id: id.clone(),
        scope,
        network,
        state: it.state,
        launched: launched.unwrap_or_else(|| LONG_AGO.into()),
        tags: it.tags.clone(),
        owner: Owner::Action,
    };
    work.put(instance, &it.place);
    Some(id)
}

fn interface(
    work: &mut Work<'_>,
    it: &DeclaredInterface,
    ids: &Ids,
    instances: &[Option<InstanceId>],
    by_name: &ByName,
) -> Option<NetworkInterface> {
    let (scope, network) = work.network(&it.network, &it.place)?;
    let id = interface_id(it, by_name);
    let groups = groups_of(work, it, ids)?;
    let known = work.state.interfaces.get(&id).cloned();
    let attachment = match &it.attachment {
        Some(declared) => Some(attachment(work, it, declared, &id, instances, known.as_deref())?),
        None => None,
    };
    let subnet = match &it.subnet {
        Some(text) => Some(subnet(work, &it.network, &it.place, text, &network)?),
        None => known.as_ref().and_then(|old| kept_subnet(work, old, &network)),
    };
    Some(NetworkInterface {
        mac: it.mac.or_else(|| known.map(|old| old.mac)).unwrap_or_else(|| mac_of(&id)),
        id,
        scope,
        network,
        subnet,
        name: it.name.clone(),
        description: it.description.clone().unwrap_or_default(),
        addresses: it.addresses.clone(),
        groups,
        source_dest_check: it.source_dest_check,
        timeouts: it.timeouts,
        attachment,
        device: it.device.clone(),
        tags: it.tags.clone(),
        owner: Owner::Action,
    })
}

fn interface_id(it: &DeclaredInterface, by_name: &ByName) -> InterfaceId {
    let name = it.name.clone().unwrap_or_default();
    let is_local = it.device.is_some();
    let kind = if is_local { "interface" } else { "member" };
    let derived = || InterfaceId::derive(&[kind, &name]);
    it.id.clone().or_else(|| by_name.get(&(is_local, name.clone())).cloned()).unwrap_or_else(derived)
}

/// A locally administered address that follows from the id.
pub(crate) fn mac_of(id: &InterfaceId) -> [u8; 6] {
    let number = id.as_str().bytes().fold(0_u64, |hash, byte| hash.wrapping_mul(0x0100_0000_01b3) ^ u64::from(byte));
    let [_, _, _, a, b, c, d, e] = number.to_be_bytes();
    [0x02, a, b, c, d, e]
}

/// None if a group is not there; that was refused.
fn groups_of(work: &mut Work<'_>, it: &DeclaredInterface, ids: &Ids) -> Option<Vec<GroupId>> {
    let mut groups: Vec<GroupId> = Vec::new();
    let mut complete = true;
    for key in &it.groups {
        match groups::group_id(work, key, &it.place, ids) {
            Some(id) if !groups.contains(&id) => groups.push(id),
            Some(_) => {}
            None => complete = false,
        }
    }
    if it.groups.is_empty() {
        let site = work.names.site(&it.network)?;
        groups.extend(groups::default_id(work, &site));
    }
    complete.then_some(groups)
}

fn attachment(
    work: &mut Work<'_>,
    it: &DeclaredInterface,
    declared: &DeclaredAttachment,
    id: &InterfaceId,
    instances: &[Option<InstanceId>],
    known: Option<&NetworkInterface>,
) -> Option<Attachment> {
    let Some(number) = work.names.instance(&declared.instance) else {
        let message = format!("there is no instance `{}`", declared.instance);
        work.refuse(&it.place, message, "declare it under `instances`");
        return None;
    };
    let instance = instances.get(number).cloned().flatten()?;
    let known = known.and_then(|old| old.attachment.as_ref()).filter(|old| old.instance == instance);
    let since = declared.since.clone().or_else(|| known.map(|old| old.since.clone()));
    let derived = || AttachmentId::derive(&[id.as_str(), instance.as_str()]);
    Some(Attachment {
        id: declared.id.clone().or_else(|| known.map(|old| old.id.clone())).unwrap_or_else(derived),
        index: declared.index,
        since: since.unwrap_or_else(|| LONG_AGO.into()),
        delete_on_termination: declared.delete_on_termination,
        instance,
    })
}

/// The subnet of a network that goes by this name or id; none is refused.
pub(super) fn subnet(
    work: &mut Work<'_>,
    key: &NetworkKey,
    place: &Place,
    text: &str,
    network: &Network,
) -> Option<SubnetId> {
    let declared = work.names.subnet(key, text).map(|number| &work.declared.subnets[number]);
    // A region's own default subnets are there without a file.
    let by_id = SubnetId::parse(text).ok().filter(|id| work.state.subnets.contains_key(id));
    let found = declared.and_then(|subnet| {
        let same = |old: &&std::sync::Arc<Subnet>| {
            Some(&old.vpc) == network.vpc() && old.v4 == subnet.v4 && old.v6 == subnet.v6
        };
        subnet.id.clone().or_else(|| work.state.subnets.values().find(same).map(|old| old.id.clone()))
    });
    let id = found.or(by_id);
    if id.is_none() {
        work.refuse(place, format!("there is no subnet `{text}` in its VPC"), "declare it under `subnets`");
    }
    id
}

/// The subnet of an interface whose file does not say one: it stays, if it is there to stay.
fn kept_subnet(work: &Work<'_>, old: &NetworkInterface, network: &Network) -> Option<SubnetId> {
    let id = old.subnet.as_ref().filter(|_| old.network == *network)?;
    let subnet = work.state.subnets.get(id)?;
    (!subnet.owner.is_file() || work.is_wanted::<Subnet>(id)).then(|| id.clone())
}

/// What instances and interfaces cannot be together.
pub(super) fn check(work: &mut Work<'_>) {
    let mut primary: HashMap<(&InstanceId, u32), &NetworkInterface> = HashMap::new();
    let mut found = Vec::new();
    for it in work.state.interfaces.values() {
        let Some(attachment) = &it.attachment else { continue };
        let other = primary.insert((&attachment.instance, attachment.index), it);
        let place = |it: &NetworkInterface| work.place_of::<NetworkInterface>(&it.id).cloned();
        if let (Some(other), Some(place)) = (other, place(it).or_else(|| other.and_then(place))) {
            let (index, instance) = (attachment.index, &attachment.instance);
            let message = format!("{} has device index {index} of {instance}, too", other.words());
            found.push((place, message, "say another `index`"));
        }
        let holder = work.state.instances.get(&attachment.instance);
        let elsewhere =
            holder.filter(|holder| home_of(&holder.scope, &holder.network) != home_of(&it.scope, &it.network));
        if let (Some(holder), Some(place)) = (elsewhere, place(it)) {
            found.push((place, format!("{} is in another network", holder.words()), "move one of them"));
        }
    }
    for (place, message, help) in found {
        work.refuse(&place, message, help);
    }
}

fn home_of<'a>(scope: &'a Scope, network: &'a Network) -> (&'a Scope, &'a Network) {
    (scope, network)
}
