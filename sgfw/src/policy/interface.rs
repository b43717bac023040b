//! Network interfaces of a file, and members that live elsewhere: interfaces, too, but of no device of this host.

use super::decode::{self, Fields};
use super::draft::{Draft, Kind, Meant};
use super::report::Report;
use super::settings;
use super::tree::Node;
use super::vpc::switch;
use super::{address, instance, names};
use crate::declare::{DeclaredInterface, GroupKey};
use crate::inventory::{InterfaceId, LocalDevice};
use crate::model::{Device, Hook, IcmpErrors, Side, Timeouts};
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
    "id",
    "description",
    "subnet",
    "instance",
    "mac",
    "tags",
];
const MEMBER_KEYS: &[&str] = &[
    "name",
    "addresses",
    "groups",
    "source-check",
    "timeouts",
    "id",
    "description",
    "subnet",
    "instance",
    "mac",
    "tags",
];
const SIDES: &[(&str, Side)] = &[("host", Side::Host), ("port", Side::Port)];
const HOOKS: &[(&str, Hook)] =
    &[("auto", Hook::Auto), ("xdp", Hook::Xdp), ("xdp-generic", Hook::XdpGeneric), ("tc", Hook::Tc)];
const ICMP_ERRORS: &[(&str, IcmpErrors)] = &[("related", IcmpErrors::Related), ("strict", IcmpErrors::Strict)];

/// Reads an interface of this host into the draft.
pub(super) fn interface(node: &Node, draft: &mut Draft) {
    let Some(fields) = Fields::read(node, "an interface", KEYS, &mut draft.report) else { return };
    let Some(named) = named(&fields, Kind::Interface, draft) else { return };
    let groups = match fields.get("groups") {
        Some(node) => groups(node, draft),
        None => Vec::new(),
    };
    let side = word(&fields, "side", SIDES, &mut draft.report);
    let netns = netns(&fields, &mut draft.report);
    let device = LocalDevice {
        device: device(&fields, netns.as_deref(), draft),
        netns,
        side,
        hook: word(&fields, "hook", HOOKS, &mut draft.report),
        trunk: switch(&fields, "trunk", false, &mut draft.report),
        never_filtered: settings::pass(fields.get("pass"), &mut draft.report),
        icmp_errors: word(&fields, "icmp-errors", ICMP_ERRORS, &mut draft.report),
        ethertypes: settings::ethertypes(fields.get("ethertypes"), &mut draft.report),
    };
    let addresses = own_addresses(&fields, side, &mut draft.report);
    let check = switch(&fields, "source-check", side == Side::Port, &mut draft.report);
    let interface = DeclaredInterface {
        device: Some(device),
        addresses,
        groups,
        source_dest_check: check,
        ..common(node, &fields, named, draft)
    };
    draft.out.interfaces.push(interface);
}

/// Reads a member into the draft.
pub(super) fn member(node: &Node, draft: &mut Draft) {
    let Some(fields) = Fields::read(node, "a member", MEMBER_KEYS, &mut draft.report) else { return };
    let named = named(&fields, Kind::Member, draft);
    let help = "write `addresses: [192.0.2.1]`";
    let addresses = fields
        .require("addresses", "this member", help, &mut draft.report)
        // One that goes by its id may have none for now.
        .and_then(|node| match fields.get("id") {
            Some(_) => address::addresses(node, &mut draft.report),
            None => at_least_one_address(node, &mut draft.report),
        });
    let node_of_groups = fields.require("groups", "this member", "write `groups: [NAME]`", &mut draft.report);
    if let Some(node) = node_of_groups.filter(|node| decode::is_empty_list(node)) {
        draft.report.error(node.spot, "a member is in one group at least", "name a group, or leave the member out");
    }
    let groups = node_of_groups.map(|node| groups(node, draft)).unwrap_or_default();
    let source_dest_check = switch(&fields, "source-check", true, &mut draft.report);
    let (Some(named), Some(addresses)) = (named, addresses) else { return };
    let member = DeclaredInterface { addresses, groups, source_dest_check, ..common(node, &fields, named, draft) };
    draft.out.interfaces.push(member);
}

