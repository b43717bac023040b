//! The layout of everything that lies in a BPF map, and how much of it there may be.
//!
//! Sizes are pinned by tests; a change of any of them is a new [`LAYOUT`], because running kernels hold
//! the old one under its own directory.

use crate::addr::Addr;
use crate::reason::REASONS;
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

/// Version of this layout, part of the pin directory's name.
pub const LAYOUT: u32 = 1;

/// Interfaces of one host, slot 0 (the unknown interface) included.
pub const MAX_INTERFACES: u32 = 1024;
/// Devices whose index is below this are found by an array, the others by a hash.
pub const DIRECT_IFINDEX: u32 = 4096;
/// Devices with a higher index, for each network namespace.
pub const MAX_HIGH_IFINDEX: u32 = 1024;
/// In place of a slot: the device's hooks are being attached or detached one after the other, and packets
/// pass as they would without them. So both directions come under the policy with one write. It is beyond
/// every slot, so that the hot path has no comparison for it.
pub const ATTACHING: u32 = u32::MAX;
/// Nodes of the 32-bit range trees: rules' ports and IPv4 prefixes. 128 bytes each.
pub const MAX_NODES32: u32 = 131_072;
/// Nodes of the IPv6 prefix trees. 320 bytes each.
pub const MAX_NODES128: u32 = 32_768;
/// Addresses that belong to a group.
pub const MAX_MEMBERS: u32 = 262_144;
/// Cells for (policy and direction, set of groups of the peer).
pub const MAX_MEMBER_CELLS: u32 = 262_144;
/// TCP connections whose handshake was seen and validated, of each family.
pub const MAX_TCP: u32 = 131_072;
/// TCP connections on their way there, of each family.
pub const MAX_HALF_OPEN: u32 = 65_536;
/// Flows of UDP, ICMP and every other protocol, of each family.
pub const MAX_OTHER: u32 = 65_536;
/// Fragmented datagrams whose first fragment passed, of each family.
pub const MAX_FRAGMENTS: u32 = 8_192;

/// The ingress rules' place in [`Interface::rules`], and the initiator's name in [`Flow::initiator`].
pub const INGRESS: usize = 0;
/// The egress rules' place.
pub const EGRESS: usize = 1;

/// A range tree: how deep, and its root; with depth 0 the root itself is the answer.
///
/// Depth in the upper 4 bits, node index or answer in the lower 28.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, FromBytes, IntoBytes, Immutable, KnownLayout,
)]
#[repr(transparent)]
pub struct Tree(pub u32);

impl Tree {
    /// Levels a tree can have: 16 to the power of 5 is a million ranges.
    pub const MAX_DEPTH: u32 = 5;
    /// Contains nothing, answers 0.
    pub const NOTHING: Tree = Tree(0);
    /// Contains everything, answers 1.
    pub const EVERYTHING: Tree = Tree(1);

    /// A tree of `depth` levels with this root.
    pub const fn new(depth: u32, root: u32) -> Self {
        Self((depth << 28) | root)
    }

    /// Levels of nodes.
    #[inline(always)]
    pub const fn depth(self) -> u32 {
        self.0 >> 28
    }

    /// Root node, or the answer.
    #[inline(always)]
    pub const fn root(self) -> u32 {
        self.0 & 0x0fff_ffff
    }
}

/// Sixteen ranges of 32-bit numbers. Range `i` ends with `ends[i]` (inclusive) and leads to `next[i]`, a
/// node of the level below or, in the last level, the answer. Unused ends are `u32::MAX`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub struct Node32 {
    /// Last number of each range, ascending.
    pub ends: [u32; 16],
    /// Where each range leads.
    pub next: [u32; 16],
}

/// Sixteen ranges of 128-bit numbers, as [`Node32`]. Unused ends are all ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub struct Node128 {
    /// Upper and lower half of each range's last number, ascending.
    pub ends: [[u64; 2]; 16],
    /// Where each range leads.
    pub next: [u32; 16],
}

/// What one direction of a policy allows.
///
/// A *cell* is a tree over `protocol << 16 | port` (TCP, UDP), `protocol << 16 | type << 8 | code` (ICMP,
/// ICMPv6) or `protocol << 16` (the rest), answering 1 for allowed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub struct Rules {
    /// First half of the key of the cells for members of groups; 0 when no rule names a group.
    pub peers: u64,
    /// Cell of the rules for 0.0.0.0/0.
    pub any4: Tree,
    /// Cell of the rules for ::/0.
    pub any6: Tree,
    /// IPv4 prefixes: a tree of addresses that answers with a cell ([`Tree`] as a number).
    pub cidr4: Tree,
    /// IPv6 prefixes, likewise.
    pub cidr6: Tree,
    /// [`open`] bits: every port is allowed for every address.
    pub open: u32,
    /// Always zero.
    pub reserved: u32,
}

