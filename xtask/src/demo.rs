//! `cargo xtask demo`: sets up, builds, and shows `policies/web.yaml` at work on real packets.
//!
//! Five machines, each a network namespace: the web server and its two databases of the example, a client in
//! the company's network and a stranger. The program that was built puts the policies in force, sockets try
//! every interesting connection, and one table tells what was tried, what the policy says and what happened.
//! Nothing outside of these namespaces is touched; they go when the demo ends, however it ends.

use std::path::PathBuf;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, bail};

use crate::host::{answer, optimised};
use crate::{ebpf, setup};

// The namespaces and the sockets are those of the end-to-end tests.
#[path = "../../sgfw/tests/lab/net.rs"]
pub(crate) mod net;
#[path = "../../sgfw/tests/lab/probe.rs"]
mod probe;
#[path = "../../sgfw/tests/lab/session.rs"]
#[expect(dead_code, reason = "the tests use more of a flow than the demo shows")]
mod session;
#[path = "../../sgfw/tests/lab/traffic.rs"]
mod traffic;
#[path = "../../sgfw/tests/lab/wire.rs"]
mod wire;

mod acts;
mod stage;
mod table;

use stage::Stage;
use table::Table;

/// Builds, shows, cleans up; fails if anything went another way than the policy says.
pub(crate) fn run() -> Result<()> {
    if answer(Command::new("id").arg("-u")).as_deref() != Some("0") {
        bail!("the demo makes network namespaces and loads programs: run `cargo xtask demo` as root");
    }
    setup::run()?;
    ebpf::build()?;
    let sgfw = optimised()?;

    let begun = Instant::now();
    let shown = show(sgfw);
    // Whoever interrupted the demo knows why it does not go on.
    stage::leave_if_interrupted();
    let table = shown?;
    table.print_summary(begun.elapsed());
    if table.surprises() > 0 {
        bail!("{} of {} went another way than the policy says", table.surprises(), table.rows());
    }
    Ok(())
}

/// The acts, on a stage that is gone afterwards.
fn show(sgfw: PathBuf) -> Result<Table> {
    let stage = Stage::new(sgfw).context("the namespaces cannot be made")?;
    stage.print();
    let mut table = Table::default();
    acts::the_example(&stage, &mut table)?;
    acts::more_than_tcp(&stage, &mut table)?;
    acts::rules_go_while_connections_are_open(&stage, &mut table)?;
    acts::nothing_stays(&stage, &mut table)?;
    Ok(table)
}
