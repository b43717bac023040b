//! New rules: F40 to F61, F84 to F96.

use crate::cloud::Cloud;
use serde_json::{Value, json};
use sgfw::inventory::Family;

const INGRESS: &str = "AuthorizeSecurityGroupIngress";
const EGRESS: &str = "AuthorizeSecurityGroupEgress";
const WEB: &str = "sg-903004f8";

fn cloud() -> Cloud {
    let mut cloud = Cloud::new();
    cloud.group(WEB, "my-sg", "vpc-1a2b3c4d");
    cloud
}

fn with(permission: Value) -> Value {
    json!({"GroupId": WEB, "IpPermissions": [permission]})
}

fn from_anywhere(protocol: &str, from: i64, to: i64) -> Value {
    let ranges = json!([{"CidrIp": "0.0.0.0/0"}]);
    with(json!({"IpProtocol": protocol, "FromPort": from, "ToPort": to, "IpRanges": ranges}))
}

/// The one inbound permission that a group has after this one was added.
fn kept(permission: Value) -> Value {
    let mut cloud = cloud();
    cloud.ask(INGRESS, with(permission));
    cloud.described(WEB)["IpPermissions"][0].clone()
}

#[test]
fn f84_f96_the_documents_rdp_and_ssh() {
    let mut cloud = cloud();
    let rule = cloud.rehearsed(INGRESS, json!({
        "GroupId": WEB,
        "IpPermissions": [{"IpProtocol": "tcp", "FromPort": 3389, "ToPort": 3389, "IpRanges": [{"CidrIp": "203.0.113.7/32"}]}],
    }));
    let id = rule["SecurityGroupRules"][0]["SecurityGroupRuleId"].as_str().unwrap().to_owned();
    assert!(id.starts_with("sgr-") && id.len() == 21, "{id}");
    assert_eq!(
        rule,
        json!({"Return": true, "SecurityGroupRules": [{
            "SecurityGroupRuleId": id, "GroupId": WEB, "GroupOwnerId": "123456789012", "IsEgress": false,
            "IpProtocol": "tcp", "FromPort": 3389, "ToPort": 3389, "CidrIpv4": "203.0.113.7/32",
            "SecurityGroupRuleArn": format!("arn:aws:ec2:us-east-1:123456789012:security-group-rule/{id}"),
        }]})
    );
    cloud.allow(WEB, 22, "203.0.113.7/32");
    let permission = |port: u16| {
        json!({
            "IpProtocol": "tcp", "FromPort": port, "ToPort": port, "UserIdGroupPairs": [],
            "IpRanges": [{"CidrIp": "203.0.113.7/32"}], "Ipv6Ranges": [], "PrefixListIds": [],
        })
    };
    assert_eq!(cloud.described(WEB)["IpPermissions"], json!([permission(3389), permission(22)]));
}

#[test]
fn f85_f40_outbound_rules_are_a_set_of_their_own() {
    let mut cloud = cloud();
    let permission =
        json!({"IpProtocol": "tcp", "FromPort": 1433, "ToPort": 1433, "UserIdGroupPairs": [{"GroupId": WEB}]});
    let reply = cloud.rehearsed(EGRESS, with(permission));
    assert_eq!(reply["SecurityGroupRules"][0]["IsEgress"], true);
    let group = cloud.described(WEB);
    assert_eq!(group["IpPermissions"], json!([]));
    assert_eq!(group["IpPermissionsEgress"].as_array().unwrap().len(), 2);
    cloud.ask(
        INGRESS,
        with(json!({
            "IpProtocol": "tcp", "FromPort": 1433, "ToPort": 1433, "UserIdGroupPairs": [{"GroupId": WEB}],
        })),
    );
}

#[test]
fn f44_f49_protocols_by_name_and_number_are_kept_as_aws_keeps_them() {
    let of = |protocol: &str| {
        let all = json!([{"CidrIp": "0.0.0.0/0"}]);
        let kept = kept(json!({"IpProtocol": protocol, "FromPort": 8, "ToPort": 8, "IpRanges": all}));
        (kept["IpProtocol"].as_str().unwrap().to_owned(), kept["FromPort"].as_i64(), kept["ToPort"].as_i64())
    };
    let ported = |name: &str| (name.to_owned(), Some(8), Some(8));
    for (said, kept) in [
        ("tcp", "tcp"),
        ("TCP", "tcp"),
        ("6", "tcp"),
        ("udp", "udp"),
        ("17", "udp"),
        ("icmp", "icmp"),
        ("1", "icmp"),
        ("icmpv6", "icmpv6"),
        ("58", "icmpv6"),
        ("006", "tcp"),
    ] {
        assert_eq!(of(said), ported(kept), "{said}");
    }
    for (said, kept) in [("-1", "-1"), ("all", "-1"), ("50", "50"), ("0", "0"), ("255", "255"), ("051", "51")] {
        assert_eq!(of(said), (kept.to_owned(), None, None), "all ports whatever was said: {said}");
    }
    for wrong in ["256", "-2", "tcpp", "1e1", "+6"] {
        let words = format!("InvalidPermission.Malformed: Unsupported IP protocol \"{wrong}\"");
        assert_eq!(cloud().refused(INGRESS, from_anywhere(wrong, 80, 80)), words);
    }
}

