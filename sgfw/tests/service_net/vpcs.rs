//! VPCs, their blocks, default groups and gateways.

use crate::cloud::{Cloud, OTHER, custom, filter, tagged, texts};
use serde_json::{Value, json};

fn block(cidr: &str) -> Value {
    json!({"CidrBlock": cidr})
}

/// The outbound permissions of a group of a VPC by name, as blocks.
fn outbound(cloud: &mut Cloud, vpc: &str, name: &str) -> Vec<String> {
    let filters = json!([{"Name": "vpc-id", "Values": [vpc]}, {"Name": "group-name", "Values": [name]}]);
    let groups = cloud.ask("DescribeSecurityGroups", json!({"Filters": filters}));
    let permissions = groups["SecurityGroups"][0]["IpPermissionsEgress"].as_array().unwrap().clone();
    let blocks = |it: &Value| [texts(&it["IpRanges"], "CidrIp"), texts(&it["Ipv6Ranges"], "CidrIpv6")].concat();
    permissions.iter().flat_map(blocks).collect()
}

#[test]
fn f14_f15_f16_a_vpc_has_a_default_group_from_the_beginning() {
    let mut cloud = Cloud::new();
    let vpc = cloud.rehearsed("CreateVpc", block("10.0.0.0/16"))["Vpc"].clone();
    let groups =
        cloud.ask("DescribeSecurityGroups", json!({"Filters": filter("vpc-id", &[vpc["VpcId"].as_str().unwrap()])}));
    let group = &groups["SecurityGroups"][0];
    assert_eq!(groups["SecurityGroups"].as_array().unwrap().len(), 1);
    assert_eq!((&group["GroupName"], &group["VpcId"]), (&json!("default"), &vpc["VpcId"]));
    assert!(group["GroupId"].as_str().unwrap().starts_with("sg-"));
    assert_eq!(group["IpPermissions"][0]["UserIdGroupPairs"][0]["GroupId"], group["GroupId"]);
    assert_eq!(group["IpPermissionsEgress"][0]["IpProtocol"], "-1");
    assert_eq!(group["IpPermissionsEgress"][0]["IpRanges"], json!([{"CidrIp": "0.0.0.0/0"}]));
}

#[test]
fn f11_a_vpc_with_ipv6_lets_ipv6_out_from_the_beginning() {
    let mut cloud = Cloud::new();
    let members = json!({"CidrBlock": "10.0.0.0/16", "AmazonProvidedIpv6CidrBlock": true,
        "TagSpecifications": custom("vpc", "vpc-aaaaaaaa")});
    let vpc = cloud.ask("CreateVpc", members)["Vpc"].clone();
    let v6 = vpc["Ipv6CidrBlockAssociationSet"][0]["Ipv6CidrBlock"].as_str().unwrap();
    assert!(v6.starts_with("fd") && v6.ends_with("/56"), "{v6}");
    assert_eq!(outbound(&mut cloud, "vpc-aaaaaaaa", "default"), ["0.0.0.0/0", "::/0"]);
}

