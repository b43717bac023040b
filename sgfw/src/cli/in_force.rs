//! What is in force, as verbs ask for it.

use super::context::Context;
use super::failure::Failure;
use super::table::list;
use crate::control;
use crate::kernel::Kernel;
use std::collections::BTreeSet;
use std::ops::{Deref, DerefMut};

/// What the kernel holds, and what it was called.
#[derive(Debug)]
pub(super) struct InForce(control::InForce);

impl Deref for InForce {
    type Target = control::InForce;
    fn deref(&self) -> &control::InForce {
        &self.0
    }
}

impl DerefMut for InForce {
    fn deref_mut(&mut self) -> &mut control::InForce {
        &mut self.0
    }
}

impl InForce {
    pub(super) fn read(context: &Context) -> Result<Self, Failure> {
        Ok(Self(control::InForce::read(&context.paths, &context.store)?))
    }

    /// The kernel's maps, where a policy was applied.
    pub(super) fn take_kernel(&mut self) -> Result<Kernel, Failure> {
        self.kernel.take().ok_or_else(|| {
            Failure::new(
                "no policy is in force",
                "`sgfw apply FILE` puts one in force; `sgfw plan FILE` shows what it does",
            )
        })
    }

    /// The slot of the interface or device with this name.
    pub(super) fn slot(&self, name: &str) -> Result<u32, Failure> {
        let attached = self.running.attachments.iter().map(|(slot, it)| (*slot, it.device.as_str()));
        let record = self.record.iter().flat_map(|record| &record.slots);
        let named = record.map(|(slot, place)| (*slot, place.interface.as_str()));
        let all: Vec<(u32, &str)> = named.chain(attached).collect();
        let found = all.iter().find(|(_, known)| *known == name);
        found.map(|(slot, _)| *slot).ok_or_else(|| {
            let names: BTreeSet<&str> = all.iter().map(|(_, known)| *known).collect();
            Failure::new(
                format!("there is no interface or device {name:?} in force"),
                format!("there are: {}", list(names)),
            )
        })
    }
}
