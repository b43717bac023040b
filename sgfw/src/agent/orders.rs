//! Orders: what a command would do by itself, done here because the agent has the kernel.
//!
//! The commands know how, and are given to the agent when it starts, so that the same code plans, acts and finds the
//! words whoever does it.

use super::protocol::{Answer, Order};
use super::run::{Agent, tell};
use crate::control::Engine;
use std::fmt;
use std::sync::atomic::Ordering;

/// Who asks for an order, and how they want to read.
#[derive(Clone, Debug)]
pub struct Orderer {
    /// As it is written down.
    pub author: String,
    /// Whether standard output and standard error take colour.
    pub colour: (bool, bool),
}

/// Whoever knows how to obey.
pub trait Orders: Send + Sync {
    /// Obeys with this engine, which may have to look anew: [`Answer::Said`] or [`Answer::Failed`].
    fn obey(&self, engine: &mut Engine, order: Order, orderer: Orderer) -> Answer;
}

impl fmt::Debug for dyn Orders {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("orders")
    }
}

impl Agent {
    pub(super) fn obey(&self, order: Order, orderer: Orderer) -> Answer {
        let (name, rests) = match &order {
            Order::Apply { .. } => ("apply", Some(false)),
            Order::Rollback { .. } => ("rollback", None),
            Order::Detach { all, .. } => ("detach", all.then_some(true)),
        };
        tell(&format!("{name} by {}", orderer.author));
        let mut engine = self.engine();
        let answer = self.settings.orders.obey(&mut engine, order, orderer);
        if let (Answer::Said(_), Some(rests)) = (&answer, rests) {
            self.rests.store(rests, Ordering::Relaxed);
        }
        // Devices come and go without a revision.
        engine.forget();
        self.show(&engine);
        // A look takes what was seen first, and then the engine.
        drop(engine);
        self.forget();
        answer
    }
}
