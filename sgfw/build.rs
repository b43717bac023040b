//! Finds the BPF object that `cargo xtask build-ebpf` built, and hands its path on as `SGFW_BPF_OBJECT`,
//! so that the binary embeds it and needs nothing beside it.
//!
//! It does not build the object itself: that takes another compiler, and a plain `cargo build` should not
//! start one. A missing or outdated object is an error that names the command.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

#[path = "build/sources.rs"]
mod sources;

fn main() {
    match object() {
        Ok(object) => println!("cargo::rustc-env=SGFW_BPF_OBJECT={}", object.display()),
        Err(why) => println!("cargo::error={why}: run `cargo xtask build-ebpf`"),
    }
}

fn object() -> Result<PathBuf, String> {
    let root = variable("CARGO_MANIFEST_DIR")?.parent().map(Path::to_path_buf).ok_or("sgfw lies in no workspace")?;
    let directory = directory(&root)?;
    let (object, stamp) = (directory.join("sgfw"), directory.join(sources::STAMP));
    for watched in [&object, &stamp].into_iter().cloned().chain(sources::SOURCES.map(|source| root.join(source))) {
        println!("cargo::rerun-if-changed={}", watched.display());
    }
    let built_from = fs::read_to_string(&stamp).map_err(|_| "the BPF object has no stamp of its sources")?;
    let here =
        sources::stamp(&root).map_err(|error| format!("the sources of the BPF object cannot be read ({error})"))?;
    if built_from.trim() == here { Ok(object) } else { Err("the BPF object is older than its sources".to_owned()) }
}

/// `bpf` in the target directory: the one this build writes to, wherever that is, or the workspace's own.
fn directory(root: &Path) -> Result<PathBuf, String> {
    let out = variable("OUT_DIR")?;
    out.ancestors()
        .map(|ancestor| ancestor.join("bpf"))
        .chain([root.join("target/bpf")])
        .find(|directory| directory.join("sgfw").is_file())
        .ok_or_else(|| "the BPF object is not built yet".to_owned())
}

fn variable(name: &str) -> Result<PathBuf, String> {
    env::var_os(name).map(PathBuf::from).ok_or_else(|| format!("{name} is not set"))
}
