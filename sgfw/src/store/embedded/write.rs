//! What a write transaction does. Nothing of it is there before the transaction is committed, and all of it after.

use super::read::head_of;
use super::tables::{HEAD, Head, META, RECORDS, REVISIONS, ROWS, THERE_AFTER, THERE_BEFORE, UNDO, seal, undo_key};
use super::trouble::Trouble;
use crate::store::{KEPT, KEPT_BYTES, KEPT_RECORDS, Note, Record, RevisionHead, Write};
use redb::{ReadableTable, Table, WriteTransaction};
use std::collections::BTreeMap;

type Rows<'a> = Table<'a, &'static str, &'static [u8]>;
type Undo<'a> = Table<'a, (u64, &'static str), &'static [u8]>;

/// Makes the tables, so that readers find each of them.
pub(super) fn found(txn: &WriteTransaction) -> Result<(), Trouble> {
    txn.open_table(ROWS)?;
    txn.open_table(REVISIONS)?;
    txn.open_table(UNDO)?;
    txn.open_table(RECORDS)?;
    txn.open_table(META)?.insert(HEAD, &Head::default().seal()[..])?;
    Ok(())
}

/// One revision more; none if nothing differs.
pub(super) fn commit(
    txn: &WriteTransaction,
    expected: u64,
    rows: Vec<Write>,
    note: Note,
) -> Result<Option<u64>, Trouble> {
    let mut meta = txn.open_table(META)?;
    let mut head = head_of(&meta)?;
    if head.revision != expected {
        return Err(Trouble::Conflict(head.revision));
    }
    head.revision += 1;
    let changes = replace(txn, &mut head, rows)?;
    if changes == 0 {
        return Ok(None);
    }
    let revision = RevisionHead::new(head.revision, note, changes);
    let text = serde_json::to_vec(&revision).map_err(|error| Trouble::Damaged(error.to_string()))?;
    let mut revisions = txn.open_table(REVISIONS)?;
    revisions.insert(head.revision, &seal(&head.revision.to_le_bytes(), &text)[..])?;
    let oldest = head.revision.saturating_sub(KEPT as u64);
    revisions.retain_in(..=oldest, |_, _| false)?;
    txn.open_table(UNDO)?.retain_in(..(oldest + 1, ""), |_, _| false)?;
    meta.insert(HEAD, &head.seal()[..])?;
    Ok(Some(head.revision))
}

/// The same, and a record of what comes of it; none if nothing differs and there is no record.
pub(super) fn commit_with(
    txn: &WriteTransaction,
    expected: u64,
    rows: Vec<Write>,
    note: Note,
    record: Option<Record>,
) -> Result<Option<u64>, Trouble> {
    let made = commit(txn, expected, rows, note)?;
    let Some(record) = record else { return Ok(made) };
    let revision = made.unwrap_or(expected);
    self::record(txn, &Record { revision, ..record })?;
    Ok(Some(revision))
}

/// Writes the rows that differ, and what they were; says how many.
fn replace(txn: &WriteTransaction, head: &mut Head, rows: Vec<Write>) -> Result<u64, Trouble> {
    let (mut table, mut undo) = (txn.open_table(ROWS)?, txn.open_table(UNDO)?);
    let mut changes = 0;
    // Of several writes for one key the last counts.
    for (key, value) in rows.into_iter().collect::<BTreeMap<_, _>>() {
        let new = value.map(|value| seal(key.as_bytes(), &value));
        changes += u64::from(change(&mut table, &mut undo, head, &key, new.as_deref())?);
    }
    Ok(changes)
}

/// Changes one row, unless it is like that already.
fn change(
    table: &mut Rows<'_>,
    undo: &mut Undo<'_>,
    head: &mut Head,
    key: &str,
    new: Option<&[u8]>,
) -> Result<bool, Trouble> {
    let old = table.get(key)?.map(|sealed| sealed.value().to_vec());
    if old.as_deref() == new {
        return Ok(false);
    }
    let there = |row: bool, flag: u8| if row { flag } else { 0 };
    let mut before = vec![there(old.is_some(), THERE_BEFORE) | there(new.is_some(), THERE_AFTER)];
    if let Some(old) = &old {
        before.extend_from_slice(super::tables::unseal(key.as_bytes(), old)?);
        head.take(old);
    }
    undo.insert((head.revision, key), &seal(&undo_key(head.revision, key), &before)[..])?;
    match new {
        Some(new) => {
            head.add(new);
            table.insert(key, new)?;
        }
        None => {
            table.remove(key)?;
        }
    }
    Ok(true)
}

/// Writes a record in the place of the one before, and forgets old ones.
pub(super) fn record(txn: &WriteTransaction, record: &Record) -> Result<(), Trouble> {
    head_of(&txn.open_table(META)?)?;
    let text = serde_json::to_vec(record).map_err(|error| Trouble::Damaged(error.to_string()))?;
    let mut records = txn.open_table(RECORDS)?;
    records.insert(record.generation, &seal(&record.generation.to_le_bytes(), &text)[..])?;
    // Generations begin anew with the kernel: what is later is of an earlier life.
    records.retain_in(record.generation + 1.., |_, _| false)?;
    let mut bytes = 0;
    let mut old = Vec::new();
    for (age, entry) in records.iter()?.rev().enumerate() {
        let (generation, sealed) = entry?;
        bytes += sealed.value().len();
        if age >= KEPT_RECORDS || (age >= 2 && bytes > KEPT_BYTES) {
            old.push(generation.value());
        }
    }
    for generation in old {
        records.remove(generation)?;
    }
    Ok(())
}

pub(super) fn clear_records(txn: &WriteTransaction) -> Result<(), Trouble> {
    head_of(&txn.open_table(META)?)?;
    Ok(txn.open_table(RECORDS)?.retain(|_, _| false)?)
}
