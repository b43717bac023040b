//! Every verdict has a name. Counters, log, `status` and `explain` all use these.

macro_rules! reasons {
    ($( $(#[$doc:meta])* $name:ident = $number:literal, $verdict:ident, $word:literal; )*) => {
        /// Why a packet passed or was dropped. The number is its place in the counters.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum Reason { $( $(#[$doc])* $name = $number, )* }

        impl Reason {
            /// All reasons, in the order of their numbers.
            pub const ALL: &'static [Reason] = &[ $( Reason::$name, )* ];

            /// What the packet meets with.
            #[inline(always)]
            pub const fn verdict(self) -> Verdict {
                match self { $( Reason::$name => Verdict::$verdict, )* }
            }

            /// The word that people and programs read.
            pub const fn word(self) -> &'static str {
                match self { $( Reason::$name => $word, )* }
            }
        }
    };
}

/// Pass or drop; there is nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The packet goes on.
    Pass,
    /// The packet is dropped.
    Drop,
}

reasons! {
    /// A packet of a tracked flow.
    Established = 0, Pass, "established";
    /// The first packet of a flow that a rule allows and that is tracked from now on.
    New = 1, Pass, "new";
    /// Allowed by rules for all addresses in both directions: not tracked (F69).
    Untracked = 2, Pass, "untracked";
    /// Allowed by a rule, and nothing to track: an ICMP message that asks for no answer.
    Allowed = 3, Pass, "allowed";
    /// An ICMP error about a live flow.
    Related = 4, Pass, "related";
    /// A later fragment of a datagram whose first fragment passed.
    Fragment = 5, Pass, "fragment";
    /// A connection older than the first attach, taken over in the adoption window.
    Adopted = 6, Pass, "adopted";
    /// ARP.
    Arp = 7, Pass, "arp";
    /// Neighbour discovery with hop limit 255 (RFC 4861).
    NeighbourDiscovery = 8, Pass, "neighbour-discovery";
    /// DHCP between client and server ports.
    Dhcp = 9, Pass, "dhcp";
    /// IGMP or MLD with hop limit 1.
    MulticastControl = 10, Pass, "multicast-control";
    /// An EtherType listed for the interface.
    ListedEtherType = 11, Pass, "listed-ethertype";
    /// The device is being attached: its policy counts from the moment both hooks are in place.
    Attaching = 12, Pass, "attaching";

    /// No inbound rule allows it (F9).
    NoIngressRule = 16, Drop, "no-ingress-rule";
    /// No outbound rule allows it (F13).
    NoEgressRule = 17, Drop, "no-egress-rule";
    /// A TCP segment that is no SYN and belongs to no tracked flow.
    NoFlow = 18, Drop, "no-flow";
    /// The flow could not be entered into its table.
    TableFull = 19, Drop, "table-full";
    /// The source address is not the instance's own.
    SourceCheck = 20, Drop, "source-check";
    /// No policy for the device the packet met.
    NoInterface = 21, Drop, "no-interface";
    /// The interface's entry is not valid in the active version.
    NoPolicy = 22, Drop, "no-policy";

    /// Shorter than an Ethernet header, or than one word where there is none.
    EthernetShort = 24, Drop, "ethernet-short";
    /// A VLAN tag where the interface is no trunk.
    VlanTag = 25, Drop, "vlan-tag";
    /// More tags than two, or a tag cut short.
    VlanDepth = 26, Drop, "vlan-depth";
    /// An EtherType that is neither IP, ARP nor listed.
    EtherType = 27, Drop, "ethertype";

    /// Shorter than an IPv4 header without options.
    Ipv4Short = 28, Drop, "ipv4-short";
    /// Version field is not 4.
    Ipv4Version = 29, Drop, "ipv4-version";
    /// Header length below 5 words.
    Ipv4HeaderLength = 30, Drop, "ipv4-header-length";
    /// Total length below the header's, or beyond the frame.
    Ipv4TotalLength = 31, Drop, "ipv4-total-length";
    /// Shorter than an IPv6 header.
    Ipv6Short = 32, Drop, "ipv6-short";
    /// Version field is not 6.
    Ipv6Version = 33, Drop, "ipv6-version";
    /// Payload length beyond the frame, or zero without offload (jumbograms are not supported).
    Ipv6PayloadLength = 34, Drop, "ipv6-payload-length";
    /// An extension header beyond the packet's end, or a fragment header inside a fragment.
    Ipv6Extension = 35, Drop, "ipv6-extension";
    /// More than eight extension headers.
    Ipv6TooManyExtensions = 36, Drop, "ipv6-too-many-extensions";
    /// Routing header of type 0 (RFC 5095).
    RoutingHeader0 = 37, Drop, "routing-header-0";
    /// An IPv4-mapped address on the wire.
    MappedAddress = 38, Drop, "mapped-address";
    /// ICMP in IPv6, or ICMPv6 in IPv4.
    IcmpFamily = 39, Drop, "icmp-family";

    /// A first fragment without the whole transport header (RFC 1858).
    FragmentTooSmall = 40, Drop, "fragment-too-small";
    /// A fragment of odd length, or beyond 65 535 bytes.
    FragmentBounds = 41, Drop, "fragment-bounds";
    /// A later fragment whose first one did not pass here.
    FragmentUnknown = 42, Drop, "fragment-unknown";
    /// A later fragment that overlaps the first (RFC 5722).
    FragmentOverlap = 43, Drop, "fragment-overlap";

    /// TCP header cut short, or its data offset lies.
    TcpHeader = 44, Drop, "tcp-header";
    /// A combination of TCP control bits that no TCP sends.
    TcpFlags = 45, Drop, "tcp-flags";
    /// UDP header cut short.
    UdpHeader = 46, Drop, "udp-header";
    /// UDP length below 8 or beyond the packet.
    UdpLength = 47, Drop, "udp-length";
    /// ICMP header cut short.
    IcmpHeader = 48, Drop, "icmp-header";
}

/// Slots for reasons in the counters of an interface; the numbers above stay below it.
pub const REASONS: u32 = 64;
