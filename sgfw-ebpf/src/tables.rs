//! The maps, and the answers the decision gets from them. The layout is `sgfw_common::maps`.
//!
//! Everything but the flows is written by the control plane only, and immutable once the word in ACTIVE
//! makes it count. Flows are changed in place, through the pointer of the look-up.

use crate::flow_log::Room;
use aya_ebpf::Global;
use aya_ebpf::bindings::{BPF_F_NO_PREALLOC, BPF_NOEXIST};
use aya_ebpf::helpers::generated::bpf_jiffies64;
use aya_ebpf::macros::map;
use aya_ebpf::maps::{Array, HashMap, LruHashMap, PerCpuArray};
use sgfw_common::addr::Addr;
use sgfw_common::logged::{Dropped, Logged, LoggedKey, MAX_LOGGED};
use sgfw_common::maps::{
    ATTACHING, Counter, DIRECT_IFINDEX, Flow, FlowKey, FlowKey4, Interface, MAX_COUNTERS, MAX_FRAGMENTS, MAX_HALF_OPEN,
    MAX_HIGH_IFINDEX, MAX_INTERFACES, MAX_MEMBER_CELLS, MAX_MEMBERS, MAX_NODES32, MAX_NODES128, MAX_OTHER, MAX_TCP,
    Member, MemberCell, Meta, Node32, Node128, Tree,
};
use sgfw_common::packet::Packet;
use sgfw_common::range::{self, Nodes};
use sgfw_common::tables::{Entry, Refused, Table, Tables};

/// Which version counts, for all interfaces at once: 0 or 1.
#[map]
static ACTIVE: Array<u32> = Array::with_max_entries(1, 0);
/// Both versions of every interface.
#[map]
static INTERFACES: Array<Interface> = Array::with_max_entries(MAX_INTERFACES * 2, 0);
/// Nodes of the 32-bit trees.
#[map]
static NODES32: Array<Node32> = Array::with_max_entries(MAX_NODES32, 0);
/// Nodes of the 128-bit trees.
#[map]
static NODES128: Array<Node128> = Array::with_max_entries(MAX_NODES128, 0);
/// Members of groups by address.
#[map]
static MEMBERS: HashMap<Addr, Member> = HashMap::with_max_entries(MAX_MEMBERS, BPF_F_NO_PREALLOC);
/// Cells for members.
#[map]
static MEMBER_CELLS: HashMap<MemberCell, Tree> = HashMap::with_max_entries(MAX_MEMBER_CELLS, BPF_F_NO_PREALLOC);
/// IPv4: TCP with a validated handshake.
#[map]
static CT_TCP4: LruHashMap<FlowKey4, Flow> = LruHashMap::with_max_entries(MAX_TCP, 0);
/// IPv4: TCP on its way.
#[map]
static CT_HALF_OPEN4: LruHashMap<FlowKey4, Flow> = LruHashMap::with_max_entries(MAX_HALF_OPEN, 0);
/// IPv4: UDP, ICMP and the rest.
#[map]
static CT_OTHER4: LruHashMap<FlowKey4, Flow> = LruHashMap::with_max_entries(MAX_OTHER, 0);
/// IPv4: datagrams in fragments.
#[map]
static CT_FRAGMENTS4: LruHashMap<FlowKey4, Flow> = LruHashMap::with_max_entries(MAX_FRAGMENTS, 0);
/// IPv6: TCP with a validated handshake.
#[map]
static CT_TCP6: LruHashMap<FlowKey, Flow> = LruHashMap::with_max_entries(MAX_TCP, 0);
/// IPv6: TCP on its way.
#[map]
static CT_HALF_OPEN6: LruHashMap<FlowKey, Flow> = LruHashMap::with_max_entries(MAX_HALF_OPEN, 0);
/// IPv6: UDP, ICMP and the rest.
#[map]
static CT_OTHER6: LruHashMap<FlowKey, Flow> = LruHashMap::with_max_entries(MAX_OTHER, 0);
/// IPv6: datagrams in fragments.
#[map]
static CT_FRAGMENTS6: LruHashMap<FlowKey, Flow> = LruHashMap::with_max_entries(MAX_FRAGMENTS, 0);
/// Adoption windows by slot: the tick they end.
#[map]
static ADOPT: Array<u64> = Array::with_max_entries(MAX_INTERFACES, 0);
/// Packets and bytes by slot and reason.
#[map]
pub(crate) static COUNTERS: PerCpuArray<Counter> = PerCpuArray::with_max_entries(MAX_COUNTERS, 0);
/// What flow logs want of each slot: [`sgfw_common::maps::logs`].
#[map]
pub(crate) static LOGS: Array<u32> = Array::with_max_entries(MAX_INTERFACES, 0);
/// What was counted for flow logs and nobody took yet.
#[map]
pub(crate) static LOGGED: HashMap<LoggedKey, Logged> = HashMap::with_max_entries(MAX_LOGGED, BPF_F_NO_PREALLOC);
/// Packets by slot that found no room there.
#[map]
pub(crate) static UNLOGGED: PerCpuArray<u64> = PerCpuArray::with_max_entries(MAX_INTERFACES, 0);
/// What the maps belong to, and whether the log is on.
#[map]
pub(crate) static META: Array<Meta> = Array::with_max_entries(1, 0);

