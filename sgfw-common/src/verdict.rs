//! The decision. One function, [`decide`], for every hook, in the kernel and on the host.
//!
//! A security group only allows, and an interface's groups are united (F35, F39, F42), so the question
//! is never which rule comes first but only whether any look-up says yes. The order below is therefore
//! one of cost: what needs no table first, the flow tables next, the rules last.

use crate::addr::Addr;
use crate::conntrack::{self, Kind, State};
use crate::frame::{Frame, be16};
use crate::maps::{EGRESS, FlowKey, INGRESS, Interface, MemberCell, Rules, Tree, class, flag, open};
use crate::packet::{Fragment, Ip, Transport, ethertype, protocol, tcp};
use crate::parse;
use crate::range::{find32, find128};
use crate::reason::Reason;
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

/// One packet in front of the tables.
struct Case<'a, F, T> {
    frame: &'a F,
    tables: &'a T,
    interface: &'a Interface,
    slot: u32,
    direction: usize,
}

/// Judges one frame that was met on an interface.
#[inline(always)]
pub fn decide<F: Frame, T: Tables>(frame: &F, tables: &T, interface: &Interface, slot: u32, hook: Hook) -> Reason {
    if interface.flags & flag::LIVE == 0 {
        return Reason::NoPolicy;
    }
    let case = Case { frame, tables, interface, slot, direction: direction(hook, interface) };
    match case.judge() {
        Ok(reason) | Err(reason) => reason,
    }
}

