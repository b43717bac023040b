//! What is in force: the kernel's word, and the names that the store has for it.

use super::ready::{Basis, Readiness};
use super::{ControlError, Enforcement, keep};
use crate::inventory::State;
use crate::kernel::{Kernel, KernelError, Paths};
use crate::model::Snapshot;
use crate::plan::Running;
use crate::store::{Place, Record, Store};
use std::borrow::Cow;

/// What the kernel holds, and what it was called.
#[derive(Debug)]
pub struct InForce {
    /// None if nothing was ever applied.
    pub kernel: Option<Kernel>,
    /// What it holds.
    pub running: Running,
    /// What was written down about it, if it is known.
    pub record: Option<Record>,
    /// The policy of that record, with everything this machine added.
    pub policy: Option<Snapshot>,
    /// Why it is not, if it should be.
    pub unknown: Option<String>,
    pub(super) basis: Basis,
}

impl InForce {
    /// Reads both.
    ///
    /// # Errors
    /// The kernel cannot be read. A record that cannot be read is no error: see [`Self::unknown`].
    pub fn read(paths: &Paths, store: &dyn Store) -> Result<Self, ControlError> {
        let Some(kernel) = Kernel::open(paths)? else {
            let (running, basis) = (Kernel::nothing(), Basis::default());
            return Ok(Self { kernel: None, running, record: None, policy: None, unknown: None, basis });
        };
        let generation = kernel.generation()?;
        let told = store.read_record(generation).map_err(ControlError::from);
        let told = told.and_then(|record| Ok((keep::policy(store, &record)?, record)));
        let (record, policy, unknown) = match told {
            Ok((policy, record)) => (Some(record), Some(policy), None),
            // Maps that were made and never written.
            Err(_) if generation == 0 => (None, None, None),
            Err(error) => (None, None, Some(format!("the text of generation {generation} is not known: {error}"))),
        };
        let known = record.as_ref().map(Record::known).unwrap_or_default();
        let running = kernel.running(&known)?;
        Ok(Self { kernel: Some(kernel), running, record, policy, unknown, basis: Basis::default() })
    }

    /// The generation in force; 0 for none.
    pub fn generation(&self) -> u64 {
        self.running.generation[self.running.active]
    }

    /// Whether any packet is judged.
    pub fn is_enforcing(&self) -> bool {
        !self.running.attachments.is_empty() || self.generation() > 0
    }

    /// The policy in force, which is an empty one where nothing was applied; none if its text is not known.
    pub fn snapshot(&self) -> Option<Snapshot> {
        self.words().map(Cow::into_owned)
    }

    /// The same, to look at.
    pub(super) fn words(&self) -> Option<Cow<'_, Snapshot>> {
        match (&self.policy, &self.unknown) {
            (Some(policy), _) => Some(Cow::Borrowed(policy)),
            (None, None) => Some(Cow::Owned(Snapshot::default())),
            (None, Some(_)) => None,
        }
    }

    /// Ends what is counted of slots that this record gives to other interfaces.
    pub(super) fn hand_over(&self, record: &Record) -> Result<(), KernelError> {
        let (Some(kernel), Some(old)) = (&self.kernel, &self.record) else { return Ok(()) };
        let is_anothers = |(slot, _): &(&u32, &Place)| old.interface(**slot) != record.interface(**slot);
        let slots: Vec<u32> = old.slots.iter().filter(is_anothers).map(|(slot, _)| *slot).collect();
        if slots.is_empty() { Ok(()) } else { kernel.forget_counts(&slots) }
    }

    /// Notes what was executed, as the kernel holds it now.
    pub(super) fn take_over(&mut self, work: Enforcement, record: Record, state: &State) {
        work.plan.ops.iter().for_each(|op| self.running.apply(op));
        for (slot, place) in &record.slots {
            self.running.slots.entry(*slot).or_default().name = Some(place.interface.clone());
        }
        match (work.next, &mut self.policy) {
            (Some(next), Some(policy)) => next.take_over(policy, &mut self.basis),
            _ => {
                self.policy = Some(work.resolved.snapshot);
                self.basis = Basis::of(state, &work.left);
            }
        }
        self.record = Some(record);
        self.unknown = None;
    }

    /// Notes that what is in force is made of this state, where nothing would have to be done for it.
    pub(super) fn rest_on(&mut self, state: &State, work: Enforcement) {
        self.basis = Basis::of(state, &work.left);
        self.policy = Some(work.resolved.snapshot);
    }

    /// Whether the kernel holds the generation that was read.
    pub(super) fn is_so_still(&self) -> bool {
        let held = self.kernel.as_ref().and_then(|kernel| kernel.generation().ok());
        held == Some(self.generation())
    }

    pub(super) const fn is_ready(&self) -> bool {
        matches!(self.basis.readiness, Readiness::There(_))
    }

    /// What a slot is called.
    pub fn name(&self, slot: u32) -> String {
        if slot == 0 {
            return "none".into();
        }
        let known = self.record.as_ref().and_then(|record| record.interface(slot));
        known.map_or_else(|| format!("slot {slot}"), str::to_owned)
    }
}
