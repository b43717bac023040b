//! What was applied, on disk: one JSON file a generation, so that people see names and words again.
//!
//! Enforcement never depends on it. The kernel's generation says which file counts; a file that is missing or
//! damaged costs names and rule texts, and nothing else. A file is written beside its place, synced and renamed
//! before the first map is written, so that whoever is killed in between leaves the kernel's generation explained.
//!
//! Limits: the last [`KEPT_RECORDS`] generations are kept, fewer if they are large; the directory is the machine's own, and a reboot may empty it as
//! it empties the kernel.

use super::{KEPT_RECORDS, Lock, Record, StoreError};
use rustix::fs::{Mode, OFlags};
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Bytes that kept generations may take beside the two newest: the directory usually lies in memory.
const KEPT_BYTES: u64 = 32 << 20;

/// Where the state lies when nobody says otherwise.
pub const DEFAULT: &str = "/run/sgfw";

/// The state directory.
#[derive(Clone, Debug)]
pub struct Files {
    directory: PathBuf,
}

impl Files {
    /// The state under this directory, which need not exist.
    pub fn new(directory: impl Into<PathBuf>) -> Self {
        Self { directory: directory.into() }
    }

    /// The directory.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// Takes the lock of everything that changes the kernel or this directory, making the directory if need be.
    ///
    /// # Errors
    /// Somebody else holds it for more than a moment, or the directory cannot be written.
    pub fn lock(&self, command: &str) -> Result<Lock, StoreError> {
        fs::create_dir_all(&self.directory).map_err(StoreError::file("make", &self.directory))?;
        Lock::take(&self.directory.join("lock"), command)
    }

    /// The record of a generation.
    ///
    /// # Errors
    /// It is missing, damaged or of another schema, or cannot be read.
    pub fn read(&self, generation: u64) -> Result<Record, StoreError> {
        let path = self.file(generation);
        let text = match fs::read(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(StoreError::Missing { generation, path });
            }
            other => other.map_err(StoreError::file("read", &path))?,
        };
        let record = Record::parse(&text).map_err(|why| StoreError::Damaged { path: path.clone(), why })?;
        match record.generation == generation {
            true => Ok(record),
            false => Err(StoreError::Damaged { path, why: format!("it tells of generation {}", record.generation) }),
        }
    }

    /// Writes the record of a generation in the place of the one before, and forgets old generations.
    ///
    /// # Errors
    /// The directory cannot be written; then the old record is still there.
    pub fn write(&self, record: &Record) -> Result<(), StoreError> {
        let path = self.file(record.generation);
        let beside = path.with_extension("json.new");
        let failed = |error| StoreError::file("write", &path)(error);
        let text = serde_json::to_vec(record).map_err(io::Error::from).map_err(failed)?;
        put(&beside, &text).map_err(failed)?;
        fs::rename(&beside, &path).map_err(failed)?;
        self.sync().map_err(failed)?;
        self.forget_old(record.generation);
        Ok(())
    }

    /// Removes everything, the lock included, and the directory if nothing else is in it.
    ///
    /// # Errors
    /// A file cannot be removed.
    pub fn clear(&self, lock: Lock) -> Result<(), StoreError> {
        for generation in self.generations() {
            let path = self.file(generation);
            fs::remove_file(&path).map_err(StoreError::file("remove", &path))?;
        }
        let path = lock.path().to_path_buf();
        fs::remove_file(&path).map_err(StoreError::file("remove", &path))?;
        // Something else in it is not ours to remove.
        let _ = fs::remove_dir(&self.directory);
        Ok(())
    }

    /// Generations with a file, ascending.
    pub fn generations(&self) -> Vec<u64> {
        let entries = fs::read_dir(&self.directory).into_iter().flatten().flatten();
        let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
        let number = |name: String| name.strip_prefix("generation-")?.strip_suffix(".json")?.parse().ok();
        let mut all: Vec<u64> = names.filter_map(number).collect();
        all.sort_unstable();
        all
    }

    fn file(&self, generation: u64) -> PathBuf {
        self.directory.join(format!("generation-{generation}.json"))
    }

    /// The rename lasts only once the directory is on disk.
    fn sync(&self) -> io::Result<()> {
        let directory = rustix::fs::open(&self.directory, OFlags::RDONLY | OFlags::DIRECTORY, Mode::empty())?;
        Ok(rustix::fs::fsync(directory)?)
    }

    /// What cannot be removed now goes another time; no apply fails over it.
    fn forget_old(&self, newest: u64) {
        let mut bytes = 0;
        let generations = self.generations();
        for (age, generation) in generations.iter().rev().filter(|it| **it <= newest).enumerate() {
            let path = self.file(*generation);
            bytes += fs::metadata(&path).map_or(0, |file| file.len());
            if age >= KEPT_RECORDS || (age >= 2 && bytes > KEPT_BYTES) {
                let _ = fs::remove_file(path);
            }
        }
    }
}

fn put(path: &Path, text: &[u8]) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(text)?;
    file.sync_all()
}
