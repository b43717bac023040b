//! The decision. One function, [`judge`], for every hook, in the kernel and on the host.
//!
//! A security group only allows, and an interface's groups are united (F35, F39, F42), so the question
//! is never which rule comes first but only whether any look-up says yes. The order is therefore one of
//! cost: what needs no table first, the flows next, the rules last. Three steps:
//!
//! 1. `Case::judge`: what is never filtered, the source check, fragments;
//! 2. `Case::flow`: does the packet belong to a live flow, or which question must the rules answer?
//! 3. `rules` answers it, and `Case::begin` enters the new flow.

use crate::conntrack::{self, Kind, State};
use crate::frame::Frame;
use crate::maps::{EGRESS, Flow, FlowKey, INGRESS, Interface, class, flag};
use crate::packet::{Packet, Transport, Tuple, ethertype, place, protocol, role, tcp};
use crate::parse;
use crate::reason::Reason;
use crate::rules;
use crate::tables::{Entry, Table, Tables};

/// On which way through the device the packet was met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hook {
    /// It arrived at the device: XDP, TC ingress.
    Received,
    /// It is about to leave the device: TC egress.
    Sent,
}

/// The direction as the instance sees it: what the device receives is ingress on the `host` side and
/// egress on the `port` side.
#[inline(always)]
pub const fn direction(hook: Hook, interface: &Interface) -> usize {
    let port = interface.flags & flag::PORT != 0;
    match (hook, port) {
        (Hook::Received, false) | (Hook::Sent, true) => INGRESS,
        (Hook::Sent, false) | (Hook::Received, true) => EGRESS,
    }
}

/// Parses and judges a frame, as the hooks do: `packet` is room for the parsed form.
#[inline(always)]
pub fn judge<F: Frame, T: Tables>(
    frame: &F,
    tables: &T,
    interface: &Interface,
    slot: u32,
    hook: Hook,
    packet: &mut Packet,
) -> Reason {
    if interface.flags & flag::LIVE == 0 {
        return Reason::NoPolicy;
    }
    let (bare, trunk) = (interface.flags & flag::BARE != 0, interface.flags & flag::TRUNK != 0);
    match parse::packet(frame, bare, trunk, packet) {
        Ok(()) => decide(tables.forget(packet), tables, interface, slot, direction(hook, interface)),
        Err(reason) => reason,
    }
}

/// Judges a parsed packet that was met on an interface.
#[inline(always)]
pub fn decide<T: Tables>(packet: &Packet, tables: &T, interface: &Interface, slot: u32, direction: usize) -> Reason {
    let case = Case { packet, tables, interface, slot, direction };
    match case.judge() {
        Ok(reason) | Err(reason) => reason,
    }
}

