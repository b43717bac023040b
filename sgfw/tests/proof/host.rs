//! The decision over the compiled image, on the host.

use sgfw::compile::{Flows, HostTables, Image, compile};
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

/// An image and the flows that live under it.
#[derive(Debug)]
pub(crate) struct Host {
    image: Image,
    hertz: u32,
    flows: Flows,
}

impl Host {
    /// The policy, compiled, and no flow. The clock has so many ticks a second.
    pub(crate) fn new(policy: &Snapshot, hertz: u32) -> Self {
        Self { image: compile(policy).unwrap(), hertz, flows: Flows::default() }
    }

    /// The image in force.
    pub(crate) fn image(&self) -> &Image {
        &self.image
    }

    /// Puts another policy in force; flows stay.
    pub(crate) fn replace(&mut self, policy: &Snapshot) {
        self.image = compile(policy).unwrap();
    }

    /// What the decision says of a packet that the interface in this slot meets now.
    pub(crate) fn judge(&mut self, met: &Met<'_>, adopt_until: u64) -> Reason {
        let mut tables = HostTables::new(&self.image, self.hertz);
        tables.flows = std::mem::take(&mut self.flows);
        tables.set_now(met.now);
        tables.set_adopt_until(adopt_until);
        let compiled = tables.interface(met.interface).unwrap();
        let reason = tables.judge(met.frame, &compiled, met.slot, met.hook);
        self.flows = tables.flows;
        reason
    }
}

/// A frame as a hook meets it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Met<'a> {
    /// The interface's name.
    pub(crate) interface: &'a str,
    /// Its slot.
    pub(crate) slot: u32,
    /// The hook.
    pub(crate) hook: Hook,
    /// The frame.
    pub(crate) frame: &'a [u8],
    /// The clock, in ticks.
    pub(crate) now: u64,
}
