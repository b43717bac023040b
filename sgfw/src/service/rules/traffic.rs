//! Protocol and ports of a permission: what a request says, and how a rule is shown (F44-F50).
//!
//! Kept as AWS keeps them: `tcp`, `udp`, `icmp`, `icmpv6`, `-1`, or a number as text. -1 and numbers without ports allow
//! everything of the protocol, whatever ports were said.

use crate::inventory::Network;
use crate::model::{IcmpMatch, PortRange, Traffic};
use crate::service::Fault;

/// What a request says: protocol, and ports or ICMP type and code.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Said<'a> {
    pub(super) protocol: Option<&'a str>,
    pub(super) from: Option<i64>,
    pub(super) to: Option<i64>,
}

/// A protocol by what it makes of the two numbers.
#[derive(Clone, Copy)]
enum Protocol {
    All,
    Tcp,
    Udp,
    Icmp,
    Icmpv6,
    Number(u8),
}

/// The traffic of a permission; several only in EC2-Classic, where the protocol may be left out and then is TCP for
/// blocks, and TCP, UDP and ICMP for groups (F45, F46).
///
/// # Errors
/// The protocol is missing or unknown, or the numbers do not fit it.
pub(super) fn traffic(said: Said, network: &Network, has_groups: bool) -> Result<Vec<Traffic>, Fault> {
    match (said.protocol, network) {
        (None, Network::Vpc(_)) => {
            let words =
                "Invalid value 'null' for protocol. VPC security group rules must specify protocols explicitly.";
            Err(Fault::value(words))
        }
        (None, Network::Classic) if has_groups => everything(said),
        (None, Network::Classic) => Ok(vec![ports(said).map(Traffic::Tcp)?]),
        (Some(name), network) => {
            let protocol = protocol(name)?;
            let fits =
                *network != Network::Classic || matches!(protocol, Protocol::Tcp | Protocol::Udp | Protocol::Icmp);
            if fits { Ok(vec![of(protocol, said)?]) } else { Err(unsupported(name)) }
        }
    }
}

/// TCP, UDP and ICMP, as a group source without a protocol means (F46).
///
/// # Errors
/// Ports are given, and out of range.
pub(super) fn everything(said: Said) -> Result<Vec<Traffic>, Fault> {
    let ports = match (said.from, said.to) {
        (None, None) | (Some(-1), Some(-1)) => PortRange::ALL,
        _ => ports(said)?,
    };
    Ok(vec![Traffic::Tcp(ports), Traffic::Udp(ports), Traffic::Icmp(IcmpMatch::ALL)])
}

fn of(protocol: Protocol, said: Said) -> Result<Traffic, Fault> {
    Ok(match protocol {
        Protocol::All => Traffic::All,
        Protocol::Number(number) => Traffic::Protocol(number),
        Protocol::Tcp => Traffic::Tcp(ports(said)?),
        Protocol::Udp => Traffic::Udp(ports(said)?),
        Protocol::Icmp => Traffic::Icmp(icmp(said)?),
        Protocol::Icmpv6 if said.from.is_none() && said.to.is_none() => Traffic::Icmpv6(IcmpMatch::ALL),
        Protocol::Icmpv6 => Traffic::Icmpv6(icmp(said)?),
    })
}

fn protocol(name: &str) -> Result<Protocol, Fault> {
    let lower = name.to_ascii_lowercase();
    Ok(match lower.as_str() {
        "tcp" | "6" => Protocol::Tcp,
        "udp" | "17" => Protocol::Udp,
        "icmp" | "1" => Protocol::Icmp,
        "icmpv6" | "58" => Protocol::Icmpv6,
        "-1" | "all" => Protocol::All,
        digits if digits.bytes().all(|byte| byte.is_ascii_digit()) => match digits.parse::<u8>() {
            // With zeros in front it is the same number.
            Ok(number @ (1 | 6 | 17 | 58)) => protocol(&number.to_string())?,
            Ok(number) => Protocol::Number(number),
            Err(_) => return Err(unsupported(name)),
        },
        _ => return Err(unsupported(name)),
    })
}

