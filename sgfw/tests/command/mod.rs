//! The `sgfw` command as its users run it, with directories of its own.

#![allow(dead_code, reason = "each test program uses a part")]
#![allow(clippy::unwrap_used, reason = "a test that unwraps fails at the line that is wrong")]

#[path = "../lab/note.rs"]
mod note;

pub(crate) mod agent;
pub(crate) mod clients;
pub(crate) mod lab;

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// Pins and state that nobody else uses; what is attached goes with it.
pub(crate) struct Sgfw {
    pub(crate) pins: PathBuf,
    pub(crate) room: tempfile::TempDir,
}

/// What a run said.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Sgfw {
    /// Pins below this directory.
    pub(crate) fn below(parent: &Path) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let pins = parent.join(format!("sgfw-cli-{}-{number}", std::process::id()));
        Self { pins, room: tempfile::tempdir().unwrap() }
    }

    /// Nothing can be pinned: for what needs no privilege.
    pub(crate) fn unprivileged() -> Self {
        Self::below(Path::new("/nowhere"))
    }

    pub(crate) fn state(&self) -> PathBuf {
        self.room.path().join("state")
    }

    pub(crate) fn logs(&self) -> PathBuf {
        self.room.path().join("logs")
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sgfw"));
        command.env("SGFW_PIN_DIR", &self.pins).env("SGFW_STATE_DIR", self.state());
        command.env("SGFW_LOG_DIR", self.logs());
        command.env_remove("SSH_CONNECTION").env_remove("NO_COLOR").args(arguments).stdin(Stdio::null());
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Said {
        Said::of(&self.command(arguments).output().unwrap())
    }

    /// Writes a file and says its path.
    pub(crate) fn file(&self, name: &str, text: &str) -> String {
        let path = self.room.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    }
}

impl Drop for Sgfw {
    fn drop(&mut self) {
        if self.pins.exists() {
            let _ = self.command(&["detach", "--all"]).output();
            let _ = std::fs::remove_dir_all(&self.pins);
        }
    }
}

impl Said {
    pub(crate) fn of(output: &Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        Self { code: output.status.code(), out: text(&output.stdout), err: text(&output.stderr) }
    }

    #[track_caller]
    pub(crate) fn exits(&self, code: i32) -> &Self {
        assert_eq!(self.code, Some(code), "stdout:\n{}\nstderr:\n{}", self.out, self.err);
        self
    }

    /// All of these words are on standard output.
    #[track_caller]
    pub(crate) fn says(&self, words: &[&str]) -> &Self {
        words.iter().for_each(|word| assert!(self.out.contains(word), "no {word:?} in:\n{}", self.out));
        self
    }

    /// All of these words are on standard error.
    #[track_caller]
    pub(crate) fn complains(&self, words: &[&str]) -> &Self {
        words.iter().for_each(|word| assert!(self.err.contains(word), "no {word:?} in:\n{}", self.err));
        self
    }

    /// Standard output as JSON, which always names its schema.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        let json: Value = serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error} in\n{}", self.out));
        assert_eq!(json["schema"], 1, "{json}");
        json
    }
}

/// Whether it becomes true within some seconds.
pub(crate) fn until(mut is_so: impl FnMut() -> bool) -> bool {
    let started = Instant::now();
    while started.elapsed() < Duration::from_secs(20) {
        if is_so() {
            return true;
        }
        sleep(Duration::from_millis(20));
    }
    false
}

/// Says that a test was not run: to the terminal, and to the file that `SGFW_SKIP_LOG` names.
pub(crate) fn skip(test: &str, reason: &str) {
    note::note(test, reason);
}
