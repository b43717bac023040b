//! The tasks of sgfw's own build, run as `cargo xtask TASK`; one file a task.

use std::process::ExitCode;

use clap::{Parser, Subcommand};

mod bench;
mod clients;
mod demo;
mod ebpf;
mod host;
mod setup;
#[path = "../../sgfw/build/sources.rs"]
mod sources;
mod test;
mod tidy;
mod toolchain;

/// The tasks of sgfw's own build.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Install what the build and the tests lack; does nothing when all is there
    Setup,
    /// Build the kernel side to target/bpf
    BuildEbpf,
    /// Set up, build, and show policies/web.yaml at work on real packets, in namespaces of its own
    Demo,
    /// Lint the kernel side for the BPF target, warnings denied
    ClippyEbpf,
    /// Set up, build and run every test, and name those that were skipped
    Test {
        /// Handed to `cargo test`, after its own
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Measure what verdicts, connections and applies cost, as ratios of one run
    Bench {
        /// Write the numbers to this file too, as JSON
        #[arg(long)]
        json: Option<std::path::PathBuf>,
    },
    /// Check the invariants of ARCHITECTURE.md that no lint can
    Tidy,
    /// Write into docs/security-groups.md which tests prove which row
    Features,
}

fn main() -> ExitCode {
    let result = match Arguments::parse().task {
        Task::Setup => setup::run(),
        Task::BuildEbpf => ebpf::build(),
        Task::Demo => demo::run(),
        Task::ClippyEbpf => ebpf::clippy(),
        Task::Test { arguments } => test::run(&arguments),
        Task::Bench { json } => bench::run(json.as_deref()),
        Task::Tidy => tidy::run(),
        Task::Features => tidy::write_features(),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
