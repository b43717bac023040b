//! The socket: who may speak is said by its mode (0660), who spoke is written down.

use super::orders::Orderer;
use super::protocol::{Answer, Ask, LONGEST};
use super::run::{Agent, AgentError, tell};
use crate::api::Action;
use crate::service::Asker;
use rustix::net::sockopt::socket_peercred;
use std::fs::{self, Permissions};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

/// Connections at once; more wait for the kernel's backlog.
const MOST: usize = 64;
/// A connection that asks nothing for so long is closed.
const IDLE: Duration = Duration::from_secs(300);

/// Makes the socket, in the place of one that a dead agent left.
pub(super) fn listen(path: &Path) -> Result<UnixListener, AgentError> {
    let failed = |error| AgentError::System { what: format!("listen at {}", path.display()), error };
    if let Some(directory) = path.parent() {
        fs::create_dir_all(directory).map_err(failed)?;
    }
    if path.exists() {
        fs::remove_file(path).map_err(failed)?;
    }
    let listener = UnixListener::bind(path).map_err(failed)?;
    fs::set_permissions(path, Permissions::from_mode(0o660)).map_err(failed)?;
    Ok(listener)
}

/// Answers on threads of their own until the process ends.
pub(super) fn serve(agent: &Arc<Agent>, listener: UnixListener) {
    let agent = agent.clone();
    let open = Arc::new(AtomicUsize::new(0));
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            if open.load(Ordering::Relaxed) >= MOST {
                let _ = answer_to(&stream, &Answer::failed("too many connections to the agent"));
                continue;
            }
            let (agent, open) = (agent.clone(), open.clone());
            open.fetch_add(1, Ordering::Relaxed);
            thread::spawn(move || {
                // A peer that goes away in the middle is no trouble of ours.
                let _ = converse(&agent, &stream);
                open.fetch_sub(1, Ordering::Relaxed);
            });
        }
    });
}

fn converse(agent: &Agent, stream: &UnixStream) -> io::Result<()> {
    stream.set_read_timeout(Some(IDLE))?;
    let peer = peer(stream);
    let mut reader = BufReader::new(stream);
    loop {
        let mut line = String::new();
        if (&mut reader).take(LONGEST).read_line(&mut line)? == 0 {
            return Ok(());
        }
        let asked = serde_json::from_str::<Ask>(&line);
        let is_action = asked.as_ref().is_ok_and(Ask::writes);
        let answer = match asked {
            Ok(ask) => answer(agent, ask, &peer),
            Err(error) => Answer::failed(format!("the question cannot be read: {error}")),
        };
        let given = answer_to(stream, &answer);
        if is_action {
            agent.settle();
        }
        given?;
    }
}

fn answer_to(mut stream: &UnixStream, answer: &Answer) -> io::Result<()> {
    let mut line = serde_json::to_vec(answer)?;
    line.push(b'\n');
    if let Answer::Done { reply, follows: true, .. } = answer {
        line.extend_from_slice(reply.as_bytes());
        line.push(b'\n');
    }
    stream.write_all(&line)
}

/// Process and user at the other end, as the kernel knows them.
fn peer(stream: &UnixStream) -> String {
    match socket_peercred(stream) {
        Ok(peer) => format!("uid {} pid {}", peer.uid.as_raw(), peer.pid.as_raw_nonzero()),
        Err(_) => "unknown peer".into(),
    }
}

fn answer(agent: &Agent, ask: Ask, peer: &str) -> Answer {
    match ask {
        Ask::Health => Answer::Health(agent.health().clone()),
        Ask::Reload => {
            agent.ask_reload();
            done(String::new(), crate::control::Outcome::default())
        }
        Ask::Order { order, author, colour } => {
            agent.obey(order, Orderer { author: format!("{author} ({peer})"), colour })
        }
        Ask::Perform { scope, action, input, author, version } => {
            let action = match Action::from_json(&action, input) {
                Ok(action) => action,
                Err(error) => return Answer::failed(format!("the request cannot be read: {error}")),
            };
            let author = format!("{author} ({peer})");
            if action.operation().writes {
                tell(&format!("{} by {author}", action.name()));
            }
            let asker = Asker::new(&scope, &author);
            let asker = Asker { version: version.as_deref().unwrap_or(asker.version), ..asker };
            match agent.perform(&asker, &action) {
                Ok((reply, outcome)) => match serde_json::to_string(&reply) {
                    Ok(reply) => done(reply, outcome),
                    Err(error) => Answer::failed(error.to_string()),
                },
                Err(error) => error.into(),
            }
        }
    }
}

fn done(reply: String, outcome: crate::control::Outcome) -> Answer {
    let follows = !reply.is_empty();
    Answer::Done { reply, follows, revision: outcome.revision, generation: outcome.generation, left: outcome.left }
}
