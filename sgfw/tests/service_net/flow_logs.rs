//! Flow logs: what is made for which resource, in which words it is refused, what is shown, and that they end with what
//! they are about.

use crate::cloud::{Cloud, OTHER, OWN, custom, filter, tagged, texts};
use serde_json::{Value, json};
use std::sync::Arc;

const STANDARD: &str = "${version} ${account-id} ${interface-id} ${srcaddr} ${dstaddr} ${srcport} ${dstport} \
                        ${protocol} ${packets} ${bytes} ${start} ${end} ${action} ${log-status}";

/// A request for all traffic of the VPC, with these members beside or instead.
fn request(more: &Value) -> Value {
    let mut members = json!({"ResourceIds": ["vpc-1a2b3c4d"], "ResourceType": "VPC", "TrafficType": "ALL"});
    members.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    members
}

/// A subnet with an interface, `eni-11111111`.
fn cloud() -> Cloud {
    let mut cloud = Cloud::with_subnet();
    cloud.interface("eni-11111111", &["sg-aaaa1111"]);
    cloud
}

fn create(cloud: &mut Cloud, more: &Value) -> Value {
    let made = cloud.rehearsed("CreateFlowLogs", request(more));
    assert_eq!(made["Unsuccessful"], json!([]));
    made
}

/// The flow log with an id that is asked for.
fn made(cloud: &mut Cloud, id: &str, more: &Value) -> Value {
    let mut more = more.clone();
    more["TagSpecifications"] = custom("vpc-flow-log", id);
    assert_eq!(create(cloud, &more)["FlowLogIds"], json!([id]));
    cloud.rehearsed("DescribeFlowLogs", json!({"FlowLogIds": [id]}))["FlowLogs"][0].clone()
}

fn ids(cloud: &mut Cloud, members: Value) -> Vec<String> {
    texts(&cloud.ask("DescribeFlowLogs", members)["FlowLogs"], "FlowLogId")
}

#[test]
fn a_flow_log_of_a_log_group_is_shown_whole() {
    let mut cloud = cloud();
    let role = "arn:aws:iam::123456789012:role/flows";
    let shown =
        made(&mut cloud, "fl-aaaaaaaa", &json!({"LogGroupName": "/vpc/main", "DeliverLogsPermissionArn": role}));
    assert_eq!(
        shown,
        json!({"CreationTime": "2026-11-21T10:35:45.000Z", "DeliverLogsPermissionArn": role,
            "DeliverLogsStatus": "SUCCESS", "FlowLogId": "fl-aaaaaaaa", "FlowLogStatus": "ACTIVE",
            "LogGroupName": "/vpc/main", "ResourceId": "vpc-1a2b3c4d", "TrafficType": "ALL",
            "LogDestinationType": "cloud-watch-logs", "LogFormat": STANDARD, "Tags": [], "MaxAggregationInterval": 600,
            "LogDestination": "arn:aws:logs:us-east-1:123456789012:log-group:/vpc/main"})
    );
}

#[test]
fn a_flow_log_of_a_bucket_is_shown_whole() {
    let mut cloud = cloud();
    let more = json!({"ResourceType": "NetworkInterface", "ResourceIds": ["eni-11111111"], "TrafficType": "REJECT",
        "LogDestinationType": "s3", "LogDestination": "arn:aws:s3:::my-logs/custom", "MaxAggregationInterval": 60,
        "LogFormat": " ${srcaddr}  ${reject-reason}", "DestinationOptions": {"FileFormat": "plain-text",
        "HiveCompatiblePartitions": true, "PerHourPartition": true}});
    assert_eq!(
        made(&mut cloud, "fl-aaaaaaaa", &more),
        json!({"CreationTime": "2026-11-21T10:35:45.000Z", "DeliverLogsStatus": "SUCCESS",
            "FlowLogId": "fl-aaaaaaaa", "FlowLogStatus": "ACTIVE", "ResourceId": "eni-11111111",
            "TrafficType": "REJECT", "LogDestinationType": "s3", "LogDestination": "arn:aws:s3:::my-logs/custom/",
            "LogFormat": "${srcaddr} ${reject-reason}", "Tags": [], "MaxAggregationInterval": 60,
            "DestinationOptions": {"FileFormat": "plain-text", "HiveCompatiblePartitions": true,
                "PerHourPartition": true}})
    );
    let plain = json!({"LogDestinationType": "s3", "LogDestination": "arn:aws:s3:::my-logs"});
    let shown = made(&mut cloud, "fl-bbbbbbbb", &plain);
    assert_eq!(shown["LogDestination"], "arn:aws:s3:::my-logs");
    assert_eq!(shown["DestinationOptions"]["PerHourPartition"], false);
}

