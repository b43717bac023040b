//! The program that was built, with pins, state and policies of its own, which go with it.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail};

pub(super) struct Program<'a> {
    sgfw: &'a Path,
    directory: PathBuf,
    pins: PathBuf,
}

impl<'a> Program<'a> {
    pub(super) fn new(sgfw: &'a Path, name: &str) -> Result<Self> {
        let name = format!("sgfw-bench-{name}-{}", std::process::id());
        let directory = std::env::temp_dir().join(&name);
        std::fs::create_dir_all(&directory)?;
        Ok(Self { sgfw, directory, pins: Path::new("/sys/fs/bpf").join(name) })
    }

    /// Writes a policy.
    pub(super) fn policy(&self, name: &str, text: &str) -> Result<PathBuf> {
        let path = self.directory.join(name).with_extension("yaml");
        std::fs::write(&path, text)?;
        Ok(path)
    }

    /// Where its pins and its store are, for whoever uses sgfw as a library.
    pub(super) fn directories(&self) -> [(&'static str, PathBuf); 2] {
        [("SGFW_PIN_DIR", self.pins.clone()), ("SGFW_STATE_DIR", self.directory.join("state"))]
    }

    pub(super) fn apply(&self, policy: &Path) -> Result<()> {
        self.run(&["apply", &policy.display().to_string()])
    }

    pub(super) fn detach_all(&self) -> Result<()> {
        if self.pins.exists() { self.run(&["detach", "--all"]) } else { Ok(()) }
    }

    fn run(&self, arguments: &[&str]) -> Result<()> {
        let mut command = Command::new(self.sgfw);
        command.arg("--pin-dir").arg(&self.pins).arg("--state-dir").arg(self.directory.join("state"));
        let output = command.args(arguments).output()?;
        if !output.status.success() {
            bail!("sgfw {}: {}", arguments.join(" "), String::from_utf8_lossy(&output.stderr));
        }
        Ok(())
    }
}

impl Drop for Program<'_> {
    fn drop(&mut self) {
        self.detach_all().ok();
        std::fs::remove_dir_all(&self.directory).ok();
    }
}
