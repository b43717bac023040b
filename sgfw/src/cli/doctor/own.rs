//! What is sgfw's own: the store, what is in force, the agent.

use super::Finding;
use crate::agent::{Answer, Ask, Client};
use crate::cli::context::Context;
use crate::cli::in_force::InForce;
use crate::inventory::State;
use crate::kernel::Kernel;
use crate::store::Store;

pub(super) fn look(context: &Context) -> Vec<Finding> {
    vec![store(context), in_force(context), agent(context)]
}

fn store(context: &Context) -> Finding {
    let file = context.store.file().display().to_string();
    let read = context.store.get().map_err(|error| error.to_string()).and_then(|stored| {
        let state = State::from_rows(&stored.rows).map_err(|error| error.to_string())?;
        Ok((stored.revision, state))
    });
    match read {
        Ok((0, _)) => Finding::ok("store", format!("{file} is empty")),
        Ok((revision, state)) => {
            let (groups, interfaces) = (state.groups.len(), state.interfaces.len());
            Finding::ok("store", format!("{file}, revision {revision}: {groups} groups, {interfaces} interfaces"))
        }
        Err(error) => {
            let advice = "what is in force stays; put a copy of the file in its place, or move it away and apply again";
            Finding::bad("store", error, advice)
        }
    }
}

fn in_force(context: &Context) -> Finding {
    let what = "policy in force";
    match InForce::read(context) {
        Err(failure) => Finding::bad(what, failure.message().to_owned(), "see `privileges` above"),
        Ok(now) if now.kernel.is_none() => Finding::warning(what, "none: nothing is filtered", "`sgfw apply FILE`"),
        Ok(now) if now.kernel.as_ref().is_some_and(Kernel::outdated) => {
            Finding::warning(what, "the programs are another version's", "`sgfw apply` replaces them, link by link")
        }
        Ok(now) => {
            let devices = now.running.attachments.len();
            Finding::ok(what, format!("generation {} on {devices} devices", now.generation()))
        }
    }
}

fn agent(context: &Context) -> Finding {
    let health =
        Client::connect(&context.socket).and_then(|client| client.map(|mut it| it.ask(&Ask::Health)).transpose());
    match health {
        Ok(Some(Answer::Health(health))) => match health.trouble.or(health.reload) {
            None => Finding::ok("agent", format!("process {} since {}", health.pid, health.since)),
            Some(trouble) => Finding::warning("agent", trouble, "`sgfw status` tells more"),
        },
        Ok(_) => Finding::warning(
            "agent",
            "none runs: what is in force stays, but devices that come later are not protected",
            "`systemctl enable --now sgfw-agent`",
        ),
        Err(error) => Finding::warning("agent", error.to_string(), "join the group that owns the socket, or ask root"),
    }
}