#[test]
fn f11_f12_a_later_ipv6_block_opens_unchanged_groups_only() {
    let mut cloud = Cloud::new();
    cloud.vpc("vpc-1a2b3c4d", "10.1.0.0/16");
    cloud.group("sg-aaaa1111", "unchanged", "vpc-1a2b3c4d");
    cloud.group("sg-bbbb2222", "changed", "vpc-1a2b3c4d");
    cloud.group("sg-cccc3333", "again", "vpc-1a2b3c4d");
    let out = |group: &str, cidr: &str| {
        let all = json!([{"IpProtocol": "-1", "IpRanges": [{"CidrIp": cidr}]}]);
        json!({"GroupId": group, "IpPermissions": all})
    };
    cloud.ask("AuthorizeSecurityGroupEgress", out("sg-bbbb2222", "10.0.0.0/8"));
    cloud.ask("RevokeSecurityGroupEgress", out("sg-cccc3333", "0.0.0.0/0"));
    cloud.ask("AuthorizeSecurityGroupEgress", out("sg-cccc3333", "0.0.0.0/0"));
    let associate = json!({"VpcId": "vpc-1a2b3c4d", "Ipv6CidrBlock": "fd12:3456:789a::/56"});
    let reply = cloud.ask("AssociateVpcCidrBlock", associate);
    assert_eq!(reply["Ipv6CidrBlockAssociation"]["Ipv6CidrBlockState"]["State"], "associated");
    assert_eq!(outbound(&mut cloud, "vpc-1a2b3c4d", "default"), ["0.0.0.0/0", "::/0"]);
    assert_eq!(outbound(&mut cloud, "vpc-1a2b3c4d", "unchanged"), ["0.0.0.0/0", "::/0"]);
    assert_eq!(outbound(&mut cloud, "vpc-1a2b3c4d", "changed"), ["0.0.0.0/0", "10.0.0.0/8"]);
    assert_eq!(outbound(&mut cloud, "vpc-1a2b3c4d", "again"), ["0.0.0.0/0"]);
    // A second block adds nothing, and a group that comes later has both rules from the beginning (F10).
    cloud.ask("AssociateVpcCidrBlock", json!({"VpcId": "vpc-1a2b3c4d", "AmazonProvidedIpv6CidrBlock": true}));
    assert_eq!(outbound(&mut cloud, "vpc-1a2b3c4d", "unchanged"), ["0.0.0.0/0", "::/0"]);
    cloud.group("sg-dddd4444", "later", "vpc-1a2b3c4d");
    assert_eq!(outbound(&mut cloud, "vpc-1a2b3c4d", "later"), ["0.0.0.0/0", "::/0"]);
}

#[test]
fn f21_a_vpc_of_an_old_api_version_has_a_second_group_that_keeps_gateways_away() {
    let mut cloud = Cloud::new();
    cloud.version = "2010-11-15".into();
    cloud.vpc("vpc-1a2b3c4d", "10.1.0.0/16");
    cloud.version = "2011-01-01".into();
    cloud.vpc("vpc-bbbbbbbb", "10.2.0.0/16");
    cloud.subnet("subnet-1a2b3c4d", "vpc-1a2b3c4d", "10.1.1.0/24");
    let legacy = cloud.ask("DescribeSecurityGroups", json!({"Filters": filter("group-name", &["2009-07-15-default"])}));
    let ids = texts(&legacy["SecurityGroups"], "GroupId");
    assert_eq!(texts(&legacy["SecurityGroups"], "VpcId"), ["vpc-1a2b3c4d"]);
    cloud.interface("eni-11111111", &[&ids[0]]);
    let gateway = cloud.rehearsed("CreateInternetGateway", json!({}))["InternetGateway"]["InternetGatewayId"].clone();
    let attach = |vpc: &str| json!({"InternetGatewayId": gateway, "VpcId": vpc});
    assert_eq!(
        cloud.refused("AttachInternetGateway", attach("vpc-1a2b3c4d")),
        "DependencyViolation: The vpc 'vpc-1a2b3c4d' has the security group '2009-07-15-default': it must be deleted \
         before an internet gateway can be attached"
    );
    // It must be emptied of members before it can be deleted.
    let delete = json!({"GroupId": ids[0]});
    assert!(cloud.refused("DeleteSecurityGroup", delete.clone()).starts_with("DependencyViolation"));
    cloud.ask("DeleteNetworkInterface", json!({"NetworkInterfaceId": "eni-11111111"}));
    cloud.ask("DeleteSecurityGroup", delete);
    cloud.rehearsed("AttachInternetGateway", attach("vpc-1a2b3c4d"));
    let shown = cloud.ask("DescribeInternetGateways", json!({"Filters": filter("attachment.vpc-id", &["vpc-1*"])}));
    assert_eq!(shown["InternetGateways"][0]["Attachments"], json!([{"State": "available", "VpcId": "vpc-1a2b3c4d"}]));
    assert!(cloud.refused("AttachInternetGateway", attach("vpc-bbbbbbbb")).starts_with("Resource.AlreadyAssociated"));
    let second = cloud.ask("CreateInternetGateway", json!({}))["InternetGateway"]["InternetGatewayId"].clone();
    let second = json!({"InternetGatewayId": second, "VpcId": "vpc-1a2b3c4d"});
    assert!(cloud.refused("AttachInternetGateway", second).contains("already has an internet gateway"));
}

