//! What a policy means, computed: sets of packets and their differences, why a packet meets with what it does, who
//! can reach whom, and whether a policy does what its own tests expect.
//!
//! Everything here is about packets that *begin* something, judged by the rules: `space` has the exact sets,
//! [`difference`] what changes between two snapshots. Answers follow by tracking and need no rule. Pure: values in,
//! values out; the rules are those of [`mod@crate::reference`], with which every set is compared in tests.

mod boxes;
mod check;
mod difference;
mod ends;
mod explain;
mod family;
mod frame;
mod miss;
mod opener;
mod party;
mod question;
mod ranges;
mod reach;
mod region;
mod replay;
mod rule_ref;
mod space;
mod traffic;
mod untracked;

pub use boxes::PacketBox;
pub use check::{Failure, Outcome, run_tests};
pub use difference::{BoxChange, Difference, Effect, difference};
pub use explain::{Explanation, Subject, explain};
pub use family::Family;
pub use miss::Miss;
pub use opener::Opener;
pub use party::{Pair, Party, Traffic as TrafficSet};
pub use question::{Question, Stage, USUAL_SOURCE_PORT};
pub use ranges::Ranges;
pub use reach::{Reach, reach, who};
pub use region::{Cell, Region};
pub use replay::{Step, reference as reference_answer, steps};
pub use rule_ref::RuleRef;
pub use space::{Half, Regions, Space, Spaces};
pub use traffic::{Piece, number as number_of, set as set_of, what as what_of};