#[test]
fn f45_f122_in_a_vpc_a_protocol_must_be_said() {
    let words = "InvalidParameterValue: Invalid value 'null' for protocol. VPC security group rules must specify protocols \
                 explicitly.";
    let permission = json!({"FromPort": 80, "ToPort": 80, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]});
    assert_eq!(cloud().refused(INGRESS, with(permission)), words);
    let flat = json!({"GroupId": WEB, "FromPort": 80, "ToPort": 80, "CidrIp": "0.0.0.0/0"});
    assert_eq!(cloud().refused(INGRESS, flat), words);
}

#[test]
fn f47_f48_ports_of_tcp_and_udp() {
    let words = "InvalidParameterValue: Invalid value for portRange. Must specify both from and to ports with TCP/UDP.";
    for members in [json!({}), json!({"FromPort": 80}), json!({"ToPort": 80})] {
        let mut permission = json!({"IpProtocol": "udp", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]});
        permission.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        assert_eq!(cloud().refused(INGRESS, with(permission)), words);
    }
    let refused = |from, to| cloud().refused(INGRESS, from_anywhere("tcp", from, to));
    assert_eq!(refused(-1, -1), "InvalidParameterValue: TCP/UDP (from) port (-1) out of range");
    assert_eq!(refused(0, 65536), "InvalidParameterValue: TCP/UDP (to) port (65536) out of range");
    assert_eq!(refused(90, 80), "InvalidParameterValue: Invalid TCP/UDP port range (90:80)");
    let all = kept(json!({"IpProtocol": "tcp", "FromPort": 0, "ToPort": 65535, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}));
    assert_eq!((&all["FromPort"], &all["ToPort"]), (&json!(0), &json!(65535)));
}

#[test]
fn f50_types_and_codes_of_icmp() {
    let of = |protocol: &str, kind: i64, code: i64| {
        let all = json!([{"CidrIp": "0.0.0.0/0"}]);
        let kept = kept(json!({"IpProtocol": protocol, "FromPort": kind, "ToPort": code, "IpRanges": all}));
        (kept["FromPort"].as_i64().unwrap(), kept["ToPort"].as_i64().unwrap())
    };
    for numbers in [(-1, -1), (8, -1), (3, 4), (0, 0), (255, 255)] {
        assert_eq!(of("icmp", numbers.0, numbers.1), numbers);
        assert_eq!(of("icmpv6", numbers.0, numbers.1), numbers);
    }
    let refused = |kind, code| cloud().refused(INGRESS, from_anywhere("icmp", kind, code));
    assert_eq!(refused(256, 0), "InvalidParameterValue: ICMP type (256) out of range");
    assert_eq!(refused(8, -2), "InvalidParameterValue: ICMP code (-2) out of range");
    assert!(refused(-1, 0).starts_with("InvalidParameterValue: ICMP code (0) cannot be specified for all ICMP types"));
    let all6 = json!([{"CidrIpv6": "::/0"}]);
    assert_eq!(
        cloud().refused(INGRESS, with(json!({"IpProtocol": "icmp", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}))),
        "InvalidParameterValue: Invalid value for portRange. Must specify both from and to ports with ICMP."
    );
    let kept = kept(json!({"IpProtocol": "icmpv6", "Ipv6Ranges": all6}));
    assert_eq!((&kept["FromPort"], &kept["ToPort"]), (&json!(-1), &json!(-1)), "ICMPv6 may leave them out");
}

