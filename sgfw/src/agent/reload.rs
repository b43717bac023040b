//! Policy files into the store and the kernel, for `apply` on the socket and for SIGHUP.

use super::protocol::PolicyFile;
use crate::control::{Effort, Engine, Outcome, now};
use crate::kernel::Binding;
use crate::policy::{Loaded, load, load_texts};
use crate::store::Note;
use std::path::PathBuf;

/// Applies the agent's own files.
///
/// # Errors
/// What is wrong with them, in words; the policy before stays.
pub(super) fn files(engine: &mut Engine, files: &[PathBuf]) -> Result<Outcome, String> {
    let loaded = load(files).map_err(|found| found.render(false))?;
    let names = files.iter().map(|file| file.display().to_string()).collect();
    apply(engine, &loaded, names, &Binding::new(), "agent")
}

/// Applies files that came by the socket.
///
/// # Errors
/// What is wrong with them, in words; the policy before stays.
pub(super) fn texts(
    engine: &mut Engine,
    files: &[PolicyFile],
    bindings: &Binding,
    author: &str,
) -> Result<Outcome, String> {
    let loaded = load_texts(files.iter().map(|file| (file.name.as_str(), file.text.as_str())));
    let loaded = loaded.map_err(|found| found.render(false))?;
    let names = files.iter().map(|file| file.name.clone()).collect();
    apply(engine, &loaded, names, bindings, author)
}

fn apply(
    engine: &mut Engine,
    loaded: &Loaded,
    names: Vec<String>,
    bindings: &Binding,
    author: &str,
) -> Result<Outcome, String> {
    let store = engine.store();
    let words = |error: &dyn std::fmt::Display| error.to_string();
    let _turn = store.turn("agent").map_err(|error| words(&error))?;
    engine.refresh().map_err(|error| words(&error))?;
    engine.forget();
    let adopted = crate::control::adopt(&engine.state, &loaded.declared).map_err(|error| words(&error))?;
    let state = crate::control::bound(adopted.state, bindings);
    let change = engine.prepare(state, bindings, Effort::Apply).map_err(|error| words(&error))?;
    let note = Note { author: author.into(), action: format!("apply {}", names.join(" ")), time: now() };
    engine.commit(change, Some(names), note, &mut |_, _| ()).map_err(|error| words(&error))
}
