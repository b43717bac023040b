//! One flow log: its open window with the interfaces in it, and where its records go.

use super::describe::About;
use super::record::Format;
use super::select::{takes_accepted, takes_refused};
use super::sink::Sink;
use super::window::Member;
use super::writer::Bounds;
use crate::inventory::{FlowLog, InterfaceId, LoggedResource};
use crate::kernel::LoggedFlow;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;
use std::sync::Arc;

/// A flow log that is written.
#[derive(Debug)]
pub(super) struct Log {
    spec: Arc<FlowLog>,
    format: Format,
    /// The first second of the open window.
    start: u64,
    /// The first second behind it.
    end: u64,
    members: HashMap<InterfaceId, Member>,
    /// Conversations of all members.
    entries: usize,
    most: usize,
    sink: Sink,
}

impl Log {
    /// A log that begins now.
    pub(super) fn new(directory: &Path, spec: &Arc<FlowLog>, now: u64) -> Self {
        let format = Format::new(&spec.format);
        let sink = Sink::new(directory, spec, &format);
        let (members, end) = (HashMap::new(), end_after(now, spec.interval));
        Self { spec: spec.clone(), format, start: now, end, members, entries: 0, most: usize::MAX, sink }
    }

    /// It may keep so much from now on.
    pub(super) fn bound(&mut self, bounds: Bounds) {
        self.most = bounds.entries;
        self.sink.bound(bounds.bytes);
    }

    /// What it does.
    pub(super) fn spec(&self) -> &FlowLog {
        &self.spec
    }

    /// Whether it does what this log says; what nobody sees in records may differ.
    pub(super) fn does(&self, spec: &FlowLog) -> bool {
        let own = &self.spec;
        (&own.scope, &own.resource, own.traffic, &own.destination, &own.format, own.interval)
            == (&spec.scope, &spec.resource, spec.traffic, &spec.destination, &spec.format, spec.interval)
    }

    /// The interfaces it covers.
    pub(super) fn members(&self) -> impl Iterator<Item = &InterfaceId> {
        self.members.keys()
    }

    /// Covers those of these interfaces that it is about: new ones from now on, those that are gone until now.
    pub(super) fn cover(&mut self, here: &BTreeMap<InterfaceId, About>, now: u64) {
        let covered: BTreeMap<&InterfaceId, &About> = match &self.spec.resource {
            LoggedResource::Interface(id) => here.get_key_value(id).into_iter().collect(),
            resource => here.iter().filter(|(_, about)| resource.has(about.interface())).collect(),
        };
        let gone: BTreeSet<InterfaceId> = self.members.keys().filter(|id| !covered.contains_key(id)).cloned().collect();
        for id in gone {
            self.end_of(&id, now, now);
            self.members.remove(&id);
        }
        for (id, about) in covered {
            match self.members.get_mut(id) {
                Some(member) => member.describe(about.clone()),
                None => drop(self.members.insert(id.clone(), Member::new(about.clone(), now.max(self.start)))),
            }
        }
    }

    /// Adds what was counted, if it is about it.
    pub(super) fn take(&mut self, interface: &InterfaceId, flow: &LoggedFlow) {
        let traffic = self.spec.traffic;
        if !(if flow.refusal.is_some() { takes_refused(traffic) } else { takes_accepted(traffic) }) {
            return;
        }
        let Some(member) = self.members.get_mut(interface) else { return };
        if member.add(flow, self.format.has_reasons()) {
            self.entries += 1;
        }
        if self.entries >= self.most {
            self.spill();
        }
    }

    /// Some packets of this interface could not be counted.
    pub(super) fn lose(&mut self, interface: &InterfaceId) {
        if let Some(member) = self.members.get_mut(interface) {
            member.lose();
        }
    }

    /// Makes records of all that was counted; the window goes on.
    fn spill(&mut self) {
        let last = self.end.saturating_sub(1);
        for id in self.sorted() {
            let Some(member) = self.members.get_mut(&id) else { continue };
            let mut lines = Vec::new();
            member.spill(&self.format, &mut lines);
            self.add(&id, last, lines);
        }
        self.entries = 0;
        self.sink.retry();
    }

    /// Ends the window if its time is over, or if the clock was set back behind it.
    pub(super) fn turn(&mut self, now: u64) {
        if now >= self.end {
            // Whoever slept through several windows has one that is as long.
            let next = end_after(now, self.spec.interval) - u64::from(self.spec.interval.max(1));
            self.end_window(next.saturating_sub(1), next);
        } else if now < self.start {
            self.end_window(self.start, now);
        }
        let dropped = self.sink.turn(now, self.spec.interval.into());
        self.lose_all(dropped);
    }

    /// Ends the window now, as the log itself ends.
    pub(super) fn finish(&mut self, now: u64) {
        self.end_window(now, now);
        let dropped = self.sink.seal();
        self.lose_all(dropped);
    }

    /// Writes what waits; none if there is nothing to be said.
    pub(super) fn deliver(&mut self) -> Option<Result<(), String>> {
        self.sink.deliver()
    }

    /// Where its records go, with those that wait.
    pub(super) fn into_sink(self) -> Sink {
        self.sink
    }

    /// Ends the window with this last second, and begins the one with that first second.
    fn end_window(&mut self, last: u64, next: u64) {
        self.sink.retry();
        for id in self.sorted() {
            self.end_of(&id, last, next);
        }
        (self.start, self.end) = (next, end_after(next, self.spec.interval));
    }

    /// Ends the window for one interface.
    fn end_of(&mut self, interface: &InterfaceId, last: u64, next: u64) {
        let Some(member) = self.members.get_mut(interface) else { return };
        self.entries -= member.entries();
        let mut lines = Vec::new();
        member.end(&self.format, last, next, &mut lines);
        self.add(interface, last, lines);
    }

    fn add(&mut self, interface: &InterfaceId, last: u64, lines: Vec<u8>) {
        let dropped = self.sink.add(interface, last, lines);
        self.lose_all(dropped);
    }

    fn lose_all(&mut self, interfaces: BTreeSet<InterfaceId>) {
        interfaces.iter().for_each(|interface| self.lose(interface));
    }

    fn sorted(&self) -> BTreeSet<InterfaceId> {
        self.members.keys().cloned().collect()
    }
}

/// The first second behind the window of this one: windows begin at multiples of their length.
fn end_after(now: u64, interval: u32) -> u64 {
    let interval = u64::from(interval.max(1));
    (now / interval).saturating_add(1).saturating_mul(interval)
}
