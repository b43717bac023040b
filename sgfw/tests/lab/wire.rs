//! Sockets that send a marked payload and wait for one: TCP, UDP, ICMP, any other protocol by number.
//!
//! An [`End`] is one side of an exchange. What it sends begins with a mark of eight bytes, and what it waits
//! for is a packet that holds a given mark: nothing else that arrives can be taken for an answer.

use std::io::{ErrorKind, Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream, UdpSocket};
use std::num::NonZeroU32;
use std::os::fd::OwnedFd;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use rustix::net::sockopt::{Timeout, set_socket_reuseaddr, set_socket_timeout};
use rustix::net::{AddressFamily, Protocol, SocketFlags, SocketType, bind, connect, listen, socket_with};

/// How long one wait of a socket is: the grain of all patience.
const GRAIN: Duration = Duration::from_millis(20);
/// ICMP echo request, and the same in ICMPv6.
pub(crate) const ECHO: [u8; 2] = [8, 128];

/// What a payload begins with.
pub(crate) type Mark = [u8; 8];

/// One side of an exchange.
#[derive(Debug)]
pub(crate) enum End {
    /// A connection.
    Tcp(TcpStream),
    /// UDP, or a raw socket: both send datagrams.
    Datagram {
        /// The socket.
        socket: UdpSocket,
        /// Where it sends to; port 0 for raw sockets.
        to: SocketAddr,
        /// The ICMP header before the payload, for ICMP.
        icmp: Option<[u8; 8]>,
    },
}

impl End {
    /// Sends a mark, filled up to `size` bytes.
    pub(crate) fn send(&mut self, mark: &Mark, size: usize) -> Result<()> {
        let mut payload = mark.to_vec();
        payload.resize(size.max(mark.len()), 0);
        match self {
            Self::Tcp(stream) => stream.write_all(&payload)?,
            Self::Datagram { socket, to, icmp: None } => send_whole(socket, &payload, *to)?,
            Self::Datagram { socket, to, icmp: Some(header) } => {
                send_whole(socket, &icmp_message(header, &payload, to.is_ipv4()), *to)?;
            }
        }
        Ok(())
    }

    /// Waits for a packet that holds this mark.
    pub(crate) fn receives(&mut self, mark: &Mark, patience: Duration) -> bool {
        let until = Instant::now() + patience;
        let mut seen = Vec::new();
        while Instant::now() < until {
            // A stream may cut a mark in two.
            let stream = matches!(self, Self::Tcp(_));
            match self.receive() {
                Some((bytes, _)) if bytes.is_empty() && stream => return false,
                Some((bytes, _)) => seen.extend(bytes),
                None => continue,
            }
            if holds(&seen, mark) {
                return true;
            }
            if !stream {
                seen.clear();
            }
        }
        false
    }

    /// What arrives within one grain of time, and from whom.
    pub(crate) fn receive(&mut self) -> Option<(Vec<u8>, Option<SocketAddr>)> {
        let mut buffer = vec![0; 65_536];
        let result = match self {
            Self::Tcp(stream) => stream.read(&mut buffer).map(|length| (length, None)),
            Self::Datagram { socket, .. } => socket.recv_from(&mut buffer).map(|(length, from)| (length, Some(from))),
        };
        match result {
            Ok((length, from)) => {
                buffer.truncate(length);
                Some((buffer, from))
            }
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => None,
            // An ICMP error that the socket is told of, or a reset: not an answer, and no reason to stop waiting.
            Err(_) => {
                std::thread::sleep(GRAIN);
                None
            }
        }
    }
}

/// A listening TCP socket; its `accept` waits one grain of time.
pub(crate) fn listener(at: SocketAddr) -> Result<std::net::TcpListener> {
    let socket = open(at, SocketType::STREAM, None)?;
    set_socket_reuseaddr(&socket, true)?;
    bind(&socket, &at).with_context(|| format!("bind {at}"))?;
    listen(&socket, 64)?;
    Ok(socket.into())
}

/// Connects, from a port of choice or any (0).
pub(crate) fn dial(from: SocketAddr, to: SocketAddr, patience: Duration) -> Option<End> {
    let socket = open(to, SocketType::STREAM, None).ok()?;
    set_socket_reuseaddr(&socket, true).ok()?;
    // Linux bounds a connect by the timeout of sending.
    set_socket_timeout(&socket, Timeout::Send, Some(patience)).ok()?;
    bind(&socket, &from).ok()?;
    connect(&socket, &to).ok()?;
    stream(socket.into()).ok()
}

