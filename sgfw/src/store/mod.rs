//! The store: rows by key with a number for every change, who made it and what was there before; and the records
//! of what was put in force, so that people see names and words where the kernel has hashes.
//!
//! Enforcement never depends on it. The store does not know what rows mean: it keeps them whole, in order and for
//! whoever comes next.
//!
//! Limits: the last [`KEPT`] revisions and [`KEPT_RECORDS`] records are kept, records fewer if they are large.

mod embedded;
mod error;
mod lock;
mod memory;
mod record;
mod rows;

pub use embedded::{DEFAULT, Redb};
pub use error::StoreError;
pub use lock::Lock;
pub use memory::Memory;
pub use record::{Found, Place, Record, SCHEMA};
pub use rows::{Changed, Note, Revision, RevisionHead, Rows, Stored, Write};

use std::time::Duration;

/// Revisions that are kept.
pub const KEPT: usize = 100;

/// Records of generations that are kept.
pub const KEPT_RECORDS: usize = 20;

/// Bytes that kept records may take beside the two newest.
const KEPT_BYTES: usize = 32 << 20;

/// Rows with revisions, shared by everybody who has the same store.
///
/// Every call is a transaction of its own: it happens as a whole or not at all, and what was acknowledged lasts.
pub trait Store: Send + Sync {
    /// Everything, at the newest revision.
    ///
    /// # Errors
    /// The store cannot be read.
    fn get(&self) -> Result<Stored, StoreError>;

    /// The rows whose keys begin so, such as `group/`, at the newest revision.
    ///
    /// # Errors
    /// The store cannot be read.
    fn below(&self, prefix: &str) -> Result<Stored, StoreError> {
        let Stored { revision, mut rows } = self.get()?;
        rows.retain(|key, _| key.starts_with(prefix));
        Ok(Stored { revision, rows })
    }

    /// The newest revision, without reading rows; 0 before the first.
    ///
    /// # Errors
    /// The store cannot be read.
    fn revision(&self) -> Result<u64, StoreError>;

    /// The revisions after this one, oldest first; none if that cannot be told any more, then [`Self::get`] again.
    ///
    /// # Errors
    /// The store cannot be read.
    fn changes_since(&self, revision: u64) -> Result<Option<Vec<Revision>>, StoreError>;

    /// Writes all of these rows as one revision and says its number, if `expected` is the newest revision. Writes
    /// that change nothing are left out; if nothing is left, no revision is made and `expected` comes back.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if somebody was faster: read again and decide anew. Otherwise the store cannot be
    /// written, and is as it was.
    fn commit(&self, expected: u64, rows: Vec<Write>, note: Note) -> Result<u64, StoreError> {
        self.commit_with(expected, rows, note, None)
    }

    /// The same, and in the same transaction what [`Self::write_record`] does: the record becomes one of the revision
    /// that comes of it.
    ///
    /// # Errors
    /// As [`Self::commit`].
    fn commit_with(
        &self,
        expected: u64,
        rows: Vec<Write>,
        note: Note,
        record: Option<Record>,
    ) -> Result<u64, StoreError>;

    /// Waits until there is a newer revision than this, made by whatever process, and says it; none after this time.
    ///
    /// # Errors
    /// The store cannot be read.
    fn watch(&self, after: u64, timeout: Duration) -> Result<Option<u64>, StoreError>;

    /// The kept revisions, oldest first.
    ///
    /// # Errors
    /// The store cannot be read.
    fn history(&self) -> Result<Vec<RevisionHead>, StoreError>;

    /// The rows as they were after this revision.
    ///
    /// # Errors
    /// [`StoreError::NoRevision`] if it is not kept, or there was none with this number; or the store cannot be read.
    fn at(&self, revision: u64) -> Result<Stored, StoreError>;

    /// Writes the record of a generation in the place of the one before, and forgets old ones, and those of later
    /// generations, which an earlier life of the kernel left.
    ///
    /// # Errors
    /// The store cannot be written; then the old record is still there.
    fn write_record(&self, record: &Record) -> Result<(), StoreError>;

    /// The record of a generation.
    ///
    /// # Errors
    /// It is missing, damaged or of another schema, or the store cannot be read.
    fn read_record(&self, generation: u64) -> Result<Record, StoreError>;

    /// Generations with a record, ascending.
    ///
    /// # Errors
    /// The store cannot be read.
    fn generations(&self) -> Result<Vec<u64>, StoreError>;

    /// Takes the lock of everything that changes the kernel, as long as it is held; none where nobody else has the store.
    ///
    /// # Errors
    /// Somebody else holds it for more than a moment.
    fn turn(&self, command: &str) -> Result<Option<Lock>, StoreError>;

    /// Forgets all records. Rows and revisions stay.
    ///
    /// # Errors
    /// The store cannot be written.
    fn clear_records(&self) -> Result<(), StoreError>;
}

#[cfg(test)]
mod tests;
