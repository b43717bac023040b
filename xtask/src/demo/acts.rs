//! What the demo shows, act by act. Whoever reads the tables has read the policy.

use anyhow::{Result, ensure};

use super::probe::Outcome::{Drops, Passes};
use super::stage::Stage;
use super::table::{Table, Try, open};

/// `policies/web.yaml` and `policies/database.yaml`, each on its machine.
pub(super) fn the_example(stage: &Stage, table: &mut Table) -> Result<()> {
    stage.apply_example("web", "web.yaml", "web")?;
    stage.apply_example("mysql", "database.yaml", "database")?;
    table.head("1. The web server and its databases");
    table.try_all(
        stage,
        &[
            Try { what: "client > web tcp 80", says: Passes, why: "80 from anywhere" },
            Try { what: "stranger > web tcp 80", says: Passes, why: "80 from anywhere" },
            Try { what: "stranger > web tcp 443", says: Passes, why: "443 from anywhere" },
            Try { what: "client > web tcp 22 v4", says: Passes, why: "22 from 203.0.113.0/24" },
            Try { what: "client > web tcp 22 v6", says: Drops, why: "22 from IPv4's 203.0.113.0/24 only" },
            Try { what: "client > web tcp 3389 v4", says: Passes, why: "3389 from 203.0.113.0/24" },
            Try { what: "stranger > web tcp 22", says: Drops, why: "22 from 203.0.113.0/24 only" },
            Try { what: "stranger > web tcp 3389", says: Drops, why: "3389 from 203.0.113.0/24 only" },
            Try { what: "client > web tcp 25", says: Drops, why: "no rule for 25" },
            Try { what: "client > web tcp 22 from 80 v6", says: Drops, why: "a source port is no rule" },
            Try { what: "client > web udp 53", says: Drops, why: "no rule for UDP" },
            Try { what: "client > web ping", says: Drops, why: "no rule for ICMP" },
            Try { what: "web > mysql tcp 3306", says: Passes, why: "out to the group mysql, in from the group web" },
            Try { what: "web > mssql tcp 1433", says: Passes, why: "out to the group mssql" },
            Try { what: "web > mssql tcp 3306", says: Drops, why: "out to 3306 of the group mysql only" },
            Try { what: "web > mysql tcp 22", says: Drops, why: "no outbound rule for 22" },
            Try { what: "client > mysql tcp 3306", says: Drops, why: "in from the group web only" },
            Try { what: "mysql > web tcp 80", says: Drops, why: "mysql: out to its own group only" },
            Try { what: "web > stranger tcp 443", says: Drops, why: "out to the databases only" },
            Try { what: "web > client ping", says: Drops, why: "out to the databases only" },
        ],
    )
}

/// The same with rules for UDP and ICMP: answers, fragments, other protocols.
pub(super) fn more_than_tcp(stage: &Stage, table: &mut Table) -> Result<()> {
    let web = with_ingress(
        &stage.example("web.yaml")?,
        &[
            "{protocol: udp, ports: 53, from: anywhere}",
            "{protocol: icmp, type: 8, from: 203.0.113.0/24}",
            "{protocol: icmpv6, type: 128, from: \"2001:db8:c::/48\"}",
            "{protocol: gre, from: 203.0.113.7}",
        ],
    )?;
    stage.apply_text("web", &web, "web")?;
    table.head("2. With rules for UDP 53 from anywhere, ping and GRE from the client");
    table.try_all(
        stage,
        &[
            Try { what: "stranger > web udp 53", says: Passes, why: "UDP 53 from anywhere; the answer needs no rule" },
            Try { what: "stranger > web udp 53 size 4000", says: Passes, why: "fragments go with their datagram" },
            Try { what: "stranger > web udp 54", says: Drops, why: "no rule for 54" },
            Try { what: "stranger > web udp 54 size 4000", says: Drops, why: "no rule for 54" },
            Try { what: "client > web ping", says: Passes, why: "echo requests; the reply needs no rule" },
            Try { what: "client > web ping size 4000", says: Passes, why: "fragments go with their datagram" },
            Try { what: "stranger > web ping", says: Drops, why: "ping from the client's networks only" },
            Try { what: "web > client ping", says: Drops, why: "no outbound rule for ICMP" },
            Try { what: "client > web protocol 47 v4", says: Passes, why: "GRE from 203.0.113.7" },
            Try { what: "stranger > web protocol 47 v4", says: Drops, why: "GRE from 203.0.113.7 only" },
        ],
    )
}

