//! A flow that stays open: both ends in hand, so that each direction can be tried at any time.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use super::net::inside;
use super::probe::{LONG, Place, SHORT, answer, mark};
use super::traffic::Traffic;
use super::wire::{self, ECHO, End, any, dial};

/// An open flow: of a connection both ends, of anything else a socket on each side.
#[derive(Debug)]
pub(crate) struct Session {
    /// Which flow of a table it is.
    pub(crate) name: String,
    client: End,
    server: End,
    echo: bool,
}

impl Session {
    /// Opens it, and fails where the first packet does not get through.
    pub(crate) fn open(name: String, from: &Place, to: &Place, traffic: Traffic) -> Result<Self> {
        let (client, server) = match traffic {
            Traffic::Tcp { port, .. } => tcp(from, to, port)?,
            Traffic::Udp { port, .. } => udp(from, to, port)?,
            Traffic::Ping { .. } => {
                let kind = ECHO[usize::from(to.address.is_ipv6())];
                let identifier = u16::try_from(std::process::id() & 0xffff).unwrap_or(0);
                (
                    inside(&from.netns, || wire::icmp(kind, 0, identifier, to.address))??,
                    inside(&to.netns, || wire::icmp(kind, 0, identifier, from.address))??,
                )
            }
            Traffic::Protocol(number) => (
                inside(&from.netns, || wire::raw(number, to.address))??,
                inside(&to.netns, || wire::raw(number, from.address))??,
            ),
            Traffic::Icmp { .. } => bail!("an ICMP message opens no flow"),
        };
        Ok(Self { name, client, server, echo: matches!(traffic, Traffic::Ping { .. }) })
    }

    /// A packet there and its answer back, waiting long: true if both arrive.
    pub(crate) fn lives(&mut self) -> bool {
        self.exchange(LONG)
    }

    /// The same, waiting long enough to believe that nothing comes.
    pub(crate) fn is_cut(&mut self) -> bool {
        !self.exchange(SHORT)
    }

    /// Whether a packet of the client reaches the server.
    pub(crate) fn asks(&mut self, patience: Duration) -> bool {
        let mark = mark();
        self.client.send(&mark, 0).is_ok() && self.server.receives(&mark, patience)
    }

    /// Whether a packet of the server reaches the client.
    pub(crate) fn answers(&mut self, patience: Duration) -> bool {
        let mark = answer(mark());
        self.server.send(&mark, 0).is_ok() && self.client.receives(&mark, patience)
    }

    /// Whether the client can send so many bytes, in order, to the server.
    pub(crate) fn carries(&mut self, bytes: usize, patience: Duration) -> bool {
        let (first, last) = (mark(), mark());
        let sent = self.client.send(&first, bytes).and_then(|()| self.client.send(&last, 0));
        sent.is_ok() && self.server.receives(&last, patience)
    }

    fn exchange(&mut self, patience: Duration) -> bool {
        if self.echo {
            let mark = mark();
            return self.client.send(&mark, 0).is_ok() && self.client.receives(&mark, patience);
        }
        self.asks(patience) && self.answers(patience)
    }
}

fn tcp(from: &Place, to: &Place, port: u16) -> Result<(End, End)> {
    let at = SocketAddr::new(to.address, port);
    let listener = inside(&to.netns, || wire::listener(at))??;
    let own = SocketAddr::new(any(to.address.is_ipv6()), 0);
    let client = inside(&from.netns, || dial(own, at, LONG))?;
    let client = client.with_context(|| format!("no connection to {at}"))?;
    let until = Instant::now() + LONG;
    while Instant::now() < until {
        if let Ok((stream, _)) = listener.accept() {
            return Ok((client, wire::stream(stream)?));
        }
    }
    bail!("{at} was never told of its connection")
}

/// The server's socket is connected, so that several flows can share its port.
fn udp(from: &Place, to: &Place, port: u16) -> Result<(End, End)> {
    let at = SocketAddr::new(to.address, port);
    let client = inside(&from.netns, || wire::udp(SocketAddr::new(from.address, 0), at, false))??;
    let End::Datagram { socket, .. } = &client else { bail!("UDP sends datagrams") };
    let own = socket.local_addr()?;
    let server = inside(&to.netns, || wire::udp(at, own, true))??;
    Ok((client, server))
}
