//! The loaded program over the real maps, by `BPF_PROG_TEST_RUN`.
//!
//! One set of programs and maps serves all tests of a binary, one after the other. Flows of earlier trials are
//! not deleted: every trial begins when the last one's flows have long idled out.

use super::host::Met;
use super::ledger::Ledger;
use super::report::skip;
use sgfw::compile::Image;
use sgfw::kernel::{Counted, Probe, ProbeHook};
use sgfw::model::{Direction, Interface};
use sgfw_common::reason::Reason;
use sgfw_common::verdict::Hook;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

/// Ticks a second of its clock.
pub(crate) const HERTZ: u32 = 250;
/// Seconds between two trials: longer than any flow lives.
const PAUSE: u64 = 1_000_000;

/// Which program meets what the device receives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Receiver {
    Xdp,
    Tc,
}

/// The kernel, for one trial.
#[derive(Debug)]
pub(crate) struct Kernel {
    state: MutexGuard<'static, State>,
    receiver: Receiver,
    begin: u64,
    met: Option<String>,
    /// What flow logs should count, where a trial looks at that.
    ledger: Option<Ledger>,
}

#[derive(Debug)]
struct State {
    probe: Probe,
    /// When the last packet came.
    now: u64,
}

/// The kernel, with what it receives met by this program; none, and a word about it, where it may not be used.
pub(crate) fn kernel(test: &str, receiver: Receiver) -> Option<Kernel> {
    static STATE: OnceLock<Option<Mutex<State>>> = OnceLock::new();
    let load = || match Probe::load(HERTZ) {
        Ok(probe) => Some(Mutex::new(State { probe, now: 0 })),
        Err(error) => {
            assert!(!is_root(), "root cannot load the programs: {error}");
            skip(test, &format!("the loaded program is not asked: {error}"));
            None
        }
    };
    let state = STATE.get_or_init(load).as_ref()?.lock().unwrap_or_else(PoisonError::into_inner);
    let begin = state.now + PAUSE * u64::from(HERTZ);
    Some(Kernel { state, receiver, begin, met: None, ledger: None })
}

/// Whether this is root with all it may do, so that a failure is one.
fn is_root() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let effective = status.lines().find_map(|line| line.strip_prefix("CapEff:")).map(str::trim);
    // CAP_NET_ADMIN, CAP_PERFMON and CAP_BPF.
    let needed = (1 << 12) | (1 << 38) | (1 << 39);
    effective.and_then(|mask| u64::from_str_radix(mask, 16).ok()).is_some_and(|mask| mask & needed == needed)
}

impl Kernel {
    /// When this trial begins, in ticks.
    pub(crate) fn begin(&self) -> u64 {
        self.begin
    }

    /// Puts a policy in force.
    pub(crate) fn place(&mut self, image: &Image) {
        self.state.probe.place(image).unwrap();
        let counts = self.ledger.is_some();
        self.state.probe.count(Counted { accepted: counts, refused: counts }).unwrap();
        self.met = None;
    }

    /// Sets the end of an interface's adoption window.
    pub(crate) fn adopt_until(&mut self, interface: &str, tick: u64) {
        self.state.probe.set_adopt_until(interface, tick).unwrap();
    }

    /// What the program says of a packet; none for one that is too short for the kernel to make a packet of.
    pub(crate) fn judge(&mut self, interface: &Interface, direction: Direction, met: &Met<'_>) -> Option<Reason> {
        let hook = match (met.hook, self.receiver) {
            (Hook::Received, Receiver::Xdp) => ProbeHook::Xdp,
            (Hook::Received, Receiver::Tc) => ProbeHook::TcIn,
            (Hook::Sent, _) => ProbeHook::TcOut,
        };
        if met.frame.len() < shortest(hook, met.frame) {
            return None;
        }
        self.prepare(met);
        let (verdict, reason) =
            self.state.probe.run(hook, met.frame).unwrap_or_else(|error| {
                panic!("{hook:?} refuses {} bytes {:02x?}: {error}", met.frame.len(), met.frame)
            });
        assert_eq!(verdict, reason.verdict(), "{hook:?} says {reason:?}");
        if let Some(ledger) = &mut self.ledger {
            ledger.add(interface, met, direction, reason, HERTZ.into());
        }
        Some(reason)
    }

    /// Has everything counted for flow logs from the next policy on.
    pub(crate) fn counting(self) -> Self {
        self.state.probe.take_counted(0).unwrap();
        Self { ledger: Some(Ledger::default()), ..self }
    }

    /// Flow logs counted what was met, no more and no less.
    pub(crate) fn check_counts(&mut self) {
        if let Some(ledger) = self.ledger.take() {
            ledger.assert_is(self.state.probe.take_counted(self.state.now).unwrap());
        }
    }

    /// The interface and the time that the next packet meets.
    fn prepare(&mut self, met: &Met<'_>) {
        if self.met.as_deref() != Some(met.interface) {
            self.state.probe.meet(Some(met.interface)).unwrap();
            self.met = Some(met.interface.to_owned());
        }
        if self.state.now != met.now {
            self.state.probe.set_now(met.now).unwrap();
            self.state.now = met.now;
        }
    }
}

/// What a test run wants at least: an Ethernet header, and for TC the IP header that it announces.
fn shortest(hook: ProbeHook, frame: &[u8]) -> usize {
    match (hook, frame.get(12..14)) {
        (ProbeHook::Xdp, _) => 14,
        (_, Some([0x08, 0x00])) => 14 + 20,
        (_, Some([0x86, 0xdd])) => 14 + 40,
        _ => 15,
    }
}
