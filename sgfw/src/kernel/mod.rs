//! The only room that knows aya and the kernel: load, pin, attach, read back, execute a plan.
//!
//! Everything that enforces lies pinned under one directory of the BPF file system, so that no process has to
//! stay. Its layout's version is in the path:
//!
//! ```text
//! /sys/fs/bpf/sgfw/v1/maps/NAME                    the maps that all programs share
//! /sys/fs/bpf/sgfw/v1/netns/INODE/maps/NAME        the maps of one network namespace: device index to slot
//! /sys/fs/bpf/sgfw/v1/netns/INODE/programs/NAME    the programs that read them
//! /sys/fs/bpf/sgfw/v1/netns/INODE/links/SLOT-HOOK  what is attached
//! /sys/fs/bpf/sgfw/v1/questions/DIGEST/            programs and maps that `explain` asks; nothing is attached to them
//! ```
//!
//! This room sees no group's name and no YAML; it is given [`crate::plan`] values and gives them back.

mod attach;
mod counters;
mod devices;
mod error;
mod execute;
mod flows;
pub mod host;
mod layout;
mod load;
mod log;
mod logged;
mod maps;
mod namespace;
mod paths;
mod probe;
mod read;
mod sweep;
#[expect(unsafe_code, reason = "the BPF system calls that aya does not wrap: batches, and membarrier")]
mod sys;

pub use counters::{CounterRow, Fill};
pub use devices::{Binding, Resolved, Why, resolve};
pub use error::KernelError;
pub use flows::LiveFlow;
pub use log::{DropLog, LogLine, LoggedPacket};
pub use logged::{Counted, FlowCounts, LoggedFlow, Turned};
pub use namespace::within;
pub use paths::Paths;
pub use probe::{Asked, LiveProbe, Probe, ProbeHook};

use crate::model::Direction;
use crate::plan::{Attachment, Op, Plan, Running, Taken};
use maps::Maps;
use std::collections::BTreeMap;

/// The pinned maps and programs of one pin directory.
#[derive(Debug)]
pub struct Kernel {
    paths: Paths,
    maps: Maps,
}

impl Kernel {
    /// What runs under these paths, or none if nothing was ever applied there.
    ///
    /// # Errors
    /// No privilege, or pins of another layout.
    pub fn open(paths: &Paths) -> Result<Option<Self>, KernelError> {
        if !paths.exists()? {
            return Ok(None);
        }
        layout::check(paths)?;
        Ok(Some(Self { paths: paths.clone(), maps: Maps::open(paths)? }))
    }

    /// The same, made if it is not there: the BPF file system is mounted and the maps are created. Nothing is
    /// attached by it.
    ///
    /// # Errors
    /// As [`Kernel::open`], and whatever keeps the kernel from creating maps.
    pub fn open_or_create(paths: &Paths) -> Result<Self, KernelError> {
        paths.prepare()?;
        if paths.exists()? {
            layout::check(paths)?;
        }
        load::create_maps(paths)?;
        paths.hand_over()?;
        let kernel = Self { paths: paths.clone(), maps: Maps::open(paths)? };
        kernel.maps.introduce()?;
        Ok(kernel)
    }

    /// What a kernel holds where nothing was ever applied.
    pub fn nothing() -> Running {
        Running { hertz: maps::hertz(), ..Running::default() }
    }

    /// Whether another version's programs judge, which [`Kernel::renew`] would replace.
    pub fn outdated(&self) -> bool {
        load::outdated(&self.paths).next().is_some()
    }

    /// Puts this version's programs in place of another's, link by link, over the same maps: flows stay, and
    /// nothing is ever detached. Says whether there was anything to replace.
    ///
    /// # Errors
    /// A program that the kernel refuses or that does not run; the old ones stay.
    pub fn renew(&self) -> Result<bool, KernelError> {
        let outdated: Vec<u64> = load::outdated(&self.paths).collect();
        outdated.iter().try_for_each(|netns| load::ensure(&self.paths, *netns))?;
        self.paths.hand_over()?;
        Ok(!outdated.is_empty())
    }

    /// The generation in force; 0 if nothing was ever applied.
    ///
    /// # Errors
    /// A map that cannot be read.
    pub fn generation(&self) -> Result<u64, KernelError> {
        let version = self.maps.active.get(&0)?.unwrap_or(0) & 1;
        Ok(self.maps.meta()?.generation[usize::from(version == 1)])
    }

    /// What the kernel holds. `known` tells how slots were named and attached by the last apply.
    ///
    /// # Errors
    /// A map that cannot be read.
    pub fn running(&self, known: &BTreeMap<u32, (String, Attachment)>) -> Result<Running, KernelError> {
        read::running(&self.paths, &self.maps, known)
    }

