//! The state directory, held to what it promises.

use super::*;
use std::collections::BTreeMap;
use std::fs;

fn record(generation: u64) -> Record {
    Record {
        schema: 1,
        generation,
        applied: "2026-01-01T00:00:00Z".into(),
        sources: vec!["web.yaml".into()],
        snapshot: crate::compile::testing::policy("group web\n ingress tcp 443 ::/0\n interface eth0 web 10.0.0.1"),
        slots: BTreeMap::new(),
        why: BTreeMap::new(),
    }
}

#[test]
fn a_record_comes_back_as_it_was() {
    let directory = tempfile::tempdir().unwrap();
    let store = Files::new(directory.path().join("deep/state"));
    let _lock = store.lock("test").unwrap();
    store.write(&record(3)).unwrap();
    assert_eq!(store.read(3).unwrap(), record(3));
}

#[test]
fn missing_damaged_foreign_and_misplaced_files_are_told_apart() {
    let directory = tempfile::tempdir().unwrap();
    let store = Files::new(directory.path());
    assert!(matches!(store.read(1), Err(StoreError::Missing { .. })));
    store.write(&record(1)).unwrap();
    let path = directory.path().join("generation-1.json");
    let whole = fs::read(&path).unwrap();
    for cut in [0, 1, whole.len() / 2, whole.len() - 1] {
        fs::write(&path, &whole[..cut]).unwrap();
        assert!(matches!(store.read(1), Err(StoreError::Damaged { .. })), "cut at {cut}");
    }
    fs::write(&path, r#"{"schema": 2}"#).unwrap();
    assert!(store.read(1).unwrap_err().to_string().contains("schema 2, this sgfw knows 1"));
    fs::write(directory.path().join("generation-7.json"), whole).unwrap();
    assert!(store.read(7).unwrap_err().to_string().contains("it tells of generation 1"));
}

#[test]
fn the_last_twenty_generations_are_kept_and_nothing_is_left_beside() {
    let directory = tempfile::tempdir().unwrap();
    let store = Files::new(directory.path());
    (1..=25).for_each(|generation| store.write(&record(generation)).unwrap());
    assert_eq!(store.generations(), (6..=25).collect::<Vec<_>>());
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), KEPT_RECORDS);
}

#[test]
fn large_generations_are_kept_in_twos() {
    let directory = tempfile::tempdir().unwrap();
    let store = Files::new(directory.path());
    let large = |generation| Record { sources: vec!["x".repeat(20 << 20)], ..record(generation) };
    (1..=4).for_each(|generation| store.write(&large(generation)).unwrap());
    assert_eq!(store.generations(), [3, 4]);
}

#[test]
fn a_second_one_is_told_who_holds_the_lock() {
    let directory = tempfile::tempdir().unwrap();
    let store = Files::new(directory.path());
    let lock = store.lock("apply").unwrap();
    let error = store.lock("detach").unwrap_err().to_string();
    assert!(error.contains(&format!("process {}: sgfw apply", std::process::id())), "{error}");
    drop(lock);
    store.lock("detach").unwrap();
}

#[test]
fn clearing_leaves_nothing_but_what_is_not_ours() {
    let directory = tempfile::tempdir().unwrap();
    let store = Files::new(directory.path().join("state"));
    let lock = store.lock("detach").unwrap();
    store.write(&record(1)).unwrap();
    store.clear(lock).unwrap();
    assert!(!store.directory().exists());
    let lock = store.lock("detach").unwrap();
    fs::write(store.directory().join("notes"), "mine").unwrap();
    store.clear(lock).unwrap();
    assert_eq!(fs::read_dir(store.directory()).unwrap().count(), 1);
}
