//! What can go wrong inside a transaction, before it is known of which file it is told.

use crate::store::StoreError;
use redb::{CommitError, DatabaseError, Error, StorageError, TableError, TransactionError};
use std::io::{self, ErrorKind};
use std::path::Path;

/// A failure without its file.
#[derive(Debug)]
pub(super) enum Trouble {
    Redb(Box<Error>),
    Damaged(String),
    Newer(u64),
    Conflict(u64),
    NoRevision { revision: u64, oldest: u64, newest: u64 },
    Missing(u64),
}

impl Trouble {
    pub(super) fn damaged(why: &str) -> Self {
        Self::Damaged(why.into())
    }

    /// Whether somebody else has the database at this moment.
    pub(super) fn is_busy(&self) -> bool {
        matches!(self, Self::Redb(error) if matches!(**error, Error::DatabaseAlreadyOpen | Error::WouldBlock))
    }

    /// Whether whoever wrote it last did not come to close it.
    pub(super) fn is_unclean(&self) -> bool {
        matches!(self, Self::Redb(error) if matches!(**error, Error::RepairAborted))
    }

    /// The same, said of a file with which this was tried.
    pub(super) fn of(self, what: &'static str, path: &Path) -> StoreError {
        let path = path.to_path_buf();
        match self {
            Self::Redb(error) => of_redb(*error, what, &path),
            Self::Damaged(why) => StoreError::Damaged { path, why },
            Self::Newer(found) => StoreError::Newer { path, found, known: super::tables::FORMAT },
            Self::Conflict(now) => StoreError::Conflict { now },
            Self::NoRevision { revision, oldest, newest } => StoreError::NoRevision { revision, oldest, newest },
            Self::Missing(generation) => StoreError::Missing { generation, path },
        }
    }
}

fn of_redb(error: Error, what: &'static str, path: &Path) -> StoreError {
    let path = path.to_path_buf();
    match error {
        // What is no database, and what is cut off.
        Error::Io(error) if matches!(error.kind(), ErrorKind::InvalidData | ErrorKind::UnexpectedEof) => {
            StoreError::Damaged { path, why: error.to_string() }
        }
        Error::Io(error) => StoreError::File { what, path, error },
        Error::DatabaseAlreadyOpen | Error::WouldBlock | Error::LockProtocolMismatch => {
            StoreError::Locked { holder: "unknown process".into(), path }
        }
        Error::UpgradeRequired(version) => {
            StoreError::Damaged { path, why: format!("file format {version} is unknown") }
        }
        Error::TableDoesNotExist(name) => {
            StoreError::Damaged { path, why: format!("it has no table {name:?}, so it is no store of sgfw") }
        }
        Error::Corrupted(why) => StoreError::Damaged { path, why },
        error @ (Error::TableTypeMismatch { .. } | Error::TypeDefinitionChanged { .. } | Error::TableIsMultimap(_)) => {
            StoreError::Damaged { path, why: error.to_string() }
        }
        error => StoreError::File { what, path, error: io::Error::other(error) },
    }
}

macro_rules! from_redb {
    ($($error:ty),*) => {
        $(impl From<$error> for Trouble {
            fn from(error: $error) -> Self {
                Self::Redb(Box::new(error.into()))
            }
        })*
    };
}

from_redb!(CommitError, DatabaseError, StorageError, TableError, TransactionError);
