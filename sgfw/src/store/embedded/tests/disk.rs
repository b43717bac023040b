//! A disk that can be looked at as it would be after the power failed at this moment.

use redb::{BackendError, StorageBackend};
use std::io;
use std::ops::Bound;
use std::sync::{Arc, Mutex, MutexGuard};

/// What a disk keeps whole or loses whole.
const SECTOR: usize = 512;

/// The same disk for all its clones.
#[derive(Clone, Debug, Default)]
pub(super) struct Disk(Arc<Mutex<Inside>>);

#[derive(Debug, Default)]
struct Inside {
    /// As whoever runs sees it.
    now: Vec<u8>,
    /// As of the last sync.
    synced: Vec<u8>,
    /// Since the last sync.
    pending: Vec<Pending>,
    /// Writes so far.
    writes: u64,
    /// Every write from this one on fails, as on a full disk.
    full_after: Option<u64>,
    /// Writes that failed.
    refused: u64,
}

#[derive(Clone, Debug)]
enum Pending {
    Write(u64, Vec<u8>),
    Length(u64),
}

/// Which of the writes that were not synced are there after a crash.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kept {
    /// All: the process died.
    All,
    /// None.
    Nothing,
    /// Any sector of any of them, by these numbers.
    Some(u64),
}

impl Disk {
    pub(super) fn of(bytes: Vec<u8>) -> Self {
        Self(Arc::new(Mutex::new(Inside { synced: bytes.clone(), now: bytes, ..Inside::default() })))
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.0.lock().unwrap()
    }

    /// Writes fail after so many more.
    pub(super) fn fill_after(&self, writes: Option<u64>) {
        let mut inside = self.inside();
        inside.full_after = writes.map(|more| inside.writes + more);
    }

    /// Whether no write failed yet.
    pub(super) fn has_room(&self) -> bool {
        self.inside().refused == 0
    }

    /// The disk as it would be found.
    pub(super) fn after_crash(&self, kept: Kept) -> Vec<u8> {
        let inside = self.inside();
        match kept {
            Kept::All => inside.now.clone(),
            Kept::Nothing => inside.synced.clone(),
            Kept::Some(seed) => {
                let (mut bytes, mut random) = (inside.synced.clone(), Random(seed));
                inside.pending.iter().for_each(|pending| apply_some(&mut bytes, pending, &mut random));
                bytes
            }
        }
    }
}

fn apply(bytes: &mut Vec<u8>, pending: &Pending) {
    match pending {
        Pending::Length(length) => bytes.resize(usize::try_from(*length).unwrap(), 0),
        Pending::Write(offset, data) => put(bytes, usize::try_from(*offset).unwrap(), data),
    }
}

fn apply_some(bytes: &mut Vec<u8>, pending: &Pending, random: &mut Random) {
    match pending {
        Pending::Length(_) if random.below(2) == 0 => {}
        Pending::Length(_) => apply(bytes, pending),
        Pending::Write(offset, data) => {
            let mut at = usize::try_from(*offset).unwrap();
            let mut rest = &data[..];
            while !rest.is_empty() {
                let (sector, more) = rest.split_at(rest.len().min(SECTOR - at % SECTOR));
                if random.below(2) == 0 {
                    put(bytes, at, sector);
                }
                at += sector.len();
                rest = more;
            }
        }
    }
}

fn put(bytes: &mut Vec<u8>, at: usize, data: &[u8]) {
    bytes.resize(bytes.len().max(at + data.len()), 0);
    bytes[at..at + data.len()].copy_from_slice(data);
}

impl Inside {
    fn change(&mut self, pending: Pending) -> io::Result<()> {
        if self.full_after.is_some_and(|after| self.writes >= after) {
            self.refused += 1;
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.writes += 1;
        apply(&mut self.now, &pending);
        self.pending.push(pending);
        Ok(())
    }
}

impl StorageBackend for Disk {
    fn len(&self) -> io::Result<u64> {
        Ok(self.inside().now.len() as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let (inside, at) = (self.inside(), usize::try_from(offset).unwrap());
        let bytes = inside.now.get(at..at + out.len()).ok_or(io::ErrorKind::UnexpectedEof)?;
        out.copy_from_slice(bytes);
        Ok(())
    }

    fn set_len(&self, length: u64) -> io::Result<()> {
        self.inside().change(Pending::Length(length))
    }

    fn sync_data(&self) -> io::Result<()> {
        let mut inside = self.inside();
        inside.synced = inside.now.clone();
        inside.pending.clear();
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.inside().change(Pending::Write(offset, data.to_vec()))
    }

    fn try_lock_range(&self, _: Bound<u64>, _: Bound<u64>) -> Result<bool, BackendError> {
        Ok(true)
    }

    fn try_lock_shared_range(&self, _: Bound<u64>, _: Bound<u64>) -> Result<bool, BackendError> {
        Ok(true)
    }

    fn lock_range(&self, _: Bound<u64>, _: Bound<u64>) -> Result<(), BackendError> {
        Ok(())
    }

    fn lock_shared_range(&self, _: Bound<u64>, _: Bound<u64>) -> Result<(), BackendError> {
        Ok(())
    }

    fn unlock_range(&self, _: Bound<u64>, _: Bound<u64>) -> Result<(), BackendError> {
        Ok(())
    }

    fn query_lock_range(&self, _: Bound<u64>, _: Bound<u64>) -> Result<bool, BackendError> {
        Ok(false)
    }
}

/// Numbers that are the same in every run (xorshift64*).
pub(super) struct Random(pub(super) u64);

impl Random {
    pub(super) fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 32) % end
    }

    pub(super) fn index(&mut self, end: usize) -> usize {
        usize::try_from(self.below(end as u64)).unwrap()
    }
}
