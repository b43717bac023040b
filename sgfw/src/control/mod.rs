//! From a change of the state to a kernel that obeys: lower, resolve, compile, plan; store; execute.
//!
//! The command line, the tests of scale and whoever stays running go the same way. Everything that can be refused is
//! refused before anything is stored, and stored before anything is enforced. Whoever is killed in between leaves a
//! store that is ahead of the kernel; the next change or `apply` brings the kernel up to it.

mod adopt;
mod change;
mod clock;
mod engine;
mod error;
mod in_force;
mod keep;
mod later;
mod perform;
mod ready;

pub use adopt::adopt;
pub use change::{Change, Effort, Enforcement, Present, bound, kept};
pub use clock::{Chance, date_time, now, now_millis, seconds};
pub use engine::{Engine, Outcome, Watch};
pub use error::ControlError;
pub use in_force::InForce;
pub use keep::{places, policy, record, send_away};
pub use ready::Next;
