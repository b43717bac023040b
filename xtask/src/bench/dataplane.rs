//! Runs the benchmark of the BPF programs and sets its numbers beside what they should be.

use std::process::Stdio;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::Row;
use crate::host::{cargo, clean, target};

/// Nanoseconds that each kind of packet may cost at 1 000 rules.
const TARGETS: [(&str, f64); 5] = [
    ("established, one flow", 65.0),
    ("established, 10 000 flows", 85.0),
    ("new flow, tracked", 600.0),
    ("new flow, untracked", 150.0),
    ("denied, hot address", 250.0),
];
/// What 100 000 rules may cost in proportion to 10.
const RATIOS: [(&str, f64); 3] =
    [("new flow, tracked", 1.3), ("denied, hot address", 1.3), ("denied, random address", 3.0)];

pub(super) fn rows() -> Result<Vec<Row>> {
    let mut command = clean(cargo());
    command.args(["bench", "--quiet", "--package", "sgfw", "--bench", "dataplane"]);
    command.env("SGFW_BENCH_OBJECT", target()?.join("bpf/bench")).stderr(Stdio::inherit());
    let output = command.output().context("the benchmark does not start")?;
    if !output.status.success() {
        bail!("the benchmark failed ({})", output.status);
    }
    let text = String::from_utf8_lossy(&output.stdout);
    let measured: Vec<Value> = text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let mut rows: Vec<Row> = measured.iter().filter_map(row).collect();
    rows.extend(RATIOS.iter().filter_map(|(what, target)| ratio(&measured, what, *target)));
    Ok(rows)
}

fn row(measured: &Value) -> Option<Row> {
    let (what, hook) = (measured.get("what")?.as_str()?, measured.get("hook")?.as_str()?);
    let rules = measured.get("rules")?.as_u64()?;
    let target = TARGETS.iter().find(|(name, _)| *name == what && rules == 1_000).map(|(_, target)| *target);
    let value = measured.get("ns")?.as_f64()?;
    Some(Row { what: format!("{what}, {rules} rules, {hook}"), value, unit: "ns", target, more: false })
}

fn ratio(measured: &[Value], what: &str, target: f64) -> Option<Row> {
    let of = |rules: u64| {
        let same = |row: &&Value| row["what"] == what && row["hook"] == "tc" && row["rules"] == rules;
        measured.iter().find(same)?.get("ns")?.as_f64()
    };
    let value = of(100_000)? / of(10)?;
    Some(Row {
        what: format!("{what}: 100 000 rules to 10, tc"),
        value,
        unit: "times",
        target: Some(target),
        more: false,
    })
}
