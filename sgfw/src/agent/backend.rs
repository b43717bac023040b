//! Whoever performs operations: the agent where one runs, else this process by itself, if it may.
//!
//! Which of the two is asked anew each time, by the socket: an agent that comes is used from the next operation on.
//! Without one this process acts where it may read and write the store and, for what reaches the kernel, manage that.
//! What it may not do itself is answered as unavailable: nothing has changed, and an agent may do it later.

use super::client::Client;
use super::protocol::{Answer, Ask};
use crate::api::{Action, Reply};
use crate::control::{ControlError, Engine};
use crate::endpoint::{Perform, PerformError, Performed};
use crate::kernel::Paths;
use crate::service::{Asker, Fault};
use crate::store::Redb;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

/// Connections that are kept: as many as an endpoint works on at once.
const IDLE: usize = 12;

/// The door to the store and the kernel, for commands and for the endpoint.
pub struct Backend {
    socket: PathBuf,
    store: Redb,
    paths: Paths,
    /// This process's own, once it had to act by itself.
    engine: Mutex<Option<Engine>>,
    /// Connections to the agent that wait for the next operation.
    idle: Mutex<Vec<Client>>,
    /// Interfaces that the last change left unprotected, with why.
    left: Mutex<BTreeMap<String, String>>,
}

impl Backend {
    /// A door; nothing is opened yet.
    pub fn new(socket: PathBuf, store: Redb, paths: Paths) -> Self {
        Self { socket, store, paths, engine: Mutex::default(), idle: Mutex::default(), left: Mutex::default() }
    }

    /// Interfaces that the last change left unprotected, with why.
    pub fn left(&self) -> BTreeMap<String, String> {
        self.left.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// A connection to the agent, where one listens.
    fn client(&self) -> Result<Option<Client>, PerformError> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        while let Some(client) = idle.pop() {
            if client.is_open() {
                return Ok(Some(client));
            }
        }
        drop(idle);
        Client::connect(&self.socket).map_err(|error| PerformError::Unavailable(error.to_string()))
    }

    fn keep(&self, client: Client) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < IDLE {
            idle.push(client);
        }
    }

    fn by_agent(client: &mut Client, asker: &Asker<'_>, action: &Action) -> Result<Answered, PerformError> {
        let input = serde_json::to_value(action).map_err(|error| PerformError::Broken(error.to_string()))?;
        let ask = Ask::Perform {
            scope: asker.scope.clone(),
            action: action.name().into(),
            input,
            author: asker.author.into(),
            version: Some(asker.version.into()),
        };
        match client.ask(&ask).map_err(|error| PerformError::Unavailable(error.to_string()))? {
            Answer::Done { reply, revision, left, .. } => {
                let reply = Reply::from_text(action.name(), &reply);
                let reply = reply.map_err(|error| PerformError::Broken(error.to_string()))?;
                Ok((Performed { reply, revision }, left))
            }
            Answer::Refused { code, message } => Err(Fault::told(&code, message).into()),
            Answer::Busy { message } => Err(PerformError::Unavailable(message)),
            Answer::Failed { message, .. } => Err(PerformError::Broken(message)),
            Answer::Health(_) | Answer::Said(_) => Err(PerformError::Broken("the agent answers something else".into())),
        }
    }

    fn by_itself(&self, asker: &Asker<'_>, action: &Action) -> Result<Answered, PerformError> {
        let told = |error| self.told(error);
        let mut engine = self.engine.lock().unwrap_or_else(PoisonError::into_inner);
        let engine = match &mut *engine {
            Some(engine) => engine,
            none => none.insert(Engine::open(Arc::new(self.store.clone()), &self.paths).map_err(told)?),
        };
        let (reply, outcome) = engine.perform_for(asker, action).map_err(told)?;
        Ok((Performed { reply, revision: outcome.revision }, outcome.left))
    }

    /// Why this process did not do it.
    fn told(&self, error: ControlError) -> PerformError {
        match error {
            ControlError::Refused(fault) => PerformError::Fault(fault),
            error if error.is_passing() => PerformError::Unavailable(error.to_string()),
            error if error.is_privilege() => {
                let socket = self.socket.display();
                PerformError::Unavailable(format!("no agent listens at {socket}, and this process may not: {error}"))
            }
            error => PerformError::Broken(error.to_string()),
        }
    }
}

type Answered = (Performed, BTreeMap<String, String>);

impl Perform for Backend {
    fn perform(&self, asker: &Asker<'_>, action: &Action) -> Result<Performed, PerformError> {
        let (performed, left) = match self.client()? {
            Some(mut client) => {
                let answered = Self::by_agent(&mut client, asker, action);
                if !matches!(answered, Err(PerformError::Unavailable(_))) {
                    self.keep(client);
                }
                answered?
            }
            None => self.by_itself(asker, action)?,
        };
        *self.left.lock().unwrap_or_else(PoisonError::into_inner) = left;
        Ok(performed)
    }
}
