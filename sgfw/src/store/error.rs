//! Why the store cannot be read or written.

use std::io;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// Why the store cannot be read or written. Whatever it is: nothing that was there is lost, and what the kernel
/// enforces does not depend on it.
#[derive(Debug, Error)]
pub enum StoreError {
    /// There is no record of this generation.
    #[error("{} has no record of generation {generation}", path.display())]
    Missing {
        /// The kernel's number.
        generation: u64,
        /// Where it should be.
        path: PathBuf,
    },
    /// What is written there cannot be used.
    #[error("{} is damaged ({why})", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// A newer sgfw wrote it.
    #[error("{} has format {found}, this sgfw knows {known}", path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its format.
        found: u64,
        /// The newest format that is known here.
        known: u64,
    },
    /// Somebody else changed something in between.
    #[error("the store has moved on to revision {now}")]
    Conflict {
        /// The newest revision.
        now: u64,
    },
    /// The revision is not kept any more, or is not there yet.
    #[error("there is no revision {revision}; kept are {oldest} to {newest}")]
    NoRevision {
        /// What was asked for.
        revision: u64,
        /// The oldest whose rows can be told.
        oldest: u64,
        /// The newest.
        newest: u64,
    },
    /// Another sgfw is at work.
    #[error("another sgfw is at work ({holder}) and holds {}", path.display())]
    Locked {
        /// Process and command, as it wrote them down.
        holder: String,
        /// The locked file.
        path: PathBuf,
    },
    /// A file operation failed.
    #[error("cannot {what} {}: {error}", path.display())]
    File {
        /// What was tried.
        what: &'static str,
        /// On what.
        path: PathBuf,
        /// The system's word.
        error: io::Error,
    },
}

impl StoreError {
    /// Whether the process lacks the privilege.
    #[must_use]
    pub fn is_privilege(&self) -> bool {
        matches!(self, Self::File { error, .. } if error.kind() == io::ErrorKind::PermissionDenied)
    }

    pub(super) fn file(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_path_buf();
        move |error| Self::File { what, path, error }
    }
}
