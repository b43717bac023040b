//! Which policy a question is about: the one in force, or files that are only read.

use super::context::Context;
use super::failure::Failure;
use super::in_force::InForce;
use super::show::policy;
use super::table::list;
use crate::analyse::Subject;
use crate::model::{Device, Snapshot};
use crate::policy::load;
use clap::Args;
use std::collections::BTreeSet;
use std::path::PathBuf;

/// Files instead of what is in force.
#[derive(Args, Debug)]
pub(super) struct Files {
    /// Ask these policy files, together one policy, instead of what is in force; needs no root
    #[arg(long = "policy", value_name = "FILE", num_args = 1..)]
    files: Vec<PathBuf>,
}

/// A policy in words, and the kernel that enforces it, if one does.
#[derive(Debug)]
pub(super) struct Basis {
    pub(super) snapshot: Snapshot,
    pub(super) now: Option<InForce>,
}

impl Files {
    pub(super) fn read(&self, context: &Context) -> Result<Basis, Failure> {
        if !self.files.is_empty() {
            return Ok(Basis { snapshot: load(&self.files)?.snapshot, now: None });
        }
        let now = InForce::read(context)?;
        if now.kernel.is_none() {
            return Err(Failure::new(
                "no policy is in force",
                "`sgfw apply FILE` puts one in force; --policy FILE asks a file without it",
            ));
        }
        Ok(Basis { snapshot: policy(&now)?, now: Some(now) })
    }
}

impl Basis {
    /// The interface, device, group or member with this name; a group by its id too.
    pub(super) fn subject(&self, name: &str) -> Result<Subject, Failure> {
        self.interface(name)
            .or_else(|| self.group(name).map(Subject::Group))
            .or_else(|| self.snapshot.members.contains_key(name).then(|| Subject::Member(name.into())))
            .ok_or_else(|| self.unknown("interface, device, group or member", name, true))
    }

    /// The interface or member with this name; an interface by its device too.
    pub(super) fn party(&self, name: &str) -> Result<Subject, Failure> {
        self.interface(name)
            .or_else(|| self.snapshot.members.contains_key(name).then(|| Subject::Member(name.into())))
            .ok_or_else(|| self.unknown("interface, device or member", name, false))
    }

    fn interface(&self, name: &str) -> Option<Subject> {
        let named = self.snapshot.interfaces.contains_key(name).then(|| name.to_owned());
        named.or_else(|| self.by_device(name)).map(Subject::Interface)
    }

    fn by_device(&self, device: &str) -> Option<String> {
        let written = self.snapshot.interfaces.values().find(|it| it.device == Device::Named(device.into()));
        let attached = || {
            let now = self.now.as_ref()?;
            let (slot, _) = now.running.attachments.iter().find(|(_, it)| it.device == device)?;
            Some(now.name(*slot)).filter(|name| self.snapshot.interfaces.contains_key(name))
        };
        written.map(|it| it.name.clone()).or_else(attached)
    }

    /// The name of the group with this name or id.
    pub(super) fn group(&self, name: &str) -> Option<String> {
        let groups = &self.snapshot.groups;
        let by_id = || groups.values().find(|group| group.id.as_deref() == Some(name));
        groups.get(name).or_else(by_id).map(|group| group.name.clone())
    }

    /// What to say of a name that there is not.
    pub(super) fn unknown(&self, kind: &str, name: &str, groups: bool) -> Failure {
        let Snapshot { interfaces, members, groups: all, .. } = &self.snapshot;
        let known: BTreeSet<_> = interfaces.keys().chain(members.keys()).chain(all.keys().filter(|_| groups)).collect();
        Failure::new(format!("there is no {kind} {name:?}"), format!("there are: {}", list(known)))
    }
}
