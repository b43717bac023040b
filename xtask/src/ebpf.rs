//! `cargo xtask build-ebpf` and `clippy-ebpf`: the kernel side, for the BPF target.
//!
//! Every program of `sgfw-ebpf` ends as an object in `target/bpf`, under its own name, with the stamp of the
//! sources beside. A file is written only where it changed, so that nothing is rebuilt for nothing.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context, Result, bail};

use crate::host::{clean, root, run, target};
use crate::sources;
use crate::toolchain::{self, Toolchain};

/// Builds every object of the kernel side.
pub(crate) fn build() -> Result<()> {
    let toolchain = Toolchain::ready()?;
    // Taken before the build: an edit while it runs makes the object outdated, not the stamp wrong.
    let stamp = sources::stamp(&root()).context("the sources of the kernel side cannot be read")?;
    let objects = objects(toolchain)?;
    let directory = target()?.join("bpf");
    fs::create_dir_all(&directory).with_context(|| format!("{} cannot be made", directory.display()))?;
    for object in &objects {
        let name = object.file_name().context("an object without a name")?;
        let content = stripped(object)?;
        write_changed(&directory.join(name), &content)?;
        println!("{} ({} KiB)", directory.join(name).display(), content.len().div_ceil(1024));
    }
    write_changed(&directory.join(sources::STAMP), stamp.as_bytes())
}

/// Lints the kernel side with the compiler that builds it.
pub(crate) fn clippy() -> Result<()> {
    let toolchain = Toolchain::ready()?;
    toolchain.clippy()?;
    let mut command = toolchain.cargo("clippy");
    command.arg("--target-dir").arg(target()?.join("ebpf")).args(["--", "-D", "warnings"]);
    run(&mut command, "clippy of the kernel side")
}

/// Runs the build and returns what it says to have made.
fn objects(toolchain: Toolchain) -> Result<Vec<PathBuf>> {
    let mut command = toolchain.cargo("build");
    command.arg("--target-dir").arg(target()?.join("ebpf")).arg("--message-format=json-render-diagnostics");
    command.stderr(Stdio::inherit());
    let output = command.output().with_context(|| format!("{:?} does not start", command.get_program()))?;
    if !output.status.success() {
        bail!("the kernel side does not build with {toolchain}");
    }
    let messages = String::from_utf8_lossy(&output.stdout);
    let objects: Vec<PathBuf> = messages.lines().filter_map(executable).collect();
    if objects.is_empty() {
        bail!("sgfw-ebpf has no program to build");
    }
    Ok(objects)
}

/// The object without what only a debugger reads: seven tenths of it. BTF stays, the loader needs it.
fn stripped(object: &Path) -> Result<Vec<u8>> {
    let small = object.with_extension("stripped");
    let strip = toolchain::llvm_program("llvm-objcopy").is_some_and(|program| {
        clean(program).arg("--strip-debug").arg(object).arg(&small).status().is_ok_and(|s| s.success())
    });
    let object = if strip { &small } else { object };
    fs::read(object).with_context(|| format!("{} cannot be read", object.display()))
}

/// The program that one of cargo's messages tells of.
fn executable(message: &str) -> Option<PathBuf> {
    let message: serde_json::Value = serde_json::from_str(message).ok()?;
    message.get("executable")?.as_str().map(PathBuf::from)
}

fn write_changed(path: &Path, content: &[u8]) -> Result<()> {
    if fs::read(path).is_ok_and(|old| old == content) {
        return Ok(());
    }
    fs::write(path, content).with_context(|| format!("{} cannot be written", path.display()))
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::executable;

    #[test]
    fn only_a_message_about_a_program_names_an_object() {
        assert_eq!(
            executable(r#"{"reason":"compiler-artifact","executable":"/t/sgfw"}"#),
            Some(PathBuf::from("/t/sgfw"))
        );
        assert_eq!(executable(r#"{"reason":"compiler-artifact","executable":null}"#), None);
        assert_eq!(executable("warning: no JSON"), None);
    }
}
