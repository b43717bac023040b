//! `sgfw flows`: live connections, and which rule let each of them in or out.
//!
//! The kernel remembers the generation that admitted a flow and not the rule, so the rule is found as it was then: by
//! the reference over that generation's policy. Several rules may allow the same; the first in canonical order is named.

use super::cells::ip;
use super::context::Context;
use super::failure::Failure;
use super::in_force::InForce;
use super::reply::Reply;
use super::table::{Table, count};
use super::time::span;
use crate::control::policy;
use crate::kernel::LiveFlow;
use crate::model::{Direction, Rule, Snapshot};
use crate::reference::What;
use crate::reference::judge::matching;
use crate::store::{Record, Redb, Store};
use clap::Args;
use serde::Serialize;
use serde_json::json;
use sgfw_common::conntrack::{State, closing};
use sgfw_common::maps::{FlowKey, INGRESS, class};
use sgfw_common::packet::protocol;
use sgfw_common::tables;
use std::collections::BTreeMap;
use std::net::IpAddr;

const EXAMPLES: &str = "\
Examples:
  sgfw flows
  sgfw flows --interface web
  sgfw flows -o json

Untracked traffic has no flow: where rules for everybody meet in both directions, there is nothing to remember.";

/// Show live connections: state, age, timeout, who admitted them
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) struct Flows {
    /// Only this interface or device
    #[arg(long, short, value_name = "NAME")]
    interface: Option<String>,
}

impl Flows {
    pub(super) fn run(&self, context: &Context) -> Result<Reply, Failure> {
        let mut now = InForce::read(context)?;
        let kernel = now.take_kernel()?;
        let slot = self.interface.as_ref().map(|name| now.slot(name)).transpose()?;
        let mut live = kernel.flows()?;
        live.retain(|flow| slot.is_none_or(|slot| u32::from(flow.key.slot) == slot));
        live.sort_by_key(|flow| flow.key);
        let mut records = Records::new(&context.store);
        let rows: Vec<Row> = live.iter().map(|flow| row(&now, &mut records, flow)).collect();
        Ok(Reply::new(&json!({ "flows": rows }), text(&rows)))
    }
}

#[derive(Debug, Serialize)]
struct Row {
    interface: String,
    protocol: String,
    local: IpAddr,
    local_port: Option<u16>,
    remote: IpAddr,
    remote_port: Option<u16>,
    /// ICMP: the identifier.
    id: Option<u16>,
    direction: Direction,
    state: &'static str,
    closing: bool,
    adopted: bool,
    age: u64,
    idle: u64,
    timeout: u64,
    generation: u32,
    admitted_by: Option<String>,
}

fn row(now: &InForce, records: &mut Records<'_>, flow: &LiveFlow) -> Row {
    let key = &flow.key;
    let transport = key.class == class::TRANSPORT && matches!(key.protocol, protocol::TCP | protocol::UDP);
    let port = |port: u16| transport.then_some(port);
    let adopted = is_adopted(flow);
    Row {
        interface: now.name(u32::from(key.slot)),
        protocol: kind_word(flow),
        local: ip(key.local),
        local_port: port(key.local_port),
        remote: ip(key.remote),
        remote_port: port(key.remote_port),
        id: (matches!(key.class, class::ECHO..=class::MASK)).then_some(key.local_port),
        direction: direction(flow),
        state: flow.state.word(),
        closing: flow.flow.closing & (closing::FIN_INGRESS | closing::FIN_EGRESS | closing::RESET) != 0,
        adopted,
        age: flow.age,
        idle: flow.idle,
        timeout: flow.timeout,
        generation: flow.flow.generation,
        admitted_by: if adopted { None } else { records.admitting(flow) },
    }
}

/// A connection that is older than the first attach: nobody saw its first packet, so its sequence numbers are not known.
fn is_adopted(flow: &LiveFlow) -> bool {
    let tcp = matches!(flow.table, tables::Table::Tcp | tables::Table::HalfOpen);
    flow.state == State::Adopted || (tcp && flow.flow.initiator_next == 0 && flow.flow.responder_isn == 0)
}

pub(super) const fn direction(flow: &LiveFlow) -> Direction {
    if flow.flow.initiator as usize == INGRESS { Direction::Ingress } else { Direction::Egress }
}

