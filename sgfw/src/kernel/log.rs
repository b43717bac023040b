//! The log of drops: aya-log's ring buffer, turned on only while somebody reads it.

use super::error::KernelError;
use super::load;
use super::maps::Maps;
use super::paths::Paths;
use aya_log::EbpfLogger;
use serde::Serialize;
use sgfw_common::reason::Reason;
use std::sync::Mutex;
use std::time::Duration;

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

/// How often the ring buffer is looked at.
const PAUSE: Duration = Duration::from_millis(50);

/// Collects what aya-log formats.
#[derive(Default)]
struct Collector(Mutex<Vec<LogLine>>);

impl log::Log for &Collector {
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

pub(super) fn follow(paths: &Paths, maps: &Maps, line: &mut dyn FnMut(LogLine) -> bool) -> Result<(), KernelError> {
    let collector = Collector::default();
    let mut object = load::open(paths, None)?;
    let mut logger = EbpfLogger::init_with_logger(&mut object, &collector)
        .map_err(|error| KernelError::aya("read the log's ring buffer", &error))?;
    turn(maps, true)?;
    let result = read(&mut logger, &collector, line);
    turn(maps, false)?;
    result
}

fn read(
    logger: &mut EbpfLogger<&Collector>,
    collector: &Collector,
    line: &mut dyn FnMut(LogLine) -> bool,
) -> Result<(), KernelError> {
    loop {
        logger.flush();
        let lines = collector.0.lock().map(|mut lines| std::mem::take(&mut *lines)).unwrap_or_default();
        for next in lines {
            if !line(next) {
                return Ok(());
            }
        }
        std::thread::sleep(PAUSE);
    }
}

fn turn(maps: &Maps, on: bool) -> Result<(), KernelError> {
    let meta = maps.meta()?;
    maps.meta.set(&[(0, sgfw_common::maps::Meta { log: u64::from(on), ..meta })])
}
