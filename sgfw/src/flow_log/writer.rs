//! All flow logs of this host: which there are, and who is told what was counted.

use super::describe::About;
use super::log::Log;
use super::sink::Sink;
use crate::inventory::{FlowLog, FlowLogId, InterfaceId, NetworkInterface, State, Subnet, SubnetId, Table};
use crate::kernel::LoggedFlow;
use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::path::PathBuf;

/// So many times what one log may keep is what all of them may keep together.
const TOGETHER: usize = 4;

/// What a log may keep; where there are many logs, less, so that all of them keep at most four times as much.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Conversations of its open window.
    pub entries: usize,
    /// Bytes of records that could not be written.
    pub bytes: usize,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { entries: 1 << 18, bytes: 32 << 20 }
    }
}

impl Bounds {
    /// What each of so many logs may keep.
    fn shared_by(self, logs: usize) -> Self {
        let share = |of: usize| of.min((of.saturating_mul(TOGETHER) / logs.max(1)).max(1));
        Self { entries: share(self.entries), bytes: share(self.bytes) }
    }
}

/// Writes the records of flow logs below a directory.
#[derive(Debug)]
pub struct Writer {
    directory: PathBuf,
    bounds: Bounds,
    logs: Vec<Log>,
    /// Places in `logs`.
    watched: HashMap<InterfaceId, Vec<usize>>,
    /// Of logs that are gone, what could not be written.
    leaving: VecDeque<Sink>,
    seen: Option<Seen>,
}

/// What was followed the last time: the tables that records are made from, shared with the state.
#[derive(Debug)]
struct Seen {
    flow_logs: Table<FlowLogId, FlowLog>,
    interfaces: Table<InterfaceId, NetworkInterface>,
    subnets: Table<SubnetId, Subnet>,
    here: BTreeSet<InterfaceId>,
}

impl Seen {
    fn new(state: &State, here: &BTreeSet<InterfaceId>) -> Self {
        Self {
            flow_logs: state.flow_logs.clone(),
            interfaces: state.interfaces.clone(),
            subnets: state.subnets.clone(),
            here: here.clone(),
        }
    }

    fn is(&self, state: &State, here: &BTreeSet<InterfaceId>) -> bool {
        self.flow_logs.ptr_eq(&state.flow_logs)
            && self.interfaces.ptr_eq(&state.interfaces)
            && self.subnets.ptr_eq(&state.subnets)
            && self.here == *here
    }
}

impl Writer {
    /// Writes below this directory, which is made when it is needed.
    pub fn new(directory: PathBuf) -> Self {
        Self::bounded(directory, Bounds::default())
    }

    /// As [`Self::new`], with other bounds.
    pub fn bounded(directory: PathBuf, bounds: Bounds) -> Self {
        let (logs, watched, leaving) = (Vec::new(), HashMap::new(), VecDeque::new());
        Self { directory, bounds, logs, watched, leaving, seen: None }
    }

    /// Follows the state: logs that are new begin with `now`, logs (or interfaces) that are gone are written to their end.
    /// `here`: the interfaces of this host that are in force. Costs nothing to speak of while nothing has changed.
    ///
    /// A log that is gone is written at once; what fails is tried again at every [`Self::write`], and nobody is told.
    pub fn follow(&mut self, state: &State, here: &BTreeSet<InterfaceId>, now: u64) {
        if self.seen.as_ref().is_some_and(|seen| seen.is(state, here)) {
            return;
        }
        let found = here.iter().filter_map(|id| state.interfaces.get_key_value(id));
        let about: BTreeMap<InterfaceId, About> =
            found.map(|(id, interface)| (id.clone(), About::new(state, interface))).collect();
        self.keep_and_begin(state, now);
        self.logs.iter_mut().for_each(|log| log.cover(&about, now));
        self.watch();
        self.seen = Some(Seen::new(state, here));
    }

    fn keep_and_begin(&mut self, state: &State, now: u64) {
        let mut kept = BTreeMap::new();
        for log in std::mem::take(&mut self.logs) {
            match state.flow_logs.get(&log.spec().id) {
                Some(spec) if log.does(spec) => drop(kept.insert(log.spec().id.clone(), log)),
                _ => drop(self.finish(log, now)),
            }
        }
        let bounds = self.bounds.shared_by(state.flow_logs.len());
        let logs = state.flow_logs.iter().map(|(id, spec)| {
            let mut log = kept.remove(id).unwrap_or_else(|| Log::new(&self.directory, spec, now));
            log.bound(bounds);
            log
        });
        self.logs = logs.collect();
    }

    fn watch(&mut self) {
        self.watched.clear();
        for (place, log) in self.logs.iter().enumerate() {
            for interface in log.members() {
                self.watched.entry(interface.clone()).or_default().push(place);
            }
        }
    }

    /// Takes what was counted: it belongs to the windows that are open.
    pub fn take(&mut self, flows: impl IntoIterator<Item = (InterfaceId, LoggedFlow)>) {
        for (interface, flow) in flows {
            for place in self.watched.get(&interface).into_iter().flatten() {
                self.logs[*place].take(&interface, &flow);
            }
        }
    }

    /// Some packets of this interface could not be counted: a SKIPDATA record in each window that covers it.
    pub fn lost(&mut self, interface: &InterfaceId) {
        for place in self.watched.get(interface).into_iter().flatten() {
            self.logs[*place].lose(interface);
        }
    }

    /// Whether there is no log any more, and nothing to write of those that were.
    pub fn is_done(&self) -> bool {
        self.logs.is_empty() && self.leaving.is_empty()
    }

    /// Writes the windows that have ended, and what could not be written before. What each log met with that had something
    /// to write: `Ok`, or the words for `DeliverLogsErrorMessage`.
    pub fn write(&mut self, now: u64) -> BTreeMap<FlowLogId, Result<(), String>> {
        self.leaving.retain_mut(|sink| !matches!(sink.deliver(), None | Some(Ok(()))));
        let mut met = BTreeMap::new();
        for log in &mut self.logs {
            log.turn(now);
            met.extend(log.deliver().map(|result| (log.spec().id.clone(), result)));
        }
        met
    }

    /// Writes everything that is open, as at the end of the process. Nothing is followed any more afterwards.
    pub fn close(&mut self, now: u64) -> BTreeMap<FlowLogId, Result<(), String>> {
        self.seen = None;
        self.watched.clear();
        let mut met = BTreeMap::new();
        for log in std::mem::take(&mut self.logs) {
            let id = log.spec().id.clone();
            met.extend(self.finish(log, now).map(|result| (id, result)));
        }
        met
    }

    /// Writes a log to its end.
    fn finish(&mut self, mut log: Log, now: u64) -> Option<Result<(), String>> {
        log.finish(now);
        let result = log.deliver();
        let sink = log.into_sink();
        if !sink.is_empty() {
            self.leaving.push_back(sink);
            self.forget();
        }
        result
    }

    /// Forgets logs that are gone if too much waits for them, those first that went first.
    fn forget(&mut self) {
        let waiting = |sinks: &VecDeque<Sink>| sinks.iter().map(Sink::waiting).sum::<usize>();
        while self.leaving.len() > 1 && waiting(&self.leaving) > self.bounds.bytes {
            self.leaving.pop_front();
        }
    }
}
