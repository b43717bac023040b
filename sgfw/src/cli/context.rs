//! What every verb is told: where things lie, and how to speak.

use super::style::{Colour, Style};
use crate::kernel::Paths;
use crate::store::{self, Redb};
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// Options that every verb takes.
#[derive(Args, Debug)]
#[command(next_help_heading = "Options for every command")]
pub(super) struct Global {
    /// Where programs and maps are pinned, on a BPF file system
    #[arg(long, global = true, value_name = "DIR", env = "SGFW_PIN_DIR", default_value = "/sys/fs/bpf/sgfw")]
    pin_dir: PathBuf,
    /// Where the policy of each generation is kept
    #[arg(long, global = true, value_name = "DIR", env = "SGFW_STATE_DIR", default_value = store::DEFAULT)]
    state_dir: PathBuf,
    /// A table for people or JSON for programs
    #[arg(short, long, global = true, value_enum, value_name = "FORMAT", default_value_t = Format::Table)]
    output: Format,
    /// Colour; `auto` means on a terminal, unless NO_COLOR is set
    #[arg(long, global = true, value_enum, value_name = "WHEN", default_value_t = Colour::Auto)]
    color: Colour,
    /// Say nothing but errors; JSON is still printed
    #[arg(short, long, global = true)]
    quiet: bool,
}

/// How a reply is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    Table,
    Json,
}

/// The global options, as they are meant.
#[derive(Debug)]
pub(super) struct Context {
    /// Pins.
    pub(super) paths: Paths,
    /// State.
    pub(super) store: Redb,
    /// Replies are JSON.
    pub(super) json: bool,
    /// Nothing but errors.
    pub(super) quiet: bool,
    /// Colours of standard output.
    pub(super) out: Style,
    /// Colours of standard error.
    pub(super) err: Style,
}

impl Context {
    pub(super) fn new(global: &Global) -> Self {
        Self {
            paths: Paths::new(&global.pin_dir),
            store: Redb::new(&global.state_dir),
            json: global.output == Format::Json,
            quiet: global.quiet,
            out: Style::of(global.color, &std::io::stdout()),
            err: Style::of(global.color, &std::io::stderr()),
        }
    }

    /// Says something beside the reply, on standard error.
    pub(super) fn note(&self, text: &str) {
        if !self.quiet {
            eprintln!("{text}");
        }
    }
}
