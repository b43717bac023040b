//! What went wrong, what to do about it, and the exit code.

use super::context::Context;
use super::reply::{line, write_out};
use crate::agent::{Answer, ClientError};
use crate::compile::CompileError;
use crate::control::ControlError;
use crate::declare::Refused;
use crate::kernel::KernelError;
use crate::plan::PlanError;
use crate::policy::Diagnostics;
use crate::store::StoreError;
use serde_json::json;
use std::io::ErrorKind;

/// Something failed.
const FAILED: u8 = 1;
/// Not allowed (`EX_NOPERM` of sysexits.h).
const NOT_ALLOWED: u8 = 77;

const TOO_LARGE: &str = "make the policy smaller: fewer address blocks, members or different rules";
const LOOK: &str = "`sgfw status` shows what is in force; run the command again once the cause is gone";

/// A verb that could not do what it was asked.
#[derive(Debug)]
pub(super) struct Failure {
    message: String,
    /// What to do, where the message does not say it.
    help: Option<String>,
    code: u8,
    diagnostics: Option<Diagnostics>,
}

impl Failure {
    /// A failure with what to do about it.
    pub(super) fn new(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { message: message.into(), help: Some(help.into()), code: FAILED, diagnostics: None }
    }

    /// What the agent failed at.
    pub(super) const fn told(message: String, help: Option<String>, code: Option<u8>) -> Self {
        let code = match code {
            Some(code) => code,
            None => FAILED,
        };
        Self { message, help, code, diagnostics: None }
    }

    /// For whoever asked the agent.
    pub(super) fn answer(self) -> Answer {
        let message = match self.diagnostics {
            Some(found) => found.render(false),
            None => self.message,
        };
        Answer::Failed { message, help: self.help, code: Some(self.code) }
    }

    /// What failed.
    pub(super) fn message(&self) -> &str {
        &self.message
    }

    fn not_allowed_if(self, not_allowed: bool) -> Self {
        Self { code: if not_allowed { NOT_ALLOWED } else { self.code }, ..self }
    }

    /// Prints it, and says the exit code.
    pub(super) fn print(&self, context: &Context) -> u8 {
        match &self.diagnostics {
            Some(found) => eprintln!("{}", found.render(context.err.colour)),
            None => {
                eprintln!("{}: {}", context.err.red("error"), self.message);
                self.help.iter().for_each(|help| eprintln!("help: {help}"));
            }
        }
        if context.json {
            let error = json!({ "message": self.message, "help": self.help, "diagnostics": self.diagnostics });
            write_out(&line(json!({ "ok": false, "error": error })));
        }
        self.code
    }
}

impl From<ClientError> for Failure {
    fn from(error: ClientError) -> Self {
        let help =
            "an agent runs and does what changes things: speak to it as root or as one of the group of its socket";
        Self::new(error.to_string(), help).not_allowed_if(error.is_privilege())
    }
}

impl From<Diagnostics> for Failure {
    fn from(found: Diagnostics) -> Self {
        let help = "correct the places that are named, then run `sgfw validate` on the files";
        Self { diagnostics: Some(found.clone()), ..Self::new(found.summary(), help) }
    }
}

impl From<KernelError> for Failure {
    fn from(error: KernelError) -> Self {
        let help = match &error {
            KernelError::System { .. } | KernelError::Aya { .. } => Some(LOOK.to_owned()),
            KernelError::Program { .. } => {
                Some("sgfw needs Linux 6.1 or newer with BTF; `uname -r` tells yours".into())
            }
            _ => None,
        };
        let not_allowed = error.is_privilege();
        Self { message: error.to_string(), help, code: FAILED, diagnostics: None }.not_allowed_if(not_allowed)
    }
}

impl From<ControlError> for Failure {
    fn from(error: ControlError) -> Self {
        match error {
            ControlError::Refused(fault) if fault.code.ends_with(".NotFound") => Self::new(
                fault.to_string(),
                "`sgfw show groups` and the describe verbs of `sgfw ec2` list what there is",
            ),
            ControlError::Refused(fault) => Self::new(fault.to_string(), "`sgfw ec2 help` lists operations"),
            ControlError::Store(error) => error.into(),
            ControlError::Compile(error) => error.into(),
            ControlError::Plan(error) => error.into(),
            ControlError::Kernel(error) => error.into(),
            ControlError::Declared(refused) => refused.into(),
            ControlError::Tests(_) => Self::new(
                error.to_string(),
                "nothing was changed; correct the rules or the tests: `sgfw test FILE` runs them alone",
            ),
            ControlError::Rows(error) => {
                Self::new(error.to_string(), "use the sgfw that wrote the store, or a newer one")
            }
            ControlError::NotEnforced { .. } => Self::new(
                error.to_string(),
                "run `sgfw apply` once the cause is gone; packets meet with the policy before",
            ),
        }
    }
}

impl From<Refused> for Failure {
    fn from(refused: Refused) -> Self {
        Self::new(refused.to_string(), "nothing was changed; correct the places that are named")
    }
}

impl From<CompileError> for Failure {
    fn from(error: CompileError) -> Self {
        Self::new(error.to_string(), TOO_LARGE)
    }
}

impl From<PlanError> for Failure {
    fn from(error: PlanError) -> Self {
        let help = match &error {
            PlanError::Full { .. } => TOO_LARGE,
            PlanError::SameDevice(..) | PlanError::NoDevice(_) => "say which device with --device NAME=DEVICE",
        };
        Self::new(error.to_string(), help)
    }
}

fn is_full(error: &std::io::Error) -> bool {
    matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded)
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        let help = match &error {
            StoreError::Missing { .. } => {
                "apply the policy again, which writes it anew; enforcement does not depend on it"
            }
            StoreError::Damaged { .. } => {
                "put a copy of the file in its place, or move the file away and apply the policy again; \
                 what is in force stays in force meanwhile"
            }
            StoreError::Newer { .. } => "install the sgfw that wrote it; this one changes nothing there",
            StoreError::Conflict { .. } => "somebody changed it meanwhile: run the command again",
            StoreError::NoRevision { .. } => "`sgfw history` lists the revisions that are kept",
            StoreError::Locked { .. } => "wait until it is done and run the command again",
            StoreError::File { .. } if error.is_privilege() => {
                "run sgfw as root, or give --state-dir a directory that you may write to"
            }
            StoreError::File { error, .. } if is_full(error) => {
                "make room on that file system, or give --state-dir another; nothing was changed"
            }
            StoreError::File { .. } => "give --state-dir a directory on a file system that can be written",
        };
        Self::new(error.to_string(), help).not_allowed_if(error.is_privilege())
    }
}
