//! The rules of one interface, as look-ups. Rules only allow, so any partial look-up that says yes
//! decides, and the union of all of them is exact.

use crate::addr::Addr;
use crate::maps::{EGRESS, FlowKey, INGRESS, Interface, MemberCell, Rules, Tree, open};
use crate::packet::{Tuple, protocol};
use crate::tables::Tables;

/// The number a cell is asked for; see [`Rules`].
///
/// For TCP and UDP it is the port of the side that would be the server in this direction.
#[inline(always)]
pub(crate) const fn point(tuple: &Tuple, key: &FlowKey, direction: usize) -> u32 {
    let low = match tuple.protocol {
        protocol::TCP | protocol::UDP if direction == INGRESS => key.local_port,
        protocol::TCP | protocol::UDP => key.remote_port,
        _ => tuple.dport,
    };
    number(tuple.protocol, low)
}

#[inline(always)]
const fn number(protocol: u8, low: u16) -> u32 {
    ((protocol as u32) << 16) | low as u32
}

/// Whether the rules of one direction allow the point for the flow's remote address: by the rules for all
/// addresses, by the address's longest prefix, or by the groups it belongs to.
#[inline(always)]
pub(crate) fn admits<T: Tables>(tables: &T, rules: &Rules, v6: bool, key: &FlowKey, point: u32) -> bool {
    if tables.find32(any(rules, v6), point) != 0 {
        return true;
    }
    if tables.find32(prefix(tables, rules, v6, &key.remote), point) != 0 {
        return true;
    }
    rules.peers != 0 && tables.find32(members(tables, rules.peers, &key.remote), point) != 0
}

#[inline(always)]
const fn any(rules: &Rules, v6: bool) -> Tree {
    if v6 { rules.any6 } else { rules.any4 }
}

#[inline(always)]
fn prefix<T: Tables>(tables: &T, rules: &Rules, v6: bool, remote: &Addr) -> Tree {
    if v6 {
        Tree(tables.find128(rules.cidr6, remote.number6()))
    } else {
        Tree(tables.find32(rules.cidr4, remote.number4()))
    }
}

#[inline(always)]
fn members<T: Tables>(tables: &T, peers: u64, remote: &Addr) -> Tree {
    let set = tables.member(remote);
    if set == 0 {
        return Tree::NOTHING;
    }
    tables.member_cell(&MemberCell { peers, set })
}

/// F69: a rule for all addresses allows the flow, and the other direction allows all ports of all
/// addresses. Both directions of a flow give the same answer, with no state.
#[inline(always)]
pub(crate) fn untracked<T: Tables>(tables: &T, interface: &Interface, v6: bool, key: &FlowKey) -> bool {
    let bit = open_bit(key.protocol, v6);
    let [ingress, egress] = &interface.rules;
    (egress.open & bit != 0 && tables.find32(any(ingress, v6), number(key.protocol, key.local_port)) != 0)
        || (ingress.open & bit != 0 && tables.find32(any(egress, v6), number(key.protocol, key.remote_port)) != 0)
}

#[inline(always)]
const fn open_bit(protocol: u8, v6: bool) -> u32 {
    match (protocol == protocol::TCP, v6) {
        (true, false) => open::TCP4,
        (false, false) => open::UDP4,
        (true, true) => open::TCP6,
        (false, true) => open::UDP6,
    }
}

const _: () = assert!(INGRESS == 0 && EGRESS == 1, "a direction is the other's complement");
