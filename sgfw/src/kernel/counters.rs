//! Counters of reasons, and how full the maps are.

use super::error::KernelError;
use super::maps::Maps;
use serde::Serialize;
use sgfw_common::maps as shared;
use sgfw_common::reason::{REASONS, Reason};

/// What met with one reason on one interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CounterRow {
    /// Slot of the interface; 0 for devices without a policy.
    pub slot: u32,
    /// The reason.
    pub reason: Reason,
    /// Packets.
    pub packets: u64,
    /// Bytes, link layer included.
    pub bytes: u64,
}

/// How full a map is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fill {
    /// The map's name.
    pub map: &'static str,
    /// Entries in use. An LRU table counts flows that idled out and were not replaced yet.
    pub used: u64,
    /// Entries it holds.
    pub limit: u64,
}

pub(super) fn rows(maps: &Maps) -> Result<Vec<CounterRow>, KernelError> {
    let mut rows = Vec::new();
    for (index, cpus) in maps.counters.per_cpu()? {
        let packets = cpus.iter().map(|counter| counter.packets).sum();
        let bytes = cpus.iter().map(|counter| counter.bytes).sum();
        let reason = Reason::ALL.iter().find(|reason| **reason as u32 == index % REASONS);
        if let (Some(reason), true) = (reason, packets != 0) {
            rows.push(CounterRow { slot: index / REASONS, reason: *reason, packets, bytes });
        }
    }
    rows.sort_by_key(|row| (row.slot, row.reason));
    Ok(rows)
}

pub(super) fn fill(maps: &Maps) -> Result<Vec<Fill>, KernelError> {
    let row = |map, used: usize, limit: u32| Fill { map, used: used as u64, limit: u64::from(limit) };
    let interfaces = maps.interfaces.all()?;
    let empty = shared::Interface::default();
    Ok(vec![
        row("INTERFACES", interfaces.iter().filter(|(_, value)| *value != empty).count(), shared::MAX_INTERFACES * 2),
        row("MEMBERS", maps.members.all()?.len(), shared::MAX_MEMBERS),
        row("MEMBER_CELLS", maps.member_cells.all()?.len(), shared::MAX_MEMBER_CELLS),
        row("CT_TCP4", maps.tcp.four.all()?.len(), shared::MAX_TCP),
        row("CT_TCP6", maps.tcp.six.all()?.len(), shared::MAX_TCP),
        row("CT_HALF_OPEN4", maps.half_open.four.all()?.len(), shared::MAX_HALF_OPEN),
        row("CT_HALF_OPEN6", maps.half_open.six.all()?.len(), shared::MAX_HALF_OPEN),
        row("CT_OTHER4", maps.other.four.all()?.len(), shared::MAX_OTHER),
        row("CT_OTHER6", maps.other.six.all()?.len(), shared::MAX_OTHER),
        row("CT_FRAGMENTS4", maps.fragments.four.all()?.len(), shared::MAX_FRAGMENTS),
        row("CT_FRAGMENTS6", maps.fragments.six.all()?.len(), shared::MAX_FRAGMENTS),
    ])
}
