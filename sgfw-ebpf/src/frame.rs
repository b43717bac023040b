//! The bytes of a packet at each hook. All the pointer arithmetic of the kernel side is in this file.
//!
//! Headers are read straight from the linear part; what lies beyond is copied by a helper, so that a
//! paged or fragmented buffer is judged like any other, never "too short, so pass".

use crate::tables;
use aya_ebpf::bindings::__sk_buff;
use aya_ebpf::helpers::generated::{bpf_skb_load_bytes, bpf_xdp_get_buff_len, bpf_xdp_load_bytes};
use aya_ebpf::programs::{TcContext, XdpContext};
use core::ffi::c_void;
use core::mem::MaybeUninit;
use sgfw_common::frame::Frame;

/// No header the parser asks for starts beyond this, and the verifier wants to see it.
const FARTHEST: usize = 0x7fff;

/// `T` at `at` bytes behind `data`, if it ends within the linear part.
#[inline(always)]
fn linear<T: Copy>(data: usize, end: usize, at: u32) -> Option<T> {
    let at = at as usize;
    if at > FARTHEST {
        return None;
    }
    // The mask changes nothing any more; it shows the bound to the verifier where it looks for it.
    let start = opaque(data + (opaque(at) & FARTHEST));
    if start + size_of::<T>() > end {
        return None;
    }
    // SAFETY: the lines above proved the bounds to the verifier; the JITs load without alignment.
    Some(unsafe { *(start as *const T) })
}

/// The same number in one register: the check and the load must use the very same pointer, and the compiler
/// would else compute the sum a second time in another order.
#[inline(always)]
fn opaque(mut number: usize) -> usize {
    // SAFETY: it moves a register onto itself; one instruction, because line information needs one.
    unsafe { core::arch::asm!("{0} = {0}", inout(reg) number, options(pure, nomem, nostack)) }
    number
}

/// What XDP shows of a frame.
pub(crate) struct XdpFrame<'a> {
    ctx: &'a XdpContext,
}

impl<'a> XdpFrame<'a> {
    #[inline(always)]
    pub(crate) const fn new(ctx: &'a XdpContext) -> Self {
        Self { ctx }
    }

    /// Index of the device the packet arrived at.
    #[inline(always)]
    pub(crate) fn ifindex(&self) -> u32 {
        // SAFETY: the context of a running XDP program is valid for its whole run.
        unsafe { (*self.ctx.ctx).ingress_ifindex }
    }

    #[inline(always)]
    fn read<T: Copy>(&self, at: u32) -> Option<T> {
        match linear(self.ctx.data(), self.ctx.data_end(), at) {
            Some(value) => Some(value),
            None => self.far(at),
        }
    }

    #[inline(always)]
    fn far<T: Copy>(&self, at: u32) -> Option<T> {
        let mut value = MaybeUninit::<T>::uninit();
        let to: *mut c_void = value.as_mut_ptr().cast();
        // SAFETY: the helper writes exactly the given size into `value`, or fails.
        let done = unsafe { bpf_xdp_load_bytes(self.ctx.ctx, at, to, size_of::<T>() as u32) };
        // SAFETY: initialised by the helper, which said so.
        (done == 0).then(|| unsafe { value.assume_init() })
    }
}

impl Frame for XdpFrame<'_> {
    #[inline(always)]
    fn length(&self) -> u32 {
        (self.ctx.data_end() - self.ctx.data()) as u32
    }

    #[inline(always)]
    fn holds(&self, end: u32) -> bool {
        // SAFETY: a helper without preconditions on a valid context.
        end <= self.length() || u64::from(end) <= unsafe { bpf_xdp_get_buff_len(self.ctx.ctx) }
    }

    #[inline(always)]
    fn half(&self, at: u32) -> Option<u16> {
        self.read(at)
    }

    #[inline(always)]
    fn words<const N: usize>(&self, at: u32) -> Option<[u32; N]> {
        self.read(at)
    }

    #[inline(always)]
    fn forget(&self, at: u32) -> u32 {
        tables::forget(at)
    }

    /// XDP sees packets before they are merged.
    #[inline(always)]
    fn gso(&self) -> bool {
        false
    }

    #[inline(always)]
    fn tagged(&self) -> bool {
        false
    }
}

/// What a classifier shows of a socket buffer.
pub(crate) struct TcFrame<'a> {
    ctx: &'a TcContext,
}

impl<'a> TcFrame<'a> {
    #[inline(always)]
    pub(crate) const fn new(ctx: &'a TcContext) -> Self {
        Self { ctx }
    }

    /// Index of the device the packet is at.
    #[inline(always)]
    pub(crate) fn ifindex(&self) -> u32 {
        self.skb().ifindex
    }

    #[inline(always)]
    fn skb(&self) -> &__sk_buff {
        // SAFETY: the context of a running classifier is valid for its whole run.
        unsafe { &*self.ctx.skb.skb }
    }

    #[inline(always)]
    fn read<T: Copy>(&self, at: u32) -> Option<T> {
        match linear(self.ctx.data(), self.ctx.data_end(), at) {
            Some(value) => Some(value),
            None => self.far(at),
        }
    }

    #[inline(always)]
    fn far<T: Copy>(&self, at: u32) -> Option<T> {
        let mut value = MaybeUninit::<T>::uninit();
        let to: *mut c_void = value.as_mut_ptr().cast();
        // SAFETY: the helper writes exactly the given size into `value`, or fails.
        let done = unsafe { bpf_skb_load_bytes(self.ctx.skb.skb.cast(), at, to, size_of::<T>() as u32) };
        // SAFETY: initialised by the helper, which said so.
        (done == 0).then(|| unsafe { value.assume_init() })
    }
}

impl Frame for TcFrame<'_> {
    #[inline(always)]
    fn length(&self) -> u32 {
        self.skb().len
    }

    #[inline(always)]
    fn holds(&self, end: u32) -> bool {
        end <= self.length()
    }

    #[inline(always)]
    fn half(&self, at: u32) -> Option<u16> {
        self.read(at)
    }

    #[inline(always)]
    fn words<const N: usize>(&self, at: u32) -> Option<[u32; N]> {
        self.read(at)
    }

    #[inline(always)]
    fn forget(&self, at: u32) -> u32 {
        tables::forget(at)
    }

    #[inline(always)]
    fn gso(&self) -> bool {
        self.skb().gso_size != 0
    }

    #[inline(always)]
    fn tagged(&self) -> bool {
        self.skb().vlan_present != 0
    }
}
