//! ICMP errors: whoever sends one, it passes if the packet it quotes belongs to a live flow (RFC 2979).

use super::case::Case;
use super::flows::{Flows, Talk};
use super::others::Role;
use super::tcp;
use crate::reference::frame::{Message, Packet, Quoted};
use crate::reference::judge::What;
use sgfw_common::packet::protocol;

/// Whether this error is about a live flow. The look-up changes nothing.
pub(super) fn is(case: &Case<'_>, flows: &Flows, message: &Message) -> bool {
    let Some(quoted) = Quoted::read(&message.body, case.v6()) else { return false };
    // What comes in speaks of what went out, and the other way round.
    let packet = Packet { src: quoted.src, dst: quoted.dst, protocol: quoted.protocol, ..case.packet.clone() };
    let back = Case { direction: case.direction.other(), packet: &packet, ..*case };
    match quoted.protocol {
        protocol::TCP => {
            let (local_port, remote_port) = ports(&back, &quoted);
            back.untracked(What::Tcp, local_port, remote_port)
                || tcp::lives(&back, flows, &back.key(Talk::Tcp(local_port, remote_port)))
        }
        protocol::UDP => {
            let (local_port, remote_port) = ports(&back, &quoted);
            back.untracked(What::Udp, local_port, remote_port)
                || exchange_lives(&back, flows, Talk::Udp(local_port, remote_port))
        }
        protocol::ICMP | protocol::ICMPV6 => {
            query(&back, &quoted).is_some_and(|talk| exchange_lives(&back, flows, talk))
        }
        number => exchange_lives(&back, flows, Talk::Other(number)),
    }
}

fn ports(back: &Case<'_>, quoted: &Quoted) -> (u16, u16) {
    let (sport, dport) = quoted.ports();
    back.local_and_remote(sport, dport)
}

fn query(back: &Case<'_>, quoted: &Quoted) -> Option<Talk> {
    if back.v6() != (quoted.protocol == protocol::ICMPV6) {
        return None;
    }
    let (kind, id) = quoted.query();
    match Role::of(back.v6(), kind) {
        Role::Query(query) => Some(Talk::Query(query, id, back.direction)),
        Role::Answer(query) => Some(Talk::Query(query, id, back.direction.other())),
        Role::Error | Role::Notice => None,
    }
}

fn exchange_lives(back: &Case<'_>, flows: &Flows, talk: Talk) -> bool {
    flows.exchanges.get(&back.key(talk)).is_some_and(|exchange| exchange.lives(back, &talk))
}
