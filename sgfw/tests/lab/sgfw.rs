//! The program under test, with pins and state of its own that go with their owner.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::{Context, Result};
use serde_json::Value;

use super::net::{leftovers, own_name};

/// The BPF file system.
pub(crate) const BPFFS: &str = "/sys/fs/bpf";

/// A pin directory, a state directory and room for files.
#[derive(Debug)]
pub(crate) struct Sgfw {
    /// `--pin-dir`.
    pub(crate) pins: PathBuf,
    /// Holds the state directory and files of the test.
    pub(crate) room: tempfile::TempDir,
}

/// What a run of the program said.
#[derive(Clone, Debug)]
pub(crate) struct Said {
    /// The exit code; none if a signal ended it.
    pub(crate) code: Option<i32>,
    /// Standard output.
    pub(crate) out: String,
    /// Standard error.
    pub(crate) err: String,
}

impl Sgfw {
    /// New directories; nothing is in force.
    pub(crate) fn new() -> Result<Self> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let pins = Path::new(BPFFS).join(own_name(&number.to_string()));
        Ok(Self { pins, room: tempfile::tempdir().context("a directory for files")? })
    }

    /// The program with these arguments, not yet started.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sgfw"));
        command.args(self.places()).args(arguments).stdin(Stdio::null());
        // A lock-out guard looks at the caller's connection; that of whoever runs the tests is not meant.
        command.env_remove("SSH_CONNECTION");
        command
    }

    /// The global options that every run gets.
    pub(crate) fn places(&self) -> [String; 4] {
        let state = self.room.path().join("state");
        ["--pin-dir".into(), self.pins.display().to_string(), "--state-dir".into(), state.display().to_string()]
    }

    /// Runs the program to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Said {
        Said::of(&self.command(arguments).output().expect("the program starts"))
    }

    /// Runs it and insists on success; the JSON it printed, or null.
    pub(crate) fn json(&self, arguments: &[&str]) -> Value {
        let said = self.run(&[arguments, &["-o", "json"]].concat());
        said.succeeded();
        serde_json::from_str(&said.out).unwrap_or_else(|error| panic!("{error} in\n{}", said.out))
    }

    /// Writes a file of the test.
    pub(crate) fn file(&self, name: &str, text: &str) -> String {
        let path = self.room.path().join(name);
        fs::write(&path, text).expect("a file is written");
        path.display().to_string()
    }
}

impl Drop for Sgfw {
    fn drop(&mut self) {
        if self.pins.exists() {
            let _ = self.command(&["detach", "--all"]).output();
        }
        // Links let go of their device when their pin goes.
        let _ = fs::remove_dir_all(&self.pins);
    }
}

impl Said {
    /// What a finished process said.
    pub(crate) fn of(output: &Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Self { code: output.status.code(), out: text(&output.stdout), err: text(&output.stderr) }
    }

    /// Insists on exit code 0.
    #[track_caller]
    pub(crate) fn succeeded(&self) -> &Self {
        assert_eq!(self.code, Some(0), "stdout:\n{}\nstderr:\n{}", self.out, self.err);
        self
    }

    /// Insists on failure with a message that has all these words.
    #[track_caller]
    pub(crate) fn failed_saying(&self, words: &[&str]) -> &Self {
        assert!(!matches!(self.code, Some(0 | 101) | None), "code {:?}:\n{}\n{}", self.code, self.out, self.err);
        for word in words {
            assert!(self.err.contains(word), "`{word}` is not in:\n{}", self.err);
        }
        self
    }
}

/// Deletes pins of processes that are no more.
pub(crate) fn sweep() {
    for pins in leftovers(Path::new(BPFFS)) {
        let _ = fs::remove_dir_all(pins);
    }
}

/// Mounts the BPF file system where it is not.
pub(crate) fn mount_bpffs() -> Result<()> {
    let device = |path: &str| fs::metadata(path).map(|meta| meta.dev());
    if device(BPFFS).ok() == device("/sys/fs").ok() {
        let status = Command::new("mount").args(["-t", "bpf", "bpf", BPFFS]).status().context("mount")?;
        anyhow::ensure!(status.success(), "mount -t bpf bpf {BPFFS}: {status}");
    }
    Ok(())
}
