//! One operation of the EC2 API, from the store's state to a kernel that obeys.

use super::clock::{Chance, now, now_millis};
use super::{ControlError, Engine, Outcome};
use crate::api::{Action, Reply};
use crate::inventory::Scope;
use crate::service::{self, Asker};
use crate::store::Note;

impl Engine {
    /// Performs an operation of the newest version. When it comes back, a change is stored and in force.
    ///
    /// # Errors
    /// As [`Self::perform_for`].
    pub fn perform(&mut self, scope: &Scope, action: &Action, author: &str) -> Result<(Reply, Outcome), ControlError> {
        self.perform_for(&Asker::new(scope, author), action)
    }

    /// Performs an operation for whoever asks, in the version of the API that they speak.
    ///
    /// # Errors
    /// [`ControlError::Refused`] with AWS's code and words, or what is wrong with the store or the kernel.
    pub fn perform_for(&mut self, asker: &Asker<'_>, action: &Action) -> Result<(Reply, Outcome), ControlError> {
        let mut chance = Chance;
        let mut mint = move || chance.number();
        if !action.operation().writes {
            self.refresh()?;
            let done = service::serve(asker.desk(&self.state, &now_millis(), &mut mint), action)?;
            return Ok((done.reply, Outcome { revision: self.revision, ..Outcome::default() }));
        }
        let note = Note { author: asker.author.into(), action: action.name().into(), time: now() };
        self.change(&note, |state| {
            let done = service::serve(asker.desk(state, &now_millis(), &mut mint), action)?;
            Ok((done.state, done.reply))
        })
    }
}
