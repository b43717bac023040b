//! What is written down about a policy that is about to be in force, and read again later.

use super::{ControlError, Enforcement, clock};
use crate::inventory::{State, lower};
use crate::model::{Device, Interface, Member, Snapshot};
use crate::plan::{Attachment, Plan};
use crate::store::{Found, Place, Record, SCHEMA, Store, StoreError, Stored};
use std::collections::{BTreeMap, BTreeSet};

/// The record of a policy that is about to be in force. Its revision is the store's to say, when it is written.
pub fn record(work: &Enforcement, sources: Vec<String>) -> Record {
    let Enforcement { resolved, plan, asked, left, .. } = work;
    let found = |(name, it): (&String, &Interface)| Some((name.clone(), found(it, asked.get(name)?)));
    Record {
        schema: SCHEMA,
        generation: plan.generation,
        revision: 0,
        applied: clock::now(),
        sources,
        found: resolved.snapshot.interfaces.iter().filter_map(found).collect(),
        away: left.keys().cloned().collect(),
        slots: places(plan, &resolved.wanted.interfaces),
        why: resolved.why.clone(),
        detached: BTreeSet::new(),
    }
}

fn found(interface: &Interface, asked: &Device) -> Found {
    Found {
        asked: asked.clone(),
        device: interface.device.clone(),
        addresses: interface.addresses.clone(),
        link: interface.link,
    }
}

/// Which interface and device each slot of a plan is.
pub fn places(plan: &Plan, attachments: &BTreeMap<String, Attachment>) -> BTreeMap<u32, Place> {
    let place = |(name, slot): (&String, &u32)| {
        let attachment = attachments.get(name)?.clone();
        Some((*slot, Place { interface: name.clone(), attachment }))
    };
    plan.slots.iter().filter_map(place).collect()
}

/// The policy that a record tells of.
///
/// # Errors
/// The store cannot be read.
pub fn policy(store: &dyn Store, record: &Record) -> Result<Snapshot, ControlError> {
    let mut snapshot = lower(&State::from_rows(&rows(store, record.revision)?.rows)?).snapshot;
    record.away.iter().for_each(|name| send_away(&mut snapshot, name));
    for (name, found) in &record.found {
        if let Some(interface) = snapshot.interfaces.get_mut(name) {
            interface.device.clone_from(&found.device);
            interface.addresses.clone_from(&found.addresses);
            interface.link = found.link;
        }
    }
    Ok(snapshot)
}

/// The rows of a revision. Of one that is not kept any more the oldest kept one tells the same: a change that reaches
/// the kernel writes a new record.
fn rows(store: &dyn Store, revision: u64) -> Result<Stored, StoreError> {
    match store.at(revision) {
        Err(StoreError::NoRevision { oldest, .. }) if revision < oldest => store.at(oldest),
        other => other,
    }
}

/// An interface whose device is not there is a member all the same.
pub fn send_away(snapshot: &mut Snapshot, name: &str) {
    let Some(interface) = snapshot.interfaces.remove(name) else { return };
    if !interface.addresses.is_empty() {
        let member = Member { name: name.into(), addresses: interface.addresses, groups: interface.groups };
        snapshot.members.insert(name.into(), member);
    }
}
