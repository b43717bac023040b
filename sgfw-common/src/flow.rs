//! The second step of the decision: the packet's flow, or the question for the rules and what follows from a yes.

use crate::conntrack::{self, Kind, State};
use crate::maps::{EGRESS, Flow, FlowKey, INGRESS, flag};
use crate::packet::{Transport, Tuple, protocol, role, tcp};
use crate::reason::Reason;
use crate::rules;
use crate::tables::{Entry, Refused, Table, Tables};
use crate::verdict::Case;

/// What the rules are asked, and what follows from a yes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Question {
    /// May this message pass? Nothing is tracked.
    Once,
    /// May this SYN open a connection?
    Open,
    /// Could either side have opened this connection?
    Adopt,
    /// May this packet begin a flow?
    Begin,
}

impl<T: Tables> Case<'_, T> {
    /// An ICMP error is judged by the flow of the packet it quotes, which went the other way.
    #[inline(always)]
    pub(crate) fn flow(&self) -> Result<Reason, Reason> {
        let packet = self.packet;
        if packet.quoted.present != 0 && self.has(flag::RELATED) && self.related() {
            return Ok(Reason::Related);
        }
        let own = &packet.own;
        let key = self.key(own, self.direction);
        if self.untracked(own, &key) {
            return Ok(Reason::Untracked);
        }
        let now = self.tables.now();
        let question = if own.protocol == protocol::TCP { self.segment(&key, now) } else { self.exchange(&key, now) };
        match question {
            Ok(question) => self.ask(&key, question, now),
            Err(known) => Ok(known),
        }
    }

    /// The key of a tuple that goes in this direction.
    #[inline(always)]
    const fn key(&self, tuple: &Tuple, direction: usize) -> FlowKey {
        let icmp = tuple.role & role::CLASS != 0;
        let dport = if icmp { tuple.sport } else { tuple.dport };
        let inward = direction == INGRESS;
        FlowKey {
            local: if inward { tuple.dst } else { tuple.src },
            remote: if inward { tuple.src } else { tuple.dst },
            local_port: if inward { dport } else { tuple.sport },
            remote_port: if inward { tuple.sport } else { dport },
            slot: self.slot as u16,
            protocol: tuple.protocol,
            class: class_of(tuple, direction),
        }
    }

    /// F69, which only TCP and UDP know (F71).
    #[inline(always)]
    fn untracked(&self, tuple: &Tuple, key: &FlowKey) -> bool {
        matches!(tuple.protocol, protocol::TCP | protocol::UDP)
            && rules::untracked(self.tables, self.interface, tuple.v6 != 0, key)
    }

    /// A TCP segment: passed by its flow, or the question for the rules.
    #[inline(always)]
    fn segment(&self, key: &FlowKey, now: u64) -> Result<Question, Reason> {
        let segment = &self.packet.transport;
        // A pure SYN is always judged by the rules, whatever flow exists.
        if segment.flags & (tcp::SYN | tcp::ACK) == tcp::SYN {
            return Ok(Question::Open);
        }
        if let Some((entry, flow)) = self.live_tcp(Table::Tcp, key, now)
            && !self.reopens(key, now)
        {
            self.pass(&entry, flow, segment, now);
            return Err(Reason::Established);
        }
        if let Some((entry, flow)) = self.live_tcp(Table::HalfOpen, key, now) {
            self.handshake(&entry, flow, key, now);
            return Err(Reason::Established);
        }
        Ok(Question::Adopt)
    }

    /// Whether a SYN-ACK answers a SYN that passed: the ports are used again, and what is on record is over.
    #[inline(always)]
    fn reopens(&self, key: &FlowKey, now: u64) -> bool {
        let segment = &self.packet.transport;
        if segment.flags & tcp::SYN == 0 {
            return false;
        }
        let Some((_, flow)) = self.live_tcp(Table::HalfOpen, key, now) else { return false };
        let reopens = conntrack::answers_syn(&flow, self.direction, segment);
        if reopens {
            self.tables.remove(Table::Tcp, key);
        }
        reopens
    }

    #[inline(always)]
    fn live_tcp(&self, table: Table, key: &FlowKey, now: u64) -> Option<(T::Entry, Flow)> {
        let entry = self.tables.flow(table, key)?;
        let flow = entry.get();
        conntrack::alive(&flow, conntrack::tcp_timeout(&flow, self.interface), now).then_some((entry, flow))
    }

    /// A hot flow writes nothing: its cache line stays clean for a second.
    #[inline(always)]
    fn pass(&self, entry: &T::Entry, mut flow: Flow, segment: &Transport, now: u64) {
        let closing = conntrack::close(flow.closing, self.direction, segment);
        if closing != flow.closing {
            flow.closing = closing;
            flow.seen = now;
            entry.set(flow);
        } else if conntrack::stale(&flow, self.interface, now) {
            entry.touch(now);
        }
    }

    #[inline(always)]
    fn handshake(&self, entry: &T::Entry, flow: Flow, key: &FlowKey, now: u64) {
        let next = conntrack::handshake(flow, self.direction, &self.packet.transport, now);
        if next.state != State::Established as u8 {
            entry.set(next);
        } else if self.tables.insert(Table::Tcp, key, &next) {
            self.tables.remove(Table::HalfOpen, key);
        }
    }

    /// UDP, ICMP and every other protocol: passed by its flow, or the question for the rules.
    #[inline(always)]
    fn exchange(&self, key: &FlowKey, now: u64) -> Result<Question, Reason> {
        let tuple = &self.packet.own;
        let icmp = matches!(tuple.protocol, protocol::ICMP | protocol::ICMPV6);
        if icmp && tuple.role & role::CLASS == 0 {
            return Ok(Question::Once);
        }
        if let Some((entry, mut flow)) = self.live_other(key, now) {
            let state = conntrack::exchange(&flow, self.direction) as u8;
            if state != flow.state {
                flow.state = state;
                flow.seen = now;
                entry.set(flow);
            } else if conntrack::stale(&flow, self.interface, now) {
                entry.touch(now);
            }
            return Err(Reason::Established);
        }
        Ok(if tuple.role & role::ANSWER != 0 { Question::Once } else { Question::Begin })
    }

    #[inline(always)]
    fn live_other(&self, key: &FlowKey, now: u64) -> Option<(T::Entry, Flow)> {
        let entry = self.tables.flow(Table::Other, key)?;
        let flow = entry.get();
        let kind = match key.protocol {
            protocol::UDP => Kind::Udp,
            protocol::ICMP | protocol::ICMPV6 => Kind::Icmp,
            _ => Kind::Other,
        };
        conntrack::alive(&flow, conntrack::other_timeout(&flow, kind, self.interface), now).then_some((entry, flow))
    }

    /// Whether the quoted packet belongs to a live flow, whoever sends the error. It changes nothing.
    #[inline(always)]
    fn related(&self) -> bool {
        let tuple = &self.packet.quoted;
        let key = self.key(tuple, EGRESS - self.direction);
        if self.untracked(tuple, &key) {
            return true;
        }
        let now = self.tables.now();
        if tuple.protocol == protocol::TCP {
            return self.live_tcp(Table::Tcp, &key, now).is_some()
                || self.live_tcp(Table::HalfOpen, &key, now).is_some();
        }
        let icmp = matches!(tuple.protocol, protocol::ICMP | protocol::ICMPV6);
        if icmp && tuple.role & role::CLASS == 0 {
            return false;
        }
        self.live_other(&key, now).is_some()
    }

    #[inline(always)]
    fn ask(&self, key: &FlowKey, question: Question, now: u64) -> Result<Reason, Reason> {
        if question == Question::Adopt && !self.adopting(now) {
            return Err(Reason::NoFlow);
        }
        let own = &self.packet.own;
        let point = |direction| rules::point(own, key, direction);
        let v6 = own.v6 != 0;
        let asked =
            rules::admits(self.tables, &self.interface.rules[self.direction & 1], v6, key, point(self.direction));
        let other = EGRESS - (self.direction & 1);
        let allowed = asked
            || (question == Question::Adopt
                && rules::admits(self.tables, &self.interface.rules[other], v6, key, point(other)));
        if allowed { self.begin(key, question, now) } else { Err(self.refusal(question)) }
    }

    /// Connections older than the first attach live on, if either side could open them today.
    #[inline(always)]
    fn adopting(&self, now: u64) -> bool {
        self.packet.transport.flags & tcp::RST == 0 && now < self.tables.adopt_until(self.slot)
    }

    #[inline(always)]
    fn refusal(&self, question: Question) -> Reason {
        match (question, self.direction) {
            (Question::Adopt, _) => Reason::NoFlow,
            (_, INGRESS) => Reason::NoIngressRule,
            _ => Reason::NoEgressRule,
        }
    }

    /// Enters the flow that the rules allow to begin.
    #[inline(always)]
    fn begin(&self, key: &FlowKey, question: Question, now: u64) -> Result<Reason, Reason> {
        let start = |state| conntrack::start(state, self.direction, self.interface, now);
        match question {
            Question::Once => Ok(Reason::Allowed),
            Question::Open => self.open(key, now),
            Question::Adopt => self.enter(Table::HalfOpen, key, &start(State::Adopted)).map(|_| Reason::Adopted),
            Question::Begin => self.enter(Table::Other, key, &start(State::Request)),
        }
    }

    #[inline(always)]
    fn open(&self, key: &FlowKey, now: u64) -> Result<Reason, Reason> {
        let segment = &self.packet.transport;
        let fresh = conntrack::syn(None, self.direction, segment, self.interface, now);
        match self.tables.insert_new(Table::HalfOpen, key, &fresh) {
            Ok(()) => Ok(Reason::New),
            Err(Refused::Exists) => Ok(self.reopen(key, now)),
            Err(Refused::Full) => Err(Reason::TableFull),
        }
    }

    /// A SYN again: of the same side, of the other side, or of the next connection with these ports.
    #[inline(always)]
    fn reopen(&self, key: &FlowKey, now: u64) -> Reason {
        if let Some(entry) = self.tables.flow(Table::HalfOpen, key) {
            let old = entry.get();
            let alive = conntrack::alive(&old, conntrack::tcp_timeout(&old, self.interface), now);
            let segment = &self.packet.transport;
            entry.set(conntrack::syn(alive.then_some(old), self.direction, segment, self.interface, now));
        }
        Reason::New
    }

    #[inline(always)]
    pub(crate) fn enter(&self, table: Table, key: &FlowKey, flow: &Flow) -> Result<Reason, Reason> {
        if self.tables.insert(table, key, flow) { Ok(Reason::New) } else { Err(Reason::TableFull) }
    }
}

/// The class of a flow. An ICMP query belongs to the side that asks, and so does the answer from the other.
#[inline(always)]
const fn class_of(tuple: &Tuple, direction: usize) -> u8 {
    let class = tuple.role & role::CLASS;
    let asks = tuple.role & role::QUERY != 0;
    if class != 0 && (direction == EGRESS) == asks { class | role::INSTANCE_ASKS } else { class }
}
