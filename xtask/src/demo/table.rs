//! What was tried, what the policy says, what happened: rows of one table.

use std::time::Duration;

use anyhow::{Context, Result};

use super::probe::{self, Outcome, Probe};
use super::session::Session;
use super::stage::Stage;
use super::traffic::Traffic;

/// One thing to try, over both families unless `v4` or `v6` stands at the end of `what`.
pub(super) struct Try {
    /// `client > web tcp 80`.
    pub(super) what: &'static str,
    /// What the policy says.
    pub(super) says: Outcome,
    /// The rule, or what there is instead.
    pub(super) why: &'static str,
}

/// Rows so far.
#[derive(Default)]
pub(super) struct Table {
    rows: usize,
    surprises: usize,
}

impl Table {
    /// Begins an act.
    pub(super) fn head(&self, what: &str) {
        println!("\n{what}");
        let head = ["from", "to", "tried", "over", "the policy says", "happened"];
        println!("  {}", line(&head.map(str::to_owned), ""));
    }

    /// Tries things, all at once, and prints a row for each and family.
    pub(super) fn try_all(&mut self, stage: &Stage, tries: &[Try]) -> Result<()> {
        let mut probes = Vec::new();
        let mut rows = Vec::new();
        for one in tries {
            let (from, to, traffic, families) = one.read()?;
            for &v6 in families {
                let (from, to) = (stage.place(from, v6)?, stage.place(to, v6)?);
                probes.push(Probe { from, to, traffic, patience: one.says.patience() });
                rows.push((one, family(v6)));
            }
        }
        let outcomes = probe::run(&probes)?;
        for ((one, family), outcome) in rows.into_iter().zip(outcomes) {
            let (from, to, traffic, _) = one.read()?;
            let happened = if outcome == one.says { outcome.to_string() } else { format!("{outcome}  <== SURPRISE") };
            let says = format!("{}: {}", one.says, one.why);
            let cells = [from.into(), to.into(), name(traffic), family.into(), says, happened];
            self.add(&cells, outcome == one.says);
        }
        Ok(())
    }

    /// Whether an open connection still carries packets both ways, against what should be.
    pub(super) fn still(&mut self, session: &mut Session, lives: bool, why: &str) {
        let lived = if lives { session.lives() } else { !session.is_cut() };
        let word = |lives| if lives { "lives" } else { "is cut" };
        let happened = if lived == lives { word(lived).to_owned() } else { format!("{}  <== SURPRISE", word(lived)) };
        let mut cells = session.name.split('|').map(str::to_owned);
        let mut next = || cells.next().unwrap_or_default();
        let cells = [next(), next(), next(), next(), format!("{}: {why}", word(lives)), happened];
        self.add(&cells, lived == lives);
    }

    /// How many rows there are.
    pub(super) const fn rows(&self) -> usize {
        self.rows
    }

    /// How many went another way.
    pub(super) const fn surprises(&self) -> usize {
        self.surprises
    }

    /// The last line.
    pub(super) fn print_summary(&self, time: Duration) {
        let good = self.rows - self.surprises;
        println!("\n{good} of {} as the policy says, in {:.1} seconds", self.rows, time.as_secs_f32());
    }

    fn add(&mut self, cells: &[String; 6], good: bool) {
        self.rows += 1;
        self.surprises += usize::from(!good);
        println!("  {}", line(cells, if good { "ok" } else { "!!" }));
    }
}

/// Opens a connection that stays, of which rows tell: `client > web tcp 22`.
pub(super) fn open(stage: &Stage, what: &'static str, v6: bool) -> Result<Session> {
    let wanted = Try { what, says: Outcome::Passes, why: "" };
    let (from, to, traffic, _) = wanted.read()?;
    let name = [from, to, &format!("open {}", name(traffic)), family(v6)].join("|");
    Session::open(name, &stage.place(from, v6)?, &stage.place(to, v6)?, traffic)
}

impl Try {
    fn read(&self) -> Result<(&str, &str, Traffic, &'static [bool])> {
        let (what, families): (_, &[bool]) = match self.what.rsplit_once(' ') {
            Some((what, "v4")) => (what, &[false]),
            Some((what, "v6")) => (what, &[true]),
            _ => (self.what, &[false, true]),
        };
        let (from, rest) = what.split_once(" > ").context("FROM > TO")?;
        let (to, traffic) = rest.split_once(' ').context("TO and traffic")?;
        Ok((from, to, Traffic::parse(traffic)?, families))
    }
}

const fn family(v6: bool) -> &'static str {
    if v6 { "IPv6" } else { "IPv4" }
}

/// As people say it: a datagram beyond the packet size goes in fragments.
fn name(traffic: Traffic) -> String {
    match traffic {
        Traffic::Udp { size, .. } | Traffic::Ping { size } if size > 1500 => {
            traffic.to_string().replace(&format!("size {size}"), &format!("{size} B in fragments"))
        }
        _ => traffic.to_string(),
    }
}

fn line(cells: &[String; 6], mark: &str) -> String {
    let [from, to, tried, over, says, happened] = cells;
    let line = format!("{mark:<3}{from:<9} {to:<9} {tried:<26} {over:<5} {says:<54} {happened}");
    line.trim_end().to_owned()
}
