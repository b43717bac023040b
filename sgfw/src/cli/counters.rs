//! `sgfw counters`: what packets met with, by interface and reason.

use super::context::Context;
use super::failure::Failure;
use super::in_force::InForce;
use super::reply::Reply;
use super::table::Table;
use crate::kernel::CounterRow;
use clap::Args;
use serde_json::{Value, json};
use sgfw_common::reason::Verdict;

const EXAMPLES: &str = "\
Examples:
  sgfw counters
  sgfw counters --interface web -o json

Interface \"none\" is for packets of devices that have no policy yet or no more.";

/// Show packets and bytes by interface and reason
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) struct Counters {
    /// Only this interface or device
    #[arg(long, short, value_name = "NAME")]
    interface: Option<String>,
}

impl Counters {
    pub(super) fn run(&self, context: &Context) -> Result<Reply, Failure> {
        let mut now = InForce::read(context)?;
        let kernel = now.take_kernel()?;
        let slot = self.interface.as_ref().map(|name| now.slot(name)).transpose()?;
        let mut rows = kernel.counters()?;
        rows.retain(|row| slot.is_none_or(|slot| row.slot == slot));
        let view: Vec<Value> = rows.iter().map(|row| object(&now, row)).collect();
        Ok(Reply::new(&json!({ "counters": view }), text(&now, &rows)))
    }
}

const fn verdict(row: &CounterRow) -> &'static str {
    match row.reason.verdict() {
        Verdict::Pass => "pass",
        Verdict::Drop => "drop",
    }
}

fn object(now: &InForce, row: &CounterRow) -> Value {
    json!({
        "interface": now.name(row.slot),
        "verdict": verdict(row),
        "reason": row.reason.word(),
        "packets": row.packets,
        "bytes": row.bytes,
    })
}

fn text(now: &InForce, rows: &[CounterRow]) -> String {
    let mut table = Table::new(&["INTERFACE", "VERDICT", "REASON", "PACKETS", "BYTES"]);
    for row in rows {
        let (packets, bytes) = (row.packets.to_string(), row.bytes.to_string());
        table.row([now.name(row.slot), verdict(row).into(), row.reason.word().into(), packets, bytes]);
    }
    let total = |wanted| rows.iter().filter(|row| row.reason.verdict() == wanted).map(|row| row.packets).sum::<u64>();
    table.text() + &format!("\nPassed {} packets, dropped {}\n", total(Verdict::Pass), total(Verdict::Drop))
}
