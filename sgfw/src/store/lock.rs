//! One sgfw at a time changes things: a file lock, which ends with its process however that ends.

use super::StoreError;
use rustix::fs::{FlockOperation, flock, fstat, stat};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

const PAUSE: Duration = Duration::from_millis(30);

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
        let started = Instant::now();
        loop {
            if let Some(mut file) = attempt(path).map_err(StoreError::file("lock", path))? {
                // Only for the message of whoever waits.
                let _ = file.set_len(0).and_then(|()| writeln!(file, "process {}: sgfw {command}", std::process::id()));
                return Ok(Self { path: path.to_path_buf(), _file: file });
            }
            if started.elapsed() > patience {
                return Err(StoreError::Locked { holder: Self::holder(path), path: path.to_path_buf() });
            }
            sleep(PAUSE);
        }
    }

    /// Keeps everybody from taking it while this is held, together with others who do; none if it cannot be had.
    pub(super) fn share(path: &Path, patience: Duration) -> Option<File> {
        let (file, started) = (File::open(path).ok()?, Instant::now());
        while flock(&file, FlockOperation::NonBlockingLockShared).is_err() {
            if started.elapsed() > patience {
                return None;
            }
            sleep(PAUSE);
        }
        Some(file)
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

/// The locked file, unless somebody holds it, or removed it between opening and locking.
fn attempt(path: &Path) -> io::Result<Option<File>> {
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(path)?;
    match flock(&file, FlockOperation::NonBlockingLockExclusive) {
        Err(rustix::io::Errno::WOULDBLOCK) => return Ok(None),
        other => other?,
    }
    let same = stat(path).is_ok_and(|there| fstat(&file).is_ok_and(|here| there.st_ino == here.st_ino));
    Ok(same.then_some(file))
}
