//! Commands that change things go through the agent's socket where one listens, and are done here where none does.
//!
//! The agent obeys by the same functions, so the words are the same. What the caller alone knows goes with the order:
//! the texts of the files, the login, whether there is colour.

use super::apply::apply;
use super::context::Context;
use super::detach::detach;
use super::failure::Failure;
use super::policy::Given;
use super::reply::Reply;
use super::rollback::rollback;
use crate::agent::{Answer, Ask, Client, Order, Orderer, Orders};
use crate::control::Engine;
use crate::kernel::Paths;
use crate::store::Redb;
use std::path::PathBuf;

/// Has the agent do it; none where no agent listens.
pub(super) fn give(context: &Context, order: impl FnOnce() -> Order) -> Result<Option<Reply>, Failure> {
    let Some(mut client) = Client::connect(&context.socket)? else { return Ok(None) };
    let colour = (context.out.colour, context.err.colour);
    let ask = Ask::Order { order: order(), author: context.author("").author, colour };
    match client.ask(&ask)? {
        Answer::Said(mut said) => {
            std::mem::take(&mut said.notes).iter().for_each(|note| context.note(note));
            Ok(Some(said.into()))
        }
        Answer::Failed { message, help, code } => Err(Failure::told(message, help, code)),
        other => Err(Failure::new(format!("the agent answers something else: {other:?}"), "is it of this version?")),
    }
}

/// The commands, on the agent's side.
#[derive(Debug)]
pub(super) struct Commands {
    pub(super) paths: Paths,
    pub(super) store: Redb,
    pub(super) socket: PathBuf,
}

impl Orders for Commands {
    fn obey(&self, engine: &mut Engine, order: Order, orderer: Orderer) -> Answer {
        let own = (self.paths.clone(), self.store.clone(), self.socket.clone());
        let mut context = Context::on_behalf(own, orderer);
        match obey(&mut context, engine, order) {
            Ok(reply) => Answer::Said(reply.said(context.notes())),
            Err(failure) => failure.answer(),
        }
    }
}

fn obey(context: &mut Context, engine: &mut Engine, order: Order) -> Result<Reply, Failure> {
    match order {
        Order::Apply { files, devices, allow_lockout, login } => {
            let given = Given::sent(&files, devices)?;
            context.login = login;
            let _turn = context.store.lock("apply")?;
            look_anew(engine)?;
            apply(context, engine, &given, allow_lockout)
        }
        Order::Rollback { revision, allow_lockout, login } => {
            context.login = login;
            let _turn = context.store.lock("rollback")?;
            look_anew(engine)?;
            rollback(context, engine, revision, allow_lockout)
        }
        Order::Detach { names, all } => detach(context, context.store.lock("detach")?, &names, all),
    }
}

/// As somebody who comes now finds it.
fn look_anew(engine: &mut Engine) -> Result<(), Failure> {
    engine.refresh()?;
    engine.forget();
    Ok(())
}
