//! Tries connections and single packets, many at a time, and tells what became of each.
//!
//! Every target has a server that notes the marks that arrive and answers them. A probe that gets its answer
//! passed; one whose mark arrived but whose answer did not is unanswered; of everything else nothing arrived.

use std::collections::{BTreeSet, HashSet};
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread::{self, Scope};
use std::time::{Duration, Instant};

use anyhow::Result;

use super::net::inside;
use super::traffic::Traffic;
use super::wire::{self, ECHO, End, Mark, any, dial};

/// Long enough for what must arrive, on a busy machine.
pub(crate) const LONG: Duration = Duration::from_secs(8);
/// Long enough to believe that nothing comes.
pub(crate) const SHORT: Duration = Duration::from_millis(400);

/// What became of a probe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It arrived, and so did the answer if there is one.
    Passes,
    /// It did not arrive.
    Drops,
    /// It arrived, the answer did not.
    Unanswered,
}

/// A place in a namespace.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Place {
    /// The namespace's name.
    pub(crate) netns: String,
    /// The address.
    pub(crate) address: IpAddr,
}

/// One thing to try.
#[derive(Clone, Debug)]
pub(crate) struct Probe {
    /// Who sends.
    pub(crate) from: Place,
    /// To whom.
    pub(crate) to: Place,
    /// What.
    pub(crate) traffic: Traffic,
    /// How long to wait for it.
    pub(crate) patience: Duration,
}

/// Tries all of them at once; the outcomes come in the order of the probes.
pub(crate) fn run(probes: &[Probe]) -> Result<Vec<Outcome>> {
    let arrivals = Arrivals::default();
    let doors: BTreeSet<Door> = probes.iter().map(Door::of).collect();
    thread::scope(|scope| {
        let served = doors.into_iter().try_for_each(|door| serve(scope, door, &arrivals));
        let clients: Vec<_> = probes.iter().map(|probe| scope.spawn(|| ask(probe, &arrivals))).collect();
        let outcomes = clients.into_iter().map(|client| client.join().unwrap_or(Ok(Outcome::Drops))).collect();
        arrivals.closed.store(true, Ordering::Relaxed);
        served.and(outcomes)
    })
}

/// A mark that was never used before in this process.
pub(crate) fn mark() -> Mark {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let [a, b, c, d] = NEXT.fetch_add(1, Ordering::Relaxed).to_be_bytes();
    [QUESTION, b'S', b'G', b'F', a, b, c, d]
}

/// The answer to a mark.
pub(crate) const fn answer(mut mark: Mark) -> Mark {
    mark[0] = b'!';
    mark
}

const QUESTION: u8 = b'?';

/// What the servers saw, and whether they may go.
#[derive(Default)]
struct Arrivals {
    seen: Mutex<HashSet<Mark>>,
    closed: AtomicBool,
}

impl Arrivals {
    fn note(&self, mark: Mark) {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).insert(mark);
    }

    fn has(&self, mark: &Mark) -> bool {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).contains(mark)
    }

    fn open(&self) -> bool {
        !self.closed.load(Ordering::Relaxed)
    }
}

/// What a server listens at.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Door {
    place: Place,
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Tcp(u16),
    Udp(u16),
    Icmp,
    Protocol(u8),
}

impl Door {
    fn of(probe: &Probe) -> Self {
        let kind = match probe.traffic {
            Traffic::Tcp { port, .. } => Kind::Tcp(port),
            Traffic::Udp { port, .. } => Kind::Udp(port),
            Traffic::Ping { .. } | Traffic::Icmp { .. } => Kind::Icmp,
            Traffic::Protocol(number) => Kind::Protocol(number),
        };
        Self { place: probe.to.clone(), kind }
    }
}

