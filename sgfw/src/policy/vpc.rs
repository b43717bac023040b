//! VPCs with what lives in them, EC2-Classic with what lives there, subnets and gateways.

use super::decode::{self, Fields};
use super::document::{self, Section};
use super::draft::{Draft, Kind, Meant};
use super::report::Report;
use super::tree::{Node, Value};
use super::{account, address, group, instance, interface, names};
use crate::declare::{DeclaredClassic, DeclaredGateway, DeclaredSubnet, DeclaredVpc, NetworkKey, VpcKey, vpc_key};
use crate::inventory::{GatewayId, SubnetId, VpcId};
use ipnet::{IpNet, Ipv4Net, Ipv6Net};

const KEYS: &[&str] = &[
    "id",
    "name",
    "account",
    "region",
    "cidr",
    "ipv6",
    "default",
    "legacy",
    "dns-support",
    "dns-hostnames",
    "tags",
    "subnets",
    "groups",
    "instances",
    "interfaces",
    "members",
];

const INSIDE: [Section; 5] = [
    ("subnets", subnet),
    ("groups", group::group),
    ("instances", instance::instance),
    ("interfaces", interface::interface),
    ("members", interface::member),
];

/// Reads a VPC and all that it has into the draft.
pub(super) fn vpc(node: &Node, draft: &mut Draft) {
    let Some(fields) = Fields::read(node, "a VPC", KEYS, &mut draft.report) else { return };
    let id = names::id(&fields, Kind::VpcId, VpcId::parse, draft);
    let name = names::optional(&fields, Kind::Vpc, draft);
    let at = account::at(&fields, &mut draft.report);
    let is_default = switch(&fields, "default", false, &mut draft.report);
    let key = match (&id, &name) {
        (Some(id), _) => VpcKey::Id(id.clone()),
        (None, Some(name)) => VpcKey::Named(name.clone()),
        (None, None) => VpcKey::Default(at.clone()),
    };
    if !is_default && fields.get("id").is_none() && fields.get("name").is_none() {
        draft.report.error(node.spot, "this VPC has neither `id` nor `name`", "write `name: prod`");
    }
    let v4 = blocks(&fields, "cidr", v4, &mut draft.report);
    if !is_default && fields.get("cidr").is_none() {
        draft.report.error(node.spot, "this VPC has no `cidr`", "write `cidr: 10.0.0.0/16`");
    }
    let vpc = DeclaredVpc {
        place: draft.report.at(node.spot),
        id,
        name,
        at,
        v4,
        v6: blocks(&fields, "ipv6", v6, &mut draft.report),
        is_default,
        legacy: switch(&fields, "legacy", false, &mut draft.report),
        dns_support: switch(&fields, "dns-support", true, &mut draft.report),
        dns_hostnames: switch(&fields, "dns-hostnames", is_default, &mut draft.report),
        tags: names::tags(&fields, &mut draft.report),
    };
    draft.out.vpcs.push(vpc);
    draft.within(NetworkKey::Vpc(key), |draft| document::sections(&fields, &INSIDE, draft));
}

/// Reads what lives in EC2-Classic of an account and region into the draft.
pub(super) fn classic(node: &Node, draft: &mut Draft) {
    let known = ["account", "region", "groups", "instances", "interfaces", "members"];
    let Some(fields) = Fields::read(node, "a section of EC2-Classic", &known, &mut draft.report) else { return };
    let at = account::at(&fields, &mut draft.report);
    draft.out.classic.push(DeclaredClassic { place: draft.report.at(node.spot), at: at.clone() });
    draft.within(NetworkKey::Classic(at), |draft| document::sections(&fields, &INSIDE[1..], draft));
}

