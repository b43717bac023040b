//! `sgfw show`: the policy in force, as it was written, and as the kernel holds it.

use super::cells;
use super::context::Context;
use super::failure::Failure;
use super::in_force::InForce;
use super::reply::Reply;
use super::table::{Table, list};
use crate::model::{Device, Direction, Group, Interface, Rule, Snapshot};
use clap::{Args, Subcommand};
use serde_json::{Value, json};
use std::collections::BTreeMap;

const EXAMPLES: &str = "\
Examples:
  sgfw show groups
  sgfw show rules web          # of one group
  sgfw show interfaces web
  sgfw show cells web          # what is enforced: the union of all rules, read from the kernel";

/// Show groups, rules, interfaces or compiled cells in force
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) struct Show {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Security groups, and who is in them
    Groups(Name),
    /// Rules, by group
    Rules(Name),
    /// Interfaces, with all their settings
    Interfaces(Name),
    /// What each interface lets in and out, read from the kernel's maps
    Cells(Name),
}

#[derive(Args, Debug)]
struct Name {
    /// Only this one
    name: Option<String>,
}

impl Show {
    pub(super) fn run(&self, context: &Context) -> Result<Reply, Failure> {
        let now = InForce::read(context)?;
        if let What::Cells(only) = &self.what {
            return cells::show(&now, only.name.as_deref());
        }
        let snapshot = policy(&now)?;
        match &self.what {
            What::Groups(only) => groups(&snapshot, only),
            What::Rules(only) => rules(&snapshot, only),
            What::Interfaces(only) | What::Cells(only) => interfaces(&snapshot, only),
        }
    }
}

/// The policy in words; an empty one if nothing is in force.
pub(super) fn policy(now: &InForce) -> Result<Snapshot, Failure> {
    now.snapshot().ok_or_else(|| {
        let why = now.unknown.clone().unwrap_or_default();
        Failure::new(why, "`sgfw show cells` reads what is enforced from the kernel; apply the policy to have its text")
    })
}

/// The items with this name, or all of them.
fn chosen<'a, T>(items: &'a BTreeMap<String, T>, only: &Name, kind: &str) -> Result<Vec<&'a T>, Failure> {
    let Some(name) = &only.name else { return Ok(items.values().collect()) };
    let found = items.get(name).map(|item| vec![item]);
    found.ok_or_else(|| {
        Failure::new(format!("there is no {kind} {name:?}"), format!("there are: {}", list(items.keys())))
    })
}

fn groups(snapshot: &Snapshot, only: &Name) -> Result<Reply, Failure> {
    let groups = chosen(&snapshot.groups, only, "group")?;
    let mut table = Table::new(&["GROUP", "ID", "INGRESS", "EGRESS", "INTERFACES", "OTHER MEMBERS", "DESCRIPTION"]);
    let mut view = Vec::new();
    for group in groups {
        let (interfaces, members) = members(snapshot, &group.name);
        table.row([
            group.name.clone(),
            group.id.clone().unwrap_or_default(),
            group.ingress.len().to_string(),
            group.egress.len().to_string(),
            list(&interfaces),
            list(&members),
            group.description.clone().unwrap_or_default(),
        ]);
        view.push(json!({ "group": group, "interfaces": interfaces, "members": members }));
    }
    Ok(Reply::new(&json!({ "groups": view }), table.text()))
}

/// Interfaces and members elsewhere that belong to a group.
fn members<'a>(snapshot: &'a Snapshot, group: &str) -> (Vec<&'a str>, Vec<&'a str>) {
    let interfaces = snapshot.interfaces.values().filter(|it| it.groups.contains(group)).map(|it| it.name.as_str());
    let members = snapshot.members.values().filter(|it| it.groups.contains(group)).map(|it| it.name.as_str());
    (interfaces.collect(), members.collect())
}

fn rules(snapshot: &Snapshot, only: &Name) -> Result<Reply, Failure> {
    let mut table = Table::new(&["GROUP", "DIRECTION", "TRAFFIC", "PEER", "WHERE", "DESCRIPTION"]);
    let mut view = Vec::new();
    for group in chosen(&snapshot.groups, only, "group")? {
        for (direction, rule) in both(group) {
            table.row([
                group.name.clone(),
                direction.to_string(),
                rule.traffic.to_string(),
                rule.peer.to_string(),
                place(rule),
                rule.description.clone().unwrap_or_default(),
            ]);
            view.push(rule_object(group, direction, rule));
        }
    }
    Ok(Reply::new(&json!({ "rules": view }), table.text()))
}

fn both(group: &Group) -> impl Iterator<Item = (Direction, &Rule)> {
    let of = |direction| group.rules(direction).iter().map(move |rule| (direction, rule));
    of(Direction::Ingress).chain(of(Direction::Egress))
}

fn place(rule: &Rule) -> String {
    if rule.origin.line == 0 { "by default".into() } else { format!("{}:{}", rule.origin.file, rule.origin.line) }
}

fn rule_object(group: &Group, direction: Direction, rule: &Rule) -> Value {
    json!({
        "group": group.name,
        "direction": direction,
        "traffic": rule.traffic.to_string(),
        "peer": rule.peer.to_string(),
        "description": rule.description,
        "file": (rule.origin.line > 0).then_some(&rule.origin.file),
        "line": (rule.origin.line > 0).then_some(rule.origin.line),
    })
}

fn interfaces(snapshot: &Snapshot, only: &Name) -> Result<Reply, Failure> {
    let interfaces = chosen(&snapshot.interfaces, only, "interface")?;
    let text = interfaces.iter().map(|interface| describe(interface)).collect::<Vec<_>>().join("\n");
    Ok(Reply::new(&json!({ "interfaces": interfaces }), text))
}

/// One interface, a setting a line.
fn describe(interface: &Interface) -> String {
    let yes = |yes: bool| if yes { "yes" } else { "no" }.to_owned();
    let device = match &interface.device {
        Device::Named(device) => device.clone(),
        Device::DefaultRoute => "of the default route".into(),
    };
    let (timeouts, never) = (interface.timeouts, interface.never_filtered);
    let never = [
        ("arp", never.arp),
        ("neighbour-discovery", never.neighbour_discovery),
        ("dhcp", never.dhcp),
        ("multicast-control", never.multicast_control),
    ];
    let ethertypes = interface.ethertypes.iter().map(|kind| format!("{kind:#06x}"));
    let mut table = Table::new(&["INTERFACE", &interface.name]);
    for (setting, value) in [
        ("device", device),
        ("network namespace", interface.netns.clone().unwrap_or_else(|| "this one".into())),
        ("side", interface.side.to_string()),
        ("hook", interface.hook.to_string()),
        ("groups", list(&interface.groups)),
        ("addresses", list(&interface.addresses)),
        ("source check", yes(interface.source_check)),
        ("trunk", yes(interface.trunk)),
        ("idle TCP, seconds", timeouts.tcp_established.to_string()),
        ("idle UDP, seconds", timeouts.udp.to_string()),
        ("idle UDP stream, seconds", timeouts.udp_stream.to_string()),
        ("never filtered", list(never.iter().filter(|(_, on)| *on).map(|(word, _)| word))),
        ("other EtherTypes", list(ethertypes)),
    ] {
        table.row([setting.to_owned(), value]);
    }
    table.text()
}
