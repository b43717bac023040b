//! Tables of what is tried and what must become of it, one row a line:
//!
//! ```text
//! peer > vm   tcp 80          passes
//! vm > peer   udp 53 size 4000  drops   v4
//! ```
//!
//! A row is tried in every setup of the roles it names and in both families, unless `v4` or `v6` stands at
//! its end. All of them are tried at once, and a failure prints the whole table.

use std::time::Duration;

use anyhow::{Context, Result, bail};

use super::Lab;
use super::probe::{self, Outcome, Place, Probe};
use super::session::Session;
use super::setup::Setup;
use super::traffic::Traffic;

/// A row, read.
struct Row {
    from: String,
    to: String,
    traffic: Traffic,
    expected: Outcome,
    families: &'static [bool],
}

/// A row in one setup and one family.
struct Case {
    name: String,
    setup: Option<Setup>,
    from: Place,
    to: Place,
    traffic: Traffic,
    expected: Outcome,
}

impl Lab {
    /// Tries every row and panics with the whole table where one went another way.
    #[track_caller]
    pub(crate) fn expect(&self, table: &str) {
        let cases = self.cases(table).expect("a table");
        try_all(&cases);
    }

    /// The same with the first address replaced: `from` is another one of the sender's.
    #[track_caller]
    pub(crate) fn expect_from(&self, from: &str, table: &str) {
        let mut cases = self.cases(table).expect("a table");
        let from = from.parse().expect("an address");
        cases.iter_mut().for_each(|case| case.from.address = from);
        try_all(&cases);
    }

    /// Tries one thing between two places that are not the nodes' own.
    #[track_caller]
    pub(crate) fn expect_between(&self, from: &Place, to: &Place, row: &str) {
        let row = Row::parse(&format!("from > to {row}")).expect("a row");
        let name = format!("{} > {} {}", from.address, to.address, row.traffic);
        try_all(&[Case {
            name,
            setup: None,
            from: from.clone(),
            to: to.clone(),
            traffic: row.traffic,
            expected: row.expected,
        }]);
    }

    /// Whether every row goes as it says; no row is waited for longer than a second.
    pub(crate) fn holds(&self, table: &str) -> bool {
        self.holds_in(None, table)
    }

    /// The same, in one setup alone if one is given.
    pub(crate) fn holds_in(&self, setup: Option<Setup>, table: &str) -> bool {
        let mut cases = self.cases(table).expect("a table");
        cases.retain(|case| setup.is_none() || case.setup == setup);
        let probes: Vec<Probe> = cases.iter().map(|case| case.probe(Duration::from_secs(1))).collect();
        let outcomes = probe::run(&probes).expect("probes");
        cases.iter().zip(outcomes).all(|(case, outcome)| case.expected == outcome)
    }

    /// Opens a flow of every row (`peer > vm tcp 80`), in every setup and family.
    #[track_caller]
    pub(crate) fn open(&self, table: &str) -> Vec<Session> {
        let cases = self.cases(table).expect("a table");
        let open = |case: Case| Session::open(case.name, &case.from, &case.to, case.traffic);
        let sessions: Result<Vec<Session>> = cases.into_iter().map(open).collect();
        let mut sessions = sessions.expect("flows");
        all_live(&mut sessions);
        sessions
    }

    fn cases(&self, table: &str) -> Result<Vec<Case>> {
        let rows = table.lines().filter(|line| !line.trim().is_empty());
        let rows: Vec<Row> = rows.map(|line| Row::parse(line).context(line.to_owned())).collect::<Result<_>>()?;
        rows.iter()
            .map(|row| self.cases_of(row))
            .collect::<Result<Vec<_>>>()
            .map(|cases| cases.into_iter().flatten().collect())
    }

    fn cases_of(&self, row: &Row) -> Result<Vec<Case>> {
        let has_role = self.is_role(&row.from) || self.is_role(&row.to);
        let setups: Vec<Option<Setup>> =
            if has_role { self.setups().iter().copied().map(Some).collect() } else { vec![None] };
        let mut cases = Vec::new();
        for setup in setups {
            for &v6 in row.families {
                cases.push(self.case(row, setup, v6)?);
            }
        }
        Ok(cases)
    }

