//! The log of drops: aya-log's ring buffer, turned on only while somebody reads it.

use super::error::KernelError;
use super::load;
use super::logged::address;
use super::maps::{Maps, Table};
use super::paths::Paths;
use crate::model::Direction;
use aya_log::EbpfLogger;
use serde::Serialize;
use sgfw_common::logged::{Dropped, is_logged};
use sgfw_common::maps::{EGRESS, INGRESS, Meta};
use sgfw_common::reason::Reason;
use std::net::IpAddr;
use std::sync::{Arc, Mutex};
use zerocopy::FromBytes;

/// One dropped packet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LogLine {
    /// Slot of the interface; 0 for a device without a policy.
    pub slot: u32,
    /// Why it was dropped.
    pub reason: &'static str,
    /// Length of the frame.
    pub length: u32,
    /// Its way as the instance sees it; none without an interface.
    pub direction: Option<Direction>,
    /// Who spoke to whom; none where the packet could not be read so far.
    pub packet: Option<LoggedPacket>,
}

/// What a line of the log says of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct LoggedPacket {
    /// IANA protocol number.
    pub protocol: u8,
    /// Source address.
    pub src: IpAddr,
    /// Destination address.
    pub dst: IpAddr,
    /// TCP, UDP: source port. ICMP: identifier of a query.
    pub sport: u16,
    /// TCP, UDP: destination port. ICMP: type in the upper, code in the lower byte.
    pub dport: u16,
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

/// The line as the kernel side writes it: a [`Dropped`] in hexadecimal.
fn parse(text: &str) -> Option<LogLine> {
    let digits = text.as_bytes().chunks(2).map(|two| u8::from_str_radix(std::str::from_utf8(two).ok()?, 16).ok());
    let bytes: Vec<u8> = digits.collect::<Option<_>>()?;
    let dropped = Dropped::read_from_bytes(&bytes).ok()?;
    let reason = Reason::ALL.iter().find(|known| **known as u32 == dropped.reason)?.word();
    let Dropped { slot, length, sport, dport, .. } = dropped;
    let direction = match usize::try_from(dropped.direction) {
        Ok(INGRESS) => Some(Direction::Ingress),
        Ok(EGRESS) => Some(Direction::Egress),
        _ => None,
    };
    let packet = is_logged(dropped.reason).then(|| LoggedPacket {
        protocol: u8::try_from(dropped.protocol).unwrap_or(u8::MAX),
        src: address(dropped.src),
        dst: address(dropped.dst),
        sport,
        dport,
    });
    Some(LogLine { slot, reason, length, direction, packet })
}

#[cfg(test)]
mod tests {
    use super::*;
    use sgfw_common::addr::Addr;

    fn line(dropped: &Dropped) -> Option<LogLine> {
        parse(&dropped.bytes().iter().map(|byte| format!("{byte:02x}")).collect::<String>())
    }

    #[test]
    fn the_kernel_sides_lines_are_read() {
        let dropped = Dropped {
            slot: 3,
            reason: Reason::NoIngressRule as u32,
            length: 74,
            direction: 0,
            src: Addr::v4([10, 9, 0, 2]),
            dst: Addr::v4([10, 9, 0, 1]),
            sport: 40_000,
            dport: 81,
            protocol: 6,
        };
        let told = line(&dropped).unwrap();
        assert_eq!((told.slot, told.reason, told.length), (3, "no-ingress-rule", 74));
        let packet = told.packet.unwrap();
        assert_eq!((packet.src.to_string(), packet.dport, packet.protocol), ("10.9.0.2".into(), 81, 6));
        assert_eq!(told.direction, Some(Direction::Ingress));
        // Nobody could read the addresses of this one.
        let short = Dropped { reason: Reason::Ipv4Short as u32, direction: Dropped::NOWHERE, ..dropped };
        assert_eq!(line(&short).map(|told| (told.packet, told.direction)), Some((None, None)));
        assert_eq!(line(&Dropped { reason: 63, ..dropped }), None);
        assert_eq!([parse("03"), parse("verifier says hello"), parse("")], [None, None, None]);
    }
}
