//! Subnets.

use crate::cloud::{Cloud, filter, texts};
use serde_json::{Value, json};

fn subnet(block: &str) -> Value {
    json!({"VpcId": "vpc-1a2b3c4d", "CidrBlock": block})
}

#[test]
fn a_subnet_is_within_its_vpc_and_meets_no_other() {
    let mut cloud = Cloud::with_subnet();
    let made = cloud.rehearsed("CreateSubnet", subnet("10.1.2.0/24"))["Subnet"].clone();
    assert_eq!((&made["AvailabilityZone"], &made["AvailabilityZoneId"]), (&json!("us-east-1a"), &json!("use1-az1")));
    assert_eq!((&made["AvailableIpAddressCount"], &made["DefaultForAz"]), (&json!(251), &json!(false)));
    for outside in ["10.2.0.0/24", "10.0.0.0/15", "10.1.3.0/29"] {
        let words = format!("InvalidSubnet.Range: The CIDR '{outside}' is invalid.");
        assert_eq!(cloud.refused("CreateSubnet", subnet(outside)), words);
    }
    assert_eq!(
        cloud.refused("CreateSubnet", subnet("10.1.2.128/25")),
        "InvalidSubnet.Conflict: The CIDR '10.1.2.128/25' conflicts with another subnet"
    );
    let nowhere = json!({"VpcId": "vpc-99999999", "CidrBlock": "10.1.3.0/24"});
    assert_eq!(
        cloud.refused("CreateSubnet", nowhere),
        "InvalidVpcID.NotFound: The vpc ID 'vpc-99999999' does not exist"
    );
    let mut zone = subnet("10.1.3.0/24");
    zone["AvailabilityZone"] = json!("us-east-1x");
    assert!(cloud.refused("CreateSubnet", zone).contains("us-east-1a, us-east-1b, us-east-1c."));
    let mut zone = subnet("10.1.3.0/24");
    zone["AvailabilityZoneId"] = json!("use1-az3");
    assert_eq!(cloud.ask("CreateSubnet", zone)["Subnet"]["AvailabilityZone"], "us-east-1c");
}

#[test]
fn subnets_of_ipv6() {
    let mut cloud = Cloud::with_subnet();
    cloud.ask("AssociateVpcCidrBlock", json!({"VpcId": "vpc-1a2b3c4d", "Ipv6CidrBlock": "fd12::/56"}));
    let mut both = subnet("10.1.2.0/24");
    both["Ipv6CidrBlock"] = json!("fd12:0:0:1::/64");
    let made = cloud.ask("CreateSubnet", both)["Subnet"].clone();
    assert_eq!(made["Ipv6CidrBlockAssociationSet"][0]["Ipv6CidrBlock"], "fd12:0:0:1::/64");
    let native = |block: &str| json!({"VpcId": "vpc-1a2b3c4d", "Ipv6Native": true, "Ipv6CidrBlock": block});
    assert_eq!(cloud.ask("CreateSubnet", native("fd12:0:0:2::/64"))["Subnet"].get("CidrBlock"), None);
    assert!(cloud.refused("CreateSubnet", native("fd12:0:0:1::/64")).starts_with("InvalidSubnet.Conflict"));
    assert!(cloud.refused("CreateSubnet", native("fd13::/64")).starts_with("InvalidSubnet.Range"));
    assert!(cloud.refused("CreateSubnet", native("fd12::/65")).starts_with("InvalidSubnet.Range"));
}

#[test]
fn a_subnet_with_an_interface_stays() {
    let mut cloud = Cloud::with_subnet();
    cloud.interface("eni-11111111", &[]);
    let delete = json!({"SubnetId": "subnet-1a2b3c4d"});
    assert_eq!(
        cloud.refused("DeleteSubnet", delete.clone()),
        "DependencyViolation: The subnet 'subnet-1a2b3c4d' has dependencies and cannot be deleted."
    );
    cloud.ask("DeleteNetworkInterface", json!({"NetworkInterfaceId": "eni-11111111"}));
    cloud.ask("DeleteSubnet", delete.clone());
    assert_eq!(
        cloud.refused("DeleteSubnet", delete),
        "InvalidSubnetID.NotFound: The subnet ID 'subnet-1a2b3c4d' does not exist"
    );
}

#[test]
fn subnets_are_found_by_filters() {
    let mut cloud = Cloud::with_subnet();
    cloud.interface("eni-11111111", &[]);
    for (name, value) in [
        ("vpc-id", "vpc-1a2b3c4d"),
        ("subnet-id", "subnet-1a2b3c4d"),
        ("cidr-block", "10.1.1.0/24"),
        ("cidrBlock", "10.1.*"),
        ("default-for-az", "false"),
        ("available-ip-address-count", "250"),
        ("subnet-arn", "arn:aws:ec2:us-east-1:123456789012:subnet/subnet-1a2b3c4d"),
    ] {
        let found = cloud.ask("DescribeSubnets", json!({"Filters": filter(name, &[value])}));
        assert_eq!(texts(&found["Subnets"], "SubnetId"), ["subnet-1a2b3c4d"], "{name}");
    }
    let first = cloud.ask("DescribeSubnets", json!({"Filters": filter("availability-zone", &["us-east-1a"])}));
    assert_eq!(first["Subnets"].as_array().unwrap().len(), 2);
}