impl<F: Frame, T: Tables> Case<'_, F, T> {
    #[inline(always)]
    const fn has(&self, flag: u32) -> bool {
        self.interface.flags & flag != 0
    }

    #[inline(always)]
    fn judge(&self) -> Result<Reason, Reason> {
        let link = parse::link(self.frame, self.has(flag::BARE), self.has(flag::TRUNK))?;
        let ip = match link.ethertype {
            ethertype::IPV4 => parse::ipv4(self.frame, link.at)?,
            ethertype::IPV6 => parse::ipv6(self.frame, link.at)?,
            other => return Ok(self.other_ethertype(other)),
        };
        if let Fragment::Later { id, offset } = ip.fragment {
            return self.later_fragment(&ip, id, offset);
        }
        let transport = parse::transport(self.frame, &ip)?;
        if let Some(reason) = self.never_filtered(&ip, &transport) {
            return Ok(reason);
        }
        self.check_source(&ip)?;
        let reason = self.flow(&ip, &transport)?;
        self.first_fragment(&ip, reason)
    }

    #[inline(always)]
    fn other_ethertype(&self, kind: u16) -> Reason {
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
    fn never_filtered(&self, ip: &Ip, transport: &Transport) -> Option<Reason> {
        match ip.protocol {
            protocol::ICMPV6 => self.neighbourhood(ip, transport),
            protocol::UDP if self.has(flag::DHCP) && self.is_dhcp(ip, transport) => Some(Reason::Dhcp),
            protocol::IGMP if !ip.v6 && ip.hops == 1 && self.has(flag::MULTICAST_CONTROL) => {
                Some(Reason::MulticastControl)
            }
            _ => None,
        }
    }

    #[inline(always)]
    fn neighbourhood(&self, ip: &Ip, transport: &Transport) -> Option<Reason> {
        match transport.icmp_type() {
            133..=137 if ip.hops == 255 && self.has(flag::NEIGHBOUR_DISCOVERY) => Some(Reason::NeighbourDiscovery),
            130..=132 | 143 if ip.hops == 1 && self.has(flag::MULTICAST_CONTROL) => Some(Reason::MulticastControl),
            _ => None,
        }
    }

    /// The instance as a client: its port to the server's, or back.
    #[inline(always)]
    fn is_dhcp(&self, ip: &Ip, transport: &Transport) -> bool {
        let (client, server) = if ip.v6 { (546, 547) } else { (68, 67) };
        let (from, to) = if self.direction == EGRESS { (client, server) } else { (server, client) };
        transport.sport == from && transport.dport == to
    }

    /// Membership goes by address, so a forged one would be a way in.
    #[inline(always)]
    fn check_source(&self, ip: &Ip) -> Result<(), Reason> {
        if self.direction == EGRESS && self.has(flag::SOURCE_CHECK) && !self.owns(ip) {
            return Err(Reason::SourceCheck);
        }
        Ok(())
    }

    #[inline(always)]
    fn owns(&self, ip: &Ip) -> bool {
        if ip.v6 {
            find128(self.tables, self.interface.own6, ip.src.number6()) != 0
        } else {
            find32(self.tables, self.interface.own4, ip.src.number4()) != 0
        }
    }

    /// Instance and peer, which follow from the direction.
    #[inline(always)]
    const fn ends(&self, ip: &Ip) -> (Addr, Addr) {
        if self.direction == INGRESS { (ip.dst, ip.src) } else { (ip.src, ip.dst) }
    }

    #[inline(always)]
    fn flow(&self, ip: &Ip, transport: &Transport) -> Result<Reason, Reason> {
        match ip.protocol {
            protocol::TCP => self.tcp(ip, transport),
            protocol::UDP => self.udp(ip, transport),
            protocol::ICMP | protocol::ICMPV6 => self.icmp(ip, transport),
            _ => {
                let key = self.key(ip, transport, class::TRANSPORT);
                self.exchange(ip, transport, &key, Kind::Other)
            }
        }
    }

    #[inline(always)]
    const fn key(&self, ip: &Ip, transport: &Transport, class: u8) -> FlowKey {
        let (local, remote) = self.ends(ip);
        let (local_port, remote_port) = self.ports(transport);
        FlowKey { local, remote, local_port, remote_port, slot: self.slot as u16, protocol: ip.protocol, class }
    }

    #[inline(always)]
    const fn ports(&self, transport: &Transport) -> (u16, u16) {
        if self.direction == INGRESS { (transport.dport, transport.sport) } else { (transport.sport, transport.dport) }
    }

    // ---- TCP -----------------------------------------------------------------------------------------

    #[inline(always)]
    fn tcp(&self, ip: &Ip, segment: &Transport) -> Result<Reason, Reason> {
        let (local_port, remote_port) = self.ports(segment);
        if self.untracked(ip, local_port, remote_port) {
            return Ok(Reason::Untracked);
        }
        let key = self.key(ip, segment, class::TRANSPORT);
        if segment.flags & (tcp::SYN | tcp::ACK) == tcp::SYN {
            return self.syn(ip, segment, &key);
        }
        let now = self.tables.now();
        if let Some(entry) = self.tables.flow(Table::Tcp, &key) {
            let flow = entry.get();
            if conntrack::alive(&flow, conntrack::tcp_timeout(&flow, self.interface), now) {
                self.pass_segment(&entry, flow, segment, now);
                return Ok(Reason::Established);
            }
        }
        self.half_open(ip, segment, &key, now)
    }

    #[inline(always)]
    fn pass_segment(&self, entry: &T::Entry, mut flow: crate::maps::Flow, segment: &Transport, now: u64) {
        let closing = conntrack::close(flow.closing, self.direction, segment);
        if closing != flow.closing {
            flow.closing = closing;
            flow.seen = now;
            entry.set(flow);
        } else if conntrack::stale(&flow, self.interface, now) {
            entry.touch(now);
        }
    }

    /// A pure SYN is always judged by the rules, whatever flow exists.
    #[inline(always)]
    fn syn(&self, ip: &Ip, segment: &Transport, key: &FlowKey) -> Result<Reason, Reason> {
        self.allowed(ip, segment)?;
        let now = self.tables.now();
        if let Some(entry) = self.tables.flow(Table::HalfOpen, key) {
            let old = entry.get();
            let alive = conntrack::alive(&old, conntrack::tcp_timeout(&old, self.interface), now);
            entry.set(conntrack::syn(alive.then_some(old), self.direction, segment, self.interface, now));
            return Ok(Reason::New);
        }
        let flow = conntrack::syn(None, self.direction, segment, self.interface, now);
        self.enter(Table::HalfOpen, key, &flow)
    }

    #[inline(always)]
    fn enter(&self, table: Table, key: &FlowKey, flow: &crate::maps::Flow) -> Result<Reason, Reason> {
        if self.tables.insert(table, key, flow) { Ok(Reason::New) } else { Err(Reason::TableFull) }
    }

    #[inline(always)]
    fn half_open(&self, ip: &Ip, segment: &Transport, key: &FlowKey, now: u64) -> Result<Reason, Reason> {
        let Some(entry) = self.tables.flow(Table::HalfOpen, key) else {
            return self.adopt(ip, segment, key, now);
        };
        let flow = entry.get();
        if !conntrack::alive(&flow, conntrack::tcp_timeout(&flow, self.interface), now) {
            self.tables.remove(Table::HalfOpen, key);
            return self.adopt(ip, segment, key, now);
        }
        let next = conntrack::handshake(flow, self.direction, segment, now);
        if next.state == State::Established as u8 && self.tables.insert(Table::Tcp, key, &next) {
            self.tables.remove(Table::HalfOpen, key);
        } else if next.state != State::Established as u8 {
            entry.set(next);
        }
        Ok(Reason::Established)
    }

    /// Connections older than the first attach live on, if either side could open them today.
    #[inline(always)]
    fn adopt(&self, ip: &Ip, segment: &Transport, key: &FlowKey, now: u64) -> Result<Reason, Reason> {
        let refusal = Reason::NoFlow;
        if segment.flags & tcp::RST != 0 || now >= self.tables.adopt_until(self.slot) {
            return Err(refusal);
        }
        let (local_port, remote_port) = self.ports(segment);
        if !self.admits(ip, INGRESS, point(protocol::TCP, local_port))
            && !self.admits(ip, EGRESS, point(protocol::TCP, remote_port))
        {
            return Err(refusal);
        }
        let flow = conntrack::start(State::Adopted, self.direction, self.interface, now);
        self.enter(Table::HalfOpen, key, &flow).map(|_| Reason::Adopted)
    }

    // ---- UDP and the rest ----------------------------------------------------------------------------

    #[inline(always)]
    fn udp(&self, ip: &Ip, datagram: &Transport) -> Result<Reason, Reason> {
        let (local_port, remote_port) = self.ports(datagram);
        if self.untracked(ip, local_port, remote_port) {
            return Ok(Reason::Untracked);
        }
        let key = self.key(ip, datagram, class::TRANSPORT);
        self.exchange(ip, datagram, &key, Kind::Udp)
    }

    /// A live flow passes either way; without one the rules decide, and a new flow begins.
    #[inline(always)]
    fn exchange(&self, ip: &Ip, transport: &Transport, key: &FlowKey, kind: Kind) -> Result<Reason, Reason> {
        let now = self.tables.now();
        let Some(entry) = self.tables.flow(Table::Other, key) else {
            self.allowed(ip, transport)?;
            let flow = conntrack::start(State::Request, self.direction, self.interface, now);
            return self.enter(Table::Other, key, &flow);
        };
        let mut flow = entry.get();
        if !conntrack::alive(&flow, conntrack::other_timeout(&flow, kind, self.interface), now) {
            self.allowed(ip, transport)?;
            entry.set(conntrack::start(State::Request, self.direction, self.interface, now));
            return Ok(Reason::New);
        }
        let state = conntrack::exchange(&flow, self.direction) as u8;
        if state != flow.state {
            flow.state = state;
            flow.seen = now;
            entry.set(flow);
        } else if conntrack::stale(&flow, self.interface, now) {
            entry.touch(now);
        }
        Ok(Reason::Established)
    }

    // ---- ICMP ----------------------------------------------------------------------------------------

    #[inline(always)]
    fn icmp(&self, ip: &Ip, message: &Transport) -> Result<Reason, Reason> {
        match role(ip.v6, message.icmp_type()) {
            Role::Query(class) => self.query(ip, message, class, true),
            Role::Answer(class) => self.query(ip, message, class, false),
            Role::Error if self.has(flag::RELATED) && self.related(ip) => Ok(Reason::Related),
            Role::Error | Role::Notice => self.allowed(ip, message).map(|()| Reason::Allowed),
        }
    }

    /// A query begins a flow or goes on with its own; an answer needs the query of the other side, or a rule.
    #[inline(always)]
    fn query(&self, ip: &Ip, message: &Transport, class: u8, asks: bool) -> Result<Reason, Reason> {
        let same = Transport { dport: message.sport, ..*message };
        let key = self.key(ip, &same, class);
        let now = self.tables.now();
        let entry = self.tables.flow(Table::Other, &key);
        if let Some(entry) = &entry {
            let flow = entry.get();
            let alive = conntrack::alive(&flow, conntrack::other_timeout(&flow, Kind::Icmp, self.interface), now);
            if alive && (usize::from(flow.initiator) == self.direction) == asks {
                if conntrack::stale(&flow, self.interface, now) {
                    entry.touch(now);
                }
                return Ok(Reason::Established);
            }
        }
        self.allowed(ip, message)?;
        if !asks {
            return Ok(Reason::Allowed);
        }
        let flow = conntrack::start(State::Request, self.direction, self.interface, now);
        match entry {
            Some(entry) => {
                entry.set(flow);
                Ok(Reason::New)
            }
            None => self.enter(Table::Other, &key, &flow),
        }
    }

    /// Whether the packet an ICMP error quotes belongs to a live flow. The look-up changes nothing.
    #[inline(always)]
    fn related(&self, ip: &Ip) -> bool {
        let parsed = if ip.v6 { parse::quoted6(self.frame, ip) } else { parse::quoted4(self.frame, ip) };
        let Some((inner, head)) = parsed else { return false };
        // The quoted packet went the other way: what arrives here speaks of what was sent.
        let back = Case { direction: EGRESS - self.direction, ..*self };
        let (sport, dport) = (be16(&head, 0), be16(&head, 2));
        let ports = Transport { sport, dport, ..Transport::default() };
        match inner.protocol {
            protocol::TCP => back.quoted_tcp(&inner, &ports),
            protocol::UDP => back.quoted_other(&inner, &ports, class::TRANSPORT, Kind::Udp),
            protocol::ICMP | protocol::ICMPV6 => back.quoted_icmp(&inner, sport, be16(&head, 4)),
            _ => back.quoted_other(&inner, &Transport::default(), class::TRANSPORT, Kind::Other),
        }
    }

    #[inline(always)]
    fn quoted_tcp(&self, inner: &Ip, ports: &Transport) -> bool {
        let (local_port, remote_port) = self.ports(ports);
        if self.untracked(inner, local_port, remote_port) {
            return true;
        }
        let key = self.key(inner, ports, class::TRANSPORT);
        self.live_tcp(Table::Tcp, &key) || self.live_tcp(Table::HalfOpen, &key)
    }

    #[inline(always)]
    fn live_tcp(&self, table: Table, key: &FlowKey) -> bool {
        self.tables.flow(table, key).is_some_and(|entry| {
            let flow = entry.get();
            conntrack::alive(&flow, conntrack::tcp_timeout(&flow, self.interface), self.tables.now())
        })
    }

    #[inline(always)]
    fn quoted_icmp(&self, inner: &Ip, type_code: u16, id: u16) -> bool {
        if inner.v6 != (inner.protocol == protocol::ICMPV6) {
            return false;
        }
        let (Role::Query(class) | Role::Answer(class)) = role(inner.v6, (type_code >> 8) as u8) else {
            return false;
        };
        let ports = Transport { sport: id, dport: id, ..Transport::default() };
        self.quoted_other(inner, &ports, class, Kind::Icmp)
    }

    #[inline(always)]
    fn quoted_other(&self, inner: &Ip, ports: &Transport, class: u8, kind: Kind) -> bool {
        let (local_port, remote_port) = self.ports(ports);
        if matches!(kind, Kind::Udp) && self.untracked(inner, local_port, remote_port) {
            return true;
        }
        let key = self.key(inner, ports, class);
        self.tables.flow(Table::Other, &key).is_some_and(|entry| {
            let flow = entry.get();
            conntrack::alive(&flow, conntrack::other_timeout(&flow, kind, self.interface), self.tables.now())
        })
    }

    // ---- Fragments -----------------------------------------------------------------------------------

    #[inline(always)]
    const fn fragments_key(&self, ip: &Ip, id: u32) -> FlowKey {
        let (local, remote) = self.ends(ip);
        FlowKey {
            local,
            remote,
            local_port: (id >> 16) as u16,
            remote_port: id as u16,
            slot: self.slot as u16,
            protocol: if ip.v6 { 0 } else { ip.protocol },
            class: class::FRAGMENTS + self.direction as u8,
        }
    }

    /// Remembers that the first fragment passed, and how long it was.
    #[inline(always)]
    fn first_fragment(&self, ip: &Ip, reason: Reason) -> Result<Reason, Reason> {
        let Fragment::First { id } = ip.fragment else { return Ok(reason) };
        let now = self.tables.now();
        let mut flow = conntrack::start(State::Fragments, self.direction, self.interface, now);
        flow.initiator_next = ip.end - ip.at;
        let key = self.fragments_key(ip, id);
        if let Some(entry) = self.tables.flow(Table::Fragments, &key) {
            entry.set(flow);
            return Ok(reason);
        }
        self.enter(Table::Fragments, &key, &flow).map(|_| reason)
    }

    #[inline(always)]
    fn later_fragment(&self, ip: &Ip, id: u32, offset: u32) -> Result<Reason, Reason> {
        self.check_source(ip)?;
        let key = self.fragments_key(ip, id);
        let entry = self.tables.flow(Table::Fragments, &key).ok_or(Reason::FragmentUnknown)?;
        let first = entry.get();
        let timeout = conntrack::seconds::FRAGMENTS * self.interface.hertz;
        if !conntrack::alive(&first, timeout, self.tables.now()) {
            return Err(Reason::FragmentUnknown);
        }
        if offset < first.initiator_next { Err(Reason::FragmentOverlap) } else { Ok(Reason::Fragment) }
    }

    // ---- Rules ---------------------------------------------------------------------------------------

    /// Whether the rules of the packet's own direction allow it.
    #[inline(always)]
    fn allowed(&self, ip: &Ip, transport: &Transport) -> Result<(), Reason> {
        if self.admits(ip, self.direction, point(ip.protocol, transport.dport)) {
            Ok(())
        } else if self.direction == INGRESS {
            Err(Reason::NoIngressRule)
        } else {
            Err(Reason::NoEgressRule)
        }
    }

    /// All addresses, or the address's longest prefix, or the groups it belongs to: the union is exact.
    #[inline(always)]
    fn admits(&self, ip: &Ip, direction: usize, point: u32) -> bool {
        let rules = &self.interface.rules[direction];
        let (_, remote) = self.ends(ip);
        self.contains(any(rules, ip.v6), point)
            || self.contains(self.prefix(rules, ip.v6, &remote), point)
            || (rules.peers != 0 && self.contains(self.members(rules.peers, &remote), point))
    }

    #[inline(always)]
    fn contains(&self, cell: Tree, point: u32) -> bool {
        find32(self.tables, cell, point) != 0
    }

    #[inline(always)]
    fn prefix(&self, rules: &Rules, v6: bool, remote: &Addr) -> Tree {
        if v6 {
            Tree(find128(self.tables, rules.cidr6, remote.number6()))
        } else {
            Tree(find32(self.tables, rules.cidr4, remote.number4()))
        }
    }

    #[inline(always)]
    fn members(&self, peers: u64, remote: &Addr) -> Tree {
        let set = self.tables.member(remote);
        if set == 0 {
            return Tree::NOTHING;
        }
        self.tables.member_cell(&MemberCell { peers, set })
    }

    /// F69: a rule for all addresses allows the flow, and the other direction allows all ports of all
    /// addresses. Both directions of a flow give the same answer, with no state.
    #[inline(always)]
    fn untracked(&self, ip: &Ip, local_port: u16, remote_port: u16) -> bool {
        let [ingress, egress] = &self.interface.rules;
        let bit = open_bit(ip);
        (egress.open & bit != 0 && self.contains(any(ingress, ip.v6), point(ip.protocol, local_port)))
            || (ingress.open & bit != 0 && self.contains(any(egress, ip.v6), point(ip.protocol, remote_port)))
    }
}

