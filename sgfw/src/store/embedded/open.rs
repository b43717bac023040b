//! The file is opened, used and closed within one call, so that nobody waits for anybody who does nothing.
//!
//! Writers take turns by the file `store.lock` beside it, which says who is at it; readers never wait for them, and
//! never write. A reader that finds the file as somebody left it who died before closing it repairs a copy in
//! memory: the next writer repairs the file itself.

use super::caught::caught;
use super::trouble::Trouble;
use crate::store::{Lock, StoreError};
use redb::backends::InMemoryBackend;
use redb::{
    Builder, ConcurrencyMode, Database, ReadOnlyDatabase, ReadTransaction, ReadableDatabase, StorageBackend,
    WriteTransaction,
};
use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// How long others are waited for.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);

/// Pages that are kept in memory while the file is open, in bytes.
const CACHE: usize = 64 << 20;

/// How the file is opened by everybody: any number of processes, one write transaction at a time.
pub(super) fn builder() -> Builder {
    let mut builder = Builder::new();
    builder.set_concurrency_mode(ConcurrencyMode::MultiWriter).set_cache_size(CACHE);
    builder
}

/// A database that can be read, whichever way it was opened.
enum Readable {
    File(ReadOnlyDatabase),
    Copy(Database),
}

impl Readable {
    fn begin(&self) -> Result<ReadTransaction, Trouble> {
        Ok(match self {
            Self::File(database) => database.begin_read(),
            Self::Copy(database) => database.begin_read(),
        }?)
    }
}

/// What this says of the file; none if there is no file.
pub(super) fn read<T>(
    path: &Path,
    act: impl FnOnce(&ReadTransaction) -> Result<T, Trouble>,
) -> Result<Option<T>, StoreError> {
    match fs::metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(StoreError::file("read", path)(error)),
        Ok(_) => {}
    }
    let told = |trouble: Trouble| named(trouble.of("read", path), path);
    let database = patiently(|| caught(|| open(path))).map_err(told)?;
    let result = caught(|| act(&database.begin()?));
    closed(database);
    result.map(Some).map_err(told)
}

fn open(path: &Path) -> Result<Readable, Trouble> {
    match builder().open_read_only(path).map_err(Trouble::from) {
        Ok(database) => Ok(Readable::File(database)),
        Err(trouble) if trouble.is_unclean() => copy(path).map(Readable::Copy),
        Err(trouble) => Err(trouble),
    }
}

/// The file's content as a database of its own. Nobody writes to the file meanwhile, if it can be told.
fn copy(path: &Path) -> Result<Database, Trouble> {
    let io = |error| Trouble::Redb(Box::new(redb::Error::Io(error)));
    let _turn = Lock::share(&lock_of(path), PATIENCE);
    let bytes = fs::read(path).map_err(io)?;
    let memory = InMemoryBackend::new();
    memory.set_len(bytes.len() as u64).and_then(|()| memory.write(0, &bytes)).map_err(io)?;
    Ok(Builder::new().set_cache_size(CACHE).create_with_backend(memory)?)
}

/// Does this in one transaction, which is committed if there is a result and dropped if there is none.
pub(super) fn write<T>(
    path: &Path,
    act: impl FnOnce(&WriteTransaction) -> Result<Option<T>, Trouble>,
) -> Result<Option<T>, StoreError> {
    let told = |trouble: Trouble| named(trouble.of("write", path), path);
    let open = || Ok(builder().open(path)?);
    let database = patiently(|| caught(open)).map_err(told)?;
    let result = within(&database, act);
    closed(database);
    result.map_err(told)
}

/// One transaction of this database.
pub(super) fn within<T>(
    database: &Database,
    act: impl FnOnce(&WriteTransaction) -> Result<Option<T>, Trouble>,
) -> Result<Option<T>, Trouble> {
    let txn = patiently(|| caught(|| Ok(database.try_begin_write()?)))?;
    caught(|| match act(&txn) {
        Ok(Some(done)) => txn.commit().map(|()| Some(done)).map_err(Trouble::from),
        Ok(None) => txn.abort().map(|()| None).map_err(Trouble::from),
        // The transaction ends as if it never was.
        Err(trouble) => Err(trouble),
    })
}

/// Closes it. What cannot be closed is repaired by whoever opens it next, so it is no failure of what was done.
fn closed<T>(database: T) {
    let _ = caught(|| {
        drop(database);
        Ok(())
    });
}

/// Tries until it is no longer in use by others, or patience ends.
fn patiently<T>(mut attempt: impl FnMut() -> Result<T, Trouble>) -> Result<T, Trouble> {
    let (started, mut pause) = (Instant::now(), Duration::from_millis(1));
    loop {
        match attempt() {
            Err(trouble) if trouble.is_busy() && started.elapsed() < PATIENCE => sleep(pause),
            other => return other,
        }
        pause = (pause * 2).min(Duration::from_millis(50));
    }
}

/// The same failure, with the name of whoever is at it.
fn named(error: StoreError, path: &Path) -> StoreError {
    match error {
        StoreError::Locked { path: file, .. } => {
            StoreError::Locked { holder: Lock::holder(&lock_of(path)), path: file }
        }
        other => other,
    }
}

/// The file by which writers take turns.
pub(super) fn lock_of(path: &Path) -> std::path::PathBuf {
    path.with_extension("lock")
}
