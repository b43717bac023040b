//! Looking at groups and rules: F93 to F99.

use crate::cloud::Cloud;
use serde_json::{Value, json};
use sgfw::inventory::Family;

const DESCRIBE: &str = "DescribeSecurityGroups";

fn cloud() -> Cloud {
    let mut cloud = Cloud::new();
    cloud.list("pl-1234abcd", Family::V4, 10);
    cloud.group("sg-aaaa1111", "web", "vpc-1a2b3c4d");
    cloud.group("sg-bbbb2222", "db", "vpc-1a2b3c4d");
    cloud.group("sg-cccc3333", "ops", "");
    cloud.allow("sg-aaaa1111", 443, "203.0.113.0/24");
    cloud.allow_group("sg-bbbb2222", 3306, "sg-aaaa1111");
    let permissions = json!([
        {"IpProtocol": "icmp", "FromPort": 8, "ToPort": -1, "Ipv6Ranges": [{"CidrIpv6": "2001:db8::/32"}]},
        {"IpProtocol": "50", "PrefixListIds": [{"PrefixListId": "pl-1234abcd"}]},
    ]);
    cloud.ask("AuthorizeSecurityGroupEgress", json!({"GroupId": "sg-cccc3333", "IpPermissions": permissions}));
    cloud
}

fn found(cloud: &mut Cloud, filters: &[(&str, &str)]) -> Vec<String> {
    let filters: Vec<Value> = filters.iter().map(|(name, value)| json!({"Name": name, "Values": [value]})).collect();
    ids(&cloud.ask(DESCRIBE, json!({"Filters": filters})))
}

fn ids(reply: &Value) -> Vec<String> {
    let groups = reply["SecurityGroups"].as_array().unwrap().iter();
    groups.filter(|it| it["GroupName"] != "default").map(|it| it["GroupId"].as_str().unwrap().into()).collect()
}

#[test]
fn f93_by_ids_and_names() {
    let mut cloud = cloud();
    assert_eq!(
        ids(&cloud.ask(DESCRIBE, json!({"GroupIds": ["sg-bbbb2222", "sg-aaaa1111"]}))),
        ["sg-aaaa1111", "sg-bbbb2222"]
    );
    assert_eq!(ids(&cloud.ask(DESCRIBE, json!({"GroupNames": ["ops"]}))), ["sg-cccc3333"]);
    assert_eq!(ids(&cloud.ask(DESCRIBE, json!({}))).len(), 3);
    assert_eq!(
        cloud.refused(DESCRIBE, json!({"GroupIds": ["sg-99999999"]})),
        "InvalidGroup.NotFound: The security group 'sg-99999999' does not exist"
    );
}

#[test]
fn f95_f99_what_is_said_of_a_group() {
    let mut cloud = cloud();
    let group = cloud.described("sg-aaaa1111");
    let mut keys: Vec<_> = group.as_object().unwrap().keys().map(String::as_str).collect();
    keys.sort_unstable();
    assert_eq!(
        keys,
        [
            "Description",
            "GroupId",
            "GroupName",
            "IpPermissions",
            "IpPermissionsEgress",
            "OwnerId",
            "SecurityGroupArn",
            "VpcId"
        ]
    );
    assert_eq!(group["OwnerId"], "123456789012");
}

/// Filters, and the groups they find.
type Case<'a> = (&'a [(&'a str, &'a str)], &'a [&'a str]);

