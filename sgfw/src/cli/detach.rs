//! `sgfw detach`: takes sgfw off devices, by planning a policy without them, so that the safe order holds here too.

use super::apply::execute;
use super::context::Context;
use super::failure::Failure;
use super::in_force::InForce;
use super::order;
use super::reply::Reply;
use super::style::clean;
use crate::agent::Order;
use crate::compile::{Image, compile};
use crate::control::{self, places, send_away};
use crate::kernel::Kernel;
use crate::plan::{Attachment, Op, Plan, Running, Wanted, plan};
use crate::store::{Lock, Record, Store};
use clap::Args;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

const EXAMPLES: &str = "\
Examples:
  sgfw detach eth0
  sgfw detach web database      # by the names of interfaces
  sgfw detach --all             # removes every program and map, and what is known of them

A detached device is unprotected: its packets pass as if sgfw was not there. It stays so, also beside an agent, until the
next `sgfw apply`; after --all the agent puts nothing in force before that, or before it is started anew.";

/// Take sgfw off a device, or off all of them
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) struct Detach {
    /// Devices, or interfaces of the policy
    #[arg(value_name = "DEVICE|INTERFACE", required_unless_present = "all", conflicts_with = "all")]
    names: Vec<String>,
    /// Every device; removes all pins and what is known of them, and the store if nothing else is in it
    #[arg(long)]
    all: bool,
}

impl Detach {
    pub(super) fn run(&self, context: &Context) -> Result<Reply, Failure> {
        let order = || Order::Detach { names: self.names.clone(), all: self.all };
        if let Some(reply) = order::give(context, order)? {
            return Ok(reply);
        }
        detach(context, context.store.lock("detach")?, &self.names, self.all)
    }
}

/// Takes sgfw off, by whoever has the turn.
pub(super) fn detach(context: &Context, lock: Lock, names: &[String], everything: bool) -> Result<Reply, Failure> {
    let mut now = InForce::read(context)?;
    match now.kernel.take() {
        Some(kernel) if everything => all(context, kernel, &now, lock),
        None if everything => {
            context.store.clear(lock)?;
            Ok(Reply::new(&json!({ "detached": [] }), "nothing is attached\n".into()))
        }
        Some(kernel) => some(context, &kernel, &now, names),
        None => Err(not_attached(&names.join(", "), &now.running)),
    }
}

fn all(context: &Context, kernel: Kernel, now: &InForce, lock: Lock) -> Result<Reply, Failure> {
    let plan = plan(&now.running, &Image::default(), &Wanted::default())?;
    execute(context, &kernel, &plan)?;
    kernel.remove()?;
    let mut reply = reply(now.running.attachments.values());
    match context.store.clear(lock) {
        Ok(()) => {
            reply.text +=
                "all programs and maps are removed; the store keeps the policy: `sgfw apply` puts it in force again\n"
        }
        Err(error) => {
            reply.text += "all programs and maps are removed\n";
            context.note(&format!("{}: {error}; remove it by hand", context.err.yellow("warning")));
        }
    }
    Ok(reply)
}

fn some(context: &Context, kernel: &Kernel, now: &InForce, names: &[String]) -> Result<Reply, Failure> {
    let slots: BTreeSet<u32> = names.iter().map(|name| slot(now, name)).collect::<Result<_, _>>()?;
    match &now.record {
        Some(record) => {
            let (plan, record) = without(now, record, &slots)?;
            context.store.write_record(&record)?;
            execute(context, kernel, &plan)?;
        }
        // Without the policy's text the rest stays as it is.
        None => execute(context, kernel, &bare(&now.running, &slots))?,
    }
    Ok(reply(slots.iter().filter_map(|slot| now.running.attachments.get(slot))))
}

/// The slot of a device or an interface.
fn slot(now: &InForce, name: &str) -> Result<u32, Failure> {
    let attachments = &now.running.attachments;
    if let Some(slot) = attachments.keys().find(|slot| now.name(**slot) == name) {
        return Ok(*slot);
    }
    let found: Vec<u32> = attachments.iter().filter(|(_, it)| it.device == name).map(|(slot, _)| *slot).collect();
    match found[..] {
        [slot] => Ok(slot),
        [] => Err(not_attached(name, &now.running)),
        _ => {
            let names: Vec<String> = found.iter().map(|slot| now.name(*slot)).collect();
            let message = format!("{} network namespaces have a protected device {name:?}", found.len());
            Err(Failure::new(message, format!("name the interface: {}", names.join(", "))))
        }
    }
}

/// The policy without these interfaces, and the way there. They stay members of their groups.
fn without(now: &InForce, record: &Record, slots: &BTreeSet<u32>) -> Result<(Plan, Record), Failure> {
    let leaves = |slot: &u32| slots.contains(slot);
    // A device that is gone stays gone: nothing is attached by detaching another.
    let is_attached = |it: &Attachment| now.running.attachments.values().any(|other| other == it);
    let (stay, go): (Vec<_>, Vec<_>) =
        record.slots.iter().partition(|(slot, place)| !leaves(slot) && is_attached(&place.attachment));
    let wanted: BTreeMap<String, Attachment> =
        stay.iter().map(|(_, place)| (place.interface.clone(), place.attachment.clone())).collect();
    let mut record = record.clone();
    record.away.extend(go.iter().map(|(_, place)| place.interface.clone()));
    record.detached.extend(go.iter().filter(|(slot, _)| leaves(slot)).map(|(_, place)| place.interface.clone()));
    let mut snapshot = now.snapshot().unwrap_or_default();
    record.away.iter().for_each(|name| send_away(&mut snapshot, name));
    let plan = plan(&now.running, &compile(&snapshot)?, &Wanted { interfaces: wanted.clone() })?;
    record.generation = plan.generation;
    record.applied = control::now();
    record.slots = places(&plan, &wanted);
    record.why.retain(|name, _| wanted.contains_key(name));
    record.found.retain(|name, _| wanted.contains_key(name));
    Ok((plan, record))
}

/// Only what is attached is taken away.
fn bare(running: &Running, slots: &BTreeSet<u32>) -> Plan {
    let detach = |slot: &u32| Some(Op::Detach { slot: *slot, attachment: running.attachments.get(slot)?.clone() });
    let mut ops: Vec<Op> = slots.iter().filter_map(detach).collect();
    ops.push(Op::Wait);
    ops.push(Op::ClearInterfaces(slots.iter().copied().collect()));
    Plan { ops, ..Plan::default() }
}

fn reply<'a>(attachments: impl Iterator<Item = &'a Attachment>) -> Reply {
    let attachments: Vec<&Attachment> = attachments.collect();
    let line = |it: &&Attachment| format!("detached {}: the device is unprotected now\n", clean(&it.to_string()));
    let text = attachments.iter().map(line).collect();
    Reply::new(&json!({ "detached": attachments }), text)
}

fn not_attached(name: &str, running: &Running) -> Failure {
    let devices: Vec<String> = running.attachments.values().map(|it| clean(&it.device)).collect();
    let there = if devices.is_empty() { "nothing is attached".into() } else { devices.join(", ") };
    Failure::new(
        format!("sgfw is not attached to {}", clean(name)),
        format!("attached now: {there}; `sgfw status` shows devices and interfaces"),
    )
}
