//! One policy in front of all who judge: they see the same packets at the same times, and must agree.

use super::host::{Host, Met, hook};
use super::kernel::{self, Kernel};
use sgfw::model::{Direction, Snapshot};
use sgfw::policy;
use sgfw::reference::Model;
use sgfw_common::reason::Reason;

/// When every trial begins: some ticks after the clock did.
const BEGIN: u64 = 1_000_000;

/// A policy, the model, and the subjects that are compared with it.
#[derive(Debug)]
pub(crate) struct Trial {
    policy: Snapshot,
    seed: u64,
    hertz: u32,
    now: u64,
    adopt_until: u64,
    model: Model,
    host: Host,
    kernel: Option<Kernel>,
}

impl Trial {
    /// A policy without any flow. `seed` is what a failure names; the clock has `hertz` ticks a second.
    pub(crate) fn new(policy: Snapshot, seed: u64, hertz: u32) -> Self {
        let model = Model::new(policy.clone(), hertz.into());
        let host = Host::new(&policy, hertz);
        Self { policy, seed, hertz, now: BEGIN, adopt_until: 0, model, host, kernel: None }
    }

    /// The same, and the loaded program beside the others.
    pub(crate) fn with_kernel(policy: Snapshot, seed: u64, mut kernel: Kernel) -> Self {
        let trial = Self::new(policy, seed, kernel::HERTZ);
        let now = kernel.begin();
        kernel.place(trial.host.image());
        for interface in trial.policy.interfaces.keys() {
            kernel.adopt_until(interface, 0);
        }
        Self { now, kernel: Some(kernel), ..trial }
    }

    /// The policy in force.
    pub(crate) fn policy(&self) -> &Snapshot {
        &self.policy
    }

    /// Opens the adoption window of all interfaces for so many seconds from now.
    pub(crate) fn adopt_for(&mut self, seconds: u64) {
        self.adopt(self.now + seconds * u64::from(self.hertz));
    }

    fn adopt(&mut self, until: u64) {
        self.adopt_until = until;
        for interface in self.policy.interfaces.keys() {
            self.model.adopt_until(interface, self.adopt_until);
            if let Some(kernel) = &mut self.kernel {
                kernel.adopt_until(interface, self.adopt_until);
            }
        }
    }

    /// Puts another policy for the same interfaces in force; flows stay, adoption windows end (F75).
    pub(crate) fn replace(&mut self, policy: Snapshot) {
        self.host.replace(&policy);
        if let Some(kernel) = &mut self.kernel {
            kernel.place(self.host.image());
        }
        self.model.replace(policy.clone());
        self.policy = policy;
        self.adopt(0);
    }

    /// Lets so many seconds pass, and ticks.
    pub(crate) fn wait(&mut self, seconds: u64, ticks: u64) {
        self.now += seconds * u64::from(self.hertz) + ticks;
    }

    /// What the packet meets with, on which all agree; fails with all that is needed to see why they do not.
    pub(crate) fn packet(&mut self, interface: &str, direction: Direction, frame: &[u8]) -> Reason {
        let side = self.policy.interfaces[interface].side;
        let met = Met { interface, slot: self.slot(interface), hook: hook(side, direction), frame, now: self.now };
        let reference = self.model.packet(interface, direction, frame, self.now);
        let host = self.host.judge(&met, self.adopt_until);
        if reference != host {
            self.disagree(&met, direction, reference, &format!("the host says {host:?}"));
        }
        let kernel =
            self.kernel.as_mut().and_then(|kernel| kernel.judge(&self.policy.interfaces[interface], direction, &met));
        if kernel.is_some_and(|reason| reason != reference) {
            self.disagree(&met, direction, reference, &format!("the kernel says {kernel:?}"));
        }
        reference
    }

    /// Flow logs counted all of it.
    pub(crate) fn check_counts(&mut self) {
        if let Some(kernel) = &mut self.kernel {
            kernel.check_counts();
        }
    }

    /// An interface's slot: its place among the names, from 1.
    fn slot(&self, interface: &str) -> u32 {
        let place = self.policy.interfaces.keys().position(|name| name == interface).unwrap();
        u32::try_from(place).unwrap() + 1
    }

    fn disagree(&self, met: &Met<'_>, direction: Direction, reference: Reason, other: &str) {
        let hex: String = met.frame.iter().map(|byte| format!("{byte:02x}")).collect();
        panic!(
            "{}\n{} {direction} at {}: {hex}\nthe reference says {reference:?}, {other}\nSGFW_PROOF_SEED={}",
            policy::emit(&self.policy),
            met.interface,
            met.now,
            self.seed
        );
    }
}
