//! What waits to be written, oldest first: all of it while nothing fails, the newest of it when too much has failed.

use super::file;
use crate::inventory::InterfaceId;
use std::collections::{BTreeSet, VecDeque};
use std::path::{Path, PathBuf};

/// Where a parcel goes.
#[derive(Clone, Debug)]
pub(super) enum To {
    /// To the end of this file.
    End(PathBuf),
    /// Into a file of its own; see [`file::create`].
    New { directory: PathBuf, stem: String, part: String },
}

impl To {
    /// Where one failure means the next.
    fn place(&self) -> &Path {
        match self {
            Self::End(path) => path,
            Self::New { directory, .. } => directory,
        }
    }
}

/// Records that are written together.
#[derive(Debug)]
pub(super) struct Parcel {
    pub(super) to: To,
    pub(super) bytes: Vec<u8>,
    /// The interfaces they are about.
    pub(super) of: BTreeSet<InterfaceId>,
}

impl Parcel {
    fn write(&mut self) -> Result<(), String> {
        match &self.to {
            To::End(path) => file::append(path, &mut self.bytes),
            To::New { directory, stem, part } => file::create(directory, stem, part, &self.bytes),
        }
    }
}

/// Parcels that wait.
#[derive(Debug, Default)]
pub(super) struct Queue {
    parcels: VecDeque<Parcel>,
    /// Of all of them together.
    bytes: usize,
    most: usize,
    /// What the last attempt met with, if it failed.
    trouble: Option<String>,
    /// Something was written that nobody was told of.
    has_news: bool,
}

impl Queue {
    /// There is room for so many bytes. What waits already is dropped when the next comes.
    pub(super) fn bound(&mut self, most: usize) {
        self.most = most;
    }

    /// Bytes that wait.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Whether nothing waits.
    pub(super) fn is_empty(&self) -> bool {
        self.parcels.is_empty()
    }

    /// Adds a parcel. Where there is no room it writes what it can, and drops the oldest of what it cannot: the interfaces
    /// that those were about.
    pub(super) fn push(&mut self, parcel: Parcel) -> BTreeSet<InterfaceId> {
        self.bytes += parcel.bytes.len();
        self.parcels.push_back(parcel);
        if self.bytes > self.most && self.trouble.is_none() {
            self.retry();
        }
        let mut dropped = BTreeSet::new();
        while self.bytes > self.most && self.parcels.len() > 1 {
            let Some(parcel) = self.parcels.pop_front() else { break };
            self.bytes -= parcel.bytes.len();
            dropped.extend(parcel.of);
        }
        dropped
    }

    /// Tries to write what waits; what it meets with is said by [`Self::deliver`], which comes next.
    pub(super) fn retry(&mut self) {
        if !self.is_empty() {
            self.has_news = self.deliver().is_ok();
        }
    }

    /// Whether [`Self::deliver`] has neither anything to do nor anything to say.
    pub(super) fn is_quiet(&self) -> bool {
        self.is_empty() && !self.has_news
    }

    /// Writes everything; what cannot be written stays.
    ///
    /// # Errors
    /// The first failure, in words.
    pub(super) fn deliver(&mut self) -> Result<(), String> {
        (self.trouble, self.has_news) = (None, false);
        let mut blocked: BTreeSet<PathBuf> = BTreeSet::new();
        for mut parcel in std::mem::take(&mut self.parcels) {
            let place = parcel.to.place();
            if !blocked.contains(place) {
                let place = place.to_owned();
                let Err(failure) = parcel.write() else { continue };
                blocked.insert(place);
                self.trouble.get_or_insert(failure);
            }
            self.parcels.push_back(parcel);
        }
        self.bytes = self.parcels.iter().map(|parcel| parcel.bytes.len()).sum();
        self.trouble.clone().map_or(Ok(()), Err)
    }
}
