//! The packet that an ICMP error is about: its header and at least eight bytes more (RFC 792, RFC 4443, 2.4).
//!
//! Errors quote as much as fits, so its lengths are not held against it. A later fragment names no flow.

use super::ip::{Inside, Lengths, address4, address6, behind_extensions};
use super::{Fragment, cut, number};
use sgfw_common::reason::Reason;
use std::net::IpAddr;

/// The beginning of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quoted {
    /// Source address.
    pub src: IpAddr,
    /// Destination address.
    pub dst: IpAddr,
    /// IANA protocol number behind all extension headers.
    pub protocol: u8,
    /// The first eight bytes of the transport header.
    pub head: [u8; 8],
}

impl Quoted {
    /// Reads what an ICMP (`v6` not set) or ICMPv6 error quotes; none if no flow can be told from it.
    pub fn read(body: &[u8], v6: bool) -> Option<Self> {
        if v6 { read6(body) } else { read4(body) }
    }

    /// Source and destination port, for TCP and UDP.
    pub fn ports(&self) -> (u16, u16) {
        (number(&self.head[0..2]), number(&self.head[2..4]))
    }

    /// Type and identifier, for ICMP.
    pub fn query(&self) -> (u8, u16) {
        (self.head[0], number(&self.head[4..6]))
    }
}

fn read4(body: &[u8]) -> Option<Quoted> {
    let (head, _) = body.split_at_checked(20)?;
    let header = usize::from(head[0] & 15) * 4;
    let later = number(&head[6..8]) & 0x1fff != 0;
    if head[0] >> 4 != 4 || header < 20 || later {
        return None;
    }
    let (src, dst) = (address4(&head[12..16]), address4(&head[16..20]));
    Some(Quoted { src: src.into(), dst: dst.into(), protocol: head[9], head: *body.get(header..)?.first_chunk()? })
}

fn read6(body: &[u8]) -> Option<Quoted> {
    let (head, rest) = cut(body, 40, Reason::Ipv6Short).ok()?;
    let (src, dst) = (address6(&head[8..24]), address6(&head[24..40]));
    let mapped = src.to_ipv4_mapped().is_some() || dst.to_ipv4_mapped().is_some();
    if head[0] >> 4 != 6 || mapped {
        return None;
    }
    let Inside { protocol, payload, fragment } = behind_extensions(head[6], rest, &Lengths::CutShort).ok()?;
    if matches!(fragment, Fragment::Later { .. }) {
        return None;
    }
    Some(Quoted { src: src.into(), dst: dst.into(), protocol, head: *payload.first_chunk()? })
}
