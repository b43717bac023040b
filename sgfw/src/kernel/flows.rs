//! Live flows, with their ages in seconds.

use super::error::KernelError;
use super::load;
use super::maps::Maps;
use super::paths::Paths;
use sgfw_common::conntrack::{Kind, State, other_timeout, seconds, tcp_timeout};
use sgfw_common::maps::{Flow, FlowKey, Interface};
use sgfw_common::packet::protocol;
use sgfw_common::tables::Table;

/// One flow that has not idled out.
#[derive(Clone, Copy, Debug)]
pub struct LiveFlow {
    /// Which table it lies in.
    pub table: Table,
    /// Who speaks to whom, on which slot.
    pub key: FlowKey,
    /// The entry as it lies in the map; its times are in ticks.
    pub flow: Flow,
    /// What it has proved.
    pub state: State,
    /// Seconds since its first packet.
    pub age: u64,
    /// Seconds since its last one, to the second.
    pub idle: u64,
    /// Seconds it may idle.
    pub timeout: u64,
}

pub(super) fn live(paths: &Paths, maps: &Maps) -> Result<Vec<LiveFlow>, KernelError> {
    let now = load::now(paths)?;
    let version = maps.active.get(&0)?.unwrap_or(0) & 1;
    let kinds = [Table::Tcp, Table::HalfOpen, Table::Other, Table::Fragments];
    let mut all = Vec::new();
    for (table, entries) in kinds.into_iter().zip(maps.flows()) {
        for (key, flow) in entries.all()? {
            let interface = maps.interfaces.get(&(u32::from(key.slot) * 2 + version))?.unwrap_or_default();
            all.extend(alive(table, key, flow, &interface, now));
        }
    }
    Ok(all)
}

/// The flow, if it has not idled out by the rules the program goes by.
fn alive(table: Table, key: FlowKey, flow: Flow, interface: &Interface, now: u64) -> Option<LiveFlow> {
    let hertz = u64::from(interface.hertz.max(1));
    let timeout = u64::from(timeout(table, &key, &flow, interface));
    let idle = now.saturating_sub(flow.seen);
    (idle <= timeout).then(|| LiveFlow {
        table,
        key,
        flow,
        state: State::from_number(flow.state),
        age: now.saturating_sub(flow.created) / hertz,
        idle: idle / hertz,
        timeout: timeout / hertz,
    })
}

fn timeout(table: Table, key: &FlowKey, flow: &Flow, interface: &Interface) -> u32 {
    match (table, key.protocol) {
        (Table::Tcp | Table::HalfOpen, _) => tcp_timeout(flow, interface),
        (Table::Fragments, _) => seconds::FRAGMENTS * interface.hertz,
        (Table::Other, protocol::UDP) => other_timeout(flow, Kind::Udp, interface),
        (Table::Other, protocol::ICMP | protocol::ICMPV6) => other_timeout(flow, Kind::Icmp, interface),
        (Table::Other, _) => other_timeout(flow, Kind::Other, interface),
    }
}
