//! Brings the kernel to what the store says, whatever happened to either.
//!
//! A look is cheap while nothing has moved: the store's revision, the kernel's generation, what is attached, and how the
//! devices of this host are found. Only a difference, or a minute gone by, has everything read again.

use crate::control::{Change, ControlError, Effort, Enforcement, Engine, Outcome, kept, now};
use crate::inventory::{GroupId, lower};
use crate::kernel::{Binding, Kernel, Resolved};
use crate::model::Snapshot;
use crate::store::{Note, Record};
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

/// How long a cheap look is believed.
const BELIEVED: Duration = Duration::from_secs(60);

/// What the last full look found.
#[derive(Debug)]
pub(super) struct Seen {
    when: Instant,
    outcome: Outcome,
    /// This host's interfaces, as the policy has them and as they were found.
    local: Snapshot,
    found: Resolved,
}

/// Looks at the store, the devices and the kernel, and does what is missing. Where nothing is, nothing is written.
///
/// # Errors
/// The store or the kernel cannot be read or changed.
pub(super) fn converge(engine: &mut Engine, seen: &mut Option<Seen>) -> Result<Outcome, ControlError> {
    if let Some(seen) = seen
        && seen.when.elapsed() < BELIEVED
        && is_settled(engine, seen)?
    {
        return Ok(seen.outcome.clone());
    }
    *seen = None;
    let outcome = look(engine)?;
    // Actions come when they come: what they need is made ready now.
    engine.warm()?;
    let local = local(engine);
    let (found, _) = kept(local.clone(), engine.in_force()?)?;
    *seen = Some(Seen { when: Instant::now(), outcome: outcome.clone(), local, found });
    Ok(outcome)
}

fn look(engine: &mut Engine) -> Result<Outcome, ControlError> {
    let store = engine.store();
    let _turn = store.turn("agent")?;
    engine.refresh()?;
    engine.forget();
    let state = engine.state.clone();
    let enforcement = Enforcement::plan(&state, engine.in_force()?, &Binding::new(), Effort::Keep)?;
    if enforcement.is_nothing() || is_idle(engine, &enforcement)? {
        let generation = Some(engine.in_force()?.generation()).filter(|generation| *generation > 0);
        let left = enforcement.left.clone();
        engine.rest_on(enforcement);
        return Ok(Outcome { revision: engine.revision, generation, left, stored: false });
    }
    let note = Note { author: "agent".into(), action: "converge".into(), time: now() };
    let change = Change { state, rows: Vec::new(), enforcement: Some(enforcement) };
    engine.commit(change, None, note, &mut |_, _| ())
}

/// Nothing was ever applied, and nothing of this host is to be protected.
fn is_idle(engine: &mut Engine, enforcement: &Enforcement) -> Result<bool, ControlError> {
    Ok(enforcement.resolved.wanted.interfaces.is_empty() && engine.in_force()?.kernel.is_none())
}

/// This host's interfaces alone.
fn local(engine: &Engine) -> Snapshot {
    let mut state = engine.state.clone();
    state.interfaces.retain(|_, it| it.device.is_some());
    let used: BTreeSet<GroupId> = state.interfaces.values().flat_map(|it| it.groups.clone()).collect();
    state.groups.retain(|id, _| used.contains(id));
    let interfaces = lower(&state).snapshot.interfaces;
    Snapshot { interfaces, ..Snapshot::default() }
}

/// Whether nothing has moved since, but by actions that this engine has put in force.
fn is_settled(engine: &mut Engine, seen: &mut Seen) -> Result<bool, ControlError> {
    if engine.store().revision()? != engine.revision || !engine.remembers() {
        return Ok(false);
    }
    if engine.revision != seen.outcome.revision {
        if local(engine) != seen.local {
            return Ok(false);
        }
        seen.outcome.revision = engine.revision;
        seen.outcome.generation = Some(engine.in_force()?.generation()).filter(|generation| *generation > 0);
    }
    let now = engine.in_force()?;
    let known = now.record.as_ref().map(Record::known).unwrap_or_default();
    let attached = now.kernel.as_ref().map(|kernel: &Kernel| kernel.attachments(&known)).transpose()?;
    if attached.unwrap_or_default() != now.running.attachments {
        return Ok(false);
    }
    let (found, _) = kept(seen.local.clone(), now)?;
    Ok(found.wanted == seen.found.wanted && found.snapshot.interfaces == seen.found.snapshot.interfaces)
}
