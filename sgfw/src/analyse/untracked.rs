//! What is not tracked because rules for everybody meet in both directions (F69), as sets.

use super::family::Family;
use super::ranges::Ranges;
use super::space::Spaces;
use super::traffic;
use crate::model::{Direction, Interface, Peer, PortRange, Traffic};
use ipnet::IpNet;

/// TCP and UDP that can be begun in this direction without being tracked, whatever the source port: a rule of the
/// direction allows it for everybody, and the other direction allows everybody all ports of the protocol.
pub(super) fn begun(spaces: &Spaces<'_>, interface: &Interface, direction: Direction, family: Family) -> Ranges {
    let back = for_everybody(spaces, interface, direction.other(), family);
    let mut begun = Ranges::default();
    for all in [Traffic::Tcp(PortRange::ALL), Traffic::Udp(PortRange::ALL)] {
        let all = traffic::set(all, family);
        if all.is_within(&back) {
            begun = begun.union(&for_everybody(spaces, interface, direction, family).intersection(&all));
        }
    }
    begun
}

/// What rules for 0.0.0.0/0 or ::/0, said in one block, allow.
fn for_everybody(spaces: &Spaces<'_>, interface: &Interface, direction: Direction, family: Family) -> Ranges {
    let snapshot = spaces.snapshot();
    let all = |block: &IpNet| block.prefix_len() == 0 && Family::of(block.network()) == family;
    let is_everybody = |peer: &Peer| match peer {
        Peer::Cidr(block) => all(block),
        Peer::PrefixList(name) => {
            snapshot.prefix_lists.get(name).is_some_and(|list| list.entries.iter().any(|entry| all(&entry.block)))
        }
        Peer::Group(_) => false,
    };
    let groups = interface.groups.iter().filter_map(|name| snapshot.groups.get(name));
    let rules = groups.flat_map(|group| group.rules(direction)).filter(|rule| is_everybody(&rule.peer));
    rules.fold(Ranges::default(), |all, rule| all.union(&traffic::set(rule.traffic, family)))
}
