//! A snapshot as a policy file: what `load_text` reads back as the same snapshot.
//!
//! Every rule stands alone, with one port range and one peer, in canonical order; comments, the order of a file and
//! lists of peers are not kept. What the kernel room reads from a device (its link type) is not written.

use super::document::VERSION;
use super::write::Map;
use crate::model::{Device, Group, Interface, Member, Peer, PrefixList, PrefixListEntry, Rule, Snapshot};
use serde_yaml::{Mapping, Value};

/// Writes the snapshot as version 1 of the policy file.
pub fn emit(snapshot: &Snapshot) -> String {
    let mut document = Map::default();
    document.put("version", VERSION);
    document.put_list("groups", snapshot.groups.values().map(group));
    document.put_list("prefix-lists", snapshot.prefix_lists.values().map(prefix_list));
    document.put_list("interfaces", snapshot.interfaces.values().map(interface));
    document.put_list("members", snapshot.members.values().map(member));
    document.to_yaml()
}

fn group(group: &Group) -> Value {
    let mut out = Map::default();
    out.put("name", group.name.as_str());
    out.put_some("id", group.id.as_deref());
    out.put_some("description", group.description.as_deref());
    out.put_tags(&group.tags);
    // Always written: left out, they would mean the defaults.
    out.put("ingress", group.ingress.iter().map(|written| rule(written, "from")).collect::<Vec<_>>());
    out.put("egress", group.egress.iter().map(|written| rule(written, "to")).collect::<Vec<_>>());
    out.into()
}

fn rule(rule: &Rule, key: &str) -> Value {
    let mut out = Map::default();
    out.put_traffic(rule.traffic);
    out.put(key, peer(&rule.peer));
    out.put_some("description", rule.description.as_deref());
    out.into()
}

fn peer(peer: &Peer) -> Value {
    let named = |key: &str, name: &str| Mapping::from_iter([(key.into(), name.into())]).into();
    match peer {
        Peer::Cidr(block) => block.to_string().into(),
        Peer::Group(name) => named("group", name),
        Peer::PrefixList(name) => named("prefix-list", name),
    }
}

fn prefix_list(list: &PrefixList) -> Value {
    let mut out = Map::default();
    out.put("name", list.name.as_str());
    out.put_some("id", list.id.as_deref());
    out.put("entries", list.entries.iter().map(entry).collect::<Vec<_>>());
    out.into()
}

fn entry(entry: &PrefixListEntry) -> Value {
    let mut out = Map::default();
    out.put("cidr", entry.block.to_string());
    out.put_some("description", entry.description.as_deref());
    out.into()
}

fn interface(interface: &Interface) -> Value {
    let mut out = Map::default();
    out.put("name", interface.name.as_str());
    if let Device::Named(device) = &interface.device {
        out.put("device", device.as_str());
    }
    out.put_some("netns", interface.netns.as_deref());
    out.put("side", interface.side.to_string());
    out.put_list("addresses", interface.addresses.iter().map(|address| address.to_string().into()));
    out.put_list("groups", interface.groups.iter().map(|group| group.as_str().into()));
    out.put("hook", interface.hook.to_string());
    out.put("source-check", interface.source_check);
    out.put("trunk", interface.trunk);
    out.put("timeouts", timeouts(interface));
    out.put("pass", pass(interface));
    out.put("icmp-errors", serde_yaml::to_value(interface.icmp_errors).unwrap_or_default());
    out.put_list("ethertypes", interface.ethertypes.iter().map(|number| (*number).into()));
    out.into()
}

fn timeouts(interface: &Interface) -> Value {
    let mut out = Map::default();
    out.put("tcp-established", interface.timeouts.tcp_established);
    out.put("udp", interface.timeouts.udp);
    out.put("udp-stream", interface.timeouts.udp_stream);
    out.into()
}

fn pass(interface: &Interface) -> Value {
    let pass = interface.never_filtered;
    let mut out = Map::default();
    out.put("arp", pass.arp);
    out.put("neighbour-discovery", pass.neighbour_discovery);
    out.put("dhcp", pass.dhcp);
    out.put("multicast-control", pass.multicast_control);
    out.into()
}

fn member(member: &Member) -> Value {
    let mut out = Map::default();
    out.put("name", member.name.as_str());
    out.put_list("addresses", member.addresses.iter().map(|address| address.to_string().into()));
    out.put_list("groups", member.groups.iter().map(|group| group.as_str().into()));
    out.into()
}
