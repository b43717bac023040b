//! The agent's life: one lock, one socket, one look a second.

use super::converge::Seen;
use super::flow_logs::FlowLogs;
use super::orders::Orders;
use super::perform::Shown;
use super::protocol::Health;
use super::{converge, notify, reload, socket};
use crate::control::{ControlError, Engine, Outcome, now};
use crate::kernel::{Kernel, Paths};
use crate::store::{Lock, Redb, StoreError};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::flag;
use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Duration;
use thiserror::Error;

/// How long it waits for the store before it looks at devices and hooks again.
const LOOK: Duration = Duration::from_millis(500);

/// Why the agent does not run.
#[derive(Debug, Error)]
pub enum AgentError {
    /// The store cannot be read.
    #[error(transparent)]
    Control(#[from] ControlError),
    /// There is one already.
    #[error("another agent runs ({holder})")]
    Another {
        /// Its process, as it wrote it down.
        holder: String,
    },
    /// The store's lock cannot be taken.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The socket or the signals.
    #[error("cannot {what}: {error}")]
    System {
        /// What was tried.
        what: String,
        /// The system's word.
        error: io::Error,
    },
}

/// What the agent is told.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where programs and maps are pinned.
    pub paths: Paths,
    /// The store.
    pub store: Redb,
    /// Where it listens.
    pub socket: PathBuf,
    /// Policy files that it applies at the start and on SIGHUP; none: what the store holds.
    pub files: Vec<PathBuf>,
    /// Where flow logs are written.
    pub flow_logs: PathBuf,
    /// How commands that come by the socket are obeyed.
    pub orders: Arc<dyn Orders>,
}

/// What the threads share.
pub struct Agent {
    pub(super) settings: Settings,
    pub(super) engine: Mutex<Engine>,
    pub(super) health: Mutex<Health>,
    seen: Mutex<Option<Seen>>,
    /// What those see who read.
    pub(super) shown: RwLock<Arc<Shown>>,
    /// Everything was detached by order: nothing is put in force by itself.
    pub(super) rests: AtomicBool,
    pub(super) flow_logs: Mutex<FlowLogs>,
    reload: Arc<AtomicBool>,
    end: Arc<AtomicBool>,
}

impl Agent {
    /// Runs until it is asked to end (SIGTERM, SIGINT). Packets do not notice either.
    ///
    /// # Errors
    /// Another agent runs, or the store or the socket cannot be used.
    pub fn run(settings: Settings) -> Result<(), AgentError> {
        let _only = only(&settings)?;
        let engine = Engine::open(Arc::new(settings.store.clone()), &settings.paths)?;
        let shown = Shown::of(&engine);
        let health = Health { pid: std::process::id(), since: now(), ..Health::default() };
        let flow_logs = Mutex::new(FlowLogs::new(settings.flow_logs.clone()));
        let agent = Arc::new(Self {
            settings,
            engine: Mutex::new(engine),
            health: Mutex::new(health),
            seen: Mutex::new(None),
            shown: RwLock::new(shown),
            rests: AtomicBool::new(false),
            flow_logs,
            reload: Arc::new(AtomicBool::new(false)),
            end: Arc::new(AtomicBool::new(false)),
        });
        agent.signals()?;
        let listener = socket::listen(&agent.settings.socket)?;
        agent.start();
        socket::serve(&agent, listener);
        notify::say("READY=1");
        agent.watch();
        notify::say("STOPPING=1");
        agent.end_flow_logs();
        agent.settle();
        let _ = std::fs::remove_file(&agent.settings.socket);
        Ok(())
    }

    fn signals(&self) -> Result<(), AgentError> {
        let failed = |error| AgentError::System { what: "catch signals".into(), error };
        for signal in [SIGTERM, SIGINT] {
            flag::register(signal, self.end.clone()).map_err(failed)?;
        }
        flag::register(SIGHUP, self.reload.clone()).map(|_| ()).map_err(failed)
    }