#[test]
fn f51_f52_f53_f54_blocks() {
    let range = |cidr: &str| json!({"IpProtocol": "-1", "IpRanges": [{"CidrIp": cidr}]});
    let range6 = |cidr: &str| json!({"IpProtocol": "-1", "Ipv6Ranges": [{"CidrIpv6": cidr}]});
    for (said, as_kept) in
        [("203.0.113.1/32", "203.0.113.1/32"), ("203.0.113.77/24", "203.0.113.0/24"), ("0.0.0.0/0", "0.0.0.0/0")]
    {
        assert_eq!(kept(range(said))["IpRanges"], json!([{"CidrIp": as_kept}]));
    }
    for (said, as_kept) in [
        ("2001:db8:1234:1a00::123/128", "2001:db8:1234:1a00::123/128"),
        ("2001:DB8:1234:1a00:0::7/64", "2001:db8:1234:1a00::/64"),
    ] {
        assert_eq!(kept(range6(said))["Ipv6Ranges"], json!([{"CidrIpv6": as_kept}]));
    }
    for wrong in ["203.0.113.1", "x.x.x.x", "::/0", "10.0.0.0/33", "10.0.0/8", ""] {
        let words = format!("InvalidParameterValue: CIDR block {wrong} is malformed");
        assert_eq!(cloud().refused(INGRESS, with(range(wrong))), words);
    }
    for wrong in ["2001:db8::1", "10.0.0.0/8", "::/129"] {
        let words = format!("InvalidParameterValue: CIDR block {wrong} is malformed");
        assert_eq!(cloud().refused(INGRESS, with(range6(wrong))), words);
    }
}

#[test]
fn f92_an_address_needs_its_prefix_length() {
    let flat = json!({"GroupId": WEB, "IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "CidrIp": "203.0.113.7"});
    assert_eq!(cloud().refused(INGRESS, flat), "InvalidParameterValue: CIDR block 203.0.113.7 is malformed");
}

#[test]
fn f55_a_prefix_list_as_source() {
    let mut cloud = cloud();
    cloud.list("pl-1234abcd", Family::V4, 10);
    let of = |id: &str| {
        with(json!({"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "PrefixListIds": [{"PrefixListId": id}]}))
    };
    let reply = cloud.rehearsed(INGRESS, of("pl-1234abcd"));
    assert_eq!(reply["SecurityGroupRules"][0]["PrefixListId"], "pl-1234abcd");
    assert_eq!(cloud.described(WEB)["IpPermissions"][0]["PrefixListIds"], json!([{"PrefixListId": "pl-1234abcd"}]));
    assert_eq!(
        cloud.refused(INGRESS, of("pl-99999999")),
        "InvalidPrefixListID.NotFound: The prefix list ID 'pl-99999999' does not exist."
    );
    assert!(cloud.refused(INGRESS, of("list")).starts_with("InvalidPrefixListID.Malformed"));
}

#[test]
fn f56_f136_a_group_as_source() {
    let mut cloud = cloud();
    cloud.group("sg-bbbb2222", "db", "vpc-1a2b3c4d");
    cloud.group("sg-cccc3333", "far", "");
    cloud.allow_group(WEB, 22, WEB);
    cloud.allow_group(WEB, 22, "sg-bbbb2222");
    let pairs = &cloud.described(WEB)["IpPermissions"][0]["UserIdGroupPairs"];
    assert_eq!(
        *pairs,
        json!([{"UserId": "123456789012", "GroupId": WEB}, {"UserId": "123456789012", "GroupId": "sg-bbbb2222"}])
    );
    let from = |id: &str| with(json!({"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": id}]}));
    assert_eq!(
        cloud.refused(INGRESS, from("sg-99999999")),
        "InvalidGroup.NotFound: The security group 'sg-99999999' does not exist"
    );
    assert_eq!(
        cloud.refused(INGRESS, from("sg-cccc3333")),
        "InvalidGroup.NotFound: You have specified two resources that belong to different networks."
    );
    assert!(cloud.refused(INGRESS, from("db")).starts_with("InvalidGroupId.Malformed"));
}

#[test]
fn f94_names_of_groups_count_in_the_default_vpc_only() {
    let mut cloud = cloud();
    cloud.group("sg-aaaa1111", "a", "");
    cloud.group("sg-bbbb2222", "b", "");
    let from = |group: &str, name: &str| json!({"GroupId": group, "IpPermissions": [{"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupName": name}]}]});
    let reply = cloud.rehearsed(INGRESS, from("sg-aaaa1111", "b"));
    assert_eq!(reply["SecurityGroupRules"][0]["ReferencedGroupInfo"]["GroupId"], "sg-bbbb2222");
    let default = cloud.state.default_vpc(&cloud.scope).unwrap().id.clone();
    assert_eq!(
        cloud.refused(INGRESS, from("sg-aaaa1111", "c")),
        format!("InvalidGroup.NotFound: The security group 'c' does not exist in default VPC '{default}'")
    );
    assert_eq!(
        cloud.refused(INGRESS, from(WEB, "my-sg")),
        "InvalidParameterValue: Invalid value 'my-sg' for groupName. You may not reference Amazon VPC security groups by \
         name. Please use the corresponding id for this operation."
    );
}

#[test]
fn f57_a_block_and_a_group_are_not_one_rule() {
    let members = json!({
        "GroupId": WEB, "IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "CidrIp": "0.0.0.0/0",
        "SourceSecurityGroupName": WEB,
    });
    assert_eq!(
        cloud().refused(INGRESS, members),
        "InvalidParameterCombination: The parameter cidrIp cannot be used with the parameter sourceSecurityGroupName"
    );
    let missing = "MissingParameter: Missing source specification: include source security group or CIDR information";
    assert_eq!(cloud().refused(INGRESS, with(json!({"IpProtocol": "tcp", "FromPort": 1, "ToPort": 1}))), missing);
    assert_eq!(cloud().refused(INGRESS, json!({"GroupId": WEB})), missing);
}

#[test]
fn f61_descriptions_of_rules() {
    let described =
        |text: &str| with(json!({"IpProtocol": "-1", "IpRanges": [{"CidrIp": "10.0.0.0/8", "Description": text}]}));
    let mut cloud = cloud();
    let all = "azAZ09 ._-:/()#,@[]+=;{}!$*";
    let reply = cloud.rehearsed(INGRESS, described(all));
    assert_eq!(reply["SecurityGroupRules"][0]["Description"], all);
    assert_eq!(
        cloud.described(WEB)["IpPermissions"][0]["IpRanges"],
        json!([{"Description": all, "CidrIp": "10.0.0.0/8"}])
    );
    for wrong in ["a & b", "ü", &"d".repeat(256)] {
        assert_eq!(
            cloud.refused(INGRESS, described(wrong)),
            "InvalidParameterValue: Invalid rule description. Valid descriptions are strings less than 256 characters from \
             the following set:  a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*"
        );
    }
}

#[test]
fn f84_the_legacy_parameters_make_the_same_rules() {
    let mut cloud = cloud();
    cloud.group("sg-aaaa1111", "a", "");
    cloud.ask(
        INGRESS,
        json!({"GroupName": "a", "IpProtocol": "tcp", "FromPort": 80, "ToPort": 84, "CidrIp": "10.0.0.0/8"}),
    );
    let rule = &cloud.described("sg-aaaa1111")["IpPermissions"][0];
    assert_eq!(
        (&rule["FromPort"], &rule["ToPort"], &rule["IpRanges"]),
        (&json!(80), &json!(84), &json!([{"CidrIp": "10.0.0.0/8"}]))
    );
    // A group alone grants TCP, UDP and ICMP.
    let reply = cloud.ask(INGRESS, json!({"GroupName": "a", "SourceSecurityGroupName": "a"}));
    let protocols: Vec<_> =
        reply["SecurityGroupRules"].as_array().unwrap().iter().map(|it| &it["IpProtocol"]).collect();
    assert_eq!(protocols, ["tcp", "udp", "icmp"]);
    assert_eq!(
        cloud.refused(INGRESS, json!({
            "GroupId": WEB, "IpProtocol": "tcp", "IpPermissions": [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}],
        })),
        "InvalidParameterCombination: The parameter ipPermissions cannot be used with the parameter ipProtocol"
    );
}

