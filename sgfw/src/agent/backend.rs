//! Whoever performs operations: the agent where one runs, else this process by itself.

use super::client::Client;
use super::protocol::{Answer, Ask};
use crate::api::{Action, Reply};
use crate::control::{ControlError, Engine};
use crate::endpoint::{Perform, PerformError, Performed};
use crate::inventory::Scope;
use crate::kernel::Paths;
use crate::service::Fault;
use crate::store::{Redb, StoreError};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

/// The door to the store and the kernel, for commands and for the endpoint.
pub struct Backend {
    socket: PathBuf,
    store: Redb,
    paths: Paths,
    /// This process's own, once it had to act by itself.
    engine: Mutex<Option<Engine>>,
    /// Interfaces that the last change left unprotected, with why.
    left: Mutex<BTreeMap<String, String>>,
}

impl Backend {
    /// A door; nothing is opened yet.
    pub fn new(socket: PathBuf, store: Redb, paths: Paths) -> Self {
        Self { socket, store, paths, engine: Mutex::default(), left: Mutex::default() }
    }

    /// Interfaces that the last change left unprotected, with why.
    pub fn left(&self) -> BTreeMap<String, String> {
        self.left.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn by_agent(client: &mut Client, scope: &Scope, action: &Action, author: &str) -> Result<Answered, PerformError> {
        let input = serde_json::to_value(action).map_err(|error| PerformError::Broken(error.to_string()))?;
        let ask = Ask::Perform { scope: scope.clone(), action: action.name().into(), input, author: author.into() };
        match client.ask(&ask).map_err(|error| PerformError::Unavailable(error.to_string()))? {
            Answer::Done { reply, revision, left, .. } => {
                let reply = Reply::from_json(action.name(), reply);
                let reply = reply.map_err(|error| PerformError::Broken(error.to_string()))?;
                Ok((Performed { reply, revision }, left))
            }
            Answer::Refused { code, message } => Err(Fault::told(&code, message).into()),
            Answer::Failed { message } => Err(PerformError::Broken(message)),
            Answer::Health(_) => Err(PerformError::Broken("the agent answers something else".into())),
        }
    }

    fn by_itself(&self, scope: &Scope, action: &Action, author: &str) -> Result<Answered, PerformError> {
        let mut engine = self.engine.lock().unwrap_or_else(PoisonError::into_inner);
        let engine = match &mut *engine {
            Some(engine) => engine,
            none => none.insert(Engine::open(Arc::new(self.store.clone()), &self.paths)?),
        };
        let (reply, outcome) = engine.perform(scope, action, author)?;
        Ok((Performed { reply, revision: outcome.revision }, outcome.left))
    }
}

type Answered = (Performed, BTreeMap<String, String>);

impl Perform for Backend {
    fn perform(&self, scope: &Scope, action: &Action, author: &str) -> Result<Performed, PerformError> {
        let client = Client::connect(&self.socket).map_err(|error| PerformError::Unavailable(error.to_string()))?;
        let (performed, left) = match client {
            Some(mut client) => Self::by_agent(&mut client, scope, action, author)?,
            None => self.by_itself(scope, action, author)?,
        };
        *self.left.lock().unwrap_or_else(PoisonError::into_inner) = left;
        Ok(performed)
    }
}

impl From<ControlError> for PerformError {
    fn from(error: ControlError) -> Self {
        match error {
            ControlError::Refused(fault) => Self::Fault(fault),
            ControlError::Store(StoreError::Locked { .. } | StoreError::Conflict { .. }) => {
                Self::Unavailable(error.to_string())
            }
            other => Self::Broken(other.to_string()),
        }
    }
}