#[test]
fn a_log_group_goes_by_its_arn_too() {
    let mut cloud = cloud();
    let arn = "arn:aws:logs:us-east-1:123456789012:log-group:flows/a";
    for (id, end) in [("fl-aaaaaaaa", ""), ("fl-bbbbbbbb", ":*")] {
        let more = json!({"LogDestinationType": "cloud-watch-logs", "LogDestination": format!("{arn}{end}")});
        assert_eq!(made(&mut cloud, id, &more)["LogGroupName"], "flows/a");
        cloud.ask("DeleteFlowLogs", json!({"FlowLogIds": [id]}));
    }
    for wrong in [
        "arn:aws:logs:us-east-2:123456789012:log-group:flows",
        "arn:aws:logs:us-east-1:999988887777:log-group:flows",
        "arn:aws:s3:::flows",
        "flows",
    ] {
        let words = cloud.refused("CreateFlowLogs", request(&json!({"LogDestination": wrong})));
        let wanted = format!(
            "InvalidParameter: LogDestination {wrong} is not the ARN of a log group of this account and region: \
             arn:aws:logs:us-east-1:123456789012:log-group:NAME"
        );
        assert_eq!(words, wanted);
    }
}

#[test]
fn a_request_makes_one_for_each_resource_or_none() {
    let mut cloud = cloud();
    cloud.vpc("vpc-bbbbbbbb", "10.2.0.0/16");
    let tags = tagged("vpc-flow-log", &[("env", "prod")]);
    let both = json!({"ResourceIds": ["vpc-1a2b3c4d", "vpc-bbbbbbbb"], "LogGroupName": "g", "ClientToken": "t",
        "TagSpecifications": tags});
    let made = create(&mut cloud, &both);
    assert_eq!(made["ClientToken"], "t");
    assert_eq!(made["FlowLogIds"].as_array().unwrap().len(), 2);
    let shown = cloud.ask("DescribeFlowLogs", json!({"FlowLogIds": made["FlowLogIds"]}))["FlowLogs"].clone();
    assert_eq!(texts(&shown, "ResourceId"), ["vpc-1a2b3c4d", "vpc-bbbbbbbb"]);
    assert_eq!(shown[1]["Tags"], json!([{"Key": "env", "Value": "prod"}]));
    let same = json!({"ResourceIds": ["vpc-1a2b3c4d", "vpc-bbbbbbbb"], "LogGroupName": "h",
        "TagSpecifications": custom("vpc-flow-log", "fl-aaaaaaaa")});
    assert_eq!(
        cloud.refused("CreateFlowLogs", request(&same)),
        "InvalidParameterCombination: An id can be specified for the flow log of one resource only"
    );
    let one_missing = json!({"ResourceIds": ["vpc-1a2b3c4d", "vpc-99999999"], "LogGroupName": "h"});
    assert!(cloud.refused("CreateFlowLogs", request(&one_missing)).starts_with("InvalidVpcID.NotFound"));
    let subnets = json!({"ResourceType": "Subnet", "ResourceIds": ["subnet-1a2b3c4d"], "LogGroupName": "g"});
    assert_eq!(create(&mut cloud, &subnets)["FlowLogIds"].as_array().unwrap().len(), 1);
    assert_eq!(cloud.state.flow_logs.len(), 3);
}