#[test]
fn f96_rules_of_one_protocol_and_range_are_one_permission() {
    let mut cloud = cloud();
    let blocks = ["198.51.100.0/24", "10.0.0.0/8", "192.0.2.0/24"];
    for block in blocks {
        cloud.allow(WEB, 443, block);
        cloud.allow(WEB, 80, block);
    }
    let six = json!([{"CidrIpv6": "2001:db8::/32"}]);
    cloud.ask(INGRESS, with(json!({"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "Ipv6Ranges": six})));
    let permissions = cloud.described(WEB)["IpPermissions"].clone();
    assert_eq!(permissions.as_array().unwrap().len(), 2);
    let in_order: Vec<_> = permissions[0]["IpRanges"].as_array().unwrap().iter().map(|it| &it["CidrIp"]).collect();
    assert_eq!(in_order, blocks, "as they were added");
    assert_eq!(permissions[0]["Ipv6Ranges"], six);
}

#[test]
fn a_rule_that_exists_is_refused_in_its_own_words() {
    let mut cloud = cloud();
    cloud.list("pl-1234abcd", Family::V4, 1);
    let ranges = json!([{"CidrIp": "203.0.113.7/32"}]);
    let table = [
        (
            json!({"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": ranges}),
            "203.0.113.7/32, TCP, from port: 22, to port: 22",
        ),
        (
            json!({"IpProtocol": "udp", "FromPort": 1, "ToPort": 9, "UserIdGroupPairs": [{"GroupId": WEB}]}),
            "sg-903004f8, UDP, from port: 1, to port: 9",
        ),
        (json!({"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}), "0.0.0.0/0, ALL"),
        (json!({"IpProtocol": "50", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}), "0.0.0.0/0, protocol: 50"),
        (
            json!({"IpProtocol": "icmp", "FromPort": 8, "ToPort": -1, "IpRanges": ranges}),
            "203.0.113.7/32, ICMP, type: 8, code: ALL",
        ),
        (json!({"IpProtocol": "icmpv6", "Ipv6Ranges": [{"CidrIpv6": "::/0"}]}), "::/0, ICMPv6, type: ALL, code: ALL"),
        (json!({"IpProtocol": "-1", "PrefixListIds": [{"PrefixListId": "pl-1234abcd"}]}), "pl-1234abcd, ALL"),
    ];
    for (permission, words) in table {
        cloud.ask(INGRESS, with(permission.clone()));
        let words = format!("InvalidPermission.Duplicate: the specified rule \"peer: {words}, ALLOW\" already exists");
        assert_eq!(cloud.refused(INGRESS, with(permission)), words);
    }
}

#[test]
fn the_same_permission_twice_in_a_call_is_refused() {
    let words = "InvalidParameterValue: The same permission must not appear multiple times";
    let one = json!({"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]});
    let same = json!({"IpProtocol": "6", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "10.1.0.0/8"}]});
    assert_eq!(cloud().refused(INGRESS, json!({"GroupId": WEB, "IpPermissions": [one, same]})), words);
    let mut cloud = cloud();
    cloud.group("sg-aaaa1111", "a", "");
    let pairs = json!([{"GroupId": "sg-aaaa1111"}, {"GroupName": "a"}]);
    let permission = json!({"IpProtocol": "-1", "UserIdGroupPairs": pairs});
    assert_eq!(cloud.refused(INGRESS, json!({"GroupId": "sg-aaaa1111", "IpPermissions": [permission]})), words);
}

#[test]
fn all_of_a_call_or_nothing() {
    let mut cloud = cloud();
    let good = json!({"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]});
    for bad in [
        json!({"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "UserIdGroupPairs": [{"GroupId": "sg-99999999"}]}),
        json!({"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "10.0.0.0"}]}),
        json!({"IpProtocol": "telepathy", "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}),
    ] {
        cloud.refused(INGRESS, json!({"GroupId": WEB, "IpPermissions": [good, bad]}));
    }
}

#[test]
fn the_group_is_looked_for_before_the_permission_is_looked_at() {
    let words = "InvalidGroup.NotFound: The security group 'sg-99999999' does not exist";
    let members =
        json!({"GroupId": "sg-99999999", "IpPermissions": [{"IpProtocol": "x", "IpRanges": [{"CidrIp": "x"}]}]});
    assert_eq!(cloud().refused(INGRESS, members.clone()), words);
    assert_eq!(cloud().refused(EGRESS, members.clone()), words);
    assert_eq!(cloud().refused("RevokeSecurityGroupIngress", members), words);
}

#[test]
fn rules_get_tags_and_one_rule_a_literal_id() {
    let mut cloud = cloud();
    let tags = json!([{"ResourceType": "security-group-rule", "Tags": [
        {"Key": "_custom_id_", "Value": "sgr-01afa97ef3e1bedfc"}, {"Key": "Env", "Value": "prod"},
    ]}]);
    let permission = |cidrs: &[&str]| {
        let ranges: Vec<Value> = cidrs.iter().map(|cidr| json!({"CidrIp": cidr})).collect();
        json!({"GroupId": WEB, "TagSpecifications": tags, "IpPermissions": [{"IpProtocol": "-1", "IpRanges": ranges}]})
    };
    assert!(cloud.refused(INGRESS, permission(&["10.0.0.0/8", "192.0.2.0/24"])).starts_with("InvalidParameterValue"));
    let rule = cloud.rehearsed(INGRESS, permission(&["10.0.0.0/8"]))["SecurityGroupRules"][0].clone();
    assert_eq!(rule["SecurityGroupRuleId"], "sgr-01afa97ef3e1bedfc");
    assert_eq!(rule["Tags"], json!([{"Key": "Env", "Value": "prod"}]));
    assert_eq!(
        cloud.refused(INGRESS, permission(&["192.0.2.0/24"])),
        "InvalidParameterValue: The id 'sgr-01afa97ef3e1bedfc' is already in use"
    );
}
