//! The embedded store as a file among others.

mod crash;
mod damage;
mod disk;
mod full;

use super::*;
use crate::store::tests::{note, record, text, writes};
use tempfile::TempDir;

fn store() -> (TempDir, Redb) {
    let directory = tempfile::tempdir().unwrap();
    let store = Redb::new(directory.path().join("state"));
    (directory, store)
}

fn names(store: &Redb) -> Vec<String> {
    let entries = fs::read_dir(store.directory()).into_iter().flatten();
    let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn reading_makes_nothing() {
    let (_room, store) = store();
    assert_eq!(store.get().unwrap(), Stored::default());
    assert!(matches!(store.read_record(1), Err(StoreError::Missing { .. })));
    assert_eq!(store.watch(0, Duration::from_millis(5)).unwrap(), None);
    store.clear_records().unwrap();
    assert!(!store.directory().exists());
}

#[test]
fn a_second_one_is_told_who_holds_the_lock() {
    let (_room, store) = store();
    let lock = store.lock("apply").unwrap();
    let error = store.lock("detach").unwrap_err().to_string();
    assert!(error.contains(&format!("process {}: sgfw apply", std::process::id())), "{error}");
    store.commit(0, writes("a=1"), note("")).unwrap();
    drop(lock);
    store.lock("detach").unwrap();
}

#[test]
fn large_records_are_kept_in_twos() {
    let (_room, store) = store();
    let large = |generation| Record { sources: vec!["x".repeat(20 << 20)], ..record(generation) };
    (1..=4).for_each(|generation| store.write_record(&large(generation)).unwrap());
    assert_eq!(store.generations().unwrap(), [3, 4]);
}

#[test]
fn clearing_leaves_nothing_but_what_is_not_ours_and_what_somebody_wrote() {
    let (_room, store) = store();
    let lock = store.lock("detach").unwrap();
    store.write_record(&record(1)).unwrap();
    store.clear(lock).unwrap();
    assert!(!store.directory().exists());
    let lock = store.lock("detach").unwrap();
    fs::write(store.directory().join("notes"), "mine").unwrap();
    store.clear(lock).unwrap();
    assert_eq!(names(&store), ["notes"]);
    store.commit(0, writes("a=1"), note("")).unwrap();
    store.write_record(&record(1)).unwrap();
    store.clear(store.lock("detach").unwrap()).unwrap();
    assert_eq!(names(&store), ["notes", "store.lock", "store.redb"]);
    assert_eq!((text(&store.get().unwrap()), store.generations().unwrap()), ("a=1".into(), vec![]));
}

#[test]
fn what_was_begun_by_somebody_who_died_is_begun_anew() {
    let (_room, store) = store();
    fs::create_dir_all(store.directory()).unwrap();
    fs::write(store.directory().join("store.redb.new"), "half of it").unwrap();
    store.commit(0, writes("a=1"), note("")).unwrap();
    assert_eq!(names(&store), ["store.lock", "store.redb"]);
}

#[test]
fn readers_go_on_beside_a_writer() {
    let (_room, store) = store();
    store.commit(0, writes("a=1"), note("")).unwrap();
    let database = open::builder().open(store.file()).unwrap();
    let txn = database.begin_write().unwrap();
    assert_eq!(write::commit(&txn, 1, writes("a=2"), note("")).unwrap(), Some(2));
    assert_eq!(text(&store.get().unwrap()), "a=1");
    txn.commit().unwrap();
    assert_eq!(text(&store.get().unwrap()), "a=2");
}
