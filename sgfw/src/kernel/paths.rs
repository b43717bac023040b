//! Where pins live. Names on the BPF file system have no dots, so nothing is named after a device.

use super::error::KernelError;
use rustix::fs::{AtFlags, StatFs};
use rustix::mount::MountFlags;
use sgfw_common::maps::LAYOUT;
use std::fs;
use std::io;
use std::os::unix::fs::{MetadataExt, lchown};
use std::path::{Path, PathBuf};

/// The usual pin directory.
const DEFAULT: &str = "/sys/fs/bpf/sgfw";
/// Where the BPF file system is mounted.
const MOUNT: &str = "/sys/fs/bpf";
/// `BPF_FS_MAGIC` of linux/magic.h.
const BPF_FS_MAGIC: i64 = 0xcafe_4a11;

/// The pin directory of one sgfw, with this program's layout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paths {
    top: PathBuf,
}

impl Default for Paths {
    fn default() -> Self {
        Self::new(DEFAULT)
    }
}

impl Paths {
    /// Pins under this directory of a BPF file system.
    pub fn new(top: impl Into<PathBuf>) -> Self {
        Self { top: top.into() }
    }

    /// The pin directory, above any layout.
    pub fn directory(&self) -> &Path {
        &self.top
    }

    /// The directory of this layout.
    pub fn root(&self) -> PathBuf {
        self.top.join(format!("v{LAYOUT}"))
    }

    /// A map that all programs share.
    pub(super) fn map(&self, name: &str) -> PathBuf {
        self.root().join("maps").join(name)
    }

    /// The directories of all network namespaces, with their inodes.
    pub(super) fn namespaces(&self) -> Vec<u64> {
        names(&self.root().join("netns")).iter().filter_map(|name| name.parse().ok()).collect()
    }

    /// A map of one network namespace.
    pub(super) fn own_map(&self, netns: u64, name: &str) -> PathBuf {
        self.namespace(netns).join("maps").join(name)
    }

    /// A program of one network namespace.
    pub(super) fn program(&self, netns: u64, name: &str) -> PathBuf {
        self.namespace(netns).join("programs").join(name)
    }

    /// The links of one network namespace.
    pub(super) fn links(&self, netns: u64) -> PathBuf {
        self.namespace(netns).join("links")
    }

    pub(super) fn namespace(&self, netns: u64) -> PathBuf {
        self.root().join("netns").join(netns.to_string())
    }

    /// What an object's questions are put to; of the empty digest, that of all objects.
    pub(super) fn questions(&self, digest: &str) -> PathBuf {
        self.root().join("questions").join(digest)
    }

    /// Whether anything was ever applied here. Not being allowed to look is not the same as nothing there.
    pub(super) fn exists(&self) -> Result<bool, KernelError> {
        let path = self.map("ACTIVE");
        path.try_exists().map_err(|error| KernelError::system(format!("look for {}", path.display()), error))
    }

    /// Makes the directories of the maps, mounting the BPF file system where it belongs if it is not there.
    pub(super) fn prepare(&self) -> Result<(), KernelError> {
        if self.top.starts_with(MOUNT) && !is_bpf(Path::new(MOUNT)) {
            mount()?;
        }
        // Looked at before anything is made, so that nothing has to be taken away again.
        if !self.top.ancestors().find(|path| path.exists()).is_some_and(is_bpf) {
            return Err(KernelError::NotBpfFs { path: self.top.clone() });
        }
        make(&self.root().join("maps"))?;
        make(&self.root().join("netns"))
    }

    /// Makes the directories of one network namespace.
    pub(super) fn prepare_namespace(&self, netns: u64) -> Result<(), KernelError> {
        ["maps", "programs", "links"].iter().try_for_each(|part| make(&self.namespace(netns).join(part)))
    }

    /// Gives what root made to whoever has the pin directory: an agent with a user of its own goes on with it.
    pub(super) fn hand_over(&self) -> Result<(), KernelError> {
        let Ok(top) = fs::metadata(&self.top) else { return Ok(()) };
        if top.uid() == 0 || !rustix::process::geteuid().is_root() {
            return Ok(());
        }
        let root = self.root();
        give(&root, (top.uid(), top.gid()))
            .map_err(|error| KernelError::system(format!("hand over {}", root.display()), error))
    }

    /// Removes everything of one network namespace.
    pub(super) fn remove_namespace(&self, netns: u64) -> Result<(), KernelError> {
        remove(&self.namespace(netns))
    }

    /// Removes everything, links before maps.
    pub(super) fn remove(&self) -> Result<(), KernelError> {
        remove(&self.root().join("netns"))?;
        remove(&self.root())?;
        match fs::remove_dir(&self.top) {
            Err(error) if error.kind() != io::ErrorKind::NotFound && !names(&self.top).is_empty() => {
                Err(KernelError::system(format!("remove {}", self.top.display()), error))
            }
            _ => Ok(()),
        }
    }
}

/// The names in a directory, sorted; none if it is not there.
pub(super) fn names(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.sort();
    names
}

/// Gives a pin, or a directory with everything in it, to this user and group.
fn give(path: &Path, to: (u32, u32)) -> io::Result<()> {
    let found = fs::symlink_metadata(path)?;
    if (found.uid(), found.gid()) != to {
        lchown(path, Some(to.0), Some(to.1))?;
    }
    if found.is_dir() {
        names(path).iter().try_for_each(|name| give(&path.join(name), to))?;
    }
    Ok(())
}

/// Makes a directory and those above it.
pub(super) fn make(directory: &Path) -> Result<(), KernelError> {
    fs::create_dir_all(directory).map_err(|error| KernelError::system(format!("make {}", directory.display()), error))
}

/// Removes a directory, if it is there.
pub(super) fn remove(directory: &Path) -> Result<(), KernelError> {
    match fs::remove_dir_all(directory) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(KernelError::system(format!("remove {}", directory.display()), error)),
        Ok(()) => Ok(()),
    }
}

fn is_bpf(path: &Path) -> bool {
    rustix::fs::statfs(path).is_ok_and(|StatFs { f_type, .. }| f_type == BPF_FS_MAGIC)
}

fn mount() -> Result<(), KernelError> {
    let path = Path::new(MOUNT);
    rustix::mount::mount("bpf", path, "bpf", MountFlags::empty(), None)
        .map_err(|error| KernelError::NoBpfFs { path: path.into(), error: error.into() })
}

/// The inode that names a network namespace.
pub(super) fn inode(path: &Path) -> io::Result<u64> {
    Ok(rustix::fs::statat(rustix::fs::CWD, path, AtFlags::empty())?.st_ino)
}
