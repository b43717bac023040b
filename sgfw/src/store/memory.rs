//! The store without a disk, for tests and trials: what the trait promises, in the plainest way.

use super::rows::differences;
use super::{Changed, Lock, Rows};
use super::{KEPT, KEPT_RECORDS, Note, Record, Revision, RevisionHead, Store, StoreError, Stored, Write};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// A store in memory; it ends with the value.
#[derive(Debug, Default)]
pub struct Memory {
    inside: Mutex<Inside>,
    moved: Condvar,
}

#[derive(Debug, Default)]
struct Inside {
    now: Stored,
    revisions: Vec<Revision>,
    records: BTreeMap<u64, Record>,
}

impl Memory {
    /// An empty store, at revision 0.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// No call leaves it half changed, so what a panic left behind is still whole.
    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store for Memory {
    fn get(&self) -> Result<Stored, StoreError> {
        Ok(self.inside().now.clone())
    }

    fn revision(&self) -> Result<u64, StoreError> {
        Ok(self.inside().now.revision)
    }

    fn changes_since(&self, revision: u64) -> Result<Option<Vec<Revision>>, StoreError> {
        let inside = self.inside();
        let is_known = (inside.oldest()..=inside.now.revision).contains(&revision);
        Ok(is_known.then(|| inside.revisions.iter().filter(|it| it.number > revision).cloned().collect()))
    }

    fn commit_with(
        &self,
        expected: u64,
        rows: Vec<Write>,
        note: Note,
        record: Option<Record>,
    ) -> Result<u64, StoreError> {
        let mut inside = self.inside();
        let number = inside.commit(expected, rows, note)?;
        record.into_iter().for_each(|record| inside.write_record(Record { revision: number, ..record }));
        drop(inside);
        self.moved.notify_all();
        Ok(number)
    }

    fn watch(&self, after: u64, timeout: Duration) -> Result<Option<u64>, StoreError> {
        let waits = |inside: &mut Inside| inside.now.revision <= after;
        let waited = self.moved.wait_timeout_while(self.inside(), timeout, waits);
        let (inside, _) = waited.unwrap_or_else(PoisonError::into_inner);
        Ok(Some(inside.now.revision).filter(|now| *now > after))
    }

    fn history(&self) -> Result<Vec<RevisionHead>, StoreError> {
        Ok(self.inside().revisions.iter().map(head).collect())
    }

    fn at(&self, revision: u64) -> Result<Stored, StoreError> {
        let inside = self.inside();
        let (oldest, newest) = (inside.oldest(), inside.now.revision);
        if !(oldest..=newest).contains(&revision) {
            return Err(StoreError::NoRevision { revision, oldest, newest });
        }
        let mut rows = inside.now.rows.clone();
        let later = inside.revisions.iter().rev().filter(|it| it.number > revision);
        later.for_each(|it| undo(&mut rows, &it.changes));
        Ok(Stored { revision, rows })
    }

    fn write_record(&self, record: &Record) -> Result<(), StoreError> {
        self.inside().write_record(record.clone());
        Ok(())
    }

    fn read_record(&self, generation: u64) -> Result<Record, StoreError> {
        let found = self.inside().records.get(&generation).cloned();
        found.ok_or_else(|| StoreError::Missing { generation, path: PathBuf::from("memory") })
    }

    fn generations(&self) -> Result<Vec<u64>, StoreError> {
        Ok(self.inside().records.keys().copied().collect())
    }

    fn turn(&self, _: &str) -> Result<Option<Lock>, StoreError> {
        Ok(None)
    }

    fn clear_records(&self) -> Result<(), StoreError> {
        self.inside().records.clear();
        Ok(())
    }
}

impl Inside {
    /// The oldest revision whose rows can be told.
    fn oldest(&self) -> u64 {
        self.revisions.first().map_or(self.now.revision, |it| it.number - 1)
    }

    fn commit(&mut self, expected: u64, writes: Vec<Write>, note: Note) -> Result<u64, StoreError> {
        if self.now.revision != expected {
            return Err(StoreError::Conflict { now: self.now.revision });
        }
        let writes = differences(writes, |key| self.now.rows.get(key).map(Vec::as_slice));
        if writes.is_empty() {
            return Ok(expected);
        }
        let changes: Vec<Changed> = writes.into_iter().map(|(key, new)| self.change(key, new)).collect();
        self.now.revision += 1;
        self.revisions.push(RevisionHead::new(self.now.revision, note, changes.len() as u64).with(changes));
        if self.revisions.len() > KEPT {
            self.revisions.remove(0);
        }
        Ok(self.now.revision)
    }

    fn write_record(&mut self, record: Record) {
        let generation = record.generation;
        self.records.insert(generation, record);
        drop(self.records.split_off(&(generation + 1)));
        while self.records.len() > KEPT_RECORDS {
            self.records.pop_first();
        }
    }

    fn change(&mut self, key: String, new: Option<Vec<u8>>) -> Changed {
        let old = match &new {
            Some(value) => self.now.rows.insert(key.clone(), value.clone()),
            None => self.now.rows.remove(&key),
        };
        Changed { key, old, new }
    }
}

fn head(revision: &Revision) -> RevisionHead {
    let Revision { number, time, author, action, changes } = revision.clone();
    RevisionHead::new(number, Note { author, action, time }, changes.len() as u64)
}

/// Takes back what a revision changed.
fn undo(rows: &mut Rows, changes: &[Changed]) {
    for change in changes {
        match &change.old {
            Some(old) => rows.insert(change.key.clone(), old.clone()),
            None => rows.remove(&change.key),
        };
    }
}