/// Slots of the devices of one network namespace, by index. These two maps are the only ones that each
/// namespace has of its own: device indexes repeat between namespaces.
#[map]
static IFINDEX: Array<u32> = Array::with_max_entries(DIRECT_IFINDEX, 0);
/// The same for high indexes.
#[map]
static IFINDEX_HIGH: HashMap<u32, u32> = HashMap::with_max_entries(MAX_HIGH_IFINDEX, BPF_F_NO_PREALLOC);

/// Tests load the program with this set; they move the clock by hand and read each reason, by the maps below. It is read-only
/// data: in a firewall the verifier removes the branch and what is behind it.
#[unsafe(no_mangle)]
static SGFW_TEST: Global<u8> = Global::new(0);
/// The packet being judged. In a map, what the verifier knew of each parser path is forgotten.
#[map]
static SCRATCH: PerCpuArray<Packet> = PerCpuArray::with_max_entries(1, 0);
/// Room for what is counted for a flow log.
#[map]
static ROOM: PerCpuArray<Room> = PerCpuArray::with_max_entries(1, 0);
/// Room for a record of the log of drops.
#[map]
static DROPPED: PerCpuArray<Dropped> = PerCpuArray::with_max_entries(1, 0);
/// Room for one number, so that the verifier forgets it.
#[map]
static NUMBER: PerCpuArray<u32> = PerCpuArray::with_max_entries(1, 0);
/// The clock of a test.
#[map]
static TEST_CLOCK: Array<u64> = Array::with_max_entries(1, 0);
/// The last reason of a test.
#[map]
static TEST_REASON: Array<u32> = Array::with_max_entries(1, 0);

/// Tells a test the reason.
#[inline(always)]
pub(crate) fn tell(reason: u32) {
    if SGFW_TEST.load() != 0
        && let Some(place) = TEST_REASON.get_ptr_mut(0)
    {
        // SAFETY: a test runs one packet at a time.
        unsafe { *place = reason }
    }
}

/// The kernel's clock of flows, in ticks.
#[inline(always)]
pub(crate) fn now() -> u64 {
    if SGFW_TEST.load() != 0 {
        return TEST_CLOCK.get(0).copied().unwrap_or(0);
    }
    // SAFETY: a helper without arguments; the JIT makes it one load.
    unsafe { bpf_jiffies64() }
}

/// A number of which the verifier knows nothing: it does not follow what lies in maps.
#[inline(always)]
pub(crate) fn forget(number: u32) -> u32 {
    let Some(place) = NUMBER.get_ptr_mut(0) else { return number };
    // SAFETY: the entry is this CPU's own until the program returns.
    unsafe {
        *place = number;
        *core::hint::black_box(place)
    }
}

/// Room for the parsed packet.
#[inline(always)]
pub(crate) fn scratch() -> Option<&'static mut Packet> {
    // SAFETY: the entry is this CPU's own until the program returns, and asked for once.
    SCRATCH.get_ptr_mut(0).map(|place| unsafe { &mut *place })
}

/// Room for what is counted for a flow log.
#[inline(always)]
pub(crate) fn room() -> Option<&'static mut Room> {
    // SAFETY: the entry is this CPU's own until the program returns, and asked for once.
    ROOM.get_ptr_mut(0).map(|place| unsafe { &mut *place })
}

/// Room for a record of the log of drops.
#[inline(always)]
pub(crate) fn dropped() -> Option<&'static mut Dropped> {
    // SAFETY: the entry is this CPU's own until the program returns, and asked for once.
    DROPPED.get_ptr_mut(0).map(|place| unsafe { &mut *place })
}

/// The maps as one packet sees them: with one version, read once.
pub(crate) struct Kernel {
    version: u32,
}

impl Kernel {
    /// The interface a device belongs to: the tables, the slot and the entry of the active version.
    #[inline(always)]
    pub(crate) fn meet(ifindex: u32) -> Option<(Self, u32, &'static Interface)> {
        let version = *ACTIVE.get(0)? & 1;
        let slot = slot(ifindex)?;
        if slot == 0 {
            return None;
        }
        let interface = INTERFACES.get(slot.wrapping_mul(2) + version)?;
        Some((Self { version }, slot, interface))
    }
}

/// Whether the device's hooks are not yet both in place.
#[inline(always)]
pub(crate) fn attaching(ifindex: u32) -> bool {
    slot(ifindex) == Some(ATTACHING)
}

/// The slot of a device; slot 0 is nobody's.
#[inline(always)]
fn slot(ifindex: u32) -> Option<u32> {
    Some(if ifindex < DIRECT_IFINDEX {
        *IFINDEX.get(ifindex)?
    } else {
        // SAFETY: the value is copied at once; only the control plane writes it.
        unsafe { *IFINDEX_HIGH.get(ifindex)? }
    })
}

