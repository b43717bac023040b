//! What the kernel side counts for flow logs, and of which packets.
//!
//! The map LOGS says by slot what is wanted ([`logs`]), LOGGED holds the counts, UNLOGGED by slot the packets that found
//! no room there. The control plane takes the counts and writes them down as records.

use crate::addr::Addr;
use crate::reason::Reason;
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

/// Directions of conversations that are counted until somebody takes them.
pub const MAX_LOGGED: u32 = 262_144;

/// What flow logs want of a slot: bits of the word in the map LOGS.
pub mod logs {
    /// What passes is counted.
    pub const ACCEPTED: u32 = 1;
    /// What is dropped is counted.
    pub const REFUSED: u32 = 2;
    /// Which of two heaps it is counted on: whoever takes what is there changes the bit first and waits for the
    /// programs that read the old one, so that nothing is counted on what is being taken.
    pub const HEAP: u32 = 4;
}

/// One direction of one conversation of one interface, with one outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub struct LoggedKey {
    /// Source address of the packets.
    pub src: Addr,
    /// Destination address.
    pub dst: Addr,
    /// Source port of TCP and UDP, else 0.
    pub sport: u16,
    /// Destination port, likewise.
    pub dport: u16,
    /// Slot of the interface.
    pub slot: u16,
    /// IANA protocol number.
    pub protocol: u8,
    /// [`Reason`] of a refusal as a number; 0 for what passed.
    pub refusal: u8,
    /// [`crate::maps::INGRESS`] or [`crate::maps::EGRESS`].
    pub direction: u8,
    /// 0, or 1 with [`logs::HEAP`].
    pub heap: u8,
    /// Always zero.
    pub reserved: [u8; 2],
}

/// What was counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub struct Logged {
    /// Packets.
    pub packets: u64,
    /// Bytes, from the network header on.
    pub bytes: u64,
    /// Tick of the first packet.
    pub first: u64,
    /// Tick of the last packet.
    pub last: u64,
    /// Whether a FIN, a SYN without and one with ACK, a RST was seen: each its own byte, because CPUs that write
    /// at once must not lose each other's.
    pub flags: [u8; 4],
    /// Always zero.
    pub reserved: [u8; 4],
}

/// Places in [`Logged::flags`].
pub mod seen {
    /// FIN.
    pub const FIN: usize = 0;
    /// SYN without ACK.
    pub const SYN: usize = 1;
    /// SYN with ACK.
    pub const SYN_ACK: usize = 2;
    /// RST.
    pub const RST: usize = 3;
}

/// A dropped packet as the log of drops has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub struct Dropped {
    /// Slot of the interface; 0 for a device without a policy.
    pub slot: u32,
    /// [`Reason`] as a number.
    pub reason: u32,
    /// Bytes of the frame.
    pub length: u32,
    /// [`crate::maps::INGRESS`] or [`crate::maps::EGRESS`]; [`Dropped::NOWHERE`] without an interface.
    pub direction: u32,
    /// Source address; what follows counts where [`is_logged`] says so of the reason, else nobody could read it.
    pub src: Addr,
    /// Destination address.
    pub dst: Addr,
    /// As [`crate::packet::Transport::sport`].
    pub sport: u16,
    /// As [`crate::packet::Transport::dport`].
    pub dport: u16,
    /// IANA protocol number.
    pub protocol: u32,
}

impl Dropped {
    /// No direction.
    pub const NOWHERE: u32 = 2;
    /// Bytes of a record.
    pub const SIZE: usize = size_of::<Self>();

    /// The record as it lies in memory.
    #[inline(always)]
    pub fn bytes(&self) -> &[u8; Self::SIZE] {
        zerocopy::transmute_ref!(self)
    }
}

/// The reasons that flow logs tell of, as bits of their numbers.
const LOGGED: u64 = {
    use Reason::{
        Adopted, Allowed, Established, Fragment, FragmentOverlap, FragmentUnknown, New, NoEgressRule, NoFlow,
        NoIngressRule, Related, SourceCheck, TableFull, Untracked,
    };
    const ALL: [Reason; 14] = [
        Established,
        New,
        Untracked,
        Allowed,
        Related,
        Fragment,
        Adopted,
        NoIngressRule,
        NoEgressRule,
        NoFlow,
        TableFull,
        SourceCheck,
        FragmentUnknown,
        FragmentOverlap,
    ];
    let (mut bits, mut index) = (0, 0);
    while index < ALL.len() {
        bits |= 1 << ALL[index] as u64;
        index += 1;
    }
    bits
};

/// Whether flow logs tell of the reason with this number: a security group, its connection tracking or the source check
/// had the word. What is never filtered is not logged, as on AWS, and what cannot be understood has no addresses to tell.
#[inline(always)]
pub const fn is_logged(number: u32) -> bool {
    number < u64::BITS && LOGGED >> number & 1 != 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reason::Verdict;

    #[test]
    fn sizes_are_the_layout() {
        assert_eq!([size_of::<LoggedKey>(), size_of::<Logged>(), Dropped::SIZE], [44, 40, 56]);
    }

    #[test]
    fn what_is_never_filtered_or_not_understood_is_not_logged() {
        let logged = |verdict| Reason::ALL.iter().filter(move |it| it.verdict() == verdict && is_logged(**it as u32));
        assert!(logged(Verdict::Pass).all(|reason| (*reason as u32) < Reason::Arp as u32));
        assert_eq!(logged(Verdict::Pass).count(), 7);
        assert_eq!(logged(Verdict::Drop).count(), 7);
        assert!(!is_logged(Reason::TcpFlags as u32) && !is_logged(64) && !is_logged(u32::MAX));
    }
}
