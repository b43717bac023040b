//! Files and devices given to `plan` and `apply`, on their way to a plan. Nothing is changed here.

use super::context::Context;
use super::failure::Failure;
use super::in_force::InForce;
use crate::compile::compile;
use crate::kernel::{Binding, Resolved, resolve};
use crate::model::Snapshot;
use crate::plan::{Changes, Plan, diff, plan};
use crate::policy::{Diagnostics, Loaded, load};
use clap::Args;
use std::path::PathBuf;

/// A policy and the devices it is for.
#[derive(Args, Debug)]
pub(super) struct Policy {
    /// Policy files; together they are one policy
    #[arg(required = true, value_name = "FILE")]
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
    /// The policy with what this machine adds.
    pub(super) resolved: Resolved,
    /// The operations.
    pub(super) plan: Plan,
    /// In words; none if the policy in force is not known in words.
    pub(super) changes: Option<Changes>,
}

impl Planned {
    /// Neither the kernel nor the words about it would change.
    pub(super) fn is_nothing(&self) -> bool {
        self.plan.is_empty() && self.changes.as_ref().is_some_and(Changes::is_empty)
    }
}

impl Policy {
    /// Reads the files; warnings go to standard error.
    pub(super) fn load(&self, context: &Context) -> Result<Loaded, Failure> {
        let loaded = load(&self.files)?;
        self.check_devices(&loaded.snapshot)?;
        if !loaded.warnings.is_empty() {
            context.note(&loaded.warnings.render(context.err.colour));
        }
        Ok(loaded)
    }

    /// Plans the way to a loaded policy.
    pub(super) fn plan(&self, loaded: &Loaded, now: &InForce) -> Result<Planned, Failure> {
        let bindings: Binding = self.devices.iter().cloned().collect();
        let resolved = resolve(&loaded.snapshot, &bindings, &now.running)?;
        let image = compile(&resolved.snapshot)?;
        let plan = plan(&now.running, &image, &resolved.wanted)?;
        let changes = now.snapshot().map(|old| diff(&old, &resolved.snapshot));
        Ok(Planned { warnings: loaded.warnings.clone(), resolved, plan, changes })
    }

    /// The files as they were named.
    pub(super) fn sources(&self) -> Vec<String> {
        self.files.iter().map(|file| file.display().to_string()).collect()
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

fn binding(text: &str) -> Result<(String, String), String> {
    match text.rsplit_once('=') {
        Some((name, device)) if !name.is_empty() && !device.is_empty() => Ok((name.into(), device.into())),
        _ => Err("write INTERFACE=DEVICE, such as web=eth0".into()),
    }
}
