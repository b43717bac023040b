//! Flow logs written: what the programs counted becomes records, and records become lines of files.
//!
//! A flow log gathers what its interfaces meet with in windows of its interval, which begin at multiples of it in Unix
//! time (`window`); at the end of a window each conversation is a line (`record`), and lines go to the files of a
//! group or to those of a bucket (`sink`), all of them below one directory. What cannot be written waits and is tried
//! again (`queue`).
//!
//! Nothing here knows maps, sockets or a clock: times come from the caller, in Unix seconds. Files are all it touches.
//!
//! Limits: what was counted belongs to the window that is open when it is taken, whatever its own times are, so take what
//! there is before [`Writer::write`] and [`Writer::follow`]. A log keeps at most [`Bounds::entries`] conversations, and all
//! logs together four times as many; then it writes them and goes on, so that one may be in several records of a window. The
//! files of a bucket are kept in memory for the five minutes that they are about: a process that is killed loses them, and
//! one that ends by [`Writer::close`] does not.

mod bucket;
mod describe;
mod file;
mod group;
mod log;
mod place;
mod queue;
mod record;
mod select;
mod sink;
mod window;
mod writer;

pub use select::wanted;
pub use writer::{Bounds, Writer};

#[cfg(test)]
mod tests;
