//! Who opened a flow that runs, and whether it could be opened under another policy.

use super::traffic;
use crate::model::{Direction, Interface, Snapshot};
use crate::reference::What;
use crate::reference::judge::matching;
use std::fmt;
use std::net::{IpAddr, SocketAddr};

/// The first packet of a flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opener {
    /// Which way it went, as the instance sees it.
    pub direction: Direction,
    /// The instance's address.
    pub own: IpAddr,
    /// The peer's.
    pub peer: IpAddr,
    /// What it asked for.
    pub what: What,
    /// Its source port; 0 where there is none.
    pub source_port: u16,
}

impl Opener {
    /// Whether the rules let it begin on this interface.
    pub fn may_begin(&self, snapshot: &Snapshot, interface: &Interface) -> bool {
        let forged =
            self.direction == Direction::Egress && interface.source_check && !interface.addresses.contains(&self.own);
        !forged && !matching(snapshot, interface, self.direction, self.peer, self.what).is_empty()
    }

    /// Whether it could begin under one policy and not under the other: what it may under the second. None if both
    /// judge it alike, or one of them has no such interface.
    pub fn judged_differently(&self, interface: &str, old: &Snapshot, new: &Snapshot) -> Option<bool> {
        let under = |snapshot: &Snapshot| Some(self.may_begin(snapshot, snapshot.interfaces.get(interface)?));
        let (before, after) = (under(old)?, under(new)?);
        (before != after).then_some(after)
    }
}

/// `in tcp 198.51.100.7:50000 to 10.0.0.2:22`.
impl fmt::Display for Opener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (source, destination, way) = match self.direction {
            Direction::Ingress => (self.peer, self.own, "in"),
            Direction::Egress => (self.own, self.peer, "out"),
        };
        match self.what {
            What::Tcp(port) | What::Udp(port) => {
                let name = if matches!(self.what, What::Tcp(_)) { "tcp" } else { "udp" };
                let (from, to) = (SocketAddr::new(source, self.source_port), SocketAddr::new(destination, port));
                write!(f, "{way} {name} {from} to {to}")
            }
            what => {
                let set = traffic::one(what);
                write!(f, "{way} {} {source} to {destination}", traffic::words(&set, super::Family::of(source)))
            }
        }
    }
}