#[test]
fn blocks_of_a_vpc_are_checked() {
    let mut cloud = Cloud::new();
    let words = "InvalidVpc.Range: The CIDR '10.0.0.0/15' is invalid.";
    assert_eq!(cloud.refused("CreateVpc", block("10.0.0.0/15")), words);
    assert_eq!(
        cloud.refused("CreateVpc", block("10.0.0.0")),
        "InvalidParameterValue: Value (10.0.0.0) for parameter cidrBlock is invalid. This is not a valid CIDR block."
    );
    assert_eq!(
        cloud.refused("CreateVpc", json!({})),
        "MissingParameter: The request must contain the parameter CidrBlock"
    );
    assert!(cloud.refused("CreateVpc", json!({"CidrBlock": "10.0.0.0/16", "InstanceTenancy": "x"})).contains("(x)"));
    // Host bits go, as on AWS.
    assert_eq!(cloud.ask("CreateVpc", block("10.9.1.2/16"))["Vpc"]["CidrBlock"], "10.9.0.0/16");
}

#[test]
fn ids_can_be_given_and_are_nobody_elses() {
    let mut cloud = Cloud::new();
    cloud.vpc("vpc-1a2b3c4d", "10.1.0.0/16");
    let again = json!({"CidrBlock": "10.2.0.0/16", "TagSpecifications": custom("vpc", "vpc-1a2b3c4d")});
    assert_eq!(
        cloud.refused("CreateVpc", again.clone()),
        "InvalidParameterValue: The id 'vpc-1a2b3c4d' is already in use"
    );
    assert!(cloud.as_account(OTHER).refused("CreateVpc", again).contains("already in use"));
    let malformed = json!({"CidrBlock": "10.2.0.0/16", "TagSpecifications": custom("vpc", "vpc-1")});
    assert!(cloud.refused("CreateVpc", malformed).starts_with("InvalidVpcID.Malformed"));
    let vpc = cloud.state.vpcs.values().find(|vpc| vpc.id.as_str() == "vpc-1a2b3c4d").unwrap();
    assert!(vpc.tags.is_empty(), "the tag that gives an id is not kept");
}

#[test]
fn a_vpc_is_deleted_with_its_default_group_when_nothing_else_is_in_it() {
    let mut cloud = Cloud::with_subnet();
    let delete = json!({"VpcId": "vpc-1a2b3c4d"});
    let words = "DependencyViolation: The vpc 'vpc-1a2b3c4d' has dependencies and cannot be deleted.";
    assert_eq!(cloud.refused("DeleteVpc", delete.clone()), words);
    cloud.ask("DeleteSecurityGroup", json!({"GroupId": "sg-aaaa1111"}));
    assert_eq!(cloud.refused("DeleteVpc", delete.clone()), words);
    cloud.rehearsed("DeleteSubnet", json!({"SubnetId": "subnet-1a2b3c4d"}));
    cloud.rehearsed("DeleteVpc", delete.clone());
    assert_eq!(cloud.state.groups.len(), 1, "that of the default VPC");
    assert_eq!(cloud.refused("DeleteVpc", delete), "InvalidVpcID.NotFound: The vpc ID 'vpc-1a2b3c4d' does not exist");
    assert!(cloud.refused("DeleteVpc", json!({"VpcId": "x"})).starts_with("InvalidVpcID.Malformed: Invalid id: \"x\""));
}

#[test]
fn peers_gateways_and_associations_keep_a_vpc() {
    let mut cloud = Cloud::new();
    cloud.vpc("vpc-aaaaaaaa", "10.1.0.0/16");
    cloud.vpc("vpc-bbbbbbbb", "10.2.0.0/16");
    let delete = json!({"VpcId": "vpc-aaaaaaaa"});
    let peers = json!({"VpcId": "vpc-bbbbbbbb", "PeerVpcId": "vpc-aaaaaaaa"});
    let asked = cloud.ask("CreateVpcPeeringConnection", peers);
    let id = asked["VpcPeeringConnection"]["VpcPeeringConnectionId"].clone();
    assert!(cloud.refused("DeleteVpc", delete.clone()).starts_with("DependencyViolation"));
    cloud.ask("DeleteVpcPeeringConnection", json!({"VpcPeeringConnectionId": id}));
    cloud.group("sg-bbbb2222", "db", "vpc-bbbbbbbb");
    let both = json!({"GroupId": "sg-bbbb2222", "VpcId": "vpc-aaaaaaaa"});
    cloud.ask("AssociateSecurityGroupVpc", both.clone());
    assert!(cloud.refused("DeleteVpc", delete.clone()).starts_with("DependencyViolation"));
    cloud.ask("DisassociateSecurityGroupVpc", both);
    cloud.ask("DeleteVpc", delete);
}

