//! The agent's own policy files into the store and the kernel, at the start and for SIGHUP.

use crate::control::{Effort, Engine, Outcome, now};
use crate::kernel::Binding;
use crate::policy::{Loaded, load};
use crate::store::Note;
use std::path::PathBuf;

/// Applies the agent's own files.
///
/// # Errors
/// What is wrong with them, in words; the policy before stays.
pub(super) fn files(engine: &mut Engine, files: &[PathBuf]) -> Result<Outcome, String> {
    let loaded = load(files).map_err(|found| found.render(false))?;
    let names = files.iter().map(|file| file.display().to_string()).collect();
    apply(engine, &loaded, names)
}

fn apply(engine: &mut Engine, loaded: &Loaded, names: Vec<String>) -> Result<Outcome, String> {
    let store = engine.store();
    let words = |error: &dyn std::fmt::Display| error.to_string();
    let _turn = store.turn("agent").map_err(|error| words(&error))?;
    engine.refresh().map_err(|error| words(&error))?;
    engine.forget();
    let adopted = crate::control::adopt(&engine.state, &loaded.declared).map_err(|error| words(&error))?;
    let change = engine.prepare(adopted.state, &Binding::new(), Effort::Apply).map_err(|error| words(&error))?;
    let note = Note { author: "agent".into(), action: format!("apply {}", names.join(" ")), time: now() };
    engine.commit(change, Some(names), note, &mut |_, _| ()).map_err(|error| words(&error))
}
