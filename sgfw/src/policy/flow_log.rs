//! Flow logs: of a VPC, a subnet or an interface, to a log group or a bucket.

use super::decode::{self, Fields};
use super::draft::{Draft, Kind, Meant};
use super::report::Report;
use super::suggest::did_you_mean;
use super::tree::{Node, Value};
use super::{instance, names, vpc};
use crate::declare::{DeclaredFlowLog, DeclaredResource, NetworkKey, VpcKey, Where};
use crate::inventory::{
    FlowLog, FlowLogId, LogDestination, LogField, LogTextError, LoggedTraffic, SubnetId, check_role,
};

const KEYS: &[&str] = &[
    "id",
    "vpc",
    "subnet",
    "interface",
    "traffic",
    "log-group",
    "bucket",
    HIVE,
    HOURLY,
    "interval",
    "format",
    "role",
    "created",
    "tags",
];
const HIVE: &str = "hive-compatible-partitions";
const HOURLY: &str = "per-hour-partition";
const TRAFFIC: [(&str, LoggedTraffic); 3] = {
    let [accept, reject, all] = LoggedTraffic::ALL;
    [(all.small_word(), all), (accept.small_word(), accept), (reject.small_word(), reject)]
};

/// Reads a flow log into the draft.
pub(super) fn flow_log(node: &Node, draft: &mut Draft) {
    let Some(fields) = Fields::read(node, "a flow log", KEYS, &mut draft.report) else { return };
    let id = names::id(&fields, Kind::FlowLogId, FlowLogId::parse, draft);
    let resource = resource(&fields, draft);
    let report = &mut draft.report;
    let traffic = fields.get("traffic").and_then(|node| decode::word(node, "traffic", &TRAFFIC, report));
    let destination = destination(&fields, report);
    let format = fields.get("format").and_then(|node| format(node, report));
    let interval = fields.get("interval").and_then(|node| interval(node, report));
    let role = fields.get("role").and_then(|node| role(node, report));
    let created = fields.get("created").and_then(|node| instance::time(node, report));
    let tags = names::tags(&fields, report);
    let place = report.at(node.spot);
    let (Some(resource), Some(destination)) = (resource, destination) else { return };
    draft.out.flow_logs.push(DeclaredFlowLog {
        place,
        id,
        resource,
        traffic: traffic.unwrap_or(LoggedTraffic::All),
        destination,
        format: format.unwrap_or_else(LogField::standard),
        interval: interval.unwrap_or(FlowLog::INTERVALS[1]),
        role,
        created,
        tags,
    });
}

/// One that names nothing is about the home's default VPC, as all that names no VPC.
fn resource(fields: &Fields<'_>, draft: &mut Draft) -> Option<DeclaredResource> {
    let (vpc, subnet) = (fields.get("vpc"), fields.get("subnet"));
    if let Some(node) = fields.get("interface") {
        if vpc.or(subnet).is_some() {
            let message = "a flow log of an interface is of no VPC or subnet";
            draft.report.error(node.spot, message, "leave `vpc` and `subnet` out, or `interface`");
            return None;
        }
        let text = decode::text(node, "an interface", &mut draft.report)?;
        draft.refer(Meant::AnyInterface(text.to_owned()), node);
        return Some(DeclaredResource::Interface(text.to_owned()));
    }
    let named = vpc.is_some();
    let vpc = match vpc {
        Some(node) => vpc::reference(node, draft)?,
        None => VpcKey::Default(Where::default()),
    };
    let Some(node) = subnet else { return Some(DeclaredResource::Vpc(vpc)) };
    let text = decode::text(node, "a subnet", &mut draft.report)?.to_owned();
    if !named && SubnetId::parse(&text).is_ok() {
        draft.refer(Meant::SubnetId(text.clone()), node);
        return Some(DeclaredResource::SubnetId(text));
    }
    draft.refer(Meant::Subnet(NetworkKey::Vpc(vpc.clone()), text.clone()), node);
    Some(DeclaredResource::Subnet(vpc, text))
}

fn destination(fields: &Fields<'_>, report: &mut Report) -> Option<LogDestination> {
    let (hive, hourly) = (vpc::switch(fields, HIVE, false, report), vpc::switch(fields, HOURLY, false, report));
    match (fields.get("log-group"), fields.get("bucket")) {
        (Some(_), Some(node)) => {
            report.error(node.spot, "this flow log has both `log-group` and `bucket`", "write a flow log for each");
            None
        }
        (None, None) => {
            let help = "write `log-group: NAME`, or `bucket: NAME/FOLDER`";
            report.error(fields.spot, "this flow log has neither `log-group` nor `bucket`", help);
            None
        }
        (Some(node), None) => {
            if let Some(node) = fields.get(HIVE).or_else(|| fields.get(HOURLY)) {
                report.error(node.spot, "partitions are for a `bucket`", "leave them out");
            }
            let name = decode::text(node, "a log group", report)?;
            taken(LogDestination::group(name), node, report)
        }
        (None, Some(node)) => {
            let text = decode::text(node, "a bucket", report)?;
            let (bucket, folder) = text.split_once('/').unwrap_or((text, ""));
            taken(LogDestination::bucket(bucket, folder, hive, hourly), node, report)
        }
    }
}

fn format(node: &Node, report: &mut Report) -> Option<Vec<LogField>> {
    let text = decode::text(node, "a format", report)?;
    let made = LogField::format(text);
    if let Err(LogTextError::UnknownField(word)) = &made {
        let known = LogField::ALL.iter().map(|field| field.word());
        let help = did_you_mean(word, known).unwrap_or_default();
        report.error(node.spot, format!("`{word}` is not a field of a log format"), help);
        return None;
    }
    taken(made, node, report)
}

fn interval(node: &Node, report: &mut Report) -> Option<u32> {
    let [shortest, longest] = FlowLog::INTERVALS;
    let known = |number: &u32| matches!(node.value, Value::Integer(said) if said == i64::from(*number));
    let found = FlowLog::INTERVALS.into_iter().find(known);
    if found.is_none() {
        report.error(node.spot, format!("`interval` is {shortest} or {longest}, in seconds"), "");
    }
    found
}

fn role(node: &Node, report: &mut Report) -> Option<String> {
    let text = decode::text(node, "a role", report)?;
    taken(check_role(text), node, report)?;
    Some(text.to_owned())
}

fn taken<T>(made: Result<T, LogTextError>, node: &Node, report: &mut Report) -> Option<T> {
    made.map_err(|error| report.error(node.spot, error.to_string(), "")).ok()
}
