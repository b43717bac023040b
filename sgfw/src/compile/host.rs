//! An image in memory in the place of the kernel's maps, so that the decision runs on the host.
//!
//! `explain`, the lock-out guard and the tests judge packets with it. There is one version and no limit on
//! flows; node numbers are the image's own.

use super::image::Image;
use sgfw_common::addr::Addr;
use sgfw_common::frame::Slice;
use sgfw_common::maps::{Flow, FlowKey, Interface, MemberCell, Node32, Node128, Tree};
use sgfw_common::packet::Packet;
use sgfw_common::range::Nodes;
use sgfw_common::reason::Reason;
use sgfw_common::tables::{Entry, Refused, Table, Tables};
use sgfw_common::verdict::{Hook, judge};
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::collections::hash_map::Entry as Slot;
use std::rc::Rc;

/// A flow in [`Flows`], shared with its table.
#[derive(Clone, Debug)]
pub struct FlowEntry(Rc<Cell<Flow>>);

impl Entry for FlowEntry {
    fn get(&self) -> Flow {
        self.0.get()
    }

    fn touch(&self, now: u64) {
        self.0.set(Flow { seen: now, ..self.0.get() });
    }

    fn set(&self, flow: Flow) {
        self.0.set(flow);
    }
}

/// The four flow tables in memory. They never fill up and forget nothing by themselves.
#[derive(Debug, Default)]
pub struct Flows([RefCell<HashMap<FlowKey, FlowEntry>>; 4]);

impl Flows {
    /// The flow with this key, expired or not.
    pub fn get(&self, table: Table, key: &FlowKey) -> Option<FlowEntry> {
        self.table(table).borrow().get(key).cloned()
    }

    /// Enters a flow where there is none with its key.
    ///
    /// # Errors
    /// There is one.
    pub fn insert_new(&self, table: Table, key: &FlowKey, flow: &Flow) -> Result<(), Refused> {
        match self.table(table).borrow_mut().entry(*key) {
            Slot::Occupied(_) => Err(Refused::Exists),
            Slot::Vacant(slot) => {
                slot.insert(FlowEntry(Rc::new(Cell::new(*flow))));
                Ok(())
            }
        }
    }

    /// Forgets a flow.
    pub fn remove(&self, table: Table, key: &FlowKey) {
        self.table(table).borrow_mut().remove(key);
    }

    /// All flows of a table, sorted by key.
    pub fn all(&self, table: Table) -> Vec<(FlowKey, Flow)> {
        let mut all: Vec<_> = self.table(table).borrow().iter().map(|(key, flow)| (*key, flow.get())).collect();
        all.sort_by_key(|(key, _)| *key);
        all
    }

    fn table(&self, table: Table) -> &RefCell<HashMap<FlowKey, FlowEntry>> {
        match table {
            Table::Tcp => &self.0[0],
            Table::HalfOpen => &self.0[1],
            Table::Other => &self.0[2],
            Table::Fragments => &self.0[3],
        }
    }
}

/// The maps, as a packet sees them, over one image.
#[derive(Debug)]
pub struct HostTables<'a> {
    image: &'a Image,
    hertz: u32,
    now: Cell<u64>,
    adopt_until: Cell<u64>,
    /// Flows of all interfaces.
    pub flows: Flows,
}

impl<'a> HostTables<'a> {
    /// Tables over an image, with a clock of `hertz` ticks a second that stands at 0, and no flows.
    pub fn new(image: &'a Image, hertz: u32) -> Self {
        Self { image, hertz, now: Cell::new(0), adopt_until: Cell::new(0), flows: Flows::default() }
    }

    /// The interface with this name, its timeouts in ticks of this clock.
    pub fn interface(&self, name: &str) -> Option<Interface> {
        self.image.interfaces.get(name).map(|interface| in_ticks(*interface, self.hertz))
    }

    /// Judges a frame that was met on an interface, and remembers its flow.
    pub fn judge(&self, frame: &[u8], interface: &Interface, slot: u32, hook: Hook) -> Reason {
        judge(&Slice(frame), self, interface, slot, hook, &mut Packet::UNKNOWN.clone())
    }

