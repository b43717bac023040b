//! Looking at flow logs.

use super::{NOT_FOUND, not_found, show};
use crate::api;
use crate::inventory::FlowLog;
use crate::service::filter::{Filters, TAGS};
use crate::service::page::{Pages, alone};
use crate::service::{Desk, Fault};
use std::sync::Arc;

const FILTERS: &[&str] = &[
    "deliver-log-status",
    "flow-log-id",
    "log-destination-type",
    "log-group-name",
    "resource-id",
    "traffic-type",
    TAGS,
];

/// Describes flow logs of the caller's account and region.
///
/// # Errors
/// An id is unknown, or a filter or the page is refused.
pub(in crate::service) fn describe_flow_logs(
    desk: &mut Desk,
    request: &api::DescribeFlowLogs,
) -> Result<api::DescribeFlowLogsReply, Fault> {
    alone(request, "flowLogIds", &request.flow_log_ids)?;
    let filters = Filters::new(&request.filter, FILTERS)?;
    let found = found(desk, &request.flow_log_ids)?.into_iter();
    let shown = found.map(|it| (it.id.to_string(), show::flow_log(&it), it));
    let wanted = shown.filter(|(_, shown, it)| filters.accept(&it.tags, |name| values(shown, name)));
    let items = wanted.map(|(id, shown, _)| (id, shown)).collect();
    let (flow_logs, next_token) = Pages::of("DescribeFlowLogs").within(1, 1000).page(request, items)?;
    desk.dry_run(request.dry_run)?;
    Ok(api::DescribeFlowLogsReply { flow_logs, next_token })
}

/// Those with these ids, or all. All ids that are unknown are told at once.
fn found(desk: &Desk, ids: &[String]) -> Result<Vec<Arc<FlowLog>>, Fault> {
    let unknown: Vec<&str> = ids.iter().map(String::as_str).filter(|id| desk.flow_log(Some(id)).is_err()).collect();
    if !unknown.is_empty() {
        return Err(Fault::new(NOT_FOUND, not_found(&unknown)));
    }
    desk.flow_logs(ids)
}

fn values(shown: &api::FlowLog, name: &str) -> Vec<String> {
    let value = match name {
        "deliver-log-status" => &shown.deliver_logs_status,
        "flow-log-id" => &shown.flow_log_id,
        "log-destination-type" => &shown.log_destination_type,
        "log-group-name" => &shown.log_group_name,
        "resource-id" => &shown.resource_id,
        _ => &shown.traffic_type,
    };
    value.iter().cloned().collect()
}