#[test]
fn arguments_that_make_no_sense_are_refused_in_words() {
    let mut cloud = cloud();
    let group = |more: Value| {
        let mut members = json!({"LogGroupName": "g"});
        members.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        members
    };
    let bucket = |more: Value| {
        let mut members = json!({"LogDestinationType": "s3", "LogDestination": "arn:aws:s3:::logs"});
        members.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        members
    };
    for (more, words) in [
        (json!({}), "InvalidParameter: LogDestination can't be empty if LogGroupName is not provided."),
        (
            group(json!({"LogDestination": "arn:aws:s3:::b"})),
            "InvalidParameter: Please only provide LogGroupName or only provide LogDestination.",
        ),
        (
            group(json!({"LogDestinationType": "s3"})),
            "InvalidParameter: LogDestination type must be cloud-watch-logs if LogGroupName is provided.",
        ),
        (group(json!({"TrafficType": null})), "MissingParameter: The request must contain the parameter TrafficType"),
        (
            group(json!({"TrafficType": "all"})),
            "InvalidParameterValue: Value (all) for parameter TrafficType is invalid. \
             Expecting ACCEPT, REJECT or ALL.",
        ),
        (
            group(json!({"ResourceType": "vpc"})),
            "InvalidParameterValue: Value (vpc) for parameter ResourceType is invalid. \
             Expecting VPC, Subnet or NetworkInterface.",
        ),
        (
            group(json!({"ResourceType": "TransitGateway"})),
            "UnsupportedOperation: sgfw has no TransitGateway: ResourceType is VPC, Subnet or NetworkInterface.",
        ),
        (
            group(json!({"MaxAggregationInterval": 61})),
            "InvalidParameter: Invalid Flow Log Max Aggregation Interval: 61. It is 60 or 600.",
        ),
        (
            group(json!({"DeliverLogsPermissionArn": "admin"})),
            "InvalidParameter: DeliverLogsPermissionArn: \"admin\" is not the ARN of a role: \
             arn:aws:iam::ACCOUNT:role/NAME",
        ),
        (group(json!({"LogFormat": ""})), "InvalidParameter: LogFormat: the log format is empty"),
        (
            group(json!({"LogFormat": "${version} ${sourceaddr}"})),
            "InvalidParameter: LogFormat: \"sourceaddr\" is not a field of a log format",
        ),
        (
            group(json!({"LogFormat": "${version} ${version}"})),
            "InvalidParameter: LogFormat: the field \"version\" is in the log format twice",
        ),
        (
            json!({"LogGroupName": "../../etc"}),
            "InvalidParameter: LogGroupName: \"../../etc\" is not the name of a log group: no part of it is . or ..",
        ),
        (
            group(json!({"DestinationOptions": {"PerHourPartition": true}})),
            "InvalidParameter: DestinationOptions can be provided only if LogDestinationType is s3.",
        ),
        (
            bucket(json!({"LogDestinationType": "kinesis-data-firehose"})),
            "UnsupportedOperation: sgfw writes flow logs to files: LogDestinationType is cloud-watch-logs or s3, \
             not kinesis-data-firehose.",
        ),
        (
            bucket(json!({"LogDestinationType": "S3"})),
            "InvalidParameterValue: Value (S3) for parameter LogDestinationType is invalid. \
             Expecting cloud-watch-logs or s3.",
        ),
        (
            bucket(json!({"DestinationOptions": {"FileFormat": "parquet"}})),
            "UnsupportedOperation: sgfw writes flow logs as text: FileFormat is plain-text, not parquet.",
        ),
        (
            bucket(json!({"LogDestination": "logs"})),
            "InvalidParameter: LogDestination logs is not the ARN of a bucket: \
             arn:aws:s3:::BUCKET or arn:aws:s3:::BUCKET/FOLDER/",
        ),
        (
            bucket(json!({"LogDestination": "arn:aws:s3:::.."})),
            "InvalidParameter: LogDestination: \"..\" is not the name of a bucket: it has 3 to 63 characters",
        ),
        (
            bucket(json!({"LogDestination": "arn:aws:s3:::logs/a/../../b"})),
            "InvalidParameter: LogDestination: \"a/../../b\" is not a folder of a bucket: no part of it is . or ..",
        ),
        (
            group(json!({"DeliverCrossAccountRole": "arn:aws:iam::999988887777:role/r"})),
            "UnsupportedOperation: sgfw delivers flow logs to no other account: leave DeliverCrossAccountRole out.",
        ),
        (
            group(json!({"TagFieldSpecifications": [{"ResourceType": "vpc", "TagKeys": ["a"]}]})),
            "UnsupportedOperation: sgfw writes no tags into records of flow logs: leave TagFieldSpecification out.",
        ),
        (
            group(json!({"TagSpecifications": tagged("vpc", &[("a", "b")])})),
            "InvalidParameterValue: 'vpc' is not a valid taggable resource type for this operation.",
        ),
    ] {
        assert_eq!(cloud.refused("CreateFlowLogs", request(&more)), words, "{more}");
        let rehearsal = request(&{
            let mut more = more.clone();
            more["DryRun"] = json!(true);
            more
        });
        assert_eq!(cloud.refused("CreateFlowLogs", rehearsal), words, "as a dry run: {more}");
    }
}

