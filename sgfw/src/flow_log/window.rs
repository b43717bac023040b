//! What one interface met with in one window of a log: packets and bytes of every conversation, added up.

use super::describe::About;
use super::record::{Content, Format};
use crate::kernel::LoggedFlow;
use crate::model::Direction;
use sgfw_common::reason::Reason;
use std::collections::HashMap;
use std::net::IpAddr;

/// What a record is about: one way of one conversation, with one outcome. The order is that of a window's records which
/// begin at the same time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Key {
    pub(super) src: IpAddr,
    pub(super) dst: IpAddr,
    pub(super) sport: u16,
    pub(super) dport: u16,
    pub(super) protocol: u8,
    pub(super) direction: Direction,
    pub(super) outcome: Outcome,
}

/// What packets met with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Outcome {
    Accept,
    /// With the reason, if records tell reasons apart.
    Reject(Option<Reason>),
}

impl Key {
    fn new(flow: &LoggedFlow, has_reasons: bool) -> Self {
        let LoggedFlow { src, dst, sport, dport, protocol, direction, refusal, .. } = *flow;
        let outcome = refusal.map_or(Outcome::Accept, |reason| Outcome::Reject(has_reasons.then_some(reason)));
        Self { src, dst, sport, dport, protocol, direction, outcome }
    }
}

/// What is added up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sum {
    pub(super) packets: u64,
    pub(super) bytes: u64,
    pub(super) first: u64,
    pub(super) last: u64,
    pub(super) flags: u8,
}

impl Sum {
    /// Of nothing yet.
    const NONE: Self = Self { packets: 0, bytes: 0, first: u64::MAX, last: 0, flags: 0 };

    fn add(&mut self, flow: &LoggedFlow) {
        self.packets = self.packets.saturating_add(flow.packets);
        self.bytes = self.bytes.saturating_add(flow.bytes);
        self.first = self.first.min(flow.first);
        self.last = self.last.max(flow.last);
        self.flags |= flow.flags;
    }
}

/// The first and the last second of something, in Unix time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) first: u64,
    pub(super) last: u64,
}

/// An interface in the open window of a log.
#[derive(Debug)]
pub(super) struct Member {
    about: About,
    /// The first second that its window covers.
    since: u64,
    flows: HashMap<Key, Sum>,
    /// Records of this window were made already.
    has_records: bool,
    /// Some packets of this window are in no record.
    has_lost: bool,
}

impl Member {
    /// An interface that is covered from this second on.
    pub(super) fn new(about: About, since: u64) -> Self {
        Self { about, since, flows: HashMap::new(), has_records: false, has_lost: false }
    }

    /// It is described so from now on.
    pub(super) fn describe(&mut self, about: About) {
        self.about = about;
    }

    /// Adds what was counted; says whether it is a conversation that was not known.
    pub(super) fn add(&mut self, flow: &LoggedFlow, has_reasons: bool) -> bool {
        let known = self.flows.len();
        self.flows.entry(Key::new(flow, has_reasons)).or_insert(Sum::NONE).add(flow);
        self.flows.len() > known
    }

    /// Some packets could not be counted.
    pub(super) fn lose(&mut self) {
        self.has_lost = true;
    }

    /// Conversations it holds.
    pub(super) fn entries(&self) -> usize {
        self.flows.len()
    }

    /// Records of what was counted so far; the window goes on.
    pub(super) fn spill(&mut self, format: &Format, out: &mut Vec<u8>) {
        let mut flows: Vec<(Key, Sum)> = std::mem::take(&mut self.flows).into_iter().collect();
        flows.sort_unstable_by_key(|(key, sum)| (sum.first, *key));
        self.has_records |= !flows.is_empty();
        for (key, sum) in &flows {
            format.write(out, &self.about, Content::Flow(key, sum));
        }
    }

    /// All records of the window, of which `last` was the last second; the next one begins at `next`.
    pub(super) fn end(&mut self, format: &Format, last: u64, next: u64, out: &mut Vec<u8>) {
        self.spill(format, out);
        let span = Span { first: self.since, last: last.max(self.since) };
        if self.has_lost {
            format.write(out, &self.about, Content::SkipData(span));
        } else if !self.has_records {
            format.write(out, &self.about, Content::NoData(span));
        }
        (self.since, self.has_records, self.has_lost) = (next, false, false);
    }
}