/// Bits of [`Rules::open`].
pub mod open {
    /// TCP, all ports, 0.0.0.0/0.
    pub const TCP4: u32 = 1;
    /// UDP, all ports, 0.0.0.0/0.
    pub const UDP4: u32 = 2;
    /// TCP, all ports, ::/0.
    pub const TCP6: u32 = 4;
    /// UDP, all ports, ::/0.
    pub const UDP6: u32 = 8;
}

/// Bits of [`Interface::flags`].
pub mod flag {
    /// The entry is in force. Without it every packet is dropped.
    pub const LIVE: u32 = 1;
    /// The protected party is at the far end of the device.
    pub const PORT: u32 = 2;
    /// Tagged frames are judged by what is inside.
    pub const TRUNK: u32 = 4;
    /// What leaves the instance must carry one of its own addresses.
    pub const SOURCE_CHECK: u32 = 8;
    /// Frames start with the IP header.
    pub const BARE: u32 = 16;
    /// ARP passes.
    pub const ARP: u32 = 32;
    /// Neighbour discovery passes.
    pub const NEIGHBOUR_DISCOVERY: u32 = 64;
    /// DHCP passes.
    pub const DHCP: u32 = 128;
    /// IGMP and MLD pass.
    pub const MULTICAST_CONTROL: u32 = 256;
    /// ICMP errors about live flows pass without a rule.
    pub const RELATED: u32 = 512;
}

/// Everything the decision needs to know of an interface in one version of the policy.
///
/// The map holds two of them a slot, at `slot * 2 + version`; which version counts says the one word
/// in the map ACTIVE, for all interfaces at once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub struct Interface {
    /// Rules by direction, [`INGRESS`] and [`EGRESS`].
    pub rules: [Rules; 2],
    /// The instance's own IPv4 addresses, answering 1.
    pub own4: Tree,
    /// The instance's own IPv6 addresses.
    pub own6: Tree,
    /// [`flag`] bits.
    pub flags: u32,
    /// Generation of the policy, remembered by every flow it admits.
    pub generation: u32,
    /// Idle timeouts in ticks of the kernel's clock: TCP established, UDP, UDP stream.
    pub timeouts: [u32; 3],
    /// EtherTypes that pass, 0 for none.
    pub ethertypes: [u16; 4],
    /// Ticks a second, for the timeouts nobody can set.
    pub hertz: u32,
}

/// Places in [`Interface::timeouts`].
pub mod timeout {
    /// Established TCP.
    pub const TCP: usize = 0;
    /// UDP with a single exchange.
    pub const UDP: usize = 1;
    /// UDP with more than one.
    pub const UDP_STREAM: usize = 2;
}

/// The groups an address belongs to, by version: the name of the set, or 0 for none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub struct Member {
    /// Name of the set of groups, by version.
    pub set: [u64; 2],
}

/// Key of a cell for members: [`Rules::peers`] and [`Member::set`].
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, FromBytes, IntoBytes, Immutable, KnownLayout,
)]
#[repr(C)]
pub struct MemberCell {
    /// [`Rules::peers`].
    pub peers: u64,
    /// [`Member::set`].
    pub set: u64,
}

/// One flow, the same from both directions, and never the same for two interfaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub struct FlowKey {
    /// The instance's address.
    pub local: Addr,
    /// The peer's address.
    pub remote: Addr,
    /// The instance's port; the identifier of an ICMP query; half of a fragment's identification.
    pub local_port: u16,
    /// The peer's port, likewise.
    pub remote_port: u16,
    /// Slot of the interface.
    pub slot: u16,
    /// IANA protocol number.
    pub protocol: u8,
    /// [`class`]: what kind of flow.
    pub class: u8,
}

