//! Flow logs: each is about something that is there, where it is.

use super::{Checked, hold, rows};
use crate::inventory::{FlowLog, LogDestination, LogField, State, check_region, check_role};

pub(super) fn check(state: &State) -> Checked {
    rows! { state: flow_logs }
    for it in state.flow_logs.values() {
        let wrong = |words: String| format!("{}: {words}", it.id);
        let scope = state.logged_scope(&it.resource);
        hold(scope == Some(&it.scope), || wrong(format!("{} does not exist where it is", it.resource)))?;
        hold(FlowLog::INTERVALS.contains(&it.interval), || wrong(format!("{} s is no interval", it.interval)))?;
        let format = LogField::format(&LogField::text(&it.format));
        format.map_err(|error| wrong(error.to_string()))?;
        check_region(&it.scope.region).map_err(|error| wrong(error.to_string()))?;
        it.role.as_deref().map_or(Ok(()), check_role).map_err(|error| wrong(error.to_string()))?;
        destination(&it.destination).map_err(wrong)?;
    }
    Ok(())
}

/// Names are such as no path can be misled by.
fn destination(it: &LogDestination) -> Checked {
    let made = match it {
        LogDestination::Group { name } => LogDestination::group(name),
        LogDestination::Bucket { bucket, folder, hive, hourly } => {
            LogDestination::bucket(bucket, folder, *hive, *hourly)
        }
    };
    let same = made.map_err(|error| error.to_string())? == *it;
    hold(same, || "its folder ends with a slash".into())
}
