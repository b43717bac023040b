//! TCP connections: only a SYN that a rule allows begins one, only a proved handshake makes it last.

use super::case::{Case, Clock};
use super::flows::{Ending, Flows, Key, Open, Opening, Step, Talk};
use crate::model::Direction;
use crate::reference::frame::Segment;
use crate::reference::judge::What;
use sgfw_common::reason::Reason;

/// Seconds a connection may take for its handshake.
const OPENING: u64 = 60;
/// Seconds it may idle when one side has said its last.
const HALF_CLOSED: u64 = 600;
/// Seconds it may idle when both have, or after a reset.
const CLOSED: u64 = 60;

pub(super) fn judge(case: &Case<'_>, flows: &mut Flows, segment: &Segment) -> Result<Reason, Reason> {
    let (local_port, remote_port) = case.local_and_remote(segment.sport, segment.dport);
    if case.untracked(What::Tcp, local_port, remote_port) {
        return Ok(Reason::Untracked);
    }
    let key = case.key(Talk::Tcp(local_port, remote_port));
    if segment.syn && segment.ack.is_none() {
        return syn(case, flows, key, segment);
    }
    if goes_on(case, flows, &key, segment) || comes_on(case, flows, &key, segment) {
        return Ok(Reason::Established);
    }
    adopt(case, flows, key, segment)
}

/// Whether a quoted segment belongs to a live connection, of whatever age.
pub(super) fn lives(case: &Case<'_>, flows: &Flows, key: &Key) -> bool {
    let open = flows.open.get(key).is_some_and(|open| open.lives(case));
    open || flows.opening.get(key).is_some_and(|opening| opening.lives(case.clock))
}

/// A SYN is judged by the rules, whatever went before.
fn syn(case: &Case<'_>, flows: &mut Flows, key: Key, segment: &Segment) -> Result<Reason, Reason> {
    case.allowed(What::Tcp(segment.dport))?;
    match flows.opening.get_mut(&key) {
        // Both sides ask at once: one connection, and the first one's (RFC 9293, 3.5).
        Some(opening) if opening.lives(case.clock) && opening.by != case.direction => opening.seen = case.clock.now,
        _ => {
            flows.opening.insert(key, Opening::new(case, Step::Asked { next: segment.next() }));
        }
    }
    Ok(Reason::New)
}

fn answers_a_syn(case: &Case<'_>, flows: &Flows, key: &Key, segment: &Segment) -> bool {
    let opening = flows.opening.get(key).filter(|opening| opening.lives(case.clock));
    opening.is_some_and(|opening| opening.by != case.direction && opening.step.is_answered_by(segment))
}

/// A segment of a proved connection.
fn goes_on(case: &Case<'_>, flows: &mut Flows, key: &Key, segment: &Segment) -> bool {
    let reopened = answers_a_syn(case, flows, key, segment);
    let Some(open) = flows.open.get_mut(key).filter(|open| open.lives(case)) else { return false };
    if reopened {
        // The ports are used again: the new connection takes the old one's place.
        flows.open.remove(key);
        return false;
    }
    let before = open.ending;
    open.ending.note(case.direction, segment);
    case.clock.note(&mut open.seen, open.ending != before);
    true
}

/// A segment of a connection on its way, which it may bring to its end.
fn comes_on(case: &Case<'_>, flows: &mut Flows, key: &Key, segment: &Segment) -> bool {
    let Some(opening) = flows.opening.get_mut(key).filter(|opening| opening.lives(case.clock)) else { return false };
    opening.seen = case.clock.now;
    opening.ending.note(case.direction, segment);
    if opening.step.is_proved_by(opening.by == case.direction, segment) {
        let open = Open { seen: opening.seen, ending: opening.ending };
        flows.opening.remove(key);
        flows.open.insert(key.clone(), open);
    }
    true
}

/// A connection older than the firewall, if either side could open it today.
fn adopt(case: &Case<'_>, flows: &mut Flows, key: Key, segment: &Segment) -> Result<Reason, Reason> {
    let Talk::Tcp(local_port, remote_port) = key.talk else { return Err(Reason::NoFlow) };
    let could_be_opened = case.admits(Direction::Ingress, What::Tcp(local_port))
        || case.admits(Direction::Egress, What::Tcp(remote_port));
    if segment.rst || !case.adopts || !could_be_opened {
        return Err(Reason::NoFlow);
    }
    flows.opening.insert(key, Opening::new(case, Step::Adopted));
    Ok(Reason::Adopted)
}

impl Opening {
    fn new(case: &Case<'_>, step: Step) -> Self {
        Self { by: case.direction, seen: case.clock.now, ending: Ending::default(), step }
    }

    fn lives(&self, clock: Clock) -> bool {
        clock.within(self.seen, OPENING)
    }
}

impl Step {
    /// Whether a segment of the responder's is the answer to the SYN: it acknowledges what the SYN sent, of
    /// which data may stay unacknowledged (RFC 7413).
    fn is_answered_by(&self, segment: &Segment) -> bool {
        let (Self::Asked { next } | Self::Answered { asked_next: next, .. }) = *self else { return false };
        segment.syn && segment.ack.is_some_and(|ack| next.wrapping_sub(ack) <= u32::from(u16::MAX))
    }

    /// Takes note of a segment, and says whether it proves that both sides are there: the initiator
    /// acknowledges what it can only know from the responder's answer.
    fn is_proved_by(&mut self, from_initiator: bool, segment: &Segment) -> bool {
        if !from_initiator && self.is_answered_by(segment) {
            let (Self::Asked { next: asked_next } | Self::Answered { asked_next, .. }) = *self else { return false };
            *self = Self::Answered { asked_next, first: segment.seq, next: segment.next() };
            return false;
        }
        match (self, from_initiator) {
            (Self::Adopted, false) => true,
            (Self::Answered { first, next, .. }, true) if !segment.rst => segment.ack.is_some_and(|ack| {
                let sent = next.wrapping_sub(*first);
                (1..=sent).contains(&ack.wrapping_sub(*first))
            }),
            (Self::Answered { next, .. }, false) if !segment.syn => {
                let ahead = segment.next().wrapping_sub(*next);
                *next = if (1..1 << 31).contains(&ahead) { segment.next() } else { *next };
                false
            }
            _ => false,
        }
    }
}

impl Open {
    fn lives(&self, case: &Case<'_>) -> bool {
        let most = u64::from(case.interface.timeouts.tcp_established);
        let seconds = match self.ending {
            Ending { fin_ingress: false, fin_egress: false, reset: false } => most,
            Ending { fin_ingress: true, fin_egress: false, reset: false }
            | Ending { fin_ingress: false, fin_egress: true, reset: false } => most.min(HALF_CLOSED),
            _ => most.min(CLOSED),
        };
        case.clock.within(self.seen, seconds)
    }
}

impl Ending {
    /// A reset may be a stray one: it counts until the connection's own traffic goes on.
    fn note(&mut self, direction: Direction, segment: &Segment) {
        self.reset = segment.rst;
        match direction {
            Direction::Ingress => self.fin_ingress |= segment.fin,
            Direction::Egress => self.fin_egress |= segment.fin,
        }
    }
}
