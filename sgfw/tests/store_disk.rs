//! The store on a file system that is full, and on one that cannot be written.

#![expect(clippy::unwrap_used, reason = "a test that unwraps fails at the line that is wrong")]

mod command;

use command::skip;
use sgfw::store::{Note, Redb, Store, StoreError, Stored};
use std::io::ErrorKind;
use std::path::PathBuf;
use std::process::Command;

/// A file system of 3 MB, as long as this lives.
struct Small {
    room: tempfile::TempDir,
}

impl Small {
    /// None, said aloud, where nothing can be mounted.
    fn new(test: &str) -> Option<Self> {
        let small = Self { room: tempfile::tempdir().unwrap() };
        if !mount(&["-t", "tmpfs", "-o", "size=3M", "sgfw-test", &small.path()]) {
            skip(test, "no file system can be mounted");
            return None;
        }
        Some(small)
    }

    fn path(&self) -> String {
        self.room.path().display().to_string()
    }

    fn store(&self) -> Redb {
        Redb::new(self.room.path().join("state"))
    }

    fn read_only(&self) {
        assert!(mount(&["-o", "remount,ro", &self.path()]));
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(self.room.path()).status();
    }
}

fn mount(arguments: &[&str]) -> bool {
    let output = Command::new("mount").args(arguments).output();
    output.is_ok_and(|it| it.status.success())
}

fn commit(store: &Redb, expected: u64, bytes: usize) -> Result<u64, StoreError> {
    let rows = vec![(format!("row/{expected}"), Some(vec![b'x'; bytes]))];
    store.commit(expected, rows, Note::default())
}

fn kind(result: Result<u64, StoreError>) -> ErrorKind {
    match result {
        Err(StoreError::File { error, .. }) => error.kind(),
        other => panic!("{other:?}"),
    }
}

/// Commits until there is no room, and says what was acknowledged last.
fn fill(store: &Redb) -> Stored {
    let mut last = store.get().unwrap();
    loop {
        match commit(store, last.revision, 100_000) {
            Ok(_) => last = store.get().unwrap(),
            refused => {
                assert_eq!(kind(refused), ErrorKind::StorageFull);
                return last;
            }
        }
    }
}

#[test]
fn a_full_disk_is_named_and_costs_nothing() {
    let Some(small) = Small::new("a_full_disk_is_named_and_costs_nothing") else { return };
    let store = small.store();
    let last = fill(&store);
    assert!(last.revision > 2);
    assert_eq!(store.get().unwrap(), last, "it can be read");
    assert_eq!(kind(commit(&store, last.revision, 1_000_000)), ErrorKind::StorageFull);
    assert_eq!(store.get().unwrap(), last);
    assert!(mount(&["-o", "remount,size=8M", &small.path()]));
    assert_eq!(commit(&store, last.revision, 100_000).unwrap(), last.revision + 1, "and written again, given room");
    assert_eq!(store.at(last.revision).unwrap(), last);
}

#[test]
fn a_full_disk_without_a_store_gets_none() {
    let Some(small) = Small::new("a_full_disk_without_a_store_gets_none") else { return };
    let filler: PathBuf = small.room.path().join("filler");
    let _ = std::fs::write(filler, vec![1; 4 << 20]);
    let store = small.store();
    assert_eq!(kind(commit(&store, 0, 10)), ErrorKind::StorageFull);
    assert_eq!(store.get().unwrap(), Stored::default());
}

#[test]
fn a_disk_that_cannot_be_written_can_be_read() {
    let Some(small) = Small::new("a_disk_that_cannot_be_written_can_be_read") else { return };
    let store = small.store();
    small.read_only();
    assert_eq!(store.get().unwrap(), Stored::default());
    assert_eq!(kind(commit(&store, 0, 10)), ErrorKind::ReadOnlyFilesystem);
    assert!(mount(&["-o", "remount,rw", &small.path()]));
    commit(&store, 0, 10).unwrap();
    small.read_only();
    assert_eq!((store.get().unwrap().rows.len(), store.history().unwrap().len()), (1, 1));
    assert_eq!(kind(commit(&store, 1, 10)), ErrorKind::ReadOnlyFilesystem);
}