#[test]
fn a_region_has_one_default_vpc() {
    let mut cloud = Cloud::new();
    let first = cloud.ask("DescribeVpcs", json!({"Filters": filter("is-default", &["true"])}))["Vpcs"].clone();
    assert_eq!((first.as_array().unwrap().len(), &first[0]["CidrBlock"]), (1, &json!("172.31.0.0/16")));
    assert!(cloud.refused("CreateDefaultVpc", json!({})).starts_with("DefaultVpcAlreadyExists"));
    for subnet in texts(&cloud.ask("DescribeSubnets", json!({}))["Subnets"], "SubnetId") {
        cloud.ask("DeleteSubnet", json!({"SubnetId": subnet}));
    }
    cloud.ask("DeleteVpc", json!({"VpcId": first[0]["VpcId"]}));
    assert_eq!(cloud.ask("DescribeVpcs", json!({}))["Vpcs"], json!([]));
    let vpc = cloud.rehearsed("CreateDefaultVpc", json!({}))["Vpc"].clone();
    assert_eq!(vpc["IsDefault"], true);
    assert_eq!(cloud.ask("DescribeSubnets", json!({}))["Subnets"].as_array().unwrap().len(), 3);
    assert!(Cloud::classic().refused("CreateDefaultVpc", json!({})).starts_with("OperationNotPermitted"));
}

#[test]
fn blocks_come_and_go() {
    let mut cloud = Cloud::with_subnet();
    let associate = |cidr: &str| json!({"VpcId": "vpc-1a2b3c4d", "CidrBlock": cidr});
    assert_eq!(
        cloud.refused("AssociateVpcCidrBlock", associate("10.1.128.0/17")),
        "InvalidVpc.Range: The CIDR '10.1.128.0/17' overlaps with the CIDR '10.1.0.0/16' of the VPC."
    );
    let both = json!({"VpcId": "vpc-1a2b3c4d", "CidrBlock": "10.3.0.0/16", "Ipv6CidrBlock": "fd12::/56"});
    assert!(cloud.refused("AssociateVpcCidrBlock", both).starts_with("InvalidParameterCombination"));
    let none = json!({"VpcId": "vpc-1a2b3c4d"});
    assert!(cloud.refused("AssociateVpcCidrBlock", none).starts_with("MissingParameter"));
    let reply = cloud.ask("AssociateVpcCidrBlock", associate("10.3.0.0/16"));
    let id = reply["CidrBlockAssociation"]["AssociationId"].clone();
    cloud.subnet("subnet-33333333", "vpc-1a2b3c4d", "10.3.1.0/24");
    let end = json!({"AssociationId": id});
    assert!(cloud.refused("DisassociateVpcCidrBlock", end.clone()).starts_with("InvalidCidrBlock.InUse"));
    cloud.ask("DeleteSubnet", json!({"SubnetId": "subnet-33333333"}));
    let reply = cloud.ask("DisassociateVpcCidrBlock", end.clone());
    assert_eq!(reply["CidrBlockAssociation"]["CidrBlockState"]["State"], "disassociated");
    assert!(
        cloud.refused("DisassociateVpcCidrBlock", end).starts_with("InvalidVpcCidrBlockAssociationIDError.NotFound")
    );
    let vpc = cloud.ask("DescribeVpcs", json!({"VpcIds": ["vpc-1a2b3c4d"]}))["Vpcs"][0].clone();
    let primary = json!({"AssociationId": vpc["CidrBlockAssociationSet"][0]["AssociationId"]});
    assert!(cloud.refused("DisassociateVpcCidrBlock", primary).starts_with("OperationNotPermitted"));
}

