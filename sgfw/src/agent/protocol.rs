//! What is said on the socket: a line of JSON for a question, a line for its answer. The reply of an operation is a
//! line of its own behind the answer, for whoever knows its type.

use crate::api::operation;
use crate::control::ControlError;
use crate::inventory::Scope;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Where the socket is when nobody says otherwise.
pub const SOCKET: &str = "/run/sgfw/agent.sock";

/// The longest line that is read, in bytes.
pub(super) const LONGEST: u64 = 64 << 20;

/// A question.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "ask", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Ask {
    /// One operation of the EC2 API.
    Perform {
        /// For which account, in which region.
        scope: Scope,
        /// The operation's name, such as `AuthorizeSecurityGroupIngress`.
        action: String,
        /// Its members by their names in JSON.
        input: Value,
        /// Who asks, as far as the asker knows; the agent adds the peer's credentials.
        author: String,
        /// The version of the API that they speak; none: the newest.
        #[serde(default)]
        version: Option<String>,
    },
    /// What a command of sgfw would do by itself where no agent runs.
    Order {
        /// What.
        order: Order,
        /// Who asks.
        author: String,
        /// Whether the asker's standard output and standard error take colour.
        colour: (bool, bool),
    },
    /// Read the agent's own files again.
    Reload,
    /// How it goes.
    Health,
}

/// A command that changes things, with everything that the asker alone knows.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "verb", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Order {
    /// Put policy files in force, or what the store holds.
    Apply {
        /// The files, all that is declared; none: what the store holds. They were read and checked by the asker.
        files: Vec<PolicyFile>,
        /// Interface and device.
        devices: Vec<(String, String)>,
        /// Do it even if somebody who is logged in could not log in again.
        allow_lockout: bool,
        /// The asker's own login, as sshd tells of it.
        login: Option<String>,
    },
    /// Go back to an earlier revision.
    Rollback {
        /// Which; none: the last but one.
        revision: Option<u64>,
        /// As of `Apply`.
        allow_lockout: bool,
        /// As of `Apply`.
        login: Option<String>,
    },
    /// Take sgfw off devices.
    Detach {
        /// Devices or interfaces.
        names: Vec<String>,
        /// All of them: the agent rests until something is put in force again.
        all: bool,
    },
}

impl Ask {
    /// Whether it is an action that may change something.
    pub(super) fn writes(&self) -> bool {
        matches!(self, Self::Perform { action, .. } if operation(action).is_some_and(|it| it.writes))
    }
}

/// What a command prints.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Said {
    /// For people.
    pub text: String,
    /// For programs.
    pub json: Value,
    /// What is said beside it, on standard error.
    pub notes: Vec<String>,
    /// The exit code.
    pub code: u8,
}

/// A policy file on its way.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolicyFile {
    /// As it was named.
    pub name: String,
    /// What is in it.
    pub text: String,
}

/// An answer.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "kebab-case")]
pub enum Answer {
    /// It was done, and packets meet with it.
    Done {
        /// The reply's members by their names in JSON: the next line, if it is not empty.
        #[serde(skip)]
        reply: String,
        /// Whether there is a next line.
        follows: bool,
        /// The newest revision.
        revision: u64,
        /// The generation in force, if any is.
        generation: Option<u64>,
        /// Interfaces that stay unprotected, with why.
        left: BTreeMap<String, String>,
    },
    /// The service refuses; nothing has changed.
    Refused {
        /// AWS's code.
        code: String,
        /// AWS's words.
        message: String,
    },
    /// Somebody else is at it; nothing has changed, and the same may work a moment later.
    Busy {
        /// Who, in words.
        message: String,
    },
    /// An order was obeyed.
    Said(Said),
    /// Something else is wrong.
    Failed {
        /// What.
        message: String,
        /// What to do about it, where the message does not say it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        help: Option<String>,
        /// The exit code of a command that fails so; none where no command was ordered.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        code: Option<u8>,
    },
    /// How it goes.
    Health(Health),
}

/// How the agent does.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Health {
    /// Its process.
    pub pid: u32,
    /// Since when it runs, RFC 3339.
    pub since: String,
    /// The revision that packets meet with.
    pub revision: u64,
    /// The generation in force.
    pub generation: u64,
    /// When it last looked, RFC 3339.
    pub looked: String,
    /// What keeps it from its task; none if nothing does.
    pub trouble: Option<String>,
    /// Why its policy files were not taken the last time; none if they were, or there are none.
    pub reload: Option<String>,
    /// Interfaces that are unprotected, with why.
    pub left: BTreeMap<String, String>,
    /// What keeps flow logs from being written.
    #[serde(default)]
    pub flow_logs: BTreeSet<String>,
    /// Everything was detached by order, and nothing was put in force since.
    #[serde(default)]
    pub rests: bool,
}

impl Answer {
    /// Something is wrong, in words.
    pub fn failed(message: impl Into<String>) -> Self {
        Self::Failed { message: message.into(), help: None, code: None }
    }
}

impl From<ControlError> for Answer {
    fn from(error: ControlError) -> Self {
        match error {
            ControlError::Refused(fault) => Self::Refused { code: fault.code.into(), message: fault.message },
            other if other.is_passing() => Self::Busy { message: other.to_string() },
            other => Self::failed(other.to_string()),
        }
    }
}
