//! Flow logs. One is known by what it is about, which traffic and where to: two cannot write the same. Whether its records
//! could be written is no file's business.

use super::work::Work;
use super::{NetworkKey, Place, VpcKey, hosts};
use crate::inventory::{
    FlowLog, FlowLogId, InterfaceId, LogDestination, LogField, LoggedResource, LoggedTraffic, Network,
    NetworkInterface, Owner, Tags,
};
use std::collections::HashMap;

/// A flow log that a file declares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeclaredFlowLog {
    /// Where.
    pub place: Place,
    /// Its id, if the file gives one.
    pub id: Option<FlowLogId>,
    /// What it is about.
    pub resource: DeclaredResource,
    /// Which traffic.
    pub traffic: LoggedTraffic,
    /// Where records go.
    pub destination: LogDestination,
    /// What a record says.
    pub format: Vec<LogField>,
    /// Seconds that one record covers at most.
    pub interval: u32,
    /// The role that is named for the delivery.
    pub role: Option<String>,
    /// When it was made, RFC 3339.
    pub created: Option<String>,
    /// Tags.
    pub tags: Tags,
}

/// What a flow log is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeclaredResource {
    /// All interfaces of a VPC.
    Vpc(VpcKey),
    /// All interfaces of a subnet: its name or id within a VPC.
    Subnet(VpcKey, String),
    /// All interfaces of the subnet with this id, whichever its VPC.
    SubnetId(String),
    /// One interface, by name or id; one of this host before one that lives elsewhere.
    Interface(String),
}

/// Interfaces that files declare, by name and id.
type Interfaces = HashMap<String, InterfaceId>;

pub(super) fn adopt(work: &mut Work<'_>) {
    let declared = work.declared;
    if declared.flow_logs.is_empty() {
        return;
    }
    let interfaces = interfaces(work);
    for it in &declared.flow_logs {
        if let Some(made) = resource(work, it, &interfaces).and_then(|resource| flow_log(work, it, resource)) {
            work.put(made, &it.place);
        }
    }
}

fn interfaces(work: &Work<'_>) -> Interfaces {
    let mut found = Interfaces::new();
    let (local, elsewhere): (Vec<_>, Vec<_>) =
        work.state.interfaces.values().partition(|it: &&std::sync::Arc<NetworkInterface>| it.device.is_some());
    // Those of this host come last and stay.
    for it in elsewhere.into_iter().chain(local).filter(|it| work.is_wanted::<NetworkInterface>(&it.id)) {
        found.extend(it.name.clone().map(|name| (name, it.id.clone())));
        found.insert(it.id.to_string(), it.id.clone());
    }
    found
}

/// None if it is not there; that was refused.
fn resource(work: &mut Work<'_>, it: &DeclaredFlowLog, interfaces: &Interfaces) -> Option<LoggedResource> {
    match &it.resource {
        DeclaredResource::Vpc(key) => {
            let (_, network) = work.network(&NetworkKey::Vpc(key.clone()), &it.place)?;
            network.vpc().cloned().map(LoggedResource::Vpc)
        }
        DeclaredResource::Subnet(key, text) => {
            let key = NetworkKey::Vpc(key.clone());
            let (_, network) = work.network(&key, &it.place)?;
            hosts::subnet(work, &key, &it.place, text, &network).map(LoggedResource::Subnet)
        }
        DeclaredResource::SubnetId(text) => subnet(work, it, text),
        DeclaredResource::Interface(text) => {
            let found = interfaces.get(text).or_else(|| interfaces.get(&text.to_ascii_lowercase()));
            if found.is_none() {
                work.refuse(&it.place, format!("there is no interface `{text}`"), "declare it under `interfaces`");
            }
            found.cloned().map(LoggedResource::Interface)
        }
    }
}

fn subnet(work: &mut Work<'_>, it: &DeclaredFlowLog, text: &str) -> Option<LoggedResource> {
    let vpc = work.names.vpc_of_subnet(text).cloned();
    if vpc.is_none() {
        work.refuse(&it.place, format!("there is no subnet `{text}`"), "declare it under `subnets`");
    }
    let key = NetworkKey::Vpc(vpc?);
    let network: Network = work.network(&key, &it.place)?.1;
    hosts::subnet(work, &key, &it.place, text, &network).map(LoggedResource::Subnet)
}

fn flow_log(work: &Work<'_>, it: &DeclaredFlowLog, resource: LoggedResource) -> Option<FlowLog> {
    let same = |old: &&FlowLog| old.subject() == (&resource, it.traffic, &it.destination);
    let alike = || work.state.flow_logs.values().map(|old| &**old).find(same).map(|old| old.id.clone());
    let id = it.id.clone().or_else(alike).unwrap_or_else(|| derived(&resource, it));
    let known = work.state.flow_logs.get(&id);
    let created = it.created.clone().or_else(|| known.map(|old| old.created.clone()));
    Some(FlowLog {
        scope: work.state.logged_scope(&resource)?.clone(),
        resource,
        traffic: it.traffic,
        destination: it.destination.clone(),
        format: it.format.clone(),
        interval: it.interval,
        role: it.role.clone(),
        created: created.unwrap_or_else(|| hosts::LONG_AGO.into()),
        trouble: known.and_then(|old| old.trouble.clone()),
        tags: it.tags.clone(),
        owner: Owner::Action,
        id,
    })
}

fn derived(resource: &LoggedResource, it: &DeclaredFlowLog) -> FlowLogId {
    let (kind, name, folder, hive, hourly) = match &it.destination {
        LogDestination::Group { name } => ("group", name, "", false, false),
        LogDestination::Bucket { bucket, folder, hive, hourly } => ("bucket", bucket, folder.as_str(), *hive, *hourly),
    };
    let (resource, form) = (resource.to_string(), format!("{hive} {hourly}"));
    FlowLogId::derive(&["flow-log", &resource, it.traffic.word(), kind, name, folder, &form])
}

/// A flow log as files can declare it.
pub(super) fn without_trouble(it: &FlowLog) -> FlowLog {
    FlowLog { trouble: None, ..it.clone() }
}

/// Two would write the same.
pub(super) fn check(work: &mut Work<'_>) {
    let mut found = Vec::new();
    let mut seen = HashMap::new();
    for it in work.state.flow_logs.values() {
        let Some(other) = seen.insert(it.subject(), it) else { continue };
        let place = |it: &FlowLog| work.place_of::<FlowLog>(&it.id).cloned();
        let Some(at) = place(it).or_else(|| place(other)) else { continue };
        let message = format!("{} and {} log the same traffic of {} to one place", other.id, it.id, it.resource);
        found.push((at, message, "leave one out".to_owned()));
    }
    for (place, message, help) in found {
        work.refuse(&place, message, help);
    }
}
