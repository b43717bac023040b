//! What questions are put to: the object once more, beside the attached one, with maps of its own for all that a packet
//! may change.
//!
//! To have a program verified takes most of the time of a question, so the first question of a sort pins its program,
//! with the maps that make its answers, under the object's digest:
//!
//! ```text
//! /sys/fs/bpf/sgfw/v1/questions/DIGEST/maps/NAME
//! /sys/fs/bpf/sgfw/v1/questions/DIGEST/programs/NAME
//! ```
//!
//! Nothing is ever attached to them. Whoever asks holds the lock of the directory, which the kernel takes back from whoever
//! dies. Where nothing can be pinned, programs are loaded for one question alone.

use super::{ProbeHook, missing};
use crate::kernel::error::KernelError;
use crate::kernel::load;
use crate::kernel::maps::{FlowTable, Maps, Table};
use crate::kernel::paths::{Paths, make, names, remove};
use aya::Ebpf;
use aya::maps::MapInfo;
use aya::programs::{Program, ProgramError, SchedClassifier, TestRun, TestRunOptions, Xdp};
use rustix::fs::{FlockOperation, flock};
use sgfw_common::maps::Interface;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::path::Path;

/// The maps that are shared with what is attached.
const IN_FORCE: [&str; 5] = ["ACTIVE", "NODES32", "NODES128", "MEMBERS", "MEMBER_CELLS"];
/// The maps that a question writes or reads an answer from, and those that a few packets do not fill: how many entries
/// they need. A question's interface has slot 1, and its device index 1.
const OWN: [(&str, u32); 12] = [
    ("INTERFACES", 4),
    ("IFINDEX", 2),
    ("TEST_CLOCK", 1),
    ("TEST_REASON", 1),
    ("CT_TCP4", FLOWS),
    ("CT_TCP6", FLOWS),
    ("CT_HALF_OPEN4", FLOWS),
    ("CT_HALF_OPEN6", FLOWS),
    ("CT_OTHER4", FLOWS),
    ("CT_OTHER6", FLOWS),
    ("CT_FRAGMENTS4", FLOWS),
    ("CT_FRAGMENTS6", FLOWS),
];
const FLOWS: u32 = 256;
/// Maps that no question looks at: each program has them for itself.
const UNSEEN: [(&str, u32); 5] = [("COUNTERS", 1), ("ADOPT", 2), ("LOGS", 1), ("LOGGED", 1), ("UNLOGGED", 1)];

/// Programs, and the maps that they alone use.
#[derive(Debug)]
pub(super) struct Beside {
    programs: Programs,
    pub(super) interfaces: Table<u32, Interface>,
    pub(super) devices: Table<u32, u32>,
    pub(super) clock: Table<u32, u64>,
    pub(super) reason: Table<u32, u32>,
    flows: [FlowTable; 4],
    /// The directory where they are pinned, if they are.
    directory: Option<File>,
}

/// Pinned ones by hook, or an object that goes with this process.
#[derive(Debug)]
enum Programs {
    Pinned(BTreeMap<ProbeHook, One>),
    Loaded(Box<Ebpf>),
}

#[derive(Debug)]
enum One {
    Xdp(Xdp),
    Tc(SchedClassifier),
}

/// The lock of the directory, until it is dropped.
pub(super) struct Held<'a>(Option<&'a File>);

impl Drop for Held<'_> {
    fn drop(&mut self) {
        // The lock goes with the file at the latest.
        let _ = self.0.map(|file| flock(file, FlockOperation::Unlock));
    }
}

impl Beside {
    /// Programs for these hooks.
    pub(super) fn open(paths: &Paths, hooks: &BTreeSet<ProbeHook>) -> Result<Self, KernelError> {
        pinned(paths, hooks).or_else(|_| loaded(paths, hooks))
    }

    /// Nobody else's question comes between until the answer is dropped.
    pub(super) fn hold(&self) -> Result<Held<'_>, KernelError> {
        self.directory.as_ref().map_or(Ok(Held(None)), hold)
    }

    pub(super) fn forget_flows(&self) -> Result<(), KernelError> {
        self.flows.iter().try_for_each(|table| {
            let keys: Vec<_> = table.all()?.into_iter().map(|(key, _)| key).collect();
            table.delete(&keys)
        })
    }

    /// Runs a program once: its return code.
    pub(super) fn run(&self, hook: ProbeHook, frame: &[u8]) -> Result<u32, KernelError> {
        let options = TestRunOptions { data_in: Some(frame), ..TestRunOptions::default() };
        let ran = match &self.programs {
            Programs::Pinned(all) => match all.get(&hook) {
                Some(One::Xdp(program)) => program.test_run(options),
                Some(One::Tc(program)) => program.test_run(options),
                None => return Err(missing(hook.program())),
            },
            Programs::Loaded(object) => match object.program(hook.program()) {
                Some(Program::Xdp(program)) => program.test_run(options),
                Some(Program::SchedClassifier(program)) => program.test_run(options),
                _ => return Err(missing(hook.program())),
            },
        };
        Ok(ran.map_err(|error| KernelError::aya("run a program for a question", &error))?.return_value)
    }
}

