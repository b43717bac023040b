//! Network interfaces of a file, and members that live elsewhere.

use super::decode::{self, Fields};
use super::draft::{Draft, Kind};
use super::report::Report;
use super::settings;
use super::tree::Node;
use super::{address, names};
use crate::model::{DEFAULT_GROUP, Device, Hook, IcmpErrors, Interface, Link, Member, Side};
use std::collections::BTreeSet;
use std::net::IpAddr;

/// The most groups of one interface. EC2 allows 5, and up to 16 on request (F34).
const MOST_GROUPS: usize = 16;
/// The longest name of a device, in bytes: IFNAMSIZ without its NUL.
const LONGEST_DEVICE: usize = 15;

const KEYS: &[&str] = &[
    "name",
    "device",
    "netns",
    "side",
    "addresses",
    "groups",
    "hook",
    "source-check",
    "trunk",
    "timeouts",
    "pass",
    "icmp-errors",
    "ethertypes",
];
const SIDES: &[(&str, Side)] = &[("host", Side::Host), ("port", Side::Port)];
const HOOKS: &[(&str, Hook)] =
    &[("auto", Hook::Auto), ("xdp", Hook::Xdp), ("xdp-generic", Hook::XdpGeneric), ("tc", Hook::Tc)];
const ICMP_ERRORS: &[(&str, IcmpErrors)] = &[("related", IcmpErrors::Related), ("strict", IcmpErrors::Strict)];

/// Reads an interface into the draft.
pub(super) fn interface(node: &Node, draft: &mut Draft) {
    let Some(fields) = Fields::read(node, "an interface", KEYS, &mut draft.report) else { return };
    let name = names::declared(&fields, Kind::Interface, draft);
    let groups = match fields.get("groups") {
        Some(node) => groups(node, draft),
        None => BTreeSet::new(),
    };
    let side = word(&fields, "side", SIDES, &mut draft.report);
    let netns = netns(&fields, &mut draft.report);
    let interface = Interface {
        name: name.clone().unwrap_or_default(),
        device: device(&fields, netns.as_deref(), draft),
        netns,
        side,
        addresses: own_addresses(&fields, side, &mut draft.report),
        groups: if groups.is_empty() { BTreeSet::from([DEFAULT_GROUP.to_owned()]) } else { groups },
        hook: word(&fields, "hook", HOOKS, &mut draft.report),
        source_check: switch(&fields, "source-check", side == Side::Port, &mut draft.report),
        trunk: switch(&fields, "trunk", false, &mut draft.report),
        timeouts: settings::timeouts(fields.get("timeouts"), &mut draft.report),
        never_filtered: settings::pass(fields.get("pass"), &mut draft.report),
        icmp_errors: word(&fields, "icmp-errors", ICMP_ERRORS, &mut draft.report),
        ethertypes: settings::ethertypes(fields.get("ethertypes"), &mut draft.report),
        link: Link::default(),
    };
    if let Some(name) = name {
        draft.snapshot.interfaces.insert(name, interface);
    }
}

/// Reads a member into the draft.
pub(super) fn member(node: &Node, draft: &mut Draft) {
    let known = ["name", "addresses", "groups"];
    let Some(fields) = Fields::read(node, "a member", &known, &mut draft.report) else { return };
    let name = names::declared(&fields, Kind::Member, draft);
    let help = "write `addresses: [192.0.2.1]`";
    let addresses = fields
        .require("addresses", "this member", help, &mut draft.report)
        .and_then(|node| at_least_one_address(node, &mut draft.report));
    let node = fields.require("groups", "this member", "write `groups: [NAME]`", &mut draft.report);
    if let Some(node) = node.filter(|node| decode::is_empty_list(node)) {
        draft.report.error(node.spot, "a member is in one group at least", "name a group, or leave the member out");
    }
    let groups = node.map(|node| groups(node, draft)).unwrap_or_default();
    if let (Some(name), Some(addresses)) = (name, addresses) {
        draft.snapshot.members.insert(name.clone(), Member { name, addresses, groups });
    }
}

