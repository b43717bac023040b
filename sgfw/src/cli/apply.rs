//! `sgfw apply`: from files to force.
//!
//! Everything that can be refused is refused before anything is written: the files, the devices, the sizes, the
//! lock-out guard. Then the state file, then the operations that `sgfw plan` prints.

use super::context::Context;
use super::failure::Failure;
use super::in_force::InForce;
use super::lockout;
use super::plan::summary;
use super::policy::{Planned, Policy};
use super::progress::Progress;
use super::reply::Reply;
use super::table::count;
use super::time;
use crate::kernel::{Kernel, Resolved};
use crate::plan::{Attachment, Op, Plan};
use crate::store::{Place, Record, Store};
use clap::Args;
use serde_json::json;
use std::collections::BTreeMap;

const EXAMPLES: &str = "\
Examples:
  sgfw apply policies/web.yaml
  sgfw apply groups.yaml interfaces.yaml --device web=eth1
  sgfw plan policies/web.yaml       # what would it do?

Packets meet with the old policy or with the new one, never with a mixture. Connections that are tracked go on.
A policy that would keep you from logging in again is refused; --allow-lockout insists on it.";

/// Put a policy in force; it stays in force when the command ends
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) struct Apply {
    #[command(flatten)]
    policy: Policy,
    /// Apply also what would refuse the SSH connections that there are now
    #[arg(long)]
    allow_lockout: bool,
}

impl Apply {
    pub(super) fn run(&self, context: &Context) -> Result<Reply, Failure> {
        let loaded = self.policy.load(context)?;
        let _lock = context.store.lock("apply")?;
        let now = InForce::read(context)?;
        if let Some(unknown) = &now.unknown {
            context.note(&format!("{}: {unknown}; it is replaced all the same", context.err.yellow("warning")));
        }
        let planned = self.policy.plan(&loaded, &now)?;
        if let Some(kernel) = &now.kernel
            && kernel.renew()?
        {
            context.note("the programs of another version were replaced by this one's; nothing was detached");
        }
        if planned.is_nothing() {
            // What a killed apply hooked, and nothing wants.
            now.kernel.iter().try_for_each(Kernel::abandon)?;
            return Ok(nothing(&planned.plan));
        }
        if !self.allow_lockout {
            lockout::check(&planned.resolved.snapshot)?;
        }
        let record = record(&planned.resolved, &planned.plan, self.policy.sources());
        match now.kernel {
            Some(kernel) => prepare(context, &kernel, &planned.plan, &record).map(|()| kernel),
            None => first(context, &planned.plan, &record),
        }
        .and_then(|kernel| execute(context, &kernel, &planned.plan))?;
        Ok(done(context, &planned))
    }
}

/// Everything before the first operation on the policy.
fn prepare(context: &Context, kernel: &Kernel, plan: &Plan, record: &Record) -> Result<(), Failure> {
    kernel.prepare(plan)?;
    context.store.write_record(record).or_else(|error| {
        kernel.abandon()?;
        Err(error.into())
    })
}

/// The same where nothing is pinned yet; a failure leaves nothing pinned.
fn first(context: &Context, plan: &Plan, record: &Record) -> Result<Kernel, Failure> {
    let kernel = Kernel::open_or_create(&context.paths)?;
    match prepare(context, &kernel, plan, record) {
        Ok(()) => Ok(kernel),
        Err(failure) => {
            kernel.remove()?;
            Err(failure)
        }
    }
}

/// The record of a policy that is about to be in force.
pub(super) fn record(resolved: &Resolved, plan: &Plan, sources: Vec<String>) -> Record {
    Record {
        schema: crate::store::SCHEMA,
        generation: plan.generation,
        applied: time::now(),
        sources,
        snapshot: resolved.snapshot.clone(),
        slots: places(plan, &resolved.wanted.interfaces),
        why: resolved.why.clone(),
    }
}

/// Which interface and device each slot of a plan is.
pub(super) fn places(plan: &Plan, attachments: &BTreeMap<String, Attachment>) -> BTreeMap<u32, Place> {
    let place = |(name, slot): (&String, &u32)| {
        let attachment = attachments.get(name)?.clone();
        Some((*slot, Place { interface: name.clone(), attachment }))
    };
    plan.slots.iter().filter_map(place).collect()
}

/// Executes a plan, showing progress.
pub(super) fn execute(context: &Context, kernel: &Kernel, plan: &Plan) -> Result<(), Failure> {
    let mut progress = Progress::new(context, plan.ops.len());
    let fail = failpoint();
    kernel.execute(plan, &mut |index, op| {
        abort_at(fail, index);
        progress.show(index, op);
    })?;
    abort_at(fail, plan.ops.len());
    Ok(())
}

/// Where tests of debug builds want the process to die: before the operation with this number, from 0; the number
/// of operations is after the last.
fn failpoint() -> Option<usize> {
    if !cfg!(debug_assertions) {
        return None;
    }
    std::env::var("SGFW_FAILPOINT").ok()?.parse().ok()
}

fn abort_at(fail: Option<usize>, index: usize) {
    if fail == Some(index) {
        std::process::abort();
    }
}

fn nothing(plan: &Plan) -> Reply {
    let view = json!({ "changed": false, "generation": plan.generation });
    Reply::new(&view, format!("No changes: generation {} says the same\n", plan.generation))
}

fn done(context: &Context, planned: &Planned) -> Reply {
    let snapshot = &planned.resolved.snapshot;
    let rules: usize = snapshot.groups.values().map(|group| group.ingress.len() + group.egress.len()).sum();
    let mut text = format!(
        "applied generation {}: {}, {}, {}, {}\n",
        planned.plan.generation,
        count(snapshot.interfaces.len(), "interface"),
        count(snapshot.groups.len(), "group"),
        count(rules, "rule"),
        count(snapshot.members.len(), "other member"),
    );
    text += &context.out.changes(&summary(planned.changes.as_ref()));
    for op in planned.plan.ops.iter().filter(|op| is_about_devices(op)) {
        text += &format!("{op}\n");
    }
    let view = json!({
        "changed": true,
        "generation": planned.plan.generation,
        "interfaces": snapshot.interfaces.len(),
        "groups": snapshot.groups.len(),
        "rules": rules,
        "changes": planned.changes,
        "operations": planned.plan.ops.iter().map(Op::to_string).collect::<Vec<_>>(),
        "warnings": planned.warnings,
    });
    Reply::new(&view, text)
}

pub(super) const fn is_about_devices(op: &Op) -> bool {
    matches!(op, Op::Attach { .. } | Op::Replace { .. } | Op::Detach { .. })
}
