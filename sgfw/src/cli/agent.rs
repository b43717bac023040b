//! `sgfw agent`: the process that stays.

use super::context::Context;
use super::failure::Failure;
use super::order::Commands;
use super::reply::Reply;
use crate::agent::{Agent as Process, AgentError, Settings};
use clap::Args;
use std::path::PathBuf;
use std::sync::Arc;

const EXAMPLES: &str = "\
Examples:
  sgfw agent                                  # keeps the kernel on the store
  sgfw agent /etc/sgfw/policy.yaml            # applies the file first, and again on SIGHUP

It needs CAP_BPF, CAP_NET_ADMIN and CAP_PERFMON, and CAP_SYS_ADMIN only for devices in network namespaces. It listens on a
unix socket (mode 0660) and on no network: whoever may speak there has it apply, roll back, detach and act. When it ends,
packets are judged as before; `sgfw detach --all` ends that. A bad file keeps the policy before and shows in `sgfw status`.";

/// Stay, and keep the kernel on the store: devices that come and go, what somebody removed, what others change
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) struct Agent {
    /// Policy files, applied at the start and on SIGHUP; none: what the store holds
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,

    /// Where flow logs are written; log groups and buckets are directories in it
    #[arg(long, value_name = "DIR", env = "SGFW_LOG_DIR", default_value = "/var/log/sgfw-flow-logs")]
    log_dir: PathBuf,
}

impl Agent {
    pub(super) fn run(&self, context: &Context) -> Result<Reply, Failure> {
        Process::run(Settings {
            paths: context.paths.clone(),
            store: context.store.clone(),
            socket: context.socket.clone(),
            files: self.files.clone(),
            flow_logs: self.log_dir.clone(),
            orders: Arc::new(Commands {
                paths: context.paths.clone(),
                store: context.store.clone(),
                socket: context.socket.clone(),
            }),
        })?;
        Ok(Reply::silent())
    }
}

impl From<AgentError> for Failure {
    fn from(error: AgentError) -> Self {
        match error {
            AgentError::Control(error) => error.into(),
            AgentError::Store(error) => error.into(),
            AgentError::Another { .. } => {
                Self::new(error.to_string(), "one agent serves a store; `sgfw status` tells how it does")
            }
            AgentError::System { .. } => {
                Self::new(error.to_string(), "give --socket a path in a directory that the agent may write to")
            }
        }
    }
}
