//! A new store: founded beside its place and moved there whole, with the records that older versions left as files.

use super::open::{builder, within};
use super::{remove, write};
use crate::store::StoreError;
use crate::store::files::{Files, sync};
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
    let records = old.iter().flat_map(Files::all).collect::<Vec<_>>();
    let database = builder().create(&beside).map_err(|error| super::trouble::Trouble::from(error).of("make", path))?;
    let begun = within(&database, |txn| {
        write::found(txn)?;
        records.iter().try_for_each(|record| write::record(txn, record)).map(Some)
    });
    drop(database);
    begun.map_err(|trouble| trouble.of("make", path))?;
    fs::rename(&beside, path).and_then(|()| sync(path)).map_err(StoreError::file("make", path))?;
    old.iter().try_for_each(Files::clear)
}
