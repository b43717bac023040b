//! The bytes of a packet, as a hook or a test holds them.

/// Read access to one frame. Offsets count from the first byte the hook shows.
pub trait Frame {
    /// The length that counters add up, in bytes.
    fn len(&self) -> u32;

    /// Whether the frame has at least `end` bytes, wherever the kernel keeps them.
    fn holds(&self, end: u32) -> bool;

    /// The `N` bytes at `at`, or none if the frame is shorter.
    fn bytes<const N: usize>(&self, at: u32) -> Option<[u8; N]>;

    /// Whether this is a segmentation-offload packet, whose length fields may be zero.
    fn gso(&self) -> bool;

    /// Whether the kernel took a VLAN tag out of the bytes and carries it beside them.
    fn tagged(&self) -> bool;
}

/// A frame in memory: what tests and `explain` judge on the host.
#[derive(Clone, Copy, Debug)]
pub struct Slice<'a>(pub &'a [u8]);

impl Frame for Slice<'_> {
    fn len(&self) -> u32 {
        u32::try_from(self.0.len()).unwrap_or(u32::MAX)
    }

    fn holds(&self, end: u32) -> bool {
        end <= self.len()
    }

    fn bytes<const N: usize>(&self, at: u32) -> Option<[u8; N]> {
        let rest = self.0.get(at as usize..)?;
        rest.first_chunk::<N>().copied()
    }

    fn gso(&self) -> bool {
        false
    }

    fn tagged(&self) -> bool {
        false
    }
}

/// The big-endian 16-bit number at `at` of a header already read.
#[inline(always)]
pub(crate) const fn be16(bytes: &[u8], at: usize) -> u16 {
    u16::from_be_bytes([bytes[at], bytes[at + 1]])
}

/// The big-endian 32-bit number at `at` of a header already read.
#[inline(always)]
pub(crate) const fn be32(bytes: &[u8], at: usize) -> u32 {
    u32::from_be_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}
