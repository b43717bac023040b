//! UDP, ICMP and all other protocols: requests and responses.

use super::case::Case;
use super::flows::{Exchange, Flows, Key, Talk};
use super::related;
use crate::model::{Direction, IcmpErrors};
use crate::reference::frame::Message;
use crate::reference::judge::What;
use sgfw_common::reason::Reason;

/// Seconds an ICMP query may wait for its answer.
const ICMP: u64 = 30;
/// Seconds a flow of another protocol may idle (F77).
const OTHER: u64 = 600;

pub(super) fn udp(case: &Case<'_>, flows: &mut Flows, sport: u16, dport: u16) -> Result<Reason, Reason> {
    let (local_port, remote_port) = case.local_and_remote(sport, dport);
    if case.untracked(What::Udp, local_port, remote_port) {
        return Ok(Reason::Untracked);
    }
    exchange(case, flows, case.key(Talk::Udp(local_port, remote_port)), What::Udp(dport))
}

pub(super) fn other(case: &Case<'_>, flows: &mut Flows) -> Result<Reason, Reason> {
    let number = case.packet.protocol;
    exchange(case, flows, case.key(Talk::Other(number)), What::Other(number))
}

/// Whoever spoke first within the idle time, both sides may speak (F66, F67, F77).
fn exchange(case: &Case<'_>, flows: &mut Flows, key: Key, what: What) -> Result<Reason, Reason> {
    if goes_on(case, flows, &key) {
        return Ok(Reason::Established);
    }
    case.allowed(what)?;
    flows.exchanges.insert(key, Exchange::new(case));
    Ok(Reason::New)
}

/// Whether this belongs to a live exchange, of which note is taken.
fn goes_on(case: &Case<'_>, flows: &mut Flows, key: &Key) -> bool {
    let exchange = flows.exchanges.get_mut(key).filter(|exchange| exchange.lives(case, &key.talk));
    let Some(exchange) = exchange else { return false };
    let news = exchange.turns < 4 && exchange.is_next(case.direction);
    exchange.turns += u8::from(news);
    case.clock.note(&mut exchange.seen, news);
    true
}

pub(super) fn icmp(case: &Case<'_>, flows: &mut Flows, message: &Message) -> Result<Reason, Reason> {
    let Message { kind, code, id, .. } = *message;
    let what = if case.v6() { What::Icmpv6 { kind, code } } else { What::Icmp { kind, code } };
    match Role::of(case.v6(), kind) {
        // A query is always tracked (F71), and one that was allowed may be repeated.
        Role::Query(query) => exchange(case, flows, case.key(Talk::Query(query, id, case.direction)), what),
        Role::Answer(query) => answer(case, flows, &case.key(Talk::Query(query, id, case.direction.other())), what),
        Role::Error if case.interface.icmp_errors == IcmpErrors::Related && related::is(case, flows, message) => {
            Ok(Reason::Related)
        }
        Role::Error | Role::Notice => case.allowed(what).map(|()| Reason::Allowed),
    }
}

/// An answer passes because of its query (F68), or because a rule allows it.
fn answer(case: &Case<'_>, flows: &mut Flows, key: &Key, what: What) -> Result<Reason, Reason> {
    if goes_on(case, flows, key) {
        return Ok(Reason::Established);
    }
    case.allowed(what).map(|()| Reason::Allowed)
}

impl Exchange {
    fn new(case: &Case<'_>) -> Self {
        Self { by: case.direction, seen: case.clock.now, turns: 1 }
    }

    /// Whether it is this side's turn: after a request the responder's, after a response the initiator's.
    fn is_next(&self, direction: Direction) -> bool {
        let after_a_request = self.turns % 2 == 1;
        (direction != self.by) == after_a_request
    }

    pub(super) fn lives(&self, case: &Case<'_>, talk: &Talk) -> bool {
        let timeouts = case.interface.timeouts;
        let seconds = match talk {
            Talk::Udp(..) if self.turns == 4 => timeouts.udp_stream.into(),
            Talk::Udp(..) => timeouts.udp.into(),
            Talk::Query(..) => ICMP,
            Talk::Tcp(..) | Talk::Other(_) => OTHER,
        };
        case.clock.within(self.seen, seconds)
    }
}

/// What an ICMP message is for. Queries are named by their own type, answers by their query's.
pub(super) enum Role {
    Query(u8),
    Answer(u8),
    Error,
    Notice,
}

impl Role {
    pub(super) fn of(v6: bool, kind: u8) -> Self {
        match (v6, kind) {
            (false, 8 | 13 | 15 | 17) | (true, 128) => Self::Query(kind),
            (false, 0) => Self::Answer(8),
            (false, 14 | 16 | 18) | (true, 129) => Self::Answer(kind - 1),
            (false, 3 | 4 | 11 | 12) | (true, 1..=4) => Self::Error,
            _ => Self::Notice,
        }
    }
}
