//! Rules that go, and words that change: F86, F88, F116.

use crate::cloud::Cloud;
use serde_json::{Value, json};

const INGRESS: &str = "RevokeSecurityGroupIngress";
const EGRESS: &str = "RevokeSecurityGroupEgress";
const WEB: &str = "sg-903004f8";

fn cloud() -> Cloud {
    let mut cloud = Cloud::new();
    cloud.group(WEB, "my-sg", "vpc-1a2b3c4d");
    cloud
}

fn tcp(port: u16, cidrs: &[&str]) -> Value {
    let ranges: Vec<Value> = cidrs.iter().map(|cidr| json!({"CidrIp": cidr})).collect();
    json!({"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "IpRanges": ranges})
}

#[test]
fn f86_a_rule_is_revoked_by_what_it_says() {
    let mut cloud = cloud();
    let made = cloud.allow(WEB, 22, "203.0.113.7/32");
    let reply = cloud.rehearsed(INGRESS, json!({"GroupId": WEB, "IpPermissions": [tcp(22, &["203.0.113.7/32"])]}));
    let id = &made["SecurityGroupRules"][0]["SecurityGroupRuleId"];
    assert_eq!(
        reply,
        json!({"Return": true, "RevokedSecurityGroupRules": [{
            "SecurityGroupRuleId": id, "GroupId": WEB, "IsEgress": false, "IpProtocol": "tcp", "FromPort": 22,
            "ToPort": 22, "CidrIpv4": "203.0.113.7/32",
        }]})
    );
    assert_eq!(cloud.described(WEB)["IpPermissions"], json!([]));
}

#[test]
fn f86_f13_the_outbound_rule_can_go() {
    let mut cloud = cloud();
    let all = json!({"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]});
    cloud.rehearsed(EGRESS, json!({"GroupId": WEB, "IpPermissions": [all]}));
    assert_eq!(cloud.described(WEB)["IpPermissionsEgress"], json!([]));
}

#[test]
fn f86_rules_are_revoked_by_their_ids() {
    let mut cloud = cloud();
    let id = |made: Value| made["SecurityGroupRules"][0]["SecurityGroupRuleId"].as_str().unwrap().to_owned();
    let (a, b) = (id(cloud.allow(WEB, 22, "10.0.0.0/8")), id(cloud.allow(WEB, 80, "10.0.0.0/8")));
    let unknown = "InvalidSecurityGroupRuleId.NotFound: The security group rule ID 'sgr-99999999' does not exist";
    assert_eq!(cloud.refused(INGRESS, json!({"GroupId": WEB, "SecurityGroupRuleIds": [a, "sgr-99999999"]})), unknown);
    assert!(cloud.refused(EGRESS, json!({"GroupId": WEB, "SecurityGroupRuleIds": [a]})).contains("does not exist"));
    cloud.rehearsed(INGRESS, json!({"GroupId": WEB, "SecurityGroupRuleIds": [a, b]}));
    assert_eq!(cloud.described(WEB)["IpPermissions"], json!([]));
}

#[test]
fn an_unknown_rule_is_refused_and_nothing_is_revoked() {
    let mut cloud = cloud();
    cloud.allow(WEB, 22, "10.0.0.0/8");
    let words = "InvalidPermission.NotFound: The specified rule does not exist in this security group.";
    for other in [tcp(23, &["10.0.0.0/8"]), tcp(22, &["10.0.0.0/9"]), tcp(22, &["10.0.0.0/8", "10.9.0.0/16"])] {
        assert_eq!(cloud.refused(INGRESS, json!({"GroupId": WEB, "IpPermissions": [other]})), words);
    }
    assert_eq!(cloud.refused(EGRESS, json!({"GroupId": WEB, "IpPermissions": [tcp(22, &["10.0.0.0/8"])]})), words);
}

#[test]
fn in_a_default_vpc_unknown_rules_are_listed_and_the_others_revoked() {
    let mut cloud = cloud();
    cloud.group("sg-aaaa1111", "a", "");
    cloud.allow("sg-aaaa1111", 22, "10.0.0.0/8");
    let given = tcp(22, &["10.0.0.0/8", "192.0.2.0/24"]);
    let reply = cloud.rehearsed(INGRESS, json!({"GroupName": "a", "IpPermissions": [given]}));
    assert_eq!(reply["Return"], true);
    assert_eq!(reply["RevokedSecurityGroupRules"].as_array().unwrap().len(), 1);
    assert_eq!(
        reply["UnknownIpPermissions"],
        json!([{
            "IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "UserIdGroupPairs": [],
            "IpRanges": [{"CidrIp": "192.0.2.0/24"}], "Ipv6Ranges": [], "PrefixListIds": [],
        }])
    );
    assert_eq!(cloud.described("sg-aaaa1111")["IpPermissions"], json!([]));
}

#[test]
fn f88_a_description_changes_and_the_rule_stays() {
    let update = "UpdateSecurityGroupRuleDescriptionsIngress";
    let mut cloud = cloud();
    let made = cloud.allow(WEB, 22, "10.0.0.0/8");
    let id = made["SecurityGroupRules"][0]["SecurityGroupRuleId"].clone();
    let described = |text: &str| {
        let mut permission = tcp(22, &[]);
        permission["IpRanges"] = json!([{"CidrIp": "10.0.0.0/8", "Description": text}]);
        json!({"GroupId": WEB, "IpPermissions": [permission]})
    };
    assert_eq!(cloud.rehearsed(update, described("office")), json!({"Return": true}));
    assert_eq!(cloud.described(WEB)["IpPermissions"][0]["IpRanges"][0]["Description"], "office");
    let by_id = |text: Option<&str>| json!({"GroupId": WEB, "SecurityGroupRuleDescriptions": [{"SecurityGroupRuleId": id, "Description": text}]});
    cloud.rehearsed(update, by_id(Some("home")));
    let rules = cloud.ask("DescribeSecurityGroupRules", json!({"SecurityGroupRuleIds": [id]}));
    assert_eq!(rules["SecurityGroupRules"][0]["Description"], "home");
    cloud.rehearsed(update, by_id(None));
    assert_eq!(
        cloud.described(WEB)["IpPermissions"][0]["IpRanges"],
        json!([{"CidrIp": "10.0.0.0/8"}]),
        "left out, it goes"
    );
    assert_eq!(
        cloud.refused(update, json!({"GroupId": WEB, "IpPermissions": [tcp(23, &["10.0.0.0/8"])]})),
        "InvalidPermission.NotFound: The specified rule does not exist in this security group."
    );
    assert!(cloud.refused(update, described("a & b")).contains("Invalid rule description"));
    assert!(cloud.refused(update, json!({"GroupId": WEB})).starts_with("MissingParameter"));
}

#[test]
fn f88_outbound_descriptions_have_their_own_operation() {
    let update = "UpdateSecurityGroupRuleDescriptionsEgress";
    let mut cloud = cloud();
    let all = json!({"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0", "Description": "everything"}]});
    let members = json!({"GroupId": WEB, "IpPermissions": [all]});
    assert!(cloud.refused("UpdateSecurityGroupRuleDescriptionsIngress", members.clone()).contains("NotFound"));
    cloud.rehearsed(update, members);
    assert_eq!(cloud.described(WEB)["IpPermissionsEgress"][0]["IpRanges"][0]["Description"], "everything");
}