#[test]
fn attributes_of_a_vpc() {
    let mut cloud = Cloud::with_subnet();
    let ask = |name: &str| json!({"VpcId": "vpc-1a2b3c4d", "Attribute": name});
    assert_eq!(
        cloud.rehearsed("DescribeVpcAttribute", ask("enableDnsSupport")),
        json!({"EnableDnsSupport": {"Value": true}, "VpcId": "vpc-1a2b3c4d"})
    );
    let set = |name: &str, value: bool| {
        let mut members = json!({"VpcId": "vpc-1a2b3c4d"});
        members[name] = json!({"Value": value});
        members
    };
    cloud.ask("ModifyVpcAttribute", set("EnableDnsHostnames", true));
    let hostnames = cloud.ask("DescribeVpcAttribute", ask("enableDnsHostnames"));
    assert_eq!(hostnames["EnableDnsHostnames"]["Value"], true);
    cloud.ask("ModifyVpcAttribute", set("EnableDnsHostnames", false));
    cloud.ask("ModifyVpcAttribute", set("EnableDnsSupport", false));
    assert!(cloud.refused("ModifyVpcAttribute", set("EnableDnsHostnames", true)).contains("enableDnsSupport"));
    assert!(
        cloud
            .refused("ModifyVpcAttribute", set("EnableNetworkAddressUsageMetrics", true))
            .starts_with("UnsupportedOperation")
    );
    assert!(cloud.refused("DescribeVpcAttribute", ask("x")).starts_with("InvalidParameterValue"));
    let two = json!({"VpcId": "vpc-1a2b3c4d", "EnableDnsSupport": {"Value": true},
        "EnableDnsHostnames": {"Value": true}});
    assert!(cloud.refused("ModifyVpcAttribute", two).starts_with("InvalidParameterCombination"));
}

#[test]
fn vpcs_are_found_by_filters_and_only_by_their_owner() {
    let mut cloud = Cloud::new();
    cloud.vpc("vpc-aaaaaaaa", "10.1.0.0/16");
    let members = json!({"CidrBlock": "10.2.0.0/16", "Ipv6CidrBlock": "fd12::/56", "TagSpecifications": [
        {"ResourceType": "vpc", "Tags": [{"Key": "_custom_id_", "Value": "vpc-bbbbbbbb"}, {"Key": "env", "Value": "prod"}]}]});
    cloud.ask("CreateVpc", members);
    let mut found = |name: &str, value: &str| {
        texts(&cloud.ask("DescribeVpcs", json!({"Filters": filter(name, &[value])}))["Vpcs"], "VpcId")
    };
    for (name, value) in [
        ("cidr", "10.2.*"),
        ("cidr-block", "10.2.0.0/16"),
        ("cidr-block-association.cidr-block", "10.2.0.0/16"),
        ("ipv6-cidr-block-association.ipv6-cidr-block", "fd12::/56"),
        ("tag:env", "prod"),
        ("tag-key", "env"),
        ("vpc-id", "vpc-bbbbbbbb"),
    ] {
        assert_eq!(found(name, value), ["vpc-bbbbbbbb"], "{name}");
    }
    assert_eq!(found("state", "available").len(), 3);
    assert_eq!(found("isDefault", "false").len(), 2);
    let unknown = cloud.refused("DescribeVpcs", json!({"Filters": filter("x", &["1"])}));
    assert_eq!(unknown, "InvalidParameterValue: The filter 'x' is invalid");
    cloud.as_account(OTHER);
    assert_eq!(
        cloud.refused("DescribeVpcs", json!({"VpcIds": ["vpc-bbbbbbbb"]})),
        "InvalidVpcID.NotFound: The vpc ID 'vpc-bbbbbbbb' does not exist"
    );
}

#[test]
fn a_quota_of_vpcs_can_be_set() {
    let mut cloud = Cloud::new();
    cloud.vpc("vpc-aaaaaaaa", "10.1.0.0/16");
    std::sync::Arc::make_mut(&mut cloud.state.settings).quotas.vpcs_per_region = Some(2);
    let words = "VpcLimitExceeded: The maximum number of VPCs has been reached.";
    assert_eq!(cloud.refused("CreateVpc", block("10.3.0.0/16")), words);
    let tags = tagged("subnet", &[("a", "b")]);
    let wrong = json!({"CidrBlock": "10.3.0.0/16", "TagSpecifications": tags});
    assert!(cloud.refused("CreateVpc", wrong).contains("'subnet' is not a valid taggable resource type"));
}
