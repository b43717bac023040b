//! `sgfw log`: dropped packets as they happen, until Ctrl-C.
//!
//! The log costs the kernel side something, so it is on only while this runs. Turning it on and off takes the lock:
//! it writes the map in which an apply writes the generation.

use super::context::Context;
use super::failure::Failure;
use super::in_force::InForce;
use super::reply::{Reply, line, write_out};
use super::style::clean;
use crate::kernel::{DropLog, LogLine};
use clap::Args;
use serde_json::json;
use std::io;
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::interval;

/// How often the kernel's buffer is emptied.
const PAUSE: Duration = Duration::from_millis(50);

const EXAMPLES: &str = "\
Examples:
  sgfw log
  sgfw log --interface web -o json

Each line is one dropped packet. Counts without a gap are in `sgfw counters`: a flood may overrun the log.";

/// Follow dropped packets until Ctrl-C
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) struct Log {
    /// Only this interface or device
    #[arg(long, short, value_name = "NAME")]
    interface: Option<String>,
}

impl Log {
    pub(super) fn run(&self, context: &Context) -> Result<Reply, Failure> {
        let mut now = InForce::read(context)?;
        let kernel = now.take_kernel()?;
        let slot = self.interface.as_ref().map(|name| now.slot(name)).transpose()?;
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| stuck(&error))?;
        let mut log = {
            let _lock = context.store.lock("log")?;
            kernel.log()?
        };
        context.note("dropped packets, as they happen; Ctrl-C ends it");
        let wanted = |found: &LogLine| slot.is_none_or(|slot| found.slot == slot);
        let print = |found: LogLine| !wanted(&found) || write_out(&written(context, &now, &found));
        let result = runtime.block_on(follow(&mut log, print));
        let lock = context.store.lock("log")?;
        log.stop()?;
        drop(lock);
        result.map_err(|error| stuck(&error))?;
        Ok(Reply::silent())
    }
}

/// Gives each line to `print` until that says no or somebody asks to end.
async fn follow(log: &mut DropLog, mut print: impl FnMut(LogLine) -> bool) -> io::Result<()> {
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    let mut pause = interval(PAUSE);
    loop {
        tokio::select! {
            _ = interrupt.recv() => return Ok(()),
            _ = terminate.recv() => return Ok(()),
            _ = pause.tick() => {
                if !log.take().into_iter().all(&mut print) {
                    return Ok(());
                }
            }
        }
    }
}

fn written(context: &Context, now: &InForce, found: &LogLine) -> String {
    let (at, name) = (crate::control::now(), now.name(found.slot));
    if context.json {
        return line(json!({ "time": at, "interface": name, "reason": found.reason, "length": found.length }));
    }
    format!("{at} {} drop {} {} bytes\n", clean(&name), found.reason, found.length)
}

fn stuck(error: &io::Error) -> Failure {
    Failure::new(format!("cannot wait for the log: {error}"), "`sgfw counters` shows the same packets in numbers")
}
