//! What a verdict leaves behind: a counter, and on request a line in the log.

use crate::tables::{self, COUNTERS, META};
use aya_log_ebpf::info;
use sgfw_common::frame::Frame;
use sgfw_common::logged::Dropped;
use sgfw_common::maps::{Counter, Interface};
use sgfw_common::reason::{REASONS, Reason, Verdict};
use sgfw_common::verdict::{Hook, direction};

/// Counts the reason and says what becomes of the packet, which was met here.
#[inline(always)]
pub(crate) fn verdict<F: Frame>(slot: u32, reason: Reason, met: Option<(Hook, &Interface)>, frame: &F) -> Verdict {
    count(slot, reason, frame.length());
    tables::tell(reason as u32);
    let verdict = reason.verdict();
    if matches!(verdict, Verdict::Drop) {
        log(slot, reason, met, frame.length());
    }
    verdict
}

#[inline(always)]
fn count(slot: u32, reason: Reason, length: u32) {
    let Some(counter) = COUNTERS.get_ptr_mut(slot * REASONS + reason as u32) else { return };
    // SAFETY: the entry is this CPU's own, and classifiers and XDP do not interrupt each other on a CPU.
    unsafe {
        let Counter { packets, bytes } = &mut *counter;
        *packets += 1;
        *bytes += u64::from(length);
    }
}

/// The log is off unless somebody reads it, and only drops are written: the hot path has no line of it.
#[inline(always)]
fn log(slot: u32, reason: Reason, met: Option<(Hook, &Interface)>, length: u32) {
    if META.get(0).is_some_and(|meta| meta.log != 0) {
        let direction = met.map_or(Dropped::NOWHERE, |(hook, interface)| direction(hook, interface) as u32);
        sgfw_dropped(slot, reason as u32, direction, length);
    }
}

/// A function with linkage of its own, as the one that counts for flow logs. The record lies in a map and is one argument
/// of the line: each one more costs stack that is not there. The reader turns it back into names.
#[unsafe(no_mangle)]
#[inline(never)]
pub(crate) extern "C" fn sgfw_dropped(slot: u32, reason: u32, direction: u32, length: u32) -> u32 {
    let (Some(packet), Some(record)) = (tables::scratch(), tables::dropped()) else { return 0 };
    (record.slot, record.reason, record.length, record.direction) = (slot, reason, length, direction);
    let own = &packet.own;
    (record.src, record.dst) = (own.src, own.dst);
    (record.sport, record.dport, record.protocol) = (own.sport, own.dport, own.protocol.into());
    info!(NoContext, "{:x}", record.bytes());
    1
}

/// aya-log asks for a context and does not use it.
struct NoContext;
