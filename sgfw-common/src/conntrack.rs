//! Connection tracking as pure functions: a flow, an event and the time go in, a flow comes out.
//!
//! Expiry is decided here, at look-up, from times that only passing packets move: a control plane that is
//! dead or slow never lengthens a permission.

use crate::maps::{EGRESS, Flow, Interface, timeout};
use crate::packet::{Transport, tcp};

/// What a flow has proved so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum State {
    /// TCP: a SYN passed.
    SynSent = 0,
    /// TCP: the responder's SYN-ACK for it passed.
    SynReceived = 1,
    /// TCP: the initiator acknowledged what only the responder's SYN-ACK could tell it.
    Established = 2,
    /// TCP: seen in one direction in the adoption window.
    Adopted = 3,
    /// A first packet, no answer yet.
    Request = 4,
    /// One request, one response.
    Reply = 5,
    /// A second request.
    RequestAgain = 6,
    /// More than one request and response.
    Stream = 7,
    /// A datagram's first fragment passed.
    Fragments = 8,
}

impl State {
    /// The state with this number; an unknown one counts as the weakest.
    #[inline(always)]
    pub const fn from_number(number: u8) -> Self {
        match number {
            1 => Self::SynReceived,
            2 => Self::Established,
            3 => Self::Adopted,
            4 => Self::Request,
            5 => Self::Reply,
            6 => Self::RequestAgain,
            7 => Self::Stream,
            8 => Self::Fragments,
            _ => Self::SynSent,
        }
    }

    /// The word that people and programs read.
    pub const fn word(self) -> &'static str {
        match self {
            Self::SynSent => "syn-sent",
            Self::SynReceived => "syn-received",
            Self::Established => "established",
            Self::Adopted => "adopted",
            Self::Request => "request",
            Self::Reply => "reply",
            Self::RequestAgain => "request-again",
            Self::Stream => "stream",
            Self::Fragments => "fragments",
        }
    }
}

/// Bits of [`Flow::closing`].
pub mod closing {
    /// A FIN from the peer passed.
    pub const FIN_INGRESS: u8 = 1;
    /// A FIN from the instance passed.
    pub const FIN_EGRESS: u8 = 2;
    /// A RST passed, and nothing since.
    pub const RESET: u8 = 4;
}

/// Idle seconds nobody can set; AWS publishes none of them but the 600 (F77).
pub mod seconds {
    /// TCP before the handshake is done.
    pub const HALF_OPEN: u32 = 60;
    /// TCP after one FIN.
    pub const HALF_CLOSED: u32 = 600;
    /// TCP after both FINs, or a RST.
    pub const CLOSED: u32 = 60;
    /// ICMP queries.
    pub const ICMP: u32 = 30;
    /// Protocols that are neither TCP, UDP nor ICMP.
    pub const OTHER: u32 = 600;
    /// Fragments of one datagram, as long as Linux waits for them.
    pub const FRAGMENTS: u32 = 30;
}

/// What sort of timeout applies to a flow outside TCP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// UDP.
    Udp,
    /// ICMP queries.
    Icmp,
    /// All other protocols.
    Other,
}

/// A flow whose first packet passes now.
#[inline(always)]
pub const fn start(state: State, direction: usize, interface: &Interface, now: u64) -> Flow {
    Flow {
        seen: now,
        created: now,
        generation: interface.generation,
        initiator_next: 0,
        responder_isn: 0,
        responder_next: 0,
        state: state as u8,
        initiator: direction as u8,
        closing: 0,
        reserved: [0; 5],
    }
}

/// Ticks a TCP flow may idle.
#[inline(always)]
pub fn tcp_timeout(flow: &Flow, interface: &Interface) -> u32 {
    let full = interface.timeouts[timeout::TCP];
    if !matches!(State::from_number(flow.state), State::Established) {
        return seconds::HALF_OPEN * interface.hertz;
    }
    match flow.closing {
        0 => full,
        closing::FIN_INGRESS | closing::FIN_EGRESS => full.min(seconds::HALF_CLOSED * interface.hertz),
        _ => full.min(seconds::CLOSED * interface.hertz),
    }
}

/// Ticks a flow of another protocol may idle.
#[inline(always)]
pub const fn other_timeout(flow: &Flow, kind: Kind, interface: &Interface) -> u32 {
    match kind {
        Kind::Udp if matches!(State::from_number(flow.state), State::Stream) => interface.timeouts[timeout::UDP_STREAM],
        Kind::Udp => interface.timeouts[timeout::UDP],
        Kind::Icmp => seconds::ICMP * interface.hertz,
        Kind::Other => seconds::OTHER * interface.hertz,
    }
}

/// Whether a flow last seen then is still alive now.
#[inline(always)]
pub const fn alive(flow: &Flow, timeout: u32, now: u64) -> bool {
    // Two CPUs may see the clock a tick apart: a flow from the future is young, not ancient.
    now.saturating_sub(flow.seen) <= timeout as u64
}

