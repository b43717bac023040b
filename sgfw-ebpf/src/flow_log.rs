//! What flow logs are written from: packets and bytes of each direction of a conversation, counted in a map.
//!
//! Off, it costs the hot path one word of an array. On, one more look-up in a hash. The control plane takes what was
//! counted from time to time, and a map that is full is counted too: a log never leaves out in silence.

#![expect(clippy::needless_borrows_for_generic_args, reason = "keys and values by value go over the stack")]

use crate::tables::{self, LOGGED, LOGS, UNLOGGED, now};
use aya_ebpf::bindings::BPF_NOEXIST;
use sgfw_common::frame::Frame;
use sgfw_common::logged::{Logged, LoggedKey, is_logged, logs, seen};
use sgfw_common::maps::Interface;
use sgfw_common::packet::{Packet, protocol, tcp};
use sgfw_common::reason::Reason;
use sgfw_common::verdict::{Hook, direction};

/// Counts a packet that a flow log of its interface may want.
#[inline(always)]
pub(crate) fn packet<F: Frame>(slot: u32, reason: Reason, (hook, interface): (Hook, &Interface), frame: &F) {
    if let Some(wanted) = LOGS.get(slot)
        && *wanted != 0
    {
        sgfw_count(slot, reason as u32, direction(hook, interface) as u32, *wanted, frame.length());
    }
}

/// Room for a key and for a new entry: too much for the stack.
#[repr(C)]
pub(crate) struct Room {
    key: LoggedKey,
    fresh: Logged,
}

/// A function with linkage of its own: the verifier walks it once, whatever the verdict was. It finds the packet where
/// the parser left it.
#[unsafe(no_mangle)]
#[inline(never)]
pub(crate) extern "C" fn sgfw_count(slot: u32, reason: u32, direction: u32, wanted: u32, length: u32) -> u32 {
    if wanted & asked(reason) == 0 || !is_logged(reason) {
        return 0;
    }
    let (Some(packet), Some(room)) = (tables::scratch(), tables::room()) else { return 0 };
    name(&mut room.key, packet, slot as u16, refusal(reason), direction as u8);
    room.key.heap = (wanted & logs::HEAP != 0) as u8;
    let bytes = u64::from(length.wrapping_sub(packet.at));
    if count(room, packet, bytes) {
        return 1;
    }
    room.fresh = Logged { packets: 1, bytes, first: now(), last: now(), flags: [0; 4], reserved: [0; 4] };
    mark(&mut room.fresh.flags, packet);
    if LOGGED.insert(&room.key, &room.fresh, u64::from(BPF_NOEXIST)).is_err() && !count(room, packet, bytes) {
        miss(slot);
    }
    1
}

/// The numbers of refusals begin here.
const REFUSALS: u32 = Reason::NoIngressRule as u32;

#[inline(always)]
const fn asked(reason: u32) -> u32 {
    if reason < REFUSALS { logs::ACCEPTED } else { logs::REFUSED }
}

#[inline(always)]
const fn refusal(reason: u32) -> u8 {
    if reason < REFUSALS { 0 } else { reason as u8 }
}

/// Field by field: the whole at once would go over the stack.
#[inline(always)]
fn name(key: &mut LoggedKey, packet: &Packet, slot: u16, refusal: u8, direction: u8) {
    let own = &packet.own;
    let has_ports = matches!(own.protocol, protocol::TCP | protocol::UDP);
    key.src = own.src;
    key.dst = own.dst;
    key.sport = if has_ports { own.sport } else { 0 };
    key.dport = if has_ports { own.dport } else { 0 };
    key.slot = slot;
    key.protocol = own.protocol;
    key.refusal = refusal;
    key.direction = direction;
}

/// Adds to what is there already.
#[inline(always)]
fn count(room: &Room, packet: &Packet, bytes: u64) -> bool {
    let Some(entry) = LOGGED.get_ptr_mut(&room.key) else { return false };
    // SAFETY: a non-null pointer of a map look-up is valid until the program returns; what other CPUs write too is
    // added atomically, or is a byte that only ever becomes 1, or nearly the same time.
    unsafe {
        add(&raw mut (*entry).packets, 1);
        add(&raw mut (*entry).bytes, bytes);
        (*entry).last = now();
        mark(&mut (*entry).flags, packet);
    }
    true
}

/// Adds atomically. The target has the instruction, `core` has no name for it there.
///
/// # Safety
/// The place lies in a map value and is aligned.
#[inline(always)]
unsafe fn add(place: *mut u64, number: u64) {
    // SAFETY: as the caller says; the instruction touches nothing else.
    unsafe { core::arch::asm!("lock *(u64 *)({0} + 0) += {1}", in(reg) place, in(reg) number, options(nostack)) }
}

/// Notes the control bits of a segment; other packets have none.
#[inline(always)]
fn mark(flags: &mut [u8; 4], packet: &Packet) {
    let bits = packet.transport.flags;
    if packet.own.protocol != protocol::TCP || bits & (tcp::FIN | tcp::SYN | tcp::RST) == 0 {
        return;
    }
    if bits & tcp::FIN != 0 {
        flags[seen::FIN] = 1;
    }
    if bits & tcp::RST != 0 {
        flags[seen::RST] = 1;
    }
    match bits & (tcp::SYN | tcp::ACK) {
        tcp::SYN => flags[seen::SYN] = 1,
        both if both & tcp::SYN != 0 => flags[seen::SYN_ACK] = 1,
        _ => {}
    }
}

#[inline(always)]
fn miss(slot: u32) {
    if let Some(missed) = UNLOGGED.get_ptr_mut(slot) {
        // SAFETY: the entry is this CPU's own, and classifiers and XDP do not interrupt each other on a CPU.
        unsafe { *missed += 1 }
    }
}
