//! `sgfw ec2 VERB`: the verbs, flags, shorthand, output and errors of the AWS CLI, on this host's groups.
//!
//! Words become a request in the types of [`crate::api`]; whoever performs it answers with a reply or a fault, and both
//! are shown as the AWS CLI shows them. Nothing here knows what an operation does. Flags, shorthand and columns follow
//! from the shapes; exit codes are those of version 2 (see `error`). What differs from the AWS CLI on purpose: no
//! profile, endpoint or credential is needed, so flags about them mean nothing; a bare address where a block is wanted
//! gets a hint; tokens of `--max-items` have another form.

mod call;
mod data;
mod empty;
mod error;
mod file;
mod flags;
mod help;
mod kinds;
mod launch;
mod page;
mod query;
mod request;
mod rule;
mod shorthand;
mod show;
mod skeleton;
mod table;
#[cfg(test)]
mod tests;
mod text;
mod wait;
mod words;

use crate::api::{self, Action, Reply};
use crate::endpoint::PerformError;
use call::{run_verb, run_waiter};
use error::Error;
use std::time::Duration;
pub use table::Screen;
use wait::Waiter;

/// Does what is asked.
pub trait Perform {
    /// One operation.
    ///
    /// # Errors
    /// What the service refuses, with AWS's code and words, or what keeps it from working.
    fn perform(&self, action: &Action) -> Result<Reply, PerformError>;
}

/// Who asks, where it was said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Caller {
    /// Twelve digits.
    pub account: Option<String>,
    /// Such as `us-east-1`.
    pub region: Option<String>,
}

/// Finds who performs the operations of a caller, or says why there is nobody.
pub type Connect<'a> = dyn Fn(&Caller) -> Result<Box<dyn Perform + 'a>, String> + 'a;

/// What is around a command.
pub struct World<'a> {
    /// Asked once for a command that makes sense; its error is shown as it is.
    pub connect: &'a Connect<'a>,
    /// Waits.
    pub pause: &'a dyn Fn(Duration),
    /// The value of an environment variable.
    pub environment: &'a dyn Fn(&str) -> Option<String>,
    /// What tables are drawn on.
    pub screen: Screen,
}

impl std::fmt::Debug for World<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "World({:?})", self.screen)
    }
}

/// What a command says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
    /// Exit code.
    pub code: u8,
}

/// Runs the words behind `sgfw ec2`.
#[must_use]
pub fn run(words: &[String], world: &World<'_>) -> Said {
    match command(words, world) {
        Ok(out) => Said { out, ..Said::default() },
        Err(error) => Said { out: String::new(), err: error.text(), code: error.code() },
    }
}

const HELP: [&str; 3] = ["help", "--help", "-h"];

fn command(words: &[String], world: &World<'_>) -> Result<String, Error> {
    let Some((verb, rest)) = verb(words)? else {
        return if words.iter().any(|word| word == "--version") {
            Ok(format!("sgfw {}\n", env!("CARGO_PKG_VERSION")))
        } else {
            Err(Error::usage("the following arguments are required: operation"))
        };
    };
    let helps = |rest: &[String]| matches!(rest, [only] if HELP.contains(&only.as_str()));
    match verb.as_str() {
        word if HELP.contains(&word) => Ok(help::overview()),
        "wait" if helps(&rest) => Ok(help::waiters()),
        "wait" => {
            let (waiter, rest) = waiter(&rest)?;
            let operation = waiter.operation().ok_or_else(|| Error::usage("too few arguments"))?;
            if helps(&rest) {
                return Ok(help::verb(operation, &format!("wait {}", waiter.name)));
            }
            run_waiter(operation, waiter, &rest, world)
        }
        word => {
            if let Some(empty) = empty::find(word) {
                return if helps(&rest) { Ok(empty::describe(empty)) } else { empty::run(empty, &rest, world) };
            }
            let operation = api::verb(word).ok_or_else(|| no_such("operation", word, &verbs()))?;
            if helps(&rest) {
                return Ok(help::verb(operation, operation.verb));
            }
            run_verb(operation, &rest, world)
        }
    }
}

fn verbs() -> Vec<&'static str> {
    let empty = api::EMPTY.iter().map(|empty| empty.verb);
    api::OPERATIONS.iter().map(|operation| operation.verb).chain(empty).chain(["wait"]).collect()
}

/// The verb, which is the first word that no flag takes, and the words without it.
fn verb(words: &[String]) -> Result<Option<(String, Vec<String>)>, Error> {
    let at = words::leading(words, &flags::globals())?;
    let Some(verb) = words.get(at) else { return Ok(None) };
    if verb.starts_with('-') && !HELP.contains(&verb.as_str()) {
        return Err(Error::Unknown(vec![verb.clone()]));
    }
    Ok(Some((verb.clone(), [&words[..at], &words[at + 1..]].concat())))
}

fn waiter(words: &[String]) -> Result<(&'static Waiter, Vec<String>), Error> {
    let Some((name, rest)) = verb(words)? else { return Err(Error::usage("too few arguments")) };
    let names: Vec<_> = wait::WAITERS.iter().map(|waiter| waiter.name).collect();
    let waiter = Waiter::find(&name).ok_or_else(|| no_such("subcommand", &name, &names))?;
    Ok((waiter, rest))
}

/// A verb that there is not, with those that are like it.
fn no_such(what: &str, word: &str, known: &[&str]) -> Error {
    let likeness = |name: &str| if name.starts_with(word) { 1.0 } else { strsim::jaro(word, name) };
    let mut like: Vec<_> = known.iter().map(|name| (likeness(name), *name)).collect();
    like.retain(|(likeness, _)| *likeness > 0.85);
    like.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    let like: String = like.iter().take(3).map(|(_, name)| format!("\n  * {name}")).collect();
    let meant = if like.is_empty() { "see `sgfw ec2 help`".into() } else { format!("maybe you meant:\n{like}") };
    Error::usage(format!("argument {what}: Invalid choice: '{word}', {meant}"))
}
