//! The decision over the compiled image, on the host.

use sgfw::compile::HostTables;
use sgfw::model::{Direction, Side, Snapshot};
use sgfw_common::reason::Reason;
use sgfw_common::verdict::Hook;

/// The hook that meets a packet of this direction.
pub(crate) fn hook(side: Side, direction: Direction) -> Hook {
    match (side, direction) {
        (Side::Host, Direction::Ingress) | (Side::Port, Direction::Egress) => Hook::Received,
        (Side::Host, Direction::Egress) | (Side::Port, Direction::Ingress) => Hook::Sent,
    }
}

/// The interface's slot: its place among the names, from 1.
pub(crate) fn slot(policy: &Snapshot, interface: &str) -> u32 {
    let place = policy.interfaces.keys().position(|name| name == interface).unwrap();
    u32::try_from(place).unwrap() + 1
}

/// What the decision says of a frame.
pub(crate) fn judge(
    policy: &Snapshot,
    tables: &HostTables<'_>,
    interface: &str,
    direction: Direction,
    frame: &[u8],
    now: u64,
) -> Reason {
    tables.set_now(now);
    let hook = hook(policy.interfaces[interface].side, direction);
    let compiled = tables.interface(interface).unwrap();
    tables.judge(frame, &compiled, slot(policy, interface), hook)
}
