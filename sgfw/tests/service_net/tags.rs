//! Tags of everything that has an id.

use crate::cloud::{Cloud, OTHER, OWN, custom, filter, list, texts};
use serde_json::{Value, json};

/// One thing of every kind.
fn everything() -> (Cloud, Vec<(String, &'static str)>) {
    let mut cloud = Cloud::with_subnet();
    cloud.vpc("vpc-bbbbbbbb", "10.2.0.0/16");
    let peer = json!({"VpcId": "vpc-1a2b3c4d", "PeerVpcId": "vpc-bbbbbbbb",
        "TagSpecifications": custom("vpc-peering-connection", "pcx-b04deed9")});
    cloud.ask("CreateVpcPeeringConnection", peer);
    cloud.ask("CreateInternetGateway", json!({"TagSpecifications": custom("internet-gateway", "igw-1a2b3c4d")}));
    cloud.instance("i-1a2b3c4d", &[]);
    cloud.interface("eni-11111111", &[]);
    cloud.ask(
        "CreateManagedPrefixList",
        json!({"PrefixListName": "l", "MaxEntries": 1, "AddressFamily": "IPv4",
            "TagSpecifications": custom("prefix-list", "pl-1a2b3c4d")}),
    );
    cloud.ask(
        "CreateFlowLogs",
        json!({"ResourceType": "VPC", "ResourceIds": ["vpc-1a2b3c4d"], "TrafficType": "ALL", "LogGroupName": "l",
            "TagSpecifications": custom("vpc-flow-log", "fl-1a2b3c4d")}),
    );
    let rules = cloud.ask("DescribeSecurityGroupRules", json!({"Filters": filter("group-id", &["sg-aaaa1111"])}));
    let rule = texts(&rules["SecurityGroupRules"], "SecurityGroupRuleId").remove(0);
    let all = [
        ("vpc-1a2b3c4d", "vpc"),
        ("subnet-1a2b3c4d", "subnet"),
        ("igw-1a2b3c4d", "internet-gateway"),
        ("sg-aaaa1111", "security-group"),
        (&rule, "security-group-rule"),
        ("pl-1a2b3c4d", "prefix-list"),
        ("eni-11111111", "network-interface"),
        ("i-1a2b3c4d", "instance"),
        ("pcx-b04deed9", "vpc-peering-connection"),
        ("fl-1a2b3c4d", "vpc-flow-log"),
    ];
    let all = all.iter().map(|(id, kind)| ((*id).to_owned(), *kind)).collect();
    (cloud, all)
}

fn tag(id: &str, tags: &[(&str, &str)]) -> Value {
    json!({"Resources": [id], "Tags": list(tags)})
}

/// Keys and values of a resource's tags.
fn of(cloud: &mut Cloud, id: &str) -> Vec<String> {
    let found = cloud.ask("DescribeTags", json!({"Filters": filter("resource-id", &[id])}))["Tags"].clone();
    texts(&found, "Key").iter().zip(texts(&found, "Value")).map(|(key, value)| format!("{key}={value}")).collect()
}

#[test]
fn everything_can_be_tagged() {
    let (mut cloud, all) = everything();
    for (id, kind) in &all {
        cloud.rehearsed("CreateTags", tag(id, &[("Name", "a"), ("env", "prod")]));
        cloud.ask("CreateTags", tag(id, &[("env", "test")]));
        assert_eq!(of(&mut cloud, id), ["Name=a", "env=test"], "{kind}");
        let shown = cloud.ask("DescribeTags", json!({"Filters": filter("resource-id", &[id])}));
        assert_eq!(texts(&shown["Tags"], "ResourceType"), [*kind, *kind]);
    }
    let ids: Vec<&str> = all.iter().map(|(id, _)| id.as_str()).collect();
    cloud.rehearsed("DeleteTags", json!({"Resources": ids, "Tags": [{"Key": "env"}]}));
    assert_eq!(cloud.ask("DescribeTags", json!({}))["Tags"].as_array().unwrap().len(), ids.len());
}

#[test]
fn tags_go_by_key_by_value_or_all() {
    let mut cloud = Cloud::with_subnet();
    let delete = |tags: Value| json!({"Resources": ["sg-aaaa1111"], "Tags": tags});
    cloud.ask("CreateTags", tag("sg-aaaa1111", &[("a", "1"), ("b", ""), ("c", "3"), ("d", "4")]));
    cloud.ask("DeleteTags", delete(json!([{"Key": "a", "Value": "x"}, {"Key": "b", "Value": ""}, {"Key": "c"}])));
    assert_eq!(of(&mut cloud, "sg-aaaa1111"), ["a=1", "d=4"]);
    cloud.ask("DeleteTags", delete(json!([{"Key": "nothing"}])));
    cloud.ask("DeleteTags", json!({"Resources": ["sg-aaaa1111"]}));
    assert_eq!(of(&mut cloud, "sg-aaaa1111"), Vec::<String>::new());
}

#[test]
fn unknown_ids_are_refused_by_their_kind_and_nothing_is_tagged() {
    let mut cloud = Cloud::with_subnet();
    for (id, words) in [
        ("vpc-99999999", "InvalidVpcID.NotFound: The vpc ID 'vpc-99999999' does not exist"),
        ("subnet-99999999", "InvalidSubnetID.NotFound: The subnet ID 'subnet-99999999' does not exist"),
        ("igw-99999999", "InvalidInternetGatewayID.NotFound: The internetGateway ID 'igw-99999999' does not exist"),
        ("sg-99999999", "InvalidGroup.NotFound: The security group 'sg-99999999' does not exist"),
        (
            "sgr-99999999",
            "InvalidSecurityGroupRuleId.NotFound: The security group rule ID 'sgr-99999999' does not exist",
        ),
        ("pl-99999999", "InvalidPrefixListID.NotFound: The prefix list ID 'pl-99999999' does not exist."),
        ("eni-99999999", "InvalidNetworkInterfaceID.NotFound: The networkInterface ID 'eni-99999999' does not exist"),
        ("i-99999999", "InvalidInstanceID.NotFound: The instance ID 'i-99999999' does not exist"),
        (
            "pcx-99999999",
            "InvalidVpcPeeringConnectionID.NotFound: The vpcPeeringConnection ID 'pcx-99999999' does not exist",
        ),
        (
            "fl-99999999",
            "InvalidFlowLogId.NotFound: These flow log ids in the input list are not found: [TotalCount: 1] fl-99999999",
        ),
        ("ami-99999999", "InvalidID: The ID 'ami-99999999' is not valid"),
        ("x", "InvalidID: The ID 'x' is not valid"),
    ] {
        let members = json!({"Resources": ["sg-aaaa1111", id], "Tags": list(&[("a", "b")])});
        assert_eq!(cloud.refused("CreateTags", members), words);
        assert_eq!(cloud.refused("DeleteTags", json!({"Resources": [id]})), words);
    }
    assert_eq!(of(&mut cloud, "sg-aaaa1111"), Vec::<String>::new());
    cloud.as_account(OTHER);
    assert!(cloud.refused("CreateTags", tag("sg-aaaa1111", &[("a", "b")])).starts_with("InvalidGroup.NotFound"));
}

#[test]
fn limits_of_tags() {
    let mut cloud = Cloud::with_subnet();
    let many: Vec<String> = (0..51).map(|it| format!("k{it}")).collect();
    let many: Vec<(&str, &str)> = many.iter().map(|key| (key.as_str(), "v")).collect();
    cloud.ask("CreateTags", tag("sg-aaaa1111", &many[..50]));
    cloud.ask("CreateTags", tag("sg-aaaa1111", &many[..50]));
    assert_eq!(
        cloud.refused("CreateTags", tag("sg-aaaa1111", &many[50..])),
        "TagLimitExceeded: The maximum number of Tags for a resource has been reached."
    );
    for (given, words) in [
        ([("aws:x", "")], "Tag keys starting with 'aws:' are reserved for internal use"),
        ([(&"k".repeat(129)[..], "")], "Tag key exceeds the maximum length of 128 characters"),
        ([("k", &"v".repeat(257)[..])], "Tag value exceeds the maximum length of 256 characters"),
        ([("_custom_id_", "sg-bbbb2222")], "The tag '_custom_id_' gives an id at creation only."),
    ] {
        let refusal = cloud.refused("CreateTags", tag("subnet-1a2b3c4d", &given));
        assert_eq!(refusal, format!("InvalidParameterValue: {words}"));
    }
    assert!(cloud.refused("CreateTags", tag("sg-aaaa1111", &[("k1", "a"), ("k1", "b")])).contains("unique"));
}

#[test]
fn tags_are_found_by_filters_and_by_their_owner() {
    let mut cloud = Cloud::with_subnet();
    cloud.ask("CreateTags", tag("sg-aaaa1111", &[("env", "prod"), ("Name", "web")]));
    cloud.ask("CreateTags", tag("subnet-1a2b3c4d", &[("env", "test")]));
    for (name, value) in [("key", "Na*"), ("value", "web"), ("tag:Name", "web"), ("tag:Name", "*")] {
        let found = cloud.rehearsed("DescribeTags", json!({"Filters": filter(name, &[value])}))["Tags"].clone();
        assert_eq!(
            found,
            json!([{"Key": "Name", "ResourceId": "sg-aaaa1111", "ResourceType": "security-group", "Value": "web"}])
        );
    }
    let found = cloud.ask("DescribeTags", json!({"Filters": filter("resource-type", &["subnet"])}));
    assert_eq!(texts(&found["Tags"], "ResourceId"), ["subnet-1a2b3c4d"]);
    cloud.as_account(OTHER);
    assert_eq!(cloud.ask("DescribeTags", json!({}))["Tags"], json!([]));
    cloud.as_account(OWN);
    assert_eq!(cloud.ask("DescribeTags", json!({}))["Tags"].as_array().unwrap().len(), 3);
}
