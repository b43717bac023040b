//! The step of the benchmark: the next of a number of flows, by source port, and of addresses, by a mask.

use aya_ebpf::macros::map;
use aya_ebpf::maps::Array;

/// What a step changes. Written by the benchmark.
#[repr(C)]
pub(crate) struct Step {
    /// Steps so far.
    count: u64,
    /// Source ports in turn: so many flows from one address.
    ports: u32,
    /// Bits of the source address that change, in the order of the wire.
    addresses: u32,
    /// The other bits of the source address.
    base: u32,
    reserved: u32,
}

#[map]
static STEP: Array<Step> = Array::with_max_entries(1, 0);

/// Offsets in an Ethernet frame with IPv4 and no options.
const SOURCE: usize = 26;
const PORT: usize = 34;

/// Changes source port and address of a TCP or UDP packet over IPv4.
#[inline(always)]
pub(crate) fn step(data: usize, end: usize) {
    let Some(step) = STEP.get_ptr_mut(0) else { return };
    if data + PORT + 2 > end {
        return;
    }
    // SAFETY: the bounds were checked above; one benchmark runs at a time.
    unsafe {
        let count = (*step).count.wrapping_add(1);
        (*step).count = count;
        let scattered = (count.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as u32;
        let port = 1024 + (count as u32 % (*step).ports.max(1)) as u16;
        *((data + PORT) as *mut u16) = port.to_be();
        *((data + SOURCE) as *mut u32) = (*step).base | (scattered & (*step).addresses);
    }
}
