//! The tables of the database, and the sums that every value carries.
//!
//! The database checks its own pages only when it repairs them; otherwise it believes what it reads. So each value
//! ends in a CRC-32 of its key and itself, and the head counts and sums the rows: a flipped bit or a lost page is
//! found when it is read, and never taken for a policy.

use super::trouble::Trouble;
use redb::TableDefinition;

/// Version of what the tables hold; a store with a higher one is left alone.
pub(super) const FORMAT: u64 = 1;

/// One entry, the [`Head`].
pub(super) const META: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("meta");
/// The rows as they are now.
pub(super) const ROWS: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("rows");
/// A [`super::RevisionHead`] as JSON, by its number.
pub(super) const REVISIONS: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("revisions");
/// What a revision found in the place of what it wrote: [`THERE_BEFORE`] and [`THERE_AFTER`] and the old value.
pub(super) const UNDO: TableDefinition<'_, (u64, &str), &[u8]> = TableDefinition::new("undo");
/// A [`super::Record`] as JSON, by the kernel's generation.
pub(super) const RECORDS: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("records");

/// The key of the head in [`META`].
pub(super) const HEAD: &str = "head";

/// There was a row, and the rest of the entry is its value.
pub(super) const THERE_BEFORE: u8 = 1;
/// There was a row afterwards, so that one which is not found is known to be lost.
pub(super) const THERE_AFTER: u8 = 2;

const SUM: usize = 4;

/// What the rows add up to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Head {
    /// The newest revision.
    pub(super) revision: u64,
    /// How many rows there are.
    pub(super) rows: u64,
    /// The sum of the rows' sums.
    pub(super) digest: u64,
}

impl Head {
    /// Four numbers: format, revision, rows, digest. Every format begins with its number and ends with its sum.
    pub(super) fn seal(self) -> Vec<u8> {
        let numbers = [FORMAT, self.revision, self.rows, self.digest];
        let bytes: Vec<u8> = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
        seal(HEAD.as_bytes(), &bytes)
    }

    pub(super) fn unseal(sealed: &[u8]) -> Result<Self, Trouble> {
        let bytes = unseal(HEAD.as_bytes(), sealed)?;
        let (numbers, rest) = bytes.as_chunks::<8>();
        let numbers: Vec<u64> = numbers.iter().map(|bytes| u64::from_le_bytes(*bytes)).collect();
        match (&numbers[..], rest) {
            ([FORMAT, revision, rows, digest], []) => Ok(Self { revision: *revision, rows: *rows, digest: *digest }),
            ([found, ..], _) if *found > FORMAT => Err(Trouble::Newer(*found)),
            _ => Err(Trouble::damaged("its head says nothing")),
        }
    }

    /// A row more.
    pub(super) fn add(&mut self, sealed: &[u8]) {
        self.rows = self.rows.wrapping_add(1);
        self.digest = self.digest.wrapping_add(sum_of(sealed));
    }

    /// A row less.
    pub(super) fn take(&mut self, sealed: &[u8]) {
        self.rows = self.rows.wrapping_sub(1);
        self.digest = self.digest.wrapping_sub(sum_of(sealed));
    }
}

/// The value with the sum of its key and itself.
pub(super) fn seal(key: &[u8], value: &[u8]) -> Vec<u8> {
    let mut sealed = Vec::with_capacity(value.len() + SUM);
    sealed.extend_from_slice(value);
    sealed.extend_from_slice(&sum(key, value).to_le_bytes());
    sealed
}

/// The value without its sum, which must be right.
pub(super) fn unseal<'a>(key: &[u8], sealed: &'a [u8]) -> Result<&'a [u8], Trouble> {
    match sealed.split_last_chunk::<SUM>() {
        Some((value, wanted)) if sum(key, value) == u32::from_le_bytes(*wanted) => Ok(value),
        _ => Err(Trouble::Damaged(format!("the entry {:?} is not what was written", String::from_utf8_lossy(key)))),
    }
}

/// The key of an undo entry as bytes, for its sum.
pub(super) fn undo_key(revision: u64, key: &str) -> Vec<u8> {
    [&revision.to_le_bytes(), key.as_bytes()].concat()
}

fn sum(key: &[u8], value: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&(key.len() as u64).to_le_bytes());
    hasher.update(key);
    hasher.update(value);
    hasher.finalize()
}

/// The sum that a sealed value ends with.
fn sum_of(sealed: &[u8]) -> u64 {
    sealed.last_chunk::<SUM>().map_or(0, |sum| u32::from_le_bytes(*sum).into())
}
