//! The compiled policy: what lies in the maps, before it has places there.

use serde::{Deserialize, Serialize};
use sgfw_common::addr::Addr;
use sgfw_common::maps::{Interface, MemberCell, Node32, Node128, Tree};
use std::collections::BTreeMap;

/// What the `next` of a node's ranges are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Kind {
    /// Nodes of the level below, of the same width.
    Inner,
    /// Cells: each a [`Tree`] of 32-bit nodes as a number.
    Cells,
    /// Answers, 0 or 1.
    Answers,
}

/// A whole compiled policy. Equal snapshots give equal images, byte for byte.
///
/// Node numbers are places in `nodes32` and `nodes128`; children come before their parents and equal nodes
/// are stored once. [`crate::plan`] gives them the places they get in the kernel. The last range in use of
/// every node ends with the highest number there is, so a node tells how many of its ranges count.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Image {
    /// Nodes of ports and IPv4 prefixes.
    pub nodes32: Vec<(Kind, Node32)>,
    /// Nodes of IPv6 prefixes.
    pub nodes128: Vec<(Kind, Node128)>,
    /// Interfaces by name. Timeouts are in seconds (`hertz` is 1), `generation` is 0.
    pub interfaces: BTreeMap<String, Interface>,
    /// The set of groups each address belongs to.
    pub members: BTreeMap<Addr, u64>,
    /// Cells for members, for every combination that rules and members make.
    pub member_cells: BTreeMap<MemberCell, Tree>,
}
