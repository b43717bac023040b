//! A disk that is full at any write: the commit fails and says why, and what was there is there.

use super::disk::{Disk, Kept};
use super::trouble::Trouble;
use super::*;
use std::io::ErrorKind;

/// Opens, commits and closes on this disk.
fn commit(disk: &Disk) -> Result<Option<u64>, Trouble> {
    let database = open::builder().create_with_backend(disk.clone())?;
    open::within(&database, |txn| write::commit(txn, 1, writes(&format!("a=2 b={}", "y".repeat(9000))), note("")))
}

#[test]
fn whichever_write_finds_no_room_nothing_is_lost() {
    let (_room, store) = store();
    store.commit(0, writes(&format!("a=1 c={}", "x".repeat(9000))), note("")).unwrap();
    let before = fs::read(store.file()).unwrap();
    let mut failed = 0;
    for room in 0.. {
        let disk = Disk::of(before.clone());
        disk.fill_after(Some(room));
        let result = commit(&disk);
        let said = result.as_ref().map_or(1, |made| made.unwrap());
        fs::write(store.file(), disk.after_crash(Kept::All)).unwrap();
        let stored = store.get().unwrap();
        assert!(stored.revision == said || stored.revision == 2, "room for {room} writes: {result:?}, then {stored:?}");
        assert_eq!(stored.rows["a"], stored.revision.to_string().into_bytes());
        assert_eq!(store.commit(stored.revision, writes("d=1"), note("")).unwrap(), stored.revision + 1);
        match result {
            Err(trouble) => {
                let error = trouble.of("write", store.file());
                let is_full =
                    matches!(&error, StoreError::File { error, .. } if error.kind() == ErrorKind::StorageFull);
                assert!(is_full, "room for {room} writes: {error}");
                failed += 1;
            }
            // Closing has room too.
            Ok(_) if disk.has_room() => break,
            Ok(_) => {}
        }
    }
    assert!(failed > 5, "{failed}");
}
