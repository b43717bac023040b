//! The command line: one file a verb, and what they share.
//!
//! What the user typed becomes a `Context` and a verb; a verb becomes a reply or a failure; both
//! become text or JSON, and an exit code, here. Exit codes: 0 done, 1 failed, 2 `plan` found changes, 64 the command
//! line makes no sense, 77 not allowed.

mod agent;
mod apply;
mod basis;
mod cells;
mod changes;
mod context;
mod copy_group;
mod counters;
mod detach;
mod diff;
mod doctor;
pub mod ec2;
pub mod ec2_authorize;
mod ec2_here;
mod explain;
mod export;
mod failure;
mod flow_logs;
mod flows;
mod history;
mod impact;
mod in_force;
mod junit;
mod lockout;
mod log;
mod my_ip;
mod order;
mod packet;
mod plan;
mod policy;
mod progress;
mod reach;
mod reply;
mod rollback;
mod serve;
mod show;
mod status;
mod style;
mod table;
mod test;
mod time;
mod validate;
mod who;

use clap::{Parser, Subcommand};
use context::{Context, Global};
use failure::Failure;
use reply::Reply;
use std::ffi::OsString;
use std::process::ExitCode;

/// The command line makes no sense (`EX_USAGE` of sysexits.h).
const USAGE: u8 = 64;

const EXAMPLES: &str = "\
Examples:
  sgfw validate policies/web.yaml
  sgfw plan policies/web.yaml --device web=eth0
  sgfw apply policies/web.yaml --device web=eth0
  sgfw status

Exit codes: 0 done, 1 failed, 2 `plan` found changes, 64 wrong usage, 77 not allowed.
What is applied stays in force when the command ends; `sgfw detach --all` ends it.";

/// Security groups for any Linux box, enforced in the kernel by eBPF.
#[derive(Debug, Parser)]
#[command(name = "sgfw", version, after_help = EXAMPLES, disable_help_subcommand = true)]
struct Arguments {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    verb: Option<Verb>,
}

#[derive(Debug, Subcommand)]
enum Verb {
    Apply(apply::Apply),
    Plan(plan::Plan),
    Validate(validate::Validate),
    Test(test::Test),
    Status(status::Status),
    Show(show::Show),
    Explain(explain::Explain),
    Who(who::Who),
    Reach(reach::Reach),
    Flows(flows::Flows),
    Counters(counters::Counters),
    Log(log::Log),
    History(history::History),
    Diff(diff::Diff),
    Rollback(rollback::Rollback),
    Detach(detach::Detach),
    Agent(agent::Agent),
    Serve(serve::Serve),
    Export(export::Export),
    Doctor(doctor::Doctor),
    CopyGroup(copy_group::CopyGroup),
    MyIp(my_ip::MyIp),
    /// The old tool of that name: adds rules to a group; `sgfw ec2-authorize --help`
    Ec2Authorize {
        /// As behind `ec2-authorize`
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        words: Vec<String>,
    },
    /// The verbs and flags of the AWS CLI for security groups: `sgfw ec2 help`
    Ec2 {
        /// As behind `aws ec2`
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        words: Vec<String>,
    },
}

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    ExitCode::from(run(std::env::args_os()))
}

fn run(arguments: impl IntoIterator<Item = OsString>) -> u8 {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let (arguments, tool) = match ec2_here::split(&arguments) {
        Some((tool, globals, words)) => (globals, Some((tool, words))),
        None => (arguments, None),
    };
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(error) => {
            // A closed pipe is nobody's concern.
            let _ = error.print();
            return if error.use_stderr() { USAGE } else { 0 };
        }
    };
    let context = Context::new(&arguments.global);
    if let Some((tool, words)) = tool {
        return ec2_here::run(&context, tool, &words);
    }
    match verb(&context, arguments.verb.as_ref()) {
        Ok(reply) => reply.print(&context),
        Err(failure) => failure.print(&context),
    }
}

fn verb(context: &Context, verb: Option<&Verb>) -> Result<Reply, Failure> {
    match verb {
        Some(Verb::Apply(verb)) => verb.run(context),
        Some(Verb::Plan(verb)) => verb.run(context),
        Some(Verb::Validate(verb)) => verb.run(context),
        Some(Verb::Test(verb)) => verb.run(context),
        Some(Verb::Status(verb)) => verb.run(context),
        Some(Verb::Show(verb)) => verb.run(context),
        Some(Verb::Explain(verb)) => verb.run(context),
        Some(Verb::Who(verb)) => verb.run(context),
        Some(Verb::Reach(verb)) => verb.run(context),
        Some(Verb::Flows(verb)) => verb.run(context),
        Some(Verb::Counters(verb)) => verb.run(context),
        Some(Verb::Log(verb)) => verb.run(context),
        Some(Verb::History(verb)) => verb.run(context),
        Some(Verb::Diff(verb)) => verb.run(context),
        Some(Verb::Rollback(verb)) => verb.run(context),
        Some(Verb::Detach(verb)) => verb.run(context),
        Some(Verb::Agent(verb)) => verb.run(context),
        Some(Verb::Serve(verb)) => verb.run(context),
        Some(Verb::Export(verb)) => verb.run(context),
        Some(Verb::Doctor(verb)) => verb.run(context),
        Some(Verb::CopyGroup(verb)) => verb.run(context),
        Some(Verb::MyIp(verb)) => verb.run(context),
        // Taken before: its words are not clap's.
        Some(Verb::Ec2 { .. } | Verb::Ec2Authorize { .. }) => Ok(Reply::silent()),
        None => status::overview(context),
    }
}
