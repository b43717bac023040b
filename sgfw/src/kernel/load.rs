//! The embedded object: its maps made and pinned, its programs loaded for each network namespace.
//!
//! A program is pinned under the object's digest. Where another version's is found, the new one is loaded
//! over the same maps, tested, and put in place of the old one link by link: nothing is ever detached.

use super::attach;
use super::error::KernelError;
use super::layout::{LOG, OWN, SHARED};
use super::paths::{Paths, names};
use super::probe::forget_others;
use aya::programs::{Program, SchedClassifier, TestRun, TestRunOptions, Xdp};
use aya::{Ebpf, EbpfLoader};
use sha2::{Digest, Sha256};
use std::fs;
use std::path::Path;

/// The BPF object, built by `cargo xtask build-ebpf`.
static OBJECT: &[u8] = aya::include_bytes_aligned!(env!("SGFW_BPF_OBJECT"));

/// The three programs that judge, and the one that tells the time.
pub(super) const PROGRAMS: [&str; 4] = ["sgfw_xdp", "sgfw_tc_in", "sgfw_tc_out", "sgfw_clock"];

/// A name for this object: the first 64 bits of its digest.
pub(super) fn digest() -> String {
    Sha256::digest(OBJECT).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// Makes and pins the maps that are not pinned yet.
pub(super) fn create_maps(paths: &Paths) -> Result<(), KernelError> {
    if SHARED.iter().map(|shape| shape.name).chain([LOG]).all(|name| paths.map(name).exists()) {
        return Ok(());
    }
    open(paths, None).map(drop)
}

/// The object over the pinned maps; the maps of a namespace are its own.
pub(super) fn open(paths: &Paths, netns: Option<u64>) -> Result<Ebpf, KernelError> {
    let mut loader = EbpfLoader::new();
    for name in SHARED.iter().map(|shape| shape.name).chain([LOG]) {
        loader.map_pin_path(name, paths.map(name));
    }
    if let Some(netns) = netns {
        for name in OWN {
            loader.map_pin_path(name, paths.own_map(netns, name));
        }
    }
    loader.load(OBJECT).map_err(|error| KernelError::aya("load the BPF object", &error))
}

/// The object over maps of its own, with the clock and the reason of a test.
pub(super) fn open_for_test() -> Result<Ebpf, KernelError> {
    let on = 1u8;
    let mut loader = EbpfLoader::new();
    loader.override_global("SGFW_TEST", &on, true);
    loader.load(OBJECT).map_err(|error| KernelError::aya("load the BPF object", &error))
}

/// The same over some of the pinned maps; of the others, these have so many entries, and some are pinned in a directory.
pub(super) fn open_beside(
    paths: &Paths,
    pinned: &[&str],
    sizes: &[(&str, u32)],
    own: Option<(&Path, &[&str])>,
) -> Result<Ebpf, KernelError> {
    let on = 1u8;
    let mut loader = EbpfLoader::new();
    loader.override_global("SGFW_TEST", &on, true);
    for name in pinned {
        loader.map_pin_path(name, paths.map(name));
    }
    for (directory, name) in own.into_iter().flat_map(|(directory, names)| names.iter().map(move |it| (directory, *it)))
    {
        loader.map_pin_path(name, directory.join(name));
    }
    for (name, entries) in sizes {
        loader.map_max_entries(name, *entries);
    }
    loader.load(OBJECT).map_err(|error| KernelError::aya("load the BPF object", &error))
}

/// Where this object's program of a namespace is pinned.
pub(super) fn pin(paths: &Paths, netns: u64, program: &str) -> std::path::PathBuf {
    paths.program(netns, &format!("{}_{program}", digest()))
}

/// Namespaces in which something is attached that runs another object's programs.
pub(super) fn outdated(paths: &Paths) -> impl Iterator<Item = u64> {
    let old = |netns: &u64| !names(&paths.links(*netns)).is_empty() && !is_current(paths, *netns);
    paths.namespaces().into_iter().filter(old)
}

fn is_current(paths: &Paths, netns: u64) -> bool {
    PROGRAMS.iter().all(|program| pin(paths, netns, program).exists())
}

/// Sees to it that the programs of a namespace are this object's.
pub(super) fn ensure(paths: &Paths, netns: u64) -> Result<(), KernelError> {
    if is_current(paths, netns) {
        return Ok(());
    }
    paths.prepare_namespace(netns)?;
    // What takes the place of a running program is tried first; it would count a packet where nothing runs yet.
    let test = !names(&paths.links(netns)).is_empty();
    let mut object = open(paths, Some(netns))?;
    for name in PROGRAMS {
        load(paths, netns, &mut object, name, test)?;
    }
    attach::update_links(paths, netns)?;
    forget_others(paths);
    remove_old(paths, netns)
}

fn load(paths: &Paths, netns: u64, object: &mut Ebpf, name: &'static str, test: bool) -> Result<(), KernelError> {
    let pin = pin(paths, netns, name);
    if pin.exists() {
        return Ok(());
    }
    let failed = |error: &(dyn std::error::Error + 'static)| refused(name, error);
    match object.program_mut(name) {
        Some(Program::Xdp(program)) => {
            program.load().map_err(|error| failed(&error))?;
            if test {
                self_test(program, name)?;
            }
            program.pin(pin).map_err(|error| failed(&error))
        }
        Some(Program::SchedClassifier(program)) => {
            program.load().map_err(|error| failed(&error))?;
            if test {
                self_test(program, name)?;
            }
            program.pin(pin).map_err(|error| failed(&error))
        }
        _ => Err(KernelError::Program { program: name, error: "it is not in the object".into() }),
    }
}

/// Runs a program once over an empty frame, attached to nothing: what does not even run is not pinned.
fn self_test(
    program: &impl for<'a> TestRun<Opts<'a> = TestRunOptions<'a>, Result = aya::programs::TestRunResult>,
    name: &'static str,
) -> Result<(), KernelError> {
    let frame = [0u8; 64];
    let options = TestRunOptions { data_in: Some(&frame), ..TestRunOptions::default() };
    program.test_run(options).map(drop).map_err(|error| refused(name, &error))
}

fn refused(program: &'static str, error: &(dyn std::error::Error + 'static)) -> KernelError {
    match KernelError::aya(format!("load program {program}"), error) {
        KernelError::Aya { error, .. } => {
            let last: Vec<&str> = error.lines().rev().filter(|line| !line.trim().is_empty()).take(4).collect();
            KernelError::Program { program, error: last.into_iter().rev().collect::<Vec<_>>().join("; ") }
        }
        other => other,
    }
}

fn remove_old(paths: &Paths, netns: u64) -> Result<(), KernelError> {
    let directory = paths.namespace(netns).join("programs");
    for name in names(&directory).iter().filter(|name| !name.starts_with(&digest())) {
        fs::remove_file(directory.join(name))
            .map_err(|error| KernelError::system(format!("remove the old program {name}"), error))?;
    }
    Ok(())
}

/// A pinned XDP program.
pub(super) fn xdp(paths: &Paths, netns: u64) -> Result<Xdp, KernelError> {
    Xdp::from_pin(pin(paths, netns, "sgfw_xdp"), aya_obj::programs::XdpAttachType::Interface)
        .map_err(|error| KernelError::aya("open the pinned program sgfw_xdp", &error))
}

/// A pinned classifier.
pub(super) fn classifier(paths: &Paths, netns: u64, name: &str) -> Result<SchedClassifier, KernelError> {
    SchedClassifier::from_pin(pin(paths, netns, name))
        .map_err(|error| KernelError::aya(format!("open the pinned program {name}"), &error))
}

/// The clock of the flows, in ticks: asked of a program, because only the kernel knows it.
pub(super) fn now(paths: &Paths) -> Result<u64, KernelError> {
    let netns = paths.namespaces().into_iter().find(|netns| pin(paths, *netns, "sgfw_clock").exists());
    match netns {
        Some(netns) => ask_clock(&classifier(paths, netns, "sgfw_clock")?),
        None => Ok(0),
    }
}

fn ask_clock(clock: &SchedClassifier) -> Result<u64, KernelError> {
    let (frame, mut answer) = ([0u8; 64], [0u8; 64]);
    let options = TestRunOptions { data_in: Some(&frame), data_out: Some(&mut answer), ..TestRunOptions::default() };
    clock.test_run(options).map_err(|error| KernelError::aya("ask the kernel's clock", &error))?;
    Ok(answer.first_chunk().copied().map_or(0, u64::from_ne_bytes))
}
