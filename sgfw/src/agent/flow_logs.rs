//! Flow logs: has the programs count what the logs want, takes the counts, and has them written down.
//!
//! ```text
//! state ──> wanted, by slot ──> the programs count ──(every ten seconds)──> counts ──> records ──> files
//! ```
//!
//! A slot counts for the interface that it was set for; an apply that gives the slot to another one ends that, until the
//! next look sets it anew: the first half second of a new interface may be missing. What the programs counted since an agent
//! was killed is taken by the next one; what that one had taken and not written yet, of an interval at most, is lost, which
//! a SKIPDATA record says. Files are written while nobody waits for the engine.

use super::run::{Agent, tell};
use crate::control::{ControlError, Engine, now, seconds};
use crate::flow_log::{Writer, wanted};
use crate::inventory::{FlowLog, FlowLogId, InterfaceId, State, Table};
use crate::kernel::{Counted, FlowCounts, Kernel, LoggedFlow, Turned};
use crate::store::{Note, Record};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::{Arc, MutexGuard, PoisonError};

/// Seconds between two times that counts are taken: the map must hold as much as comes in between, and a window of a
/// minute ends when one of these does.
const TAKE: u64 = 10;

/// Why nothing is written where an older version's programs are in force, which count nothing.
const OLD: &str = "the programs in force are an older version's; `sgfw apply` replaces them";

/// What each log met with when it was last written: nothing, or why it could not be.
type Met = BTreeMap<FlowLogId, Result<(), String>>;

/// By slot, whose packets are counted, and which.
type Slots = BTreeMap<u32, (InterfaceId, Counted)>;

/// What is counted for whom.
pub(super) struct FlowLogs {
    writer: Writer,
    /// Whose counts those of a slot are, and what is counted.
    slots: Slots,
    /// The logs as they were last looked at: what was counted before one came or went is taken first.
    logs: Table<FlowLogId, FlowLog>,
    /// Packets by slot that were not counted, as last told.
    missed: BTreeMap<u32, u64>,
    /// The ten seconds in which counts were taken last.
    taken: u64,
    /// Whether there was a first look, which finds what an agent that was killed left.
    begun: bool,
    /// Logs that could not be written, with why.
    failed: BTreeMap<FlowLogId, String>,
}

impl FlowLogs {
    pub(super) fn new(directory: PathBuf) -> Self {
        let (slots, missed, failed) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        let (writer, logs) = (Writer::new(directory), Table::default());
        Self { writer, slots, logs, missed, taken: 0, begun: false, failed }
    }

    /// Whether nobody wants anything, and nothing is left from before.
    fn is_idle(&self, state: &State) -> bool {
        state.flow_logs.is_empty() && self.slots.is_empty() && self.writer.is_done() && self.begun
    }

    /// Has counted what the logs want now; where it is time, what was counted before is ready to be taken.
    fn look(&mut self, engine: &mut Engine, time: u64) -> Result<Option<Taking>, ControlError> {
        let counts = counts(engine)?;
        let slots = slots(engine)?;
        match counts {
            Some(counts) => self.turn(engine, counts, slots, time),
            None => {
                self.cannot_count(&engine.state, &slots);
                Ok(None)
            }
        }
    }

    /// Nothing is in force here, or the programs are such as count nothing.
    fn cannot_count(&mut self, state: &State, slots: &Slots) {
        self.slots.clear();
        self.begun = true;
        if !slots.is_empty() {
            self.failed = state.flow_logs.keys().map(|id| (id.clone(), OLD.to_owned())).collect();
        }
    }

    fn turn(
        &mut self,
        engine: &Engine,
        counts: FlowCounts,
        slots: Slots,
        time: u64,
    ) -> Result<Option<Taking>, ControlError> {
        self.failed.retain(|_, why| why != OLD);
        let counted = counts.counted()?;
        let wanted: BTreeMap<u32, Counted> = slots.iter().map(|(slot, (_, counted))| (*slot, *counted)).collect();
        let changes = slots != self.slots || counted != wanted || engine.state.flow_logs != self.logs;
        let is_time = self.taken != time / TAKE;
        if !(changes || is_time && !counted.is_empty()) {
            self.begun = true;
            return Ok(None);
        }
        // Slots must not change hands meanwhile.
        let store = engine.store();
        let _turn = store.turn("agent")?;
        if !self.begun {
            self.missed = counts.missed()?;
            self.resume(&engine.state, &counted, &slots, time);
        }
        let turned = counts.turn()?;
        if changes {
            counts.count(&wanted)?;
        }
        (self.taken, self.logs) = (time / TAKE, engine.state.flow_logs.clone());
        let whose = std::mem::replace(&mut self.slots, slots);
        Ok(Some(Taking { counts, turned, whose }))
    }

    /// What still counts since an agent was killed, counts for whom it did. What that one had taken and not written is lost,
    /// and a record says so.
    fn resume(&mut self, state: &State, counted: &BTreeMap<u32, Counted>, slots: &Slots, time: u64) {
        let still = slots.iter().filter(|(slot, _)| counted.contains_key(slot));
        self.slots = still.map(|(slot, it)| (*slot, it.clone())).collect();
        self.follow(state, time);
        self.slots.values().for_each(|(id, _)| self.writer.lost(id));
        self.begun = true;
    }

    fn follow(&mut self, state: &State, time: u64) {
        let here: BTreeSet<InterfaceId> = self.slots.values().map(|(id, _)| id.clone()).collect();
        self.writer.follow(state, &here, time);
    }

