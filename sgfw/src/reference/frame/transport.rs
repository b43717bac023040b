//! TCP (RFC 9293), UDP (RFC 768), ICMP (RFC 792, RFC 4443); of other protocols nothing is read.

use super::{Fragment, cut, long, number};
use sgfw_common::packet::protocol;
use sgfw_common::reason::Reason;

/// What an IP packet carries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Payload {
    /// A TCP segment.
    Tcp(Segment),
    /// A UDP datagram.
    Udp {
        /// Source port.
        sport: u16,
        /// Destination port.
        dport: u16,
    },
    /// An ICMP or ICMPv6 message.
    Icmp(Message),
    /// Another protocol, which has no ports.
    Other,
    /// The middle of something: a later fragment.
    Unseen,
}

/// What tracking asks of a TCP segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    /// Source port.
    pub sport: u16,
    /// Destination port.
    pub dport: u16,
    /// Sequence number.
    pub seq: u32,
    /// Acknowledgment number, if there is one.
    pub ack: Option<u32>,
    /// Begins a connection.
    pub syn: bool,
    /// Ends one direction of it.
    pub fin: bool,
    /// Ends it at once.
    pub rst: bool,
    /// Bytes of payload.
    pub length: u32,
}

impl Segment {
    /// How far it moves the sequence number: SYN and FIN count one each (RFC 9293, 3.4).
    pub fn next(&self) -> u32 {
        self.seq.wrapping_add(self.length).wrapping_add(self.syn.into()).wrapping_add(self.fin.into())
    }
}

/// What tracking asks of an ICMP message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Type.
    pub kind: u8,
    /// Code.
    pub code: u8,
    /// Identifier, in messages that have one.
    pub id: u16,
    /// What follows the first eight bytes: in an error the packet it is about.
    pub body: Vec<u8>,
}

pub(super) fn read(protocol: u8, bytes: &[u8], fragment: Fragment) -> Result<Payload, Reason> {
    let short = |whole| if fragment == Fragment::Whole { whole } else { Reason::FragmentTooSmall };
    match protocol {
        protocol::TCP => tcp(bytes, short(Reason::TcpHeader)).map(Payload::Tcp),
        protocol::UDP => udp(bytes, short(Reason::UdpHeader), fragment == Fragment::Whole),
        protocol::ICMP | protocol::ICMPV6 => icmp(bytes, short(Reason::IcmpHeader)).map(Payload::Icmp),
        _ => Ok(Payload::Other),
    }
}

fn tcp(bytes: &[u8], short: Reason) -> Result<Segment, Reason> {
    let (head, _) = cut(bytes, 20, short)?;
    let header = usize::from(head[12] >> 4) * 4;
    if header < 20 {
        return Err(Reason::TcpHeader);
    }
    let (_, data) = cut(bytes, header, short)?;
    let [fin, syn, rst, ack] = [1, 2, 4, 16].map(|bit| head[13] & bit != 0);
    // A connection begins with SYN or SYN-ACK, is reset by RST or RST-ACK, and all else acknowledges.
    let sensible = match (syn, rst) {
        (true, true) => false,
        (true, false) | (false, true) => !fin,
        (false, false) => ack,
    };
    if !sensible {
        return Err(Reason::TcpFlags);
    }
    Ok(Segment {
        sport: number(&head[0..2]),
        dport: number(&head[2..4]),
        seq: long(&head[4..8]),
        ack: ack.then_some(long(&head[8..12])),
        syn,
        fin,
        rst,
        length: u32::try_from(data.len()).unwrap_or(u32::MAX),
    })
}

fn udp(bytes: &[u8], short: Reason, whole: bool) -> Result<Payload, Reason> {
    let (head, _) = cut(bytes, 8, short)?;
    let length = usize::from(number(&head[4..6]));
    if length < 8 || (whole && length > bytes.len()) {
        return Err(Reason::UdpLength);
    }
    Ok(Payload::Udp { sport: number(&head[0..2]), dport: number(&head[2..4]) })
}

fn icmp(bytes: &[u8], short: Reason) -> Result<Message, Reason> {
    let (head, body) = cut(bytes, 8, short)?;
    Ok(Message { kind: head[0], code: head[1], id: number(&head[4..6]), body: body.to_vec() })
}
