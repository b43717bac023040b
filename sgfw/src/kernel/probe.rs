//! The loaded program over maps of its own, attached to nothing: what it would do with a packet, by
//! `BPF_PROG_TEST_RUN`. For proofs and for explaining.

mod beside;
mod live;

pub(super) use beside::forget_others;
pub use live::{Asked, LiveProbe};

use super::error::KernelError;
use super::execute;
use super::load;
use super::logged::{self, Clock, Counted, LoggedFlow};
use super::maps::{Maps, Table, hertz};
use super::paths::Paths;
use crate::compile::Image;
use crate::plan::{self, Attachment, Op, Running, Taken, Wanted};
use aya::programs::{Program, ProgramError, SchedClassifier, TestRun, TestRunOptions, Xdp};
use aya::{Ebpf, EbpfLoader};
use sgfw_common::logged::{Logged, LoggedKey};
use sgfw_common::maps::{Flow, FlowKey, Interface};
use sgfw_common::reason::{Reason, Verdict};
use sgfw_common::tables::Table as Kind;
use std::net::Ipv4Addr;

/// The device index that test runs show: the loopback device's.
const TEST_DEVICE: u32 = 1;

/// Which program to run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ProbeHook {
    /// XDP: the packet was received.
    Xdp,
    /// TC: the packet was received.
    TcIn,
    /// TC: the packet is being sent.
    TcOut,
}

impl ProbeHook {
    const fn program(self) -> &'static str {
        match self {
            Self::Xdp => "sgfw_xdp",
            Self::TcIn => "sgfw_tc_in",
            Self::TcOut => "sgfw_tc_out",
        }
    }
}

/// Programs and maps of a test.
pub struct Probe {
    object: Ebpf,
    maps: Maps,
    devices: Table<u32, u32>,
    clock: Table<u32, u64>,
    reason: Table<u32, u32>,
    step: Option<Table<u32, [u64; 3]>>,
    counted: Table<LoggedKey, Logged>,
    running: Running,
}

impl Probe {
    /// Loads everything, with a clock that is moved by hand, `hertz` ticks a second, and time 0.
    ///
    /// # Errors
    /// No privilege, or a program the verifier refuses.
    pub fn load(hertz: u32) -> Result<Self, KernelError> {
        Self::over(load::open_for_test()?, hertz)
    }

    /// The same with another object, as the benchmark has one, and the kernel's own clock.
    ///
    /// # Errors
    /// As [`Probe::load`].
    pub fn load_object(object: &[u8]) -> Result<Self, KernelError> {
        let object = EbpfLoader::new().load(object);
        Self::over(object.map_err(|error| KernelError::aya("load the BPF object", &error))?, hertz())
    }

    fn over(mut object: Ebpf, hertz: u32) -> Result<Self, KernelError> {
        for (_, program) in object.programs_mut() {
            let loaded = match program {
                Program::Xdp(program) => program.load(),
                Program::SchedClassifier(program) => program.load(),
                _ => Ok(()),
            };
            loaded.map_err(|error| KernelError::aya("load a program for a test", &error))?;
        }
        let maps = Maps::take(&mut object)?;
        let devices = Table::take(&mut object, "IFINDEX")?;
        let clock = Table::take(&mut object, "TEST_CLOCK")?;
        let reason = Table::take(&mut object, "TEST_REASON")?;
        let step = Table::take(&mut object, "STEP").ok();
        let counted = Table::take(&mut object, "LOGGED")?;
        let running = Running { hertz, ..Running::default() };
        Ok(Self { object, maps, devices, clock, reason, step, counted, running })
    }

