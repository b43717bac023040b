//! Flow logs. sgfw writes no flow-log records yet, so there are none: to create one is refused, openly and after its
//! arguments were checked, and describes are empty.

use super::filter::{Filters, TAGS};
use super::page::{Pages, alone};
use super::show::text;
use super::{Desk, Fault};
use crate::api;

/// Refuses to create flow logs.
///
/// # Errors
/// Always: what is wrong with the arguments (§4), or that there are no flow logs.
pub(super) fn create_flow_logs(
    _desk: &mut Desk,
    request: &api::CreateFlowLogs,
) -> Result<api::CreateFlowLogsReply, Fault> {
    check_destination(request)?;
    let words =
        "sgfw writes no flow log records. What it decided is shown by `sgfw log`, `sgfw flows` and `sgfw counters`.";
    Err(Fault::new("UnsupportedOperation", words))
}

fn check_destination(request: &api::CreateFlowLogs) -> Result<(), Fault> {
    let is_cloud_watch = request.log_destination_type.as_deref().is_none_or(|it| it == "cloud-watch-logs");
    let words = match (&request.log_group_name, &request.log_destination) {
        (None, None) => "LogDestination can't be empty if LogGroupName is not provided.",
        (Some(_), Some(_)) => "Please only provide LogGroupName or only provide LogDestination.",
        (Some(_), None) if !is_cloud_watch => {
            "LogDestination type must be cloud-watch-logs if LogGroupName is provided."
        }
        _ => return Ok(()),
    };
    Err(Fault::new("InvalidParameter", words))
}

/// Deletes no flow logs: none of the ids is one.
///
/// # Errors
/// There is no id.
pub(super) fn delete_flow_logs(
    desk: &mut Desk,
    request: &api::DeleteFlowLogs,
) -> Result<api::DeleteFlowLogsReply, Fault> {
    if request.flow_log_ids.is_empty() {
        return Err(Fault::missing("FlowLogId"));
    }
    desk.dry_run(request.dry_run)?;
    let unknown = |id: &String| api::UnsuccessfulItem {
        error: Some(api::UnsuccessfulItemError { code: text(NOT_FOUND), message: Some(not_found(id)) }),
        resource_id: text(id),
    };
    Ok(api::DeleteFlowLogsReply { unsuccessful: request.flow_log_ids.iter().map(unknown).collect() })
}

const NOT_FOUND: &str = "InvalidFlowLogId.NotFound";

fn not_found(id: &str) -> String {
    format!("These flow log ids in the input list are not found: [TotalCount: 1] {id}")
}

const FILTERS: &[&str] = &[
    "deliver-log-status",
    "flow-log-id",
    "log-destination-type",
    "log-group-name",
    "resource-id",
    "traffic-type",
    TAGS,
];

/// Describes flow logs, which there are none of.
///
/// # Errors
/// An id is given, or a filter or the page is refused.
pub(super) fn describe_flow_logs(
    desk: &mut Desk,
    request: &api::DescribeFlowLogs,
) -> Result<api::DescribeFlowLogsReply, Fault> {
    alone(request, "flowLogIds", &request.flow_log_ids)?;
    Filters::new(&request.filter, FILTERS)?;
    if let Some(id) = request.flow_log_ids.first() {
        return Err(Fault::new(NOT_FOUND, not_found(id)));
    }
    let (flow_logs, next_token) = Pages::of("DescribeFlowLogs").within(1, 1000).page(request, Vec::new())?;
    desk.dry_run(request.dry_run)?;
    Ok(api::DescribeFlowLogsReply { flow_logs, next_token })
}
