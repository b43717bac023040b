//! Who asks: the other side of a connection, and whom its signature proves.

use crate::endpoint::Role;
use crate::inventory::Scope;
use std::fmt;
use std::net::IpAddr;

/// The other side of a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Peer {
    /// Over TCP.
    Address(IpAddr),
    /// Over a socket in the file system; the kernel says who.
    User(u32),
}

impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(address) => address.to_canonical().fmt(f),
            Self::User(uid) => write!(f, "uid {uid}"),
        }
    }
}

/// Who asks, and what they may.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Caller {
    /// The account and region that it is about.
    pub(super) scope: Scope,
    /// What they may.
    pub(super) role: Role,
    /// The key that was proved; none without keys.
    pub(super) key: Option<String>,
    /// Where from.
    pub(super) from: String,
}

impl Caller {
    /// As it is written down beside a change.
    pub(super) fn author(&self) -> String {
        match &self.key {
            Some(key) => format!("access key {key} from {}", self.from),
            None => self.from.clone(),
        }
    }

    /// Whose bucket of requests it is.
    pub(super) fn bucket(&self) -> &str {
        self.key.as_deref().unwrap_or(&self.from)
    }
}
