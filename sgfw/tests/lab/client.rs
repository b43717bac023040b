//! Where Amazon's own clients are: what `cargo xtask setup` installs below `target/clients`, or the machine's own.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A program of this name, or one like it, that does not fail with these words.
pub(crate) fn client(own: &str, other: &str, words: &[&str]) -> Option<PathBuf> {
    let own = Path::new(env!("CARGO_TARGET_TMPDIR")).join("../clients/bin").join(own);
    [own, other.into()].into_iter().find(|program| {
        let tried = Command::new(program).args(words).stdout(Stdio::null()).stderr(Stdio::null()).status();
        tried.is_ok_and(|status| status.success())
    })
}

/// A Python that has this module.
pub(crate) fn python(module: &str) -> Option<PathBuf> {
    client("python", "python3", &["-c", &format!("import {module}")])
}
