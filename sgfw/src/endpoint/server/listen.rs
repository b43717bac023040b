//! Listening: on an address, or on a socket in the file system.

use super::settings::Listen;
use super::start::ServeError;
use rustix::fs::Mode;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit, umask};
use std::fs;
use std::io::{self, ErrorKind};
use std::net::TcpListener;
use std::os::unix::fs::FileTypeExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};

/// A listener that nobody accepts from yet.
#[derive(Debug)]
pub(super) enum Bound {
    Tcp(TcpListener),
    Unix(UnixListener, Socket),
}

/// A socket's place, which is cleared away in the end.
#[derive(Debug)]
pub(super) struct Socket(PathBuf);

impl Drop for Socket {
    fn drop(&mut self) {
        // Somebody may have cleared it away before.
        let _ = fs::remove_file(&self.0);
    }
}

impl Bound {
    pub(super) fn new(listen: &Listen) -> Result<Self, ServeError> {
        let bound = match listen {
            Listen::Tcp(address) => TcpListener::bind(address).map(Self::Tcp),
            Listen::Unix(path) => unix(path).map(|listener| Self::Unix(listener, Socket(path.clone()))),
        };
        let bound = bound.and_then(|bound| bound.nonblocking().map(|()| bound));
        bound.map_err(|error| ServeError::Listen { place: listen.to_string(), error })
    }

    fn nonblocking(&self) -> io::Result<()> {
        match self {
            Self::Tcp(listener) => listener.set_nonblocking(true),
            Self::Unix(listener, _) => listener.set_nonblocking(true),
        }
    }

    /// Where it listens, with the port that was taken if none was said.
    pub(super) fn place(&self) -> Listen {
        match self {
            Self::Tcp(listener) => Listen::Tcp(listener.local_addr().unwrap_or_else(|_| ([127, 0, 0, 1], 0).into())),
            Self::Unix(_, socket) => Listen::Unix(socket.0.clone()),
        }
    }
}

/// For owner and group. What a dead endpoint left is taken away, what a living one listens on is not.
fn unix(path: &Path) -> io::Result<UnixListener> {
    let is_socket = fs::symlink_metadata(path).is_ok_and(|it| it.file_type().is_socket());
    if is_socket && UnixStream::connect(path).is_err_and(|error| error.kind() == ErrorKind::ConnectionRefused) {
        fs::remove_file(path)?;
    }
    let before = umask(Mode::from_bits_truncate(0o117));
    let bound = UnixListener::bind(path);
    umask(before);
    bound
}

/// Lets this process have as many files open as it may: each connection is one.
pub(super) fn raise_open_files() {
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    // What was allowed before is enough for most.
    let _ = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum });
}
