//! The values a policy is made of. Nothing here knows YAML, BPF or a clock.
//!
//! A [`Snapshot`] is one whole policy: complete, checked and in one canonical order, so that two files
//! that say the same are equal. Constructors hold the invariants; whoever has a value may trust it.

mod group;
mod interface;
mod name;
mod patch;
mod presets;
mod rule;
mod test;
mod warning;

pub use group::{Group, PrefixList, PrefixListEntry};
pub use interface::{
    Device, Hook, IcmpErrors, Interface, Link, Member, NeverFiltered, Side, TIMEOUT_TCP, TIMEOUT_UDP,
    TIMEOUT_UDP_STREAM, Timeouts,
};
pub use name::{LONGEST as LONGEST_NAME, NameError, check_description, check_name, check_rule_description};
pub use patch::{Patch, View};
pub use presets::{PRESETS, Preset, icmp_type, preset};
pub use rule::{Direction, IcmpMatch, Origin, Peer, PortRange, Rule, Traffic};
pub use test::{Endpoint, Expect, Test};
pub use warning::{OpenToTheWorld, open_logins, warnings};

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The name of the group that an interface without groups belongs to (F14, F17).
pub const DEFAULT_GROUP: &str = "default";

/// One whole policy. Maps are keyed by name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// Security groups; `default` is always among them.
    pub groups: BTreeMap<String, Group>,
    /// Prefix lists that rules may refer to.
    pub prefix_lists: BTreeMap<String, PrefixList>,
    /// Network interfaces of this host.
    pub interfaces: BTreeMap<String, Interface>,
    /// Members that live elsewhere: name to addresses and groups.
    pub members: BTreeMap<String, Member>,
}