/// What people call a protocol.
pub(super) fn protocol_word(number: u8) -> String {
    match number {
        protocol::TCP => "tcp".into(),
        protocol::UDP => "udp".into(),
        protocol::ICMP => "icmp".into(),
        protocol::ICMPV6 => "icmpv6".into(),
        number => format!("protocol {number}"),
    }
}

fn kind_word(flow: &LiveFlow) -> String {
    let word = protocol_word(flow.key.protocol);
    if flow.table == tables::Table::Fragments { format!("{word} fragments") } else { word }
}

/// Policies of earlier generations, each read once.
struct Records<'a> {
    store: &'a Redb,
    read: BTreeMap<u32, Option<(Record, Snapshot)>>,
}

impl<'a> Records<'a> {
    const fn new(store: &'a Redb) -> Self {
        Self { store, read: BTreeMap::new() }
    }

    /// The rule that let the first packet pass, in words; none if it is not known any more.
    fn admitting(&mut self, flow: &LiveFlow) -> Option<String> {
        let generation = flow.flow.generation;
        let store = self.store;
        let read = || {
            let record = store.read_record(generation.into()).ok()?;
            let policy = policy(store, &record).ok()?;
            Some((record, policy))
        };
        let (record, policy) = self.read.entry(generation).or_insert_with(read).as_ref()?;
        let interface = policy.interfaces.get(record.interface(flow.key.slot.into())?)?;
        let (direction, peer) = (direction(flow), ip(flow.key.remote));
        let hits = matching(policy, interface, direction, peer, asked(flow)?);
        hits.first().map(|hit| words(hit.group, hit.direction, hit.rule))
    }
}

/// What the flow's first packet asked for; none for fragments.
pub(super) fn asked(flow: &LiveFlow) -> Option<What> {
    let FlowKey { protocol: number, local_port, remote_port, class: kind, local, .. } = flow.key;
    let port = if direction(flow) == Direction::Ingress { local_port } else { remote_port };
    let query = match (kind, local.is_mapped()) {
        (class::ECHO, true) => 8,
        (class::ECHO, false) => 128,
        (class::TIMESTAMP, _) => 13,
        (class::INFORMATION, _) => 15,
        _ => 17,
    };
    match (flow.table, number) {
        (tables::Table::Fragments, _) => None,
        (_, protocol::TCP) => Some(What::Tcp(port)),
        (_, protocol::UDP) => Some(What::Udp(port)),
        (_, protocol::ICMP) => Some(What::Icmp { kind: query, code: 0 }),
        (_, protocol::ICMPV6) => Some(What::Icmpv6 { kind: query, code: 0 }),
        (_, number) => Some(What::Other(number)),
    }
}

fn words(group: &str, direction: Direction, rule: &Rule) -> String {
    let way = if direction == Direction::Ingress { "from" } else { "to" };
    let place = match rule.origin.line {
        0 => String::new(),
        line => format!(" ({}:{line})", rule.origin.file),
    };
    format!("{group}: {direction} {} {way} {}{place}", rule.traffic, rule.peer)
}

fn text(rows: &[Row]) -> String {
    let headings =
        ["INTERFACE", "PROTOCOL", "LOCAL", "REMOTE", "DIRECTION", "STATE", "AGE", "IDLE", "TIMEOUT", "ADMITTED BY"];
    let mut table = Table::new(&headings);
    for row in rows {
        table.row([
            row.interface.clone(),
            row.protocol.clone(),
            endpoint(row.local, row.local_port.or(row.id)),
            endpoint(row.remote, row.remote_port),
            row.direction.to_string(),
            if row.closing { format!("{}, closing", row.state) } else { row.state.into() },
            span(row.age),
            span(row.idle),
            span(row.timeout),
            admitted(row),
        ]);
    }
    table.text() + &format!("\n{}\n", count(rows.len(), "live flow"))
}

fn endpoint(address: IpAddr, port: Option<u16>) -> String {
    match (address, port) {
        (address, None) => address.to_string(),
        (IpAddr::V4(address), Some(port)) => format!("{address}:{port}"),
        (IpAddr::V6(address), Some(port)) => format!("[{address}]:{port}"),
    }
}

fn admitted(row: &Row) -> String {
    match &row.admitted_by {
        _ if row.adopted => "adopted: older than the first apply".into(),
        Some(rule) => format!("generation {}, {rule}", row.generation),
        None => format!("generation {}, rule unknown", row.generation),
    }
}