/// A connection whose reads wait one grain of time.
pub(crate) fn stream(stream: TcpStream) -> Result<End> {
    stream.set_read_timeout(Some(GRAIN))?;
    stream.set_nodelay(true)?;
    Ok(End::Tcp(stream))
}

/// A UDP socket at `at` that sends to `to`; connected if it is to hear `to` alone.
pub(crate) fn udp(at: SocketAddr, to: SocketAddr, connected: bool) -> Result<End> {
    let socket = open(at, SocketType::DGRAM, None)?;
    set_socket_reuseaddr(&socket, true)?;
    bind(&socket, &at).with_context(|| format!("bind {at}"))?;
    if connected {
        connect(&socket, &to)?;
    }
    Ok(End::Datagram { socket: socket.into(), to, icmp: None })
}

/// A raw socket for a protocol.
pub(crate) fn raw(protocol: u8, to: IpAddr) -> Result<End> {
    let to = SocketAddr::new(to, 0);
    Ok(End::Datagram { socket: open(to, SocketType::RAW, Some(protocol))?.into(), to, icmp: None })
}

/// A raw socket that sends ICMP messages of a type and a code; an identifier goes with them.
pub(crate) fn icmp(kind: u8, code: u8, identifier: u16, to: IpAddr) -> Result<End> {
    let End::Datagram { socket, to, .. } = raw(if to.is_ipv4() { 1 } else { 58 }, to)? else {
        anyhow::bail!("a raw socket sends datagrams");
    };
    let [high, low] = identifier.to_be_bytes();
    Ok(End::Datagram { socket, to, icmp: Some([kind, code, 0, 0, high, low, 0, 1]) })
}

/// Whether the bytes hold the mark.
pub(crate) fn holds(bytes: &[u8], mark: &Mark) -> bool {
    bytes.windows(mark.len()).any(|window| window == mark)
}

/// The unspecified address of a family.
pub(crate) const fn any(v6: bool) -> IpAddr {
    if v6 { IpAddr::V6(Ipv6Addr::UNSPECIFIED) } else { IpAddr::V4(Ipv4Addr::UNSPECIFIED) }
}

fn open(like: SocketAddr, kind: SocketType, protocol: Option<u8>) -> Result<OwnedFd> {
    let family = if like.is_ipv4() { AddressFamily::INET } else { AddressFamily::INET6 };
    let protocol = protocol.and_then(|number| NonZeroU32::new(number.into())).map(Protocol::from_raw);
    // Programs that are started meanwhile must not inherit it: a listener would live on in them.
    let socket = socket_with(family, kind, SocketFlags::CLOEXEC, protocol).context("socket")?;
    set_socket_timeout(&socket, Timeout::Recv, Some(GRAIN))?;
    Ok(socket)
}

/// A full queue of the device or an ICMP error about the packet before is not this packet's failure.
fn send_whole(socket: &UdpSocket, bytes: &[u8], to: SocketAddr) -> Result<()> {
    let mut result = Ok(0);
    for _ in 0..3 {
        // A connected socket refuses to be told where to send.
        result = if socket.peer_addr().is_ok() { socket.send(bytes) } else { socket.send_to(bytes, to) };
        if result.is_ok() {
            break;
        }
    }
    result.with_context(|| format!("send to {to}")).map(drop)
}

/// The kernel fills in the checksum of ICMPv6, but not that of ICMP.
fn icmp_message(header: &[u8; 8], payload: &[u8], v4: bool) -> Vec<u8> {
    let mut message = [&header[..], payload].concat();
    if v4 {
        let [high, low] = checksum(&message).to_be_bytes();
        (message[2], message[3]) = (high, low);
    }
    message
}

/// The Internet checksum (RFC 1071).
fn checksum(bytes: &[u8]) -> u16 {
    let words = bytes.chunks(2).map(|pair| u32::from(pair[0]) << 8 | u32::from(*pair.get(1).unwrap_or(&0)));
    let sum: u32 = words.sum();
    let folded = (sum & 0xffff) + (sum >> 16);
    !u16::try_from((folded & 0xffff) + (folded >> 16)).unwrap_or(0)
}
