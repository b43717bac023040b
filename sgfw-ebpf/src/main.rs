//! The kernel side of sgfw: one entry per hook, one decision for all of them.
//!
//! A packet's way: the hook's context becomes a [`frame`], the device becomes an interface by [`tables`],
//! [`sgfw_common::verdict::judge`] names the reason, [`emit`] counts it, and one `match` turns it into the
//! return code of the hook. A packet that meets a device without a policy is dropped.
#![no_std]
#![no_main]
#![feature(asm_experimental_arch)]

#[expect(unsafe_code, reason = "writes this CPU's counters through the map's pointer")]
mod emit;
#[expect(unsafe_code, reason = "adds to map values through the map's pointer")]
mod flow_log;
#[expect(unsafe_code, reason = "turns the hooks' contexts and packet bounds into checked reads")]
mod frame;
mod judge;
#[expect(unsafe_code, reason = "reads and writes map values through the maps' pointers")]
mod tables;

use aya_ebpf::bindings::{TC_ACT_SHOT, TC_ACT_UNSPEC};
use aya_ebpf::macros::{classifier, xdp};
use aya_ebpf::programs::{TcContext, XdpContext};
use sgfw_common::verdict::Hook;

// The entries are inlined by force: a call to a program of its own costs 8 ns a packet, and whether the compiler makes one
// changes with every line.

/// What the device receives, before the kernel has a socket buffer for it.
#[xdp(frags)]
#[inline(always)]
pub(crate) fn sgfw_xdp(ctx: XdpContext) -> u32 {
    judge::xdp(&ctx)
}

/// What the device receives.
#[classifier]
#[inline(always)]
pub(crate) fn sgfw_tc_in(ctx: TcContext) -> i32 {
    judge::tc(&ctx, Hook::Received)
}

/// What the device is about to send.
#[classifier]
#[inline(always)]
pub(crate) fn sgfw_tc_out(ctx: TcContext) -> i32 {
    judge::tc(&ctx, Hook::Sent)
}

/// The kernel's clock of flows, for whoever reads their ages: run by `BPF_PROG_TEST_RUN`, attached nowhere.
/// Writes it over the first eight bytes of the packet it is given.
#[classifier]
pub(crate) fn sgfw_clock(ctx: TcContext) -> i32 {
    match ctx.store(0, &tables::now(), 0) {
        Ok(()) => TC_ACT_UNSPEC,
        Err(_) => TC_ACT_SHOT,
    }
}

/// The helpers this program calls are for GPL-compatible programs only.
#[expect(unsafe_code, reason = "the loader finds the licence by its section")]
#[unsafe(link_section = "license")]
#[unsafe(no_mangle)]
static LICENSE: [u8; 13] = *b"Dual MIT/GPL\0";

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    // Nothing here can panic; the verifier would not take an endless loop if anything could.
    loop {}
}
