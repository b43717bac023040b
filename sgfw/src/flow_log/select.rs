//! Which flow log is about which interface.

use crate::inventory::{LoggedResource, LoggedTraffic, NetworkInterface, State};

/// What any log wants to know of an interface: what is accepted, what is refused.
///
/// It looks at every log once and at nothing else.
pub fn wanted(state: &State, interface: &NetworkInterface) -> (bool, bool) {
    let logs = state.flow_logs.values().filter(|log| covers(&log.resource, interface));
    logs.fold((false, false), |(accepted, refused), log| {
        (accepted || takes_accepted(log.traffic), refused || takes_refused(log.traffic))
    })
}

/// Whether a log about this is about that interface.
pub(super) fn covers(resource: &LoggedResource, interface: &NetworkInterface) -> bool {
    match resource {
        LoggedResource::Vpc(id) => interface.network.vpc() == Some(id),
        LoggedResource::Subnet(id) => interface.subnet.as_ref() == Some(id),
        LoggedResource::Interface(id) => interface.id == *id,
    }
}

/// Whether it is about packets that passed.
pub(super) const fn takes_accepted(traffic: LoggedTraffic) -> bool {
    matches!(traffic, LoggedTraffic::Accept | LoggedTraffic::All)
}

/// Whether it is about packets that were dropped.
pub(super) const fn takes_refused(traffic: LoggedTraffic) -> bool {
    matches!(traffic, LoggedTraffic::Reject | LoggedTraffic::All)
}
