//! Rules that become others: F87.

use crate::cloud::Cloud;
use serde_json::{Value, json};
use sgfw::inventory::Family;

const MODIFY: &str = "ModifySecurityGroupRules";
const WEB: &str = "sg-903004f8";

fn cloud() -> (Cloud, String) {
    let mut cloud = Cloud::new();
    cloud.group(WEB, "my-sg", "vpc-1a2b3c4d");
    let made = cloud.allow(WEB, 22, "10.0.0.0/8");
    let id = made["SecurityGroupRules"][0]["SecurityGroupRuleId"].as_str().unwrap().to_owned();
    (cloud, id)
}

fn to(id: &str, rule: Value) -> Value {
    json!({"GroupId": WEB, "SecurityGroupRules": [{"SecurityGroupRuleId": id, "SecurityGroupRule": rule}]})
}

#[test]
fn f87_a_rule_is_modified_and_keeps_its_id_and_tags() {
    let (mut cloud, id) = cloud();
    let tagged = json!([{"ResourceType": "security-group-rule", "Tags": [{"Key": "a", "Value": "b"}]}]);
    let permission = json!({"IpProtocol": "tcp", "FromPort": 1, "ToPort": 1, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]});
    let members = json!({"GroupId": WEB, "IpPermissions": [permission], "TagSpecifications": tagged});
    let other =
        cloud.ask("AuthorizeSecurityGroupIngress", members)["SecurityGroupRules"][0]["SecurityGroupRuleId"].clone();
    let rule =
        |cidr: &str| json!({"IpProtocol": "udp", "FromPort": 53, "ToPort": 53, "CidrIpv4": cidr, "Description": "dns"});
    let both = json!({"GroupId": WEB, "SecurityGroupRules": [
        {"SecurityGroupRuleId": id, "SecurityGroupRule": rule("192.0.2.7/24")},
        {"SecurityGroupRuleId": other, "SecurityGroupRule": rule("10.0.0.0/8")},
    ]});
    assert_eq!(cloud.rehearsed(MODIFY, both), json!({"Return": true}));
    let rules = cloud.ask("DescribeSecurityGroupRules", json!({"SecurityGroupRuleIds": [id, other]}));
    let rules = rules["SecurityGroupRules"].as_array().unwrap();
    let first = rules.iter().find(|it| it["SecurityGroupRuleId"] == id.as_str()).unwrap();
    assert_eq!(
        (&first["IpProtocol"], &first["CidrIpv4"], &first["Description"]),
        (&json!("udp"), &json!("192.0.2.0/24"), &json!("dns"))
    );
    let second = rules.iter().find(|it| it["SecurityGroupRuleId"] == other).unwrap();
    assert_eq!(second["Tags"], json!([{"Key": "a", "Value": "b"}]));
}

#[test]
fn f87_the_kind_of_the_source_stays() {
    let (mut cloud, id) = cloud();
    let all = |key: &str, value: &str| json!({"IpProtocol": "-1", key: value});
    let words = |new: &str| {
        format!(
            "InvalidParameterValue: Invalid rule type for security group rule '{id}'. You may not specify {new} for an \
             existing IPv4 CIDR rule."
        )
    };
    cloud.list("pl-1234abcd", Family::V4, 1);
    assert_eq!(cloud.refused(MODIFY, to(&id, all("CidrIpv6", "::/0"))), words("CidrIpv6"));
    assert_eq!(cloud.refused(MODIFY, to(&id, all("PrefixListId", "pl-1234abcd"))), words("PrefixListId"));
    assert_eq!(cloud.refused(MODIFY, to(&id, all("ReferencedGroupId", WEB))), words("ReferencedGroupId"));
    let group = cloud.allow_group(WEB, 1, WEB)["SecurityGroupRules"][0]["SecurityGroupRuleId"].clone();
    let group = group.as_str().unwrap();
    assert!(cloud.refused(MODIFY, to(group, all("CidrIpv4", "0.0.0.0/0"))).contains("CidrIpv4 for an existing"));
    cloud.rehearsed(MODIFY, to(group, all("ReferencedGroupId", WEB)));
}

#[test]
fn exactly_one_source_is_given() {
    let (mut cloud, id) = cloud();
    assert_eq!(
        cloud.refused(MODIFY, to(&id, json!({"IpProtocol": "-1", "CidrIpv4": "0.0.0.0/0", "CidrIpv6": "::/0"}))),
        "InvalidParameterCombination: Only one of cidrIp, cidrIpv6, prefixListId, or referencedGroupId can be specified"
    );
    assert_eq!(
        cloud.refused(MODIFY, to(&id, json!({"IpProtocol": "-1"}))),
        "MissingParameter: The request must contain exactly one of: cidrIp, cidrIpv6, prefixListId, or referencedGroupId"
    );
}

#[test]
fn a_modified_rule_is_held_to_what_a_new_one_is() {
    let (mut cloud, id) = cloud();
    cloud.allow(WEB, 80, "10.0.0.0/8");
    let rule = |port: i64, cidr: &str| json!({"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "CidrIpv4": cidr});
    assert_eq!(
        cloud.refused(MODIFY, to(&id, rule(80, "10.0.0.0/8"))),
        "InvalidPermission.Duplicate: the specified rule \"peer: 10.0.0.0/8, TCP, from port: 80, to port: 80, ALLOW\" \
         already exists"
    );
    assert!(cloud.refused(MODIFY, to(&id, rule(80, "10.0.0.0"))).contains("malformed"));
    assert!(cloud.refused(MODIFY, to(&id, rule(-1, "10.0.0.0/8"))).contains("out of range"));
    assert_eq!(
        cloud.refused(MODIFY, to("sgr-99999999", rule(80, "10.0.0.0/8"))),
        "InvalidSecurityGroupRuleId.NotFound: The security group rule ID 'sgr-99999999' does not exist"
    );
    assert!(
        cloud.refused(MODIFY, to("web", rule(80, "10.0.0.0/8"))).starts_with("InvalidSecurityGroupRuleId.Malformed")
    );
    cloud.group("sg-aaaa1111", "other", "vpc-1a2b3c4d");
    let mut other = to(&id, rule(81, "10.0.0.0/8"));
    other["GroupId"] = json!("sg-aaaa1111");
    assert!(cloud.refused(MODIFY, other).contains("does not exist"), "it is another group's");
    cloud.rehearsed(MODIFY, to(&id, rule(22, "10.0.0.0/8")));
    let swapped = json!({"GroupId": WEB, "SecurityGroupRules": [
        {"SecurityGroupRuleId": id, "SecurityGroupRule": rule(80, "10.0.0.0/8")},
        {"SecurityGroupRuleId": id, "SecurityGroupRule": rule(81, "10.0.0.0/8")},
    ]});
    assert!(cloud.refused(MODIFY, swapped).starts_with("InvalidParameterValue"));
}
