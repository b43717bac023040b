//! Why an endpoint does not start, and what to do about it.

use crate::endpoint::KeysError;
use std::io;
use std::path::PathBuf;
use thiserror::Error;

/// Why it does not start, or ends.
#[derive(Debug, Error)]
pub enum ServeError {
    /// Others could reach it, and it could not tell who they are.
    #[error("{0} can be reached from other machines, and nobody would have to prove who they are")]
    NoKeys(String),
    /// Others could reach it, and read along.
    #[error("{0} can be reached from other machines, and what they say would not be encrypted")]
    NoTls(String),
    /// Keys.
    #[error(transparent)]
    Keys(#[from] KeysError),
    /// Certificates.
    #[error("{path}: {why}", path = path.display())]
    Tls {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// The address or the socket.
    #[error("cannot listen on {place}: {error}")]
    Listen {
        /// Where.
        place: String,
        /// Why not.
        error: io::Error,
    },
    /// The log of changes.
    #[error("{path}: changes cannot be written down: {error}", path = path.display())]
    Audit {
        /// The file.
        path: PathBuf,
        /// Why not.
        error: io::Error,
    },
    /// Something of the system's.
    #[error("the endpoint cannot run: {0}")]
    System(#[from] io::Error),
}

impl ServeError {
    /// What to do.
    pub fn help(&self) -> &'static str {
        match self {
            Self::NoKeys(_) => "give --keys FILE, or listen on 127.0.0.1, [::1] or unix:PATH",
            Self::NoTls(_) => "give --cert FILE and --key FILE, or listen on 127.0.0.1, [::1] or unix:PATH",
            Self::Keys(_) => "`sgfw serve --help` shows what the file looks like",
            Self::Tls { .. } => "give a certificate with its chain, and its private key, both in PEM",
            Self::Listen { .. } => "see that nothing else listens there and that you may, or give another --listen",
            Self::Audit { .. } => "give --audit a file in a directory that you may write to",
            Self::System(_) => "see what the system says and run it again",
        }
    }
}