/// The programs that are pinned; those that are missing are loaded and pinned.
fn pinned(paths: &Paths, hooks: &BTreeSet<ProbeHook>) -> Result<Beside, KernelError> {
    // First of all, so that nothing is made where everything was just removed.
    let live = ids(paths)?;
    let place = paths.questions(&load::digest());
    let directory = prepare(paths, &place)?;
    let held = hold(&directory)?;
    let mut programs = BTreeMap::new();
    for hook in hooks {
        let path = place.join("programs").join(hook.program());
        let usual = path.exists().then(|| one(*hook, &path)).transpose()?.filter(|one| one.is_over(&live));
        let program = match usual {
            Some(program) => program,
            None => pin(paths, &place, *hook, &path)?,
        };
        programs.insert(*hook, program);
    }
    let map = |name: &str| place.join("maps").join(name);
    let beside = Beside {
        programs: Programs::Pinned(programs),
        interfaces: Table::open(&map("INTERFACES"), "INTERFACES")?,
        devices: Table::open(&map("IFINDEX"), "IFINDEX")?,
        clock: Table::open(&map("TEST_CLOCK"), "TEST_CLOCK")?,
        reason: Table::open(&map("TEST_REASON"), "TEST_REASON")?,
        flows: FlowTable::open_all(map)?,
        directory: None,
    };
    drop(held);
    Ok(Beside { directory: Some(directory), ..beside })
}

/// Programs that go with this process.
fn loaded(paths: &Paths, hooks: &BTreeSet<ProbeHook>) -> Result<Beside, KernelError> {
    let mut object = load::open_beside(paths, &IN_FORCE, &sizes(), None)?;
    hooks.iter().try_for_each(|hook| verify(&mut object, *hook).map(drop))?;
    let maps = Maps::take(&mut object)?;
    Ok(Beside {
        interfaces: maps.interfaces,
        devices: Table::take(&mut object, "IFINDEX")?,
        clock: Table::take(&mut object, "TEST_CLOCK")?,
        reason: Table::take(&mut object, "TEST_REASON")?,
        flows: [maps.tcp, maps.half_open, maps.other, maps.fragments],
        programs: Programs::Loaded(Box::new(object)),
        directory: None,
    })
}

/// The directory, made if it is not there. What another version pinned goes; what is above it is an apply's to make.
fn prepare(paths: &Paths, place: &Path) -> Result<File, KernelError> {
    let is_new = !place.exists();
    make(&place.join("maps"))?;
    make(&place.join("programs"))?;
    if is_new {
        forget_others(paths);
    }
    File::open(place).map_err(|error| KernelError::system(format!("open {}", place.display()), error))
}

/// Removes what other versions pinned for their questions; what stays is in nobody's way.
pub(in crate::kernel) fn forget_others(paths: &Paths) {
    let own = load::digest();
    for other in names(&paths.questions("")).iter().filter(|name| **name != own) {
        let _ = remove(&paths.questions(other));
    }
}

fn hold(directory: &File) -> Result<Held<'_>, KernelError> {
    rustix::io::retry_on_intr(|| flock(directory, FlockOperation::LockExclusive))
        .map_err(|error| KernelError::system("lock the programs for questions", error.into()))?;
    Ok(Held(Some(directory)))
}

/// Loads the program of a hook over the pinned maps, and pins it in place of what is there.
fn pin(paths: &Paths, place: &Path, hook: ProbeHook, path: &Path) -> Result<One, KernelError> {
    remove_file(path)?;
    let own: Vec<&str> = OWN.iter().map(|(name, _)| *name).collect();
    let mut object = load::open_beside(paths, &IN_FORCE, &sizes(), Some((&place.join("maps"), &own)))?;
    match verify(&mut object, hook)? {
        Program::Xdp(program) => program.pin(path),
        Program::SchedClassifier(program) => program.pin(path),
        _ => return Err(missing(hook.program())),
    }
    .map_err(|error| KernelError::aya(format!("pin {}", path.display()), &error))?;
    one(hook, path)
}

fn verify(object: &mut Ebpf, hook: ProbeHook) -> Result<&mut Program, KernelError> {
    let program = object.program_mut(hook.program()).ok_or_else(|| missing(hook.program()))?;
    match &mut *program {
        Program::Xdp(program) => program.load(),
        Program::SchedClassifier(program) => program.load(),
        _ => return Err(missing(hook.program())),
    }
    .map_err(|error| KernelError::aya("load a program for a question", &error))?;
    Ok(program)
}

fn remove_file(path: &Path) -> Result<(), KernelError> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(KernelError::system(format!("remove {}", path.display()), error))
        }
        _ => Ok(()),
    }
}

fn one(hook: ProbeHook, path: &Path) -> Result<One, KernelError> {
    let opened = match hook {
        ProbeHook::Xdp => Xdp::from_pin(path, aya_obj::programs::XdpAttachType::Interface).map(One::Xdp),
        ProbeHook::TcIn | ProbeHook::TcOut => SchedClassifier::from_pin(path).map(One::Tc),
    };
    opened.map_err(|error| KernelError::aya(format!("open the pinned program {}", path.display()), &error))
}

impl One {
    /// Whether it reads these maps. Pins that were removed by hand and made again are other maps.
    fn is_over(&self, live: &BTreeSet<u32>) -> bool {
        let used = || -> Result<Option<Vec<u32>>, ProgramError> {
            match self {
                Self::Xdp(program) => program.info()?.map_ids(),
                Self::Tc(program) => program.info()?.map_ids(),
            }
        };
        used().ok().flatten().is_some_and(|used| live.iter().all(|id| used.contains(id)))
    }
}

/// The kernel's numbers of the maps in force.
fn ids(paths: &Paths) -> Result<BTreeSet<u32>, KernelError> {
    let id = |name: &&str| {
        let info = MapInfo::from_pin(paths.map(name));
        info.map(|info| info.id()).map_err(|error| KernelError::aya(format!("open the pinned map {name}"), &error))
    };
    IN_FORCE.iter().map(id).collect()
}

fn sizes() -> Vec<(&'static str, u32)> {
    OWN.into_iter().chain(UNSEEN).collect()
}
