//! What a read transaction tells.

use super::tables::{HEAD, Head, META, RECORDS, REVISIONS, ROWS, THERE_AFTER, THERE_BEFORE, UNDO, undo_key, unseal};
use super::trouble::Trouble;
use crate::store::{Changed, Record, Revision, RevisionHead, Rows, Stored};
use redb::{ReadOnlyTable, ReadTransaction, ReadableTable};
use std::collections::BTreeMap;

pub(super) fn head(txn: &ReadTransaction) -> Result<Head, Trouble> {
    head_of(&txn.open_table(META)?)
}

pub(super) fn head_of(meta: &impl ReadableTable<&'static str, &'static [u8]>) -> Result<Head, Trouble> {
    let sealed = meta.get(HEAD)?.ok_or_else(|| Trouble::damaged("it has no head, so it is no store of sgfw"))?;
    Head::unseal(sealed.value())
}

/// All rows, which must add up to what the head says.
pub(super) fn all(txn: &ReadTransaction) -> Result<Stored, Trouble> {
    let wanted = head(txn)?;
    let mut found = Head { revision: wanted.revision, ..Head::default() };
    let mut rows = Rows::new();
    for entry in txn.open_table(ROWS)?.iter()? {
        let (key, sealed) = entry?;
        rows.insert(key.value().to_owned(), unseal(key.value().as_bytes(), sealed.value())?.to_vec());
        found.add(sealed.value());
    }
    match found == wanted {
        true => Ok(Stored { revision: wanted.revision, rows }),
        false => Err(Trouble::Damaged(format!("{} rows of {} are what was written", found.rows, wanted.rows))),
    }
}

/// The rows whose keys begin so.
pub(super) fn below(txn: &ReadTransaction, prefix: &str) -> Result<Stored, Trouble> {
    let revision = head(txn)?.revision;
    let mut rows = Rows::new();
    for entry in txn.open_table(ROWS)?.range(prefix..)? {
        let (key, sealed) = entry?;
        let key = key.value();
        if !key.starts_with(prefix) {
            break;
        }
        rows.insert(key.to_owned(), unseal(key.as_bytes(), sealed.value())?.to_vec());
    }
    Ok(Stored { revision, rows })
}

/// The kept revisions after this one, oldest first, which end with the newest and have no gap.
pub(super) fn heads(txn: &ReadTransaction, after: u64) -> Result<Vec<RevisionHead>, Trouble> {
    let newest = head(txn)?.revision;
    let mut heads = Vec::new();
    for entry in txn.open_table(REVISIONS)?.range(after.saturating_add(1)..)? {
        let (number, sealed) = entry?;
        let number = number.value();
        let text = unseal(&number.to_le_bytes(), sealed.value())?;
        let head: RevisionHead = serde_json::from_slice(text).map_err(|error| Trouble::Damaged(error.to_string()))?;
        heads.push(head);
    }
    let first = newest.wrapping_sub(heads.len() as u64);
    let is_whole = heads.iter().zip(1..).all(|(head, step)| head.number == first.wrapping_add(step));
    if is_whole { Ok(heads) } else { Err(Trouble::damaged("revisions are missing")) }
}

/// The oldest revision whose rows can be told, and the newest.
fn kept(txn: &ReadTransaction) -> Result<(u64, u64), Trouble> {
    let newest = head(txn)?.revision;
    let first = txn.open_table(REVISIONS)?.first()?.map(|(number, _)| number.value());
    Ok((first.map_or(newest, |first| first.saturating_sub(1)), newest))
}

pub(super) fn changes_since(txn: &ReadTransaction, revision: u64) -> Result<Option<Vec<Revision>>, Trouble> {
    let (oldest, newest) = kept(txn)?;
    if !(oldest..=newest).contains(&revision) {
        return Ok(None);
    }
    let now = txn.open_table(ROWS)?;
    // What a row was after the revision that is looked at: what the next one that changed it found.
    let mut after: BTreeMap<String, Option<Vec<u8>>> = BTreeMap::new();
    let mut revisions = Vec::new();
    for head in heads(txn, revision)?.into_iter().rev() {
        let mut changes = Vec::new();
        for Found { key, old, then } in found(txn, &head)? {
            let new = match after.insert(key.clone(), old.clone()) {
                Some(value) => value,
                None => row(&now, &key)?,
            };
            if new.is_some() != then {
                return Err(Trouble::Damaged(format!("the entry {key:?} is not found")));
            }
            changes.push(Changed { key, old, new });
        }
        revisions.push(head.with(changes));
    }
    revisions.reverse();
    Ok(Some(revisions))
}

pub(super) fn at(txn: &ReadTransaction, revision: u64) -> Result<Stored, Trouble> {
    let (oldest, newest) = kept(txn)?;
    if !(oldest..=newest).contains(&revision) {
        return Err(Trouble::NoRevision { revision, oldest, newest });
    }
    let mut rows = all(txn)?.rows;
    for head in heads(txn, revision)?.iter().rev() {
        for Found { key, old, .. } in found(txn, head)? {
            match old {
                Some(old) => rows.insert(key, old),
                None => rows.remove(&key),
            };
        }
    }
    Ok(Stored { revision, rows })
}

/// What a revision found in the place of a row, and whether there was one when it was done.
struct Found {
    key: String,
    old: Option<Vec<u8>>,
    then: bool,
}

/// Everything that a revision found.
fn found(txn: &ReadTransaction, head: &RevisionHead) -> Result<Vec<Found>, Trouble> {
    let mut all = Vec::new();
    for entry in txn.open_table(UNDO)?.range((head.number, "")..(head.number + 1, ""))? {
        let (key, sealed) = entry?;
        let (number, key) = key.value();
        let bytes = unseal(&undo_key(number, key), sealed.value())?;
        let (flags, old) = bytes.split_first().ok_or_else(|| Trouble::damaged("a change says nothing"))?;
        let old = (flags & THERE_BEFORE != 0).then(|| old.to_vec());
        all.push(Found { key: key.to_owned(), old, then: flags & THERE_AFTER != 0 });
    }
    match all.len() as u64 == head.changes {
        true => Ok(all),
        false => Err(Trouble::Damaged(format!("changes of revision {} are missing", head.number))),
    }
}

fn row(rows: &ReadOnlyTable<&'static str, &'static [u8]>, key: &str) -> Result<Option<Vec<u8>>, Trouble> {
    let Some(sealed) = rows.get(key)? else { return Ok(None) };
    Ok(Some(unseal(key.as_bytes(), sealed.value())?.to_vec()))
}

/// The text of a record; none if there is none.
pub(super) fn record(txn: &ReadTransaction, generation: u64) -> Result<Record, Trouble> {
    head(txn)?;
    let records = txn.open_table(RECORDS)?;
    let sealed = records.get(generation)?.ok_or(Trouble::Missing(generation))?;
    let text = unseal(&generation.to_le_bytes(), sealed.value())?;
    Record::parse(text, generation).map_err(Trouble::Damaged)
}

pub(super) fn generations(txn: &ReadTransaction) -> Result<Vec<u64>, Trouble> {
    head(txn)?;
    let records = txn.open_table(RECORDS)?;
    records.iter()?.map(|entry| Ok(entry?.0.value())).collect()
}
