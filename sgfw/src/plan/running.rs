//! What the kernel holds, as the kernel room reads it back, and what each operation does to it.

use super::op::Op;
use serde::{Deserialize, Serialize};
use sgfw_common::addr::Addr;
use sgfw_common::maps::{Interface, Member, MemberCell, Node32, Node128, Tree};
use sgfw_common::range::Nodes;
use std::collections::BTreeMap;
use std::fmt;

/// Where packets that a device receives are judged. What it sends is always judged in TC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Taken {
    /// Native XDP; what is sent, in TC.
    Xdp,
    /// Generic XDP; what is sent, in TC.
    XdpGeneric,
    /// TCX links, both ways.
    Tcx,
    /// The classic qdisc, both ways, before Linux 6.6.
    Clsact,
}

/// A device that a slot is attached to, or is to be.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Attachment {
    /// The device's name, for messages.
    pub device: String,
    /// Its index, which with the namespace is its identity.
    pub ifindex: u32,
    /// Its network namespace, spelled the same way each time; none is the caller's own.
    pub netns: Option<String>,
    /// The hook for what it receives.
    pub taken: Taken,
}

impl Attachment {
    /// Whether both are the same device, whatever the hook.
    pub fn same_device(&self, other: &Self) -> bool {
        self.ifindex == other.ifindex && self.netns == other.netns
    }
}

/// The interfaces of a policy with what was found for them on this machine, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// One for each interface of the image.
    pub interfaces: BTreeMap<String, Attachment>,
}

/// One slot of the map of interfaces.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Slot {
    /// The interface's name, where the last apply left it; a killed one may not have.
    pub name: Option<String>,
    /// The entry in each version.
    pub versions: [Interface; 2],
}

/// What the kernel holds. The default, with the clock set, is a kernel that holds nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Running {
    /// The version in force: 0 or 1.
    pub active: usize,
    /// Generation of the policy in each version.
    pub generation: [u64; 2],
    /// Ticks a second of the kernel's clock.
    pub hertz: u32,
    /// Slots that hold anything, or have a name. Never 0, the unknown interface.
    pub slots: BTreeMap<u32, Slot>,
    /// 32-bit nodes by place: at least those that [`super::reachable`] finds.
    pub nodes32: BTreeMap<u32, Node32>,
    /// 128-bit nodes, likewise.
    pub nodes128: BTreeMap<u32, Node128>,
    /// Members of groups.
    pub members: BTreeMap<Addr, Member>,
    /// Cells for members.
    pub member_cells: BTreeMap<MemberCell, Tree>,
    /// What is attached, by slot.
    pub attachments: BTreeMap<u32, Attachment>,
}

impl Running {
    /// The version that is not in force.
    pub const fn inactive(&self) -> usize {
        1 - self.active
    }

    /// The state after an operation, as the kernel's would be.
    pub fn apply(&mut self, op: &Op) {
        match op {
            Op::WriteNodes32(nodes) => self.nodes32.extend(nodes.iter().copied()),
            Op::WriteNodes128(nodes) => self.nodes128.extend(nodes.iter().copied()),
            Op::WriteMemberCells(cells) => self.member_cells.extend(cells.iter().copied()),
            Op::WriteMembers(members) => self.members.extend(members.iter().copied()),
            Op::WriteInterfaces { version, interfaces } => {
                for (slot, interface) in interfaces {
                    self.slots.entry(*slot).or_default().versions[*version] = *interface;
                }
            }
            Op::SetGeneration { version, generation } => self.generation[*version] = *generation,
            Op::Flip { version } => self.active = *version,
            Op::Wait | Op::ForgetFlows { .. } => {}
            Op::Attach { slot, attachment } | Op::Replace { slot, to: attachment, .. } => {
                self.attachments.insert(*slot, attachment.clone());
            }
            Op::Detach { slot, .. } => forget(&mut self.attachments, &[*slot]),
            Op::DeleteMemberCells(keys) => forget(&mut self.member_cells, keys),
            Op::DeleteMembers(addresses) => forget(&mut self.members, addresses),
            Op::ClearInterfaces(slots) => forget(&mut self.slots, slots),
        }
    }
}

/// What the kernel holds can be read as trees, as [`crate::compile::allowed`] does.
impl Nodes for Running {
    fn node32(&self, index: u32) -> Option<&Node32> {
        self.nodes32.get(&index)
    }

    fn node128(&self, index: u32) -> Option<&Node128> {
        self.nodes128.get(&index)
    }
}

fn forget<K: Ord, V>(map: &mut BTreeMap<K, V>, keys: &[K]) {
    for key in keys {
        map.remove(key);
    }
}

impl Taken {
    /// The word that people and programs read.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Xdp => "xdp",
            Self::XdpGeneric => "xdp-generic",
            Self::Tcx => "tcx",
            Self::Clsact => "clsact",
        }
    }
}

impl fmt::Display for Taken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl fmt::Display for Attachment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.device)?;
        if let Some(netns) = &self.netns {
            write!(f, " in {netns}")?;
        }
        write!(f, " ({})", self.taken)
    }
}
