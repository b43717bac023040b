//! Operations, each of which may be interrupted and repeated, and the plan they make.

use super::running::Attachment;
use sgfw_common::addr::Addr;
use sgfw_common::maps::{Interface, Member, MemberCell, Node32, Node128, Tree};
use std::collections::BTreeMap;
use std::fmt;
use thiserror::Error;

/// One operation on the kernel. Entries of one operation may be written in any order and in parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Op {
    /// Writes nodes to places that nothing in force leads to.
    WriteNodes32(Vec<(u32, Node32)>),
    /// Likewise, 128 bits wide.
    WriteNodes128(Vec<(u32, Node128)>),
    /// Writes cells for combinations that nothing in force asks for.
    WriteMemberCells(Vec<(MemberCell, Tree)>),
    /// Writes members; each entry is one atomic write.
    WriteMembers(Vec<(Addr, Member)>),
    /// Writes interfaces by slot, at `slot * 2 + version`; never in the version in force.
    WriteInterfaces {
        /// Which of the two entries.
        version: usize,
        /// Entries by slot.
        interfaces: Vec<(u32, Interface)>,
    },
    /// Writes the generation of a version into META.
    SetGeneration {
        /// Which version.
        version: usize,
        /// Its generation.
        generation: u64,
    },
    /// Puts a version into force: one 32-bit store.
    Flip {
        /// The version.
        version: usize,
    },
    /// Waits until no packet is left that saw what was before.
    Wait,
    /// Deletes all flows of these slots, which another interface may have left.
    ForgetFlows {
        /// The slots.
        slots: Vec<u32>,
    },
    /// Attaches a device to a slot whose policy is in force.
    Attach {
        /// The slot.
        slot: u32,
        /// The device and its hook.
        attachment: Attachment,
    },
    /// Takes another hook on the same device, without a moment when packets are not judged.
    Replace {
        /// The slot.
        slot: u32,
        /// The hook now.
        from: Attachment,
        /// The hook then.
        to: Attachment,
    },
    /// Detaches a device; one that is gone already is fine.
    Detach {
        /// The slot.
        slot: u32,
        /// The device and its hook.
        attachment: Attachment,
    },
    /// Deletes cells that nothing in force asks for.
    DeleteMemberCells(Vec<MemberCell>),
    /// Deletes members; each is one atomic write.
    DeleteMembers(Vec<Addr>),
    /// Zeroes both versions of slots that nothing is attached to.
    ClearInterfaces(Vec<u32>),
}

impl Op {
    /// Whether devices come, go or change hooks by it.
    pub const fn is_about_hooks(&self) -> bool {
        matches!(self, Self::Attach { .. } | Self::Replace { .. } | Self::Detach { .. } | Self::ClearInterfaces(_))
    }
}

/// What an apply does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// All operations, in the order they are to be executed.
    pub ops: Vec<Op>,
    /// How many of them change what packets meet with. The rest makes both versions equal and deletes what
    /// is unused: after a change always, and alone when an earlier apply was killed.
    pub changes: usize,
    /// The slot of every interface, by name.
    pub slots: BTreeMap<String, u32>,
    /// The generation that is in force afterwards.
    pub generation: u64,
}

impl Plan {
    /// Nothing to do, not even to clean up: no map is written.
    pub fn is_empty(&self) -> bool {
        self.ops.is_empty()
    }

    /// Takes away what no packet waits for: everything from the last wait on, if only cleaning comes after it. None if it
    /// has to be done at once, or there is nothing.
    pub fn split_off_the_rest(&mut self) -> Option<Self> {
        let first = self.changes.checked_sub(1).filter(|last| matches!(self.ops.get(*last), Some(Op::Wait)))?;
        if self.ops.iter().any(Op::is_about_hooks) {
            return None;
        }
        self.changes = first;
        Some(Self {
            ops: self.ops.split_off(first),
            changes: 0,
            slots: self.slots.clone(),
            generation: self.generation,
        })
    }

    /// Whether packets meet with anything else afterwards. False for a plan that only cleans up.
    pub fn changes_policy(&self) -> bool {
        self.changes > 0
    }
}

/// Why there is no plan. Nothing was written.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PlanError {
    /// Old and new policy, which lie side by side while one replaces the other, do not fit.
    #[error("map {map} holds {limit} entries, the running policy and this one together need {asked}")]
    Full {
        /// The map's name.
        map: &'static str,
        /// Entries it holds.
        limit: u64,
        /// Entries that were asked for.
        asked: u64,
    },
    /// Two interfaces are one device.
    #[error("interfaces {0:?} and {1:?} are both the device {2}; give one of them another device")]
    SameDevice(String, String, String),
    /// No device was found for an interface.
    #[error("interface {0:?} has no device")]
    NoDevice(String),
}

impl fmt::Display for Op {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::WriteNodes32(nodes) => write!(f, "write {} nodes of ports and IPv4", nodes.len()),
            Self::WriteNodes128(nodes) => write!(f, "write {} nodes of IPv6", nodes.len()),
            Self::WriteMemberCells(cells) => write!(f, "write {} cells for members", cells.len()),
            Self::WriteMembers(members) => write!(f, "write {} members", members.len()),
            Self::WriteInterfaces { version, interfaces } => {
                write!(f, "write {} interfaces in version {version}", interfaces.len())
            }
            Self::SetGeneration { version, generation } => write!(f, "version {version} is generation {generation}"),
            Self::Flip { version } => write!(f, "put version {version} into force"),
            Self::Wait => f.write_str("wait for packets on their way"),
            Self::ForgetFlows { slots } => write!(f, "forget flows of {} unused slots", slots.len()),
            Self::Attach { slot, attachment } => write!(f, "attach {attachment} to slot {slot}"),
            Self::Replace { slot, from, to } => write!(f, "replace {from} by {to} at slot {slot}"),
            Self::Detach { slot, attachment } => write!(f, "detach {attachment} from slot {slot}"),
            Self::DeleteMemberCells(keys) => write!(f, "delete {} cells for members", keys.len()),
            Self::DeleteMembers(addresses) => write!(f, "delete {} members", addresses.len()),
            Self::ClearInterfaces(slots) => write!(f, "clear {} slots", slots.len()),
        }
    }
}
