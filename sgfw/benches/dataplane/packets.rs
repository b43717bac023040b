//! Packets of one server: 10.0.0.2, port 22 or 80.

use etherparse::PacketBuilder;

/// The server.
pub(crate) const SERVER: [u8; 4] = [10, 0, 0, 2];
const SERVER6: [u8; 16] = [0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2];
const CLIENT6: [u8; 16] = [0x20, 1, 0xd, 0xb8, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];

/// One side of a connection.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Client {
    /// Its address.
    pub(crate) address: [u8; 4],
    /// Its port.
    pub(crate) port: u16,
}

/// What a segment says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Segment {
    /// To the server.
    Syn,
    /// From the server.
    SynAck,
    /// To the server, acknowledging the SYN-ACK.
    Ack,
}

/// A segment between a client and a port of the server, over IPv4.
pub(crate) fn tcp4(client: Client, port: u16, segment: Segment) -> Vec<u8> {
    let out = segment == Segment::SynAck;
    let (from, to) = if out { (SERVER, client.address) } else { (client.address, SERVER) };
    let (sport, dport) = if out { (port, client.port) } else { (client.port, port) };
    frame(PacketBuilder::ethernet2([2; 6], [4; 6]).ipv4(from, to, 64), sport, dport, segment)
}

/// The same over IPv6, from one client.
pub(crate) fn tcp6(port: u16, segment: Segment) -> Vec<u8> {
    let out = segment == Segment::SynAck;
    let (from, to) = if out { (SERVER6, CLIENT6) } else { (CLIENT6, SERVER6) };
    let (sport, dport) = if out { (port, 40_000) } else { (40_000, port) };
    frame(PacketBuilder::ethernet2([2; 6], [4; 6]).ipv6(from, to, 64), sport, dport, segment)
}

fn frame(
    builder: etherparse::PacketBuilderStep<etherparse::IpHeaders>,
    sport: u16,
    dport: u16,
    segment: Segment,
) -> Vec<u8> {
    let builder = match segment {
        Segment::Syn => builder.tcp(sport, dport, 1000, 65_000).syn(),
        Segment::SynAck => builder.tcp(sport, dport, 5000, 65_000).syn().ack(1001),
        Segment::Ack => builder.tcp(sport, dport, 1001, 65_000).ack(5001),
    };
    let mut bytes = Vec::new();
    builder.write(&mut bytes, &[]).expect("a vector takes every byte");
    bytes
}
