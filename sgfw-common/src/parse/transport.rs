//! The transport layer: TCP, UDP, ICMP and ICMPv6; of every other protocol only the number counts.

use super::{head, high16, low16};
use crate::frame::Frame;
use crate::packet::{Fragment, Ip, Transport, protocol, tcp};
use crate::reason::Reason;

/// The transport header of a whole packet or a first fragment.
#[inline(always)]
pub(super) fn transport<F: Frame>(frame: &F, ip: &Ip) -> Result<Transport, Reason> {
    match ip.protocol {
        protocol::TCP => segment(frame, ip),
        protocol::UDP => datagram(frame, ip),
        protocol::ICMP | protocol::ICMPV6 => message(frame, ip),
        _ => Ok(Transport::default()),
    }
}

/// The refusal for a header of `needed` bytes that does not fit, if it does not.
#[inline(always)]
fn fits(ip: &Ip, needed: u32, short: Reason) -> Result<(), Reason> {
    if ip.at + needed <= ip.end {
        return Ok(());
    }
    Err(if ip.fragment == Fragment::Whole { short } else { Reason::FragmentTooSmall })
}

#[inline(always)]
fn segment<F: Frame>(frame: &F, ip: &Ip) -> Result<Transport, Reason> {
    fits(ip, 20, Reason::TcpHeader)?;
    let [ports, seq, ack, control, _] = head(frame, ip.at, Reason::TcpHeader)?;
    let header = (control >> 28) * 4;
    if header < 20 {
        return Err(Reason::TcpHeader);
    }
    fits(ip, header, Reason::TcpHeader)?;
    let flags = (control >> 16) as u8 & 0x3f;
    if !sane(flags) {
        return Err(Reason::TcpFlags);
    }
    let payload = ip.end - ip.at - header;
    Ok(Transport { sport: high16(ports), dport: low16(ports), seq, ack, payload, flags, reserved: [0; 3] })
}

/// SYN, SYN-ACK, RST, or anything with ACK and neither SYN nor RST: the rest is made by scanners.
#[inline(always)]
const fn sane(flags: u8) -> bool {
    let core = flags & (tcp::FIN | tcp::SYN | tcp::RST | tcp::ACK);
    const SYN_ACK: u8 = tcp::SYN | tcp::ACK;
    const RST_ACK: u8 = tcp::RST | tcp::ACK;
    const FIN_ACK: u8 = tcp::FIN | tcp::ACK;
    matches!(core, tcp::SYN | SYN_ACK | tcp::RST | RST_ACK | tcp::ACK | FIN_ACK)
}

#[inline(always)]
fn datagram<F: Frame>(frame: &F, ip: &Ip) -> Result<Transport, Reason> {
    fits(ip, 8, Reason::UdpHeader)?;
    let [ports, second] = head(frame, ip.at, Reason::UdpHeader)?;
    let length = second >> 16;
    let whole = ip.fragment == Fragment::Whole;
    let zero = length == 0 && frame.gso();
    if !zero && (length < 8 || (whole && length > ip.end - ip.at)) {
        return Err(Reason::UdpLength);
    }
    Ok(Transport { sport: high16(ports), dport: low16(ports), ..Transport::default() })
}

#[inline(always)]
fn message<F: Frame>(frame: &F, ip: &Ip) -> Result<Transport, Reason> {
    if ip.v6 != (ip.protocol == protocol::ICMPV6) {
        return Err(Reason::IcmpFamily);
    }
    fits(ip, 8, Reason::IcmpHeader)?;
    let [first, second] = head(frame, ip.at, Reason::IcmpHeader)?;
    Ok(Transport { sport: high16(second), dport: high16(first), ..Transport::default() })
}
