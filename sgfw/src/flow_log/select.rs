//! Which flow log is about which interface.

use crate::inventory::{LoggedTraffic, NetworkInterface, State};

/// What any log wants to know of an interface: what is accepted, what is refused.
///
/// It looks at every log once and at nothing else.
pub fn wanted(state: &State, interface: &NetworkInterface) -> (bool, bool) {
    let logs = state.flow_logs.values().filter(|log| log.resource.has(interface));
    logs.fold((false, false), |(accepted, refused), log| {
        (accepted || takes_accepted(log.traffic), refused || takes_refused(log.traffic))
    })
}

/// Whether it is about packets that passed.
pub(super) const fn takes_accepted(traffic: LoggedTraffic) -> bool {
    matches!(traffic, LoggedTraffic::Accept | LoggedTraffic::All)
}

/// Whether it is about packets that were dropped.
pub(super) const fn takes_refused(traffic: LoggedTraffic) -> bool {
    matches!(traffic, LoggedTraffic::Reject | LoggedTraffic::All)
}
