//! What is enforced, read back from the kernel's maps: for each interface and direction, who may do what.
//!
//! These are not the rules as they were written but the union of all of them, nesting resolved. A block that allows no
//! more than everybody may do anyway is not listed.

use super::failure::Failure;
use super::in_force::InForce;
use super::reply::Reply;
use super::table::{Table, list};
use crate::compile::{allowed, blocks};
use crate::model::Direction;
use crate::plan::Running;
use serde::Serialize;
use serde_json::json;
use sgfw_common::addr::Addr;
use sgfw_common::maps::{self, Rules, Tree};
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Addresses of a group's members that one line names.
const NAMED: usize = 4;

#[derive(Debug, Serialize)]
struct Row {
    interface: String,
    direction: Direction,
    peer: String,
    allowed: Vec<String>,
}

/// The cells of one interface or of all.
pub(super) fn show(now: &InForce, only: Option<&str>) -> Result<Reply, Failure> {
    let only = only.map(|name| now.slot(name)).transpose()?;
    let members = members(&now.running);
    let mut rows = Vec::new();
    for (slot, held) in now.running.slots.iter().filter(|(slot, _)| only.is_none_or(|only| only == **slot)) {
        let interface = held.versions[now.running.active];
        for (direction, place) in [(Direction::Ingress, maps::INGRESS), (Direction::Egress, maps::EGRESS)] {
            let cells = cells(&now.running, &interface.rules[place], &members);
            rows.extend(cells.into_iter().map(|(peer, cell)| Row {
                interface: now.name(*slot),
                direction,
                peer,
                allowed: allowed(&now.running, cell).iter().map(ToString::to_string).collect(),
            }));
        }
    }
    rows.retain(|row| !row.allowed.is_empty());
    Ok(Reply::new(&json!({ "cells": rows }), text(&rows)))
}

/// Everybody, blocks, members: in the order the decision asks.
fn cells(running: &Running, rules: &Rules, members: &BTreeMap<u64, Vec<IpAddr>>) -> Vec<(String, Tree)> {
    let everybody = [("0.0.0.0/0".to_owned(), rules.any4), ("::/0".to_owned(), rules.any6)];
    let blocks = blocks(running, rules).into_iter().map(|(block, cell)| (block.to_string(), cell));
    let groups = running.member_cells.iter().filter(|(key, _)| rules.peers != 0 && key.peers == rules.peers);
    let groups = groups.filter_map(|(key, cell)| Some((named(members.get(&key.set)?), *cell)));
    everybody.into_iter().chain(blocks).chain(groups).collect()
}

/// Addresses by their set of groups.
fn members(running: &Running) -> BTreeMap<u64, Vec<IpAddr>> {
    let mut sets: BTreeMap<u64, Vec<IpAddr>> = BTreeMap::new();
    for (address, member) in &running.members {
        sets.entry(member.set[running.active]).or_default().push(ip(*address));
    }
    sets.values_mut().for_each(|addresses| addresses.sort());
    sets
}

fn named(addresses: &[IpAddr]) -> String {
    let first = list(addresses.iter().take(NAMED));
    match addresses.len().saturating_sub(NAMED) {
        0 => format!("members {first}"),
        more => format!("members {first} and {more} more"),
    }
}

/// The address as people write it.
pub(super) fn ip(address: Addr) -> IpAddr {
    if address.is_mapped() {
        return IpAddr::V4(Ipv4Addr::from(address.number4()));
    }
    let (high, low) = address.number6();
    IpAddr::V6(Ipv6Addr::from(u128::from(high) << 64 | u128::from(low)))
}

fn text(rows: &[Row]) -> String {
    if rows.is_empty() {
        return "Nothing is allowed but what is never filtered\n".into();
    }
    let mut table = Table::new(&["INTERFACE", "DIRECTION", "PEER", "ALLOWED"]);
    for row in rows {
        table.row([row.interface.clone(), row.direction.to_string(), row.peer.clone(), list(&row.allowed)]);
    }
    table.text()
}
