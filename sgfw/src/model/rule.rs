//! A rule: what traffic, from or to whom. Rules are single-source here; files may list several.

use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Which way, as the instance sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// Into the instance.
    Ingress,
    /// Out of the instance.
    Egress,
}

impl Direction {
    /// The other way.
    pub const fn other(self) -> Self {
        match self {
            Self::Ingress => Self::Egress,
            Self::Egress => Self::Ingress,
        }
    }
}

/// Ports from `first` to `last`, both included; `first <= last`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct PortRange {
    first: u16,
    last: u16,
}

impl PortRange {
    /// All ports.
    pub const ALL: Self = Self { first: 0, last: u16::MAX };

    /// A single port.
    pub const fn one(port: u16) -> Self {
        Self { first: port, last: port }
    }

    /// The range, or none if it is inverted.
    pub fn new(first: u16, last: u16) -> Option<Self> {
        (first <= last).then_some(Self { first, last })
    }

    /// The lowest port.
    pub const fn first(self) -> u16 {
        self.first
    }

    /// The highest port.
    pub const fn last(self) -> u16 {
        self.last
    }

    /// Whether the port lies within.
    pub fn contains(self, port: u16) -> bool {
        (self.first..=self.last).contains(&port)
    }
}

/// ICMP type and code; none is the wildcard, and a code needs a type (F50).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct IcmpMatch {
    kind: Option<u8>,
    code: Option<u8>,
}

impl IcmpMatch {
    /// All types and codes.
    pub const ALL: Self = Self { kind: None, code: None };

    /// All codes of a type.
    pub const fn kind_only(kind: u8) -> Self {
        Self { kind: Some(kind), code: None }
    }

    /// The match, or none for a code without a type.
    pub fn new(kind: Option<u8>, code: Option<u8>) -> Option<Self> {
        (kind.is_some() || code.is_none()).then_some(Self { kind, code })
    }

    /// The type, or all.
    pub const fn kind(self) -> Option<u8> {
        self.kind
    }

    /// The code, or all.
    pub const fn code(self) -> Option<u8> {
        self.code
    }
}

/// The traffic a rule speaks of (F41, F44-F50).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Traffic {
    /// Every protocol, every port.
    All,
    /// TCP to these destination ports.
    Tcp(PortRange),
    /// UDP to these destination ports.
    Udp(PortRange),
    /// ICMP for IPv4.
    Icmp(IcmpMatch),
    /// ICMP for IPv6.
    Icmpv6(IcmpMatch),
    /// Any other protocol, by its IANA number; never 1, 6, 17 or 58.
    Protocol(u8),
}

/// From whom, or to whom (F51-F58).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Peer {
    /// An address block without host bits; a single address is /32 or /128.
    Cidr(IpNet),
    /// The members of the group with this name, by their addresses (F58, F59).
    Group(String),
    /// The entries of the prefix list with this name.
    PrefixList(String),
}

/// Where a rule was written, for messages. Two rules that differ only here are the same rule.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Origin {
    /// The file as it was named.
    pub file: String,
    /// Line, from 1; 0 if it was not written in a file.
    pub line: u32,
    /// The rule's `sgr-` id, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
}

impl PartialEq for Origin {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}
impl Eq for Origin {}
impl PartialOrd for Origin {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Origin {
    fn cmp(&self, _: &Self) -> std::cmp::Ordering {
        std::cmp::Ordering::Equal
    }
}

/// One rule of one direction of one group: it allows, there is no other kind (F39).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Rule {
    /// What it allows.
    pub traffic: Traffic,
    /// From or to whom.
    pub peer: Peer,
    /// Up to 255 characters (F61).
    pub description: Option<String>,
    /// Where it stands.
    pub origin: Origin,
}

impl fmt::Display for PortRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.first, self.last) {
            (0, u16::MAX) => f.write_str("all"),
            (first, last) if first == last => write!(f, "{first}"),
            (first, last) => write!(f, "{first}-{last}"),
        }
    }
}

impl fmt::Display for IcmpMatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.kind, self.code) {
            (None, _) => f.write_str("all"),
            (Some(kind), None) => write!(f, "type {kind}"),
            (Some(kind), Some(code)) => write!(f, "type {kind} code {code}"),
        }
    }
}

impl fmt::Display for Traffic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("all"),
            Self::Tcp(ports) => write!(f, "tcp {ports}"),
            Self::Udp(ports) => write!(f, "udp {ports}"),
            Self::Icmp(what) => write!(f, "icmp {what}"),
            Self::Icmpv6(what) => write!(f, "icmpv6 {what}"),
            Self::Protocol(number) => write!(f, "protocol {number}"),
        }
    }
}

impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cidr(block) => write!(f, "{block}"),
            Self::Group(name) => write!(f, "group {name}"),
            Self::PrefixList(name) => write!(f, "prefix-list {name}"),
        }
    }
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ingress => "ingress",
            Self::Egress => "egress",
        })
    }
}
