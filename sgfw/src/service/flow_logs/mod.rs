//! Flow logs: which traffic of which interfaces is written down, and where to. The records themselves are written by
//! the agent of the host that has the interfaces; nothing is asked of a role, a log group or a bucket.

mod create;
mod delete;
mod describe;
mod destination;
mod show;

pub(super) use create::create_flow_logs;
pub(super) use delete::delete_flow_logs;
pub(super) use describe::describe_flow_logs;

use super::Fault;

/// The code of ids of no flow log.
const NOT_FOUND: &str = "InvalidFlowLogId.NotFound";

/// The words of what makes no sense in a request about flow logs.
fn wrong(words: impl Into<String>) -> Fault {
    Fault::new("InvalidParameter", words)
}

/// The words of ids of no flow log.
fn not_found(ids: &[&str]) -> String {
    format!("These flow log ids in the input list are not found: [TotalCount: {}] {}", ids.len(), ids.join(" "))
}
