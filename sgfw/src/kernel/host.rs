//! What this machine can do and who else filters on it, for `sgfw doctor`. Nothing is changed.

use super::error;
use super::namespace::within;
use super::paths::Paths;
use crate::plan::Attachment;
use aya::programs::SchedClassifier;
use aya::programs::tc::TcAttachType;
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::Command;

/// A program on a hook of a device, in the order in which packets meet them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Neighbour {
    /// `xdp`, which is first of all, `ingress` or `egress`.
    pub hook: &'static str,
    /// Its number.
    pub id: u32,
    /// Its name, as the kernel keeps it.
    pub name: String,
    /// Whether it is sgfw's.
    pub ours: bool,
}

/// The capabilities of the three that this process lacks, in words; empty if none.
pub fn lacking() -> String {
    error::missing()
}

/// The release of the kernel, as two numbers and as text.
pub fn release() -> ((u32, u32), String) {
    let text = rustix::system::uname().release().to_string_lossy().into_owned();
    let mut numbers = text.split(['.', '-']).map(|part| part.parse::<u32>().unwrap_or(0));
    ((numbers.next().unwrap_or(0), numbers.next().unwrap_or(0)), text)
}

/// Whether a directory or, before it is made, its nearest ancestor lies on a BPF file system.
pub fn is_on_bpffs(directory: &Path) -> bool {
    const BPF_FS_MAGIC: i64 = 0xcafe_4a11;
    let there = directory.ancestors().find(|it| it.exists());
    there.and_then(|it| rustix::fs::statfs(it).ok()).is_some_and(|it| it.f_type == BPF_FS_MAGIC)
}

/// The XDP program of a device, and the TCX programs on both its hooks.
///
/// # Errors
/// In words: the kernel does not say, or not to this process.
pub fn neighbours(attachment: &Attachment) -> Result<Vec<Neighbour>, String> {
    let device = attachment.device.clone();
    let asked = within(attachment.netns.as_deref(), move || {
        let mut all = xdp(&device);
        all.extend(hook(&device, TcAttachType::Ingress, "ingress")?);
        all.extend(hook(&device, TcAttachType::Egress, "egress")?);
        Ok(all)
    });
    asked.map_err(|error| error.to_string())?
}

fn hook(device: &str, at: TcAttachType, hook: &'static str) -> Result<Vec<Neighbour>, String> {
    let (_, programs) = SchedClassifier::query_tcx(device, at).map_err(|error| error.to_string())?;
    let neighbour = |info: aya::programs::ProgramInfo| {
        let name = info.name_as_str().unwrap_or("without a name").to_owned();
        Neighbour { hook, id: info.id(), ours: name.starts_with("sgfw_"), name }
    };
    Ok(programs.into_iter().map(neighbour).collect())
}

/// The XDP programs of a device, one a mode, as `ip` tells of them; none where it does not.
fn xdp(device: &str) -> Vec<Neighbour> {
    let told = Command::new("ip").args(["-json", "-details", "link", "show", "dev", device]).output();
    let told = told.map(|output| serde_json::from_slice::<Value>(&output.stdout).unwrap_or_default());
    let told = told.unwrap_or_default();
    let xdp = &told[0]["xdp"];
    let mut ids: Vec<u32> = xdp["attached"]
        .as_array()
        .into_iter()
        .flatten()
        .chain([xdp])
        .filter_map(|it| u32::try_from(it["prog"]["id"].as_u64()?).ok())
        .collect();
    // One alone stands in both places.
    ids.sort_unstable();
    ids.dedup();
    ids.into_iter().map(|id| named("xdp", id)).collect()
}

/// A program by its number.
fn named(hook: &'static str, id: u32) -> Neighbour {
    let known = aya::programs::loaded_programs().flatten().find(|info| info.id() == id);
    let name = known.as_ref().and_then(|info| info.name_as_str()).unwrap_or("without a name").to_owned();
    Neighbour { hook, id, ours: name.starts_with("sgfw_"), name }
}

/// Whether something of this pin directory is there.
pub fn is_pinned(paths: &Paths) -> bool {
    paths.exists().unwrap_or(false)
}

/// The first line of a file of the kernel; none if it cannot be read.
pub fn line(path: &str) -> Option<String> {
    fs::read_to_string(path).ok().and_then(|text| text.lines().next().map(str::to_owned))
}