fn unsupported(name: &str) -> Fault {
    Fault::new("InvalidPermission.Malformed", format!("Unsupported IP protocol \"{name}\""))
}

fn ports(said: Said) -> Result<PortRange, Fault> {
    let (Some(from), Some(to)) = (said.from, said.to) else { return Err(incomplete("TCP/UDP")) };
    let port = |which: &str, value: i64| {
        u16::try_from(value).map_err(|_| Fault::value(format!("TCP/UDP ({which}) port ({value}) out of range")))
    };
    let range = PortRange::new(port("from", from)?, port("to", to)?);
    range.ok_or_else(|| Fault::value(format!("Invalid TCP/UDP port range ({from}:{to})")))
}

fn icmp(said: Said) -> Result<IcmpMatch, Fault> {
    let (Some(kind), Some(code)) = (said.from, said.to) else { return Err(incomplete("ICMP")) };
    let part = |which: &str, value: i64| match value {
        -1 => Ok(None),
        _ => u8::try_from(value).map(Some).map_err(|_| Fault::value(format!("ICMP {which} ({value}) out of range"))),
    };
    let matched = IcmpMatch::new(part("type", kind)?, part("code", code)?);
    let words = || format!("ICMP code ({code}) cannot be specified for all ICMP types: specify -1 for both");
    matched.ok_or_else(|| Fault::value(words()))
}

fn incomplete(protocol: &str) -> Fault {
    Fault::value(format!("Invalid value for portRange. Must specify both from and to ports with {protocol}."))
}

/// How the protocol of a rule is shown.
pub(in crate::service) fn name(traffic: &Traffic) -> String {
    match traffic {
        Traffic::All => "-1".into(),
        Traffic::Tcp(_) => "tcp".into(),
        Traffic::Udp(_) => "udp".into(),
        Traffic::Icmp(_) => "icmp".into(),
        Traffic::Icmpv6(_) => "icmpv6".into(),
        Traffic::Protocol(number) => number.to_string(),
    }
}

/// The two numbers of a rule, or none for protocols without: ports, or ICMP type and code with -1 for all.
pub(in crate::service) fn numbers(traffic: &Traffic) -> Option<(i64, i64)> {
    let part = |value: Option<u8>| value.map_or(-1, i64::from);
    match traffic {
        Traffic::Tcp(ports) | Traffic::Udp(ports) => Some((ports.first().into(), ports.last().into())),
        Traffic::Icmp(what) | Traffic::Icmpv6(what) => Some((part(what.kind()), part(what.code()))),
        Traffic::All | Traffic::Protocol(_) => None,
    }
}

/// The number of the protocol as text; -1 for all.
pub(in crate::service) fn number(traffic: &Traffic) -> String {
    match traffic {
        Traffic::Tcp(_) => "6".into(),
        Traffic::Udp(_) => "17".into(),
        Traffic::Icmp(_) => "1".into(),
        Traffic::Icmpv6(_) => "58".into(),
        Traffic::All | Traffic::Protocol(_) => name(traffic),
    }
}

/// A rule in the words of the message about a duplicate.
pub(super) fn words(traffic: &Traffic) -> String {
    let part = |value: Option<u8>| value.map_or_else(|| "ALL".into(), |value| value.to_string());
    let ported =
        |name: &str, ports: &PortRange| format!("{name}, from port: {}, to port: {}", ports.first(), ports.last());
    let typed =
        |name: &str, what: &IcmpMatch| format!("{name}, type: {}, code: {}", part(what.kind()), part(what.code()));
    match traffic {
        Traffic::All => "ALL".into(),
        Traffic::Tcp(ports) => ported("TCP", ports),
        Traffic::Udp(ports) => ported("UDP", ports),
        Traffic::Icmp(what) => typed("ICMP", what),
        Traffic::Icmpv6(what) => typed("ICMPv6", what),
        Traffic::Protocol(number) => format!("protocol: {number}"),
    }
}
