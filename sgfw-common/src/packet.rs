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
    /// Place in a fragmented datagram.
    pub fragment: Fragment,
}

/// The transport layer. Which fields count follows from the protocol.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Transport {
    /// TCP, UDP: source port. ICMP queries: the identifier.
    pub sport: u16,
    /// TCP, UDP: destination port. ICMP: type in the upper, code in the lower byte. Else 0.
    pub dport: u16,
    /// TCP control bits without CWR and ECE.
    pub flags: u8,
    /// TCP sequence number.
    pub seq: u32,
    /// TCP acknowledgment number.
    pub ack: u32,
    /// TCP: bytes of payload.
    pub payload: u32,
}

impl Transport {
    /// The ICMP type.
    #[inline(always)]
    pub const fn icmp_type(&self) -> u8 {
        (self.dport >> 8) as u8
    }
}