    fn case(&self, row: &Row, setup: Option<Setup>, v6: bool) -> Result<Case> {
        let (from, to) = (self.place(&row.from, setup, v6)?, self.place(&row.to, setup, v6)?);
        let family = if v6 { "v6" } else { "v4" };
        let words = setup.map(|setup| setup.to_string()).unwrap_or_default();
        let name = format!("{:>8} > {:<8} {:<18} {family} {words:<16}", row.from, row.to, row.traffic.to_string());
        Ok(Case { name, setup, from, to, traffic: row.traffic, expected: row.expected })
    }
}

#[track_caller]
fn try_all(cases: &[Case]) {
    let probes: Vec<Probe> = cases.iter().map(|case| case.probe(case.expected.patience())).collect();
    let outcomes = probe::run(&probes).expect("probes");
    let wrong = cases.iter().zip(&outcomes).filter(|(case, outcome)| case.expected != **outcome).count();
    let rows = cases.iter().zip(&outcomes).map(|(case, outcome)| case.line(*outcome));
    assert!(wrong == 0, "{wrong} rows went another way:\n{}", rows.collect::<String>());
}

/// Insists that packets get through in all flows, both ways.
#[track_caller]
pub(crate) fn all_live(sessions: &mut [Session]) {
    let dead = which(sessions, |session| !session.lives());
    assert!(dead.is_empty(), "cut, but should live:\n{}", dead.join("\n"));
}

/// Insists that nothing gets through in any of the flows.
#[track_caller]
pub(crate) fn all_cut(sessions: &mut [Session]) {
    let live = which(sessions, |session| !session.is_cut());
    assert!(live.is_empty(), "alive, but should be cut:\n{}", live.join("\n"));
}

/// The names of the flows for which a test holds; all are tried at once.
pub(crate) fn which(sessions: &mut [Session], test: impl Fn(&mut Session) -> bool + Sync) -> Vec<String> {
    let test = &test;
    std::thread::scope(|scope| {
        let tries: Vec<_> = sessions
            .iter_mut()
            .map(|session| scope.spawn(move || test(session).then(|| session.name.clone())))
            .collect();
        tries.into_iter().filter_map(|tried| tried.join().expect("a flow")).collect()
    })
}

impl Row {
    fn parse(line: &str) -> Result<Self> {
        let (from, rest) = line.trim().split_once(" > ").context("FROM > TO")?;
        let (to, rest) = rest.trim().split_once(' ').context("TO and traffic")?;
        let (rest, families): (_, &[bool]) = match rest.rsplit_once(' ').unwrap_or((rest, "")) {
            (rest, "v4") => (rest, &[false]),
            (rest, "v6") => (rest, &[true]),
            _ => (rest, &[false, true]),
        };
        let (traffic, expected) = match rest.trim().rsplit_once(' ').unwrap_or((rest, "")) {
            (traffic, "passes") => (traffic, Outcome::Passes),
            (traffic, "drops") => (traffic, Outcome::Drops),
            (traffic, "unanswered") => (traffic, Outcome::Unanswered),
            _ => (rest, Outcome::Passes),
        };
        if to.is_empty() {
            bail!("a row is FROM > TO TRAFFIC OUTCOME");
        }
        Ok(Self { from: from.trim().into(), to: to.into(), traffic: Traffic::parse(traffic)?, expected, families })
    }
}

impl Case {
    fn probe(&self, patience: Duration) -> Probe {
        Probe { from: self.from.clone(), to: self.to.clone(), traffic: self.traffic, patience }
    }

    fn line(&self, outcome: Outcome) -> String {
        let wrong = if outcome == self.expected { "" } else { "  <== WRONG" };
        format!("{} {:<10} expected {}{wrong}\n", self.name, outcome.to_string(), self.expected)
    }
}
