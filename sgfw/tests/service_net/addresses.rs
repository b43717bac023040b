//! Addresses of interfaces: picked, given, assigned, taken away.

use crate::cloud::{Cloud, texts};
use serde_json::{Value, json};

const ASSIGN: &str = "AssignPrivateIpAddresses";
const UNASSIGN: &str = "UnassignPrivateIpAddresses";

fn create(cloud: &mut Cloud, more: Value) -> Result<Value, String> {
    let mut members = json!({"SubnetId": "subnet-1a2b3c4d"});
    members.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    cloud.attempt("CreateNetworkInterface", members).map(|it| it["NetworkInterface"].clone())
}

fn addresses(shown: &Value) -> Vec<String> {
    texts(&shown["PrivateIpAddresses"], "PrivateIpAddress")
}

/// A cloud whose subnet has 16 addresses, of which 11 can be had, and an IPv6 block.
fn small() -> Cloud {
    let mut cloud = Cloud::new();
    cloud.vpc("vpc-1a2b3c4d", "10.1.0.0/16");
    cloud.ask("AssociateVpcCidrBlock", json!({"VpcId": "vpc-1a2b3c4d", "Ipv6CidrBlock": "fd12::/56"}));
    let tags = crate::cloud::custom("subnet", "subnet-1a2b3c4d");
    cloud.ask(
        "CreateSubnet",
        json!({"VpcId": "vpc-1a2b3c4d", "CidrBlock": "10.1.1.0/28", "Ipv6CidrBlock": "fd12::/64",
            "TagSpecifications": tags}),
    );
    cloud
}

#[test]
fn addresses_are_picked_until_none_is_left() {
    let mut cloud = small();
    let first = create(&mut cloud, json!({"SecondaryPrivateIpAddressCount": 2, "Ipv6AddressCount": 1})).unwrap();
    assert_eq!(addresses(&first), ["10.1.1.4", "10.1.1.5", "10.1.1.6"]);
    assert_eq!(first["PrivateIpAddress"], "10.1.1.4");
    assert_eq!(first["PrivateIpAddresses"][0]["Primary"], true);
    assert_eq!(first["PrivateIpAddresses"][1]["Primary"], false);
    assert_eq!(texts(&first["Ipv6Addresses"], "Ipv6Address"), ["fd12::4"]);
    for _ in 0..8 {
        create(&mut cloud, json!({})).unwrap();
    }
    let words = "InsufficientFreeAddressesInSubnet: The specified subnet does not have enough free addresses to satisfy \
                 the request.";
    assert_eq!(create(&mut cloud, json!({})), Err(words.into()));
    let subnet = cloud.ask("DescribeSubnets", json!({"SubnetIds": ["subnet-1a2b3c4d"]}));
    assert_eq!(subnet["Subnets"][0]["AvailableIpAddressCount"], 0);
}

#[test]
fn addresses_are_given() {
    let mut cloud = small();
    let more = json!([{"PrivateIpAddress": "10.1.1.9", "Primary": true}, {"PrivateIpAddress": "10.1.1.8"}]);
    let made = create(&mut cloud, json!({"PrivateIpAddresses": more})).unwrap();
    assert_eq!(addresses(&made), ["10.1.1.9", "10.1.1.8"]);
    let made =
        create(&mut cloud, json!({"PrivateIpAddress": "10.1.1.10", "Ipv6Addresses": [{"Ipv6Address": "fd12::a"}]}));
    assert_eq!(made.unwrap()["Ipv6Address"], "fd12::a");
    for (address, words) in [
        ("10.1.1.9", "InvalidIPAddress.InUse: Address 10.1.1.9 is in use."),
        ("10.1.1.3", "InvalidParameterValue: Address 10.1.1.3 is in subnet's reserved address range"),
        ("10.1.1.15", "InvalidParameterValue: Address 10.1.1.15 is in subnet's reserved address range"),
        ("10.1.2.4", "InvalidParameterValue: Address 10.1.2.4 does not fall within the subnet's address range"),
        ("x", "InvalidParameterValue: invalid value for parameter address: x"),
    ] {
        assert_eq!(create(&mut cloud, json!({"PrivateIpAddress": address})), Err(words.into()));
    }
    let two =
        json!([{"PrivateIpAddress": "10.1.1.11", "Primary": true}, {"PrivateIpAddress": "10.1.1.12", "Primary": true}]);
    let words = create(&mut cloud, json!({"PrivateIpAddresses": two})).unwrap_err();
    assert!(words.starts_with("InvalidParameterCombination: Only one primary"), "{words}");
    let words = create(&mut cloud, json!({"SecondaryPrivateIpAddressCount": 50})).unwrap_err();
    assert!(words.starts_with("PrivateIpAddressLimitExceeded"), "{words}");
    let words = create(&mut cloud, json!({"Ipv4PrefixCount": 1})).unwrap_err();
    assert!(words.starts_with("UnsupportedOperation"), "{words}");
}