    /// The first look; trouble is reported and tried again, not fatal.
    fn start(&self) {
        match self.renew() {
            Ok(true) => tell("the programs of another version were replaced by this one's; nothing was detached"),
            Ok(false) => {}
            Err(error) => tell(&error.to_string()),
        }
        if !self.settings.files.is_empty() {
            self.take_files();
        }
        self.look();
        self.write_flow_logs();
    }

    /// After an upgrade the programs in force are an older version's.
    fn renew(&self) -> Result<bool, ControlError> {
        let mut engine = self.engine();
        let store = engine.store();
        let _turn = store.turn("agent")?;
        let renewed = engine.in_force()?.kernel.as_ref().map(Kernel::renew).transpose()?.unwrap_or(false);
        engine.forget();
        Ok(renewed)
    }

    fn watch(&self) {
        let store = self.engine().store();
        while !self.end.load(Ordering::Relaxed) {
            if self.reload.swap(false, Ordering::Relaxed) {
                notify::say("RELOADING=1");
                self.take_files();
                notify::say("READY=1");
            }
            let after = self.engine().revision;
            // A store that cannot be read now is told of by the look.
            if store.watch(after, LOOK).is_err() {
                std::thread::sleep(LOOK);
            }
            self.look();
            self.write_flow_logs();
            notify::say("WATCHDOG=1");
        }
    }

    /// One look, and what came of it.
    fn look(&self) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let mut engine = self.engine();
        let found = match self.rests.load(Ordering::Relaxed) {
            true => self.rest(&mut engine),
            false => converge::converge(&mut engine, &mut seen),
        };
        self.show(&engine);
        drop((engine, seen));
        self.note(found);
    }

    /// Nothing is put in force, until somebody else has done so.
    fn rest(&self, engine: &mut Engine) -> Result<Outcome, ControlError> {
        engine.refresh()?;
        engine.forget();
        let rests = engine.kernel()?.is_none();
        self.rests.store(rests, Ordering::Relaxed);
        Ok(Outcome { revision: engine.revision, ..Outcome::default() })
    }

    /// The next look is a whole one.
    pub(super) fn forget(&self) {
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Takes the policy files; what is wrong with them keeps the old policy.
    pub(super) fn take_files(&self) {
        let taken = reload::files(&mut self.engine(), &self.settings.files);
        let why = taken.as_ref().err().cloned();
        if why.is_none() {
            self.rests.store(false, Ordering::Relaxed);
        }
        if let Some(why) = &why {
            tell(&format!("the policy files are not taken, the policy before stays: {why}"));
        }
        self.health().reload = why;
    }

    fn note(&self, found: Result<Outcome, ControlError>) {
        let mut health = self.health();
        health.looked = now();
        health.rests = self.rests.load(Ordering::Relaxed);
        match found {
            Ok(outcome) => {
                if health.left != outcome.left {
                    outcome.left.values().for_each(|why| tell(why));
                }
                health.revision = outcome.revision;
                health.generation = outcome.generation.unwrap_or(0);
                health.left = outcome.left;
                health.trouble = None;
            }
            Err(error) => {
                let words = error.to_string();
                if health.trouble.as_ref() != Some(&words) {
                    tell(&words);
                }
                health.trouble = Some(words);
            }
        }
    }

    pub(super) fn engine(&self) -> MutexGuard<'_, Engine> {
        // A question that panicked changed nothing: the engine is replaced as a whole.
        let mut engine = self.engine.lock().unwrap_or_else(PoisonError::into_inner);
        // Whoever takes the turn to change the kernel next must not wait for this process itself.
        engine.settle();
        engine
    }

    pub(super) fn health(&self) -> MutexGuard<'_, Health> {
        self.health.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks for the files to be read again.
    pub(super) fn ask_reload(&self) {
        self.reload.store(true, Ordering::Relaxed);
    }
}

/// Says a thing to whoever keeps the log.
pub(super) fn tell(words: &str) {
    eprintln!("sgfw agent: {words}");
}

/// A second agent is refused.
fn only(settings: &Settings) -> Result<Lock, AgentError> {
    match settings.store.lock_agent() {
        Err(StoreError::Locked { holder, .. }) => Err(AgentError::Another { holder }),
        other => Ok(other?),
    }
}
