//! The store, the state and the kernel together: one change after the other.

use super::change::{Change, Effort, Enforcement};
use super::later::Later;
use super::{ControlError, InForce, keep, ready};
use crate::inventory::State;
use crate::kernel::{Binding, Kernel, Paths};
use crate::plan::{Op, Plan};
use crate::store::{KEPT, Note, Record, Store, StoreError};
use std::collections::BTreeMap;
use std::sync::Arc;

/// How often a change is thought through again because somebody else was faster.
const PATIENCE: usize = 20;

/// What came of a change.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// The newest revision.
    pub revision: u64,
    /// Whether this change made it.
    pub stored: bool,
    /// The generation that packets meet with; none where nothing is in force.
    pub generation: Option<u64>,
    /// Interfaces that stay unprotected, with why.
    pub left: BTreeMap<String, String>,
}

/// Shows an operation before it is done.
pub type Watch<'a> = &'a mut dyn FnMut(usize, &Op);

/// The store, the state as it was last read, and what is in force.
pub struct Engine {
    store: Arc<dyn Store>,
    paths: Paths,
    /// The state at [`Self::revision`].
    pub state: State,
    /// The revision of [`Self::state`].
    pub revision: u64,
    pub(super) now: Option<InForce>,
    /// Whether what no packet waits for may be left for later.
    pub(super) leaves: bool,
    pub(super) later: Option<Later>,
}

