//! Datagrams in fragments: the first one is judged, and what follows it shares its fate.

use crate::conntrack::{self, State};
use crate::maps::{FlowKey, INGRESS, class};
use crate::packet::Packet;
use crate::reason::Reason;
use crate::tables::{Entry, Table, Tables};
use crate::verdict::Case;

impl<T: Tables> Case<'_, T> {
    /// IPv4 counts identifications for each protocol, IPv6 does not.
    #[inline(always)]
    const fn fragments_key(&self) -> FlowKey {
        let Packet { own, fragment_id, .. } = self.packet;
        let inward = self.direction == INGRESS;
        FlowKey {
            local: if inward { own.dst } else { own.src },
            remote: if inward { own.src } else { own.dst },
            local_port: (*fragment_id >> 16) as u16,
            remote_port: *fragment_id as u16,
            slot: self.slot as u16,
            protocol: if own.v6 != 0 { 0 } else { own.protocol },
            class: class::FRAGMENTS + self.direction as u8,
        }
    }

    /// Remembers that the first fragment passed, and how long it was.
    #[inline(always)]
    pub(crate) fn first_fragment(&self, reason: Reason) -> Result<Reason, Reason> {
        let now = self.tables.now();
        let mut flow = conntrack::start(State::Fragments, self.direction, self.interface, now);
        flow.initiator_next = self.packet.length;
        self.enter(Table::Fragments, &self.fragments_key(), &flow).map(|_| reason)
    }

    #[inline(always)]
    pub(crate) fn later_fragment(&self) -> Result<Reason, Reason> {
        let entry = self.tables.flow(Table::Fragments, &self.fragments_key()).ok_or(Reason::FragmentUnknown)?;
        let first = entry.get();
        let timeout = conntrack::seconds::FRAGMENTS * self.interface.hertz;
        if !conntrack::alive(&first, timeout, self.tables.now()) {
            return Err(Reason::FragmentUnknown);
        }
        let overlaps = self.packet.fragment_offset < first.initiator_next;
        if overlaps { Err(Reason::FragmentOverlap) } else { Ok(Reason::Fragment) }
    }
}
