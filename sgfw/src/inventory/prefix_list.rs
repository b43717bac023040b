//! Managed prefix lists.

use super::{Owner, PrefixListId, Scope, Tags};
use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// A list of blocks that rules refer to by its id (F55), with its earlier versions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManagedPrefixList {
    /// Its id.
    pub id: PrefixListId,
    /// Whose and where. A list of AWS's own is anybody's in the region.
    pub scope: Scope,
    /// Its name.
    pub name: String,
    /// What blocks it takes.
    pub family: Family,
    /// Most entries it may have; what a rule that refers to it counts against the quota of rules.
    pub max_entries: u32,
    /// The version in force, from 1.
    pub version: u64,
    /// The entries in force, in the order they were added.
    pub entries: Vec<ListEntry>,
    /// Earlier versions' entries.
    pub earlier: BTreeMap<u64, Vec<ListEntry>>,
    /// What was last done to it.
    pub state: ListState,
    /// Owned by AWS: read-only, and this is its weight.
    pub aws_weight: Option<u32>,
    /// Tags.
    pub tags: Tags,
    /// Who made it.
    pub owner: Owner,
}

/// The blocks a list takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Family {
    /// IPv4 only.
    #[serde(rename = "IPv4")]
    V4,
    /// IPv6 only.
    #[serde(rename = "IPv6")]
    V6,
    /// Both: only files can declare such a list.
    #[serde(rename = "both")]
    Both,
}

/// One block of a list.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ListEntry {
    /// The block, without host bits.
    pub cidr: IpNet,
    /// What it is.
    pub description: Option<String>,
}

/// What was last done to a list; nothing takes long enough to be in progress.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ListState {
    /// It is new.
    CreateComplete,
    /// It was changed.
    ModifyComplete,
    /// An earlier version was brought back.
    RestoreComplete,
}

impl fmt::Display for ListState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::CreateComplete => "create-complete",
            Self::ModifyComplete => "modify-complete",
            Self::RestoreComplete => "restore-complete",
        })
    }
}

impl fmt::Display for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::V4 => "IPv4",
            Self::V6 => "IPv6",
            Self::Both => "IPv4, IPv6",
        })
    }
}

impl ManagedPrefixList {
    /// What one reference counts as, in rules: the published weight, or the most entries it may have.
    pub fn weight(&self) -> u32 {
        self.aws_weight.unwrap_or(self.max_entries)
    }
}
