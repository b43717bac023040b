//! A large account in a namespace with twenty devices: what actions, commands and plans cost there.

use std::fmt::Write;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::path::Path;
use std::process::Stdio;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::Row;
use super::program::Program;
use crate::demo::net::{Net, Node, ip};
use crate::host::{cargo, clean};

const NODE: &str = "host";
const DEVICES: u32 = 20;
/// Each in a process of its own, in this order.
const STEPS: [&str; 4] = ["begin", "plan", "stay", "alone"];
/// What is wanted of whoever stays: milliseconds, and megabytes.
const TARGETS: [(&str, f64); 9] = [
    ("describe a group", 10.0),
    ("add a rule for a block", 20.0),
    ("remove a rule for a block", 20.0),
    ("add a rule for a group", 20.0),
    ("remove a rule for a group", 20.0),
    ("add a member: an address of an interface elsewhere", 5.0),
    ("add a member: a new interface elsewhere", 5.0),
    ("plan of the whole", 2_000.0),
    ("memory of who stays, at most", 500.0),
];

pub(super) fn rows(sgfw: &Path) -> Result<Vec<Row>> {
    let (v4, v6) = (Ipv4Addr::new(10, 45, 0, 1), Ipv6Addr::new(0x2001, 0xdb8, 45, 0, 0, 0, 0, 1));
    let net = Net::new(vec![Node { name: NODE.into(), v4, v6 }])?;
    ip(Some(&net.netns(NODE)), &devices()?)?;
    let program = Program::new(sgfw, "scale")?;
    let mut rows = Vec::new();
    for name in STEPS {
        rows.extend(step(name, &net, &program)?);
    }
    Ok(rows)
}

fn devices() -> Result<String> {
    let mut lines = String::new();
    for number in 0..DEVICES {
        writeln!(lines, "link add sc{number} type veth peer name peer{number}")?;
        writeln!(lines, "link set sc{number} up")?;
        writeln!(lines, "link set peer{number} up")?;
    }
    Ok(lines)
}

fn step(name: &str, net: &Net, program: &Program<'_>) -> Result<Vec<Row>> {
    let mut command = clean(cargo());
    command.args(["bench", "--quiet", "--package", "sgfw", "--bench", "scale", "--", name]);
    command.envs(program.directories()).env("SGFW_BENCH_NETNS", net.netns(NODE)).stderr(Stdio::inherit());
    let output = command.output().context("the benchmark does not start")?;
    if !output.status.success() {
        bail!("the benchmark's step {name} failed ({})", output.status);
    }
    let text = String::from_utf8_lossy(&output.stdout);
    let measured = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    Ok(measured.filter_map(|measured| row(&measured)).collect())
}

fn row(measured: &Value) -> Option<Row> {
    let (what, value) = (measured.get("what")?.as_str()?, measured.get("value")?.as_f64()?);
    let unit = if measured.get("unit")?.as_str()? == "MB" { "MB" } else { "ms" };
    let target = TARGETS.iter().find(|(name, _)| *name == what).map(|(_, target)| *target);
    let of = |name: &str| measured.get(name).and_then(Value::as_f64);
    let what = match (of("low"), of("high")) {
        (Some(low), Some(high)) if low < high => format!("{what} (median; {low:.1} to {high:.1})"),
        _ => what.to_owned(),
    };
    Some(Row { what, value, unit, target, more: false })
}
