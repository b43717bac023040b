//! One sgfw at a time changes things: a file lock, which ends with its process however that ends.

use super::StoreError;
use rustix::fs::{FlockOperation, flock, fstat, stat};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc::channel;
use std::thread;
use std::time::{Duration, Instant};

/// Bytes of the line that says who holds it.
const LINE: usize = 256;

/// The lock, held until this is dropped.
#[derive(Debug)]
pub struct Lock {
    path: PathBuf,
    _file: File,
}

impl Lock {
    /// How long another one is waited for that changes the kernel.
    pub(super) const PATIENCE: Duration = Duration::from_secs(3);

    /// Takes it, or says who has it after this time.
    pub(super) fn take(path: &Path, command: &str, patience: Duration) -> Result<Self, StoreError> {
        let until = Instant::now() + patience;
        let attempt = || -> io::Result<Option<File>> {
            let file = OpenOptions::new().create(true).truncate(false).write(true).open(path)?;
            locked(file, FlockOperation::LockExclusive, until)
        };
        loop {
            match attempt().map_err(StoreError::file("lock", path))? {
                Some(file) if !is_there(&file, path) => {}
                Some(file) => return Ok(Self::signed(file, path, command)),
                None => return Err(StoreError::Locked { holder: Self::holder(path), path: path.to_path_buf() }),
            }
        }
    }

    /// Only for the message of whoever waits. It has one length, because to cut a file costs a turn of the disk.
    fn signed(mut file: File, path: &Path, command: &str) -> Self {
        let text: String = format!("process {}: sgfw {command}", std::process::id()).chars().take(LINE / 4).collect();
        let line = format!("{text}{}\n", " ".repeat(LINE - 1 - text.len()));
        let length = line.len() as u64;
        let is_cut = file.metadata().is_ok_and(|it| it.len() <= length) || file.set_len(length).is_ok();
        // What stands there of somebody else would mislead; nothing does no harm.
        let _ = if is_cut { file.write_all(line.as_bytes()) } else { Ok(()) };
        Self { path: path.to_path_buf(), _file: file }
    }

    /// Keeps everybody from taking it while this is held, together with others who do; none if it cannot be had.
    pub(super) fn share(path: &Path, patience: Duration) -> Option<File> {
        locked(File::open(path).ok()?, FlockOperation::LockShared, Instant::now() + patience).ok()?
    }

    /// Whoever took it last, as it wrote itself down.
    pub(super) fn holder(path: &Path) -> String {
        let text = fs::read_to_string(path).unwrap_or_default();
        let text = text.trim();
        if text.is_empty() { "unknown process".into() } else { text.escape_default().to_string() }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

/// The locked file, unless somebody else holds it for too long. A thread waits in the kernel's queue, where nobody is
/// passed over; if it is waited for no longer, it gives the lock back as soon as it has it.
fn locked(file: File, how: FlockOperation, until: Instant) -> io::Result<Option<File>> {
    let (sender, receiver) = channel();
    thread::Builder::new().name("lock".into()).spawn(move || {
        let result = rustix::io::retry_on_intr(|| flock(&file, how));
        let _ = sender.send(result.map(|()| file));
    })?;
    match receiver.recv_timeout(until.saturating_duration_since(Instant::now())) {
        Ok(result) => Ok(Some(result?)),
        Err(_) => Ok(None),
    }
}

/// Whether nobody removed the file between opening and locking it.
fn is_there(file: &File, path: &Path) -> bool {
    stat(path).is_ok_and(|there| fstat(file).is_ok_and(|here| there.st_ino == here.st_ino))
}
