//! What is in force: the kernel's word, and the names that the state directory has for it.

use super::context::Context;
use super::failure::Failure;
use super::table::list;
use crate::kernel::Kernel;
use crate::model::Snapshot;
use crate::plan::Running;
use crate::store::{Record, Store};
use std::collections::BTreeSet;

/// What the kernel holds, and what it was called.
#[derive(Debug)]
pub(super) struct InForce {
    /// None if nothing was ever applied.
    pub(super) kernel: Option<Kernel>,
    /// What it holds.
    pub(super) running: Running,
    /// The policy in words, if it is known.
    pub(super) record: Option<Record>,
    /// Why it is not, if it should be.
    pub(super) unknown: Option<String>,
}

impl InForce {
    pub(super) fn read(context: &Context) -> Result<Self, Failure> {
        let Some(kernel) = Kernel::open(&context.paths)? else {
            return Ok(Self { kernel: None, running: Kernel::nothing(), record: None, unknown: None });
        };
        let generation = kernel.generation()?;
        let (record, unknown) = match context.store.read_record(generation) {
            Ok(record) => (Some(record), None),
            // Maps that were made and never written.
            Err(_) if generation == 0 => (None, None),
            Err(error) => (None, Some(format!("the text of generation {generation} is not known: {error}"))),
        };
        let known = record.as_ref().map(Record::known).unwrap_or_default();
        let running = kernel.running(&known)?;
        Ok(Self { kernel: Some(kernel), running, record, unknown })
    }

    /// The generation in force; 0 for none.
    pub(super) fn generation(&self) -> u64 {
        self.running.generation[self.running.active]
    }

    /// The policy in force, which is an empty one where nothing was applied; none if its text is not known.
    pub(super) fn snapshot(&self) -> Option<Snapshot> {
        match (&self.record, &self.unknown) {
            (Some(record), _) => Some(record.snapshot.clone()),
            (None, None) => Some(Snapshot::default()),
            (None, Some(_)) => None,
        }
    }

    /// The kernel's maps, where a policy was applied.
    pub(super) fn take_kernel(&mut self) -> Result<Kernel, Failure> {
        self.kernel.take().ok_or_else(|| {
            Failure::new(
                "no policy is in force",
                "`sgfw apply FILE` puts one in force; `sgfw plan FILE` shows what it does",
            )
        })
    }

    /// The slot of the interface or device with this name.
    pub(super) fn slot(&self, name: &str) -> Result<u32, Failure> {
        let attached = self.running.attachments.iter().map(|(slot, it)| (*slot, it.device.as_str()));
        let record = self.record.iter().flat_map(|record| &record.slots);
        let named = record.map(|(slot, place)| (*slot, place.interface.as_str()));
        let all: Vec<(u32, &str)> = named.chain(attached).collect();
        let found = all.iter().find(|(_, known)| *known == name);
        found.map(|(slot, _)| *slot).ok_or_else(|| {
            let names: BTreeSet<&str> = all.iter().map(|(_, known)| *known).collect();
            Failure::new(
                format!("there is no interface or device {name:?} in force"),
                format!("there are: {}", list(names)),
            )
        })
    }

    /// What a slot is called.
    pub(super) fn name(&self, slot: u32) -> String {
        if slot == 0 {
            return "none".into();
        }
        let known = self.record.as_ref().and_then(|record| record.interface(slot));
        known.map_or_else(|| format!("slot {slot}"), str::to_owned)
    }
}
