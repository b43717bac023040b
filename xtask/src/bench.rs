//! `cargo xtask bench`: what a verdict costs, what a connection costs, what an apply costs.
//!
//! Everything compared is measured in one run, one after the other, because machines are noisy: the ratios are
//! what counts. A table for people, and with `--json FILE` the same for programs. No absolute time decides whether it
//! fails; targets stand beside the numbers.

mod applies;
mod dataplane;
mod endpoint;
mod live;
mod program;
mod scale;

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::host::{answer, optimised};
use crate::{ebpf, setup};

/// One measured number.
pub(crate) struct Row {
    /// What was measured.
    pub(crate) what: String,
    /// The number with its unit.
    pub(crate) value: f64,
    /// Its unit.
    pub(crate) unit: &'static str,
    /// What it should be, if there is such a number.
    pub(crate) target: Option<f64>,
    /// Whether more is better.
    pub(crate) more: bool,
}

impl Row {
    fn met(&self) -> Option<bool> {
        self.target.map(|target| if self.more { self.value >= target } else { self.value <= target })
    }

    fn json(&self) -> Value {
        serde_json::json!({ "what": self.what, "value": self.value, "unit": self.unit, "target": self.target, "met": self.met() })
    }
}

/// Measures everything and prints it.
pub(crate) fn run(json: Option<&Path>) -> Result<()> {
    if answer(Command::new("id").arg("-u")).as_deref() != Some("0") {
        bail!("the benchmark loads programs and makes network namespaces: run `cargo xtask bench` as root");
    }
    setup::run()?;
    ebpf::build()?;
    let sgfw = optimised()?;
    let mut rows = Vec::new();
    section("What a verdict costs, net of an empty program", dataplane::rows()?, &mut rows);
    section("What a connection costs, over a veth pair", live::rows(&sgfw)?, &mut rows);
    section("What an apply costs", applies::rows(&sgfw)?, &mut rows);
    section(
        "What a large account costs: 500 groups, 10 000 interfaces, 100 000 members",
        scale::rows(&sgfw)?,
        &mut rows,
    );
    section(
        "What clients of the endpoint wait for: agent and endpoint on one core, 500 groups of 60 rules",
        endpoint::rows(&sgfw)?,
        &mut rows,
    );
    if let Some(path) = json {
        let all: Vec<Value> = rows.iter().map(Row::json).collect();
        std::fs::write(path, serde_json::to_string_pretty(&all)?).with_context(|| path.display().to_string())?;
    }
    Ok(())
}

fn section(title: &str, new: Vec<Row>, rows: &mut Vec<Row>) {
    println!("\n{title}\n");
    let width = new.iter().map(|row| row.what.chars().count()).max().unwrap_or(0);
    for row in &new {
        let target = match (row.target, row.met()) {
            (Some(target), Some(met)) => {
                let sign = if row.more { "at least" } else { "at most" };
                format!("   {sign} {target}{}", if met { "" } else { "  NOT MET" })
            }
            _ => String::new(),
        };
        println!("  {:width$}  {:>10} {:<8}{target}", row.what, number(row.value), row.unit);
    }
    rows.extend(new);
}

fn number(value: f64) -> String {
    if value.abs() >= 100.0 { format!("{value:.0}") } else { format!("{value:.2}") }
}
