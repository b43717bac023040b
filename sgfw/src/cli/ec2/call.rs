//! One command on its way: words to a request, the request to who performs it, the reply to what is shown.

use super::data::Data;
use super::error::{self, Error};
use super::flags::{self, Does, Flag, Global};
use super::page::Part;
use super::show::{self, Show};
use super::wait::Waiter;
use super::words::{Given, Words};
use super::{Caller, World, request, skeleton};
use crate::api::{Action, Operation};
use crate::endpoint::PerformError;
use serde_json::Value;

/// Runs a verb, and says what goes to standard output.
///
/// # Errors
/// Whatever keeps it from being done.
pub(super) fn run_verb(operation: &'static Operation, words: &[String], world: &World<'_>) -> Result<String, Error> {
    let flags = flags::all(operation);
    Call::new(operation, Words::sort(words, &flags)?, &flags, world)?.run()
}

/// Runs a waiter.
///
/// # Errors
/// Whatever keeps it from being done, or what is waited for from being so.
pub(super) fn run_waiter(
    operation: &'static Operation,
    waiter: &Waiter,
    words: &[String],
    world: &World<'_>,
) -> Result<String, Error> {
    let flags = flags::all(operation);
    Call::new(operation, Words::sort(words, &flags)?, &flags, world)?.wait(waiter)
}

/// The form in which the words want a reply.
///
/// # Errors
/// When a flag has a value that it does not take.
pub(super) fn show(words: &Words<'_>, world: &World<'_>) -> Result<Show, Error> {
    let output = option(words, Global::Output).or_else(|| variable(world, "AWS_DEFAULT_OUTPUT"));
    Show::new(output, option(words, Global::Query), option(words, Global::Color), world.screen)
}

fn option(words: &Words<'_>, wanted: Global) -> Option<String> {
    match words.get(|flag: &Flag| matches!(flag.does, Does::Global(does) if does == wanted)) {
        Some(Given::One(text)) => Some(text.clone()),
        _ => None,
    }
}

fn variable(world: &World<'_>, name: &str) -> Option<String> {
    (world.environment)(name).filter(|value| !value.is_empty())
}

/// One command on its way.
struct Call<'a, 'w> {
    operation: &'static Operation,
    words: Words<'a>,
    world: &'a World<'w>,
    caller: Caller,
    show: Show,
    paginate: bool,
}

impl<'a, 'w> Call<'a, 'w> {
    fn new(
        operation: &'static Operation,
        words: Words<'a>,
        flags: &[Flag],
        world: &'a World<'w>,
    ) -> Result<Self, Error> {
        request::required(flags, &words)?;
        if !words.loose.is_empty() {
            return Err(Error::Unknown(words.loose));
        }
        let variable = |name: &str| variable(world, name);
        let caller = Caller {
            account: option(&words, Global::Account).or_else(|| variable("SGFW_ACCOUNT")),
            region: option(&words, Global::Region)
                .or_else(|| variable("AWS_REGION"))
                .or_else(|| variable("AWS_DEFAULT_REGION")),
        };
        let show = show(&words, world)?;
        let paginate = words.get(|flag| matches!(flag.does, Does::Global(Global::NoPaginate))).is_none();
        Ok(Self { operation, words, world, caller, show, paginate })
    }

    fn run(&self) -> Result<String, Error> {
        let part = Part::wanted(self.operation, &self.words, self.paginate)?;
        if let Some(skeleton) = self.words.get(|flag| matches!(flag.does, Does::Skeleton)) {
            return self.skeleton(skeleton);
        }
        let request = request::members(self.operation, &self.words)?;
        let mut ask = self.asker(&request)?;
        let name = self.operation.name;
        let Some(part) = part else {
            return self.show.reply(name, &ask(request.clone())?);
        };
        let mut pages = self.show.pages(name);
        let token = part.each(self.operation, &request, &mut ask, &mut |list, items| pages.page(list, items))?;
        pages.end(token)
    }

    fn wait(&self, waiter: &Waiter) -> Result<String, Error> {
        let request = request::members(self.operation, &self.words)?;
        let mut ask = self.asker(&request)?;
        waiter.wait(&mut || ask(request.clone()), self.world.pause)?;
        Ok(String::new())
    }

    fn skeleton(&self, given: &Given) -> Result<String, Error> {
        match given {
            Given::One(text) if text == "output" => {
                request::members(self.operation, &self.words)?;
                self.show.reply(self.operation.name, &skeleton::skeleton(self.operation.output))
            }
            Given::One(text) if text != "input" => {
                let what = format!("argument --generate-cli-skeleton: Invalid choice: '{text}', use input or output");
                Err(Error::usage(what))
            }
            _ => Ok(show::json(&skeleton::skeleton(self.operation.input))),
        }
    }

    /// What asks the service; the first request is there to be wrong before anybody is asked.
    fn asker(&self, request: &Value) -> Result<impl FnMut(Value) -> Result<Data, Error> + use<'w>, Error> {
        let name = self.operation.name;
        let action = move |members: Value| {
            Action::from_json(name, members).map_err(|error| Error::Invalid(vec![error.to_string()]))
        };
        action(request.clone())?;
        let service = (self.world.connect)(&self.caller).map_err(Error::Failed)?;
        Ok(move |members: Value| {
            let refused = |error| match error {
                PerformError::Fault(fault) => {
                    let hint = error::hint(&fault, &members);
                    Error::Refused { fault, operation: name, hint }
                }
                PerformError::Unavailable(why) | PerformError::Broken(why) => Error::Failed(why),
            };
            service.perform(&action(members.clone())?).map(|reply| Data::of(&reply)).map_err(refused)
        })
    }
}
