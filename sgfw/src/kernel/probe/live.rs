//! The loaded program over the maps in force, without a trace: what it would do with a packet.
//!
//! The same object as the one attached is loaded once more, attached to nothing. Rules, members and the word ACTIVE
//! are the pinned maps themselves, which no program ever writes. Whatever a packet may change is a map of its own:
//! flow tables, counters, the log, and a copy of the interface's entry. So no live connection sees a question, no
//! counter moves, and a flow that a question speaks of is opened in the tables of its own.

use super::{Probe, ProbeHook, TEST_DEVICE, missing};
use crate::kernel::error::KernelError;
use crate::kernel::load;
use crate::kernel::maps::{Maps, Table};
use crate::kernel::paths::Paths;
use crate::model::Direction;
use crate::plan::{Running, Taken};
use aya::programs::Program;
use sgfw_common::maps::{EGRESS, INGRESS, Interface, Rules, Tree, flag};
use sgfw_common::reason::{Reason, Verdict};
use std::collections::BTreeSet;

/// The maps that are shared with what is attached.
const IN_FORCE: [&str; 5] = ["ACTIVE", "NODES32", "NODES128", "MEMBERS", "MEMBER_CELLS"];
/// The maps that a few packets do not fill, and how many entries they need.
const SMALL: [(&str, u32); 9] = [
    ("CT_TCP4", 256),
    ("CT_TCP6", 256),
    ("CT_HALF_OPEN4", 256),
    ("CT_HALF_OPEN6", 256),
    ("CT_OTHER4", 256),
    ("CT_OTHER6", 256),
    ("CT_FRAGMENTS4", 256),
    ("CT_FRAGMENTS6", 256),
    ("COUNTERS", 1),
];
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
    probe: Probe,
    slot: u32,
    taken: Taken,
    /// The entry in force, of the version that is.
    entry: Interface,
    version: u32,
}

impl LiveProbe {
    /// For packets that go these ways: each way has a program, and loading one takes its time.
    pub(in crate::kernel) fn open(
        paths: &Paths,
        (slot, taken): (u32, Taken),
        ways: &[Direction],
    ) -> Result<Self, KernelError> {
        let live = Maps::open(paths)?;
        let version = live.active.get(&0)?.unwrap_or(0) & 1;
        let entry = live.interfaces.get(&(slot * 2 + version))?.unwrap_or_default();
        let mut object = load::open_beside(paths, &IN_FORCE, &SMALL)?;
        for hook in ways.iter().map(|way| hook(&entry, taken, *way)).collect::<BTreeSet<_>>() {
            match object.program_mut(hook.program()) {
                Some(Program::Xdp(program)) => program.load(),
                Some(Program::SchedClassifier(program)) => program.load(),
                _ => return Err(missing(hook.program())),
            }
            .map_err(|error| KernelError::aya("load a program for a question", &error))?;
        }
        let maps = Maps::take(&mut object)?;
        let devices = Table::take(&mut object, "IFINDEX")?;
        let clock = Table::take(&mut object, "TEST_CLOCK")?;
        let reason = Table::take(&mut object, "TEST_REASON")?;
        let probe = Probe { object, maps, devices, clock, reason, step: None, running: Running::default() };
        probe.devices.set(&[(TEST_DEVICE, slot)])?;
        probe.set_now(NOW)?;
        Ok(Self { probe, slot, taken, entry, version })
    }

    /// Runs packets one after the other, flows remembered: what becomes of the last one, and why. The next call
    /// begins without flows.
    ///
    /// # Errors
    /// The kernel refuses a run, or there is no packet.
    pub fn ask(&self, packets: &[Asked<'_>]) -> Result<(Verdict, Reason), KernelError> {
        self.probe.forget_flows()?;
        let mut answer = None;
        for packet in packets {
            let entry = if packet.opens { opening(self.entry, packet.direction) } else { self.entry };
            self.probe.maps.interfaces.set(&[(self.slot * 2 + self.version, entry)])?;
            let hook = hook(&self.entry, self.taken, packet.direction);
            answer = Some(self.probe.run(hook, packet.frame)?);
        }
        answer.ok_or_else(|| KernelError::Aya { what: "ask the program".into(), error: "no packet is given".into() })
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
