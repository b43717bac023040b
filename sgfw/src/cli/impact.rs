//! What a plan means for packets: what may start that could not, what may no more, and which live flows the new
//! policy would judge differently.

use super::cells::ip;
use super::context::Context;
use super::failure::Failure;
use super::flows::{asked, direction};
use super::policy::Planned;
use crate::analyse::{Difference, Opener, difference};
use crate::control::InForce;
use crate::kernel::LiveFlow;
use crate::model::{Direction, Snapshot};
use serde::Serialize;

/// Live flows that people are shown.
const SHOWN: usize = 20;

/// The meaning of a plan.
#[derive(Debug, Serialize)]
pub(super) struct Impact {
    /// What may start; none if the policy in force is not known in words.
    pub(super) packets: Option<Difference>,
    /// Live flows that could start under one of the policies only.
    pub(super) flows: Vec<Row>,
}

/// One live flow.
#[derive(Debug, Serialize)]
pub(super) struct Row {
    interface: String,
    /// `in tcp 198.51.100.7:50000 to 10.0.0.2:22`.
    flow: String,
    state: &'static str,
    /// Whether it could start under the new policy. What is tracked goes on all the same (F73).
    may_start: bool,
}

impl Impact {
    pub(super) fn of(planned: &Planned, now: &InForce) -> Result<Self, Failure> {
        let new = &planned.enforcement.resolved.snapshot;
        let Some(old) = now.snapshot().filter(|_| !planned.is_nothing()) else {
            let packets = planned.is_nothing().then(Difference::default);
            return Ok(Self { packets, flows: Vec::new() });
        };
        let live = now.kernel.as_ref().map_or(Ok(Vec::new()), crate::kernel::Kernel::flows)?;
        let mut flows: Vec<Row> = live.iter().filter_map(|flow| row(now, &old, new, flow)).collect();
        flows.sort_by(|a, b| (&a.interface, &a.flow).cmp(&(&b.interface, &b.flow)));
        Ok(Self { packets: Some(difference(&old, new)), flows })
    }

    pub(super) fn text(&self, context: &Context) -> String {
        let mut text = String::new();
        if let Some(packets) = &self.packets {
            text += "Packets that begin something:\n";
            text += &match packets.is_empty() {
                true => "no difference\n".to_owned(),
                false => context.out.changes(&packets.to_string()),
            };
            text += "\n";
        }
        if !self.flows.is_empty() {
            text += "Live flows that would be judged differently:\n";
            text += &context.out.changes(&self.rows());
            text += "\n";
        }
        text
    }

    fn rows(&self) -> String {
        let mut text: String = self.flows.iter().take(SHOWN).map(Row::line).collect();
        match self.flows.len().saturating_sub(SHOWN) {
            0 => {}
            more => text += &format!("... and {more} more; -o json has all\n"),
        }
        text
    }
}

impl Row {
    fn line(&self) -> String {
        let (sign, what) = match self.may_start {
            true => ('+', "would be allowed to start, which it would not be today"),
            false => ('-', "would no longer be allowed to start; goes on while tracked"),
        };
        format!("{sign} {}: {} ({}): {what}\n", self.interface, self.flow, self.state)
    }
}

fn row(now: &InForce, old: &Snapshot, new: &Snapshot, flow: &LiveFlow) -> Option<Row> {
    let opener = opener(flow)?;
    let interface = now.name(flow.key.slot.into());
    let may_start = opener.judged_differently(&interface, old, new)?;
    Some(Row { interface, flow: opener.to_string(), state: flow.state.word(), may_start })
}

/// The first packet of a live flow; none for fragments.
pub(super) fn opener(flow: &LiveFlow) -> Option<Opener> {
    let direction = direction(flow);
    let source_port = if direction == Direction::Ingress { flow.key.remote_port } else { flow.key.local_port };
    Some(Opener { direction, own: ip(flow.key.local), peer: ip(flow.key.remote), what: asked(flow)?, source_port })
}
