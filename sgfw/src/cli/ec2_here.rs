//! What is around `sgfw ec2`: this host's store and kernel, or the agent that has them; and the terminal.

use super::context::Context;
use super::ec2::{self, Caller, Perform, Said, Screen, World};
use super::reply::write_out;
use crate::agent::Backend;
use crate::api::{Action, Reply};
use crate::endpoint::{self, Perform as _, PerformError};
use crate::inventory::{AccountId, Scope, State};
use crate::store::Store;
use std::ffi::OsString;

/// Global options of sgfw that take a value, which may stand before `ec2`.
const VALUES: [&str; 6] = ["--pin-dir", "--state-dir", "--socket", "--output", "-o", "--color"];

/// The words before `ec2` and those behind it, if that is the verb.
pub(super) fn split(arguments: &[OsString]) -> Option<(Vec<OsString>, Vec<String>)> {
    let mut at = 1;
    while let Some(word) = arguments.get(at).and_then(|word| word.to_str()) {
        match word {
            "ec2" => {
                let words = arguments[at + 1..].iter().map(|word| word.to_string_lossy().into_owned());
                return Some((arguments[..at].to_vec(), words.collect()));
            }
            word if VALUES.contains(&word) => at += 2,
            word if word.starts_with('-') => at += 1,
            _ => return None,
        }
    }
    None
}

/// Runs the words behind `ec2`, and says the exit code.
pub(super) fn run(context: &Context, words: &[String]) -> u8 {
    let backend = backend(context);
    let author = context.author("ec2").author;
    let connect = |caller: &Caller| -> Result<Box<dyn Perform + '_>, String> {
        let scope = scope(context, caller)?;
        Ok(Box::new(Here { backend: &backend, scope, author: author.clone() }))
    };
    let world = World {
        connect: &connect,
        pause: &std::thread::sleep,
        environment: &|name| std::env::var(name).ok(),
        screen: Screen { width: columns(), colour: context.out.colour },
    };
    let Said { out, err, code } = ec2::run(words, &world);
    write_out(&out);
    eprint!("{err}");
    backend.left().values().for_each(|why| context.note(&format!("{}: {why}", context.err.yellow("warning"))));
    code
}

/// How wide the terminal is; 80 where there is none.
fn columns() -> usize {
    let size = rustix::termios::tcgetwinsize(std::io::stdout());
    size.ok().map(|size| usize::from(size.ws_col)).filter(|columns| *columns > 0).unwrap_or(80)
}

/// Whoever performs operations here.
pub(super) fn backend(context: &Context) -> Backend {
    Backend::new(context.socket.clone(), context.store.clone(), context.paths.clone())
}

/// The account and region of a caller: what was said, else the store's home.
pub(super) fn scope(context: &Context, caller: &Caller) -> Result<Scope, String> {
    let home = || {
        let stored = context.store.get().map_err(|error| error.to_string())?;
        let state = State::from_rows(stored.rows.iter().filter(|(key, _)| *key == "settings"));
        state.map(|state| state.settings.home.clone()).map_err(|error| error.to_string())
    };
    let mut scope = home()?;
    if let Some(account) = &caller.account {
        scope.account =
            AccountId::parse(account).map_err(|_| format!("the account {account:?} is not twelve digits"))?;
    }
    if let Some(region) = &caller.region {
        scope.region.clone_from(region);
    }
    Ok(scope)
}

/// One caller's way to the store and the kernel.
struct Here<'a> {
    backend: &'a Backend,
    scope: Scope,
    author: String,
}

impl Perform for Here<'_> {
    fn perform(&self, action: &Action) -> Result<Reply, PerformError> {
        let performed: endpoint::Performed = self.backend.perform(&self.scope, action, &self.author)?;
        Ok(performed.reply)
    }
}