#[inline(always)]
const fn any(rules: &Rules, v6: bool) -> Tree {
    if v6 { rules.any6 } else { rules.any4 }
}

#[inline(always)]
const fn open_bit(ip: &Ip) -> u32 {
    match (ip.protocol == protocol::TCP, ip.v6) {
        (true, false) => open::TCP4,
        (false, false) => open::UDP4,
        (true, true) => open::TCP6,
        (false, true) => open::UDP6,
    }
}

/// The number a cell is asked for; see [`Rules`].
#[inline(always)]
const fn point(protocol: u8, port: u16) -> u32 {
    ((protocol as u32) << 16) | port as u32
}

/// What an ICMP message is to connection tracking.
enum Role {
    Query(u8),
    Answer(u8),
    Error,
    Notice,
}

#[inline(always)]
const fn role(v6: bool, kind: u8) -> Role {
    match (v6, kind) {
        (false, 8) | (true, 128) => Role::Query(class::ECHO),
        (false, 0) | (true, 129) => Role::Answer(class::ECHO),
        (false, 13) => Role::Query(class::TIMESTAMP),
        (false, 14) => Role::Answer(class::TIMESTAMP),
        (false, 15) => Role::Query(class::INFORMATION),
        (false, 16) => Role::Answer(class::INFORMATION),
        (false, 17) => Role::Query(class::MASK),
        (false, 18) => Role::Answer(class::MASK),
        (false, 3 | 4 | 11 | 12) | (true, 1..=4) => Role::Error,
        _ => Role::Notice,
    }
}
