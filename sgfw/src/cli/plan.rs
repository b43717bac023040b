//! `sgfw plan`: what `apply` would do, which is the same value that `apply` executes.

use super::apply::{is_about_devices, no_changes};
use super::context::Context;
use super::failure::Failure;
use super::impact::Impact;
use super::policy::{Planned, Policy};
use super::reply::Reply;
use super::table::{Table, count, list};
use crate::control::InForce;
use crate::declare::Drift;
use crate::kernel::Kernel;
use crate::plan::{Change, Changes, ItemChange, Op};
use clap::Args;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Exit code for a plan that would change something.
const CHANGES: u8 = 2;
/// Lines of changes that `apply` repeats; `plan` prints all.
const REPEATED: usize = 20;

const EXAMPLES: &str = "\
Examples:
  sgfw plan policies/web.yaml
  sgfw plan policies/web.yaml --device web=eth1 -o json
  sgfw plan policies/*.yaml && echo 'nothing to do'

Exit codes: 0 nothing would change, 2 something would, 1 the policy cannot be applied, 77 the kernel cannot be read.";

/// Print what `apply` would change, and change nothing
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) struct Plan {
    #[command(flatten)]
    policy: Policy,
}

impl Plan {
    pub(super) fn run(&self, context: &Context) -> Result<Reply, Failure> {
        let given = self.policy.load(context)?;
        let mut engine = context.engine()?;
        let planned = given.plan(context, &mut engine)?;
        let now = engine.in_force()?;
        let outdated = now.kernel.as_ref().is_some_and(Kernel::outdated);
        if outdated {
            context.note("the programs in force are another version's: apply replaces them, and detaches nothing");
        }
        let code = if planned.is_nothing() && !outdated { 0 } else { CHANGES };
        let impact = Impact::of(&planned, now)?;
        let text = text(context, (&planned, &impact), now);
        Ok(Reply::new(&view(&planned, &impact, now), text).exit(code))
    }
}

fn view(planned: &Planned, impact: &Impact, now: &InForce) -> Value {
    json!({
        "changed": !planned.is_nothing(),
        "generation": { "now": now.generation(), "then": planned.enforcement.plan.generation },
        "interfaces": interfaces(planned),
        "changes": planned.enforcement.changes,
        "packets": impact.packets,
        "flows": impact.flows,
        "unknown": now.unknown,
        "flow_logs": planned.flow_logs,
        "drift": planned.drift.iter().map(drift).collect::<Vec<_>>(),
        "operations": planned.enforcement.plan.ops.iter().map(Op::to_string).collect::<Vec<_>>(),
        "warnings": planned.warnings,
    })
}

/// What an action did to a thing that a file declares.
fn drift(drift: &Drift) -> Value {
    json!({ "object": drift.object, "declared": drift.owner, "changes": drift.changes })
}

/// How each interface was resolved.
fn interfaces(planned: &Planned) -> Vec<Value> {
    let one = |(name, attachment): (&String, &crate::plan::Attachment)| {
        let interface = planned.enforcement.resolved.snapshot.interfaces.get(name)?;
        let why = planned.enforcement.resolved.why.get(name)?;
        Some(json!({
            "name": name,
            "device": attachment.device,
            "device_why": why.device,
            "netns": attachment.netns,
            "side": interface.side,
            "hook": attachment.taken,
            "hook_why": why.hook,
            "groups": interface.groups,
            "addresses": interface.addresses,
        }))
    };
    planned.enforcement.resolved.wanted.interfaces.iter().filter_map(one).collect()
}

fn text(context: &Context, (planned, impact): (&Planned, &Impact), now: &InForce) -> String {
    let mut text = resolution(planned);
    if let Some(unknown) = &now.unknown {
        text += &format!("{}: {unknown}; rule changes cannot be listed\n\n", context.out.yellow("warning"));
    }
    for drift in &planned.drift {
        text += &format!("{}: {drift}\n", context.out.yellow("drift"));
    }
    if planned.is_nothing() {
        return text + &no_changes(now.generation());
    }
    if let Some(changes) = planned.enforcement.changes.as_ref().filter(|changes| !changes.is_empty()) {
        text += &context.out.changes(&changes.to_string());
        text += "\n";
    }
    text += &context.out.changes(&flow_logs(planned));
    text += &impact.text(context);
    for op in planned.enforcement.plan.ops.iter().filter(|op| is_about_devices(op)) {
        text += &format!("{op}\n");
    }
    text + &closing(planned, now)
}

/// A line for each flow log that changes, and one to end them.
fn flow_logs(planned: &Planned) -> String {
    let lines: String = planned.flow_logs.iter().map(|line| format!("{line}\n")).collect();
    if lines.is_empty() { lines } else { lines + "\n" }
}

/// The devices and hooks, and why these.
fn resolution(planned: &Planned) -> String {
    if planned.enforcement.resolved.wanted.interfaces.is_empty() {
        return "The policy has no interface: nothing would be attached\n\n".into();
    }
    let mut table = Table::new(&["INTERFACE", "DEVICE", "SIDE", "ADDRESSES", "HOOK", "WHY"]);
    for (name, attachment) in &planned.enforcement.resolved.wanted.interfaces {
        let (interface, why) =
            (planned.enforcement.resolved.snapshot.interfaces.get(name), planned.enforcement.resolved.why.get(name));
        let place = attachment.netns.as_ref().map(|netns| format!("{netns}:")).unwrap_or_default();
        table.row([
            name.clone(),
            format!("{place}{}", attachment.device),
            interface.map(|interface| interface.side.to_string()).unwrap_or_default(),
            interface.map(|interface| list(&interface.addresses)).unwrap_or_default(),
            attachment.taken.to_string(),
            why.map(|why| format!("{}, {}", why.device, why.hook)).unwrap_or_default(),
        ]);
    }
    table.text() + "\n"
}

fn closing(planned: &Planned, now: &InForce) -> String {
    let plan = &planned.enforcement.plan;
    match (plan.ops.len(), plan.changes_policy()) {
        (0, _) => "Only words change: no map is written\n".into(),
        (ops, false) => format!("{} to clean up what an earlier apply left\n", count(ops, "operation")),
        (ops, true) if now.generation() == plan.generation => {
            format!("{}; the generation stays {}\n", count(ops, "operation"), plan.generation)
        }
        (ops, true) => {
            format!("{}; generation {} becomes {}\n", count(ops, "operation"), now.generation(), plan.generation)
        }
    }
}

/// The changes for `apply`, all or the first lines with how many more there are.
pub(super) fn summary(changes: Option<&Changes>) -> String {
    let Some(changes) = changes else { return String::new() };
    let all = changes.to_string();
    let lines: Vec<&str> = all.lines().collect();
    if lines.len() <= REPEATED {
        return all;
    }
    let kinds = [
        ("group", &changes.groups),
        ("prefix list", &changes.prefix_lists),
        ("interface", &changes.interfaces),
        ("member", &changes.members),
    ];
    kinds.into_iter().filter(|(_, items)| !items.is_empty()).map(|(kind, items)| totals(kind, items)).collect()
}

fn totals(kind: &str, items: &BTreeMap<String, ItemChange>) -> String {
    let of = |wanted: Change| items.values().filter(|item| item.change == wanted).count();
    let rules = items.values().flat_map(|item| &item.rules);
    let (added, removed) = rules.fold((0, 0), |(added, removed), rule| match rule.change {
        Change::Added => (added + 1, removed),
        Change::Removed => (added, removed + 1),
        Change::Changed => (added, removed),
    });
    let inner = if added + removed > 0 { format!(" (rules: {added} added, {removed} removed)") } else { String::new() };
    format!(
        "~ {kind}s: {} added, {} removed, {} changed{inner}\n",
        of(Change::Added),
        of(Change::Removed),
        of(Change::Changed)
    )
}