    fn take(&mut self, taking: &Taking) -> Result<(), ControlError> {
        let flows = taking.counts.take(&taking.turned)?;
        let of = |flow: LoggedFlow| Some((taking.whose.get(&flow.slot)?.0.clone(), flow));
        self.writer.take(flows.into_iter().filter_map(of));
        let missed = taking.counts.missed()?;
        for slot in missed.iter().filter(|(slot, count)| self.missed.get(slot) != Some(count)).map(|(slot, _)| slot) {
            if let Some((id, _)) = taking.whose.get(slot) {
                self.writer.lost(id);
            }
        }
        self.missed = missed;
        Ok(())
    }

    /// Ready to take what is left; nothing is counted any more.
    fn end(&mut self, engine: &mut Engine, time: u64) -> Result<Option<Taking>, ControlError> {
        if self.slots.is_empty() {
            return Ok(None);
        }
        let counts = counts(engine)?;
        counts.map_or(Ok(None), |counts| self.turn(engine, counts, Slots::new(), time))
    }
}

/// Counts that nothing is added to any more, and whose they are. They are taken while nobody waits for the engine.
struct Taking {
    counts: FlowCounts,
    turned: Turned,
    whose: Slots,
}

impl Agent {
    /// One look at the flow logs, after one at everything else. Trouble is told, and tried again at the next look.
    pub(super) fn write_flow_logs(&self) {
        let mut logs = self.flow_logs();
        let time = seconds();
        let (state, looked) = {
            let mut engine = self.engine();
            if logs.is_idle(&engine.state) {
                return;
            }
            (engine.state.clone(), logs.look(&mut engine, time))
        };
        let taken = looked.and_then(|taking| taking.map_or(Ok(()), |taking| logs.take(&taking)));
        logs.follow(&state, time);
        let met = logs.writer.write(time);
        self.note_flow_logs(&mut logs, taken, met);
    }

    /// Everything that was counted is written, as far as it can be.
    pub(super) fn end_flow_logs(&self) {
        let mut logs = self.flow_logs();
        let ended = logs.end(&mut self.engine(), seconds());
        let taken = ended.and_then(|taking| taking.map_or(Ok(()), |taking| logs.take(&taking)));
        let met = logs.writer.close(seconds());
        self.note_flow_logs(&mut logs, taken, met);
    }

    fn note_flow_logs(&self, logs: &mut FlowLogs, looked: Result<(), ControlError>, met: Met) {
        for (id, met) in met {
            match met {
                Ok(()) => drop(logs.failed.remove(&id)),
                Err(why) => drop(logs.failed.insert(id, why)),
            }
        }
        let told = looked.and_then(|()| {
            let mut engine = self.engine();
            logs.failed.retain(|id, _| engine.state.flow_logs.contains_key(id));
            let told = write_down(&mut engine, &logs.failed);
            self.show(&engine);
            told
        });
        let mut words: BTreeSet<String> =
            logs.failed.iter().map(|(id, why)| format!("flow log {id} is not written: {why}")).collect();
        words.extend(told.err().map(|error| format!("flow logs: {error}")));
        let mut health = self.health();
        words.difference(&health.flow_logs).for_each(|words| tell(words));
        health.flow_logs = words;
    }

    fn flow_logs(&self) -> MutexGuard<'_, FlowLogs> {
        self.flow_logs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The counts of the programs in force, if there are any that count.
fn counts(engine: &mut Engine) -> Result<Option<FlowCounts>, ControlError> {
    let kernel = engine.in_force()?.kernel.as_ref();
    Ok(kernel.map(Kernel::flow_counts).transpose()?.flatten())
}

/// The interfaces of this host that some log is about, by slot.
fn slots(engine: &mut Engine) -> Result<Slots, ControlError> {
    let state = engine.state.clone();
    if state.flow_logs.is_empty() {
        return Ok(BTreeMap::new());
    }
    let local = state.interfaces.values().filter(|it| it.device.is_some());
    let by_label: BTreeMap<&str, _> = local.map(|it| (it.label(), it)).collect();
    let record: Option<&Record> = engine.in_force()?.record.as_ref();
    let places = record.iter().flat_map(|record| &record.slots);
    let found = places.filter_map(|(slot, place)| Some((*slot, *by_label.get(place.interface.as_str())?)));
    let wanted = found.map(|(slot, interface)| {
        let (accepted, refused) = wanted(&state, interface);
        (slot, (interface.id.clone(), Counted { accepted, refused }))
    });
    Ok(wanted.filter(|(_, (_, counted))| *counted != Counted::default()).collect())
}

/// Has describes tell of logs that cannot be written, and of those that can be again.
fn write_down(engine: &mut Engine, failed: &BTreeMap<FlowLogId, String>) -> Result<(), ControlError> {
    let is_told = |state: &State| state.flow_logs.iter().all(|(id, log)| log.trouble.as_ref() == failed.get(id));
    if is_told(&engine.state) {
        return Ok(());
    }
    let note = Note { author: "agent".into(), action: "flow logs".into(), time: now() };
    let tell = |state: &State| {
        let mut state = state.clone();
        let changed = |(id, log): &(&FlowLogId, &Arc<FlowLog>)| log.trouble.as_ref() != failed.get(*id);
        let ids: Vec<FlowLogId> = state.flow_logs.iter().filter(changed).map(|(id, _)| id.clone()).collect();
        for id in &ids {
            if let Some(log) = state.flow_logs.get_mut(id) {
                Arc::make_mut(log).trouble = failed.get(id).cloned();
            }
        }
        Ok((state, ()))
    };
    engine.change(&note, tell).map(drop)
}
