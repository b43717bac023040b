//! A packet in flags.

use super::failure::Failure;
use crate::analyse::{Family, Question, Stage, USUAL_SOURCE_PORT};
use crate::model::Direction;
use crate::reference::What;
use clap::{Args, ValueEnum};
use sgfw_common::packet::protocol;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// An address that nobody has, for an instance whose own one is not known and not asked for (RFC 5737, RFC 3849).
const NOBODY: (Ipv4Addr, Ipv6Addr) = (Ipv4Addr::new(192, 0, 2, 1), Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1));

/// One packet.
#[derive(Args, Debug)]
pub(super) struct Packet {
    /// Source address; with --out the interface's own where it is left out
    #[arg(long, value_name = "ADDRESS")]
    src: Option<IpAddr>,
    /// Destination address; with --in the interface's own where it is left out
    #[arg(long, value_name = "ADDRESS")]
    dst: Option<IpAddr>,
    /// tcp, udp, icmp, icmpv6 or an IANA number; tcp where nothing else is said
    #[arg(long, value_name = "PROTOCOL", value_parser = protocol_number)]
    proto: Option<u8>,
    /// Destination port of TCP or UDP
    #[arg(long, value_name = "PORT")]
    dport: Option<u16>,
    /// Source port of TCP or UDP; 40000 where it is left out
    #[arg(long, value_name = "PORT")]
    sport: Option<u16>,
    /// ICMP type; an echo request where it is left out
    #[arg(long, value_name = "TYPE")]
    icmp_type: Option<u8>,
    /// ICMP code
    #[arg(long, value_name = "CODE", requires = "icmp_type")]
    icmp_code: Option<u8>,
    /// A fragment of a datagram: the first one, or a later one behind it
    #[arg(long, value_enum, value_name = "WHICH", num_args = 0..=1, default_missing_value = "later", conflicts_with = "established")]
    fragment: Option<Fragment>,
    /// A packet of a flow that is tracked already
    #[arg(long)]
    pub(super) established: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Fragment {
    First,
    Later,
}

impl Packet {
    /// The source port, if one is meant.
    pub(super) const fn source_port(&self) -> Option<u16> {
        self.sport
    }

    /// The packet, for an instance with these addresses.
    pub(super) fn question<'a>(
        &self,
        direction: Direction,
        own: impl IntoIterator<Item = &'a IpAddr>,
    ) -> Result<Question, Failure> {
        let (peer, peer_flag, given) = match direction {
            Direction::Ingress => (self.src, "--src", self.dst),
            Direction::Egress => (self.dst, "--dst", self.src),
        };
        let peer = peer.ok_or_else(|| {
            Failure::new(format!("{peer_flag} is missing"), format!("say who is at the other end: {peer_flag} ADDRESS"))
        })?;
        let own = given.or_else(|| own.into_iter().copied().find(|it| Family::of(*it) == Family::of(peer)));
        let own = own.unwrap_or(if peer.is_ipv4() { NOBODY.0.into() } else { NOBODY.1.into() });
        if Family::of(own) != Family::of(peer) {
            return Err(Failure::new(
                format!("{own} and {peer} are of two families"),
                "give two IPv4 or two IPv6 addresses",
            ));
        }
        let (src, dst) = if direction == Direction::Ingress { (peer, own) } else { (own, peer) };
        let source_port = self.sport.unwrap_or(USUAL_SOURCE_PORT);
        let question = Question::new(direction, src, dst, self.what(peer.is_ipv6())?);
        Ok(Question { source_port, stage: self.stage(direction), ..question })
    }

    const fn stage(&self, direction: Direction) -> Stage {
        match self.fragment {
            _ if self.established => Stage::Established(direction),
            None => Stage::New,
            Some(Fragment::First) => Stage::FirstFragment,
            Some(Fragment::Later) => Stage::LaterFragment,
        }
    }

    fn what(&self, v6: bool) -> Result<What, Failure> {
        let icmp = if v6 { protocol::ICMPV6 } else { protocol::ICMP };
        let usual = if self.icmp_type.is_some() { icmp } else { protocol::TCP };
        let number = self.proto.unwrap_or(usual);
        let is_transport = matches!(number, protocol::TCP | protocol::UDP);
        let is_icmp = matches!(number, protocol::ICMP | protocol::ICMPV6);
        if self.icmp_type.is_some() && !is_icmp {
            return Err(wrong("--icmp-type is for ICMP", "leave it out, or give --proto icmp"));
        }
        if (self.dport.is_some() || self.sport.is_some()) && !is_transport {
            return Err(wrong("only TCP and UDP have ports", "leave --dport and --sport out, or give --proto tcp"));
        }
        let port = || self.dport.ok_or_else(|| wrong("--dport is missing", "say which port: --dport 443"));
        let (kind, code) = (self.icmp_type.unwrap_or(if v6 { 128 } else { 8 }), self.icmp_code.unwrap_or(0));
        match number {
            protocol::TCP => Ok(What::Tcp(port()?)),
            protocol::UDP => Ok(What::Udp(port()?)),
            protocol::ICMP if !v6 => Ok(What::Icmp { kind, code }),
            protocol::ICMPV6 if v6 => Ok(What::Icmpv6 { kind, code }),
            protocol::ICMP => Err(wrong("ICMP is for IPv4", "give --proto icmpv6, or IPv4 addresses")),
            protocol::ICMPV6 => Err(wrong("ICMPv6 is for IPv6", "give --proto icmp, or IPv6 addresses")),
            number => Ok(What::Other(number)),
        }
    }
}

fn wrong(message: &str, help: &str) -> Failure {
    Failure::new(message, help)
}

/// A protocol by name or number.
pub(super) fn protocol_number(text: &str) -> Result<u8, String> {
    match text.to_ascii_lowercase().as_str() {
        "tcp" => Ok(protocol::TCP),
        "udp" => Ok(protocol::UDP),
        "icmp" => Ok(protocol::ICMP),
        "icmpv6" => Ok(protocol::ICMPV6),
        number => number.parse().map_err(|_| "write tcp, udp, icmp, icmpv6 or a number from 0 to 255".into()),
    }
}