#[test]
fn what_is_not_the_callers_cannot_be_logged() {
    let mut cloud = cloud();
    let mut refused = |kind: &str, id: &str, account: &str| {
        let members = request(&json!({"ResourceType": kind, "ResourceIds": [id], "LogGroupName": "g"}));
        cloud.as_account(account).refused("CreateFlowLogs", members)
    };
    for (kind, id, words) in [
        ("VPC", "vpc-1a2b3c4d", "InvalidVpcID.NotFound: The vpc ID 'vpc-1a2b3c4d' does not exist"),
        ("Subnet", "subnet-1a2b3c4d", "InvalidSubnetID.NotFound: The subnet ID 'subnet-1a2b3c4d' does not exist"),
        (
            "NetworkInterface",
            "eni-11111111",
            "InvalidNetworkInterfaceID.NotFound: The networkInterface ID 'eni-11111111' does not exist",
        ),
    ] {
        assert_eq!(refused(kind, id, OTHER), words);
    }
    assert!(refused("VPC", "vpc-99999999", OWN).starts_with("InvalidVpcID.NotFound"));
    assert!(refused("VPC", "subnet-1a2b3c4d", OWN).starts_with("InvalidVpcID.Malformed"));
}

#[test]
fn a_region_that_leads_out_of_a_directory_is_none() {
    let mut cloud = Cloud::new();
    for region in ["..", ".", "../../etc", "a b", ""] {
        cloud.scope.region = region.into();
        let words = cloud.refused("DescribeVpcs", json!({}));
        assert_eq!(words, "AuthFailure: Credential should be scoped to a valid region.");
    }
}

#[test]
fn the_same_resource_traffic_and_destination_are_logged_once() {
    let mut cloud = cloud();
    let words = "FlowLogAlreadyExists: Error. There is an existing Flow Log with the same configuration and log \
                 destination.";
    let twice = json!({"ResourceIds": ["vpc-1a2b3c4d", "vpc-1a2b3c4d"], "LogGroupName": "g"});
    assert_eq!(cloud.refused("CreateFlowLogs", request(&twice)), words);
    create(&mut cloud, &json!({"LogGroupName": "g"}));
    let by_arn = json!({"LogDestination": "arn:aws:logs:us-east-1:123456789012:log-group:g"});
    let others = json!({"LogGroupName": "g", "MaxAggregationInterval": 60, "LogFormat": "${version}"});
    for same in [json!({"LogGroupName": "g"}), by_arn, others] {
        assert_eq!(cloud.refused("CreateFlowLogs", request(&same)), words);
    }
    create(&mut cloud, &json!({"LogGroupName": "h"}));
    create(&mut cloud, &json!({"LogGroupName": "g", "TrafficType": "ACCEPT"}));
    let subnet = json!({"LogGroupName": "g", "ResourceType": "Subnet", "ResourceIds": ["subnet-1a2b3c4d"]});
    create(&mut cloud, &subnet);
    assert_eq!(ids(&mut cloud, json!({})).len(), 4);
}

