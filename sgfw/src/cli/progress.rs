//! One line on a terminal while operations are executed, if they take longer than a moment.

use super::context::Context;
use crate::plan::Op;
use std::io::{IsTerminal, Write, stderr};
use std::time::{Duration, Instant};

/// Whoever waits less than this needs no explanation.
const MOMENT: Duration = Duration::from_millis(300);

/// The line.
#[derive(Debug)]
pub(super) struct Progress {
    total: usize,
    started: Instant,
    wanted: bool,
    shown: bool,
}

impl Progress {
    pub(super) fn new(context: &Context, total: usize) -> Self {
        let wanted = !context.quiet && !context.is_on_behalf() && stderr().is_terminal();
        Self { total, started: Instant::now(), wanted, shown: false }
    }

    /// An operation is about to begin.
    pub(super) fn show(&mut self, index: usize, op: &Op) {
        if self.wanted && self.started.elapsed() > MOMENT {
            self.shown = true;
            let _ = write!(stderr(), "\r\x1b[K{}/{} {op}", index + 1, self.total);
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.shown {
            let _ = write!(stderr(), "\r\x1b[K");
        }
    }
}