/// A [`FlowKey`] of IPv4 as its maps hold it. Measured against one table of 40-byte keys for both families,
/// a look-up among 10 000 flows costs a third less: hashing and comparing is what a hot look-up consists of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub struct FlowKey4 {
    /// The instance's address, in network byte order.
    pub local: u32,
    /// The peer's address, in network byte order.
    pub remote: u32,
    /// As [`FlowKey::local_port`].
    pub local_port: u16,
    /// As [`FlowKey::remote_port`].
    pub remote_port: u16,
    /// Slot of the interface.
    pub slot: u16,
    /// IANA protocol number.
    pub protocol: u8,
    /// [`class`].
    pub class: u8,
}

impl FlowKey {
    /// The key in the maps of IPv4, for a flow whose addresses are.
    #[inline(always)]
    pub const fn four(&self) -> FlowKey4 {
        let Self { local, remote, local_port, remote_port, slot, protocol, class } = *self;
        FlowKey4 { local: local.0[3], remote: remote.0[3], local_port, remote_port, slot, protocol, class }
    }
}

impl From<FlowKey4> for FlowKey {
    fn from(key: FlowKey4) -> Self {
        let FlowKey4 { local, remote, local_port, remote_port, slot, protocol, class } = key;
        let (local, remote) = (Addr::word4(local), Addr::word4(remote));
        Self { local, remote, local_port, remote_port, slot, protocol, class }
    }
}

/// Values of [`FlowKey::class`].
pub mod class {
    /// TCP, UDP, and protocols that have no ports.
    pub const TRANSPORT: u8 = 0;
    /// ICMP and ICMPv6 echo.
    pub const ECHO: u8 = 1;
    /// ICMP timestamp.
    pub const TIMESTAMP: u8 = 2;
    /// ICMP information.
    pub const INFORMATION: u8 = 3;
    /// ICMP address mask.
    pub const MASK: u8 = 4;
    /// A fragmented datagram sent to the instance; the one sent by it is one more.
    pub const FRAGMENTS: u8 = 16;
}

/// State of one flow. Ages are counted in ticks of the kernel's clock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub struct Flow {
    /// When the last packet passed, to the second.
    pub seen: u64,
    /// When the first one did.
    pub created: u64,
    /// Generation of the policy that admitted it.
    pub generation: u32,
    /// TCP on its way: the next sequence number of the initiator. Fragments: bytes of the first one.
    pub initiator_next: u32,
    /// TCP on its way: the initial sequence number of the responder.
    pub responder_isn: u32,
    /// TCP on its way: the highest sequence number the responder may have acknowledged.
    pub responder_next: u32,
    /// [`crate::conntrack::State`] as a number.
    pub state: u8,
    /// Direction of the first packet: [`INGRESS`] or [`EGRESS`].
    pub initiator: u8,
    /// TCP: [`crate::conntrack::closing`] bits.
    pub closing: u8,
    /// Always zero.
    pub reserved: [u8; 5],
}

/// Packets and bytes that met with one reason on one interface, on one CPU.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub struct Counter {
    /// Packets.
    pub packets: u64,
    /// Bytes as the hook shows them, link layer included.
    pub bytes: u64,
}

/// Entries of the counter map: one a slot and reason.
pub const MAX_COUNTERS: u32 = MAX_INTERFACES * REASONS;

/// What the maps belong to; written once, before anything is attached.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub struct Meta {
    /// Generation of the policy in each version.
    pub generation: [u64; 2],
    /// Ticks a second of the clock in flows.
    pub hertz: u64,
    /// Non-zero turns the log of cold paths on.
    pub log: u64,
}

#[cfg(feature = "user")]
mod user {
    macro_rules! pod {
        ($($name:ty),*) => { $(
            #[expect(unsafe_code, reason = "aya demands the marker; zerocopy proved that no byte is padding")]
            // SAFETY: `IntoBytes` and `FromBytes` are derived: no padding, any bit pattern valid, no pointer.
            unsafe impl aya::Pod for $name {}
        )* };
    }
    pod!(
        super::Tree,
        super::Node32,
        super::Node128,
        super::Rules,
        super::Interface,
        super::Member,
        super::MemberCell,
        super::FlowKey,
        super::FlowKey4,
        super::Flow,
        crate::logged::LoggedKey,
        crate::logged::Logged,
        super::Counter,
        super::Meta,
        crate::addr::Addr
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_the_layout() {
        let sizes = [
            size_of::<Node32>(),
            size_of::<Node128>(),
            size_of::<Rules>(),
            size_of::<Interface>(),
            size_of::<FlowKey>(),
            size_of::<FlowKey4>(),
            size_of::<Flow>(),
        ];
        assert_eq!(sizes, [128, 320, 32, 104, 40, 16, 40]);
    }
}
