//! `cargo xtask setup`: what the build and the tests need beside cargo.
//!
//! It looks for files and not for packages, so that it also works where the parts came another way, and it
//! installs only what is missing. It never changes what rustup has.

use std::env;
use std::path::Path;
use std::process::Command;

use anyhow::{Result, bail};

use crate::clients;
use crate::host::{self, answer, cargo, clean, has_program};
use crate::toolchain::{LLVM, Toolchain, has_linker};

const LINKER: &str = "0.13.0";

/// Installs what is missing and says what the build takes.
pub(crate) fn run() -> Result<()> {
    let packages = missing_packages();
    if !packages.is_empty() {
        install(&packages)?;
    }
    let linker_was_there = has_linker();
    if !linker_was_there {
        install_linker()?;
    }
    clients::ready()?;
    let toolchain = Toolchain::ready()?;
    if packages.is_empty() && linker_was_there {
        println!("setup: all is there");
    }
    println!("setup: takes {toolchain} for the BPF target");
    println!("setup: takes {}", answer(clean("bpf-linker").arg("--version")).unwrap_or_default());
    Ok(())
}

/// Debian's names of what is missing, in the order of the need.
fn missing_packages() -> Vec<String> {
    let mut packages: Vec<String> = Vec::new();
    match Toolchain::find() {
        None => packages.extend(["rustc-web", "libstd-rust-web-dev-bpf", "rust-web-clippy"].map(str::to_owned)),
        Some(Toolchain::Debian) if Toolchain::Debian.clippy().is_err() => packages.push("rust-web-clippy".to_owned()),
        Some(_) => {}
    }
    if !has_linker() && env::var_os("LLVM_PREFIX").is_none() {
        packages.extend([format!("llvm-{LLVM}-dev"), format!("libpolly-{LLVM}-dev")]);
        packages.extend(["libzstd-dev", "zlib1g-dev", "g++"].map(str::to_owned));
    }
    // What the tests and the demo run: links and namespaces, echoes, a process with few capabilities.
    for (program, package) in [
        ("ip", "iproute2"),
        ("ping", "iputils-ping"),
        ("capsh", "libcap2-bin"),
        ("iperf3", "iperf3"),
        ("python3", "python3-venv"),
    ] {
        if !has_program(program) {
            packages.push(package.to_owned());
        }
    }
    packages
}

fn install(packages: &[String]) -> Result<()> {
    let names = packages.join(" ");
    let by_hand = format!("apt-get install --no-install-recommends {names}");
    if !has_program("apt-get") {
        bail!(
            "this machine has no apt-get: install what Debian calls {names} in its own way, or run \
             `rustup toolchain install nightly --component rust-src` for the compiler, then `cargo xtask setup`"
        );
    }
    if answer(Command::new("id").arg("-u")).as_deref() != Some("0") {
        bail!("missing: {names}: run `sudo {by_hand}`, then `cargo xtask setup`");
    }
    println!("setup: installs {names}");
    if apt(&["update"])
        .and_then(|()| apt(&[&["install", "--no-install-recommends"], &strs(packages)[..]].concat()))
        .is_err()
    {
        bail!("apt-get cannot install what is missing: see that the network is up and run `{by_hand}`");
    }
    Ok(())
}

fn strs(strings: &[String]) -> Vec<&str> {
    strings.iter().map(String::as_str).collect()
}

fn apt(arguments: &[&str]) -> Result<()> {
    let mut command = Command::new("apt-get");
    command.args(["--quiet", "--yes"]).args(arguments).env("DEBIAN_FRONTEND", "noninteractive");
    host::run(&mut command, "apt-get")
}

fn install_linker() -> Result<()> {
    println!("setup: builds bpf-linker {LINKER} (about a minute)");
    let prefix = format!("/usr/lib/llvm-{LLVM}");
    let mut command = clean(cargo());
    if env::var_os("LLVM_PREFIX").is_none() && Path::new(&prefix).is_dir() {
        command.env("LLVM_PREFIX", prefix);
    }
    command.args(["install", "bpf-linker", "--version", LINKER, "--locked", "--force", "--no-default-features"]);
    command.args(["--features", &format!("llvm-{LLVM}")]);
    if host::run(&mut command, "bpf-linker").is_err() {
        bail!("bpf-linker cannot be built: see that the network is up and run `cargo xtask setup` again");
    }
    Ok(())
}
