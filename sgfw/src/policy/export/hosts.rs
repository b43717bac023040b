//! Instances and network interfaces.

use super::Export;
use super::rules::is_plain;
use crate::declare::{LONG_AGO, mac_of};
use crate::inventory::{Attachment, GroupId, Instance, InstanceState, LocalDevice, Network, NetworkInterface, Scope};
use crate::model::{Device, Hook, IcmpErrors, NeverFiltered, Side, Timeouts};
use crate::policy::write::Map;
use serde_yaml::Value;

impl Export<'_> {
    /// The instances of a network.
    pub(super) fn instances(&self, scope: &Scope, network: &Network) -> impl Iterator<Item = Value> {
        let here = self.state.instances.values().filter(move |it| (&it.scope, &it.network) == (scope, network));
        here.map(|it| instance(it))
    }

    /// The interfaces of a network: those that are devices of this host, or those that live elsewhere.
    pub(super) fn interfaces(&self, scope: &Scope, network: &Network, local: bool) -> impl Iterator<Item = Value> {
        let here = self.state.interfaces.values().filter(move |it| (&it.scope, &it.network) == (scope, network));
        here.filter(move |it| it.device.is_some() == local).map(|it| self.interface(it))
    }

    /// A group of the same network goes by its name, an associated one by its id.
    fn group_of(&self, it: &NetworkInterface, id: &GroupId) -> String {
        let group =
            self.state.groups.get(id).filter(|group| (&group.scope, &group.network) == (&it.scope, &it.network));
        let plain = group.filter(|group| is_plain(group));
        plain.map_or_else(|| id.to_string(), |group| group.name.clone())
    }

    fn interface(&self, it: &NetworkInterface) -> Value {
        let mut out = Map::default();
        out.put_some("name", it.name.as_deref());
        out.put("id", it.id.as_str());
        if let Some(device) = &it.device {
            local(device, &mut out);
        }
        out.put_some("subnet", it.subnet.as_ref().map(|subnet| subnet.as_str()));
        out.put_some("description", Some(it.description.as_str()).filter(|text| !text.is_empty()));
        let addresses: Vec<Value> = it.addresses.iter().map(|address| address.to_string().into()).collect();
        if !addresses.is_empty() || it.device.is_none() {
            out.put("addresses", addresses);
        }
        out.put_list("groups", it.groups.iter().map(|id| self.group_of(it, id).into()));
        let usual = it.device.as_ref().is_none_or(|device| device.side == Side::Port);
        out.put_unless("source-check", it.source_dest_check, &usual);
        if let Some(timeouts) = timeouts(&it.timeouts) {
            out.put("timeouts", timeouts);
        }
        if let Some(held) = &it.attachment {
            out.put("instance", attachment(held));
        }
        if it.mac != mac_of(&it.id) {
            let bytes: Vec<String> = it.mac.iter().map(|byte| format!("{byte:02x}")).collect();
            out.put("mac", bytes.join(":"));
        }
        out.put_tags(&it.tags);
        out.into()
    }
}

fn instance(instance: &Instance) -> Value {
    let mut out = Map::default();
    out.put("id", instance.id.as_str());
    match instance.state {
        InstanceState::Running => {}
        InstanceState::Stopped => drop(out.put("state", "stopped")),
        InstanceState::Terminated => drop(out.put("state", "terminated")),
    }
    out.put_unless("launched", instance.launched.clone(), &LONG_AGO.to_owned());
    out.put_tags(&instance.tags);
    out.into()
}

fn attachment(held: &Attachment) -> Value {
    let mut out = Map::default();
    out.put("id", held.instance.as_str()).put("index", held.index);
    out.put("attachment", held.id.as_str());
    out.put_unless("since", held.since.clone(), &LONG_AGO.to_owned());
    out.put_unless("delete-on-termination", held.delete_on_termination, &false);
    out.into()
}

/// What a device says that is not as it usually is.
fn local(device: &LocalDevice, out: &mut Map) {
    if let Device::Named(name) = &device.device {
        out.put("device", name.as_str());
    }
    out.put_some("netns", device.netns.as_deref());
    if device.side != Side::Host {
        out.put("side", device.side.to_string());
    }
    if device.hook != Hook::Auto {
        out.put("hook", device.hook.to_string());
    }
    out.put_unless("trunk", device.trunk, &false);
    if device.never_filtered != NeverFiltered::default() {
        out.put("pass", pass(device.never_filtered));
    }
    if device.icmp_errors != IcmpErrors::Related {
        out.put("icmp-errors", "strict");
    }
    out.put_list("ethertypes", device.ethertypes.iter().map(|number| (*number).into()));
}

fn pass(pass: NeverFiltered) -> Value {
    let mut out = Map::default();
    out.put_unless("arp", pass.arp, &true);
    out.put_unless("neighbour-discovery", pass.neighbour_discovery, &true);
    out.put_unless("dhcp", pass.dhcp, &true);
    out.put_unless("multicast-control", pass.multicast_control, &true);
    out.into()
}

fn timeouts(timeouts: &Timeouts) -> Option<Value> {
    let usual = Timeouts::default();
    let mut out = Map::default();
    out.put_unless("tcp-established", timeouts.tcp_established, &usual.tcp_established);
    out.put_unless("udp", timeouts.udp, &usual.udp);
    out.put_unless("udp-stream", timeouts.udp_stream, &usual.udp_stream);
    (!out.is_empty()).then(|| out.into())
}
