//! What every store promises, asked of both.

use super::*;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::thread;
use std::time::Instant;

pub(super) fn record(generation: u64) -> Record {
    Record {
        schema: SCHEMA,
        generation,
        applied: "2026-01-01T00:00:00Z".into(),
        sources: vec!["web.yaml".into()],
        revision: 3,
        found: BTreeMap::new(),
        away: BTreeSet::new(),
        slots: BTreeMap::new(),
        why: BTreeMap::new(),
        detached: BTreeSet::from(["web".into()]),
    }
}

pub(super) fn note(action: &str) -> Note {
    Note { author: "uid 0 (root)".into(), action: action.into(), time: "2026-01-01T00:00:00Z".into() }
}

/// `a=1 b=` as writes: `a` becomes 1 and `b` is removed.
pub(super) fn writes(text: &str) -> Vec<Write> {
    let one = |word: &str| {
        let (key, value) = word.split_once('=').unwrap();
        (key.to_owned(), (!value.is_empty()).then(|| value.as_bytes().to_vec()))
    };
    text.split_whitespace().map(one).collect()
}

/// Rows as `a=1 b=2`.
pub(super) fn text(stored: &Stored) -> String {
    let one = |(key, value): (&String, &Vec<u8>)| format!("{key}={}", String::from_utf8_lossy(value));
    stored.rows.iter().map(one).collect::<Vec<_>>().join(" ")
}

fn changes(revision: &Revision) -> String {
    let value =
        |value: &Option<Vec<u8>>| value.as_ref().map_or("-".into(), |it| String::from_utf8(it.clone()).unwrap());
    let one = |it: &Changed| format!("{} {}>{}", it.key, value(&it.old), value(&it.new));
    format!("{}: {}", revision.number, revision.changes.iter().map(one).collect::<Vec<_>>().join(", "))
}

/// Asks the same of a store in memory and of one on disk.
fn both(ask: impl Fn(Arc<dyn Store>)) {
    ask(Arc::new(Memory::new()));
    let directory = tempfile::tempdir().unwrap();
    ask(Arc::new(Redb::new(directory.path().join("deep/state"))));
}

#[test]
fn an_empty_store_is_at_revision_zero() {
    both(|store| {
        assert_eq!(store.get().unwrap(), Stored::default());
        assert_eq!(store.revision().unwrap(), 0);
        assert_eq!(store.changes_since(0).unwrap(), Some(Vec::new()));
        assert_eq!(store.changes_since(1).unwrap(), None);
        assert_eq!(store.at(0).unwrap(), Stored::default());
        assert!(matches!(store.at(1), Err(StoreError::NoRevision { revision: 1, oldest: 0, newest: 0 })));
        assert!(store.history().unwrap().is_empty() && store.generations().unwrap().is_empty());
    });
}

#[test]
fn every_commit_is_a_revision_that_can_be_looked_at() {
    both(|store| {
        for (number, rows) in ["a=1 b=1", "a=2 c=1", "b= c=2", "a= c="].into_iter().enumerate() {
            assert_eq!(store.commit(number as u64, writes(rows), note(rows)).unwrap(), number as u64 + 1);
        }
        let wanted = ["", "a=1 b=1", "a=2 b=1 c=1", "a=2 c=2", ""];
        for (number, rows) in wanted.into_iter().enumerate() {
            let stored = store.at(number as u64).unwrap();
            assert_eq!((stored.revision, text(&stored)), (number as u64, rows.into()));
        }
        assert_eq!(store.get().unwrap(), store.at(4).unwrap());
        let told: Vec<String> = store.changes_since(1).unwrap().unwrap().iter().map(changes).collect();
        assert_eq!(told, ["2: a 1>2, c ->1", "3: b 1>-, c 1>2", "4: a 2>-, c 2>-"]);
        let history: Vec<_> =
            store.history().unwrap().into_iter().map(|it| (it.number, it.action, it.changes)).collect();
        assert_eq!(history[1..3], [(2, "a=2 c=1".into(), 2), (3, "b= c=2".into(), 2)]);
        assert_eq!(store.history().unwrap()[0], RevisionHead::new(1, note("a=1 b=1"), 2));
    });
}

#[test]
fn a_commit_that_expects_another_revision_is_refused_and_changes_nothing() {
    both(|store| {
        store.commit(0, writes("a=1"), note("")).unwrap();
        for expected in [0, 2] {
            let refused = store.commit(expected, writes("a=2"), note(""));
            assert!(matches!(refused, Err(StoreError::Conflict { now: 1 })), "{refused:?}");
        }
        assert_eq!((store.revision().unwrap(), text(&store.get().unwrap())), (1, "a=1".into()));
    });
}

#[test]
fn what_differs_from_nothing_is_no_revision() {
    both(|store| {
        store.commit(0, writes("a=1"), note("")).unwrap();
        assert_eq!(store.commit(1, writes("a=1 b="), note("")).unwrap(), 1);
        assert_eq!(store.commit(1, writes("a=2 b=1 a=1"), note("")).unwrap(), 2);
        assert_eq!(store.changes_since(1).unwrap().unwrap().iter().map(changes).collect::<Vec<_>>(), ["2: b ->1"]);
    });
}