/// Starts the server of a door; it listens when this returns.
fn serve<'s, 'e>(scope: &'s Scope<'s, 'e>, door: Door, arrivals: &'e Arrivals) -> Result<()> {
    let Place { netns, address } = &door.place;
    let at = |port| SocketAddr::new(*address, port);
    let end = match door.kind {
        Kind::Tcp(port) => {
            let listener = inside(netns, || wire::listener(at(port)))??;
            scope.spawn(move || {
                while arrivals.open() {
                    if let Some(end) = listener.accept().ok().and_then(|(stream, _)| wire::stream(stream).ok()) {
                        scope.spawn(move || respond(end, true, arrivals));
                    }
                }
            });
            return Ok(());
        }
        Kind::Udp(port) => inside(netns, || wire::udp(at(port), at(port), false))??,
        Kind::Icmp => inside(netns, || wire::raw(if address.is_ipv4() { 1 } else { 58 }, *address))??,
        Kind::Protocol(number) => inside(netns, || wire::raw(number, *address))??,
    };
    scope.spawn(move || respond(end, door.kind != Kind::Icmp, arrivals));
    Ok(())
}

/// Notes every question and answers it in its own size; ICMP is answered by the kernel.
fn respond(mut end: End, answers: bool, arrivals: &Arrivals) {
    while arrivals.open() {
        let Some((bytes, from)) = end.receive() else { continue };
        if bytes.is_empty() && from.is_none() {
            return;
        }
        let Some((at, mark)) = question(&bytes) else { continue };
        arrivals.note(mark);
        if let (End::Datagram { to, .. }, Some(from)) = (&mut end, from) {
            *to = from;
        }
        if answers {
            // What does not get out is seen by the one who waits for it.
            let _ = end.send(&answer(mark), bytes.len() - at);
        }
    }
}

fn question(bytes: &[u8]) -> Option<(usize, Mark)> {
    let at = bytes.windows(4).position(|window| window == [QUESTION, b'S', b'G', b'F'])?;
    Some((at, bytes.get(at..at + 8)?.try_into().ok()?))
}

/// Asks once and waits.
fn ask(probe: &Probe, arrivals: &Arrivals) -> Result<Outcome> {
    let patience = probe.patience;
    let Some(mut end) = inside(&probe.from.netns, || begin(probe, patience))?? else { return Ok(Outcome::Drops) };
    let mark = mark();
    let size = match probe.traffic {
        Traffic::Udp { size, .. } | Traffic::Ping { size } => size,
        _ => 0,
    };
    if end.send(&mark, size).is_err() {
        return Ok(Outcome::Drops);
    }
    let wanted = if matches!(probe.traffic, Traffic::Ping { .. }) { mark } else { answer(mark) };
    let arrived =
        if probe.traffic.is_answered() { end.receives(&wanted, patience) } else { noted(arrivals, &mark, patience) };
    let connected = matches!(end, End::Tcp(_));
    Ok(match arrived {
        true => Outcome::Passes,
        false if connected || arrivals.has(&mark) => Outcome::Unanswered,
        false => Outcome::Drops,
    })
}

fn begin(probe: &Probe, patience: Duration) -> Result<Option<End>> {
    let to = probe.to.address;
    let from = |port| SocketAddr::new(if port == 0 { any(to.is_ipv6()) } else { probe.from.address }, port);
    let echo = ECHO[usize::from(to.is_ipv6())];
    Ok(Some(match probe.traffic {
        Traffic::Tcp { port, from: own } => return Ok(dial(from(own), SocketAddr::new(to, port), patience)),
        // Sockets that share a port of choice hear their own peer only.
        Traffic::Udp { port, from: own, .. } => wire::udp(from(own), SocketAddr::new(to, port), own != 0)?,
        Traffic::Ping { .. } => wire::icmp(echo, 0, identifier(), to)?,
        Traffic::Icmp { kind, code } => wire::icmp(kind, code, identifier(), to)?,
        Traffic::Protocol(number) => wire::raw(number, to)?,
    }))
}

/// Every probe is a flow of its own.
fn identifier() -> u16 {
    let [.., high, low] = mark();
    u16::from_be_bytes([high, low])
}

fn noted(arrivals: &Arrivals, mark: &Mark, patience: Duration) -> bool {
    let until = Instant::now() + patience;
    while Instant::now() < until {
        if arrivals.has(mark) {
            return true;
        }
        thread::sleep(Duration::from_millis(5));
    }
    false
}

impl Outcome {
    /// How long to wait for what is expected: an answer may be late, silence takes its time to be believed.
    pub(crate) const fn patience(self) -> Duration {
        if matches!(self, Self::Passes) { LONG } else { SHORT }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Passes => "passes",
            Self::Drops => "drops",
            Self::Unanswered => "unanswered",
        })
    }
}
