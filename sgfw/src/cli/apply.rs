//! `sgfw apply`: from files to force.
//!
//! Everything that can be refused is refused before anything is written: the files, the devices, the sizes, the
//! lock-out guard. Then the state file, then the operations that `sgfw plan` prints.

use super::context::Context;
use super::failure::Failure;
use super::lockout;
use super::order;
use super::plan::summary;
use super::policy::{Given, Planned, Policy};
use super::progress::Progress;
use super::reply::Reply;
use super::table::count;
use crate::agent::Order;
use crate::control::Engine;
use crate::kernel::Kernel;
use crate::plan::{Op, Plan};
use clap::Args;
use serde_json::json;

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
        let given = self.policy.load(context)?;
        let order = || {
            let ((files, devices), login) = (given.to_send(), context.login.clone());
            Order::Apply { files, devices, allow_lockout: self.allow_lockout, login }
        };
        if let Some(reply) = order::give(context, order)? {
            return Ok(reply);
        }
        let _turn = context.store.lock("apply")?;
        apply(context, &mut context.engine()?, &given, self.allow_lockout)
    }
}

/// Puts what was given in force, by whoever has the turn.
pub(super) fn apply(
    context: &Context,
    engine: &mut Engine,
    given: &Given,
    allow_lockout: bool,
) -> Result<Reply, Failure> {
    if let Some(unknown) = &engine.in_force()?.unknown {
        context.note(&format!("{}: {unknown}; it is replaced all the same", context.err.yellow("warning")));
    }
    let planned = given.plan(context, engine)?;
    if renewed(engine)? {
        context.note("the programs of another version were replaced by this one's; nothing was detached");
    }
    if planned.is_nothing() {
        // What a killed apply hooked, and nothing wants.
        engine.in_force()?.kernel.iter().try_for_each(Kernel::abandon)?;
        let reply = nothing(&planned.enforcement.plan);
        engine.commit(planned.into_change(), given.sources(), context.author("apply"), &mut |_, _| ())?;
        return Ok(reply);
    }
    if !allow_lockout {
        lockout::check(context, &planned.enforcement.resolved.snapshot)?;
    }
    let reply = if planned.is_only_stored() { stored(context, &planned) } else { done(context, &planned) };
    let mut progress = Progress::new(context, planned.enforcement.plan.ops.len());
    let (fail, ops) = (failpoint(), planned.enforcement.plan.ops.len());
    engine.commit(planned.into_change(), given.sources(), context.author("apply"), &mut |index, op| {
        abort_at(fail, index);
        progress.show(index, op);
    })?;
    abort_at(fail, ops);
    Ok(reply)
}

/// Puts this version's programs in the place of another's.
fn renewed(engine: &mut Engine) -> Result<bool, Failure> {
    let kernel = &engine.in_force()?.kernel;
    Ok(kernel.as_ref().map(Kernel::renew).transpose()?.unwrap_or(false))
}

/// Executes a plan, showing progress.
pub(super) fn execute(context: &Context, kernel: &Kernel, plan: &Plan) -> Result<(), Failure> {
    let mut progress = Progress::new(context, plan.ops.len());
    kernel.execute(plan, &mut |index, op| progress.show(index, op))?;
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
    Reply::new(&view, no_changes(plan.generation))
}

/// What there is to say where nothing has to be done.
pub(super) fn no_changes(generation: u64) -> String {
    match generation {
        0 => "No changes: nothing is in force, and nothing is wanted on this host; `sgfw apply FILE` takes a policy\n"
            .into(),
        _ => format!("No changes: generation {generation} says the same\n"),
    }
}

/// What files say of other hosts, accounts or tags does not reach this kernel.
fn stored(context: &Context, planned: &Planned) -> Reply {
    let generation = planned.enforcement.plan.generation;
    let view =
        json!({ "changed": true, "generation": generation, "stored_only": true, "flow_logs": planned.flow_logs });
    let text = format!("stored; packets meet with generation {generation} as before\n");
    Reply::new(&view, text + &flow_logs(context, planned))
}

fn done(context: &Context, planned: &Planned) -> Reply {
    let snapshot = &planned.enforcement.resolved.snapshot;
    let rules: usize = snapshot.groups.values().map(|group| group.ingress.len() + group.egress.len()).sum();
    let mut text = format!(
        "applied generation {}: {}, {}, {}, {}\n",
        planned.enforcement.plan.generation,
        count(snapshot.interfaces.len(), "interface"),
        count(snapshot.groups.len(), "group"),
        count(rules, "rule"),
        count(snapshot.members.len(), "other member"),
    );
    text += &context.out.changes(&summary(planned.enforcement.changes.as_ref()));
    text += &flow_logs(context, planned);
    for op in planned.enforcement.plan.ops.iter().filter(|op| is_about_devices(op)) {
        text += &format!("{op}\n");
    }
    let view = json!({
        "changed": true,
        "generation": planned.enforcement.plan.generation,
        "interfaces": snapshot.interfaces.len(),
        "groups": snapshot.groups.len(),
        "rules": rules,
        "changes": planned.enforcement.changes,
        "flow_logs": planned.flow_logs,
        "operations": planned.enforcement.plan.ops.iter().map(Op::to_string).collect::<Vec<_>>(),
        "warnings": planned.warnings,
    });
    Reply::new(&view, text)
}

fn flow_logs(context: &Context, planned: &Planned) -> String {
    let lines: String = planned.flow_logs.iter().map(|line| format!("{line}\n")).collect();
    context.out.changes(&lines)
}

pub(super) const fn is_about_devices(op: &Op) -> bool {
    matches!(op, Op::Attach { .. } | Op::Replace { .. } | Op::Detach { .. })
}
