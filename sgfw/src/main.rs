//! The `sgfw` command.

fn main() -> std::process::ExitCode {
    sgfw::cli::main()
}
