//! A backend for tests: a state in memory, and the service.

use sgfw::api::Action;
use sgfw::endpoint::{Perform, PerformError, Performed};
use sgfw::inventory::State;
use sgfw::service::{Asker, serve};
use std::sync::Mutex;

/// When everything happens.
const NOW: &str = "2026-11-21T10:35:45.000Z";

/// A state, its revision, and the numbers of ids.
#[derive(Default)]
pub(crate) struct Memory(Mutex<(State, u64, u64)>);

impl Perform for Memory {
    fn perform(&self, asker: &Asker<'_>, action: &Action) -> Result<Performed, PerformError> {
        let mut inner = self.0.lock().unwrap();
        let (state, revision, number) = &mut *inner;
        let mut mint = || {
            *number += 1;
            *number
        };
        let done = serve(asker.desk(state, NOW, &mut mint), action)?;
        if action.operation().writes {
            *state = done.state;
            *revision += 1;
        }
        Ok(Performed { reply: done.reply, revision: *revision })
    }
}