    /// Puts a policy in place of the one before, by the very operations an apply would execute.
    ///
    /// # Errors
    /// The policy does not fit, or a map cannot be written.
    pub fn place(&mut self, image: &Image) -> Result<(), KernelError> {
        let wanted = Wanted { interfaces: image.interfaces.keys().enumerate().map(nowhere).collect() };
        let plan = plan::plan(&self.running, image, &wanted)
            .map_err(|error| KernelError::aya("plan a policy for a test", &error))?;
        for op in &plan.ops {
            if !matches!(op, Op::Attach { .. } | Op::Detach { .. } | Op::Replace { .. } | Op::Wait) {
                execute::operation(&Paths::default(), &self.maps, op)?;
            }
            self.running.apply(op);
        }
        for (name, slot) in &plan.slots {
            self.running.slots.entry(*slot).or_default().name = Some(name.clone());
        }
        Ok(())
    }

    /// The slot of an interface and its entry in force.
    pub fn interface(&self, name: &str) -> Option<(u32, Interface)> {
        let (slot, held) = self.running.slots.iter().find(|(_, held)| held.name.as_deref() == Some(name))?;
        Some((*slot, held.versions[self.running.active]))
    }

    /// Makes this interface the one that packets meet; none is a device without a policy.
    ///
    /// # Errors
    /// A map cannot be written.
    pub fn meet(&self, interface: Option<&str>) -> Result<(), KernelError> {
        let slot = interface.and_then(|name| self.interface(name)).map_or(0, |(slot, _)| slot);
        self.devices.set(&[(TEST_DEVICE, slot)])
    }

    /// Sets the clock.
    ///
    /// # Errors
    /// A map cannot be written.
    pub fn set_now(&self, ticks: u64) -> Result<(), KernelError> {
        self.clock.set(&[(0, ticks)])
    }

    /// Sets the end of the adoption window of an interface.
    ///
    /// # Errors
    /// A map cannot be written.
    pub fn set_adopt_until(&self, interface: &str, ticks: u64) -> Result<(), KernelError> {
        let slot = self.interface(interface).map_or(0, |(slot, _)| slot);
        self.maps.adopt.set(&[(slot, ticks)])
    }

    /// Counts this for flow logs, of all interfaces.
    ///
    /// # Errors
    /// A map cannot be written.
    pub fn count(&self, wanted: Counted) -> Result<(), KernelError> {
        let Some(words) = &self.maps.logs else { return Ok(()) };
        words.set(&self.running.slots.keys().map(|slot| (*slot, wanted.bits())).collect::<Vec<_>>())
    }

    /// Takes what was counted, with times in seconds of the clock at `now`.
    ///
    /// # Errors
    /// A map cannot be read or written.
    pub fn take_counted(&self, now: u64) -> Result<Vec<LoggedFlow>, KernelError> {
        let hertz = u64::from(self.running.hertz.max(1));
        let clock = Clock { ticks: now, hertz, milliseconds: now.saturating_mul(1000) / hertz };
        logged::take(&self.counted, |_| true, &clock)
    }

    /// Forgets all flows.
    ///
    /// # Errors
    /// A map cannot be written.
    pub fn forget_flows(&self) -> Result<(), KernelError> {
        for table in self.maps.flows() {
            let keys: Vec<FlowKey> = table.all()?.into_iter().map(|(key, _)| key).collect();
            table.delete(&keys)?;
        }
        Ok(())
    }

    /// All flows of a table.
    ///
    /// # Errors
    /// A map cannot be read.
    pub fn flows(&self, table: Kind) -> Result<Vec<(FlowKey, Flow)>, KernelError> {
        let [tcp, half_open, other, fragments] = self.maps.flows();
        match table {
            Kind::Tcp => tcp.all(),
            Kind::HalfOpen => half_open.all(),
            Kind::Other => other.all(),
            Kind::Fragments => fragments.all(),
        }
    }

    /// Runs one packet of at least 14 bytes: what becomes of it, and why.
    ///
    /// # Errors
    /// The kernel refuses the run, or a frame it cannot make a packet of.
    pub fn run(&self, hook: ProbeHook, frame: &[u8]) -> Result<(Verdict, Reason), KernelError> {
        let failed = |error: ProgramError| KernelError::aya("run a program for a test", &error);
        let options = TestRunOptions { data_in: Some(frame), ..TestRunOptions::default() };
        let ran = match hook {
            ProbeHook::Xdp => self.xdp()?.test_run(options),
            ProbeHook::TcIn | ProbeHook::TcOut => self.tc(hook.program())?.test_run(options),
        };
        answer(hook, ran.map_err(failed)?.return_value, &self.reason)
    }

