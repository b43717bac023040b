//! What every verb is told: where things lie, and how to speak.

use super::failure::Failure;
use super::style::{Colour, Style};
use crate::agent::{self, Orderer};
use crate::control::{self, Engine};
use crate::kernel::Paths;
use crate::store::{self, Note, Redb};
use clap::{Args, ValueEnum};
use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::sync::Arc;

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
    /// Where the agent listens, if one runs [default: /run/sgfw/agent.sock, or agent.sock in another --state-dir]
    #[arg(long, global = true, value_name = "FILE", env = "SGFW_SOCKET")]
    socket: Option<PathBuf>,
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
    /// The agent's socket.
    pub(super) socket: PathBuf,
    /// Replies are JSON.
    pub(super) json: bool,
    /// Nothing but errors.
    pub(super) quiet: bool,
    /// Colours of standard output.
    pub(super) out: Style,
    /// Colours of standard error.
    pub(super) err: Style,
    /// The caller's login, as sshd tells of it.
    pub(super) login: Option<String>,
    /// The agent, at work for somebody else.
    behalf: Option<Behalf>,
}

/// Somebody else, for whom the agent does what they would have done by themselves.
#[derive(Debug)]
struct Behalf {
    author: String,
    /// What is said to them beside the reply.
    notes: RefCell<Vec<String>>,
}

impl Context {
    pub(super) fn new(global: &Global) -> Self {
        Self {
            paths: Paths::new(&global.pin_dir),
            store: Redb::new(&global.state_dir),
            socket: global.socket.clone().unwrap_or_else(|| socket(&global.state_dir)),
            json: global.output == Format::Json,
            quiet: global.quiet,
            out: Style::of(global.color, &std::io::stdout()),
            err: Style::of(global.color, &std::io::stderr()),
            login: std::env::var("SSH_CONNECTION").ok(),
            behalf: None,
        }
    }

    /// For somebody who asks the agent that has this store and these pins.
    pub(super) fn on_behalf((paths, store, socket): (Paths, Redb, PathBuf), who: Orderer) -> Self {
        Self {
            paths,
            store,
            socket,
            json: false,
            quiet: false,
            out: Style { colour: who.colour.0 },
            err: Style { colour: who.colour.1 },
            login: None,
            behalf: Some(Behalf { author: who.author, notes: RefCell::default() }),
        }
    }

    /// Whether this is the work of the agent for somebody else.
    pub(super) const fn is_on_behalf(&self) -> bool {
        self.behalf.is_some()
    }

    /// What was said beside the reply to somebody else.
    pub(super) fn notes(self) -> Vec<String> {
        self.behalf.map(|it| it.notes.into_inner()).unwrap_or_default()
    }

    /// The store, the state and the kernel together.
    pub(super) fn engine(&self) -> Result<Engine, Failure> {
        Ok(Engine::open(Arc::new(self.store.clone()), &self.paths)?)
    }

    /// Who is at work, for the history.
    pub(super) fn author(&self, action: &str) -> Note {
        let author = self.behalf.as_ref().map_or_else(author, |it| it.author.clone());
        Note { author, action: action.into(), time: control::now() }
    }

    /// Says something beside the reply, on standard error.
    pub(super) fn note(&self, text: &str) {
        match &self.behalf {
            Some(behalf) => behalf.notes.borrow_mut().push(text.into()),
            None if self.quiet => {}
            None => eprintln!("{text}"),
        }
    }
}

/// Another store has another agent.
fn socket(state_dir: &Path) -> PathBuf {
    let is_default = state_dir == Path::new(store::DEFAULT);
    if is_default { agent::SOCKET.into() } else { state_dir.join("agent.sock") }
}

/// The user as the system knows them: number and name, and who they were before `sudo`.
fn author() -> String {
    let uid = rustix::process::getuid();
    let name = nix::unistd::User::from_uid(nix::unistd::Uid::from_raw(uid.as_raw())).ok().flatten();
    let name = name.map(|user| format!(" ({})", user.name)).unwrap_or_default();
    let sudo = std::env::var("SUDO_USER").ok().map(|user| format!(" for {user}")).unwrap_or_default();
    format!("uid {}{name}{sudo}", uid.as_raw())
}
