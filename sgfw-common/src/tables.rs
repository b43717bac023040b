//! What the decision asks of the maps. The kernel side answers from BPF maps, the host from memory.

use crate::addr::Addr;
use crate::maps::{Flow, FlowKey, MemberCell, Tree};
use crate::packet::Packet;
use crate::range::Nodes;

/// The four tables of flows, by how much a flow has proved.
///
/// Separate, so that a flood of one kind evicts nothing of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Table {
    /// TCP with a validated handshake.
    Tcp,
    /// TCP on its way there.
    HalfOpen,
    /// UDP, ICMP and every other protocol.
    Other,
    /// Fragmented datagrams whose first fragment passed.
    Fragments,
}

/// Why a flow was not entered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// Its key is there already.
    Exists,
    /// The table has no room.
    Full,
}

/// A flow in its table, changed in place: an update by key would make a full LRU evict others.
pub trait Entry {
    /// A copy of the flow.
    fn get(&self) -> Flow;
    /// Sets only the time it was last seen.
    fn touch(&self, now: u64);
    /// Replaces it.
    fn set(&self, flow: Flow);
}

/// The maps, as one packet sees them.
pub trait Tables: Nodes {
    /// A flow's place in a table.
    type Entry: Entry;

    /// The same packet, about which the kernel's verifier takes nothing for granted any more, so that the
    /// paths through the parser meet here. On the host there is nothing to do.
    fn forget<'p>(&self, packet: &'p Packet) -> &'p Packet {
        packet
    }

    /// The clock of the flows, in ticks.
    fn now(&self) -> u64;
    /// The end of the adoption window of an interface, in ticks; 0 when it never had one.
    fn adopt_until(&self, slot: u32) -> u64;
    /// The set of groups an address belongs to, in the active version; 0 for none.
    fn member(&self, address: &Addr) -> u64;
    /// The cell for members of a set.
    fn member_cell(&self, key: &MemberCell) -> Tree;
    /// A flow, expired or not.
    fn flow(&self, table: Table, key: &FlowKey) -> Option<Self::Entry>;
    /// Enters a flow where there is none with its key.
    ///
    /// # Errors
    /// There is one, or there is no room; nothing is changed.
    fn insert_new(&self, table: Table, key: &FlowKey, flow: &Flow) -> Result<(), Refused>;

    /// Enters a flow, in place of one with the same key if there is one; false if there is no room.
    #[inline(always)]
    fn insert(&self, table: Table, key: &FlowKey, flow: &Flow) -> bool {
        match self.insert_new(table, key, flow) {
            Ok(()) => true,
            Err(Refused::Exists) => self.flow(table, key).map(|entry| entry.set(*flow)).is_some(),
            Err(Refused::Full) => false,
        }
    }

    /// Forgets a flow.
    fn remove(&self, table: Table, key: &FlowKey);
}
