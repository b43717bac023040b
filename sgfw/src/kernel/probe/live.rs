//! The loaded program over the maps in force, without a trace: what it would do with a packet.
//!
//! The same object as the one attached is loaded once more, attached to nothing. Rules, members and the word ACTIVE
//! are the pinned maps themselves, which no program ever writes. Whatever a packet may change is a map of its own:
//! flow tables, counters, the log, and a copy of the interface's entry. So no live connection sees a question, no
//! counter moves, and a flow that a question speaks of is opened in the tables of its own.

use super::beside::Beside;
use super::{ProbeHook, TEST_DEVICE, answer};
use crate::kernel::error::KernelError;
use crate::kernel::maps::Maps;
use crate::kernel::paths::Paths;
use crate::model::Direction;
use crate::plan::Taken;
use sgfw_common::maps::{EGRESS, INGRESS, Interface, Rules, Tree, flag};
use sgfw_common::reason::{Reason, Verdict};

/// The slot of the interface that is asked about, beside those in force.
const SLOT: u32 = 1;
/// The time at which everything happens, in ticks: late enough that nothing is older.
const NOW: u64 = 1 << 32;

/// A packet for the program.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// Which way it goes, as the instance sees it.
    pub direction: Direction,
    /// Its bytes, at least an Ethernet header long.
    pub frame: &'a [u8],
    /// Whether it opens a flow that was let begin earlier, whatever the rules say.
    pub opens: bool,
}

/// The program of one interface over the maps in force.
#[derive(Debug)]
pub struct LiveProbe {
    beside: Beside,
    taken: Taken,
    /// The entry in force, of the version that is.
    entry: Interface,
    version: u32,
}

impl LiveProbe {
    /// For packets that go these ways: each way has a program, and loading one takes its time.
    pub(in crate::kernel) fn open(
        paths: &Paths,
        maps: &Maps,
        (slot, taken): (u32, Taken),
        ways: &[Direction],
    ) -> Result<Self, KernelError> {
        let version = maps.active.get(&0)?.unwrap_or(0) & 1;
        let entry = maps.interfaces.get(&(slot * 2 + version))?.unwrap_or_default();
        let hooks = ways.iter().map(|way| hook(&entry, taken, *way)).collect();
        Ok(Self { beside: Beside::open(paths, &hooks)?, taken, entry, version })
    }

    /// Runs packets one after the other, flows remembered: what becomes of the last one, and why. The next call
    /// begins without flows.
    ///
    /// # Errors
    /// The kernel refuses a run, or there is no packet.
    pub fn ask(&self, packets: &[Asked<'_>]) -> Result<(Verdict, Reason), KernelError> {
        let _held = self.beside.hold()?;
        self.beside.forget_flows()?;
        self.beside.devices.set(&[(TEST_DEVICE, SLOT)])?;
        self.beside.clock.set(&[(0, NOW)])?;
        let mut last = None;
        for packet in packets {
            let entry = if packet.opens { opening(self.entry, packet.direction) } else { self.entry };
            self.beside.interfaces.set(&[(SLOT * 2 + self.version, entry)])?;
            let hook = hook(&self.entry, self.taken, packet.direction);
            let code = self.beside.run(hook, packet.frame)?;
            last = Some(answer(hook, code, &self.beside.reason)?);
        }
        last.ok_or_else(|| KernelError::Aya { what: "ask the program".into(), error: "no packet is given".into() })
    }
}

/// The hook that meets what goes this way.
const fn hook(entry: &Interface, taken: Taken, direction: Direction) -> ProbeHook {
    let port = entry.flags & flag::PORT != 0;
    let received = matches!(direction, Direction::Ingress) != port;
    match taken {
        _ if !received => ProbeHook::TcOut,
        Taken::Xdp | Taken::XdpGeneric => ProbeHook::Xdp,
        Taken::Tcx | Taken::Clsact => ProbeHook::TcIn,
    }
}

/// The entry with rules that let everything begin in one direction and nothing in the other, so that it is tracked.
fn opening(entry: Interface, direction: Direction) -> Interface {
    let mut rules = [Rules::default(); 2];
    let place = if direction == Direction::Ingress { INGRESS } else { EGRESS };
    rules[place] = Rules { any4: Tree::EVERYTHING, any6: Tree::EVERYTHING, ..Rules::default() };
    let never = flag::ARP | flag::NEIGHBOUR_DISCOVERY | flag::DHCP | flag::MULTICAST_CONTROL;
    Interface { rules, flags: entry.flags & !(flag::SOURCE_CHECK | never), ..entry }
}
