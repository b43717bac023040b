//! Agent and endpoint on one core, in a namespace of their own, under a signed load from another core.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::path::Path;
use std::process::Stdio;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::Row;
use crate::demo::net::{Net, Node};
use crate::host::{cargo, clean};

const SERVER: Ipv4Addr = Ipv4Addr::new(10, 46, 0, 1);

/// What is wanted, by the end of what was measured: the number, and whether more is better.
const TARGETS: [(&str, f64, bool); 4] = [
    // Of a thousand that are due each second the last ones may still be on their way.
    (": answered", 995.0, true),
    (": describe, 99 of 100", 20.0, false),
    ("packets pass after the answer, worst", 50.0, false),
    ("packets are dropped after the answer, worst", 50.0, false),
];

pub(super) fn rows(sgfw: &Path) -> Result<Vec<Row>> {
    let net = Net::new(vec![node("server", SERVER, 1), node("client", Ipv4Addr::new(10, 46, 0, 2), 2)])?;
    let mut command = clean(cargo());
    command.args(["bench", "--quiet", "--package", "sgfw", "--bench", "endpoint"]);
    command.env("SGFW_BENCH_PROGRAM", sgfw).env("SGFW_BENCH_ADDRESS", SERVER.to_string());
    command.env("SGFW_BENCH_NETNS", net.netns("server")).env("SGFW_BENCH_PEER", net.netns("client"));
    let output = command.stderr(Stdio::inherit()).output().context("the benchmark does not start")?;
    if !output.status.success() {
        bail!("the benchmark failed ({})", output.status);
    }
    let text = String::from_utf8_lossy(&output.stdout);
    let measured = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    Ok(measured.filter_map(|measured| row(&measured)).collect())
}

fn node(name: &str, v4: Ipv4Addr, last: u16) -> Node {
    Node { name: name.into(), v4, v6: Ipv6Addr::new(0x2001, 0xdb8, 46, 0, 0, 0, 0, last) }
}

fn row(measured: &Value) -> Option<Row> {
    let (what, value) = (measured.get("what")?.as_str()?, measured.get("value")?.as_f64()?);
    let unit = match measured.get("unit")?.as_str()? {
        "ms" => "ms",
        "%" => "%",
        _ => "/s",
    };
    let target = TARGETS.iter().find(|(end, ..)| what.ends_with(end));
    let more = target.map_or(unit == "/s", |(_, _, more)| *more);
    Some(Row { what: what.into(), value, unit, target: target.map(|(_, target, _)| *target), more })
}
