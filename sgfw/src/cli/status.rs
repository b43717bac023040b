//! `sgfw status`: what is in force, where, and whether something is not as it should be.

use super::context::Context;
use super::failure::Failure;
use super::in_force::InForce;
use super::reply::Reply;
use super::table::{Table, list};
use crate::agent::{Answer, Ask, Client, Health};
use crate::kernel::{CounterRow, Fill, Kernel, within};
use crate::plan::Attachment;
use crate::store::{Place, Record};
use clap::Args;
use serde::Serialize;
use sgfw_common::maps;
use sgfw_common::reason::Verdict;
use std::collections::{BTreeMap, BTreeSet};

/// A map fuller than this is named, in percent.
const FULL: u64 = 80;
/// Reasons for drops that are named.
const TOP: usize = 3;

const EXAMPLES: &str = "\
Examples:
  sgfw status
  sgfw status -o json";

/// Show interfaces, hooks, the policy's generation, counters and map fill
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) struct Status {}

impl Status {
    #[expect(clippy::unused_self, reason = "every verb is run the same way")]
    pub(super) fn run(&self, context: &Context) -> Result<Reply, Failure> {
        let view = View::read(context)?;
        Ok(Reply::new(&view, view.text(context)))
    }
}

/// What `sgfw` alone prints.
pub(super) fn overview(context: &Context) -> Result<Reply, Failure> {
    let view = View::read(context)?;
    let next = if view.interfaces.is_empty() {
        ["sgfw validate FILE", "sgfw plan FILE", "sgfw apply FILE"]
    } else {
        ["sgfw flows", "sgfw counters", "sgfw plan FILE"]
    };
    let text = format!("{}\nNext: {}. `sgfw --help` tells more.\n", view.text(context), next.join(", "));
    Ok(Reply::new(&view, text))
}

#[derive(Debug, Default, Serialize)]
struct View {
    generation: u64,
    applied: Option<String>,
    sources: Vec<String>,
    interfaces: Vec<Row>,
    passed: u64,
    dropped: u64,
    top_drops: Vec<Drops>,
    maps: Vec<Fill>,
    degraded: Vec<String>,
    agent: Option<Health>,
}

#[derive(Debug, Serialize)]
struct Row {
    interface: String,
    device: String,
    netns: Option<String>,
    attached: bool,
    side: String,
    hook: String,
    device_why: Option<String>,
    hook_why: Option<String>,
    groups: BTreeSet<String>,
    addresses: Vec<String>,
    passed: u64,
    dropped: u64,
}

#[derive(Debug, Serialize)]
struct Drops {
    reason: &'static str,
    packets: u64,
}

impl View {
    fn read(context: &Context) -> Result<Self, Failure> {
        let mut now = InForce::read(context)?;
        let agent = health(context);
        let Some(kernel) = now.kernel.take() else {
            return Ok(Self { degraded: troubles(agent.as_ref()), agent, ..Self::default() });
        };
        let counters = kernel.counters()?;
        let maps = fill(&kernel, &now)?;
        let total = |verdict| packets(counters.iter().filter(|row| row.reason.verdict() == verdict));
        Ok(Self {
            generation: now.generation(),
            applied: now.record.as_ref().map(|record| record.applied.clone()),
            sources: now.record.as_ref().map(|record| record.sources.clone()).unwrap_or_default(),
            interfaces: rows(&now, &counters),
            passed: total(Verdict::Pass),
            dropped: total(Verdict::Drop),
            top_drops: top_drops(&counters),
            degraded: degraded(&now, &maps).into_iter().chain(troubles(agent.as_ref())).collect(),
            maps,
            agent,
        })
    }

