//! What tools look at first: regions, zones, attributes of the account.

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
