//! Files and devices given to `plan` and `apply`, on their way to a plan. Nothing is changed here.

use super::context::Context;
use super::failure::Failure;
use super::flow_logs;
use crate::agent::PolicyFile;
use crate::control::{Change, Effort, Enforcement, Engine, adopt, bound};
use crate::declare::{self, Drift};
use crate::inventory::{self, State};
use crate::kernel::Binding;
use crate::model::Snapshot;
use crate::policy::{Diagnostics, Loaded, load, load_texts};
use clap::Args;
use serde_json::Value;
use std::path::PathBuf;

/// A policy and the devices it is for.
#[derive(Args, Debug)]
pub(super) struct Policy {
    /// Policy files; together they are all that is declared. None: what the store holds
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Take this device for an interface of the policy; may be given several times
    #[arg(long = "device", value_name = "INTERFACE=DEVICE", value_parser = binding)]
    devices: Vec<(String, String)>,
}

/// A policy and the way to it from what is in force.
#[derive(Debug)]
pub(super) struct Planned {
    /// What was odd about the files.
    pub(super) warnings: Diagnostics,
    /// What actions did to things that files declare, and this puts back.
    pub(super) drift: Vec<Drift>,
    /// What becomes of flow logs, in words, one line each.
    pub(super) flow_logs: Vec<String>,
    /// What the store becomes.
    state: State,
    rows: inventory::Changes,
    /// More than lines, files and the order of rules changes in the store.
    is_material: bool,
    /// What the kernel does.
    pub(super) enforcement: Enforcement,
}

impl Planned {
    /// Neither the kernel nor the words about it nor anything in the store would mean something else.
    pub(super) fn is_nothing(&self) -> bool {
        self.enforcement.is_the_same() && !self.is_material
    }

    /// Only the store would change.
    pub(super) fn is_only_stored(&self) -> bool {
        self.enforcement.is_the_same() && self.is_material
    }

    /// What is to be made.
    pub(super) fn into_change(self) -> Change {
        Change { state: self.state, rows: self.rows, enforcement: Some(self.enforcement) }
    }
}

/// Files that were read, and the devices that they are for.
#[derive(Debug)]
pub(super) struct Given {
    /// None: what the store holds.
    loaded: Option<Loaded>,
    devices: Vec<(String, String)>,
}

impl Policy {
    /// Reads the files, if any are given; warnings go to standard error.
    pub(super) fn load(&self, context: &Context) -> Result<Given, Failure> {
        let devices = self.devices.clone();
        if self.files.is_empty() {
            return Ok(Given { loaded: None, devices });
        }
        let loaded = load(&self.files)?;
        self.check_devices(&loaded.snapshot)?;
        if !loaded.warnings.is_empty() {
            context.note(&loaded.warnings.render(context.err.colour));
        }
        Ok(Given { loaded: Some(loaded), devices })
    }

    fn check_devices(&self, snapshot: &Snapshot) -> Result<(), Failure> {
        let names: Vec<&str> = snapshot.interfaces.keys().map(String::as_str).collect();
        match self.devices.iter().find(|(name, _)| !names.contains(&name.as_str())) {
            None => Ok(()),
            Some((name, device)) => Err(Failure::new(
                format!("--device {name}={device}: the policy has no interface {name:?}"),
                format!("it has {}", if names.is_empty() { "none".into() } else { names.join(", ") }),
            )),
        }
    }
}

impl Given {
    /// The same on the agent's side of its socket. Whoever sent them has said what is odd about them.
    pub(super) fn sent(files: &[PolicyFile], devices: Vec<(String, String)>) -> Result<Self, Failure> {
        let texts = files.iter().map(|file| (file.name.as_str(), file.text.as_str()));
        let loaded = (!files.is_empty()).then(|| load_texts(texts)).transpose()?;
        Ok(Self { loaded, devices })
    }

    /// For the agent, which reads the same texts under the same names.
    pub(super) fn to_send(&self) -> (Vec<PolicyFile>, Vec<(String, String)>) {
        let file = |(name, text): (&str, &str)| PolicyFile { name: name.into(), text: text.into() };
        (self.files().map(file).collect(), self.devices.clone())
    }

    fn files(&self) -> impl Iterator<Item = (&str, &str)> {
        self.loaded.iter().flat_map(|loaded| loaded.warnings.files())
    }

    /// Plans the way to what was loaded, or to what the store holds.
    pub(super) fn plan(&self, context: &Context, engine: &mut Engine) -> Result<Planned, Failure> {
        let loaded = self.loaded.as_ref();
        let drift = if loaded.is_some() { declare::drift(&engine.state) } else { Vec::new() };
        let state = match loaded {
            Some(loaded) => adopted(context, &engine.state, loaded)?,
            None => engine.state.clone(),
        };
        let effort = if loaded.is_some() { Effort::Apply } else { Effort::Again };
        let bindings: Binding = self.devices.iter().cloned().collect();
        let change = engine.prepare(bound(state, &bindings), &bindings, effort)?;
        let Change { state, rows, enforcement } = change;
        let enforcement = enforcement.ok_or_else(|| Failure::new("nothing to plan", "give a policy file"))?;
        let warnings = loaded.map(|loaded| loaded.warnings.clone()).unwrap_or_default();
        // Where packets notice something, nobody asks whether only the files do.
        let is_material = enforcement.is_the_same()
            && rows.iter().any(|(key, row)| is_material(engine.state.row(key), row.as_deref(), key));
        let flow_logs = flow_logs::lines(&engine.state, &rows);
        Ok(Planned { warnings, drift, flow_logs, state, rows, is_material, enforcement })
    }

    /// The files as they were named; none keeps those of before.
    pub(super) fn sources(&self) -> Option<Vec<String>> {
        self.loaded.is_some().then(|| self.files().map(|(name, _)| name.to_owned()).collect())
    }
}

/// The state with what the files declare, once their own tests hold.
fn adopted(context: &Context, state: &State, loaded: &Loaded) -> Result<State, Failure> {
    let adopted = adopt(state, &loaded.declared)?;
    adopted.notes.iter().for_each(|note| context.note(note));
    Ok(adopted.state)
}

/// Whether a row says something else than before. Where it stands in a file, and mostly in which order, means nothing.
fn is_material(old: Option<Vec<u8>>, new: Option<&[u8]>, key: &str) -> bool {
    let is_about_files = key.starts_with("baseline/") || key.starts_with("account/");
    // The order of a record's fields is what a flow log is about.
    let is_ordered = key.starts_with("flow-log/");
    !is_about_files && meaning(old.as_deref(), is_ordered) != meaning(new, is_ordered)
}

fn meaning(row: Option<&[u8]>, is_ordered: bool) -> Option<Value> {
    let mut value = serde_json::from_slice(row?).ok()?;
    strip(&mut value, is_ordered);
    Some(value)
}

fn strip(value: &mut Value, is_ordered: bool) {
    match value {
        Value::Object(fields) => {
            fields.retain(|name, _| name != "origin" && name != "owner");
            fields.values_mut().for_each(|it| strip(it, is_ordered));
        }
        Value::Array(items) => {
            items.iter_mut().for_each(|it| strip(it, is_ordered));
            if !is_ordered {
                items.sort_by_cached_key(Value::to_string);
            }
        }
        _ => {}
    }
}

fn binding(text: &str) -> Result<(String, String), String> {
    match text.rsplit_once('=') {
        Some((name, device)) if !name.is_empty() && !device.is_empty() => Ok((name.into(), device.into())),
        _ => Err("write INTERFACE=DEVICE, such as web=eth0".into()),
    }
}
