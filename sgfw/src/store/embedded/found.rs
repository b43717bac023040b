//! A new store: founded beside its place and moved there whole.

use super::open::{builder, within};
use super::trouble::Trouble;
use super::{remove, write};
use crate::store::StoreError;
use rustix::fs::{Mode, OFlags};
use std::fs;
use std::io;
use std::path::Path;

/// Makes the file, unless there is one. Only with the turn to write.
pub(super) fn found(path: &Path) -> Result<(), StoreError> {
    if fs::exists(path).map_err(StoreError::file("read", path))? {
        return Ok(());
    }
    let beside = path.with_extension("redb.new");
    // What somebody began who died.
    if beside.exists() {
        remove(&beside)?;
    }
    let made = make(&beside);
    let moved = made.map_err(|trouble| trouble.of("make", path)).and_then(|()| {
        let moved = fs::rename(&beside, path).and_then(|()| sync(path));
        moved.map_err(StoreError::file("make", path))
    });
    if moved.is_err() {
        // A full disk needs no half of a store.
        let _ = fs::remove_file(&beside);
    }
    moved
}

/// A rename to this path lasts only once its directory is on disk.
fn sync(path: &Path) -> io::Result<()> {
    let directory = path.parent().unwrap_or(Path::new("."));
    let directory = rustix::fs::open(directory, OFlags::RDONLY | OFlags::DIRECTORY, Mode::empty())?;
    Ok(rustix::fs::fsync(directory)?)
}

fn make(beside: &Path) -> Result<(), Trouble> {
    let database = builder().create(beside)?;
    within(&database, |txn| write::found(txn).map(Some))?;
    drop(database);
    Ok(())
}
