//! A rule's protocol, ports, ICMP type and code (F44-F50).

use super::decode::{self, Fields};
use super::report::Report;
use super::suggest::did_you_mean;
use super::tree::{Node, Value};
use crate::model::{self, IcmpMatch, PortRange, Traffic};

/// Names of the IANA registry that people write. 1, 6, 17 and 58 have their own kinds of traffic.
const PROTOCOLS: &[(&str, u8)] = &[
    ("icmp", 1),
    ("igmp", 2),
    ("ipip", 4),
    ("tcp", 6),
    ("egp", 8),
    ("udp", 17),
    ("dccp", 33),
    ("ipv6", 41),
    ("rsvp", 46),
    ("gre", 47),
    ("esp", 50),
    ("ah", 51),
    ("icmpv6", 58),
    ("ipv6-nonxt", 59),
    ("eigrp", 88),
    ("ospf", 89),
    ("pim", 103),
    ("vrrp", 112),
    ("l2tp", 115),
    ("sctp", 132),
    ("udplite", 136),
];

const PORTS_HELP: &str = "write `ports: 443`, `ports: 8000-8080`, `ports: [80, 443]` or `ports: all`";

/// What a rule's protocol makes of its other keys.
enum Protocol {
    All,
    Ported(fn(PortRange) -> Traffic),
    Icmp(fn(IcmpMatch) -> Traffic),
    Number(u8),
}

/// The traffic of a rule: several when several ports are listed. None if something is wrong.
pub(super) fn traffic(rule: &Fields<'_>, report: &mut Report) -> Option<Vec<Traffic>> {
    if let Some((node, name)) = preset_of(rule) {
        let fits = refuse(rule, "ports", false, "a type of rule has its own ports", report)
            & refuse(rule, "code", false, "a type of rule has its own codes", report);
        return by_preset(name, node, report).filter(|_| fits);
    }
    let protocol = rule.require("protocol", "this rule", "write `protocol: tcp`, or `all` for every protocol", report);
    let protocol = protocol.and_then(|node| protocol_of(node, report))?;
    let ported = matches!(protocol, Protocol::Ported(_));
    let icmp = matches!(protocol, Protocol::Icmp(_));
    let fits = refuse(rule, "ports", ported, "only TCP and UDP have ports", report)
        & refuse(rule, "type", icmp, "only ICMP and ICMPv6 have types", report)
        & refuse(rule, "code", icmp, "only ICMP and ICMPv6 have codes", report);
    let traffic = match protocol {
        Protocol::All => vec![Traffic::All],
        Protocol::Number(number) => vec![Traffic::Protocol(number)],
        Protocol::Ported(make) => {
            let node = rule.require("ports", "a rule for TCP or UDP", PORTS_HELP, report)?;
            ports(node, report)?.into_iter().map(make).collect()
        }
        Protocol::Icmp(make) => {
            let v6 = matches!(make(IcmpMatch::ALL), Traffic::Icmpv6(_));
            vec![make(icmp_match(rule, v6, report)?)]
        }
    };
    fits.then_some(traffic)
}

/// Without a protocol `type` is a type of rule, such as `ssh` (F140).
fn preset_of<'n>(rule: &Fields<'n>) -> Option<(&'n Node, &'n str)> {
    let node = rule.get("type").filter(|_| rule.get("protocol").is_none())?;
    match &node.value {
        Value::Text(name) => Some((node, name)),
        _ => None,
    }
}

/// The traffic of a type of rule.
pub(super) fn by_preset(name: &str, node: &Node, report: &mut Report) -> Option<Vec<Traffic>> {
    if let Some(preset) = model::preset(name) {
        return Some(preset.traffic.to_vec());
    }
    let names = model::PRESETS.iter().map(|preset| preset.name);
    let help = did_you_mean(name, names).unwrap_or_else(|| "write ssh, http, https, rdp, mysql, dns, ping, ...".into());
    report.error(node.spot, format!("`{name}` is not a type of rule"), help);
    None
}

/// The traffic that a few words say: a type of rule, or a protocol and, for TCP and UDP, ports.
pub(super) fn of_words(words: &str, node: &Node, report: &mut Report) -> Option<Vec<Traffic>> {
    let (name, rest) = words.split_once(' ').map_or((words, None), |(name, rest)| (name, Some(rest.trim())));
    let protocol = match PROTOCOLS.iter().find(|(known, _)| *known == name) {
        Some((_, number)) => by_number(*number),
        None if name == "all" => Protocol::All,
        None => return by_preset(words, node, report),
    };
    match (protocol, rest) {
        (Protocol::Ported(make), Some("all")) => Some(vec![make(PortRange::ALL)]),
        (Protocol::Ported(make), Some(range)) => range_of(range, node, report).map(|range| vec![make(range)]),
        (Protocol::Ported(_), None) => {
            report.error(node.spot, format!("`{name}` needs ports"), format!("write `{name} 8080` or `{name} all`"));
            None
        }
        (_, Some(rest)) => {
            report.error(node.spot, format!("`{rest}` says nothing to `{name}`"), "write a rule with `protocol`");
            None
        }
        (Protocol::All, None) => Some(vec![Traffic::All]),
        (Protocol::Number(number), None) => Some(vec![Traffic::Protocol(number)]),
        (Protocol::Icmp(make), None) => Some(vec![make(IcmpMatch::ALL)]),
    }
}

/// A key that does not belong to the protocol is an error, not ignored: it meant something to the writer.
fn refuse(rule: &Fields<'_>, key: &str, allowed: bool, why: &str, report: &mut Report) -> bool {
    match rule.get(key) {
        Some(node) if !allowed => {
            report.error(node.spot, why, format!("leave `{key}` out, or choose another protocol"));
            false
        }
        _ => true,
    }
}

