//! What this machine can do and who else filters on it, for `sgfw doctor`. Nothing is changed.

use super::error;
use super::namespace::within;
use super::paths::Paths;
use crate::plan::Attachment;
use aya::programs::SchedClassifier;
use aya::programs::tc::TcAttachType;
use std::fs;
use std::path::Path;

/// A program on a hook of a device, in the order in which packets meet them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Neighbour {
    /// `ingress` or `egress`.
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

/// The TCX programs on both hooks of a device.
///
/// # Errors
/// In words: the kernel does not say, or not to this process.
pub fn neighbours(attachment: &Attachment) -> Result<Vec<Neighbour>, String> {
    let device = attachment.device.clone();
    let asked = within(attachment.netns.as_deref(), move || {
        let mut all = hook(&device, TcAttachType::Ingress, "ingress")?;
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

/// Whether something of this pin directory is there.
pub fn is_pinned(paths: &Paths) -> bool {
    paths.exists().unwrap_or(false)
}

/// The first line of a file of the kernel; none if it cannot be read.
pub fn line(path: &str) -> Option<String> {
    fs::read_to_string(path).ok().and_then(|text| text.lines().next().map(str::to_owned))
}
