//! What is left to do once packets meet with a change, so that nobody waits for it.
//!
//! A crash in between leaves what a crash at that point of any change leaves: whoever looks next cleans up.

use super::Engine;
use crate::plan::Plan;
use crate::store::Lock;

/// What is left to do of a change that is in force: to make both versions equal, and to delete what is unused, once no
/// packet is on its way through the version before.
pub(super) struct Later {
    plan: Plan,
    /// Nobody else changes the kernel meanwhile.
    _turn: Option<Lock>,
}

impl Later {
    pub(super) const fn new(plan: Plan, turn: Option<Lock>) -> Self {
        Self { plan, _turn: turn }
    }
}

impl Engine {
    /// From now on an action comes back as soon as packets meet with it. Whoever asks for this calls [`Self::settle`] once
    /// the answer is given; until then the turn to change the kernel stays here.
    pub const fn leave_the_rest(&mut self) {
        self.leaves = true;
    }

    /// Whether something is left to do that no packet waits for.
    pub const fn is_settled(&self) -> bool {
        self.later.is_none()
    }

    /// Does what is left to do. What fails is found by whoever looks next, and done then.
    pub fn settle(&mut self) {
        let Some(later) = self.later.take() else { return };
        let Some(now) = &mut self.now else { return };
        match now.kernel.as_ref().map(|kernel| kernel.execute(&later.plan, &mut |_, _| ())) {
            Some(Ok(())) => later.plan.ops.iter().for_each(|op| now.running.apply(op)),
            _ => self.now = None,
        }
    }
}