fn protocol_of(node: &Node, report: &mut Report) -> Option<Protocol> {
    match &node.value {
        Value::Integer(-1) => {
            report.error(node.spot, "protocol must be 0 to 255", "write `protocol: all` for every protocol");
            None
        }
        Value::Integer(_) | Value::Float => decode::integer(node, "protocol", 0..=255, report).map(by_number),
        Value::Text(name) => by_name(name, node, report),
        _ => decode::wrong(node, "protocol", "a name or a number, 0 to 255", report),
    }
}

fn by_name(name: &str, node: &Node, report: &mut Report) -> Option<Protocol> {
    if name == "all" {
        return Some(Protocol::All);
    }
    if let Some((_, number)) = PROTOCOLS.iter().find(|(known, _)| *known == name) {
        return Some(by_number(*number));
    }
    let names = PROTOCOLS.iter().map(|(known, _)| *known).chain(["all"]);
    let help = did_you_mean(name, names)
        .unwrap_or_else(|| "write tcp, udp, icmp, icmpv6, all, or the protocol's IANA number".into());
    report.error(node.spot, format!("`{name}` is not a protocol"), help);
    None
}

fn by_number(number: u8) -> Protocol {
    match number {
        1 => Protocol::Icmp(Traffic::Icmp),
        6 => Protocol::Ported(Traffic::Tcp),
        17 => Protocol::Ported(Traffic::Udp),
        58 => Protocol::Icmp(Traffic::Icmpv6),
        other => Protocol::Number(other),
    }
}

fn ports(node: &Node, report: &mut Report) -> Option<Vec<PortRange>> {
    let items = decode::one_or_more(node);
    if items.is_empty() {
        report.error(node.spot, "the list of ports is empty", PORTS_HELP);
        return None;
    }
    let ranges: Vec<Option<PortRange>> = items.iter().map(|item| port_range(item, report)).collect();
    ranges.into_iter().collect()
}

fn port_range(node: &Node, report: &mut Report) -> Option<PortRange> {
    match &node.value {
        Value::Integer(-1) => {
            report.error(node.spot, "a port must be 0 to 65535", "write `ports: all` for all ports");
            None
        }
        Value::Integer(_) | Value::Float => {
            let port = decode::integer(node, "a port", 0..=65535, report)?;
            PortRange::new(port, port)
        }
        Value::Text(text) if **text == *"all" => Some(PortRange::ALL),
        Value::Text(text) => range_of(text, node, report),
        _ => decode::wrong(node, "a port", "a number, a range like 8000-8080, or `all`", report),
    }
}

fn range_of(text: &str, node: &Node, report: &mut Report) -> Option<PortRange> {
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let number = |text: &str| Some(text.trim()).filter(|text| digits(text))?.parse::<u32>().ok();
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let (Some(first), Some(last)) = (number(first), number(last)) else {
        report.error(node.spot, format!("`{text}` is not a port or a range of ports"), PORTS_HELP);
        return None;
    };
    let (Ok(low), Ok(high)) = (u16::try_from(first), u16::try_from(last)) else {
        report.error(node.spot, "a port must be 0 to 65535", "");
        return None;
    };
    let range = PortRange::new(low, high);
    if range.is_none() {
        report.error(node.spot, format!("the range {text} is upside down"), format!("write `{high}-{low}`"));
    }
    range
}

/// A type left out is every type, a code left out every code of the type.
fn icmp_match(rule: &Fields<'_>, v6: bool, report: &mut Report) -> Option<IcmpMatch> {
    if let Some((node, name)) = icmp_name(rule) {
        return by_icmp_name(rule, (node, name), v6, report);
    }
    let kind = icmp_number(rule, "type", report)?;
    let code = icmp_number(rule, "code", report)?;
    let found = IcmpMatch::new(kind, code);
    if let (None, Some(node)) = (found, rule.get("code")) {
        report.error(node.spot, "a code needs a type", "add `type`, or leave `code` out");
    }
    found
}

/// A type that is told by its name.
fn icmp_name<'n>(rule: &Fields<'n>) -> Option<(&'n Node, &'n str)> {
    let node = rule.get("type")?;
    match &node.value {
        Value::Text(name) if **name != *"all" => Some((node, name)),
        _ => None,
    }
}

fn by_icmp_name(rule: &Fields<'_>, (node, name): (&Node, &str), v6: bool, report: &mut Report) -> Option<IcmpMatch> {
    let Some(found) = model::icmp_type(name, v6) else {
        let help = "write its number, 0 to 255, or a name like echo-request";
        report.error(node.spot, format!("`{name}` is not a type of ICMP"), help);
        return None;
    };
    match (found.code(), rule.get("code")) {
        (_, None) => Some(found),
        (None, Some(_)) => IcmpMatch::new(found.kind(), icmp_number(rule, "code", report)?),
        (Some(_), Some(node)) => {
            report.error(
                node.spot,
                format!("`{name}` has its own code"),
                "leave `code` out, or write the type's number",
            );
            None
        }
    }
}

/// The outer none is a mistake, the inner one every number.
fn icmp_number(rule: &Fields<'_>, key: &str, report: &mut Report) -> Option<Option<u8>> {
    let Some(node) = rule.get(key) else { return Some(None) };
    match &node.value {
        Value::Text(text) if **text == *"all" => Some(None),
        Value::Integer(-1) => {
            report.error(node.spot, format!("`{key}` must be 0 to 255"), format!("write `{key}: all`"));
            None
        }
        _ => decode::integer(node, &format!("`{key}`"), 0..=255, report).map(Some),
    }
}
