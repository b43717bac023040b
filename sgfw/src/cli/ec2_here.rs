//! What is around `sgfw ec2` and `ec2-authorize`: this host's store and kernel, or the agent that has them; and the terminal.

use super::context::Context;
use super::ec2::{self, Caller, Perform, Said, Screen, World};
use super::ec2_authorize;
use super::reply::write_out;
use crate::agent::{Backend, Client};
use crate::api::{Action, Reply, SecurityGroupRule};
use crate::endpoint::{self, Perform as _, PerformError};
use crate::inventory::{AccountId, Scope, State};
use crate::model::{Direction, PortRange, Traffic, open_logins};
use crate::service::Asker;
use crate::store::Store;
use std::ffi::OsString;
use std::path::Path;

/// Global options of sgfw that take a value, which may stand before `ec2`.
const VALUES: [&str; 6] = ["--pin-dir", "--state-dir", "--socket", "--output", "-o", "--color"];

/// A command whose words are not clap's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tool {
    /// `sgfw ec2`.
    Ec2,
    /// `ec2-authorize`, `ec2auth`, `sgfw ec2-authorize`.
    Authorize,
}

impl Tool {
    fn named(word: &str) -> Option<Self> {
        match word {
            "ec2" => Some(Self::Ec2),
            "ec2-authorize" | "ec2auth" => Some(Self::Authorize),
            _ => None,
        }
    }
}

/// The words before the tool's name and those behind it, if that is the verb or what this process was called.
pub(super) fn split(arguments: &[OsString]) -> Option<(Tool, Vec<OsString>, Vec<String>)> {
    let words = |from: usize| arguments[from..].iter().map(|word| word.to_string_lossy().into_owned()).collect();
    let called = arguments.first().map(Path::new).and_then(Path::file_name).and_then(|name| name.to_str());
    if called.is_some_and(|name| Tool::named(name) == Some(Tool::Authorize)) {
        return Some((Tool::Authorize, arguments[..1].to_vec(), words(1)));
    }
    let mut at = 1;
    while let Some(word) = arguments.get(at).and_then(|word| word.to_str()) {
        match Tool::named(word) {
            Some(tool) => return Some((tool, arguments[..at].to_vec(), words(at + 1))),
            None if VALUES.contains(&word) => at += 2,
            None if word.starts_with('-') => at += 1,
            None => return None,
        }
    }
    None
}

/// Runs the words behind the tool's name, and says the exit code.
pub(super) fn run(context: &Context, tool: Tool, words: &[String]) -> u8 {
    let backend = backend(context);
    let author = context.author("ec2").author;
    let connect = |caller: &Caller| -> Result<Box<dyn Perform + '_>, String> {
        let scope = scope(context, caller)?;
        Ok(Box::new(Here { context, backend: &backend, scope, author: author.clone() }))
    };
    let world = World {
        connect: &connect,
        pause: &std::thread::sleep,
        environment: &|name| std::env::var(name).ok(),
        screen: Screen { width: columns(), colour: context.out.colour },
    };
    let Said { out, err, code } = match tool {
        Tool::Ec2 => ec2::run(words, &world),
        Tool::Authorize => {
            ec2_authorize::run(words, &world, &|| std::io::read_to_string(std::io::stdin()).unwrap_or_default())
        }
    };
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

impl Here<'_> {
    /// What the reply itself does not tell.
    fn warn(&self, reply: &Reply) {
        match reply {
            Reply::AuthorizeSecurityGroupIngress(reply) => self.warn_of_logins(&reply.security_group_rules),
            Reply::CreateFlowLogs(reply) if !reply.flow_log_ids.is_empty() => self.warn_of_no_agent(),
            _ => {}
        }
    }

    /// Flow logs are written by a process that stays.
    fn warn_of_no_agent(&self) {
        if matches!(Client::connect(&self.context.socket), Ok(None)) {
            self.context.note("warning: no agent runs; flow logs are written while `sgfw agent` does");
        }
    }

    /// A word about SSH or RDP that a new rule opens to the world (F144).
    fn warn_of_logins(&self, rules: &[SecurityGroupRule]) {
        for rule in rules {
            let block = rule.cidr_ipv4.as_deref().or(rule.cidr_ipv6.as_deref()).and_then(|block| block.parse().ok());
            let services =
                block.map(|block| open_logins(Direction::Ingress, &traffic(rule), &block)).unwrap_or_default();
            if !services.is_empty() {
                let (what, id) = (services.join(" and "), rule.security_group_rule_id.as_deref().unwrap_or_default());
                let advice = "acceptable for a short test only, otherwise allow your own range";
                self.context.note(&format!("warning: {what} is open to every address by {id}: {advice}"));
            }
        }
    }
}

/// What a rule of a reply allows, as far as logins go.
fn traffic(rule: &SecurityGroupRule) -> Traffic {
    let port = |port: Option<i64>| port.and_then(|port| u16::try_from(port).ok());
    match rule.ip_protocol.as_deref() {
        Some("-1") => Traffic::All,
        Some("tcp") => {
            let range = port(rule.from_port).zip(port(rule.to_port)).and_then(|(from, to)| PortRange::new(from, to));
            range.map_or(Traffic::All, Traffic::Tcp)
        }
        // No other protocol is one to log in by.
        _ => Traffic::Protocol(0),
    }
}

/// One caller's way to the store and the kernel.
struct Here<'a> {
    context: &'a Context,
    backend: &'a Backend,
    scope: Scope,
    author: String,
}

impl Perform for Here<'_> {
    fn perform(&self, action: &Action) -> Result<Reply, PerformError> {
        let performed: endpoint::Performed = self.backend.perform(&Asker::new(&self.scope, &self.author), action)?;
        self.warn(&performed.reply);
        Ok(performed.reply)
    }
}
