//! A log group: a directory with a file for each interface, to which records are appended.

use super::place;
use super::queue::{Parcel, To};
use crate::inventory::{InterfaceId, LoggedTraffic};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The files of a log in a group.
#[derive(Debug)]
pub(super) struct Group {
    directory: PathBuf,
    /// What the names of files end with.
    traffic: &'static str,
}

impl Group {
    /// The group of this name.
    ///
    /// # Errors
    /// The name leads out of the directory, in words.
    pub(super) fn new(directory: &Path, name: &str, traffic: LoggedTraffic) -> Result<Self, String> {
        Ok(Self { directory: place::of_group(directory, name)?, traffic: traffic.small_word() })
    }

    /// Lines about an interface, ready to be written.
    pub(super) fn parcel(&self, interface: &InterfaceId, lines: Vec<u8>) -> Parcel {
        let path = self.directory.join(format!("{interface}-{}", self.traffic));
        Parcel { to: To::End(path), bytes: lines, of: BTreeSet::from([interface.clone()]) }
    }
}
