//! The endpoint as a process: it listens, takes connections, answers, and ends in peace.
//!
//! Whoever holds a connection and says nothing, sends slowly, does not read, or sends too much keeps nobody out: there
//! are limits on connections, bytes, time and rate, in [`Limits`].

mod accept;
mod answer;
mod audit;
mod body;
mod caller;
mod crowd;
mod front;
mod gate;
mod listen;
mod patience;
mod rate;
mod settings;
mod start;
mod tls;

pub use settings::{Limits, Listen, Settings, Tls};
pub use start::ServeError;

use super::{Keys, Perform};
use accept::House;
use answer::Hall;
use audit::Audit;
use front::Front;
use listen::Bound;
use rate::Rates;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};
use tokio::runtime::Builder;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

/// An endpoint that listens and does not answer yet.
pub struct Server {
    bound: Bound,
    house: House,
    handle: Handle,
}

/// Steers an endpoint that runs.
#[derive(Clone)]
pub struct Handle {
    end: Arc<watch::Sender<bool>>,
    hall: Arc<Hall>,
    tls: Option<(Tls, Arc<RwLock<tokio_rustls::TlsAcceptor>>)>,
    keys: Option<PathBuf>,
}

impl Server {
    /// Reads what it needs and listens.
    ///
    /// # Errors
    /// It would be open to whom it should not be, a file is not as it must be, or it cannot listen.
    pub fn bind(settings: &Settings, backend: Arc<dyn Perform>) -> Result<Self, ServeError> {
        let local = settings.listen.is_local();
        if !local && settings.keys.is_none() {
            return Err(ServeError::NoKeys(settings.listen.to_string()));
        }
        if !local && settings.tls.is_none() {
            return Err(ServeError::NoTls(settings.listen.to_string()));
        }
        let keys = settings.keys.as_deref().map(Keys::read).transpose()?;
        let acceptor = settings.tls.as_ref().map(tls::acceptor).transpose()?;
        let front = Front {
            backend,
            keys: keys.map(|keys| RwLock::new(Arc::new(keys))),
            home: settings.home.clone(),
            rates: Rates::new(settings.limits.rate),
            audit: Audit::open(settings.audit.as_deref())?,
        };
        let bound = Bound::new(&settings.listen)?;
        listen::raise_open_files();
        let hall = Arc::new(Hall::new(front, settings.limits.clone()));
        let (sender, end) = watch::channel(false);
        let tls = acceptor.map(|acceptor| Arc::new(RwLock::new(acceptor)));
        let handle = Handle {
            end: Arc::new(sender),
            hall: hall.clone(),
            tls: settings.tls.clone().zip(tls.clone()),
            keys: settings.keys.clone(),
        };
        Ok(Self { bound, house: House { hall, tls, end }, handle })
    }

    /// Where it listens, with the port that was taken if 0 was asked for.
    pub fn place(&self) -> Listen {
        self.bound.place()
    }

    /// What ends it.
    pub fn handle(&self) -> Handle {
        self.handle.clone()
    }

    /// Answers until it is told to end. With `signals`, SIGTERM and SIGINT tell it so, and SIGHUP reads keys and
    /// certificates anew. Says to systemd when it is ready.
    ///
    /// # Errors
    /// The system has no threads or signals for it.
    pub fn run(self, signals: bool) -> Result<(), ServeError> {
        let runtime = Builder::new_multi_thread().enable_all().thread_name("sgfw-serve").build()?;
        let Self { bound, house, handle } = self;
        let ended = runtime.block_on(async move {
            if signals {
                tokio::spawn(heed(handle)?);
            }
            say(sd_notify::NotifyState::Ready);
            accept::accept(bound, house).await?;
            say(sd_notify::NotifyState::Stopping);
            Ok(())
        });
        runtime.shutdown_background();
        ended
    }
}

/// Tells systemd, where it asked to be told.
fn say(state: sd_notify::NotifyState<'_>) {
    if let Err(error) = sd_notify::notify(&[state]) {
        eprintln!("warning: systemd cannot be told: {error}");
    }
}

fn heed(handle: Handle) -> std::io::Result<impl Future<Output = ()> + Send> {
    let mut hangup = signal(SignalKind::hangup())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        loop {
            tokio::select! {
                _ = hangup.recv() => match handle.reload() {
                    Ok(()) => eprintln!("keys and certificates are read anew"),
                    Err(error) => eprintln!("error: {error}; what was read before is kept"),
                },
                _ = terminate.recv() => break,
                _ = interrupt.recv() => break,
            }
        }
        handle.end();
    })
}

impl Handle {
    /// Ends it, as soon as what is at work is done.
    pub fn end(&self) {
        self.end.send_replace(true);
    }

    /// Reads keys and certificates anew.
    ///
    /// # Errors
    /// One of the files is not as it must be; then nothing has changed.
    pub fn reload(&self) -> Result<(), ServeError> {
        let keys = self.keys.as_deref().map(Keys::read).transpose()?;
        let acceptor = self.tls.as_ref().map(|(files, _)| tls::acceptor(files)).transpose()?;
        if let Some((new, place)) = keys.zip(self.hall.front.keys.as_ref()) {
            *place.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(new);
        }
        if let Some((new, (_, place))) = acceptor.zip(self.tls.as_ref()) {
            *place.write().unwrap_or_else(PoisonError::into_inner) = new;
        }
        Ok(())
    }
}