/// The name and the id of an interface: one of them at least. None if it has neither.
fn named(fields: &Fields<'_>, kind: Kind, draft: &mut Draft) -> Option<(Option<String>, Option<InterfaceId>)> {
    let id = names::id(fields, Kind::InterfaceId, InterfaceId::parse, draft);
    if fields.get("id").is_some() && fields.get("name").is_none() {
        return id.map(|id| (None, Some(id)));
    }
    names::declared(fields, kind, draft).map(|name| (Some(name), id))
}

/// What all interfaces can say.
fn common(
    node: &Node,
    fields: &Fields<'_>,
    (name, id): (Option<String>, Option<InterfaceId>),
    draft: &mut Draft,
) -> DeclaredInterface {
    let subnet = fields.get("subnet").and_then(|node| {
        let text = decode::text(node, "a subnet", &mut draft.report)?.to_owned();
        draft.refer(Meant::Subnet(draft.here.clone(), text.clone()), node);
        Some(text)
    });
    DeclaredInterface {
        place: draft.report.at(node.spot),
        id,
        name,
        network: draft.here.clone(),
        subnet,
        description: names::free_description(fields, &mut draft.report),
        addresses: Vec::new(),
        groups: Vec::new(),
        source_dest_check: true,
        timeouts: timeouts(fields, &mut draft.report),
        attachment: fields.get("instance").and_then(|node| instance::attachment(node, draft)),
        device: None,
        mac: fields.get("mac").and_then(|node| mac(node, &mut draft.report)),
        tags: names::tags(fields, &mut draft.report),
    }
}

fn timeouts(fields: &Fields<'_>, report: &mut Report) -> Timeouts {
    settings::timeouts(fields.get("timeouts"), report)
}

fn mac(node: &Node, report: &mut Report) -> Option<[u8; 6]> {
    let text = decode::text(node, "a MAC address", report)?;
    let bytes: Vec<Option<u8>> = text.split(':').map(hex).collect();
    let bytes: Option<Vec<u8>> = bytes.into_iter().collect();
    let mac = bytes.and_then(|bytes| <[u8; 6]>::try_from(bytes).ok());
    if mac.is_none() {
        report.error(node.spot, format!("`{text}` is not a MAC address"), "write `mac: \"02:00:5e:00:53:01\"`");
    }
    mac
}

fn hex(text: &str) -> Option<u8> {
    let digits = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    u8::from_str_radix(text, 16).ok().filter(|_| digits)
}

fn groups(node: &Node, draft: &mut Draft) -> Vec<GroupKey> {
    let mut groups: Vec<GroupKey> = Vec::new();
    for item in decode::list(node, "`groups`", &mut draft.report).unwrap_or_default() {
        let Some(name) = decode::text(item, "a group's name", &mut draft.report) else { continue };
        let key = draft.refer_to_group(name, item);
        if groups.contains(&key) {
            draft.report.warning(item.spot, format!("group `{name}` is listed twice"), "leave one out");
        } else {
            groups.push(key);
        }
    }
    if groups.len() > MOST_GROUPS && !draft.is_classic() {
        let message = format!("{} groups; {MOST_GROUPS} are allowed for one", groups.len());
        draft.report.error(node.spot, message, "put rules together in fewer groups");
    }
    groups
}

/// A port's own addresses cannot be read from its device, so they must be written.
fn own_addresses(fields: &Fields<'_>, side: Side, report: &mut Report) -> Vec<IpAddr> {
    let help = "write `addresses: [192.0.2.1]`: what the far end of the device owns";
    let node = match side {
        Side::Port => fields.require("addresses", "an interface with `side: port`", help, report),
        Side::Host => fields.get("addresses"),
    };
    let Some(node) = node else { return Vec::new() };
    match side {
        Side::Port => at_least_one_address(node, report),
        Side::Host => address::addresses(node, report),
    }
    .unwrap_or_default()
}

fn at_least_one_address(node: &Node, report: &mut Report) -> Option<Vec<IpAddr>> {
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