#[test]
fn flow_logs_are_found_by_filters() {
    let mut cloud = cloud();
    let interface = json!({"ResourceType": "NetworkInterface", "ResourceIds": ["eni-11111111"], "TrafficType": "REJECT",
        "LogDestinationType": "s3", "LogDestination": "arn:aws:s3:::logs"});
    made(&mut cloud, "fl-aaaaaaaa", &json!({"LogGroupName": "group-a"}));
    made(&mut cloud, "fl-bbbbbbbb", &interface);
    cloud.ask("CreateTags", json!({"Resources": ["fl-bbbbbbbb"], "Tags": [{"Key": "env", "Value": "prod"}]}));
    let mut broken = (**cloud.state.flow_logs.values().next().unwrap()).clone();
    broken.trouble = Some("Access error".into());
    cloud.state.flow_logs.insert(broken.id.clone(), Arc::new(broken));
    for (name, value, found) in [
        ("deliver-log-status", "SUCCESS", "fl-bbbbbbbb"),
        ("deliver-log-status", "FAILED", "fl-aaaaaaaa"),
        ("flow-log-id", "fl-a*", "fl-aaaaaaaa"),
        ("log-destination-type", "s3", "fl-bbbbbbbb"),
        ("log-destination-type", "cloud-watch-logs", "fl-aaaaaaaa"),
        ("log-group-name", "group-?", "fl-aaaaaaaa"),
        ("resource-id", "eni-11111111", "fl-bbbbbbbb"),
        ("traffic-type", "ALL", "fl-aaaaaaaa"),
        ("tag:env", "prod", "fl-bbbbbbbb"),
        ("tag-key", "env", "fl-bbbbbbbb"),
    ] {
        assert_eq!(ids(&mut cloud, json!({"Filter": filter(name, &[value])})), [found], "{name}={value}");
    }
    assert_eq!(ids(&mut cloud, json!({"Filter": filter("traffic-type", &["ACCEPT"])})), [""; 0]);
    let unknown = cloud.refused("DescribeFlowLogs", json!({"Filter": filter("vpc-id", &["x"])}));
    assert_eq!(unknown, "InvalidParameterValue: The filter 'vpc-id' is invalid");
    let broken = cloud.ask("DescribeFlowLogs", json!({"FlowLogIds": ["fl-aaaaaaaa"]}))["FlowLogs"][0].clone();
    assert_eq!(
        (&broken["DeliverLogsStatus"], &broken["DeliverLogsErrorMessage"]),
        (&json!("FAILED"), &json!("Access error"))
    );
}

#[test]
fn ids_of_others_are_not_found_and_hinder_no_deletion() {
    let mut cloud = cloud();
    made(&mut cloud, "fl-aaaaaaaa", &json!({"LogGroupName": "g"}));
    let not_found = "These flow log ids in the input list are not found: [TotalCount: 2] fl-99999999 x";
    let three = json!({"FlowLogIds": ["fl-99999999", "fl-aaaaaaaa", "x"]});
    assert_eq!(cloud.refused("DescribeFlowLogs", three.clone()), format!("InvalidFlowLogId.NotFound: {not_found}"));
    cloud.as_account(OTHER);
    assert_eq!(ids(&mut cloud, json!({})), [""; 0]);
    assert_eq!(cloud.ask("DeleteFlowLogs", three.clone())["Unsuccessful"].as_array().unwrap().len(), 3);
    cloud.as_account(OWN).scope.region = "eu-west-1".into();
    assert!(cloud.refused("DescribeFlowLogs", json!({"FlowLogIds": ["fl-aaaaaaaa"]})).contains("fl-aaaaaaaa"));
    cloud.scope.region = "us-east-1".into();
    let deleted = cloud.rehearsed("DeleteFlowLogs", three)["Unsuccessful"].clone();
    assert_eq!(texts(&deleted, "ResourceId"), ["fl-99999999", "x"]);
    assert_eq!(deleted[0]["Error"]["Code"], "InvalidFlowLogId.NotFound");
    assert_eq!(cloud.state.flow_logs.len(), 0);
}

#[test]
fn a_flow_log_ends_with_what_it_is_about() {
    let mut cloud = cloud();
    let instance = cloud.instance("i-1a2b3c4d", &[]);
    let primary = instance["NetworkInterfaces"][0]["NetworkInterfaceId"].as_str().unwrap().to_owned();
    for (kind, id) in [
        ("VPC", "vpc-1a2b3c4d"),
        ("Subnet", "subnet-1a2b3c4d"),
        ("NetworkInterface", "eni-11111111"),
        ("NetworkInterface", &primary),
    ] {
        create(&mut cloud, &json!({"ResourceType": kind, "ResourceIds": [id], "LogGroupName": "g"}));
    }
    for (left, operation, members) in [
        (3, "TerminateInstances", json!({"InstanceIds": ["i-1a2b3c4d"]})),
        (2, "DeleteNetworkInterface", json!({"NetworkInterfaceId": "eni-11111111"})),
        (1, "DeleteSubnet", json!({"SubnetId": "subnet-1a2b3c4d"})),
        (1, "DeleteSecurityGroup", json!({"GroupId": "sg-aaaa1111"})),
        (0, "DeleteVpc", json!({"VpcId": "vpc-1a2b3c4d"})),
    ] {
        cloud.ask(operation, members);
        assert_eq!(ids(&mut cloud, json!({})).len(), left, "{operation}");
    }
}