/// One packet in front of the tables.
struct Case<'a, T> {
    packet: &'a Packet,
    tables: &'a T,
    interface: &'a Interface,
    slot: u32,
    direction: usize,
}

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
    #[inline(always)]
    const fn has(&self, flag: u32) -> bool {
        self.interface.flags & flag != 0
    }

    #[inline(always)]
    fn judge(&self) -> Result<Reason, Reason> {
        if self.packet.own.present == 0 {
            return Ok(self.other_ethertype());
        }
        if self.packet.place == place::LATER {
            self.check_source()?;
            return self.later_fragment();
        }
        if let Some(reason) = self.never_filtered() {
            return Ok(reason);
        }
        self.check_source()?;
        let reason = self.flow()?;
        if self.packet.place == place::FIRST {
            return self.first_fragment(reason);
        }
        Ok(reason)
    }

    #[inline(always)]
    fn other_ethertype(&self) -> Reason {
        let kind = self.packet.ethertype;
        if kind == ethertype::ARP && self.has(flag::ARP) {
            return Reason::Arp;
        }
        let [a, b, c, d] = self.interface.ethertypes;
        if kind != 0 && (kind == a || kind == b || kind == c || kind == d) {
            return Reason::ListedEtherType;
        }
        Reason::EtherType
    }

    /// What security groups never filter: neighbour discovery, DHCP, multicast control.
    #[inline(always)]
    fn never_filtered(&self) -> Option<Reason> {
        let Tuple { protocol, v6, .. } = self.packet.own;
        match protocol {
            protocol::ICMPV6 => self.neighbourhood(),
            protocol::UDP if self.has(flag::DHCP) && self.is_dhcp() => Some(Reason::Dhcp),
            protocol::IGMP if v6 == 0 && self.packet.hops == 1 && self.has(flag::MULTICAST_CONTROL) => {
                Some(Reason::MulticastControl)
            }
            _ => None,
        }
    }

    #[inline(always)]
    fn neighbourhood(&self) -> Option<Reason> {
        let hops = self.packet.hops;
        match self.packet.own.dport >> 8 {
            133..=137 if hops == 255 && self.has(flag::NEIGHBOUR_DISCOVERY) => Some(Reason::NeighbourDiscovery),
            130..=132 | 143 if hops == 1 && self.has(flag::MULTICAST_CONTROL) => Some(Reason::MulticastControl),
            _ => None,
        }
    }

    /// The instance as a client: its port to the server's, or back.
    #[inline(always)]
    const fn is_dhcp(&self) -> bool {
        let own = &self.packet.own;
        let (client, server) = if own.v6 != 0 { (546, 547) } else { (68, 67) };
        let (from, to) = if self.direction == EGRESS { (client, server) } else { (server, client) };
        own.sport == from && own.dport == to
    }

    /// Membership goes by address, so a forged one would be a way in.
    #[inline(always)]
    fn check_source(&self) -> Result<(), Reason> {
        if self.direction == EGRESS && self.has(flag::SOURCE_CHECK) && !self.owns_source() {
            return Err(Reason::SourceCheck);
        }
        Ok(())
    }

    #[inline(always)]
    fn owns_source(&self) -> bool {
        let own = &self.packet.own;
        if own.v6 != 0 {
            self.tables.find128(self.interface.own6, own.src.number6()) != 0
        } else {
            self.tables.find32(self.interface.own4, own.src.number4()) != 0
        }
    }

    // ---- Flows ---------------------------------------------------------------------------------------

    /// An ICMP error is judged by the flow of the packet it quotes, which went the other way.
    #[inline(always)]
    fn flow(&self) -> Result<Reason, Reason> {
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

    // ---- Rules ---------------------------------------------------------------------------------------

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
        let Some(entry) = self.tables.flow(Table::HalfOpen, key) else {
            let flow = conntrack::syn(None, self.direction, segment, self.interface, now);
            return if self.tables.insert_new(Table::HalfOpen, key, &flow) {
                Ok(Reason::New)
            } else {
                Err(Reason::TableFull)
            };
        };
        let old = entry.get();
        let alive = conntrack::alive(&old, conntrack::tcp_timeout(&old, self.interface), now);
        entry.set(conntrack::syn(alive.then_some(old), self.direction, segment, self.interface, now));
        Ok(Reason::New)
    }

    #[inline(always)]
    fn enter(&self, table: Table, key: &FlowKey, flow: &Flow) -> Result<Reason, Reason> {
        if self.tables.insert(table, key, flow) { Ok(Reason::New) } else { Err(Reason::TableFull) }
    }

    // ---- Fragments -----------------------------------------------------------------------------------

    /// IPv4 counts identifications for each protocol, IPv6 does not.
    #[inline(always)]
    const fn fragments_key(&self) -> FlowKey {
        let Packet { own, fragment_id, .. } = self.packet;
        let inward = self.direction == INGRESS;
        FlowKey {
            local: if inward { own.dst } else { own.src },
            remote: if inward { own.src } else { own.dst },
            local_port: (*fragment_id >> 16) as u16,
            remote_port: *fragment_id as u16,
            slot: self.slot as u16,
            protocol: if own.v6 != 0 { 0 } else { own.protocol },
            class: class::FRAGMENTS + self.direction as u8,
        }
    }

    /// Remembers that the first fragment passed, and how long it was.
    #[inline(always)]
    fn first_fragment(&self, reason: Reason) -> Result<Reason, Reason> {
        let now = self.tables.now();
        let mut flow = conntrack::start(State::Fragments, self.direction, self.interface, now);
        flow.initiator_next = self.packet.length;
        self.enter(Table::Fragments, &self.fragments_key(), &flow).map(|_| reason)
    }

    #[inline(always)]
    fn later_fragment(&self) -> Result<Reason, Reason> {
        let entry = self.tables.flow(Table::Fragments, &self.fragments_key()).ok_or(Reason::FragmentUnknown)?;
        let first = entry.get();
        let timeout = conntrack::seconds::FRAGMENTS * self.interface.hertz;
        if !conntrack::alive(&first, timeout, self.tables.now()) {
            return Err(Reason::FragmentUnknown);
        }
        let overlaps = self.packet.fragment_offset < first.initiator_next;
        if overlaps { Err(Reason::FragmentOverlap) } else { Ok(Reason::Fragment) }
    }
}

/// The class of a flow. An ICMP query belongs to the side that asks, and so does the answer from the other.
#[inline(always)]
const fn class_of(tuple: &Tuple, direction: usize) -> u8 {
    let class = tuple.role & role::CLASS;
    let asks = tuple.role & role::QUERY != 0;
    if class != 0 && (direction == EGRESS) == asks { class | role::INSTANCE_ASKS } else { class }
}
