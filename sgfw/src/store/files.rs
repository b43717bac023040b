//! What earlier versions left: a JSON file for each generation. They are read where no store is yet, and taken into the first.

use super::{Record, StoreError};
use rustix::fs::{Mode, OFlags};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Where they lay when nobody said otherwise.
pub(super) const BEFORE: &str = "/run/sgfw";

/// A directory that may have such files.
#[derive(Clone, Debug)]
pub(super) struct Files {
    directory: PathBuf,
}

impl Files {
    pub(super) fn new(directory: impl Into<PathBuf>) -> Self {
        Self { directory: directory.into() }
    }

    /// The record of a generation, if there is one that can be used.
    pub(super) fn read(&self, generation: u64) -> Option<Record> {
        Record::parse(&fs::read(self.file(generation)).ok()?, generation).ok()
    }

    /// All that can be used, oldest first.
    pub(super) fn all(&self) -> Vec<Record> {
        self.generations().into_iter().filter_map(|generation| self.read(generation)).collect()
    }

    /// Generations with a file, ascending.
    pub(super) fn generations(&self) -> Vec<u64> {
        let entries = fs::read_dir(&self.directory).into_iter().flatten().flatten();
        let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
        let number = |name: String| name.strip_prefix("generation-")?.strip_suffix(".json")?.parse().ok();
        let mut all: Vec<u64> = names.filter_map(number).collect();
        all.sort_unstable();
        all
    }

    /// Removes them.
    pub(super) fn clear(&self) -> Result<(), StoreError> {
        self.generations().into_iter().map(|generation| self.file(generation)).try_for_each(|path| {
            let removed = fs::remove_file(&path);
            removed.map_err(StoreError::file("remove", &path))
        })
    }

    fn file(&self, generation: u64) -> PathBuf {
        self.directory.join(format!("generation-{generation}.json"))
    }
}

/// A rename to this path lasts only once its directory is on disk.
pub(super) fn sync(path: &Path) -> io::Result<()> {
    let directory = path.parent().unwrap_or(Path::new("."));
    let directory = rustix::fs::open(directory, OFlags::RDONLY | OFlags::DIRECTORY, Mode::empty())?;
    Ok(rustix::fs::fsync(directory)?)
}
