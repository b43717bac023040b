//! Waiting for others: the kernel says when a file of the directory is written, and a slow look covers the rest.

use crate::store::StoreError;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fd::OwnedFd;
use rustix::fs::inotify::{self, CreateFlags, WatchFlags};
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// How often is looked where the kernel tells nothing: no directory yet, or a file system that other machines write.
const SLOW: Duration = Duration::from_millis(500);

/// Looks until there is something, or the time is over.
pub(super) fn watch<T>(
    directory: &Path,
    until: Instant,
    mut look: impl FnMut() -> Result<Option<T>, StoreError>,
) -> Result<Option<T>, StoreError> {
    loop {
        // Before looking, so that nothing happens unseen in between.
        let events = listen(directory);
        if let Some(found) = look()? {
            return Ok(Some(found));
        }
        let left = until.saturating_duration_since(Instant::now()).min(SLOW);
        if left.is_zero() {
            return Ok(None);
        }
        wait(events.as_ref(), left);
    }
}

fn listen(directory: &Path) -> Option<OwnedFd> {
    let events = inotify::init(CreateFlags::NONBLOCK | CreateFlags::CLOEXEC).ok()?;
    inotify::add_watch(&events, directory, WatchFlags::MODIFY | WatchFlags::MOVED_TO).ok()?;
    Some(events)
}

/// Returns when something happened or this time is over.
fn wait(events: Option<&OwnedFd>, time: Duration) {
    let Some(events) = events else { return sleep(time) };
    let mut files = [PollFd::new(events, PollFlags::IN)];
    match Timespec::try_from(time) {
        // Interrupted or not: whoever waits looks again.
        Ok(time) => drop(poll(&mut files, Some(&time))),
        Err(_) => sleep(time),
    }
}
