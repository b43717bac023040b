//! Where a request wants records to go: a log group by name or ARN, or a bucket.

use super::wrong;
use crate::api;
use crate::inventory::{LogDestination, LogTextError, Scope};
use crate::service::Fault;

/// Log groups, which is meant where nothing is said.
pub(super) const CLOUD_WATCH: &str = "cloud-watch-logs";
/// Buckets.
pub(super) const S3: &str = "s3";
/// The one form that records are written in.
pub(super) const PLAIN: &str = "plain-text";

/// The destination of a request.
///
/// # Errors
/// None is named, or two; it is of a kind that there is not; or its name is refused.
pub(super) fn destination(scope: &Scope, request: &api::CreateFlowLogs) -> Result<LogDestination, Fault> {
    let kind = request.log_destination_type.as_deref().unwrap_or(CLOUD_WATCH);
    let words = match (&request.log_group_name, &request.log_destination) {
        (None, None) => "LogDestination can't be empty if LogGroupName is not provided.",
        (Some(_), Some(_)) => "Please only provide LogGroupName or only provide LogDestination.",
        (Some(_), None) if kind != CLOUD_WATCH => {
            "LogDestination type must be cloud-watch-logs if LogGroupName is provided."
        }
        (Some(name), None) => return group(name, request),
        (None, Some(arn)) => return by_arn(scope, kind, arn, request),
    };
    Err(wrong(words))
}

fn by_arn(scope: &Scope, kind: &str, arn: &str, request: &api::CreateFlowLogs) -> Result<LogDestination, Fault> {
    match kind {
        CLOUD_WATCH => group(group_of(scope, arn)?, request),
        S3 => bucket(arn, request),
        "kinesis-data-firehose" => {
            let words = "sgfw writes flow logs to files: LogDestinationType is cloud-watch-logs or s3, \
                         not kinesis-data-firehose.";
            Err(Fault::new("UnsupportedOperation", words))
        }
        other => {
            let words = format!(
                "Value ({other}) for parameter LogDestinationType is invalid. Expecting cloud-watch-logs or s3."
            );
            Err(Fault::value(words))
        }
    }
}

fn group(name: &str, request: &api::CreateFlowLogs) -> Result<LogDestination, Fault> {
    if request.destination_options.as_ref().is_some_and(|it| *it != api::DestinationOptionsRequest::default()) {
        return Err(wrong("DestinationOptions can be provided only if LogDestinationType is s3."));
    }
    LogDestination::group(name).map_err(named("LogGroupName"))
}

/// The name in the ARN of a log group, with or without `:*` behind it.
fn group_of<'a>(scope: &Scope, arn: &'a str) -> Result<&'a str, Fault> {
    let own = format!("arn:aws:logs:{}:{}:log-group:", scope.region, scope.account);
    let name = arn.strip_prefix(&own).map(|name| name.strip_suffix(":*").unwrap_or(name));
    name.ok_or_else(|| {
        wrong(format!("LogDestination {arn} is not the ARN of a log group of this account and region: {own}NAME"))
    })
}

fn bucket(arn: &str, request: &api::CreateFlowLogs) -> Result<LogDestination, Fault> {
    let options = request.destination_options.clone().unwrap_or_default();
    if let Some(other) = options.file_format.as_deref().filter(|it| *it != PLAIN) {
        let words = format!("sgfw writes flow logs as text: FileFormat is plain-text, not {other}.");
        return Err(Fault::new("UnsupportedOperation", words));
    }
    let path = arn.strip_prefix("arn:aws:s3:::");
    let path = path.ok_or_else(|| {
        wrong(format!(
            "LogDestination {arn} is not the ARN of a bucket: arn:aws:s3:::BUCKET or arn:aws:s3:::BUCKET/FOLDER/"
        ))
    })?;
    let (name, folder) = path.split_once('/').unwrap_or((path, ""));
    let (hive, hourly) = (options.hive_compatible_partitions, options.per_hour_partition);
    LogDestination::bucket(name, folder, hive == Some(true), hourly == Some(true)).map_err(named("LogDestination"))
}

/// A refusal that says which parameter is meant.
pub(super) fn named(parameter: &'static str) -> impl Fn(LogTextError) -> Fault {
    move |error| wrong(format!("{parameter}: {error}"))
}
