//! New flow logs: one for each resource that a request names.

use super::destination::{destination, named};
use super::wrong;
use crate::api;
use crate::inventory::{
    FlowLog, FlowLogId, LogDestination, LogField, LoggedResource, LoggedTraffic, Owner, check_role,
};
use crate::service::tagging::{Wanted, tags_for};
use crate::service::token::Ticket;
use crate::service::{Desk, Fault, find};
use std::sync::Arc;

/// The most resources of one request.
const MOST_RESOURCES: usize = 1000;
/// Kinds of resources that there are not here.
const ELSEWHERE: &[&str] = &["TransitGateway", "TransitGatewayAttachment", "RegionalNatGateway"];

/// Creates flow logs. One that cannot be made leaves none made.
///
/// # Errors
/// A resource does not exist or is logged like this already, or an argument is refused.
pub(in crate::service) fn create_flow_logs(
    desk: &mut Desk,
    request: &api::CreateFlowLogs,
) -> Result<api::CreateFlowLogsReply, Fault> {
    let ticket = Ticket::of(desk, "CreateFlowLogs", request.client_token.as_deref(), request)?;
    if let Some(ids) = ticket.as_ref().and_then(|it| it.earlier(desk))
        && ids.split(',').any(|id| desk.flow_log(Some(id)).is_ok())
    {
        return Ok(reply(request, ids.split(',').map(str::to_owned).collect()));
    }
    let made = draft(desk, request).and_then(|draft| make(desk, request, &draft))?;
    desk.dry_run(request.dry_run)?;
    if let Some(ticket) = ticket {
        ticket.keep(desk, &made.join(","));
    }
    Ok(reply(request, made))
}

fn reply(request: &api::CreateFlowLogs, flow_log_ids: Vec<String>) -> api::CreateFlowLogsReply {
    api::CreateFlowLogsReply { client_token: request.client_token.clone(), flow_log_ids, unsuccessful: Vec::new() }
}

/// What all flow logs of a request have in common.
struct Draft {
    traffic: LoggedTraffic,
    destination: LogDestination,
    format: Vec<LogField>,
    interval: u32,
    tags: Wanted,
}

fn draft(desk: &Desk, request: &api::CreateFlowLogs) -> Result<Draft, Fault> {
    refuse_unknown(request)?;
    request
        .deliver_logs_permission_arn
        .as_deref()
        .map_or(Ok(()), check_role)
        .map_err(named("DeliverLogsPermissionArn"))?;
    let format = request.log_format.as_deref().map(LogField::format).transpose();
    Ok(Draft {
        traffic: traffic(find::required(request.traffic_type.as_deref(), "TrafficType")?)?,
        destination: destination(&desk.scope, request)?,
        format: format.map_err(named("LogFormat"))?.unwrap_or_else(LogField::standard),
        interval: interval(request.max_aggregation_interval)?,
        tags: tags_for(desk, &request.tag_specifications, "vpc-flow-log")?,
    })
}

fn refuse_unknown(request: &api::CreateFlowLogs) -> Result<(), Fault> {
    let words = if request.deliver_cross_account_role.is_some() {
        "sgfw delivers flow logs to no other account: leave DeliverCrossAccountRole out."
    } else if !request.tag_field_specifications.is_empty() {
        "sgfw writes no tags into records of flow logs: leave TagFieldSpecification out."
    } else {
        return Ok(());
    };
    Err(Fault::new("UnsupportedOperation", words))
}

fn traffic(text: &str) -> Result<LoggedTraffic, Fault> {
    let known = LoggedTraffic::ALL.into_iter().find(|it| it.word() == text);
    let words = || format!("Value ({text}) for parameter TrafficType is invalid. Expecting ACCEPT, REJECT or ALL.");
    known.ok_or_else(|| Fault::value(words()))
}

fn interval(seconds: Option<i64>) -> Result<u32, Fault> {
    let [shortest, longest] = FlowLog::INTERVALS;
    let seconds = seconds.unwrap_or_else(|| longest.into());
    let known = FlowLog::INTERVALS.into_iter().find(|it| i64::from(*it) == seconds);
    let words = || format!("Invalid Flow Log Max Aggregation Interval: {seconds}. It is {shortest} or {longest}.");
    known.ok_or_else(|| wrong(words()))
}

/// Takes the flow logs in; their ids.
fn make(desk: &mut Desk, request: &api::CreateFlowLogs, draft: &Draft) -> Result<Vec<String>, Fault> {
    let resources = resources(desk, request)?;
    if draft.tags.has_id() && resources.len() > 1 {
        let words = "An id can be specified for the flow log of one resource only";
        return Err(Fault::new("InvalidParameterCombination", words));
    }
    let mut made = Vec::new();
    for resource in resources {
        check_new(desk, &resource, draft)?;
        let id = draft.tags.id(desk, FlowLogId::from_number, |state, id| state.flow_logs.contains_key(id))?;
        made.push(id.to_string());
        let role = request.deliver_logs_permission_arn.clone();
        let flow_log = Arc::new(draft.flow_log(desk, id, resource, role));
        desk.state.flow_logs.insert(flow_log.id.clone(), flow_log);
    }
    Ok(made)
}

impl Draft {
    fn flow_log(&self, desk: &Desk, id: FlowLogId, resource: LoggedResource, role: Option<String>) -> FlowLog {
        FlowLog {
            id,
            scope: desk.scope.clone(),
            resource,
            traffic: self.traffic,
            destination: self.destination.clone(),
            format: self.format.clone(),
            interval: self.interval,
            role,
            created: desk.now.clone(),
            trouble: None,
            tags: self.tags.tags.clone(),
            owner: Owner::Action,
        }
    }
}

/// Refuses a second flow log that would write what another one writes.
fn check_new(desk: &Desk, resource: &LoggedResource, draft: &Draft) -> Result<(), Fault> {
    let same = |it: &Arc<FlowLog>| it.subject() == (resource, draft.traffic, &draft.destination);
    if !desk.state.flow_logs.values().any(same) {
        return Ok(());
    }
    let words = "Error. There is an existing Flow Log with the same configuration and log destination.";
    Err(Fault::new("FlowLogAlreadyExists", words))
}

fn resources(desk: &Desk, request: &api::CreateFlowLogs) -> Result<Vec<LoggedResource>, Fault> {
    let ids = &request.resource_ids;
    if ids.len() > MOST_RESOURCES {
        return Err(Fault::value(format!("A request can have up to {MOST_RESOURCES} resources.")));
    }
    match find::required(request.resource_type.as_deref(), "ResourceType")? {
        "VPC" => Ok(desk.vpcs(ids)?.iter().map(|it| LoggedResource::Vpc(it.id.clone())).collect()),
        "Subnet" => Ok(desk.subnets(ids)?.iter().map(|it| LoggedResource::Subnet(it.id.clone())).collect()),
        "NetworkInterface" => {
            Ok(desk.interfaces(ids)?.iter().map(|it| LoggedResource::Interface(it.id.clone())).collect())
        }
        other if ELSEWHERE.contains(&other) => {
            let words = format!("sgfw has no {other}: ResourceType is VPC, Subnet or NetworkInterface.");
            Err(Fault::new("UnsupportedOperation", words))
        }
        other => Err(Fault::value(format!(
            "Value ({other}) for parameter ResourceType is invalid. Expecting VPC, Subnet or NetworkInterface."
        ))),
    }
}
