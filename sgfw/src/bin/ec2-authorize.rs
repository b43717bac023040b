//! The old tool's name for `sgfw ec2-authorize`: which it is, the name tells.

fn main() -> std::process::ExitCode {
    sgfw::cli::main()
}