    /// What is attached, as [`Running::attachments`].
    ///
    /// # Errors
    /// A map or a link that cannot be read.
    pub fn attachments(
        &self,
        known: &BTreeMap<u32, (String, Attachment)>,
    ) -> Result<BTreeMap<u32, Attachment>, KernelError> {
        read::attachments(&self.paths, known)
    }

    /// Hooks the devices that a plan attaches, without putting them under any policy: what a device refuses, it
    /// refuses before the policy changes. [`Kernel::execute`] comes next, or [`Kernel::abandon`].
    ///
    /// # Errors
    /// A device or a program that the kernel refuses; then nothing is hooked.
    pub fn prepare(&self, plan: &Plan) -> Result<(), KernelError> {
        let leaving = |slot: &u32| plan.ops.iter().any(|op| matches!(op, Op::Detach { slot: it, .. } if it == slot));
        for op in &plan.ops {
            // A slot that still serves another device is not free yet.
            if let Op::Attach { slot, attachment } = op
                && !leaving(slot)
                && let Err(error) = attach::prepare(&self.paths, *slot, attachment)
            {
                self.abandon()?;
                return Err(error);
            }
        }
        Ok(())
    }

    /// Unhooks what [`Kernel::prepare`] hooked.
    ///
    /// # Errors
    /// A pin that cannot be removed.
    pub fn abandon(&self) -> Result<(), KernelError> {
        sweep::all(&self.paths)
    }

    /// Executes a plan, operation by operation; `before` is called before each.
    ///
    /// # Errors
    /// The operation that failed and why. What was done before stays: the old policy is in force unless
    /// [`Op::Flip`] was among it.
    pub fn execute(&self, plan: &Plan, before: &mut dyn FnMut(usize, &Op)) -> Result<(), KernelError> {
        for (index, op) in plan.ops.iter().enumerate() {
            before(index, op);
            execute::operation(&self.paths, &self.maps, op)?;
        }
        if plan.is_empty() {
            return Ok(());
        }
        if plan.ops.iter().any(Op::is_about_hooks) {
            sweep::all(&self.paths)?;
        }
        self.paths.hand_over()
    }

    /// Packets and bytes by slot and reason, over all CPUs; only what is not zero.
    ///
    /// # Errors
    /// A map that cannot be read.
    pub fn counters(&self) -> Result<Vec<CounterRow>, KernelError> {
        counters::rows(&self.maps)
    }

    /// How full each map is.
    ///
    /// # Errors
    /// A map that cannot be read.
    pub fn fill(&self) -> Result<Vec<Fill>, KernelError> {
        counters::fill(&self.maps)
    }

    /// All flows that are still alive.
    ///
    /// # Errors
    /// A map that cannot be read.
    pub fn flows(&self) -> Result<Vec<LiveFlow>, KernelError> {
        flows::live(&self.paths, &self.maps)
    }

    /// The programs of one interface, to be asked about packets that go these ways, beside those that are attached:
    /// nothing live changes. Programs that are not pinned for it yet are, until [`Kernel::remove`].
    ///
    /// # Errors
    /// No privilege, or a map that cannot be opened.
    pub fn probe(&self, at: (u32, Taken), ways: &[Direction]) -> Result<LiveProbe, KernelError> {
        let probe = LiveProbe::open(&self.paths, &self.maps, at, ways)?;
        self.paths.hand_over()?;
        Ok(probe)
    }

    /// What is counted for flow logs; none where the programs in force are of an sgfw that has none.
    ///
    /// # Errors
    /// A map that cannot be opened.
    pub fn flow_counts(&self) -> Result<Option<FlowCounts>, KernelError> {
        FlowCounts::open(&self.paths, &self.maps)
    }

    /// Counts nothing of these slots for flow logs, until it is asked for again.
    ///
    /// # Errors
    /// A map that cannot be written.
    pub fn forget_counts(&self, slots: &[u32]) -> Result<(), KernelError> {
        logged::forget(&self.maps, slots)
    }

    /// Turns the log of drops on.
    ///
    /// # Errors
    /// The ring buffer cannot be read.
    pub fn log(self) -> Result<DropLog, KernelError> {
        DropLog::start(&self.paths, self.maps)
    }

    /// Removes every pin of this directory, once nothing is attached any more.
    ///
    /// # Errors
    /// A pin that cannot be removed.
    pub fn remove(self) -> Result<(), KernelError> {
        self.paths.remove()
    }
}
