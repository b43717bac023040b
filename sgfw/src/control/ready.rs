//! What is in force, compiled where it stands, so that an action costs what it changes.
//!
//! Whoever stays has it from the second action on, or asks for it by [`super::Engine::warm`]. It is given up whenever
//! the whole way is gone, and the whole way is gone whenever anything is not as it was: another process, a device of
//! this host, a peering, a map that is full.

use super::change::Enforcement;
use super::in_force::InForce;
use crate::compile::Standing;
use crate::inventory::{State, has_own_names, relower};
use crate::kernel::Resolved;
use crate::model::{Patch, Snapshot};
use crate::plan::{Changes, Plan, Wanted, diff, stands, step};
use crate::store::Record;
use std::collections::BTreeMap;

/// The policy in force as its parts.
#[derive(Debug)]
pub(super) struct Ready {
    /// The state it is made of.
    state: State,
    standing: Standing,
    slots: BTreeMap<String, u32>,
}

/// How far a process is with it.
#[derive(Debug, Default)]
pub(super) enum Readiness {
    /// Nobody asked.
    #[default]
    Untried,
    /// It cannot be had of what is in force.
    Refused,
    /// There it is.
    There(Box<Ready>),
}

/// What becomes of it with a change.
#[derive(Debug)]
pub struct Next {
    patch: Patch,
    ready: Box<Ready>,
}

/// Whole states that were put in force, of which the policy in force is one.
#[derive(Debug, Default)]
pub(super) struct Basis {
    /// The state that the policy in force is made of, if it is known.
    pub(super) state: Option<State>,
    /// Interfaces that stay unprotected, with why.
    pub(super) left: BTreeMap<String, String>,
    pub(super) readiness: Readiness,
}

impl Basis {
    /// What was put in force as a whole.
    pub(super) fn of(state: &State, left: &BTreeMap<String, String>) -> Self {
        Self { state: Some(state.clone()), left: left.clone(), readiness: Readiness::Untried }
    }
}

/// Makes it ready, if that can be.
pub(super) fn prepare(now: &mut InForce) {
    if !matches!(now.basis.readiness, Readiness::Untried) || now.basis.state.is_none() {
        return;
    }
    now.basis.readiness = match ready(now) {
        Some(ready) => Readiness::There(Box::new(ready)),
        None => Readiness::Refused,
    };
}

fn ready(now: &InForce) -> Option<Ready> {
    let (policy, record) = (now.policy.as_ref()?, now.record.as_ref()?);
    let state = now.basis.state.clone().filter(has_own_names)?;
    let slots = record.slots.iter().map(|(slot, place)| (place.interface.clone(), *slot)).collect();
    let standing = stands(&now.running, policy, &slots)?;
    Some(Ready { state, standing, slots })
}

/// Thinks a change through from what is ready; none if it has to be thought through as a whole.
pub(super) fn follow(now: &mut InForce, state: &State) -> Option<Enforcement> {
    let Readiness::There(mut ready) = std::mem::take(&mut now.basis.readiness) else { return None };
    let policy = now.policy.as_ref()?;
    let Some(patch) = relower(policy, &ready.state, state) else {
        now.basis.readiness = Readiness::There(ready);
        return None;
    };
    if patch.is_empty() {
        ready.state = state.clone();
        now.basis.readiness = Readiness::There(ready);
        return Some(enforcement(Plan::default(), Changes::default(), &now.basis.left));
    }
    let (standing, delta) = ready.standing.after(policy, &patch)?;
    let plan = step(&now.running, &standing, &ready.slots, delta)?;
    let (before, after) = patch.sides(policy);
    let work = enforcement(plan, diff(&before, &after), &now.basis.left);
    let ready = Box::new(Ready { state: state.clone(), standing, slots: ready.slots });
    Some(Enforcement { next: Some(Box::new(Next { patch, ready })), ..work })
}

impl Next {
    /// Notes that it is so now.
    pub(super) fn take_over(self, policy: &mut Snapshot, basis: &mut Basis) {
        self.patch.apply(policy);
        basis.state = Some(self.ready.state.clone());
        basis.readiness = Readiness::There(self.ready);
    }
}

/// The devices stay what they are, so nothing is told of them.
fn enforcement(plan: Plan, changes: Changes, left: &BTreeMap<String, String>) -> Enforcement {
    let (snapshot, wanted, why) = (Snapshot::default(), Wanted::default(), BTreeMap::new());
    Enforcement {
        resolved: Resolved { snapshot, wanted, why },
        plan,
        changes: Some(changes),
        asked: BTreeMap::new(),
        left: left.clone(),
        next: None,
    }
}

/// The record of a policy on the devices of the one before.
pub(super) fn record(before: &Record, generation: u64) -> Record {
    Record { generation, applied: super::now(), ..before.clone() }
}
