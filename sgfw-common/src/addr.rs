//! One address type for both families: 16 bytes in network order, IPv4 as `::ffff:a.b.c.d`.
//!
//! No ambiguity follows from the mapping, because a packet that carries a mapped address on the wire
//! is dropped before it gets here ([`crate::reason::Reason::MappedAddress`]).

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

/// An IPv4 (mapped) or IPv6 address as four 32-bit words in network byte order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub struct Addr(pub [u32; 4]);

const MAPPED: u32 = 0x0000_ffff_u32.to_be();

impl Addr {
    /// The IPv4 address with these four bytes, as they stand on the wire.
    #[inline(always)]
    pub const fn v4(bytes: [u8; 4]) -> Self {
        Self([0, 0, MAPPED, u32::from_ne_bytes(bytes)])
    }

    /// The IPv4 address that lies in this word of a header.
    #[inline(always)]
    pub const fn word4(word: u32) -> Self {
        Self([0, 0, MAPPED, word])
    }

    /// The IPv6 address with these sixteen bytes, as they stand on the wire.
    #[inline(always)]
    pub const fn v6(b: [u8; 16]) -> Self {
        Self([
            u32::from_ne_bytes([b[0], b[1], b[2], b[3]]),
            u32::from_ne_bytes([b[4], b[5], b[6], b[7]]),
            u32::from_ne_bytes([b[8], b[9], b[10], b[11]]),
            u32::from_ne_bytes([b[12], b[13], b[14], b[15]]),
        ])
    }

    /// Whether the upper 96 bits are those of an IPv4-mapped address (RFC 4291, 2.5.5.2).
    #[inline(always)]
    pub const fn is_mapped(&self) -> bool {
        self.0[0] == 0 && self.0[1] == 0 && self.0[2] == MAPPED
    }

    /// The IPv4 address as a number, as the IPv4 range trees are keyed.
    #[inline(always)]
    pub const fn number4(&self) -> u32 {
        u32::from_be(self.0[3])
    }

    /// The upper and lower half of the IPv6 address as numbers, as the IPv6 range trees are keyed.
    #[inline(always)]
    pub const fn number6(&self) -> (u64, u64) {
        (pair(self.0[0], self.0[1]), pair(self.0[2], self.0[3]))
    }

    /// Whether all 128 bits are zero (`::`), the source of duplicate address detection.
    #[inline(always)]
    pub const fn is_unspecified6(&self) -> bool {
        self.0[0] | self.0[1] | self.0[2] | self.0[3] == 0
    }
}

#[inline(always)]
const fn pair(high: u32, low: u32) -> u64 {
    ((u32::from_be(high) as u64) << 32) | u32::from_be(low) as u64
}
