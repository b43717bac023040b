//! The machine and the build that a task runs in: directories, programs, and clean inner commands.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

/// The root of the workspace.
pub(crate) fn root() -> PathBuf {
    // `cargo run` says it anew at every start; what was compiled in may be the place of a moved checkout.
    let package = env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from);
    package.parent().map(Path::to_path_buf).unwrap_or(package)
}

/// The target directory that this very program was built to, so that inner builds use the same.
pub(crate) fn target() -> Result<PathBuf> {
    let program = env::current_exe().context("the path of xtask itself is not known")?;
    // Cargo marks a target directory for backup programs.
    let marked = program.ancestors().find(|ancestor| ancestor.join("CACHEDIR.TAG").is_file());
    Ok(marked.map_or_else(|| root().join("target"), Path::to_path_buf))
}

/// The cargo that runs this task.
pub(crate) fn cargo() -> PathBuf {
    env::var_os("CARGO").map_or_else(|| "cargo".into(), PathBuf::from)
}

/// A command at the root that sees nothing of the cargo that started this task: an inner build
/// with another compiler would else take the outer one's flags, wrapper or libraries.
pub(crate) fn clean(program: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(root());
    for (name, _) in env::vars_os() {
        if name.to_str().is_some_and(is_of_the_outer_build) {
            command.env_remove(name);
        }
    }
    command
}

fn is_of_the_outer_build(name: &str) -> bool {
    // What the user says about the network, the registry and the machine stays.
    const KEPT: [&str; 7] = [
        "CARGO_HOME",
        "CARGO_BUILD_JOBS",
        "CARGO_NET_",
        "CARGO_HTTP_",
        "CARGO_REGISTR",
        "CARGO_SOURCE_",
        "CARGO_TERM_",
    ];
    // RUSTUP_TOOLCHAIN stays too: without it rustup may take, or even fetch, another host compiler.
    const DROPPED: [&str; 4] = ["CARGO", "RUSTC", "RUSTDOC", "RUSTFLAGS"];
    // Cargo puts the directories of its own compiler there.
    name == "LD_LIBRARY_PATH"
        || DROPPED.iter().any(|prefix| name.starts_with(prefix)) && !KEPT.iter().any(|prefix| name.starts_with(prefix))
}

/// Runs `command` to its end; `what` names it in the error.
pub(crate) fn run(command: &mut Command, what: &str) -> Result<()> {
    let status = command.status().with_context(|| format!("{what}: {:?} does not start", command.get_program()))?;
    if !status.success() {
        bail!("{what} failed ({status})");
    }
    Ok(())
}

/// What `command` prints, trimmed; none where it does not start or fails.
pub(crate) fn answer(command: &mut Command) -> Option<String> {
    let output = command.output().ok().filter(|output| output.status.success())?;
    Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Whether `program` lies in the search path, or where system administration's programs lie.
pub(crate) fn has_program(program: &str) -> bool {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path)
        .chain(["/usr/sbin".into(), "/sbin".into()])
        .any(|directory| directory.join(program).is_file())
}

/// The program with optimisation, without the minutes that link-time optimisation takes.
pub(crate) fn optimised() -> Result<PathBuf> {
    run(clean(cargo()).args(["build", "--profile", "bench", "--package", "sgfw", "--bin", "sgfw"]), "building sgfw")?;
    Ok(target()?.join("release/sgfw"))
}

#[cfg(test)]
mod tests {
    use super::is_of_the_outer_build;

    #[test]
    fn an_inner_build_sees_the_machine_but_not_the_outer_build() {
        for dropped in ["CARGO", "CARGO_MANIFEST_DIR", "RUSTC_WRAPPER", "CARGO_ENCODED_RUSTFLAGS"] {
            assert!(is_of_the_outer_build(dropped), "{dropped}");
        }
        for kept in [
            "CARGO_HOME",
            "RUSTUP_HOME",
            "RUSTUP_TOOLCHAIN",
            "PATH",
            "CARGO_NET_OFFLINE",
            "CARGO_REGISTRIES_OWN_INDEX",
            "RUST_LOG",
        ] {
            assert!(!is_of_the_outer_build(kept), "{kept}");
        }
    }
}