    /// Sets the clock, in ticks.
    pub fn set_now(&self, now: u64) {
        self.now.set(now);
    }

    /// Sets the end of the adoption window of all interfaces, in ticks; 0 for none.
    pub fn set_adopt_until(&self, until: u64) {
        self.adopt_until.set(until);
    }
}

/// An interface of an image, whose timeouts are in seconds, for a clock of `hertz` ticks a second.
pub fn in_ticks(interface: Interface, hertz: u32) -> Interface {
    let timeouts = interface.timeouts.map(|seconds| seconds.saturating_mul(hertz));
    Interface { timeouts, hertz, ..interface }
}

impl Nodes for HostTables<'_> {
    fn node32(&self, index: u32) -> Option<&Node32> {
        self.image.nodes32.get(index as usize).map(|(_, node)| node)
    }

    fn node128(&self, index: u32) -> Option<&Node128> {
        self.image.nodes128.get(index as usize).map(|(_, node)| node)
    }
}

impl Tables for HostTables<'_> {
    type Entry = FlowEntry;

    fn now(&self) -> u64 {
        self.now.get()
    }

    fn adopt_until(&self, _slot: u32) -> u64 {
        self.adopt_until.get()
    }

    fn member(&self, address: &Addr) -> u64 {
        self.image.members.get(address).copied().unwrap_or(0)
    }

    fn member_cell(&self, key: &MemberCell) -> Tree {
        self.image.member_cells.get(key).copied().unwrap_or(Tree::NOTHING)
    }

    fn flow(&self, table: Table, key: &FlowKey) -> Option<FlowEntry> {
        self.flows.get(table, key)
    }

    fn insert_new(&self, table: Table, key: &FlowKey, flow: &Flow) -> Result<(), Refused> {
        self.flows.insert_new(table, key, flow)
    }

    fn remove(&self, table: Table, key: &FlowKey) {
        self.flows.remove(table, key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compile::compile;
    use crate::compile::testing::{frame, policy};

    #[test]
    fn flows_begin_answer_and_expire_by_the_clock_that_is_set() {
        let image = compile(&policy("group a\n ingress udp 53 10.0.0.0/8\n interface i a 10.0.0.1")).unwrap();
        let tables = HostTables::new(&image, 250);
        let interface = tables.interface("i").unwrap();
        let [own, peer] = ["10.0.0.1", "10.2.3.4"].map(|address| address.parse().unwrap());
        let question = frame("udp", peer, own, 53);
        let mut answer = frame("udp", own, peer, 40000);
        // The answer's source port is the question's port; without a checksum nobody minds.
        answer[34..36].copy_from_slice(&53_u16.to_be_bytes());
        let ask = || tables.judge(&question, &interface, 1, Hook::Received);
        let reply = || tables.judge(&answer, &interface, 1, Hook::Sent);
        assert_eq!([reply(), ask(), reply()], [Reason::NoEgressRule, Reason::New, Reason::Established]);
        tables.set_now(30 * 250);
        assert_eq!(reply(), Reason::Established);
        tables.set_now(2 * 30 * 250 + 1);
        assert_eq!(reply(), Reason::NoEgressRule);
        assert_eq!(tables.flows.all(Table::Other).len(), 1);
    }

    #[test]
    fn connections_older_than_the_attach_live_on_in_the_window_only() {
        let image = compile(&policy("group a\n ingress tcp 22 10.0.0.0/8\n interface i a 10.0.0.1")).unwrap();
        let tables = HostTables::new(&image, 250);
        let interface = tables.interface("i").unwrap();
        let mut segment = frame("tcp", "10.2.3.4".parse().unwrap(), "10.0.0.1".parse().unwrap(), 22);
        // ACK in the place of SYN.
        segment[47] = 16;
        assert_eq!(tables.judge(&segment, &interface, 1, Hook::Received), Reason::NoFlow);
        tables.set_adopt_until(1);
        assert_eq!(tables.judge(&segment, &interface, 1, Hook::Received), Reason::Adopted);
    }
}
