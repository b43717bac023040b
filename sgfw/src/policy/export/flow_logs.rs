//! Flow logs.

use super::Export;
use crate::declare::LONG_AGO;
use crate::inventory::{FlowLog, LogDestination, LogField, LoggedResource, LoggedTraffic};
use crate::policy::write::Map;
use serde_yaml::Value;

impl Export<'_> {
    /// All flow logs; whether their records could be written is not kept.
    pub(super) fn flow_logs(&self) -> impl Iterator<Item = Value> {
        self.state.flow_logs.values().map(|it| flow_log(it))
    }
}

fn flow_log(it: &FlowLog) -> Value {
    let mut out = Map::default();
    out.put("id", it.id.as_str());
    match &it.resource {
        LoggedResource::Vpc(id) => out.put("vpc", id.as_str()),
        LoggedResource::Subnet(id) => out.put("subnet", id.as_str()),
        LoggedResource::Interface(id) => out.put("interface", id.as_str()),
    };
    if it.traffic != LoggedTraffic::All {
        out.put("traffic", it.traffic.small_word());
    }
    match &it.destination {
        LogDestination::Group { name } => drop(out.put("log-group", name.as_str())),
        LogDestination::Bucket { bucket, folder, hive, hourly } => {
            out.put("bucket", if folder.is_empty() { bucket.clone() } else { format!("{bucket}/{folder}") });
            out.put_unless("hive-compatible-partitions", *hive, &false);
            out.put_unless("per-hour-partition", *hourly, &false);
        }
    }
    out.put_unless("interval", it.interval, &FlowLog::INTERVALS[1]);
    if it.format != LogField::standard() {
        out.put("format", LogField::text(&it.format));
    }
    out.put_some("role", it.role.as_deref());
    out.put_unless("created", it.created.clone(), &LONG_AGO.to_owned());
    out.put_tags(&it.tags);
    out.into()
}
