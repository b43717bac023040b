//! The other end of the socket.

use super::protocol::{Answer, Ask, LONGEST};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::Duration;
use thiserror::Error;

/// How long an answer may take: it waits for a policy to be in force.
const PATIENCE: Duration = Duration::from_secs(60);

/// Why there is no answer.
#[derive(Debug, Error)]
pub enum ClientError {
    /// The agent is there and cannot be spoken to.
    #[error("cannot {what} the agent at {}: {error}", path.display())]
    Socket {
        /// What was tried.
        what: &'static str,
        /// The socket.
        path: PathBuf,
        /// The system's word.
        error: io::Error,
    },
}

impl ClientError {
    /// Whether this process may not speak to it.
    pub fn is_privilege(&self) -> bool {
        let Self::Socket { error, .. } = self;
        error.kind() == io::ErrorKind::PermissionDenied
    }
}

/// A connection to the agent.
#[derive(Debug)]
pub struct Client {
    path: PathBuf,
    stream: BufReader<UnixStream>,
}

impl Client {
    /// Connects, or none where no agent listens.
    ///
    /// # Errors
    /// An agent listens and may not be spoken to.
    pub fn connect(path: &Path) -> Result<Option<Self>, ClientError> {
        let failed = |error| ClientError::Socket { what: "speak to", path: path.into(), error };
        let stream = match UnixStream::connect(path) {
            Err(error) if is_nobody(&error) => return Ok(None),
            other => other.map_err(failed)?,
        };
        stream.set_read_timeout(Some(PATIENCE)).map_err(failed)?;
        Ok(Some(Self { path: path.into(), stream: BufReader::new(stream) }))
    }

    /// Asks, and waits for the answer.
    ///
    /// # Errors
    /// The agent went away, or says nothing that can be read.
    pub fn ask(&mut self, ask: &Ask) -> Result<Answer, ClientError> {
        self.exchange(ask).map_err(|error| ClientError::Socket { what: "ask", path: self.path.clone(), error })
    }

    /// Whether the agent is still at the other end, as far as can be told: it says nothing unasked.
    pub(super) fn is_open(&self) -> bool {
        let mut files = [PollFd::new(self.stream.get_ref(), PollFlags::IN)];
        poll(&mut files, Some(&Timespec::default())).is_ok_and(|events| events == 0)
    }

    fn exchange(&mut self, ask: &Ask) -> io::Result<Answer> {
        let mut line = serde_json::to_vec(ask)?;
        line.push(b'\n');
        if line.len() as u64 > LONGEST {
            return Err(io::Error::other(format!("more than {} MiB to say", LONGEST >> 20)));
        }
        self.stream.get_mut().write_all(&line)?;
        let mut answer: Answer = serde_json::from_str(&self.line()?)?;
        if let Answer::Done { reply, follows: true, .. } = &mut answer {
            *reply = self.line()?;
        }
        Ok(answer)
    }

    fn line(&mut self) -> io::Result<String> {
        let mut line = String::new();
        (&mut self.stream).take(LONGEST).read_line(&mut line)?;
        if line.ends_with('\n') { Ok(line) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
    }
}

/// No socket, or one that a dead agent left.
fn is_nobody(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused)
}