    /// What the benchmark's step changes from run to run: `ports` source ports in turn, and the bits of
    /// `addresses` in the source address, the others being those of `base`.
    ///
    /// # Errors
    /// The object has no step.
    pub fn set_step(&self, ports: u32, addresses: Ipv4Addr, base: Ipv4Addr) -> Result<(), KernelError> {
        let word = |address: Ipv4Addr| u64::from(u32::from_ne_bytes(address.octets()));
        let step = [0, u64::from(ports) | word(addresses) << 32, word(base)];
        self.step.as_ref().ok_or_else(|| missing("STEP"))?.set(&[(0, step)])
    }

    /// Runs a program of the object many times over one packet: nanoseconds a run, as the kernel counts them.
    ///
    /// # Errors
    /// The kernel refuses the run.
    pub fn time(&self, program: &'static str, frame: &[u8], repeat: u32) -> Result<(u32, u32), KernelError> {
        let options = || TestRunOptions { data_in: Some(frame), repeat, ..TestRunOptions::default() };
        let result = match self.object.program(program) {
            Some(Program::Xdp(program)) => program.test_run(options()),
            Some(Program::SchedClassifier(program)) => program.test_run(options()),
            _ => return Err(missing(program)),
        };
        let result = result.map_err(|error| KernelError::aya("run a program for a measurement", &error))?;
        Ok((result.return_value, u32::try_from(result.duration.as_nanos()).unwrap_or(u32::MAX)))
    }

    fn xdp(&self) -> Result<&Xdp, KernelError> {
        let name = ProbeHook::Xdp.program();
        let program = self.object.program(name).map(<&Xdp>::try_from);
        program.and_then(Result::ok).ok_or_else(|| missing(name))
    }

    fn tc(&self, name: &'static str) -> Result<&SchedClassifier, KernelError> {
        let program = self.object.program(name).map(<&SchedClassifier>::try_from);
        program.and_then(Result::ok).ok_or_else(|| missing(name))
    }

    /// Instructions the verifier walked for each program.
    pub fn verified_instructions(&self) -> Vec<(String, u32)> {
        let count = |program: &Program| program.info().ok()?.verified_instruction_count();
        self.object.programs().filter_map(|(name, program)| Some((name.to_owned(), count(program)?))).collect()
    }
}

impl std::fmt::Debug for Probe {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Probe").field("running", &self.running.slots).finish_non_exhaustive()
    }
}

/// What a return code and the reason that the program left say.
fn answer(hook: ProbeHook, code: u32, reason: &Table<u32, u32>) -> Result<(Verdict, Reason), KernelError> {
    // XDP_PASS is 2, TC_ACT_UNSPEC is -1.
    let pass = if hook == ProbeHook::Xdp { 2 } else { u32::MAX };
    let verdict = if code == pass { Verdict::Pass } else { Verdict::Drop };
    let number = reason.get(&0)?.unwrap_or(u32::MAX);
    let reason = Reason::ALL.iter().find(|reason| **reason as u32 == number).copied();
    reason.map(|reason| (verdict, reason)).ok_or_else(|| KernelError::Aya {
        what: "run a program for a test".into(),
        error: format!("it left reason {number}"),
    })
}

fn missing(program: &'static str) -> KernelError {
    KernelError::Program { program, error: "it is not in the object".into() }
}

/// An attachment that is never executed; each interface needs one of its own.
fn nowhere((index, name): (usize, &String)) -> (String, Attachment) {
    let ifindex = u32::try_from(index + 2).unwrap_or(u32::MAX);
    (name.clone(), Attachment { device: name.clone(), ifindex, netns: None, taken: Taken::Tcx })
}
