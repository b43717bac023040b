//! Verbs that ask for what there is none of: they answer with nothing, whatever flags they are given.

use super::World;
use super::call::show;
use super::data::Data;
use super::error::Error;
use super::flags::{self, Flag, Takes};
use super::words::Words;
use crate::api::{EMPTY, Empty, Nothing};

/// Letters of a line of verbs.
const WIDTH: usize = 100;

/// The verb of this name, if it is one of these.
pub(super) fn find(verb: &str) -> Option<&'static Empty> {
    EMPTY.iter().find(|empty| empty.verb == verb)
}

/// `sgfw ec2 VERB help`.
pub(super) fn describe(empty: &Empty) -> String {
    format!(
        "Always answers that there is nothing: sgfw has none of it. Flags are taken and change nothing.\n\n\
         usage: sgfw ec2 {}\n",
        empty.verb
    )
}

/// All of these verbs, in lines.
pub(super) fn lines() -> String {
    let mut lines = vec![String::new()];
    for verb in EMPTY.iter().map(|empty| empty.verb) {
        if lines.last().is_some_and(|line| line.len() + verb.len() > WIDTH) {
            lines.push(String::new());
        }
        lines.last_mut().into_iter().for_each(|line| *line += &format!(" {verb}"));
    }
    lines.iter().map(|line| format!("   {line}\n")).collect()
}

/// Runs the verb.
///
/// # Errors
/// Words that make no sense.
pub(super) fn run(empty: &'static Empty, words: &[String], world: &World<'_>) -> Result<String, Error> {
    let globals = flags::globals();
    let flags: Vec<Flag> = idle(words, &globals).into_iter().chain(globals).collect();
    let words = Words::sort(words, &flags)?;
    let show = show(&words, world)?;
    if !words.loose.is_empty() {
        return Err(Error::Unknown(words.loose));
    }
    show.reply(empty.name, &Data::Map(empty.members.iter().map(member).collect()))
}

/// Flags of the verb's own, which choose nothing from nothing.
fn idle(words: &[String], globals: &[Flag]) -> Vec<Flag> {
    let names = words.iter().filter_map(|word| word.strip_prefix("--")?.split('=').next());
    let own = names.filter(|name| !globals.iter().any(|flag| flag.name == *name));
    own.map(|name| Flag::idle(name, Takes::Many)).collect()
}

fn member(it: &Nothing) -> (String, Data) {
    let value = match it.text {
        Some("false") => Data::Boolean(false),
        Some(text) => Data::Text(text.to_owned()),
        // Lists have names in the plural.
        None if it.json.ends_with('s') => Data::List(Vec::new()),
        None => Data::Map(Vec::new()),
    };
    (it.json.to_owned(), value)
}
