//! Programs that only the benchmark loads: the very decision of `main.rs`, behind a step that changes the packet
//! from run to run, and the same step with nothing behind it. The difference is what a verdict costs.
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
#[expect(unsafe_code, reason = "changes the packet between two runs")]
mod step;
#[expect(unsafe_code, reason = "reads and writes map values through the maps' pointers")]
mod tables;

use aya_ebpf::bindings::{TC_ACT_UNSPEC, xdp_action};
use aya_ebpf::macros::{classifier, xdp};
use aya_ebpf::programs::{TcContext, XdpContext};

/// Nothing: what a run of an XDP program costs by itself.
#[xdp(frags)]
pub(crate) fn empty_xdp(_: XdpContext) -> u32 {
    xdp_action::XDP_PASS
}

/// The same for a classifier.
#[classifier]
pub(crate) fn empty_tc(_: TcContext) -> i32 {
    TC_ACT_UNSPEC
}

/// A step and nothing else.
#[xdp(frags)]
pub(crate) fn step_xdp(ctx: XdpContext) -> u32 {
    step::step(ctx.data(), ctx.data_end());
    xdp_action::XDP_PASS
}

/// A step, then the decision.
#[xdp(frags)]
#[inline(always)]
pub(crate) fn stepped_xdp(ctx: XdpContext) -> u32 {
    step::step(ctx.data(), ctx.data_end());
    judge::xdp(&ctx)
}

/// A step and nothing else.
#[classifier]
pub(crate) fn step_tc(ctx: TcContext) -> i32 {
    step::step(ctx.data(), ctx.data_end());
    TC_ACT_UNSPEC
}

/// A step, then the decision.
#[classifier]
#[inline(always)]
pub(crate) fn stepped_tc(ctx: TcContext) -> i32 {
    step::step(ctx.data(), ctx.data_end());
    judge::tc(&ctx, sgfw_common::verdict::Hook::Received)
}

/// The decision on the packet as it is.
#[xdp(frags)]
#[inline(always)]
pub(crate) fn plain_xdp(ctx: XdpContext) -> u32 {
    judge::xdp(&ctx)
}

/// The decision on the packet as it is.
#[classifier]
#[inline(always)]
pub(crate) fn plain_tc(ctx: TcContext) -> i32 {
    judge::tc(&ctx, sgfw_common::verdict::Hook::Received)
}

/// The decision on a packet that is being sent.
#[classifier]
#[inline(always)]
pub(crate) fn plain_tc_out(ctx: TcContext) -> i32 {
    judge::tc(&ctx, sgfw_common::verdict::Hook::Sent)
}

#[expect(unsafe_code, reason = "the loader finds the licence by its section")]
#[unsafe(link_section = "license")]
#[unsafe(no_mangle)]
static LICENSE: [u8; 13] = *b"Dual MIT/GPL\0";

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    // Nothing here can panic; the verifier would not take an endless loop if anything could.
    loop {}
}
