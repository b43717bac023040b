//! The stamp that tells whether a BPF object was built from the sources that lie here.
//!
//! `cargo xtask build-ebpf` writes it beside the object, `sgfw`'s build script compares. Contents are
//! compared and not times, since a checkout gives every file a new time. Both sides include this file,
//! so it uses the standard library alone.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The name of the stamp in the directory of the objects.
pub(crate) const STAMP: &str = "sources.stamp";

/// What the object is made of, below the workspace's root: directories of Rust files, and manifests.
pub(crate) const SOURCES: [&str; 4] =
    ["sgfw-common/Cargo.toml", "sgfw-common/src", "sgfw-ebpf/Cargo.toml", "sgfw-ebpf/src"];

/// The stamp of the sources below `root`: 16 hexadecimal digits.
pub(crate) fn stamp(root: &Path) -> io::Result<String> {
    let mut files = Vec::new();
    for source in SOURCES {
        collect(&root.join(source), &mut files)?;
    }
    files.sort();
    let mut hash = FNV_OFFSET;
    for file in &files {
        let name = file.strip_prefix(root).unwrap_or(file);
        let content = fs::read(file)?;
        hash = fnv1a(hash, name.as_os_str().as_encoded_bytes());
        hash = fnv1a(hash, &(content.len() as u64).to_le_bytes());
        hash = fnv1a(hash, &content);
    }
    Ok(format!("{hash:016x}"))
}

fn collect(path: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    if !path.is_dir() {
        files.push(path.to_path_buf());
        return Ok(());
    }
    for entry in fs::read_dir(path)? {
        let path = entry?.path();
        if path.is_dir() || path.extension().is_some_and(|extension| extension == "rs") {
            collect(&path, files)?;
        }
    }
    Ok(())
}

const FNV_OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
const FNV_PRIME: u64 = 0x0100_0000_01b3;

/// FNV-1a: it tells an edit from no edit, and the same in every version of the compiler.
fn fnv1a(hash: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(hash, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(FNV_PRIME))
}
