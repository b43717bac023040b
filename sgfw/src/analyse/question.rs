//! A packet that somebody asks about.

use super::family::Family;
use super::traffic;
use crate::model::{Direction, Traffic};
use crate::reference::What;
use std::fmt;
use std::net::{IpAddr, SocketAddr};

/// The source port of a packet of which none is said: one that clients use.
pub const USUAL_SOURCE_PORT: u16 = 40_000;

/// One packet, as the instance sees it. Both addresses are of one family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Question {
    /// Which way it goes.
    pub direction: Direction,
    /// Source address.
    pub src: IpAddr,
    /// Destination address.
    pub dst: IpAddr,
    /// What it asks for: destination port, type and code, protocol.
    pub what: What,
    /// Source port of TCP and UDP.
    pub source_port: u16,
    /// Whether something went before it.
    pub stage: Stage,
}

/// Where in a conversation a packet stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// It begins something.
    New,
    /// It is the first fragment of a datagram that begins something.
    FirstFragment,
    /// It is a later fragment of that datagram.
    LaterFragment,
    /// It belongs to a tracked flow that was opened in this direction.
    Established(Direction),
}

impl Question {
    /// A packet that begins something.
    pub fn new(direction: Direction, src: IpAddr, dst: IpAddr, what: What) -> Self {
        Self { direction, src, dst, what, source_port: USUAL_SOURCE_PORT, stage: Stage::New }
    }

    /// The instance's own address.
    pub const fn own(&self) -> IpAddr {
        match self.direction {
            Direction::Ingress => self.dst,
            Direction::Egress => self.src,
        }
    }

    /// The peer's address.
    pub const fn peer(&self) -> IpAddr {
        match self.direction {
            Direction::Ingress => self.src,
            Direction::Egress => self.dst,
        }
    }

    /// Whether it goes back to whoever sent `opener`: ports exchanged, a query answered. Ports of which none is said
    /// are any.
    pub fn answers(&self, opener: &super::Opener, source_port: Option<u16>) -> bool {
        let is_port = |port: u16| source_port.is_none_or(|wanted| wanted == port);
        match (opener.what, self.what) {
            (What::Tcp(port), What::Tcp(to)) | (What::Udp(port), What::Udp(to)) => {
                to == opener.source_port && is_port(port)
            }
            (What::Icmp { .. }, What::Icmp { .. }) | (What::Icmpv6 { .. }, What::Icmpv6 { .. }) => true,
            (What::Other(number), What::Other(other)) => number == other,
            _ => false,
        }
    }

    /// Its family.
    pub const fn family(&self) -> Family {
        Family::of(self.src)
    }
}

/// `in tcp from 203.0.113.9:40000 to 10.0.0.5:443`.
impl fmt::Display for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let way = if self.direction == Direction::Ingress { "in" } else { "out" };
        match self.what {
            What::Tcp(port) | What::Udp(port) => {
                let name = if matches!(self.what, What::Tcp(_)) { "tcp" } else { "udp" };
                let (from, to) = (SocketAddr::new(self.src, self.source_port), SocketAddr::new(self.dst, port));
                write!(f, "{way} {name} from {from} to {to}")?;
            }
            what => write!(f, "{way} {} from {} to {}", describe(what), self.src, self.dst)?,
        }
        match self.stage {
            Stage::New => Ok(()),
            Stage::FirstFragment => f.write_str(", first fragment,"),
            Stage::LaterFragment => f.write_str(", later fragment,"),
            Stage::Established(Direction::Ingress) => f.write_str(", of a tracked flow that the other side opened,"),
            Stage::Established(Direction::Egress) => f.write_str(", of a tracked flow that this side opened,"),
        }
    }
}

/// What a packet asks for, in words: `tcp 443`, `icmp type 8 code 0`, `protocol 47`.
pub(super) fn describe(what: What) -> String {
    match what {
        What::Tcp(port) => format!("tcp {port}"),
        What::Udp(port) => format!("udp {port}"),
        What::Icmp { kind, code } => format!("icmp type {kind} code {code}"),
        What::Icmpv6 { kind, code } => format!("icmpv6 type {kind} code {code}"),
        What::Other(number) => traffic::name(number),
    }
}

/// Whether a rule for this traffic speaks of it at all, and in full.
pub(super) fn speaks_of(traffic: Traffic, what: What) -> (bool, bool) {
    match (traffic, what) {
        (Traffic::All, _) => (true, true),
        (Traffic::Tcp(ports), What::Tcp(port)) | (Traffic::Udp(ports), What::Udp(port)) => (true, ports.contains(port)),
        (Traffic::Icmp(wanted), What::Icmp { kind, code }) | (Traffic::Icmpv6(wanted), What::Icmpv6 { kind, code }) => {
            let matches = wanted.kind().is_none_or(|it| it == kind) && wanted.code().is_none_or(|it| it == code);
            (true, matches)
        }
        (Traffic::Protocol(wanted), What::Other(number)) => (wanted == number, wanted == number),
        _ => (false, false),
    }
}