    fn text(&self, context: &Context) -> String {
        if self.generation == 0 && self.interfaces.is_empty() {
            return "No policy is in force: nothing is filtered\n".to_owned() + &self.warnings(context);
        }
        let applied = self.applied.as_ref().map(|applied| format!(", applied {applied}")).unwrap_or_default();
        let sources = if self.sources.is_empty() { String::new() } else { format!(" from {}", list(&self.sources)) };
        let mut text = format!("Generation {}{applied}{sources}\n\n", self.generation);
        text += &self.table();
        text += &format!("\nPassed {} packets, dropped {}{}\n", self.passed, self.dropped, self.drops());
        text += &format!("Maps: {}\n", list(self.maps.iter().filter(|fill| fill.used > 0).map(words)));
        if let Some(agent) = &self.agent {
            text += &format!("Agent: process {} since {}, at revision {}\n", agent.pid, agent.since, agent.revision);
        }
        text + &self.warnings(context)
    }

    fn warnings(&self, context: &Context) -> String {
        self.degraded.iter().map(|why| format!("{}: {why}\n", context.out.yellow("warning"))).collect()
    }

    fn table(&self) -> String {
        let headings = ["INTERFACE", "DEVICE", "SIDE", "HOOK", "GROUPS", "ADDRESSES", "PASSED", "DROPPED", "WHY"];
        let mut table = Table::new(&headings);
        for row in &self.interfaces {
            let place = row.netns.as_ref().map(|netns| format!("{netns}:")).unwrap_or_default();
            table.row([
                row.interface.clone(),
                format!("{place}{}", row.device),
                row.side.clone(),
                if row.attached { row.hook.clone() } else { "NOT ATTACHED".into() },
                list(&row.groups),
                list(&row.addresses),
                row.passed.to_string(),
                row.dropped.to_string(),
                list(row.device_why.iter().chain(&row.hook_why)),
            ]);
        }
        table.text()
    }

    fn drops(&self) -> String {
        let top = self.top_drops.iter().map(|drops| format!("{} {}", drops.reason, drops.packets));
        if self.top_drops.is_empty() { String::new() } else { format!(" (most: {})", list(top)) }
    }
}

/// One row for each interface of the policy, and for whatever else is attached.
fn rows(now: &InForce, counters: &[CounterRow]) -> Vec<Row> {
    let mut places: BTreeMap<u32, Place> = now.record.as_ref().map(|it| it.slots.clone()).unwrap_or_default();
    for (slot, attachment) in &now.running.attachments {
        let place = Place { interface: now.name(*slot), attachment: attachment.clone() };
        places.entry(*slot).or_insert(place).attachment = attachment.clone();
    }
    places.into_iter().map(|(slot, place)| row(now, slot, place, counters)).collect()
}

fn row(now: &InForce, slot: u32, place: Place, counters: &[CounterRow]) -> Row {
    let record = now.record.as_ref();
    let interface = now.policy.as_ref().and_then(|policy| policy.interfaces.get(&place.interface));
    let why = record.and_then(|record| record.why.get(&place.interface));
    let total = |verdict| packets(counters.iter().filter(|row| row.slot == slot && row.reason.verdict() == verdict));
    Row {
        device: place.attachment.device,
        netns: place.attachment.netns,
        attached: now.running.attachments.contains_key(&slot),
        side: interface.map(|it| it.side.to_string()).unwrap_or_default(),
        hook: place.attachment.taken.to_string(),
        device_why: why.map(|why| why.device.clone()),
        hook_why: why.map(|why| why.hook.clone()),
        groups: interface.map(|it| it.groups.clone()).unwrap_or_default(),
        addresses: interface.map(|it| it.addresses.iter().map(ToString::to_string).collect()).unwrap_or_default(),
        passed: total(Verdict::Pass),
        dropped: total(Verdict::Drop),
        interface: place.interface,
    }
}

fn packets<'a>(rows: impl Iterator<Item = &'a CounterRow>) -> u64 {
    rows.map(|row| row.packets).sum()
}

fn top_drops(counters: &[CounterRow]) -> Vec<Drops> {
    let mut sums: BTreeMap<&'static str, u64> = BTreeMap::new();
    for row in counters.iter().filter(|row| row.reason.verdict() == Verdict::Drop) {
        *sums.entry(row.reason.word()).or_default() += row.packets;
    }
    let mut sums: Vec<Drops> = sums.into_iter().map(|(reason, packets)| Drops { reason, packets }).collect();
    sums.sort_by_key(|drops| std::cmp::Reverse(drops.packets));
    sums.truncate(TOP);
    sums
}

