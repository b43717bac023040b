//! From a hook's context to its return code: one exhaustive `match` for each kind of hook.

use crate::emit;
use crate::flow_log;
use crate::frame::{TcFrame, XdpFrame};
use crate::tables::{self, Kernel};
use aya_ebpf::bindings::{TC_ACT_SHOT, TC_ACT_UNSPEC, xdp_action};
use aya_ebpf::programs::{TcContext, XdpContext};
use sgfw_common::frame::Frame;
use sgfw_common::reason::{Reason, Verdict};
use sgfw_common::verdict::{Hook, judge};

/// What the device receives, before the kernel has a socket buffer for it.
#[inline(always)]
pub(crate) fn xdp(ctx: &XdpContext) -> u32 {
    let frame = XdpFrame::new(ctx);
    match meet(&frame, frame.ifindex(), Hook::Received) {
        Verdict::Pass => xdp_action::XDP_PASS,
        Verdict::Drop => xdp_action::XDP_DROP,
    }
}

/// What the device receives or is about to send. Passing is "unspecified": programs behind this one still
/// have their say.
#[inline(always)]
pub(crate) fn tc(ctx: &TcContext, hook: Hook) -> i32 {
    let frame = TcFrame::new(ctx);
    match meet(&frame, frame.ifindex(), hook) {
        Verdict::Pass => TC_ACT_UNSPEC,
        Verdict::Drop => TC_ACT_SHOT,
    }
}

/// A packet that meets a device without a policy is dropped, unless the device is just being attached.
#[inline(always)]
fn meet<F: Frame>(frame: &F, ifindex: u32, hook: Hook) -> Verdict {
    let (Some((kernel, slot, interface)), Some(packet)) = (Kernel::meet(ifindex), tables::scratch()) else {
        let attaching = tables::attaching(ifindex);
        let reason = if attaching { Reason::Attaching } else { Reason::NoInterface };
        return emit::verdict(0, reason, None, frame);
    };
    let reason = judge(frame, &kernel, interface, slot, hook, packet);
    flow_log::packet(slot, reason, (hook, interface), frame);
    emit::verdict(slot, reason, Some((hook, interface)), frame)
}
