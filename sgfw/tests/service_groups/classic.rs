//! EC2-Classic, as the documents have it.

use crate::cloud::Cloud;
use serde_json::{Value, json};
use sgfw::inventory::{Network, Quotas, Settings};
use std::sync::Arc;

const CREATE: &str = "CreateSecurityGroup";
const INGRESS: &str = "AuthorizeSecurityGroupIngress";
const DELETE: &str = "DeleteSecurityGroup";

/// An account with the group `websrv`, and another account with a group.
fn cloud() -> Cloud {
    let mut cloud = Cloud::classic();
    cloud.as_account("999988887777").group("sg-edcd9784", "OtherAccountGroup", "");
    cloud.as_account("123456789012").group("sg-aaaa1111", "websrv", "");
    cloud
}

fn legacy(protocol: Option<&str>, ports: Option<i64>) -> Value {
    json!({"GroupName": "websrv", "IpProtocol": protocol, "FromPort": ports, "ToPort": ports})
}

fn with(mut members: Value, key: &str, value: &str) -> Value {
    members[key] = json!(value);
    members
}

#[test]
fn f14_f15_f18_the_region_has_a_default_group_that_can_be_changed() {
    let mut cloud = Cloud::classic();
    let all = cloud.ask("DescribeSecurityGroups", json!({}));
    let group = &all["SecurityGroups"][0];
    assert_eq!((all["SecurityGroups"].as_array().unwrap().len(), &group["GroupName"]), (1, &json!("default")));
    assert_eq!(group.get("VpcId"), None);
    let own = json!([{"UserId": "123456789012", "GroupName": "default", "GroupId": group["GroupId"]}]);
    assert_eq!(group["IpPermissions"][0]["UserIdGroupPairs"], own);
    cloud.rehearsed(
        INGRESS,
        json!({"GroupName": "default", "IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "CidrIp": "10.0.0.0/8"}),
    );
}

#[test]
fn f20_the_default_group_is_reserved() {
    let mut cloud = cloud();
    let words = "InvalidGroup.Reserved: The security group 'default' is reserved";
    assert_eq!(cloud.refused(DELETE, json!({"GroupName": "default"})), words);
    assert_eq!(cloud.refused(CREATE, json!({"GroupName": "default", "Description": "d"})), words);
}

#[test]
fn f6_names_and_descriptions_are_any_ascii() {
    let mut cloud = cloud();
    cloud.rehearsed(CREATE, json!({"GroupName": "50% <off> \"now\"?", "Description": "a^b|c~d\\e"}));
    let refused = |cloud: &mut Cloud, name: &str, text: &str| {
        cloud.refused(CREATE, json!({"GroupName": name, "Description": text}))
    };
    assert_eq!(
        refused(&mut cloud, "a", "süß"),
        "InvalidParameterValue: Value (süß) for parameter GroupDescription is invalid. Character sets beyond ASCII are not \
         supported."
    );
    assert!(refused(&mut cloud, &"a".repeat(256), "d").contains("GroupName is invalid"));
    assert!(refused(&mut cloud, "sg-1", "d").contains("may not be in the format sg-*"));
}

#[test]
fn f8_a_name_is_unique_in_account_and_region() {
    let mut cloud = cloud();
    let words = "InvalidGroup.Duplicate: The security group 'websrv' already exists";
    assert_eq!(cloud.refused(CREATE, json!({"GroupName": "websrv", "Description": "d"})), words);
    cloud.as_account("999988887777").ask(CREATE, json!({"GroupName": "websrv", "Description": "d"}));
    cloud.as_account("123456789012").vpc("vpc-1a2b3c4d", "10.1.0.0/16");
    cloud.ask(CREATE, json!({"GroupName": "websrv", "Description": "d", "VpcId": "vpc-1a2b3c4d"}));
}

#[test]
fn f40_the_outbound_side_is_fixed() {
    let mut cloud = cloud();
    assert_eq!(cloud.described("sg-aaaa1111")["IpPermissionsEgress"], json!([]));
    let all = json!({"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]});
    for operation in
        ["AuthorizeSecurityGroupEgress", "RevokeSecurityGroupEgress", "UpdateSecurityGroupRuleDescriptionsEgress"]
    {
        assert_eq!(
            cloud.refused(operation, json!({"GroupId": "sg-aaaa1111", "IpPermissions": [all]})),
            "InvalidParameterValue: Only Amazon VPC security groups may be used with this operation."
        );
    }
    let rules = cloud.ask("DescribeSecurityGroupRules", json!({}));
    assert!(rules["SecurityGroupRules"].as_array().unwrap().iter().all(|it| it["IsEgress"] == false), "{rules}");
    let lowered = sgfw::inventory::lower(&cloud.state);
    assert_eq!(lowered.snapshot.groups["sg-aaaa1111"].egress.len(), 1, "and lets everything out");
}

#[test]
fn f45_only_tcp_udp_and_icmp() {
    let mut cloud = cloud();
    for protocol in ["-1", "50", "icmpv6", "gre"] {
        let members = with(legacy(Some(protocol), Some(0)), "CidrIp", "10.0.0.0/8");
        assert_eq!(
            cloud.refused(INGRESS, members),
            format!("InvalidPermission.Malformed: Unsupported IP protocol \"{protocol}\"")
        );
    }
    for protocol in ["tcp", "udp", "icmp", "6", "17", "1"] {
        let members = with(legacy(Some(protocol), Some(3)), "CidrIp", &format!("10.{}.0.0/16", protocol.len()));
        cloud.rehearsed(INGRESS, members);
    }
}

#[test]
fn f46_a_protocol_that_is_left_out_is_tcp_for_a_block_and_all_three_for_a_group() {
    let mut cloud = cloud();
    let protocols = |reply: Value| -> Vec<String> {
        let rules = reply["SecurityGroupRules"].as_array().unwrap().clone();
        rules
            .iter()
            .map(|it| format!("{} {} {}", it["IpProtocol"].as_str().unwrap(), it["FromPort"], it["ToPort"]))
            .collect()
    };
    let reply = cloud.rehearsed(INGRESS, with(legacy(None, Some(80)), "CidrIp", "192.0.2.0/24"));
    assert_eq!(protocols(reply), ["tcp 80 80"]);
    assert!(cloud.refused(INGRESS, with(legacy(None, None), "CidrIp", "192.0.2.0/24")).contains("portRange"));
    let reply = cloud.rehearsed(INGRESS, with(legacy(None, None), "SourceSecurityGroupName", "websrv"));
    assert_eq!(protocols(reply), ["tcp 0 65535", "udp 0 65535", "icmp -1 -1"]);
}

#[test]
fn f54_f55_neither_ipv6_nor_prefix_lists() {
    let mut cloud = cloud();
    cloud.list("pl-1234abcd", sgfw::inventory::Family::V4, 1);
    let tcp = |key: &str, value: Value| json!({"GroupName": "websrv", "IpPermissions": [{"IpProtocol": "tcp", "FromPort": 1, "ToPort": 1, key: value}]});
    assert!(cloud.refused(INGRESS, tcp("Ipv6Ranges", json!([{"CidrIpv6": "::/0"}]))).contains("IPv6 CIDR blocks"));
    assert!(
        cloud.refused(INGRESS, tcp("PrefixListIds", json!([{"PrefixListId": "pl-1234abcd"}]))).contains("prefix lists")
    );
    assert!(cloud.refused(INGRESS, with(legacy(Some("tcp"), Some(1)), "CidrIp", "::/0")).contains("malformed"));
}

#[test]
fn f56_f133_a_group_of_another_account_by_name_or_id() {
    let mut cloud = cloud();
    let members = with(legacy(Some("tcp"), Some(80)), "SourceSecurityGroupName", "OtherAccountGroup");
    let words = "InvalidGroup.NotFound: The security group 'OtherAccountGroup' does not exist";
    assert_eq!(cloud.refused(INGRESS, members.clone()), words, "its account must be said");
    cloud.rehearsed(INGRESS, with(members.clone(), "SourceSecurityGroupOwnerId", "999988887777"));
    let pair = json!([{"UserId": "999988887777", "GroupName": "OtherAccountGroup", "GroupId": "sg-edcd9784"}]);
    assert_eq!(cloud.described("sg-aaaa1111")["IpPermissions"][0]["UserIdGroupPairs"], pair);
    let by_id = json!({"GroupName": "websrv", "IpPermissions": [
        {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "UserIdGroupPairs": [{"UserId": "999988887777", "GroupId": "sg-edcd9784"}]},
    ]});
    assert!(cloud.refused(INGRESS, by_id.clone()).starts_with("InvalidPermission.Duplicate"));
    cloud.rehearsed("RevokeSecurityGroupIngress", by_id);
}

#[test]
fn f60_vpc_and_classic_groups_do_not_refer_to_each_other() {
    let mut cloud = cloud();
    cloud.vpc("vpc-1a2b3c4d", "10.1.0.0/16");
    cloud.group("sg-bbbb2222", "in vpc", "vpc-1a2b3c4d");
    let words = "InvalidGroup.NotFound: You have specified two resources that belong to different networks.";
    let refer = |from: &str, to: &str| {
        let pairs = json!([{"GroupId": to}]);
        let permission = json!({"IpProtocol": "tcp", "FromPort": 1, "ToPort": 1, "UserIdGroupPairs": pairs});
        json!({"GroupId": from, "IpPermissions": [permission]})
    };
    assert_eq!(cloud.refused(INGRESS, refer("sg-bbbb2222", "sg-aaaa1111")), words);
    assert_eq!(cloud.refused(INGRESS, refer("sg-aaaa1111", "sg-bbbb2222")), words);
}

#[test]
fn f23_f26_a_group_in_use_cannot_be_deleted() {
    let mut cloud = cloud();
    cloud.group("sg-bbbb2222", "db", "");
    cloud.interface("eni-11111111", Network::Classic, "10.0.0.5", &["sg-bbbb2222"]);
    assert_eq!(
        cloud.refused(DELETE, json!({"GroupName": "db"})),
        "InvalidGroup.InUse: There are active instances using security group 'db'"
    );
    // Whatever account refers to it.
    let members = with(legacy(Some("tcp"), Some(80)), "SourceSecurityGroupName", "OtherAccountGroup");
    cloud.ask(INGRESS, with(members, "SourceSecurityGroupOwnerId", "999988887777"));
    cloud.as_account("999988887777");
    assert_eq!(
        cloud.refused(DELETE, json!({"GroupName": "OtherAccountGroup"})),
        "InvalidGroup.InUse: Group 999988887777:OtherAccountGroup is used by groups: 123456789012:websrv"
    );
}

#[test]
fn f79_f80_f81_limits_of_their_own() {
    let mut cloud = cloud();
    let quotas = Quotas::default();
    assert_eq!((quotas.classic_groups, quotas.classic_rules, quotas.classic_groups_per_instance), (500, 100, 500));
    let quotas = Quotas { classic_groups: 3, classic_rules: 2, groups_per_region: 1, rules_per_group: 1, ..quotas };
    cloud.state.settings = Arc::new(Settings { quotas, ..(*cloud.state.settings).clone() });
    cloud.rehearsed(CREATE, json!({"GroupName": "a", "Description": "d"}));
    let words = "SecurityGroupLimitExceeded: The maximum number of security groups has been reached.";
    assert_eq!(cloud.refused(CREATE, json!({"GroupName": "b", "Description": "d"})), words);
    for port in [1, 2] {
        cloud.ask(INGRESS, with(legacy(Some("tcp"), Some(port)), "CidrIp", "10.0.0.0/8"));
    }
    assert_eq!(
        cloud.refused(INGRESS, with(legacy(Some("tcp"), Some(3)), "CidrIp", "10.0.0.0/8")),
        "RulesPerSecurityGroupLimitExceeded: The maximum number of rules per security group has been reached."
    );
}

#[test]
fn what_no_rule_matches_is_listed() {
    let mut cloud = cloud();
    let reply =
        cloud.rehearsed("RevokeSecurityGroupIngress", with(legacy(Some("tcp"), Some(80)), "CidrIp", "10.0.0.0/8"));
    assert_eq!(reply["UnknownIpPermissions"][0]["IpRanges"], json!([{"CidrIp": "10.0.0.0/8"}]));
}
