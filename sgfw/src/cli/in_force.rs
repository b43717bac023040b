//! What is in force: the kernel's word, and the names that the state directory has for it.

use super::context::Context;
use super::failure::Failure;
use crate::kernel::Kernel;
use crate::model::Snapshot;
use crate::plan::Running;
use crate::store::Record;

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
        let (record, unknown) = match context.store.read(generation) {
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

    /// What a slot is called.
    pub(super) fn name(&self, slot: u32) -> String {
        let known = self.record.as_ref().and_then(|record| record.interface(slot));
        known.map_or_else(|| format!("slot {slot}"), str::to_owned)
    }
}