#[test]
fn secondary_addresses_come_and_go() {
    let mut cloud = Cloud::with_subnet();
    cloud.interface("eni-11111111", &[]);
    cloud.interface("eni-22222222", &[]);
    let of = |id: &str, more: Value| {
        let mut members = json!({"NetworkInterfaceId": id});
        members.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        members
    };
    let given = of("eni-11111111", json!({"PrivateIpAddresses": ["10.1.1.50", "10.1.1.51"]}));
    let reply = cloud.ask(ASSIGN, given.clone());
    assert_eq!(texts(&reply["AssignedPrivateIpAddresses"], "PrivateIpAddress"), ["10.1.1.50", "10.1.1.51"]);
    assert_eq!(cloud.refused(ASSIGN, given), "InvalidIPAddress.InUse: Address 10.1.1.50 is in use.");
    let picked = cloud.ask(ASSIGN, of("eni-22222222", json!({"SecondaryPrivateIpAddressCount": 1})));
    assert_eq!(texts(&picked["AssignedPrivateIpAddresses"], "PrivateIpAddress"), ["10.1.1.6"]);
    // Another interface takes a secondary address over, but no primary one.
    let over = |address: &str| of("eni-22222222", json!({"PrivateIpAddresses": [address], "AllowReassignment": true}));
    cloud.ask(ASSIGN, over("10.1.1.51"));
    assert_eq!(addresses(&cloud.described("eni-11111111")), ["10.1.1.4", "10.1.1.50"]);
    assert_eq!(addresses(&cloud.described("eni-22222222")), ["10.1.1.5", "10.1.1.6", "10.1.1.51"]);
    assert!(cloud.refused(ASSIGN, over("10.1.1.4")).starts_with("InvalidIPAddress.InUse"));
    cloud.ask(UNASSIGN, of("eni-11111111", json!({"PrivateIpAddresses": ["10.1.1.50"]})));
    assert_eq!(addresses(&cloud.described("eni-11111111")), ["10.1.1.4"]);
    assert!(
        cloud
            .refused(UNASSIGN, of("eni-11111111", json!({"PrivateIpAddresses": ["10.1.1.50"]})))
            .contains("not assigned to interface eni-11111111: 10.1.1.50")
    );
    assert!(
        cloud.refused(UNASSIGN, of("eni-11111111", json!({"PrivateIpAddresses": ["10.1.1.4"]}))).contains("primary")
    );
    let both = of("eni-11111111", json!({"PrivateIpAddresses": ["10.1.1.60"], "SecondaryPrivateIpAddressCount": 1}));
    assert!(cloud.refused(ASSIGN, both).starts_with("InvalidParameterCombination"));
    assert!(cloud.refused(ASSIGN, of("eni-11111111", json!({}))).starts_with("MissingParameter"));
}

#[test]
fn ipv6_addresses_come_and_go() {
    let mut cloud = small();
    cloud.interface("eni-11111111", &[]);
    let assign = |more: Value| {
        let mut members = json!({"NetworkInterfaceId": "eni-11111111"});
        members.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        members
    };
    let reply = cloud.ask("AssignIpv6Addresses", assign(json!({"Ipv6AddressCount": 2})));
    assert_eq!(reply["AssignedIpv6Addresses"], json!(["fd12::4", "fd12::5"]));
    cloud.ask("AssignIpv6Addresses", assign(json!({"Ipv6Addresses": ["fd12::99"]})));
    let reply = cloud.ask("UnassignIpv6Addresses", assign(json!({"Ipv6Addresses": ["fd12::5"]})));
    assert_eq!(reply["UnassignedIpv6Addresses"], json!(["fd12::5"]));
    assert_eq!(texts(&cloud.described("eni-11111111")["Ipv6Addresses"], "Ipv6Address"), ["fd12::4", "fd12::99"]);
    assert_eq!(addresses(&cloud.described("eni-11111111")), ["10.1.1.4"], "IPv4 is as it was");
    for (address, words) in [("fd13::1", "does not fall within"), ("fd12::99", "in use"), ("fd12::1", "reserved")] {
        let refusal = cloud.refused("AssignIpv6Addresses", assign(json!({"Ipv6Addresses": [address]})));
        assert!(refusal.contains(words), "{refusal}");
    }
    let of_other = cloud.refused(ASSIGN, assign(json!({"PrivateIpAddresses": ["fd12::77"]})));
    assert!(of_other.starts_with("InvalidParameterValue"), "{of_other}");
}