#[test]
fn f93_filters() {
    let mut cloud = cloud();
    let table: &[Case] = &[
        (&[("group-name", "*b")], &["sg-aaaa1111", "sg-bbbb2222"]),
        (&[("group-id", "sg-?bbb2222")], &["sg-bbbb2222"]),
        (&[("description", "ops")], &["sg-cccc3333"]),
        (&[("vpc-id", "vpc-1a2b3c4d")], &["sg-aaaa1111", "sg-bbbb2222"]),
        (&[("vpc-id", "vpc-1a2b3c4d"), ("group-name", "db")], &["sg-bbbb2222"]),
        (&[("owner-id", "999988887777")], &[]),
        (&[("ip-permission.cidr", "203.0.113.0/24")], &["sg-aaaa1111"]),
        (&[("ip-permission.protocol", "6")], &["sg-aaaa1111", "sg-bbbb2222"]),
        (&[("ip-permission.protocol", "tcp"), ("ip-permission.from-port", "3306")], &["sg-bbbb2222"]),
        (&[("ip-permission.to-port", "443")], &["sg-aaaa1111"]),
        (&[("ip-permission.group-id", "sg-aaaa1111")], &["sg-bbbb2222"]),
        (&[("ip-permission.group-name", "web")], &["sg-bbbb2222"]),
        (&[("ip-permission.user-id", "123456789012")], &["sg-bbbb2222"]),
        (&[("egress.ip-permission.ipv6-cidr", "2001:db8::/32")], &["sg-cccc3333"]),
        (&[("egress.ip-permission.protocol", "50")], &["sg-cccc3333"]),
        (&[("egress.ip-permission.prefix-list-id", "pl-1234abcd")], &["sg-cccc3333"]),
        (&[("egress.ip-permission.from-port", "8")], &["sg-cccc3333"]),
        (&[("egress.ip-permission.cidr", "203.0.113.0/24")], &[]),
        // Not of one and the same rule.
        (&[("egress.ip-permission.protocol", "50"), ("egress.ip-permission.from-port", "8")], &["sg-cccc3333"]),
    ];
    for (filters, wanted) in table {
        assert_eq!(found(&mut cloud, filters), *wanted, "{filters:?}");
    }
    assert_eq!(
        cloud.refused(DESCRIBE, json!({"Filters": [{"Name": "colour", "Values": ["red"]}]})),
        "InvalidParameterValue: The filter 'colour' is invalid"
    );
}

#[test]
fn f93_pages() {
    let mut cloud = cloud();
    for number in 0..7 {
        cloud.group(&format!("sg-{number:08}"), &format!("group {number}"), "vpc-1a2b3c4d");
    }
    let all = ids(&cloud.ask(DESCRIBE, json!({})));
    let first = cloud.ask(DESCRIBE, json!({"MaxResults": 6}));
    let second = cloud.ask(DESCRIBE, json!({"MaxResults": 6, "NextToken": first["NextToken"]}));
    assert_eq!([ids(&first), ids(&second)].concat(), all);
    assert_eq!(second.get("NextToken"), None);
    assert_eq!(
        cloud.refused(DESCRIBE, json!({"MaxResults": 5, "GroupIds": ["sg-aaaa1111"]})),
        "InvalidParameterCombination: The parameter groupIds cannot be used with the parameter maxResults"
    );
}

#[test]
fn rules_one_by_one() {
    let rules = "DescribeSecurityGroupRules";
    let mut cloud = cloud();
    let of = |group: &str| json!({"Filters": [{"Name": "group-id", "Values": [group]}]});
    let reply = cloud.rehearsed(rules, of("sg-bbbb2222"));
    let inbound = reply["SecurityGroupRules"].as_array().unwrap().iter().find(|it| it["IsEgress"] == false).unwrap();
    let id = inbound["SecurityGroupRuleId"].as_str().unwrap();
    assert_eq!(
        *inbound,
        json!({
            "SecurityGroupRuleId": id, "GroupId": "sg-bbbb2222", "GroupOwnerId": "123456789012", "IsEgress": false,
            "IpProtocol": "tcp", "FromPort": 3306, "ToPort": 3306,
            "ReferencedGroupInfo": {"GroupId": "sg-aaaa1111", "UserId": "123456789012"}, "Tags": [],
            "SecurityGroupRuleArn": format!("arn:aws:ec2:us-east-1:123456789012:security-group-rule/{id}"),
        })
    );
    let outbound = reply["SecurityGroupRules"].as_array().unwrap().iter().find(|it| it["IsEgress"] == true).unwrap();
    assert_eq!(
        (&outbound["IpProtocol"], &outbound["FromPort"], &outbound["ToPort"]),
        (&json!("-1"), &json!(-1), &json!(-1))
    );
    assert_eq!(cloud.ask(rules, of("sg-99999999"))["SecurityGroupRules"], json!([]), "an unknown group has none");
    assert_eq!(cloud.refused(rules, of("web")), "InvalidGroupId.Malformed: The security group ID 'web' is malformed");
    assert_eq!(
        cloud.refused(rules, json!({"SecurityGroupRuleIds": ["sgr-99999999"]})),
        "InvalidSecurityGroupRuleId.NotFound: The security group rule ID 'sgr-99999999' does not exist"
    );
    assert_eq!(cloud.ask(rules, json!({"SecurityGroupRuleIds": [id]}))["SecurityGroupRules"], json!([inbound]));
}
