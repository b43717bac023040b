//! The log of drops: aya-log's ring buffer, turned on only while somebody reads it.

use super::error::KernelError;
use super::load;
use super::maps::{Maps, Table};
use super::paths::Paths;
use aya_log::EbpfLogger;
use serde::Serialize;
use sgfw_common::maps::Meta;
use sgfw_common::reason::Reason;
use std::sync::{Arc, Mutex};

/// One dropped packet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LogLine {
    /// Slot of the interface; 0 for a device without a policy.
    pub slot: u32,
    /// Why it was dropped.
    pub reason: &'static str,
    /// Length of the frame.
    pub length: u32,
}

/// The log, on from [`super::Kernel::log`] until [`DropLog::stop`] or the end of this value.
///
/// Turning it on or off writes the map that holds the generations as well: nobody may apply meanwhile.
pub struct DropLog {
    logger: EbpfLogger<Collector>,
    lines: Collector,
    meta: Table<u32, Meta>,
    on: bool,
}

impl DropLog {
    pub(super) fn start(paths: &Paths, maps: Maps) -> Result<Self, KernelError> {
        let lines = Collector::default();
        let mut object = load::open(paths, None)?;
        let logger = EbpfLogger::init_with_logger(&mut object, lines.clone())
            .map_err(|error| KernelError::aya("read the log's ring buffer", &error))?;
        let mut log = Self { logger, lines, meta: maps.meta, on: false };
        // What nobody read when the log was on the last time is old.
        log.take();
        log.turn(true)?;
        Ok(log)
    }

    /// The lines since the last time.
    pub fn take(&mut self) -> Vec<LogLine> {
        self.logger.flush();
        self.lines.0.lock().map(|mut lines| std::mem::take(&mut *lines)).unwrap_or_default()
    }

    /// Turns the log off.
    ///
    /// # Errors
    /// The map cannot be written.
    pub fn stop(mut self) -> Result<(), KernelError> {
        self.turn(false)
    }

    fn turn(&mut self, on: bool) -> Result<(), KernelError> {
        let meta = self.meta.get(&0)?.unwrap_or_default();
        self.meta.set(&[(0, Meta { log: u64::from(on), ..meta })])?;
        self.on = on;
        Ok(())
    }
}

impl Drop for DropLog {
    fn drop(&mut self) {
        if self.on {
            let _ = self.turn(false);
        }
    }
}

impl std::fmt::Debug for DropLog {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DropLog").field("on", &self.on).finish_non_exhaustive()
    }
}

/// Collects what aya-log formats.
#[derive(Clone, Default)]
struct Collector(Arc<Mutex<Vec<LogLine>>>);

impl log::Log for Collector {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        if let (Some(line), Ok(mut lines)) = (parse(&record.args().to_string()), self.0.lock()) {
            lines.push(line);
        }
    }

    fn flush(&self) {}
}

/// The line as the kernel side writes it: `drop SLOT REASON LENGTH`.
fn parse(text: &str) -> Option<LogLine> {
    let mut words = text.strip_prefix("drop ")?.split(' ').map(str::parse::<u32>);
    let mut number = || words.next()?.ok();
    let (slot, reason, length) = (number()?, number()?, number()?);
    let reason = Reason::ALL.iter().find(|known| **known as u32 == reason)?.word();
    Some(LogLine { slot, reason, length })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernel_sides_lines_are_read() {
        assert_eq!(parse("drop 3 16 74"), Some(LogLine { slot: 3, reason: "no-ingress-rule", length: 74 }));
        assert_eq!([parse("drop 3 63 74"), parse("drop 3"), parse("verifier says hello")], [None, None, None]);
    }
}
