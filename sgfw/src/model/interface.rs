//! Network interfaces and members that live elsewhere.

use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fmt;
use std::net::IpAddr;

/// On which side of the device the protected party sits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// This machine is the instance: what the device receives is ingress.
    #[default]
    Host,
    /// The far end of a veth, tap or bridge port is: what is sent to the device is ingress.
    Port,
}

/// Where in the kernel packets are judged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Hook {
    /// Native XDP for what a physical device with a driver for it receives; TC for everything else.
    #[default]
    Auto,
    /// Native XDP for what the device receives, TC for what it sends.
    Xdp,
    /// Generic XDP, likewise.
    XdpGeneric,
    /// TC both ways.
    Tc,
}

/// Which device an interface is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Device {
    /// The device of the default route, found when the policy is planned.
    #[default]
    DefaultRoute,
    /// The device with this name.
    Named(String),
}

/// What comes before the IP header.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Link {
    /// Ethernet.
    #[default]
    Ethernet,
    /// Nothing: tun, wireguard.
    Bare,
}

/// What happens to ICMP errors that no rule allows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum IcmpErrors {
    /// They pass if they are about a live flow (RFC 2979), so that path MTU discovery works.
    #[default]
    Related,
    /// They are dropped, as AWS has documented since 2022.
    Strict,
}

/// What security groups never filter; each can be turned off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NeverFiltered {
    /// Address resolution.
    pub arp: bool,
    /// IPv6 neighbour discovery with hop limit 255.
    pub neighbour_discovery: bool,
    /// DHCP and DHCPv6, the instance being the client.
    pub dhcp: bool,
    /// IGMP and MLD with hop limit 1.
    pub multicast_control: bool,
}

impl Default for NeverFiltered {
    fn default() -> Self {
        Self { arp: true, neighbour_discovery: true, dhcp: true, multicast_control: true }
    }
}

/// AWS's range for established TCP, in seconds.
pub const TIMEOUT_TCP: std::ops::RangeInclusive<u32> = 60..=432_000;
/// AWS's range for UDP with a single exchange, in seconds.
pub const TIMEOUT_UDP: std::ops::RangeInclusive<u32> = 30..=60;
/// AWS's range for UDP with more than one exchange, in seconds.
pub const TIMEOUT_UDP_STREAM: std::ops::RangeInclusive<u32> = 60..=180;

/// Idle timeouts in seconds, each within AWS's range.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Timeouts {
    /// Established TCP: [`TIMEOUT_TCP`].
    pub tcp_established: u32,
    /// UDP: [`TIMEOUT_UDP`].
    pub udp: u32,
    /// UDP stream: [`TIMEOUT_UDP_STREAM`].
    pub udp_stream: u32,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self { tcp_established: 432_000, udp: 30, udp_stream: 180 }
    }
}

/// A network interface of this host, or of a network namespace on it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interface {
    /// Its name in the policy.
    pub name: String,
    /// Which device it is.
    pub device: Device,
    /// Network namespace: a name under /run/netns, or a path; none is the caller's own.
    pub netns: Option<String>,
    /// Where the instance sits.
    pub side: Side,
    /// The instance's own addresses. Empty on the host side until they are read from the device.
    pub addresses: BTreeSet<IpAddr>,
    /// Names of its groups, at least one (F17, F34).
    pub groups: BTreeSet<String>,
    /// Wanted hook.
    pub hook: Hook,
    /// What leaves the instance must carry one of its own addresses.
    pub source_check: bool,
    /// Tagged frames are judged by what is inside.
    pub trunk: bool,
    /// Idle timeouts.
    pub timeouts: Timeouts,
    /// What passes without a rule.
    pub never_filtered: NeverFiltered,
    /// ICMP errors.
    pub icmp_errors: IcmpErrors,
    /// Up to four EtherTypes that pass besides IP and ARP.
    pub ethertypes: BTreeSet<u16>,
    /// What its frames start with; read from the device.
    pub link: Link,
}

impl Interface {
    /// An interface of which nothing is said but its name and side: no groups and no addresses yet.
    pub fn new(name: &str, side: Side) -> Self {
        Self {
            name: name.into(),
            device: Device::default(),
            netns: None,
            side,
            addresses: BTreeSet::new(),
            groups: BTreeSet::new(),
            hook: Hook::default(),
            source_check: side == Side::Port,
            trunk: false,
            timeouts: Timeouts::default(),
            never_filtered: NeverFiltered::default(),
            icmp_errors: IcmpErrors::default(),
            ethertypes: BTreeSet::new(),
            link: Link::default(),
        }
    }
}

/// A member of groups that lives elsewhere: it can be a source or a destination, nothing is attached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// Its name in the policy.
    pub name: String,
    /// Its addresses, at least one.
    pub addresses: BTreeSet<IpAddr>,
    /// Names of its groups, at least one.
    pub groups: BTreeSet<String>,
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Host => "host",
            Self::Port => "port",
        })
    }
}

impl fmt::Display for Hook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Auto => "auto",
            Self::Xdp => "xdp",
            Self::XdpGeneric => "xdp-generic",
            Self::Tc => "tc",
        })
    }
}