fn groups(node: &Node, draft: &mut Draft) -> BTreeSet<String> {
    let mut groups = BTreeSet::new();
    for item in decode::list(node, "`groups`", &mut draft.report).unwrap_or_default() {
        let Some(name) = decode::text(item, "a group's name", &mut draft.report) else { continue };
        draft.refer(Kind::Group, name, item);
        if !groups.insert(name.to_owned()) {
            draft.report.warning(item.spot, format!("group `{name}` is listed twice"), "leave one out");
        }
    }
    if groups.len() > MOST_GROUPS {
        let message = format!("{} groups; {MOST_GROUPS} are allowed for one", groups.len());
        draft.report.error(node.spot, message, "put rules together in fewer groups");
    }
    groups
}

/// A port's own addresses cannot be read from its device, so they must be written.
fn own_addresses(fields: &Fields<'_>, side: Side, report: &mut Report) -> BTreeSet<IpAddr> {
    let help = "write `addresses: [192.0.2.1]`: what the far end of the device owns";
    let node = match side {
        Side::Port => fields.require("addresses", "an interface with `side: port`", help, report),
        Side::Host => fields.get("addresses"),
    };
    let Some(node) = node else { return BTreeSet::new() };
    match side {
        Side::Port => at_least_one_address(node, report),
        Side::Host => address::addresses(node, report),
    }
    .unwrap_or_default()
}

fn at_least_one_address(node: &Node, report: &mut Report) -> Option<BTreeSet<IpAddr>> {
    if decode::is_empty_list(node) {
        report.error(node.spot, "there must be one address at least", "write `addresses: [192.0.2.1]`");
        return None;
    }
    address::addresses(node, report)
}

fn device(fields: &Fields<'_>, netns: Option<&str>, draft: &mut Draft) -> Device {
    let Some(node) = fields.get("device") else { return Device::DefaultRoute };
    let Some(name) = decode::text(node, "a device's name", &mut draft.report) else { return Device::DefaultRoute };
    let odd = |c: char| c.is_whitespace() || c.is_control() || "/:".contains(c);
    if name.is_empty() || name.len() > LONGEST_DEVICE || [".", ".."].contains(&name) || name.contains(odd) {
        let help = format!("a device's name has 1 to {LONGEST_DEVICE} bytes, no spaces, no `/` and no `:`");
        draft.report.error(node.spot, format!("`{name}` cannot be a device"), help);
        return Device::DefaultRoute;
    }
    let whole = netns.map_or_else(|| name.to_owned(), |netns| format!("{name} in {netns}"));
    draft.declare(Kind::Device, &whole, node.spot);
    Device::Named(name.to_owned())
}

fn netns(fields: &Fields<'_>, report: &mut Report) -> Option<String> {
    let node = fields.get("netns")?;
    let name = decode::text(node, "`netns`", report)?;
    let name = names::one_line(name, "`netns`", node, report)?;
    let path = name.starts_with('/');
    if name.is_empty() || (!path && (name.contains('/') || [".", ".."].contains(&name))) {
        let help = "write a name as `ip netns` lists it, or a whole path like /proc/1234/ns/net";
        report.error(node.spot, format!("`{name}` cannot be a network namespace"), help);
        return None;
    }
    Some(name.to_owned())
}

fn word<T: Copy + Default>(fields: &Fields<'_>, key: &str, words: &[(&'static str, T)], report: &mut Report) -> T {
    fields.get(key).and_then(|node| decode::word(node, key, words, report)).unwrap_or_default()
}

fn switch(fields: &Fields<'_>, key: &str, otherwise: bool, report: &mut Report) -> bool {
    fields.get(key).and_then(|node| decode::boolean(node, &format!("`{key}`"), report)).unwrap_or(otherwise)
}
