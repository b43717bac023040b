//! Flow logs.

use super::shape::shapes;
use super::tag::{Filter, Tag, TagSpecification};

shapes! {
    /// The form of a flow log in its destination.
    DestinationOptionsRequest {
        file_format: Option<String>,
        hive_compatible_partitions: Option<bool>,
        per_hour_partition: Option<bool>,
    }

    /// Starts flow logs.
    CreateFlowLogs {
        dry_run: Option<bool>,
        client_token: Option<String>,
        deliver_logs_permission_arn: Option<String>,
        deliver_cross_account_role: Option<String>,
        log_group_name: Option<String>,
        resource_ids as "ResourceId": Vec<String> [required],
        resource_type: Option<String> [required],
        traffic_type: Option<String>,
        log_destination_type: Option<String>,
        log_destination: Option<String>,
        log_format: Option<String>,
        tag_specifications as "TagSpecification": Vec<TagSpecification>,
        max_aggregation_interval: Option<i64>,
        destination_options: Option<DestinationOptionsRequest>,
        tag_field_specifications as "TagFieldSpecification": Vec<TagFieldSpecification>,
    }

    /// Why an item failed.
    UnsuccessfulItemError {
        code: Option<String>,
        message: Option<String>,
    }

    /// An item that failed.
    UnsuccessfulItem {
        error: Option<UnsuccessfulItemError>,
        resource_id: Option<String>,
    }

    /// Reply to `CreateFlowLogs`.
    CreateFlowLogsReply {
        client_token: Option<String>,
        flow_log_ids as "flowLogIdSet": Vec<String>,
        unsuccessful: Vec<UnsuccessfulItem>,
    }

    /// Ends flow logs.
    DeleteFlowLogs {
        dry_run: Option<bool>,
        flow_log_ids as "FlowLogId": Vec<String> [required],
    }

    /// Reply to `DeleteFlowLogs`.
    DeleteFlowLogsReply {
        unsuccessful: Vec<UnsuccessfulItem>,
    }

    /// Describes flow logs.
    DescribeFlowLogs {
        dry_run: Option<bool>,
        filter: Vec<Filter>,
        flow_log_ids as "FlowLogId": Vec<String>,
        max_results: Option<i64>,
        next_token: Option<String>,
    }

    /// The form of a flow log in its destination, as it is.
    DestinationOptionsResponse {
        file_format: Option<String>,
        hive_compatible_partitions: Option<bool>,
        per_hour_partition: Option<bool>,
    }

    /// A flow log.
    FlowLog {
        creation_time: Option<String> [time],
        deliver_logs_error_message: Option<String>,
        deliver_logs_permission_arn: Option<String>,
        deliver_cross_account_role: Option<String>,
        deliver_logs_status: Option<String>,
        flow_log_id: Option<String>,
        flow_log_status: Option<String>,
        log_group_name: Option<String>,
        resource_id: Option<String>,
        traffic_type: Option<String>,
        log_destination_type: Option<String>,
        log_destination: Option<String>,
        log_format: Option<String>,
        tags as "tagSet": Vec<Tag>,
        max_aggregation_interval: Option<i64>,
        destination_options: Option<DestinationOptionsResponse>,
    }

    /// Reply to `DescribeFlowLogs`.
    DescribeFlowLogsReply {
        flow_logs as "flowLogSet": Vec<FlowLog>,
        next_token: Option<String>,
    }

    /// Which tags a flow log writes of the resources it sees.
    TagFieldSpecification {
        resource_type: Option<String>,
        tag_keys as "TagKey": Vec<String>,
    }
}
