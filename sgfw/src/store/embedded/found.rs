//! A new store: founded beside its place and moved there whole, with the records that older versions left as files.

use super::open::{builder, within};
use super::trouble::Trouble;
use super::{remove, write};
use crate::store::files::{Files, sync};
use crate::store::{Record, StoreError};
use std::fs;
use std::path::Path;

/// Makes the file, unless there is one. Only with the turn to write.
pub(super) fn found(path: &Path, old: &[Files]) -> Result<(), StoreError> {
    if fs::exists(path).map_err(StoreError::file("read", path))? {
        return Ok(());
    }
    let beside = path.with_extension("redb.new");
    // What somebody began who died.
    if beside.exists() {
        remove(&beside)?;
    }
    let made = make(&beside, &old.iter().flat_map(Files::all).collect::<Vec<_>>());
    let moved = made.map_err(|trouble| trouble.of("make", path)).and_then(|()| {
        let moved = fs::rename(&beside, path).and_then(|()| sync(path));
        moved.map_err(StoreError::file("make", path))
    });
    if moved.is_err() {
        // A full disk needs no half of a store.
        let _ = fs::remove_file(&beside);
    }
    moved.and_then(|()| old.iter().try_for_each(Files::clear))
}

fn make(beside: &Path, records: &[Record]) -> Result<(), Trouble> {
    let database = builder().create(beside)?;
    within(&database, |txn| {
        write::found(txn)?;
        records.iter().try_for_each(|record| write::record(txn, record)).map(Some)
    })?;
    drop(database);
    Ok(())
}
