//! The embedded store: one redb file, used by any number of processes.
//!
//! Limits: a value is below 3 GiB; the file grows with what it holds and is reused, but seldom shrinks. Whoever
//! alters the file behind the back of sgfw is found out by sums and not by intent.

mod caught;
mod found;
mod open;
mod read;
mod tables;
mod trouble;
mod watch;
mod write;

use super::{Lock, Note, Record, Revision, RevisionHead, Store, StoreError, Stored, Write};
use std::fs;
use std::os::unix::fs::{MetadataExt, chown};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Where the store lies when nobody says otherwise.
pub const DEFAULT: &str = "/var/lib/sgfw";

/// How long an agent waits for one that is about to end.
const AGENT_PATIENCE: Duration = Duration::from_millis(500);

/// The store in a directory: the file `store.redb` there, `store.lock` for those who write to it, and `lock` for
/// those who change the kernel.
#[derive(Clone, Debug)]
pub struct Redb {
    directory: PathBuf,
    file: PathBuf,
}

impl Redb {
    /// The store in this directory, which need not exist. Nothing is made before something is written.
    pub fn new(directory: impl Into<PathBuf>) -> Self {
        let directory = directory.into();
        Self { file: directory.join("store.redb"), directory }
    }

    /// The directory.
    #[must_use]
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// The file with everything in it.
    #[must_use]
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// Takes the lock of everything that changes the kernel, making the directory if need be.
    ///
    /// # Errors
    /// Somebody else holds it for more than a moment, or the directory cannot be written.
    pub fn lock(&self, command: &str) -> Result<Lock, StoreError> {
        self.make_directory()?;
        let lock = Lock::take(&self.directory.join("lock"), command, Lock::PATIENCE)?;
        self.hand_over()?;
        Ok(lock)
    }

    /// Takes the lock of the one agent that this store may have.
    ///
    /// # Errors
    /// There is an agent, or the directory cannot be written.
    pub fn lock_agent(&self) -> Result<Lock, StoreError> {
        self.make_directory()?;
        Lock::take(&self.directory.join("agent.lock"), "agent", AGENT_PATIENCE)
    }

    /// Forgets what was put in force, and the lock; and the file and the directory too, if nothing else is in them.
    ///
    /// # Errors
    /// Something cannot be written or removed.
    pub fn clear(&self, lock: Lock) -> Result<(), StoreError> {
        self.clear_records()?;
        if self.file.exists() {
            let turn = self.write_turn("detach")?;
            if self.revision()? == 0 {
                remove(&self.file)?;
                remove(turn.path())?;
            }
        }
        remove(lock.path())?;
        // Something else in it is not ours to remove.
        let _ = fs::remove_dir(&self.directory);
        Ok(())
    }

    fn read<T>(
        &self,
        act: impl FnOnce(&redb::ReadTransaction) -> Result<T, trouble::Trouble>,
    ) -> Result<Option<T>, StoreError> {
        open::read(&self.file, act)
    }

    fn write<T>(
        &self,
        command: &str,
        act: impl FnOnce(&redb::WriteTransaction) -> Result<Option<T>, trouble::Trouble>,
    ) -> Result<Option<T>, StoreError> {
        let _turn = self.write_turn(command)?;
        found::found(&self.file)?;
        self.hand_over()?;
        open::write(&self.file, act)
    }

    /// Gives what root made to whoever has the directory: an agent with a user of its own goes on with it.
    fn hand_over(&self) -> Result<(), StoreError> {
        let Ok(to) = fs::metadata(&self.directory) else { return Ok(()) };
        if to.uid() == 0 || !rustix::process::geteuid().is_root() {
            return Ok(());
        }
        let files = [self.file.clone(), open::lock_of(&self.file), self.directory.join("lock")];
        let others = files.iter().filter(|file| fs::metadata(file).is_ok_and(|it| it.uid() != to.uid()));
        others.into_iter().try_for_each(|file| {
            chown(file, Some(to.uid()), Some(to.gid())).map_err(StoreError::file("hand over", file))
        })
    }

    /// The turn to write.
    fn write_turn(&self, command: &str) -> Result<Lock, StoreError> {
        self.make_directory()?;
        Lock::take(&open::lock_of(&self.file), command, open::PATIENCE)
    }

    fn make_directory(&self) -> Result<(), StoreError> {
        fs::create_dir_all(&self.directory).map_err(StoreError::file("make", &self.directory))
    }
}

impl Store for Redb {
    fn get(&self) -> Result<Stored, StoreError> {
        Ok(self.read(read::all)?.unwrap_or_default())
    }

    fn below(&self, prefix: &str) -> Result<Stored, StoreError> {
        Ok(self.read(|txn| read::below(txn, prefix))?.unwrap_or_default())
    }

    fn revision(&self) -> Result<u64, StoreError> {
        Ok(self.read(read::head)?.unwrap_or_default().revision)
    }

    fn changes_since(&self, revision: u64) -> Result<Option<Vec<Revision>>, StoreError> {
        let told = self.read(|txn| read::changes_since(txn, revision))?;
        Ok(told.unwrap_or_else(|| (revision == 0).then(Vec::new)))
    }

    fn commit_with(
        &self,
        expected: u64,
        rows: Vec<Write>,
        note: Note,
        record: Option<Record>,
    ) -> Result<u64, StoreError> {
        let command = note.action.clone();
        let made = self.write(&command, |txn| write::commit_with(txn, expected, rows, note, record))?;
        Ok(made.unwrap_or(expected))
    }

    fn watch(&self, after: u64, timeout: Duration) -> Result<Option<u64>, StoreError> {
        watch::watch(
            &self.directory,
            Instant::now() + timeout,
            || Ok(Some(self.revision()?).filter(|now| *now > after)),
        )
    }

    fn history(&self) -> Result<Vec<RevisionHead>, StoreError> {
        Ok(self.read(|txn| read::heads(txn, 0))?.unwrap_or_default())
    }

    fn at(&self, revision: u64) -> Result<Stored, StoreError> {
        match self.read(|txn| read::at(txn, revision))? {
            Some(stored) => Ok(stored),
            None if revision == 0 => Ok(Stored::default()),
            None => Err(StoreError::NoRevision { revision, oldest: 0, newest: 0 }),
        }
    }

    fn write_record(&self, record: &Record) -> Result<(), StoreError> {
        self.write("apply", |txn| write::record(txn, record).map(Some)).map(|_| ())
    }

    fn read_record(&self, generation: u64) -> Result<Record, StoreError> {
        let told = self.read(|txn| read::record(txn, generation))?;
        told.ok_or_else(|| StoreError::Missing { generation, path: self.file.clone() })
    }

    fn generations(&self) -> Result<Vec<u64>, StoreError> {
        Ok(self.read(read::generations)?.unwrap_or_default())
    }

    fn turn(&self, command: &str) -> Result<Option<Lock>, StoreError> {
        self.lock(command).map(Some)
    }

    fn clear_records(&self) -> Result<(), StoreError> {
        if !self.file.exists() {
            return Ok(());
        }
        self.write("detach", |txn| write::clear_records(txn).map(Some)).map(|_| ())
    }
}

fn remove(path: &Path) -> Result<(), StoreError> {
    fs::remove_file(path).map_err(StoreError::file("remove", path))
}

#[cfg(test)]
mod tests;
