//! Files that are not what sgfw wrote: each is named as damaged or read as it was, and none ends the process.

use super::disk::Random;
use super::*;
use redb::TableDefinition;

/// Flipped files that are tried.
const FLIPS: u64 = 400;
/// Bytes of the header.
const HEADER: usize = 320;

/// A store with rows, revisions and records.
fn filled() -> (TempDir, Redb) {
    let (room, store) = store();
    for revision in 0..40_u64 {
        let rows = (0..25).map(|row| format!("rule/{}={}", (revision * 7 + row) % 300, "x".repeat(200)));
        let rows = format!("a={revision} {}", rows.collect::<Vec<_>>().join(" "));
        store.commit(revision, writes(&rows), note("fill")).unwrap();
    }
    (1..=5).for_each(|generation| store.write_record(&record(generation)).unwrap());
    (room, store)
}

/// All that can be asked, as it was answered.
#[derive(Debug, PartialEq)]
struct Answers {
    rows: Stored,
    before: Stored,
    history: Vec<RevisionHead>,
    changes: Option<Vec<Revision>>,
    record: Record,
}

fn ask(store: &Redb) -> Result<Answers, StoreError> {
    Ok(Answers {
        rows: store.get()?,
        before: store.at(20)?,
        history: store.history()?,
        changes: store.changes_since(10)?,
        record: store.read_record(3)?,
    })
}

#[test]
fn what_is_no_store_is_damaged_and_stays_as_it_is() {
    let (_room, store) = filled();
    let whole = fs::read(store.file()).unwrap();
    let cut = |length: usize| whole[..length].to_vec();
    let mut noise = whole.clone();
    let mut random = Random(7);
    noise.iter_mut().for_each(|byte| *byte = random.index(256).to_le_bytes()[0]);
    let text = b"groups:\n  - name: web\n".repeat(1000);
    for (what, bytes) in [
        ("empty", Vec::new()),
        ("text", text),
        ("noise", noise),
        ("zeros", vec![0; whole.len()]),
        ("1 byte", cut(1)),
        ("a page", cut(4096)),
        ("half", cut(whole.len() / 2)),
    ] {
        fs::write(store.file(), &bytes).unwrap();
        let is_damaged = |result: Result<(), StoreError>| match result {
            Err(StoreError::Damaged { path, .. }) => assert_eq!(path, store.file(), "{what}"),
            other => panic!("{what}: {other:?}"),
        };
        is_damaged(store.get().map(drop));
        is_damaged(store.revision().map(drop));
        is_damaged(store.history().map(drop));
        is_damaged(store.read_record(1).map(drop));
        is_damaged(store.commit(40, writes("a=1"), note("")).map(drop));
        is_damaged(store.write_record(&record(6)));
        assert!(fs::read(store.file()).unwrap() == bytes, "{what}: it was written to");
    }
}

#[test]
fn a_database_of_somebody_else_and_one_of_a_newer_sgfw_are_left_alone() {
    let (_room, store) = store();
    fs::create_dir_all(store.directory()).unwrap();
    let table: TableDefinition<'_, u64, u64> = TableDefinition::new("theirs");
    let database = open::builder().create(store.file()).unwrap();
    open::within(&database, |txn| Ok(Some(txn.open_table(table)?.insert(1, 1)?.is_none()))).unwrap();
    drop(database);
    let error = store.commit(0, writes("a=1"), note("")).unwrap_err().to_string();
    assert!(error.contains("no store of sgfw"), "{error}");
    assert!(store.get().unwrap_err().to_string().contains("no store of sgfw"));

    fs::remove_file(store.file()).unwrap();
    store.commit(0, writes("a=1"), note("")).unwrap();
    let database = open::builder().open(store.file()).unwrap();
    let newer: Vec<u8> = [tables::FORMAT + 1, 7].iter().flat_map(|it| it.to_le_bytes()).collect();
    let head = tables::seal(tables::HEAD.as_bytes(), &newer);
    open::within(&database, |txn| Ok(Some(txn.open_table(tables::META)?.insert(tables::HEAD, &head[..])?.is_some())))
        .unwrap();
    drop(database);
    let is_newer = |error: StoreError| matches!(error, StoreError::Newer { found: 2, known: 1, .. });
    assert!(is_newer(store.get().unwrap_err()) && is_newer(store.read_record(1).unwrap_err()));
    assert!(is_newer(store.commit(1, writes("a=2"), note("")).unwrap_err()));
    assert!(is_newer(store.write_record(&record(1)).unwrap_err()) && is_newer(store.clear_records().unwrap_err()));
}

#[test]
fn flipped_bytes_are_found_out_or_change_nothing() {
    let (_room, store) = filled();
    let (whole, wanted) = (fs::read(store.file()).unwrap(), ask(&store).unwrap());
    let (mut random, mut found_out) = (Random(0xF11B), 0);
    for flip in 0..FLIPS {
        let mut bytes = whole.clone();
        // Half of them in the database's own header.
        let end = if flip % 2 == 0 { HEADER } else { bytes.len() };
        for _ in 0..=random.below(4) {
            bytes[random.index(end)] ^= 1 << random.below(8);
        }
        fs::write(store.file(), &bytes).unwrap();
        match ask(&store) {
            Err(_) => found_out += 1,
            Ok(answers) => assert!(answers == wanted, "flip {flip}"),
        }
        if store.commit(40, writes("a=x"), note("")).is_ok() {
            let after = store.get().map(|now| (now.revision, now.rows.len(), now.rows["a"].clone()));
            let wanted = (41, wanted.rows.rows.len(), b"x".to_vec());
            assert!(after.is_err() || after.unwrap() == wanted, "flip {flip}, after a commit");
        }
    }
    assert!(found_out > FLIPS / 4, "{found_out}");
}
