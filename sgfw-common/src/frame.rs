//! The bytes of a packet, as a hook or a test holds them.

/// Read access to one frame. Offsets count from the first byte the hook shows.
pub trait Frame {
    /// The length that counters add up, in bytes.
    fn length(&self) -> u32;

    /// Whether the frame has at least `end` bytes, wherever the kernel keeps them.
    fn holds(&self, end: u32) -> bool;

    /// The two bytes at `at` as they lie there, or none if the frame is shorter.
    fn half(&self, at: u32) -> Option<u16>;

    /// The `N` 32-bit words at `at` as they lie there, or none if the frame is shorter. Words, because the
    /// BPF back end makes four loads of four bytes.
    fn words<const N: usize>(&self, at: u32) -> Option<[u32; N]>;

    /// The same offset, of which the kernel's verifier knows nothing any more: the paths through a loop of
    /// headers meet there. On the host there is nothing to do.
    fn forget(&self, at: u32) -> u32 {
        at
    }

    /// Whether this is a segmentation-offload packet, whose length fields may be zero.
    fn gso(&self) -> bool;

    /// Whether the kernel took a VLAN tag out of the bytes and carries it beside them.
    fn tagged(&self) -> bool;
}

/// A frame in memory: what tests and `explain` judge on the host.
#[derive(Clone, Copy, Debug)]
pub struct Slice<'a>(pub &'a [u8]);

impl Frame for Slice<'_> {
    fn length(&self) -> u32 {
        u32::try_from(self.0.len()).unwrap_or(u32::MAX)
    }

    fn holds(&self, end: u32) -> bool {
        end <= self.length()
    }

    fn half(&self, at: u32) -> Option<u16> {
        let bytes = self.0.get(at as usize..)?.first_chunk()?;
        Some(u16::from_ne_bytes(*bytes))
    }

    fn words<const N: usize>(&self, at: u32) -> Option<[u32; N]> {
        let (chunks, _) = self.0.get(at as usize..)?.as_chunks::<4>();
        let first: &[[u8; 4]; N] = chunks.first_chunk()?;
        Some(first.map(u32::from_ne_bytes))
    }

    fn gso(&self) -> bool {
        false
    }

    fn tagged(&self) -> bool {
        false
    }
}
