//! One operation of the EC2 API, from the store's state to a kernel that obeys.

use super::clock::{Chance, now, now_millis};
use super::{ControlError, Engine, Outcome};
use crate::api::{Action, Reply};
use crate::inventory::Scope;
use crate::service;
use crate::store::Note;

impl Engine {
    /// Performs an operation. When it comes back, a change is stored and in force.
    ///
    /// # Errors
    /// [`ControlError::Refused`] with AWS's code and words, or what is wrong with the store or the kernel.
    pub fn perform(&mut self, scope: &Scope, action: &Action, author: &str) -> Result<(Reply, Outcome), ControlError> {
        let mut chance = Chance;
        let mut mint = move || chance.number();
        if !action.operation().writes {
            self.refresh()?;
            let done = service::call(&self.state, scope, action, &now_millis(), &mut mint)?;
            return Ok((done.reply, Outcome { revision: self.revision, ..Outcome::default() }));
        }
        let note = Note { author: author.into(), action: action.name().into(), time: now() };
        self.change(&note, |state| {
            let done = service::call(state, scope, action, &now_millis(), &mut mint)?;
            Ok((done.state, done.reply))
        })
    }
}
