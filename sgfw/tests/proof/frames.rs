//! Frames, put together from the inside out. Checksums are left zero: nobody here looks at them.

use std::net::IpAddr;

/// TCP control bits.
pub(crate) mod tcp {
    pub(crate) const FIN: u8 = 1;
    pub(crate) const SYN: u8 = 2;
    pub(crate) const RST: u8 = 4;
    pub(crate) const PSH: u8 = 8;
    pub(crate) const ACK: u8 = 16;
}

/// A TCP segment: ports, sequence and acknowledgment number, control bits, bytes of payload.
pub(crate) fn segment(ports: (u16, u16), numbers: (u32, u32), flags: u8, payload: usize) -> Vec<u8> {
    let mut bytes = ends(ports);
    bytes.extend(numbers.0.to_be_bytes());
    bytes.extend(numbers.1.to_be_bytes());
    bytes.extend([0x50, flags, 0x20, 0, 0, 0, 0, 0]);
    bytes.resize(20 + payload, b'x');
    bytes
}

/// A UDP datagram with so many bytes of payload.
pub(crate) fn datagram(ports: (u16, u16), payload: u16) -> Vec<u8> {
    let mut bytes = ends(ports);
    bytes.extend((8 + payload).to_be_bytes());
    bytes.resize(8 + usize::from(payload), b'x');
    bytes
}

/// An ICMP or ICMPv6 message.
pub(crate) fn message(kind: u8, code: u8, id: u16, body: &[u8]) -> Vec<u8> {
    let [high, low] = id.to_be_bytes();
    let mut bytes = vec![kind, code, 0, 0, high, low, 0, 1];
    bytes.extend(body);
    bytes
}

fn ends(ports: (u16, u16)) -> Vec<u8> {
    [ports.0.to_be_bytes(), ports.1.to_be_bytes()].concat()
}

/// The header of an IP packet: all that can be chosen freely.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ip {
    pub(crate) src: IpAddr,
    pub(crate) dst: IpAddr,
    pub(crate) protocol: u8,
    pub(crate) hops: u8,
    /// Identification, offset in bytes and whether more follow, for a fragment.
    pub(crate) fragment: Option<(u32, u16, bool)>,
}

impl Ip {
    /// A whole packet of this protocol between these addresses, which are of one family.
    pub(crate) fn new(src: IpAddr, dst: IpAddr, protocol: u8) -> Self {
        Self { src, dst, protocol, hops: 64, fragment: None }
    }

    /// The packet, with its lengths as they should be and, for IPv6, these extension headers.
    pub(crate) fn packet(&self, extensions: &[Extension], payload: &[u8]) -> Vec<u8> {
        match (self.src, self.dst) {
            (IpAddr::V4(src), IpAddr::V4(dst)) => self.packet4(src.octets(), dst.octets(), payload),
            (IpAddr::V6(src), IpAddr::V6(dst)) => self.packet6(src.octets(), dst.octets(), extensions, payload),
            mixed => panic!("two families: {mixed:?}"),
        }
    }

    fn packet4(&self, src: [u8; 4], dst: [u8; 4], payload: &[u8]) -> Vec<u8> {
        let (id, offset, more) = self.fragment.unwrap_or((7, 0, false));
        let mut bytes = vec![0x45, 0];
        bytes.extend(length(20 + payload.len()));
        bytes.extend(&id.to_be_bytes()[2..]);
        bytes.extend(((offset / 8) | if more { 0x2000 } else { 0 }).to_be_bytes());
        bytes.extend([self.hops, self.protocol, 0, 0]);
        bytes.extend(src);
        bytes.extend(dst);
        bytes.extend(payload);
        bytes
    }

    fn packet6(&self, src: [u8; 16], dst: [u8; 16], extensions: &[Extension], payload: &[u8]) -> Vec<u8> {
        let mut inside = payload.to_vec();
        let mut next = self.protocol;
        let fragment = self.fragment.map(|(id, offset, more)| Extension::Fragment { id, offset, more });
        for extension in extensions.iter().chain(&fragment).rev() {
            inside = [extension.bytes(next), inside].concat();
            next = extension.number();
        }
        let mut bytes = vec![0x60, 0, 0, 0];
        bytes.extend(length(inside.len()));
        bytes.extend([next, self.hops]);
        bytes.extend(src);
        bytes.extend(dst);
        bytes.extend(inside);
        bytes
    }
}

fn length(bytes: usize) -> [u8; 2] {
    u16::try_from(bytes).unwrap_or(u16::MAX).to_be_bytes()
}

/// An IPv6 extension header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Extension {
    HopByHop,
    /// Destination options, with so many times 8 bytes more than the first 8.
    Destination(u8),
    /// A routing header of this type.
    Routing(u8),
    Fragment {
        id: u32,
        offset: u16,
        more: bool,
    },
    Authentication,
}

impl Extension {
    fn number(self) -> u8 {
        match self {
            Self::HopByHop => 0,
            Self::Routing(_) => 43,
            Self::Fragment { .. } => 44,
            Self::Authentication => 51,
            Self::Destination(_) => 60,
        }
    }

    fn bytes(self, next: u8) -> Vec<u8> {
        match self {
            Self::HopByHop => vec![next, 0, 1, 4, 0, 0, 0, 0],
            Self::Destination(more) => {
                let mut bytes = vec![next, more, 1, 4, 0, 0, 0, 0];
                bytes.resize(8 + usize::from(more) * 8, 0);
                bytes
            }
            Self::Routing(kind) => vec![next, 0, kind, 0, 0, 0, 0, 0],
            Self::Fragment { id, offset, more } => {
                let field = (offset & 0xfff8) | u16::from(more);
                let mut bytes = vec![next, 0];
                bytes.extend(field.to_be_bytes());
                bytes.extend(id.to_be_bytes());
                bytes
            }
            Self::Authentication => {
                let mut bytes = vec![next, 4];
                bytes.resize(24, 0);
                bytes
            }
        }
    }
}

/// A frame with these tags, of an EtherType.
pub(crate) fn ethernet(tags: &[u16], kind: u16, payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2];
    for tag in tags {
        bytes.extend(tag.to_be_bytes());
        bytes.extend([0, 5]);
    }
    bytes.extend(kind.to_be_bytes());
    bytes.extend(payload);
    bytes
}

/// The EtherType of an IP packet.
pub(crate) fn kind(packet: &[u8]) -> u16 {
    if packet.first().is_some_and(|first| first >> 4 == 6) { 0x86dd } else { 0x0800 }
}
