//! What the parser says of a frame: plain numbers in host byte order, addresses as on the wire.

use crate::addr::Addr;

/// IANA protocol numbers the decision treats by name.
pub mod protocol {
    /// ICMP for IPv4 (RFC 792).
    pub const ICMP: u8 = 1;
    /// IGMP.
    pub const IGMP: u8 = 2;
    /// TCP.
    pub const TCP: u8 = 6;
    /// UDP.
    pub const UDP: u8 = 17;
    /// ICMP for IPv6 (RFC 4443).
    pub const ICMPV6: u8 = 58;
}

/// EtherTypes the decision treats by name.
pub mod ethertype {
    /// IPv4.
    pub const IPV4: u16 = 0x0800;
    /// Address resolution for IPv4.
    pub const ARP: u16 = 0x0806;
    /// IPv6.
    pub const IPV6: u16 = 0x86dd;
    /// IEEE 802.1Q tag.
    pub const VLAN: u16 = 0x8100;
    /// IEEE 802.1ad service tag.
    pub const QINQ: u16 = 0x88a8;
    /// The service tag of equipment older than 802.1ad.
    pub const QINQ_OLD: u16 = 0x9100;
}

/// TCP control bits (RFC 9293, 3.1).
pub mod tcp {
    /// No more data from the sender.
    pub const FIN: u8 = 1;
    /// Synchronise sequence numbers.
    pub const SYN: u8 = 2;
    /// Reset the connection.
    pub const RST: u8 = 4;
    /// Push.
    pub const PSH: u8 = 8;
    /// The acknowledgment field counts.
    pub const ACK: u8 = 16;
    /// The urgent pointer counts.
    pub const URG: u8 = 32;
}

/// Where the network layer starts and what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    /// The EtherType behind all tags.
    pub ethertype: u16,
    /// Offset of the network header.
    pub at: u32,
}

/// The place of a packet in a fragmented datagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fragment {
    /// Not a fragment, or an IPv6 atomic fragment (RFC 6946).
    Whole,
    /// The fragment with offset zero, of a datagram with this identification.
    First {
        /// Identification: 16 bits for IPv4, 32 for IPv6.
        id: u32,
    },
    /// A later fragment.
    Later {
        /// Identification, as above.
        id: u32,
        /// Offset of its first byte within the datagram's payload.
        offset: u32,
    },
}

/// The network layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ip {
    /// IPv6, not IPv4.
    pub v6: bool,
    /// Source address.
    pub src: Addr,
    /// Destination address.
    pub dst: Addr,
    /// The protocol behind all extension headers.
    pub protocol: u8,
    /// TTL or hop limit.
    pub hops: u8,
    /// Offset of the transport header.
    pub at: u32,
    /// Offset of the first byte behind the packet, by its own length field.
    pub end: u32,
    /// Offset of the datagram's part that a fragment holds: right behind the fragment header.
    pub part: u32,
    /// Place in a fragmented datagram.
    pub fragment: Fragment,
}

/// The transport layer. Which fields count follows from the protocol.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct Transport {
    /// TCP, UDP: source port. ICMP: the identifier of a query.
    pub sport: u16,
    /// TCP, UDP: destination port. ICMP: type in the upper, code in the lower byte. Else 0.
    pub dport: u16,
    /// TCP sequence number.
    pub seq: u32,
    /// TCP acknowledgment number.
    pub ack: u32,
    /// TCP: bytes of payload.
    pub payload: u32,
    /// TCP control bits without CWR and ECE.
    pub flags: u8,
    /// Always zero.
    pub reserved: [u8; 3],
}

/// Who speaks to whom: of a packet, or of the packet that an ICMP error quotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub struct Tuple {
    /// Source address.
    pub src: Addr,
    /// Destination address.
    pub dst: Addr,
    /// As [`Transport::sport`].
    pub sport: u16,
    /// As [`Transport::dport`].
    pub dport: u16,
    /// IANA protocol number behind all extension headers.
    pub protocol: u8,
    /// 1 for IPv6.
    pub v6: u8,
    /// What an ICMP message is to connection tracking: [`crate::packet::role`].
    pub role: u8,
    /// 0 where there is no such tuple.
    pub present: u8,
}

/// Roles of ICMP messages; a query and its answer have the class of their flow in the lower half.
pub mod role {
    /// Not ICMP, or a message that asks for no answer.
    pub const NONE: u8 = 0;
    /// An error about another packet.
    pub const ERROR: u8 = 0x10;
    /// A query, with its class.
    pub const QUERY: u8 = 0x20;
    /// The answer to one, with its class.
    pub const ANSWER: u8 = 0x40;
    /// The bits of the class.
    pub const CLASS: u8 = 0x0f;
    /// Added to the class in the key of a flow whose queries the instance sends: both sides may use one
    /// identifier at once.
    pub const INSTANCE_ASKS: u8 = 0x08;
}

/// A whole packet as the decision needs it. It has a fixed layout because the kernel side keeps it in a
/// scratch map: what the verifier knew of each parser path is forgotten there, and the paths meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub struct Packet {
    /// The packet's own tuple.
    pub own: Tuple,
    /// The tuple of the packet an ICMP error quotes.
    pub quoted: Tuple,
    /// Transport fields.
    pub transport: Transport,
    /// Identification of a fragmented datagram.
    pub fragment_id: u32,
    /// Offset of a later fragment's first byte.
    pub fragment_offset: u32,
    /// Bytes of the datagram that a first fragment holds.
    pub length: u32,
    /// Offset of the network header in the frame.
    pub at: u32,
    /// EtherType behind all tags.
    pub ethertype: u16,
    /// [`place`]: the place in a fragmented datagram.
    pub place: u8,
    /// TTL or hop limit.
    pub hops: u8,
}

impl Packet {
    /// A packet about which nothing is known yet.
    pub const UNKNOWN: Self = Self {
        own: Tuple::NONE,
        quoted: Tuple::NONE,
        transport: Transport { sport: 0, dport: 0, seq: 0, ack: 0, payload: 0, flags: 0, reserved: [0; 3] },
        fragment_id: 0,
        fragment_offset: 0,
        length: 0,
        at: 0,
        ethertype: 0,
        place: place::WHOLE,
        hops: 0,
    };
}

/// Values of [`Packet::place`].
pub mod place {
    /// Not a fragment.
    pub const WHOLE: u8 = 0;
    /// The first fragment.
    pub const FIRST: u8 = 1;
    /// A later fragment.
    pub const LATER: u8 = 2;
}

impl Tuple {
    /// No tuple.
    pub const NONE: Self = Self {
        src: Addr([0; 4]),
        dst: Addr([0; 4]),
        sport: 0,
        dport: 0,
        protocol: 0,
        v6: 0,
        role: role::NONE,
        present: 0,
    };
}
