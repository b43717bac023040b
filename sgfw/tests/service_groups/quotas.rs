//! How much of each there may be: F79 to F82.

use crate::cloud::Cloud;
use serde_json::{Value, json};
use sgfw::inventory::{Family, LocalDevice, Quotas, Settings, lower};
use std::sync::Arc;

const INGRESS: &str = "AuthorizeSecurityGroupIngress";
const FULL: &str =
    "RulesPerSecurityGroupLimitExceeded: The maximum number of rules per security group has been reached.";
const WEB: &str = "sg-903004f8";

fn cloud(quotas: Quotas) -> Cloud {
    let mut cloud = Cloud::new();
    cloud.group(WEB, "my-sg", "vpc-1a2b3c4d");
    cloud.state.settings = Arc::new(Settings { quotas, ..(*cloud.state.settings).clone() });
    cloud
}

/// A permission for so many blocks from a number on.
fn blocks(from: usize, count: usize) -> Value {
    let ranges: Vec<Value> = (from..from + count).map(|it| json!({"CidrIp": format!("10.0.{it}.0/24")})).collect();
    json!({"IpProtocol": "-1", "IpRanges": ranges})
}

fn blocks6(count: usize) -> Value {
    let ranges: Vec<Value> = (0..count).map(|it| json!({"CidrIpv6": format!("2001:db8:{it:x}::/48")})).collect();
    json!({"IpProtocol": "-1", "Ipv6Ranges": ranges})
}

fn with(permission: Value) -> Value {
    json!({"GroupId": WEB, "IpPermissions": [permission]})
}

#[test]
fn f80_sixty_rules_a_direction_and_an_address_family() {
    let mut cloud = cloud(Quotas::default());
    cloud.rehearsed(INGRESS, with(blocks(0, 60)));
    assert_eq!(cloud.refused(INGRESS, with(blocks(60, 1))), FULL);
    cloud.rehearsed(INGRESS, with(blocks6(60)));
    assert_eq!(cloud.refused(INGRESS, with(json!({"IpProtocol": "50", "Ipv6Ranges": [{"CidrIpv6": "::/0"}]}))), FULL);
    let egress = "AuthorizeSecurityGroupEgress";
    cloud.rehearsed(egress, with(blocks(0, 59)));
    assert_eq!(cloud.refused(egress, with(blocks(59, 1))), FULL, "one is there from the beginning");
}

#[test]
fn f80_a_call_over_the_limit_adds_nothing() {
    let mut cloud = cloud(Quotas { rules_per_group: 5, ..Quotas::default() });
    assert_eq!(cloud.refused(INGRESS, with(blocks(0, 6))), FULL);
    cloud.rehearsed(INGRESS, with(blocks(0, 5)));
}

#[test]
fn the_limit_comes_before_a_duplicate() {
    let mut cloud = cloud(Quotas { rules_per_group: 2, ..Quotas::default() });
    cloud.ask(INGRESS, with(blocks(0, 2)));
    assert_eq!(cloud.refused(INGRESS, with(blocks(0, 1))), FULL);
}

#[test]
fn f80_a_group_counts_for_both_families() {
    let mut cloud = cloud(Quotas { rules_per_group: 3, ..Quotas::default() });
    cloud.allow_group(WEB, 22, WEB);
    cloud.ask(INGRESS, with(blocks(0, 2)));
    cloud.ask(INGRESS, with(blocks6(2)));
    assert_eq!(cloud.refused(INGRESS, with(blocks(3, 1))), FULL);
    let group = json!({"IpProtocol": "50", "UserIdGroupPairs": [{"GroupId": WEB}]});
    assert_eq!(cloud.refused(INGRESS, with(group)), FULL);
}

#[test]
fn f80_a_prefix_list_counts_what_it_may_hold() {
    let mut cloud = cloud(Quotas::default());
    cloud.list("pl-1234abcd", Family::V4, 55);
    cloud.list("pl-66666666", Family::V6, 60);
    let list =
        |id: &str, protocol: &str| with(json!({"IpProtocol": protocol, "PrefixListIds": [{"PrefixListId": id}]}));
    cloud.rehearsed(INGRESS, list("pl-1234abcd", "tcp").clone_with_ports());
    assert_eq!(cloud.refused(INGRESS, list("pl-1234abcd", "50")), FULL);
    cloud.rehearsed(INGRESS, with(blocks(0, 5)));
    assert_eq!(cloud.refused(INGRESS, with(blocks(5, 1))), FULL);
    cloud.rehearsed(INGRESS, list("pl-66666666", "50"));
    assert_eq!(cloud.refused(INGRESS, with(blocks6(1))), FULL);
}

