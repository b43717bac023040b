//! Network interfaces, and the instances that hold them.

use super::{AttachmentId, GroupId, InstanceId, InterfaceId, Network, Owner, Scope, SubnetId, Tags};
use crate::model::{Device, Hook, IcmpErrors, NeverFiltered, Side, Timeouts};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::net::IpAddr;

/// A network interface: addresses and groups, and perhaps a device of this host (F29, F30).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NetworkInterface {
    /// Its id.
    pub id: InterfaceId,
    /// Whose and where.
    pub scope: Scope,
    /// Its network.
    pub network: Network,
    /// Its subnet; what a file declares for this host needs none.
    pub subnet: Option<SubnetId>,
    /// The name a file gives it, unique in the state; shown instead of the id.
    pub name: Option<String>,
    /// What it is for.
    pub description: String,
    /// Its addresses; the first IPv4 address is the primary one. Those of a host's device may be read from it later.
    pub addresses: Vec<IpAddr>,
    /// Its groups, in the order they were given; at least one (F17).
    pub groups: Vec<GroupId>,
    /// Whether what leaves it must carry one of its own addresses.
    pub source_dest_check: bool,
    /// Idle timeouts.
    pub timeouts: Timeouts,
    /// The instance that holds it.
    pub attachment: Option<Attachment>,
    /// The device of this host that it is. None: it lives elsewhere and only counts as a member of its groups.
    pub device: Option<LocalDevice>,
    /// MAC address as six bytes.
    pub mac: [u8; 6],
    /// Tags.
    pub tags: Tags,
    /// Who made it.
    pub owner: Owner,
}

/// Holds an interface to an instance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// Its id.
    pub id: AttachmentId,
    /// The instance.
    pub instance: InstanceId,
    /// 0 is the primary interface, eth0, whose groups are the instance's (F30).
    pub index: u32,
    /// Since when, RFC 3339.
    pub since: String,
    /// Whether it goes when the instance goes.
    pub delete_on_termination: bool,
}

/// A device of this host and how packets are taken from it; see [`crate::model::Interface`] for the fields.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LocalDevice {
    /// Which one.
    pub device: Device,
    /// In which network namespace; none is the caller's own.
    pub netns: Option<String>,
    /// Where the instance sits.
    pub side: Side,
    /// Wanted hook.
    pub hook: Hook,
    /// Tagged frames are judged by what is inside.
    pub trunk: bool,
    /// What passes without a rule.
    pub never_filtered: NeverFiltered,
    /// ICMP errors.
    pub icmp_errors: IcmpErrors,
    /// EtherTypes that pass besides IP and ARP.
    pub ethertypes: BTreeSet<u16>,
}

impl LocalDevice {
    /// The device with this name, all else as a policy file has it when it says nothing.
    pub fn named(name: &str, side: Side) -> Self {
        Self {
            device: Device::Named(name.into()),
            netns: None,
            side,
            hook: Hook::default(),
            trunk: false,
            never_filtered: NeverFiltered::default(),
            icmp_errors: IcmpErrors::default(),
            ethertypes: BTreeSet::new(),
        }
    }
}

impl NetworkInterface {
    /// What it is called: its name, or its id.
    pub fn label(&self) -> &str {
        self.name.as_deref().unwrap_or_else(|| self.id.as_str())
    }

    /// The primary IPv4 address.
    pub fn primary(&self) -> Option<IpAddr> {
        self.addresses.iter().find(|address| address.is_ipv4()).copied()
    }
}

/// An instance, as far as groups need one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Instance {
    /// Its id.
    pub id: InstanceId,
    /// Whose and where.
    pub scope: Scope,
    /// Its network; its interfaces are found by their attachments.
    pub network: Network,
    /// Running, stopped, terminated.
    pub state: InstanceState,
    /// When it was launched, RFC 3339.
    pub launched: String,
    /// Tags.
    pub tags: Tags,
    /// Who made it.
    pub owner: Owner,
}

/// What an instance does. A terminated one is no member of anything.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum InstanceState {
    /// Code 16.
    #[default]
    Running,
    /// Code 80; it stays a member of its groups (F23).
    Stopped,
    /// Code 48.
    Terminated,
}