#[test]
fn rows_are_found_by_the_beginning_of_their_keys() {
    both(|store| {
        store.commit(0, writes("group/a=1 group/b=2 group0=3 rule/a=4"), note("")).unwrap();
        assert_eq!(text(&store.below("group/").unwrap()), "group/a=1 group/b=2");
        assert_eq!(store.below("group/").unwrap().revision, 1);
        assert!(store.below("vpc/").unwrap().rows.is_empty());
    });
}

#[test]
fn the_last_hundred_revisions_are_kept() {
    both(|store| {
        for number in 0..130_u64 {
            store.commit(number, writes(&format!("a={number} k{number}=x")), note("")).unwrap();
        }
        let history = store.history().unwrap();
        assert_eq!((history.len(), history[0].number, history[99].number), (100, 31, 130));
        assert_eq!(store.at(30).unwrap().rows.len(), 31);
        assert_eq!(store.changes_since(30).unwrap().unwrap().len(), 100);
        assert!(matches!(store.at(29), Err(StoreError::NoRevision { revision: 29, oldest: 30, newest: 130 })));
        assert_eq!(store.changes_since(29).unwrap(), None);
    });
}

#[test]
fn whoever_waits_is_told_of_a_change_and_no_later() {
    both(|store| {
        assert_eq!(store.watch(0, Duration::from_millis(20)).unwrap(), None);
        let other = Arc::clone(&store);
        let waiting = thread::spawn(move || (other.watch(0, Duration::from_secs(20)).unwrap(), Instant::now()));
        thread::sleep(Duration::from_millis(100));
        store.commit(0, writes("a=1"), note("")).unwrap();
        let committed = Instant::now();
        let (told, at) = waiting.join().unwrap();
        assert_eq!(told, Some(1));
        assert!(at.saturating_duration_since(committed) < Duration::from_secs(5));
        assert_eq!(store.watch(0, Duration::ZERO).unwrap(), Some(1));
    });
}

#[test]
fn a_record_comes_back_as_it_was_and_does_not_touch_the_rows() {
    both(|store| {
        store.write_record(&record(3)).unwrap();
        let again = Record { sources: vec!["other.yaml".into()], ..record(3) };
        store.write_record(&again).unwrap();
        assert_eq!(store.read_record(3).unwrap(), again);
        assert!(matches!(store.read_record(4), Err(StoreError::Missing { generation: 4, .. })));
        store.commit(0, writes("a=1"), note("")).unwrap();
        store.clear_records().unwrap();
        assert_eq!((store.generations().unwrap(), store.revision().unwrap()), (Vec::new(), 1));
    });
}

#[test]
fn a_record_is_written_with_the_change_that_it_is_of_or_not_at_all() {
    both(|store| {
        let of = |revision| Record { revision, ..record(7) };
        assert_eq!(store.commit_with(0, writes("a=1"), note(""), Some(record(7))).unwrap(), 1);
        assert_eq!(store.read_record(7).unwrap(), of(1));
        store.commit(1, writes("a=2"), note("")).unwrap();
        let refused = store.commit_with(1, writes("a=3"), note(""), Some(record(8)));
        assert!(matches!(refused, Err(StoreError::Conflict { now: 2 })), "{refused:?}");
        assert_eq!((store.generations().unwrap(), text(&store.get().unwrap())), (vec![7], "a=2".into()));
        // Nothing differs: no revision, and what is written down is of the newest.
        assert_eq!(store.commit_with(2, writes("a=2"), note(""), Some(record(7))).unwrap(), 2);
        assert_eq!((store.read_record(7).unwrap(), store.revision().unwrap()), (of(2), 2));
    });
}

#[test]
fn the_last_twenty_records_are_kept_and_none_of_an_earlier_life() {
    both(|store| {
        (1..=25).for_each(|generation| store.write_record(&record(generation)).unwrap());
        assert_eq!(store.generations().unwrap(), (6..=25).collect::<Vec<_>>());
        store.write_record(&record(7)).unwrap();
        assert_eq!(store.generations().unwrap(), [6, 7]);
    });
}

#[test]
fn writers_in_threads_never_lose_an_update() {
    const THREADS: u64 = 4;
    const STEPS: u64 = 25;
    both(|store| {
        let work = |thread: u64| {
            let store = Arc::clone(&store);
            thread::spawn(move || (0..STEPS).for_each(|step| add(&*store, thread * STEPS + step)))
        };
        let all: Vec<_> = (0..THREADS).map(work).collect();
        all.into_iter().for_each(|thread| thread.join().unwrap());
        let wanted: u64 = (0..THREADS * STEPS).sum();
        assert_eq!(text(&store.get().unwrap()), format!("sum={wanted}"));
        assert!(store.revision().unwrap() <= THREADS * STEPS);
    });
}

/// Adds a number to the row `sum`, as often as somebody else is faster.
fn add(store: &dyn Store, number: u64) {
    loop {
        let stored = store.get().unwrap();
        let sum: u64 = stored.rows.get("sum").map_or(0, |it| String::from_utf8_lossy(it).parse().unwrap());
        match store.commit(stored.revision, writes(&format!("sum={}", sum + number)), note("add")) {
            Ok(_) => return,
            Err(StoreError::Conflict { now }) => assert!(now > stored.revision),
            Err(error) => panic!("{error}"),
        }
    }
}