fn subnet(node: &Node, draft: &mut Draft) {
    let known = ["id", "name", "zone", "cidr", "ipv6", "default", "tags"];
    let Some(fields) = Fields::read(node, "a subnet", &known, &mut draft.report) else { return };
    let NetworkKey::Vpc(vpc) = draft.here.clone() else { return };
    let (v4, v6) = (one_block(&fields, "cidr", v4, draft), one_block(&fields, "ipv6", v6, draft));
    if fields.get("cidr").is_none() && fields.get("ipv6").is_none() {
        draft.report.error(node.spot, "this subnet has no `cidr`", "write `cidr: 10.0.1.0/24`");
    }
    let subnet = DeclaredSubnet {
        place: draft.report.at(node.spot),
        id: names::id(&fields, Kind::SubnetId, SubnetId::parse, draft),
        name: names::optional(&fields, Kind::Subnet, draft),
        vpc,
        zone: fields.get("zone").and_then(|node| account::region(node, &mut draft.report)),
        v4,
        v6,
        is_default: switch(&fields, "default", false, &mut draft.report),
        tags: names::tags(&fields, &mut draft.report),
    };
    draft.out.subnets.push(subnet);
}

/// Reads an Internet gateway into the draft.
pub(super) fn gateway(node: &Node, draft: &mut Draft) {
    let known = ["id", "name", "account", "region", "vpc", "tags"];
    let Some(fields) = Fields::read(node, "a gateway", &known, &mut draft.report) else { return };
    let keys = ["id", "name", "vpc"];
    if keys.iter().all(|key| fields.get(key).is_none()) {
        draft.report.error(node.spot, "this gateway has neither `id` nor `name`", "write `name: gateway`");
    }
    let gateway = DeclaredGateway {
        place: draft.report.at(node.spot),
        id: names::id(&fields, Kind::GatewayId, GatewayId::parse, draft),
        name: names::optional(&fields, Kind::Gateway, draft),
        at: account::at(&fields, &mut draft.report),
        vpc: fields.get("vpc").and_then(|node| reference(node, draft)),
        tags: names::tags(&fields, &mut draft.report),
    };
    draft.out.gateways.push(gateway);
}

/// A VPC that is meant: its id or its name. It must be declared.
pub(super) fn reference(node: &Node, draft: &mut Draft) -> Option<VpcKey> {
    let key = vpc_key(decode::text(node, "a VPC", &mut draft.report)?);
    draft.refer(Meant::Vpc(key.clone()), node);
    Some(key)
}

/// Blocks of one family: one, or a list. None if the key is not there.
pub(super) fn blocks<T>(
    fields: &Fields<'_>,
    key: &str,
    take: fn(IpNet) -> Option<T>,
    report: &mut Report,
) -> Option<Vec<T>> {
    let node = fields.get(key)?;
    if matches!(node.value, Value::Null) {
        decode::list(node, &format!("`{key}`"), report)?;
    }
    Some(decode::one_or_more(node).iter().filter_map(|node| block(node, key, take, report)).collect())
}

fn one_block<T>(fields: &Fields<'_>, key: &str, take: fn(IpNet) -> Option<T>, draft: &mut Draft) -> Option<T> {
    fields.get(key).and_then(|node| block(node, key, take, &mut draft.report))
}

fn block<T>(node: &Node, key: &str, take: fn(IpNet) -> Option<T>, report: &mut Report) -> Option<T> {
    let text = decode::text(node, "an address block", report)?;
    let block = address::block(text, node.spot, report)?;
    let found = take(block);
    if found.is_none() {
        let (is, other) = if key == "cidr" { ("IPv4", "ipv6") } else { ("IPv6", "cidr") };
        report.error(node.spot, format!("`{key}` is for {is}"), format!("write it under `{other}`"));
    }
    found
}

/// The block, if it is one of IPv4.
pub(super) fn v4(block: IpNet) -> Option<Ipv4Net> {
    match block {
        IpNet::V4(block) => Some(block),
        IpNet::V6(_) => None,
    }
}

/// The block, if it is one of IPv6.
pub(super) fn v6(block: IpNet) -> Option<Ipv6Net> {
    match block {
        IpNet::V4(_) => None,
        IpNet::V6(block) => Some(block),
    }
}

/// `true` or `false`, or what holds otherwise.
pub(super) fn switch(fields: &Fields<'_>, key: &str, otherwise: bool, report: &mut Report) -> bool {
    fields.get(key).and_then(|node| decode::boolean(node, &format!("`{key}`"), report)).unwrap_or(otherwise)
}