/// Tables and hashes as the kernel counts them, arrays of nodes by what is in use.
fn fill(kernel: &Kernel, now: &InForce) -> Result<Vec<Fill>, Failure> {
    let nodes = |map, used: usize, limit: u32| Fill { map, used: used as u64, limit: limit.into() };
    let mut all = vec![
        nodes("NODES32", now.running.nodes32.len(), maps::MAX_NODES32),
        nodes("NODES128", now.running.nodes128.len(), maps::MAX_NODES128),
    ];
    all.extend(kernel.fill()?);
    Ok(all)
}

fn words(fill: &Fill) -> String {
    format!("{} {}/{}", fill.map, fill.used, fill.limit)
}

/// How the agent does; none where none runs.
fn health(context: &Context) -> Option<Health> {
    let answer = Client::connect(&context.socket).ok()??.ask(&Ask::Health).ok()?;
    if let Answer::Health(health) = answer { Some(health) } else { None }
}

/// What the agent says is not as it should be.
fn troubles(agent: Option<&Health>) -> Vec<String> {
    let Some(health) = agent else { return Vec::new() };
    let reload =
        health.reload.as_ref().map(|why| format!("the policy files are not taken, the policy before stays: {why}"));
    let rests = "everything was detached by order: nothing is protected until the next `sgfw apply`";
    let rests = health.rests.then(|| rests.to_owned());
    let logs = health.flow_logs.iter().cloned();
    let left = health.left.values().map(|why| format!("not protected: {why}"));
    health.trouble.clone().into_iter().chain(rests).chain(reload).chain(left).chain(logs).collect()
}

/// What is not as it should be, each with what to do.
fn degraded(now: &InForce, maps: &[Fill]) -> Vec<String> {
    let mut all: Vec<String> = now.unknown.iter().map(|why| format!("{why}; apply the policy again")).collect();
    all.extend(now.record.as_ref().map(|record| missing(now, record)).unwrap_or_default());
    let full = maps.iter().filter(|fill| fill.used * 100 > fill.limit * FULL);
    all.extend(full.map(|fill| format!("map {} is more than {FULL} % full: make the policy smaller", words(fill))));
    all
}

fn missing(now: &InForce, record: &Record) -> Vec<String> {
    let unattached = record.slots.iter().filter(|(slot, _)| !now.running.attachments.contains_key(slot));
    let words = |(_, place): (&u32, &Place)| {
        let (name, device) = (&place.interface, &place.attachment.device);
        if is_there(&place.attachment) {
            return format!("interface {name} is not attached to {device}: apply the policy again");
        }
        let like_it = list(moved(&place.attachment));
        if like_it.is_empty() {
            return format!("the device {device} of interface {name} is gone: apply again when it is back");
        }
        format!(
            "the device {device} of interface {name} is gone, and network namespace {like_it} has one of its number and \
             name: a device that is moved keeps the rules that it had; move it back, or write `netns:` for the \
             interface, and apply"
        )
    };
    unattached.map(words).collect()
}

/// The network namespaces with a name where a device like this one is now: it may have been moved there.
fn moved(attachment: &Attachment) -> Vec<String> {
    let entries = std::fs::read_dir("/run/netns").into_iter().flatten().flatten();
    let is_here = |netns: &String| {
        let device = attachment.device.clone();
        let index = within(Some(netns), move || nix::net::if_::if_nametoindex(device.as_str()));
        index.is_ok_and(|index| index == Ok(attachment.ifindex))
    };
    let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
    names.filter(|netns| attachment.netns.as_ref() != Some(netns)).filter(is_here).collect()
}

fn is_there(attachment: &Attachment) -> bool {
    let device = attachment.device.clone();
    let found = within(attachment.netns.as_deref(), move || nix::net::if_::if_nametoindex(device.as_str()).is_ok());
    found.unwrap_or(false)
}
