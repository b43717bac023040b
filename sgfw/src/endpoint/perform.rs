//! Who does what is asked: the one door between the endpoint and the rest.

use crate::api::{Action, Reply};
use crate::service::{Asker, Fault};

/// An action that was done.
#[derive(Clone, Debug, PartialEq)]
pub struct Performed {
    /// What is answered.
    pub reply: Reply,
    /// The store's revision after it.
    pub revision: u64,
}

/// Why an action was not done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PerformError {
    /// The service refuses; nothing has changed.
    Fault(Fault),
    /// Nobody is there to ask; nothing has changed. The caller may try again.
    Unavailable(String),
    /// The store or the kernel is broken. Why is for the log.
    Broken(String),
}

impl From<Fault> for PerformError {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

/// Does actions for callers. It may block. Actions that write come one after the other, those that read at any time.
pub trait Perform: Send + Sync {
    /// Does one action; the asker's author is written down beside a change.
    ///
    /// # Errors
    /// It was refused, or could not be done.
    fn perform(&self, asker: &Asker<'_>, action: &Action) -> Result<Performed, PerformError>;
}
