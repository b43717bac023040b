//! Where the records of one log go: to a group, to a bucket, or nowhere because its place is none.

use super::bucket::{Bucket, Bucketed};
use super::group::Group;
use super::queue::{Parcel, Queue};
use super::record::Format;
use crate::inventory::{FlowLog, InterfaceId, LogDestination};
use std::collections::BTreeSet;
use std::path::Path;

/// The destination of a log, and what waits for it.
#[derive(Debug)]
pub(super) struct Sink {
    files: Files,
    queue: Queue,
}

#[derive(Debug)]
enum Files {
    Group(Group),
    Bucket(Box<Bucket>),
    /// Refused, in these words.
    Nowhere(String),
}

impl Sink {
    /// The destination of a log below this directory.
    pub(super) fn new(directory: &Path, log: &FlowLog, format: &Format) -> Self {
        let files = match &log.destination {
            LogDestination::Group { name } => Group::new(directory, name, log.traffic).map(Files::Group),
            LogDestination::Bucket { bucket, folder, hive, hourly } => {
                let bucketed = Bucketed { name: bucket, folder, hive: *hive, hourly: *hourly };
                Bucket::new(directory, log, &bucketed, format.header()).map(|it| Files::Bucket(Box::new(it)))
            }
        };
        Self { files: files.unwrap_or_else(Files::Nowhere), queue: Queue::default() }
    }

    /// There is room for so many bytes that cannot be written.
    pub(super) fn bound(&mut self, most: usize) {
        self.queue.bound(most);
    }

    /// Takes lines about an interface, of a window with this last second. Answers the interfaces of which lines had to be
    /// dropped because too many wait.
    pub(super) fn add(&mut self, interface: &InterfaceId, last: u64, lines: Vec<u8>) -> BTreeSet<InterfaceId> {
        let parcel = match &mut self.files {
            _ if lines.is_empty() => None,
            Files::Group(group) => Some(group.parcel(interface, lines)),
            Files::Bucket(bucket) => bucket.add(interface, last, &lines),
            Files::Nowhere(_) => None,
        };
        self.push(parcel)
    }

    /// Has the file written whose time is over.
    pub(super) fn turn(&mut self, now: u64, interval: u64) -> BTreeSet<InterfaceId> {
        let due = if let Files::Bucket(bucket) = &mut self.files { bucket.due(now, interval) } else { None };
        self.push(due)
    }

    /// Has the file written that there is.
    pub(super) fn seal(&mut self) -> BTreeSet<InterfaceId> {
        let sealed = if let Files::Bucket(bucket) = &mut self.files { bucket.seal() } else { None };
        self.push(sealed)
    }

    fn push(&mut self, parcel: Option<Parcel>) -> BTreeSet<InterfaceId> {
        parcel.map_or_else(BTreeSet::new, |parcel| self.queue.push(parcel))
    }

    /// Tries to write what waits, so that there is room for more.
    pub(super) fn retry(&mut self) {
        self.queue.retry();
    }

    /// Writes what waits: nothing, if there is nothing to be said.
    pub(super) fn deliver(&mut self) -> Option<Result<(), String>> {
        match &self.files {
            Files::Nowhere(words) => Some(Err(words.clone())),
            _ if self.queue.is_quiet() => None,
            _ => Some(self.queue.deliver()),
        }
    }

    /// Bytes that wait.
    pub(super) fn waiting(&self) -> usize {
        self.queue.bytes()
    }

    /// Whether nothing waits.
    pub(super) fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }
}
