//! Copies of the file as a crash at any write would leave it: each opens, and holds the last acknowledged change.

use super::disk::{Disk, Kept, Random};
use super::*;
use crate::store::{Memory, Rows, tests};
use redb::{BackendError, Database, StorageBackend};
use std::io;
use std::ops::Bound;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread;

/// Points at which the file is copied, three times each.
const POINTS: usize = 500;
/// One of so many writes is such a point.
const RARITY: u64 = 9;

/// A copy, and the last revision that was acknowledged when it was made.
struct Copy {
    bytes: Vec<u8>,
    kept: Kept,
    acknowledged: u64,
}

/// A disk that is copied at some of its writes, before and after them.
#[derive(Clone, Debug)]
struct Copied {
    disk: Disk,
    acknowledged: Arc<AtomicU64>,
    random: Arc<Mutex<u64>>,
    copies: SyncSender<Copy>,
}

impl Copied {
    fn copy(&self) {
        let mut seed = self.random.lock().unwrap();
        let mut random = Random(*seed);
        if random.below(RARITY) == 0 {
            for kept in [Kept::All, Kept::Nothing, Kept::Some(random.below(u64::MAX) | 1)] {
                let acknowledged = self.acknowledged.load(Ordering::SeqCst);
                // Nobody listens any more when there are enough.
                let _ = self.copies.send(Copy { bytes: self.disk.after_crash(kept), kept, acknowledged });
            }
        }
        *seed = random.0;
    }
}

impl StorageBackend for Copied {
    fn len(&self) -> io::Result<u64> {
        self.disk.len()
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.disk.read(offset, out)
    }

    fn set_len(&self, length: u64) -> io::Result<()> {
        self.disk.set_len(length)?;
        self.copy();
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        self.copy();
        self.disk.sync_data()?;
        self.copy();
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.disk.write(offset, data)?;
        self.copy();
        Ok(())
    }

    fn try_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.disk.try_lock_range(start, end)
    }

    fn try_lock_shared_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.disk.try_lock_shared_range(start, end)
    }

    fn lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.disk.lock_range(start, end)
    }

    fn lock_shared_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.disk.lock_shared_range(start, end)
    }

    fn unlock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        self.disk.unlock_range(start, end)
    }

    fn query_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.disk.query_lock_range(start, end)
    }
}

/// What each revision holds, written down before it is committed.
#[derive(Default)]
struct Model(Mutex<Vec<Rows>>);

impl Model {
    fn rows(&self, revision: u64) -> Rows {
        self.0.lock().unwrap()[usize::try_from(revision).unwrap()].clone()
    }
}

#[test]
fn whatever_a_crash_leaves_holds_the_last_acknowledged_change() {
    let (sender, copies) = sync_channel(4);
    let (model, acknowledged) = (Arc::new(Model::default()), Arc::new(AtomicU64::new(0)));
    let checked = {
        let model = Arc::clone(&model);
        thread::spawn(move || check_all(&copies, &model))
    };
    let disk = Disk::of(founded());
    let random = Arc::new(Mutex::new(0x5EED));
    work(&Copied { disk, acknowledged, random, copies: sender }, &model);
    let (copies, in_flight) = checked.join().unwrap();
    assert_eq!(copies, 3 * POINTS);
    assert!(in_flight > 0, "some were copied between the commit and its acknowledgement");
}

/// The file of a new store.
fn founded() -> Vec<u8> {
    let (_room, store) = store();
    store.write("test", |_| Ok(None::<()>)).unwrap();
    fs::read(store.file()).unwrap()
}

/// Commits at random, opening and closing in between, until there are enough copies.
fn work(copied: &Copied, model: &Model) {
    let (mut random, memory) = (Random(0xFACE), Memory::new());
    model.0.lock().unwrap().push(Rows::new());
    let checker_listens = || copied.copies.send(sentinel()).is_ok();
    while checker_listens() {
        let database = open::builder().create_with_backend(copied.clone()).unwrap();
        for _ in 0..random.below(12) {
            commit(&database, copied, model, &memory, &mut random);
        }
        drop(database);
    }
}

/// An empty copy asks whether more are wanted.
const fn sentinel() -> Copy {
    Copy { bytes: Vec::new(), kept: Kept::All, acknowledged: 0 }
}

fn commit(database: &Database, copied: &Copied, model: &Model, memory: &Memory, random: &mut Random) {
    let now = memory.revision().unwrap();
    let rows: Vec<Write> = (0..=random.below(8)).map(|_| row(now, random)).collect();
    let next = memory.commit(now, rows.clone(), note("")).unwrap();
    if next > now {
        model.0.lock().unwrap().push(memory.get().unwrap().rows);
    }
    // The generation says which revision the record is to be of.
    let record = (random.below(2) == 0).then(|| tests::record(next));
    let made = open::within(database, |txn| write::commit_with(txn, now, rows, note(""), record)).unwrap();
    assert_eq!(made.unwrap_or(now), next);
    copied.acknowledged.store(next, Ordering::SeqCst);
}

/// One of a hundred keys gets a value of up to some pages, or goes.
fn row(revision: u64, random: &mut Random) -> Write {
    let value = format!("{revision}-").repeat(usize::try_from(random.below(40) * random.below(40)).unwrap());
    (format!("key/{}", random.below(100)), (random.below(4) > 0).then(|| value.into_bytes()))
}

/// Checks copies until there were enough; says how many, and how many held the change in flight.
fn check_all(copies: &Receiver<Copy>, model: &Model) -> (usize, usize) {
    // In memory if there is such a place: it is the copies that are asked, and not the disk below them.
    let room = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap();
    let store = Redb::new(room.path());
    let (mut checked, mut in_flight) = (0, 0);
    for (number, copy) in copies.iter().filter(|copy| !copy.bytes.is_empty()).enumerate().take(3 * POINTS) {
        fs::write(store.file(), &copy.bytes).unwrap();
        in_flight += usize::from(check(&store, &copy, model, number));
        checked += 1;
    }
    (checked, in_flight)
}

/// Holds one copy to what must be in it; says whether the change in flight is.
fn check(store: &Redb, copy: &Copy, model: &Model, number: usize) -> bool {
    let what = format!("copy {number}, {:?}, after revision {}", copy.kept, copy.acknowledged);
    let stored = store.get().unwrap_or_else(|error| panic!("{what}: {error}"));
    assert!(fs::read(store.file()).unwrap() == copy.bytes, "{what}: reading wrote to it");
    let is_expected = [copy.acknowledged, copy.acknowledged + 1].contains(&stored.revision);
    assert!(is_expected, "{what}: it holds revision {}", stored.revision);
    assert!(stored.rows == model.rows(stored.revision), "{what}: a mixture at revision {}", stored.revision);
    let newest = store.generations().unwrap().last().map(|generation| store.read_record(*generation).unwrap());
    let is_of_its_revision = newest.is_none_or(|it| it.revision == it.generation && it.revision <= stored.revision);
    assert!(is_of_its_revision, "{what}: a record without its rows");
    let before = stored.revision.saturating_sub(number as u64 % 100);
    assert!(store.at(before).unwrap().rows == model.rows(before), "{what}: revision {before} is told wrong");
    // The next writer repairs the file itself.
    assert_eq!(store.commit(stored.revision, writes("after=1"), note("")).unwrap(), stored.revision + 1, "{what}");
    assert_eq!(store.get().unwrap().rows.len(), stored.rows.len() + 1, "{what}");
    stored.revision > copy.acknowledged
}