/// Whether the time of last sight is old enough to be written: a hot flow's cache line stays clean.
#[inline(always)]
pub const fn stale(flow: &Flow, interface: &Interface, now: u64) -> bool {
    now.saturating_sub(flow.seen) >= interface.hertz as u64
}

/// A SYN that a rule allows: a fresh start, unless it is the other side's SYN of a simultaneous open.
#[inline(always)]
pub fn syn(old: Option<Flow>, direction: usize, segment: &Transport, interface: &Interface, now: u64) -> Flow {
    if let Some(mut flow) = old
        && usize::from(flow.initiator) != direction
    {
        flow.seen = now;
        return flow;
    }
    let mut flow = start(State::SynSent, direction, interface, now);
    flow.initiator_next = segment.seq.wrapping_add(1).wrapping_add(segment.payload);
    flow
}

/// What a segment does to a flow whose handshake is not done.
///
/// It becomes [`State::Established`] only when the initiator acknowledges a sequence number that it
/// cannot know without having received the responder's SYN-ACK: a spoofed flood never gets there.
#[inline(always)]
pub fn handshake(mut flow: Flow, direction: usize, segment: &Transport, now: u64) -> Flow {
    flow.seen = now;
    flow.closing = close(flow.closing, direction, segment);
    let from_initiator = usize::from(flow.initiator) == direction;
    match State::from_number(flow.state) {
        State::Adopted if !from_initiator => flow.state = State::Established as u8,
        State::SynSent | State::SynReceived if !from_initiator => responder(&mut flow, segment),
        State::SynReceived if acknowledges(&flow, segment) => flow.state = State::Established as u8,
        _ => {}
    }
    flow
}

#[inline(always)]
fn responder(flow: &mut Flow, segment: &Transport) {
    // SYN and FIN count one each (RFC 9293, 3.4).
    let fin = segment.flags & tcp::FIN;
    let next = segment.seq.wrapping_add(segment.payload).wrapping_add(fin as u32);
    if segment.flags & tcp::SYN != 0 {
        if acknowledges_syn(flow, segment) {
            flow.responder_isn = segment.seq;
            flow.responder_next = next.wrapping_add(1);
            flow.state = State::SynReceived as u8;
        }
    } else if flow.state == State::SynReceived as u8 && before(flow.responder_next, next) {
        flow.responder_next = next;
    }
}

/// With data in the SYN (RFC 7413) the responder may acknowledge only the SYN itself.
#[inline(always)]
const fn acknowledges_syn(flow: &Flow, segment: &Transport) -> bool {
    flow.initiator_next.wrapping_sub(segment.ack) <= 0xffff
}

/// Whether this is the responder's SYN-ACK for the SYN that began the flow.
#[inline(always)]
pub const fn answers_syn(flow: &Flow, direction: usize, segment: &Transport) -> bool {
    const BOTH: u8 = tcp::SYN | tcp::ACK;
    segment.flags & BOTH == BOTH
        && flow.initiator as usize != direction
        && matches!(State::from_number(flow.state), State::SynSent | State::SynReceived)
        && acknowledges_syn(flow, segment)
}

#[inline(always)]
const fn acknowledges(flow: &Flow, segment: &Transport) -> bool {
    let acknowledged = segment.ack.wrapping_sub(flow.responder_isn);
    let sent = flow.responder_next.wrapping_sub(flow.responder_isn);
    segment.flags & tcp::ACK != 0 && segment.flags & tcp::RST == 0 && acknowledged >= 1 && acknowledged <= sent
}

/// Whether sequence number `a` comes before `b`, within half of the number space (RFC 9293, 3.4).
#[inline(always)]
const fn before(a: u32, b: u32) -> bool {
    b.wrapping_sub(a).wrapping_sub(1) < 0x7fff_ffff
}

/// What a segment does to the closing bits of a flow; they count once it is established.
///
/// FIN and RST only shorten the timeout; after a RST the flow's own traffic restores it, because the
/// RST may have been a stray one.
#[inline(always)]
pub const fn close(bits: u8, direction: usize, segment: &Transport) -> u8 {
    if segment.flags & tcp::RST != 0 {
        return bits | closing::RESET;
    }
    let bits = bits & !closing::RESET;
    if segment.flags & tcp::FIN == 0 {
        bits
    } else if direction == EGRESS {
        bits | closing::FIN_EGRESS
    } else {
        bits | closing::FIN_INGRESS
    }
}

/// The next state of a flow outside TCP: requests and responses count when they alternate.
#[inline(always)]
pub const fn exchange(flow: &Flow, direction: usize) -> State {
    let request = flow.initiator as usize == direction;
    match State::from_number(flow.state) {
        State::Request if !request => State::Reply,
        State::Reply if request => State::RequestAgain,
        State::RequestAgain if !request => State::Stream,
        same => same,
    }
}