/// Tracked connections outlive their rule; untracked ones go with it, as in VPC.
pub(super) fn rules_go_while_connections_are_open(stage: &Stage, table: &mut Table) -> Result<()> {
    let web = without_egress(&stage.example("web.yaml")?)?;
    stage.apply_text("web", &web, "web")?;
    let mut tracked = [open(stage, "client > web tcp 22", false)?, open(stage, "client > web tcp 3389", false)?];
    let mut untracked = [open(stage, "client > web tcp 80", false)?, open(stage, "client > web tcp 80", true)?];
    table.head("3. web.yaml without its outbound rules, so everything goes out");
    for flow in tracked.iter_mut().chain(&mut untracked) {
        table.still(flow, true, "as long as the rules are there");
    }

    stage.apply_text("web", &without_ports(&web, &["80", "22", "3389"])?, "web")?;
    table.head("4. Now the rules for 22, 3389 and 80 go while the connections are open");
    for flow in &mut tracked {
        table.still(flow, true, "tracked: it outlives its rule");
    }
    for flow in &mut untracked {
        table.still(flow, false, "80 from anywhere was not tracked: cut with its rule");
    }
    table.try_all(
        stage,
        &[
            Try { what: "client > web tcp 22 v4", says: Drops, why: "a new connection needs a rule" },
            Try { what: "client > web tcp 3389 v4", says: Drops, why: "a new connection needs a rule" },
            Try { what: "client > web tcp 80", says: Drops, why: "a new connection needs a rule" },
            Try { what: "client > web tcp 443", says: Passes, why: "443 from anywhere" },
        ],
    )
}

/// Detached, everything passes again and nothing is left.
pub(super) fn nothing_stays(stage: &Stage, table: &mut Table) -> Result<()> {
    for machine in ["web", "mysql"] {
        stage.sgfw(machine, &["detach", "--all"])?;
        ensure!(!stage.pins(machine).exists(), "`sgfw detach --all` leaves {}", stage.pins(machine).display());
    }
    table.head("5. After `sgfw detach --all`");
    table.try_all(
        stage,
        &[
            Try { what: "stranger > web tcp 22", says: Passes, why: "nothing is in force" },
            Try { what: "client > mysql tcp 3306", says: Passes, why: "nothing is in force" },
        ],
    )
}

/// web.yaml with more inbound rules, written after its first.
fn with_ingress(text: &str, rules: &[&str]) -> Result<String> {
    let (before, after) = text.split_once("    ingress:\n").unwrap_or((text, ""));
    ensure!(!after.is_empty(), "web.yaml has no inbound rules to add to");
    let rules: String = rules.iter().map(|rule| format!("      - {rule}\n")).collect();
    Ok(format!("{before}    ingress:\n{rules}{after}"))
}

/// web.yaml with everything let out.
fn without_egress(text: &str) -> Result<String> {
    let (before, rest) = text.split_once("    egress:\n").unwrap_or((text, ""));
    let (_, after) = rest.split_once("\n\n").unwrap_or(("", ""));
    ensure!(!after.is_empty(), "web.yaml has no outbound rules to take away");
    Ok(format!("{before}\n{after}"))
}

/// web.yaml without its inbound rules for some ports.
fn without_ports(text: &str, ports: &[&str]) -> Result<String> {
    let goes = |line: &&str| ports.iter().any(|port| line.contains(&format!("ports: {port},")));
    ensure!(
        text.lines().filter(goes).count() == ports.len(),
        "web.yaml has other rules than one for each of {ports:?}"
    );
    Ok(text.lines().filter(|line| !goes(line)).map(|line| format!("{line}\n")).collect())
}
