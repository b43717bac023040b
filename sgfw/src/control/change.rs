//! A change that was thought through and not made yet: what would be stored, and what the kernel would do.

use super::keep::send_away;
use super::{ControlError, InForce, Next};
use crate::compile::compile;
use crate::inventory::{self, NetworkInterface, State, lower};
use crate::kernel::{Binding, KernelError, Resolved, resolve};
use crate::model::{Device, Snapshot};
use crate::plan::{Changes, Plan, diff, plan};
use std::collections::BTreeMap;

/// How far a change goes to attach devices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effort {
    /// `apply` of files: every interface's device must be there and is attached.
    Apply,
    /// `apply` of what the store holds: devices that are not there stay away, those that were detached come back.
    Again,
    /// An action: devices stay where they are, those that are gone or were detached stay away.
    Keep,
}

/// A change, checked as a whole.
#[derive(Debug)]
pub struct Change {
    /// The state it leads to.
    pub state: State,
    /// The rows that it writes.
    pub rows: inventory::Changes,
    /// What the kernel does; none where nothing is in force and nothing is to be.
    pub enforcement: Option<Enforcement>,
}

/// What the kernel is to do.
#[derive(Debug)]
pub struct Enforcement {
    /// The policy with what this machine adds.
    pub resolved: Resolved,
    /// The operations.
    pub plan: Plan,
    /// In words; none if the policy in force is not known in words.
    pub changes: Option<Changes>,
    /// What the policy says of each interface's device.
    pub asked: BTreeMap<String, Device>,
    /// Interfaces that are no devices here, with why.
    pub left: BTreeMap<String, String>,
    /// What follows where only a part was thought through: then the devices stay and the policy is not told anew.
    pub next: Option<Box<Next>>,
}

impl Enforcement {
    /// Plans the way from what is in force to this state.
    ///
    /// # Errors
    /// A device that must be there is not, or the policy does not fit the maps.
    pub fn plan(state: &State, now: &InForce, bindings: &Binding, effort: Effort) -> Result<Self, ControlError> {
        let snapshot = lower(state).snapshot;
        let asked = snapshot.interfaces.iter().map(|(name, it)| (name.clone(), it.device.clone())).collect();
        let (resolved, left) = match effort {
            Effort::Apply => (resolve(&snapshot, bindings, &now.running)?, BTreeMap::new()),
            Effort::Again => present(snapshot, now)?,
            Effort::Keep => kept(snapshot, now)?,
        };
        let image = compile(&resolved.snapshot)?;
        let plan = plan(&now.running, &image, &resolved.wanted)?;
        let changes = now.words().map(|old| diff(&old, &resolved.snapshot));
        Ok(Self { resolved, plan, changes, asked, left, next: None })
    }

    /// Neither would packets meet with anything else nor the words about it change; there may be something to clean up.
    pub fn is_the_same(&self) -> bool {
        !self.plan.changes_policy() && self.changes.as_ref().is_some_and(Changes::is_empty)
    }

    /// Neither the kernel nor the words about it would change.
    pub fn is_nothing(&self) -> bool {
        self.plan.is_empty() && self.changes.as_ref().is_some_and(Changes::is_empty)
    }
}

/// Resolves for an action, with why some interfaces are no devices now: what was attached stays on its device, what was detached or is gone stays away and counts
/// as a member that lives elsewhere.
pub fn kept(mut snapshot: Snapshot, now: &InForce) -> Result<Present, ControlError> {
    let detached = detached(&snapshot, now);
    detached.iter().for_each(|name| send_away(&mut snapshot, name));
    let (resolved, mut left) = present(snapshot, now)?;
    for name in detached {
        left.insert(name.clone(), format!("interface {name} stays detached; `sgfw apply` attaches it"));
    }
    Ok((resolved, left))
}

/// What is there, and why the rest is not.
pub type Present = (Resolved, BTreeMap<String, String>);

/// Resolves with the devices that are there.
fn present(mut snapshot: Snapshot, now: &InForce) -> Result<Present, ControlError> {
    let bindings = bindings(&snapshot, now);
    let mut left = BTreeMap::new();
    loop {
        match resolve(&snapshot, &bindings, &now.running) {
            Ok(resolved) => return Ok((resolved, left)),
            Err(error) => {
                let names = missing(&error, &snapshot);
                if names.is_empty() {
                    return Err(error.into());
                }
                for name in names {
                    send_away(&mut snapshot, &name);
                    left.insert(name, error.to_string());
                }
            }
        }
    }
}

/// The interfaces whose devices are not there.
fn missing(error: &KernelError, snapshot: &Snapshot) -> Vec<String> {
    match error {
        KernelError::NoDevice { interface, .. } | KernelError::NoDefaultRoute(interface) => vec![interface.clone()],
        KernelError::NoNamespace { name, .. } => {
            let within = snapshot.interfaces.values().filter(|it| it.netns.as_deref() == Some(name));
            within.map(|it| it.name.clone()).collect()
        }
        _ => Vec::new(),
    }
}

/// What is attached is followed by its index: under a new name it is the same device, and the device of the default
/// route stays where it was found. What the policy asks anew is looked up anew.
fn bindings(snapshot: &Snapshot, now: &InForce) -> Binding {
    let Some(record) = &now.record else { return Binding::new() };
    let same = |name: &String| {
        let asked = record.found.get(name).map(|found| &found.asked);
        snapshot.interfaces.get(name).is_some_and(|it| Some(&it.device) == asked)
    };
    let places = record.slots.iter().filter(|(_, place)| same(&place.interface));
    let device = |slot| now.running.attachments.get(slot).map(|it| it.device.clone());
    places.filter_map(|(slot, place)| Some((place.interface.clone(), device(slot)?))).collect()
}

/// Interfaces that `detach` took off their devices since the last apply.
fn detached(snapshot: &Snapshot, now: &InForce) -> Vec<String> {
    let names = now.record.iter().flat_map(|record| &record.detached);
    names.filter(|name| snapshot.interfaces.contains_key(*name)).cloned().collect()
}

/// The state with these devices for these interfaces, by name.
pub fn bound(mut state: State, bindings: &Binding) -> State {
    let is_local = |it: &NetworkInterface| it.device.is_some() && bindings.contains_key(it.label());
    state.interfaces.change(is_local, |it| {
        if let (Some(device), Some(local)) = (bindings.get(it.label()).cloned(), &mut it.device) {
            local.device = Device::Named(device);
        }
    });
    state
}
