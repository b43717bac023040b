//! What an endpoint is told: where it listens, whom it believes, how much it bears.

use crate::inventory::Scope;
use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

/// Where an endpoint listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Listen {
    /// An address and a port.
    Tcp(SocketAddr),
    /// A socket in the file system, for its owner and its group.
    Unix(PathBuf),
}

impl Listen {
    /// Whether only this machine can reach it.
    pub fn is_local(&self) -> bool {
        match self {
            Self::Tcp(address) => address.ip().is_loopback(),
            Self::Unix(_) => true,
        }
    }
}

impl FromStr for Listen {
    type Err = String;

    /// `ADDRESS:PORT` or `unix:PATH`.
    fn from_str(text: &str) -> Result<Self, String> {
        match text.strip_prefix("unix:") {
            Some("") => Err("say unix:PATH".into()),
            Some(path) => Ok(Self::Unix(path.into())),
            None => text.parse().map(Self::Tcp).map_err(|_| "say ADDRESS:PORT, [ADDRESS]:PORT or unix:PATH".into()),
        }
    }
}

impl fmt::Display for Listen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(address) => address.fmt(f),
            Self::Unix(path) => write!(f, "unix:{}", path.display()),
        }
    }
}

/// A certificate and its key, as files in PEM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tls {
    /// The certificate, then those that lead to the root.
    pub certificate: PathBuf,
    /// Its private key.
    pub key: PathBuf,
}

/// How much an endpoint bears.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a body.
    pub body: usize,
    /// Connections at once; beyond it, the one that has been idle longest goes.
    pub connections: usize,
    /// Until a connection has sent the whole head of a request, or the next one.
    pub head_time: Duration,
    /// Until the whole body has come.
    pub body_time: Duration,
    /// Requests a second for each key, or for each address without one; 0 for no limit.
    pub rate: u32,
    /// Until connections that are still at work at the end are dropped.
    pub grace: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body: 1 << 20,
            connections: 1024,
            head_time: Duration::from_secs(20),
            body_time: Duration::from_secs(10),
            rate: 1000,
            grace: Duration::from_secs(10),
        }
    }
}

/// All of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Where.
    pub listen: Listen,
    /// The file of access keys; without one, whoever reaches it may do everything.
    pub keys: Option<PathBuf>,
    /// Without it, nothing is encrypted.
    pub tls: Option<Tls>,
    /// The file that every change is written to.
    pub audit: Option<PathBuf>,
    /// The account and region of who says no other.
    pub home: Scope,
    /// How much.
    pub limits: Limits,
}

impl Settings {
    /// An endpoint here, with nothing else said.
    pub fn new(listen: Listen) -> Self {
        let (home, limits) = (Scope::default(), Limits::default());
        Self { listen, keys: None, tls: None, audit: None, home, limits }
    }
}