impl Engine {
    /// Reads the store. The kernel is read when it is needed.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn open(store: Arc<dyn Store>, paths: &Paths) -> Result<Self, ControlError> {
        let stored = store.get()?;
        let state = State::from_rows(&stored.rows)?;
        Ok(Self {
            store,
            paths: paths.clone(),
            state,
            revision: stored.revision,
            now: None,
            leaves: false,
            later: None,
        })
    }

    /// Catches up with changes that others made.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn refresh(&mut self) -> Result<(), ControlError> {
        self.settle();
        if self.store.revision()? == self.revision {
            return Ok(());
        }
        // Whoever made it may have changed the kernel too, and not every change of the kernel has a new generation.
        self.now = None;
        match self.store.changes_since(self.revision)? {
            Some(revisions) => {
                for revision in revisions {
                    for change in &revision.changes {
                        self.state.set_row(&change.key, change.new.as_deref())?;
                    }
                    self.revision = revision.number;
                }
            }
            None => {
                let stored = self.store.get()?;
                (self.state, self.revision) = (State::from_rows(&stored.rows)?, stored.revision);
            }
        }
        Ok(())
    }

    /// The store.
    pub fn store(&self) -> Arc<dyn Store> {
        self.store.clone()
    }

    /// Forgets what was in force when it was last read: somebody may have changed it behind sgfw's back.
    pub fn forget(&mut self) {
        self.settle();
        self.now = None;
    }

    /// Whether the next action may go the short way: the policy in force stands here as its parts.
    pub fn is_warm(&self) -> bool {
        self.now.as_ref().is_some_and(InForce::is_ready)
    }

    /// Whether it knows what is in force. It does not after a failure.
    pub const fn remembers(&self) -> bool {
        self.now.is_some()
    }

    /// What is in force, as last read; it is read anew if another process changed it.
    ///
    /// # Errors
    /// The kernel cannot be read.
    pub fn in_force(&mut self) -> Result<&InForce, ControlError> {
        self.settle();
        let now = match self.now.take().filter(InForce::is_so_still) {
            Some(now) => now,
            None => InForce::read(&self.paths, &*self.store)?,
        };
        Ok(self.now.insert(now))
    }

    /// Thinks a change through: what would be stored, what the kernel would do. Nothing is changed.
    ///
    /// # Errors
    /// The policy cannot be put in force.
    pub fn prepare(&mut self, state: State, bindings: &Binding, effort: Effort) -> Result<Change, ControlError> {
        let rows = state.changes_from(&self.state);
        let enforcement = match effort {
            Effort::Apply | Effort::Again => Some(Enforcement::plan(&state, self.in_force()?, bindings, effort)?),
            Effort::Keep if rows.is_empty() => None,
            Effort::Keep => self.keep(&state, bindings)?,
        };
        Ok(Change { state, rows, enforcement })
    }

    /// An action reaches the kernel where a policy is in force, or where it brings the first device.
    fn keep(&mut self, state: &State, bindings: &Binding) -> Result<Option<Enforcement>, ControlError> {
        if let Some(work) = self.follow(state)? {
            return Ok(Some(work));
        }
        let had_devices = self.state.interfaces.values().any(|it| it.device.is_some());
        let has_devices = state.interfaces.values().any(|it| it.device.is_some());
        let first = has_devices && !had_devices;
        if !has_devices && !had_devices {
            return Ok(None);
        }
        let now = self.in_force()?;
        if !first && !now.is_enforcing() {
            return Ok(None);
        }
        Ok(Some(Enforcement::plan(state, now, bindings, Effort::Keep)?))
    }

    /// Makes a change: stores it, then has the kernel obey.
    ///
    /// # Errors
    /// The store or the kernel refuses. After [`ControlError::NotEnforced`] it is stored and not in force, after any
    /// other nothing has changed; [`StoreError::Conflict`] asks to think again.
    pub fn commit(
        &mut self,
        change: Change,
        sources: Option<Vec<String>>,
        note: Note,
        watch: Watch<'_>,
    ) -> Result<Outcome, ControlError> {
        let Change { state, rows, enforcement } = change;
        let work = enforcement.as_ref().filter(|it| !it.is_nothing());
        let hooked = work.map(|it| self.hook(&it.plan)).transpose()?;
        let record = match work.zip(self.now.as_ref()) {
            Some((work, now)) => Some(record(now, work, sources)),
            None => enforcement.as_ref().and_then(|_| self.aged()),
        };
        let committed = match (rows.is_empty(), &record) {
            (true, None) => Ok(self.revision),
            _ => self.store.commit_with(self.revision, rows, note, record.clone()),
        };
        let revision = match committed {
            Ok(revision) => revision,
            Err(error) => {
                self.unhook(hooked)?;
                return Err(error.into());
            }
        };
        let stored = revision != self.revision;
        (self.state, self.revision) = (state, revision);
        let left = enforcement.as_ref().map(|it| it.left.clone()).unwrap_or_default();
        let record = record.map(|record| Record { revision, ..record });
        self.hand_over(record.as_ref())?;
        let generation = match (enforcement.filter(|it| !it.is_nothing()), record) {
            (Some(work), Some(record)) => self.enforce(work, record, watch).map(Some)?,
            (_, record) => {
                self.now.iter_mut().zip(record).for_each(|(now, record)| now.record = Some(record));
                self.now.as_ref().map(InForce::generation).filter(|it| *it > 0)
            }
        };
        Ok(Outcome { revision, stored, generation, left })
    }

    /// What a slot counts for flow logs is one interface's: it counts for no other.
    fn hand_over(&self, record: Option<&Record>) -> Result<(), ControlError> {
        let (Some(now), Some(record)) = (&self.now, record) else { return Ok(()) };
        now.hand_over(record).map_err(|error| ControlError::NotEnforced { revision: self.revision, error })
    }

    /// The record of what is in force, if its revision will be forgotten soon. What changes nothing in force makes
    /// the newest revision one of the same policy.
    fn aged(&self) -> Option<Record> {
        let record = self.now.as_ref()?.record.as_ref()?;
        (self.revision >= record.revision + KEPT as u64 / 2).then(|| record.clone())
    }

    /// Hooks the devices of a plan, so that what refuses does so before anything is stored. True if nothing was pinned
    /// before.
    fn hook(&mut self, plan: &Plan) -> Result<bool, ControlError> {
        let paths = self.paths.clone();
        self.in_force()?;
        let Some(now) = &mut self.now else { return Ok(false) };
        let first = now.kernel.is_none();
        let kernel = match now.kernel.take() {
            Some(kernel) => kernel,
            None => Kernel::open_or_create(&paths)?,
        };
        if let Err(error) = kernel.prepare(plan) {
            if first {
                kernel.remove()?;
            } else {
                now.kernel = Some(kernel);
            }
            return Err(error.into());
        }
        now.kernel = Some(kernel);
        Ok(first)
    }

    fn unhook(&mut self, hooked: Option<bool>) -> Result<(), ControlError> {
        let kernel = self.now.as_mut().and_then(|now| now.kernel.take());
        match (hooked, kernel) {
            (Some(true), Some(kernel)) => kernel.remove()?,
            (Some(false), Some(kernel)) => kernel.abandon()?,
            _ => {}
        }
        self.now = None;
        Ok(())
    }

    /// Does what was stored and written down.
    fn enforce(&mut self, work: Enforcement, record: Record, watch: Watch<'_>) -> Result<u64, ControlError> {
        let revision = self.revision;
        let Some(now) = self.now.as_mut() else { return Ok(0) };
        let Some(kernel) = &now.kernel else { return Ok(0) };
        if let Err(error) = kernel.execute(&work.plan, watch) {
            self.now = None;
            return Err(ControlError::NotEnforced { revision, error });
        }
        let generation = work.plan.generation;
        now.take_over(work, record, &self.state);
        Ok(generation)
    }

    /// Forgets what is in force if somebody wrote down something else about it: devices come and go without a revision
    /// and without a generation.
    fn look_again(&mut self) {
        let Some(record) = self.now.as_ref().and_then(|now| now.record.as_ref()) else { return };
        if self.store.read_record(record.generation).ok().as_ref() != Some(record) {
            self.now = None;
        }
    }

    /// The short way from what is in force, where it was read already.
    fn follow(&mut self, state: &State) -> Result<Option<Enforcement>, ControlError> {
        if self.now.is_some() {
            self.in_force()?;
        }
        let Some(now) = &mut self.now else { return Ok(None) };
        ready::prepare(now);
        Ok(ready::follow(now, state))
    }

    /// Makes the next action cost what it changes: for whoever stays, and has time now.
    ///
    /// # Errors
    /// The kernel cannot be read.
    pub fn warm(&mut self) -> Result<(), ControlError> {
        let state = self.state.clone();
        let now = self.in_force()?;
        if now.kernel.is_none() {
            return Ok(());
        }
        if now.basis.state.is_none() {
            let work = Enforcement::plan(&state, now, &Binding::new(), Effort::Keep)?;
            self.rest_on(work);
        }
        self.now.iter_mut().for_each(ready::prepare);
        Ok(())
    }

    /// Notes that this state is in force already, where that is what was thought through: nothing would have to be done.
    pub fn rest_on(&mut self, work: Enforcement) {
        if let Some(now) = &mut self.now
            && work.is_nothing()
            && now.kernel.is_some()
        {
            now.rest_on(&self.state, work);
        }
    }

    /// Thinks and makes a change, again if somebody else was faster. `act` says what the state becomes.
    ///
    /// # Errors
    /// What `act` says, and as [`Self::commit`].
    pub fn change<T>(
        &mut self,
        note: &Note,
        mut act: impl FnMut(&State) -> Result<(State, T), ControlError>,
    ) -> Result<(T, Outcome), ControlError> {
        for _ in 0..PATIENCE {
            self.settle();
            let turn = self.store.turn(&note.action)?;
            self.refresh()?;
            self.look_again();
            let (state, answer) = act(&self.state)?;
            let mut change = self.prepare(state, &Binding::new(), Effort::Keep)?;
            if change.rows.is_empty() {
                return Ok((answer, Outcome { revision: self.revision, ..Outcome::default() }));
            }
            let work = change.enforcement.as_mut().filter(|_| self.leaves);
            let later = work.and_then(|work| work.plan.split_off_the_rest());
            match self.commit(change, None, note.clone(), &mut |_, _| ()) {
                Err(ControlError::Store(StoreError::Conflict { .. })) => {}
                other => {
                    let outcome = other?;
                    self.later = later.map(|plan| Later::new(plan, turn));
                    return Ok((answer, outcome));
                }
            }
        }
        Err(StoreError::Conflict { now: self.revision }.into())
    }

    /// The kernel with what it holds, if anything was ever applied.
    ///
    /// # Errors
    /// The kernel cannot be read.
    pub fn kernel(&mut self) -> Result<Option<&Kernel>, ControlError> {
        Ok(self.in_force()?.kernel.as_ref())
    }
}

/// Actions keep the files that the policy came from, and what was detached.
fn record(now: &InForce, work: &Enforcement, sources: Option<Vec<String>>) -> Record {
    let before = now.record.as_ref();
    if let (Some(before), Some(_)) = (before, &work.next) {
        return ready::record(before, work.plan.generation);
    }
    let keeps = sources.is_none();
    let sources = sources.or_else(|| before.map(|record| record.sources.clone())).unwrap_or_default();
    let mut record = keep::record(work, sources);
    if let Some(before) = before.filter(|_| keeps) {
        record.detached =
            before.detached.iter().filter(|it| !work.resolved.wanted.interfaces.contains_key(*it)).cloned().collect();
    }
    record
}
