//! The end of flow logs.

use super::{NOT_FOUND, not_found};
use crate::api;
use crate::service::show::text;
use crate::service::{Desk, Fault};

/// Deletes flow logs. Ids that are none of the caller's are told, and hinder nothing.
///
/// # Errors
/// There is no id.
pub(in crate::service) fn delete_flow_logs(
    desk: &mut Desk,
    request: &api::DeleteFlowLogs,
) -> Result<api::DeleteFlowLogsReply, Fault> {
    if request.flow_log_ids.is_empty() {
        return Err(Fault::missing("FlowLogId"));
    }
    desk.dry_run(request.dry_run)?;
    let mut unsuccessful = Vec::new();
    for id in &request.flow_log_ids {
        match desk.flow_log(Some(id)) {
            Ok(found) => drop(desk.state.flow_logs.remove(&found.id)),
            Err(_) => unsuccessful.push(unknown(id)),
        }
    }
    Ok(api::DeleteFlowLogsReply { unsuccessful })
}

fn unknown(id: &str) -> api::UnsuccessfulItem {
    api::UnsuccessfulItem {
        error: Some(api::UnsuccessfulItemError { code: text(NOT_FOUND), message: Some(not_found(&[id])) }),
        resource_id: text(id),
    }
}