trait WithPorts {
    fn clone_with_ports(self) -> Self;
}

impl WithPorts for Value {
    fn clone_with_ports(mut self) -> Self {
        self["IpPermissions"][0]["FromPort"] = json!(443);
        self["IpPermissions"][0]["ToPort"] = json!(443);
        self
    }
}

#[test]
fn f79_f82_groups_of_a_region_and_of_a_vpc() {
    let words = "SecurityGroupLimitExceeded: The maximum number of security groups has been reached.";
    let new = |name: &str, vpc: &str| json!({"GroupName": name, "Description": "d", "VpcId": vpc});
    // Two default groups and one more are there.
    let mut cloud = cloud(Quotas { groups_per_region: 4, ..Quotas::default() });
    cloud.rehearsed("CreateSecurityGroup", new("a", "vpc-1a2b3c4d"));
    assert_eq!(cloud.refused("CreateSecurityGroup", new("b", "vpc-1a2b3c4d")), words);
    assert_eq!(cloud.refused("CreateSecurityGroup", new("a", "vpc-1a2b3c4d")), words, "before the duplicate");
    let mut cloud = super::quotas::cloud(Quotas { groups_per_vpc: Some(3), ..Quotas::default() });
    cloud.vpc("vpc-bbbbbbbb", "10.2.0.0/16");
    cloud.rehearsed("CreateSecurityGroup", new("a", "vpc-1a2b3c4d"));
    assert_eq!(cloud.refused("CreateSecurityGroup", new("b", "vpc-1a2b3c4d")), words);
    cloud.rehearsed("CreateSecurityGroup", new("b", "vpc-bbbbbbbb"));
}

#[test]
fn f34_five_groups_an_interface() {
    let mut cloud = Cloud::bare();
    let groups: Vec<String> =
        (1..=6).map(|it| cloud.group(&format!("sg-0000000{it}"), &format!("g{it}"), "")).collect();
    let subnet = cloud.state.subnets.keys().next().unwrap().to_string();
    let with = |count: usize| json!({"SubnetId": subnet, "Groups": groups[..count]});
    assert_eq!(
        cloud.refused("CreateNetworkInterface", with(6)),
        "SecurityGroupsPerInterfaceLimitExceeded: The maximum number of security groups per interface has been reached."
    );
    cloud.rehearsed("CreateNetworkInterface", with(5));
}

#[test]
fn f83_sixteen_groups_of_sixty_rules_are_one_set() {
    let mut cloud = cloud(Quotas { groups_per_interface: 16, ..Quotas::default() });
    let groups: Vec<String> =
        (10..26).map(|it| cloud.group(&format!("sg-000000{it}"), &format!("g{it}"), "vpc-1a2b3c4d")).collect();
    for (number, group) in groups.iter().enumerate() {
        let ranges: Vec<Value> = (0..60).map(|it| json!({"CidrIp": format!("10.{number}.{it}.0/24")})).collect();
        let permission =
            json!({"IpProtocol": "tcp", "FromPort": 1000 * number, "ToPort": 1000 * number + 7, "IpRanges": ranges});
        cloud.ask(INGRESS, json!({"GroupId": group, "IpPermissions": [permission]}));
    }
    let groups: Vec<&str> = groups.iter().map(String::as_str).collect();
    cloud.interface("eni-11111111", crate::cloud::network("vpc-1a2b3c4d"), "10.1.0.5", &groups);
    let device = LocalDevice::named("veth0", sgfw::model::Side::Port);
    cloud.state.interfaces.change(|_| true, |it| it.device = Some(device.clone()));
    cloud.state.check().unwrap();
    let image = sgfw::compile::compile(&lower(&cloud.state).snapshot).unwrap();
    assert_eq!(image.interfaces.len(), 1);
}

#[test]
fn f82_references_to_a_prefix_list() {
    let mut cloud = cloud(Quotas { references_per_prefix_list: 2, ..Quotas::default() });
    cloud.list("pl-1234abcd", Family::V4, 1);
    let list =
        |protocol: &str| with(json!({"IpProtocol": protocol, "PrefixListIds": [{"PrefixListId": "pl-1234abcd"}]}));
    cloud.ask(INGRESS, list("50"));
    cloud.ask(INGRESS, list("51"));
    assert!(cloud.refused(INGRESS, list("52")).contains("references to the prefix list 'pl-1234abcd'"));
}
