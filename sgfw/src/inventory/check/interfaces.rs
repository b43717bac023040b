//! Interfaces and instances.

use super::{Checked, hold, rows};
use crate::inventory::{InstanceId, InstanceState, InterfaceId, Network, NetworkInterface, State};
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

/// The most groups an interface may ever have.
const MOST_GROUPS: usize = 16;

pub(super) fn check(state: &State) -> Checked {
    rows! { state: interfaces instances }
    let (mut names, mut places) = (BTreeSet::new(), BTreeSet::new());
    let mut addresses: BTreeMap<(&Network, IpAddr), &InterfaceId> = BTreeMap::new();
    for it in state.interfaces.values().filter(|it| !is_over(state, it)) {
        let wrong = |words: String| format!("{}: {words}", it.id);
        // One that lives elsewhere may have the name of one of this host.
        let fresh = it.name.as_ref().is_none_or(|name| names.insert((it.device.is_some(), name)));
        hold(fresh, || wrong("its name is another's too".into()))?;
        for address in &it.addresses {
            let other = addresses.insert((&it.network, *address), &it.id);
            let both_files = it.owner.is_file();
            hold(other.is_none() || both_files, || wrong(format!("{address} is another's too")))?;
        }
        place(state, it).map_err(wrong)?;
        groups(state, it).map_err(wrong)?;
        let place = holder(state, it).map_err(wrong)?;
        hold(place.is_none_or(|place| places.insert(place)), || wrong("another has its place".into()))?;
    }
    instances(state)
}

/// Whether its instance has ended: then it is no member of anything.
fn is_over(state: &State, interface: &NetworkInterface) -> bool {
    let holder = interface.attachment.as_ref().and_then(|it| state.instances.get(&it.instance));
    holder.is_some_and(|it| it.state == InstanceState::Terminated)
}

fn place(state: &State, interface: &NetworkInterface) -> Checked {
    if let Network::Vpc(vpc) = &interface.network {
        hold(state.vpcs.contains_key(vpc), || format!("{vpc} does not exist"))?;
    }
    let Some(id) = &interface.subnet else { return Ok(()) };
    let subnet = state.subnets.get(id).ok_or_else(|| format!("{id} does not exist"))?;
    hold(interface.network.vpc() == Some(&subnet.vpc), || format!("{id} is of another VPC"))?;
    for address in &interface.addresses {
        let within = match address {
            IpAddr::V4(address) => subnet.v4.is_some_and(|block| block.contains(address)),
            IpAddr::V6(address) => subnet.v6.is_some_and(|block| block.contains(address)),
        };
        hold(within || interface.owner.is_file(), || format!("{address} is not of {id}"))?;
    }
    Ok(())
}

/// At least one group, each once, and each where it may be used (F17, F36).
fn groups(state: &State, interface: &NetworkInterface) -> Checked {
    let distinct: BTreeSet<_> = interface.groups.iter().collect();
    hold(distinct.len() == interface.groups.len(), || "it has a group twice".into())?;
    hold(!distinct.is_empty(), || "it has no group".into())?;
    let many = interface.network != Network::Classic && distinct.len() > MOST_GROUPS;
    hold(!many, || format!("it has more than {MOST_GROUPS} groups"))?;
    for id in distinct {
        let group = state.groups.get(id).ok_or_else(|| format!("{id} does not exist"))?;
        let usable = match &interface.network {
            Network::Vpc(vpc) => state.is_usable_in(group, vpc),
            Network::Classic => group.network == Network::Classic,
        };
        hold(usable, || format!("{id} cannot be used in {}", interface.network))?;
    }
    Ok(())
}

/// The instance that holds it, and its place there.
fn holder<'a>(state: &State, interface: &'a NetworkInterface) -> Result<Option<(&'a InstanceId, u32)>, String> {
    let Some(attachment) = &interface.attachment else { return Ok(None) };
    let holder = state.instances.get(&attachment.instance);
    let instance = holder.ok_or_else(|| format!("{} does not exist", attachment.instance))?;
    hold(instance.network == interface.network, || format!("{} is in another network", instance.id))?;
    Ok(Some((&attachment.instance, attachment.index)))
}

fn instances(state: &State) -> Checked {
    for instance in state.instances.values() {
        if let Network::Vpc(vpc) = &instance.network {
            let gone = instance.state == InstanceState::Terminated;
            hold(gone || state.vpcs.contains_key(vpc), || format!("{}: {vpc} does not exist", instance.id))?;
        }
    }
    Ok(())
}
