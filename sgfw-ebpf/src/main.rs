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
#[expect(unsafe_code, reason = "turns the hooks' contexts and packet bounds into checked reads")]
mod frame;
#[expect(unsafe_code, reason = "reads and writes map values through the maps' pointers")]
mod tables;

use aya_ebpf::bindings::{TC_ACT_SHOT, TC_ACT_UNSPEC, xdp_action};
use aya_ebpf::macros::{classifier, xdp};
use aya_ebpf::programs::{TcContext, XdpContext};
use frame::{TcFrame, XdpFrame};
use sgfw_common::frame::Frame;
use sgfw_common::reason::{Reason, Verdict};
use sgfw_common::verdict::{Hook, judge};
use tables::Kernel;

/// What the device receives, before the kernel has a socket buffer for it.
#[xdp(frags)]
pub(crate) fn sgfw_xdp(ctx: XdpContext) -> u32 {
    let frame = XdpFrame::new(&ctx);
    match met(&frame, frame.ifindex(), Hook::Received) {
        Verdict::Pass => xdp_action::XDP_PASS,
        Verdict::Drop => xdp_action::XDP_DROP,
    }
}

/// What the device receives.
#[classifier]
pub(crate) fn sgfw_tc_in(ctx: TcContext) -> i32 {
    tc(&ctx, Hook::Received)
}

/// What the device is about to send.
#[classifier]
pub(crate) fn sgfw_tc_out(ctx: TcContext) -> i32 {
    tc(&ctx, Hook::Sent)
}

/// Passing is "unspecified": programs behind this one still have their say.
#[inline(always)]
fn tc(ctx: &TcContext, hook: Hook) -> i32 {
    let frame = TcFrame::new(ctx);
    match met(&frame, frame.ifindex(), hook) {
        Verdict::Pass => TC_ACT_UNSPEC,
        Verdict::Drop => TC_ACT_SHOT,
    }
}

#[inline(always)]
fn met<F: Frame>(frame: &F, ifindex: u32, hook: Hook) -> Verdict {
    let (Some((kernel, slot, interface)), Some(packet)) = (Kernel::meet(ifindex), tables::scratch()) else {
        let attaching = tables::attaching(ifindex);
        return emit::verdict(0, if attaching { Reason::Attaching } else { Reason::NoInterface }, frame);
    };
    let reason = judge(frame, &kernel, interface, slot, hook, packet);
    emit::verdict(slot, reason, frame)
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
