//! Work in another network namespace, on a thread of its own: the caller's never changes.

use super::error::KernelError;
use super::paths::inode;
use rustix::fs::{Mode, OFlags};
use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::path::{Path, PathBuf};

/// Where `ip netns` keeps names.
pub(super) const NAMES: &str = "/run/netns";
/// The caller's own.
const OWN: &str = "/proc/thread-self/ns/net";

/// The file of a namespace: a name under /run/netns, or a path.
fn file(name: &str) -> PathBuf {
    if name.contains('/') { name.into() } else { Path::new(NAMES).join(name) }
}

/// The inode that identifies a network namespace; none is the caller's own.
pub(super) fn identity(netns: Option<&str>) -> Result<u64, KernelError> {
    let path = netns.map_or_else(|| PathBuf::from(OWN), file);
    inode(&path).map_err(|error| no_namespace(netns.unwrap_or(OWN), error))
}

/// How a namespace with this inode is called: none for the caller's own, else its name under /run/netns.
pub(super) fn name_of(wanted: u64) -> Option<Option<String>> {
    if identity(None).ok()? == wanted {
        return Some(None);
    }
    let names = super::paths::names(Path::new(NAMES));
    names.into_iter().find(|name| inode(&file(name)).is_ok_and(|found| found == wanted)).map(Some)
}

/// Runs `work` in a network namespace; none is the caller's own, where it runs on the caller's thread.
///
/// # Errors
/// The namespace does not exist or may not be entered.
pub fn within<T: Send>(netns: Option<&str>, work: impl FnOnce() -> T + Send) -> Result<T, KernelError> {
    let Some(name) = netns else { return Ok(work()) };
    let fd = open(name).map_err(|error| no_namespace(name, error))?;
    std::thread::scope(|scope| {
        let thread = scope.spawn(move || -> io::Result<T> {
            move_into_link_name_space(fd.as_fd(), Some(LinkNameSpaceType::Network))?;
            Ok(work())
        });
        match thread.join() {
            Ok(result) => result.map_err(|error| no_namespace(name, error)),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}

fn open(name: &str) -> io::Result<OwnedFd> {
    Ok(rustix::fs::open(file(name), OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty())?)
}

fn no_namespace(name: &str, error: io::Error) -> KernelError {
    KernelError::NoNamespace { name: name.into(), error }
}
