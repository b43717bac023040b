//! What tools look at first: regions, zones, attributes of the account; and flow logs, which there are none of.

use crate::cloud::{Cloud, filter, texts};
use serde_json::json;

#[test]
fn regions_and_zones() {
    let mut cloud = Cloud::new();
    let regions = cloud.rehearsed("DescribeRegions", json!({}))["Regions"].clone();
    assert!(texts(&regions, "RegionName").contains(&"eu-west-1".to_owned()));
    let one = cloud.ask("DescribeRegions", json!({"RegionNames": ["us-east-1"]}))["Regions"].clone();
    assert_eq!(
        one,
        json!([{"OptInStatus": "opt-in-not-required", "RegionName": "us-east-1",
            "Endpoint": "ec2.us-east-1.amazonaws.com"}])
    );
    let some = cloud.ask("DescribeRegions", json!({"Filters": filter("region-name", &["us-*-2"])}));
    assert_eq!(texts(&some["Regions"], "RegionName"), ["us-east-2", "us-west-2"]);
    assert!(cloud.refused("DescribeRegions", json!({"RegionNames": ["mars-1"]})).contains("mars-1"));
    let zones = cloud.rehearsed("DescribeAvailabilityZones", json!({}))["AvailabilityZones"].clone();
    assert_eq!(texts(&zones, "ZoneName"), ["us-east-1a", "us-east-1b", "us-east-1c"]);
    assert_eq!(texts(&zones, "ZoneId"), ["use1-az1", "use1-az2", "use1-az3"]);
    let of = json!({"ZoneNames": ["us-east-1b"], "Filters": filter("state", &["available"])});
    assert_eq!(texts(&cloud.ask("DescribeAvailabilityZones", of)["AvailabilityZones"], "State"), ["available"]);
    assert!(cloud.refused("DescribeAvailabilityZones", json!({"ZoneNames": ["us-east-1x"]})).contains("us-east-1x"));
    cloud.scope.region = "lab-north-1".into();
    assert!(texts(&cloud.ask("DescribeRegions", json!({}))["Regions"], "RegionName").contains(&"lab-north-1".into()));
}

#[test]
fn attributes_of_the_account() {
    let mut cloud = Cloud::new();
    let mut ask = |name: &str| {
        let reply = cloud.rehearsed("DescribeAccountAttributes", json!({"AttributeNames": [name]}));
        texts(&reply["AccountAttributes"][0]["AttributeValues"], "AttributeValue")
    };
    assert_eq!(ask("supported-platforms"), ["VPC"]);
    assert_eq!(ask("vpc-max-security-groups-per-interface"), ["5"]);
    assert!(ask("default-vpc")[0].starts_with("vpc-"));
    let all = cloud.ask("DescribeAccountAttributes", json!({}));
    assert_eq!(all["AccountAttributes"].as_array().unwrap().len(), 6);
    let unknown = cloud.refused("DescribeAccountAttributes", json!({"AttributeNames": ["x"]}));
    assert!(unknown.starts_with("InvalidParameterValue"), "{unknown}");
    let classic = Cloud::classic().ask("DescribeAccountAttributes", json!({}))["AccountAttributes"].clone();
    assert_eq!(texts(&classic[0]["AttributeValues"], "AttributeValue"), ["EC2", "VPC"]);
    assert_eq!(texts(&classic[1]["AttributeValues"], "AttributeValue"), ["none"]);
}

#[test]
fn flow_logs_are_refused_in_the_end() {
    let mut cloud = Cloud::with_subnet();
    let mut create = |more: serde_json::Value| {
        let mut members = json!({"ResourceIds": ["vpc-1a2b3c4d"], "ResourceType": "VPC", "TrafficType": "ALL"});
        members.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        cloud.refused("CreateFlowLogs", members)
    };
    assert_eq!(create(json!({})), "InvalidParameter: LogDestination can't be empty if LogGroupName is not provided.");
    assert_eq!(
        create(json!({"LogGroupName": "g", "LogDestination": "arn:aws:s3:::b"})),
        "InvalidParameter: Please only provide LogGroupName or only provide LogDestination."
    );
    assert_eq!(
        create(json!({"LogGroupName": "g", "LogDestinationType": "s3"})),
        "InvalidParameter: LogDestination type must be cloud-watch-logs if LogGroupName is provided."
    );
    let honest = create(json!({"LogGroupName": "g", "DryRun": true}));
    assert!(honest.starts_with("UnsupportedOperation: sgfw writes no flow log records."), "{honest}");
    assert_eq!(cloud.rehearsed("DescribeFlowLogs", json!({}))["FlowLogs"], json!([]));
    let deleted = cloud.rehearsed("DeleteFlowLogs", json!({"FlowLogIds": ["fl-11111111"]}));
    assert_eq!(deleted["Unsuccessful"][0]["Error"]["Code"], "InvalidFlowLogId.NotFound");
}
