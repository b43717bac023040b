//! What a row of a table sends: text to a value.
//!
//! `tcp 80`, `tcp 80 from 22`, `udp 53`, `udp 53 size 4000`, `ping`, `ping size 4000`, `icmp 3/1` (in IPv6
//! the same numbers are ICMPv6's), `protocol 47`.

use std::fmt;

use anyhow::{Context, Result, bail};

/// One kind of packet, and what answers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Traffic {
    /// A connection, a byte there and back.
    Tcp { port: u16, from: u16 },
    /// A datagram and its answer.
    Udp { port: u16, from: u16, size: usize },
    /// An echo request and its reply.
    Ping { size: usize },
    /// An ICMP message that nobody answers.
    Icmp { kind: u8, code: u8 },
    /// A packet of another protocol and its answer.
    Protocol(u8),
}

impl Traffic {
    /// Reads the text form.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let option = |name: &str| {
            let at = words.iter().position(|word| *word == name);
            at.and_then(|at| words.get(at + 1)).map_or(Ok(0), |value| value.parse::<u16>())
        };
        let number = || words.get(1).context("a number is missing").and_then(|word| Ok(word.parse::<u16>()?));
        let (from, size) = (option("from")?, usize::from(option("size")?));
        Ok(match words.first().copied() {
            Some("tcp") => Self::Tcp { port: number()?, from },
            Some("udp") => Self::Udp { port: number()?, from, size },
            Some("ping") => Self::Ping { size },
            Some("protocol") => Self::Protocol(u8::try_from(number()?)?),
            Some("icmp") => {
                let (kind, code) = words.get(1).and_then(|word| word.split_once('/')).context("icmp TYPE/CODE")?;
                Self::Icmp { kind: kind.parse()?, code: code.parse()? }
            }
            _ => bail!("`{text}` is no traffic"),
        })
    }

    /// Whether something comes back when it arrives.
    pub(crate) const fn is_answered(self) -> bool {
        !matches!(self, Self::Icmp { .. })
    }
}

impl fmt::Display for Traffic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let option = |name: &str, value: usize| if value == 0 { String::new() } else { format!(" {name} {value}") };
        match *self {
            Self::Tcp { port, from } => write!(f, "tcp {port}{}", option("from", from.into())),
            Self::Udp { port, from, size } => {
                write!(f, "udp {port}{}{}", option("from", from.into()), option("size", size))
            }
            Self::Ping { size } => write!(f, "ping{}", option("size", size)),
            Self::Icmp { kind, code } => write!(f, "icmp {kind}/{code}"),
            Self::Protocol(number) => write!(f, "protocol {number}"),
        }
    }
}
