//! A flow log as the API shows it.

use super::destination::{CLOUD_WATCH, PLAIN, S3};
use crate::api;
use crate::inventory::{FlowLog, LogDestination, LogField, Scope};
use crate::service::show::{number, text};
use crate::service::tagging::shown;

/// A flow log. It is always active; whether its records could be written is what the host that writes them says.
pub(super) fn flow_log(it: &FlowLog) -> api::FlowLog {
    let (kind, group, options) = match &it.destination {
        LogDestination::Group { name } => (CLOUD_WATCH, Some(name.clone()), None),
        LogDestination::Bucket { hive, hourly, .. } => (S3, None, Some(options(*hive, *hourly))),
    };
    api::FlowLog {
        creation_time: Some(it.created.clone()),
        deliver_logs_error_message: it.trouble.clone(),
        deliver_logs_permission_arn: it.role.clone(),
        deliver_cross_account_role: None,
        deliver_logs_status: text(if it.trouble.is_none() { "SUCCESS" } else { "FAILED" }),
        flow_log_id: text(&it.id),
        flow_log_status: text("ACTIVE"),
        log_group_name: group,
        resource_id: text(&it.resource),
        traffic_type: text(it.traffic.word()),
        log_destination_type: text(kind),
        log_destination: Some(arn(&it.scope, &it.destination)),
        log_format: Some(LogField::text(&it.format)),
        tags: shown(&it.tags),
        max_aggregation_interval: number(it.interval),
        destination_options: options,
    }
}

fn options(hive: bool, hourly: bool) -> api::DestinationOptionsResponse {
    api::DestinationOptionsResponse {
        file_format: text(PLAIN),
        hive_compatible_partitions: Some(hive),
        per_hour_partition: Some(hourly),
    }
}

/// `arn:aws:logs:us-east-1:123456789012:log-group:NAME`, or `arn:aws:s3:::bucket/folder/`.
fn arn(scope: &Scope, destination: &LogDestination) -> String {
    match destination {
        LogDestination::Group { name } => format!("arn:aws:logs:{}:{}:log-group:{name}", scope.region, scope.account),
        LogDestination::Bucket { bucket, folder, .. } if folder.is_empty() => format!("arn:aws:s3:::{bucket}"),
        LogDestination::Bucket { bucket, folder, .. } => format!("arn:aws:s3:::{bucket}/{folder}/"),
    }
}
