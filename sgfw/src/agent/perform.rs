//! Operations: what changes waits for its turn with the engine, what reads waits for nobody.
//!
//! Reads are answered from the state that was last shown. Every change of this agent is shown before it is answered,
//! so that whoever has an answer sees it in the next one. What another process has written is seen by the first read
//! that finds the engine free: while a change is on its way, that is when it is done.

use super::run::Agent;
use crate::api::{Action, Reply};
use crate::control::{Chance, ControlError, Engine, Outcome, now_millis};
use crate::inventory::State;
use crate::service::{self, Asker};
use std::sync::{Arc, PoisonError, TryLockError};

/// A state and its revision.
#[derive(Debug)]
pub(super) struct Shown {
    state: State,
    revision: u64,
}

impl Shown {
    pub(super) fn of(engine: &Engine) -> Arc<Self> {
        Arc::new(Self { state: engine.state.clone(), revision: engine.revision })
    }
}

impl Agent {
    pub(super) fn perform(&self, asker: &Asker<'_>, action: &Action) -> Result<(Reply, Outcome), ControlError> {
        if !action.operation().writes {
            return self.read(asker, action);
        }
        let mut engine = self.engine();
        engine.leave_the_rest();
        let done = engine.perform_for(asker, action);
        self.show(&engine);
        done
    }

    /// What is left to do once the answer is given.
    pub(super) fn settle(&self) {
        drop(self.engine());
    }

    fn read(&self, asker: &Asker<'_>, action: &Action) -> Result<(Reply, Outcome), ControlError> {
        let shown = self.newest()?;
        let mut chance = Chance;
        let mut mint = move || chance.number();
        let done = service::serve(asker.desk(&shown.state, &now_millis(), &mut mint), action)?;
        Ok((done.reply, Outcome { revision: shown.revision, ..Outcome::default() }))
    }

    /// The newest state, unless it is being changed right now.
    fn newest(&self) -> Result<Arc<Shown>, ControlError> {
        let engine = match self.engine.try_lock() {
            Ok(engine) => Some(engine),
            Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        };
        // What is left of the last change takes a while, and it is shown already.
        if let Some(mut engine) = engine.filter(|engine| engine.is_settled()) {
            engine.refresh()?;
            self.show(&engine);
        }
        Ok(self.shown.read().unwrap_or_else(PoisonError::into_inner).clone())
    }

    /// Shows what the engine has to those who read.
    pub(super) fn show(&self, engine: &Engine) {
        let mut shown = self.shown.write().unwrap_or_else(PoisonError::into_inner);
        if shown.revision != engine.revision {
            *shown = Shown::of(engine);
        }
    }
}
