//! What a verdict leaves behind: a counter, and on request a line in the log.

use crate::tables::{self, COUNTERS, META};
use aya_log_ebpf::info;
use sgfw_common::frame::Frame;
use sgfw_common::maps::Counter;
use sgfw_common::reason::{REASONS, Reason, Verdict};

/// Counts the reason and says what becomes of the packet.
#[inline(always)]
pub(crate) fn verdict<F: Frame>(slot: u32, reason: Reason, frame: &F) -> Verdict {
    count(slot, reason, frame.length());
    tables::tell(reason as u32);
    let verdict = reason.verdict();
    if matches!(verdict, Verdict::Drop) {
        log(slot, reason, frame.length());
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
/// The reader turns slot and reason back into their names.
#[inline(always)]
fn log(slot: u32, reason: Reason, length: u32) {
    if META.get(0).is_some_and(|meta| meta.log != 0) {
        line(slot, reason as u32, length);
    }
}

#[inline(never)]
fn line(slot: u32, reason: u32, length: u32) {
    info!(NoContext, "drop {} {} {}", slot, reason, length);
}

/// aya-log asks for a context and does not use it.
struct NoContext;
