//! The two ways to compile Rust for BPF, and which of them is here.
//!
//! * Debian's `rustc-web` with `libstd-rust-web-dev-bpf`: a released compiler with a ready-made `core`.
//! * A nightly of rustup's with `rust-src`, which builds `core` on the way.
//!
//! Both link with bpf-linker, which must know at least the compiler's version of LLVM.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail};

use crate::host::{answer, cargo, clean, has_program};

/// The target of the kernel side; the machines in question are little-endian.
pub(crate) const TARGET: &str = "bpfel-unknown-none";
/// The version of LLVM that `setup` builds bpf-linker with.
pub(crate) const LLVM: u32 = 22;

const DEBIAN_RUSTC: &str = "/usr/bin/rustc";
const DEBIAN_CLIPPY: &str = "/usr/bin/cargo-clippy";
const DEBIAN_CORE: &str = "/usr/lib/rustlib/bpfel-unknown-none/lib";

/// A way to compile Rust for BPF.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Toolchain {
    /// Debian's rustc-web.
    Debian,
    /// rustup's nightly with rust-src.
    Nightly,
}

impl Toolchain {
    /// The compiler that is here, Debian's first: a release is steadier than a nightly.
    pub(crate) fn find() -> Option<Self> {
        if debian_is_complete() {
            return Some(Self::Debian);
        }
        nightly_is_complete().then_some(Self::Nightly)
    }

    /// The toolchain that is here with its linker, or a sentence with the command that brings them.
    pub(crate) fn ready() -> Result<Self> {
        match Self::find() {
            Some(toolchain) if has_linker() => Ok(toolchain),
            Some(_) => bail!("bpf-linker is missing: run `cargo xtask setup`"),
            None => bail!("nothing here compiles Rust for BPF: run `cargo xtask setup`"),
        }
    }

    /// `cargo VERB` for the kernel side with this toolchain.
    pub(crate) fn cargo(self, verb: &str) -> Command {
        let mut command = match self {
            Self::Debian => {
                // Debian's clippy goes with Debian's compiler; rustup's would not know its `core`.
                let mut command = clean(if verb == "clippy" { DEBIAN_CLIPPY.into() } else { cargo() });
                command.arg(verb).env("CARGO", cargo());
                // aya-ebpf uses inline assembly for BPF, which a release allows only so.
                command.env("RUSTC", DEBIAN_RUSTC).env("RUSTC_BOOTSTRAP", "1");
                command
            }
            Self::Nightly => {
                let mut command = clean("rustup");
                command.args(["run", "nightly", "cargo", verb, "-Z", "build-std=core"]);
                command
            }
        };
        command.env("RUSTFLAGS", "-C linker=bpf-linker -C link-arg=--btf");
        command.args(["--package", "sgfw-ebpf", "--bins", "--profile", "bpf", "--target", TARGET]);
        command
    }

    /// Whether the toolchain has a clippy; if not, what brings it.
    pub(crate) fn clippy(self) -> Result<()> {
        match self {
            Self::Debian if !Path::new(DEBIAN_CLIPPY).is_file() => {
                bail!("rust-web-clippy is missing: run `cargo xtask setup`")
            }
            Self::Debian | Self::Nightly => Ok(()),
        }
    }
}

impl fmt::Display for Toolchain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, version) = match self {
            Self::Debian => ("Debian's rustc-web", answer(clean(DEBIAN_RUSTC).arg("-V"))),
            Self::Nightly => ("rustup's nightly with rust-src", answer(&mut nightly("-V"))),
        };
        write!(f, "{name} ({})", version.as_deref().unwrap_or("version unknown"))
    }
}

/// Whether bpf-linker is here and starts: it does not where its LLVM is gone.
pub(crate) fn has_linker() -> bool {
    has_program("bpf-linker") && answer(clean("bpf-linker").arg("--version")).is_some()
}

/// Where a program of LLVM's own lies, if it does.
pub(crate) fn llvm_program(name: &str) -> Option<PathBuf> {
    let debian = PathBuf::from(format!("/usr/lib/llvm-{LLVM}/bin/{name}"));
    if debian.is_file() {
        return Some(debian);
    }
    has_program(name).then(|| name.into())
}

fn debian_is_complete() -> bool {
    let has_core = fs::read_dir(DEBIAN_CORE)
        .is_ok_and(|files| files.flatten().any(|file| file.file_name().to_string_lossy().starts_with("libcore")));
    has_core && Path::new(DEBIAN_RUSTC).is_file()
}

fn nightly_is_complete() -> bool {
    let Some(sysroot) = answer(nightly("--print").arg("sysroot")) else { return false };
    let has_source = Path::new(&sysroot).join("lib/rustlib/src/rust/library/core/src/lib.rs").is_file();
    // A bpf-linker that is here was chosen by the user; the one `setup` builds cannot read a newer LLVM's output.
    has_source && (has_linker() || answer(&mut nightly("-vV")).and_then(|text| llvm(&text)).is_some_and(|v| v <= LLVM))
}

fn nightly(argument: &str) -> Command {
    let mut command = clean("rustup");
    command.args(["run", "nightly", "rustc", argument]);
    command
}

/// The major version of LLVM in the answer to `rustc -vV`.
fn llvm(version: &str) -> Option<u32> {
    let line = version.lines().find_map(|line| line.strip_prefix("LLVM version: "))?;
    line.split('.').next()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::llvm;

    #[test]
    fn the_major_version_of_llvm_is_read_from_rustc() {
        assert_eq!(llvm("rustc 1.95.0\nhost: x86_64-unknown-linux-gnu\nLLVM version: 22.1.2\n"), Some(22));
        assert_eq!(llvm("rustc 1.95.0\n"), None);
    }
}