impl Nodes for Kernel {
    #[inline(always)]
    fn node32(&self, index: u32) -> Option<&Node32> {
        NODES32.get(index)
    }

    #[inline(always)]
    fn node128(&self, index: u32) -> Option<&Node128> {
        NODES128.get(index)
    }

    #[inline(always)]
    fn find32(&self, tree: Tree, number: u32) -> u32 {
        sgfw_find32(tree.0, number)
    }

    #[inline(always)]
    fn find128(&self, tree: Tree, (high, low): (u64, u64)) -> u32 {
        sgfw_find128(tree.0, high, low)
    }
}

/// A function with linkage of its own: the verifier walks it once, whoever calls it and with whatever.
#[unsafe(no_mangle)]
#[inline(never)]
pub(crate) extern "C" fn sgfw_find32(tree: u32, number: u32) -> u32 {
    range::find32(&Kernel { version: 0 }, Tree(tree), number)
}

/// The same for 128 bits.
#[unsafe(no_mangle)]
#[inline(never)]
pub(crate) extern "C" fn sgfw_find128(tree: u32, high: u64, low: u64) -> u32 {
    range::find128(&Kernel { version: 0 }, Tree(tree), (high, low))
}

/// A flow where it lies in its map.
pub(crate) struct Place(*mut Flow);

impl Entry for Place {
    #[inline(always)]
    fn get(&self) -> Flow {
        // SAFETY: a non-null pointer of a map look-up is valid until the program returns.
        unsafe { *self.0 }
    }

    #[inline(always)]
    fn touch(&self, now: u64) {
        // SAFETY: as above; a race with another CPU writes nearly the same time.
        unsafe { (*self.0).seen = now }
    }

    #[inline(always)]
    fn set(&self, flow: Flow) {
        // SAFETY: as above; a race with another CPU leaves one of the two states, each of which is legal.
        unsafe { *self.0 = flow }
    }
}

#[inline(always)]
fn table4(table: Table) -> &'static LruHashMap<FlowKey4, Flow> {
    match table {
        Table::Tcp => &CT_TCP4,
        Table::HalfOpen => &CT_HALF_OPEN4,
        Table::Other => &CT_OTHER4,
        Table::Fragments => &CT_FRAGMENTS4,
    }
}

#[inline(always)]
fn table6(table: Table) -> &'static LruHashMap<FlowKey, Flow> {
    match table {
        Table::Tcp => &CT_TCP6,
        Table::HalfOpen => &CT_HALF_OPEN6,
        Table::Other => &CT_OTHER6,
        Table::Fragments => &CT_FRAGMENTS6,
    }
}

impl Tables for Kernel {
    type Entry = Place;

    #[inline(always)]
    fn forget<'p>(&self, packet: &'p Packet) -> &'p Packet {
        core::hint::black_box(packet)
    }

    #[inline(always)]
    fn now(&self) -> u64 {
        now()
    }

    #[inline(always)]
    fn adopt_until(&self, slot: u32) -> u64 {
        ADOPT.get(slot).copied().unwrap_or(0)
    }

    #[inline(always)]
    fn member(&self, address: &Addr) -> u64 {
        // SAFETY: one word is copied at once; only the control plane writes it.
        unsafe { MEMBERS.get(address) }.map_or(0, |member| member.set[(self.version & 1) as usize])
    }

    #[inline(always)]
    fn member_cell(&self, key: &MemberCell) -> Tree {
        // SAFETY: one word is copied at once, and never changes while its key exists.
        unsafe { MEMBER_CELLS.get(key) }.copied().unwrap_or(Tree::NOTHING)
    }

    #[inline(always)]
    fn flow(&self, table: Table, key: &FlowKey) -> Option<Place> {
        let place =
            if key.local.is_mapped() { table4(table).get_ptr_mut(key.four()) } else { table6(table).get_ptr_mut(key) };
        place.map(Place)
    }

    /// A key that is there already costs a place that is given back at once. Looking it up first would cost
    /// every new flow a second walk of its bucket, 30 to 60 ns; flows that are there are changed in place.
    #[inline(always)]
    fn insert_new(&self, table: Table, key: &FlowKey, flow: &Flow) -> Result<(), Refused> {
        let flags = u64::from(BPF_NOEXIST);
        let done = if key.local.is_mapped() {
            table4(table).insert(key.four(), flow, flags)
        } else {
            table6(table).insert(key, flow, flags)
        };
        done.map_err(|error| if error == EEXIST { Refused::Exists } else { Refused::Full })
    }

    #[inline(always)]
    fn remove(&self, table: Table, key: &FlowKey) {
        // Gone already is as good as removed.
        let _ = if key.local.is_mapped() { table4(table).remove(key.four()) } else { table6(table).remove(key) };
    }
}

const EEXIST: i32 = -17;
