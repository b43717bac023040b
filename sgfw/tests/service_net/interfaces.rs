//! Network interfaces and their groups (F17, F29-F36).

use crate::cloud::{Cloud, OTHER, custom, filter, tagged, texts};
use serde_json::{Value, json};
use std::sync::Arc;

const MODIFY: &str = "ModifyNetworkInterfaceAttribute";

fn create(more: Value) -> Value {
    let mut members = json!({"SubnetId": "subnet-1a2b3c4d"});
    members.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    members
}

fn groups(ids: &[&str]) -> Value {
    json!({"NetworkInterfaceId": "eni-11111111", "Groups": ids})
}

/// Groups `sg-00000000` and so on in `vpc-1a2b3c4d`, with their ids.
fn many(cloud: &mut Cloud, number: u32) -> Vec<String> {
    let ids: Vec<String> = (0..number).map(|it| format!("sg-{it:08x}")).collect();
    ids.iter().for_each(|id| cloud.group(id, &format!("n {id}"), "vpc-1a2b3c4d"));
    ids
}

#[test]
fn f17_f30_an_interface_without_groups_gets_the_default_group_of_its_vpc() {
    let mut cloud = Cloud::with_subnet();
    let made = cloud.rehearsed("CreateNetworkInterface", create(json!({})))["NetworkInterface"].clone();
    assert_eq!(texts(&made["Groups"], "GroupName"), ["default"]);
    assert_eq!((&made["VpcId"], &made["Status"]), (&json!("vpc-1a2b3c4d"), &json!("available")));
    let default = made["Groups"][0]["GroupId"].as_str().unwrap().to_owned();
    let of = json!({"Filters": filter("vpc-id", &["vpc-1a2b3c4d"])});
    let all = cloud.ask("DescribeSecurityGroups", of);
    assert!(texts(&all["SecurityGroups"], "GroupId").contains(&default));
}

#[test]
fn f29_two_interfaces_of_a_subnet_can_differ() {
    let mut cloud = Cloud::with_subnet();
    cloud.interface("eni-11111111", &["sg-aaaa1111"]);
    cloud.interface("eni-22222222", &[]);
    assert_eq!(cloud.groups_of("eni-11111111"), ["sg-aaaa1111"]);
    assert_ne!(cloud.groups_of("eni-22222222"), ["sg-aaaa1111"]);
}

#[test]
fn f32_f33_the_groups_given_replace_the_present_ones() {
    let mut cloud = Cloud::with_subnet();
    many(&mut cloud, 3);
    cloud.interface("eni-11111111", &["sg-00000000", "sg-00000001"]);
    cloud.rehearsed(MODIFY, groups(&["sg-00000002", "sg-aaaa1111"]));
    assert_eq!(cloud.groups_of("eni-11111111"), ["sg-00000002", "sg-aaaa1111"]);
    let asked = json!({"NetworkInterfaceId": "eni-11111111", "Attribute": "groupSet"});
    let shown = cloud.rehearsed("DescribeNetworkInterfaceAttribute", asked);
    assert_eq!(texts(&shown["Groups"], "GroupName"), ["n sg-00000002", "web"]);
    // Doubles count once, and none at all means the default group (F17).
    cloud.ask(MODIFY, groups(&["sg-aaaa1111", "sg-aaaa1111"]));
    assert_eq!(cloud.groups_of("eni-11111111"), ["sg-aaaa1111"]);
    cloud.ask(MODIFY, groups(&[]));
    assert_eq!(texts(&cloud.described("eni-11111111")["Groups"], "GroupName"), ["default"]);
}

#[test]
fn f34_an_interface_has_up_to_five_groups_and_up_to_16_by_setting() {
    let mut cloud = Cloud::with_subnet();
    let ids = many(&mut cloud, 17);
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let words = "SecurityGroupsPerInterfaceLimitExceeded: The maximum number of security groups per interface has been \
                 reached.";
    cloud.interface("eni-11111111", &ids[..5]);
    assert_eq!(cloud.refused(MODIFY, groups(&ids[..6])), words);
    assert_eq!(cloud.refused("CreateNetworkInterface", create(json!({"Groups": &ids[..6]}))), words);
    Arc::make_mut(&mut cloud.state.settings).quotas.groups_per_interface = 30;
    cloud.ask(MODIFY, groups(&ids[..16]));
    assert_eq!(cloud.groups_of("eni-11111111").len(), 16);
    assert_eq!(cloud.refused(MODIFY, groups(&ids)), words);
}

#[test]
fn f1_f36_groups_are_of_the_interfaces_vpc() {
    let mut cloud = Cloud::with_subnet();
    cloud.vpc("vpc-bbbbbbbb", "10.2.0.0/16");
    cloud.group("sg-bbbb2222", "db", "vpc-bbbbbbbb");
    cloud.interface("eni-11111111", &[]);
    let words = "InvalidGroup.NotFound: You have specified two resources that belong to different networks.";
    assert_eq!(cloud.refused(MODIFY, groups(&["sg-bbbb2222"])), words);
    assert_eq!(cloud.refused("CreateNetworkInterface", create(json!({"Groups": ["sg-bbbb2222"]}))), words);
    // A group that is associated with the VPC is as good as one of it.
    cloud.ask("AssociateSecurityGroupVpc", json!({"GroupId": "sg-bbbb2222", "VpcId": "vpc-1a2b3c4d"}));
    cloud.ask(MODIFY, groups(&["sg-bbbb2222"]));
    assert_eq!(
        cloud.refused(MODIFY, groups(&["sg-99999999"])),
        "InvalidGroup.NotFound: The security group 'sg-99999999' does not exist"
    );
    assert_eq!(
        cloud.refused(MODIFY, groups(&["sg-9"])),
        "InvalidGroupId.Malformed: Invalid id: \"sg-9\" (expecting \"sg-...\")"
    );
}

#[test]
fn f23_a_group_with_an_interface_is_not_deleted() {
    let mut cloud = Cloud::with_subnet();
    cloud.interface("eni-11111111", &["sg-aaaa1111"]);
    let delete = json!({"GroupId": "sg-aaaa1111"});
    assert_eq!(
        cloud.refused("DeleteSecurityGroup", delete.clone()),
        "DependencyViolation: resource sg-aaaa1111 has a dependent object"
    );
    cloud.rehearsed("DeleteNetworkInterface", json!({"NetworkInterfaceId": "eni-11111111"}));
    cloud.ask("DeleteSecurityGroup", delete);
}

#[test]
fn idle_timeouts_are_within_their_ranges() {
    let mut cloud = Cloud::with_subnet();
    let made = cloud.interface("eni-11111111", &[]);
    let usual = json!({"TcpEstablishedTimeout": 432_000, "UdpStreamTimeout": 180, "UdpTimeout": 30});
    assert_eq!(made["ConnectionTrackingConfiguration"], usual);
    let set = |name: &str, seconds: i64| {
        let mut members = json!({"NetworkInterfaceId": "eni-11111111", "ConnectionTrackingSpecification": {}});
        members["ConnectionTrackingSpecification"][name] = json!(seconds);
        members
    };
    for (name, least, most) in
        [("TcpEstablishedTimeout", 60, 432_000), ("UdpStreamTimeout", 60, 180), ("UdpTimeout", 30, 60)]
    {
        for wrong in [least - 1, most + 1, -1] {
            assert_eq!(
                cloud.refused(MODIFY, set(name, wrong)),
                format!(
                    "InvalidParameterValue: Value ({wrong}) for parameter {name} is invalid. \
                     Expecting {least} to {most} seconds."
                )
            );
        }
        cloud.ask(MODIFY, set(name, most));
        cloud.ask(MODIFY, set(name, least));
    }
    let least = json!({"TcpEstablishedTimeout": 60, "UdpStreamTimeout": 60, "UdpTimeout": 30});
    assert_eq!(cloud.described("eni-11111111")["ConnectionTrackingConfiguration"], least);
    let at_birth = create(json!({"ConnectionTrackingSpecification": {"UdpTimeout": 45}}));
    let made = cloud.ask("CreateNetworkInterface", at_birth)["NetworkInterface"].clone();
    assert_eq!(made["ConnectionTrackingConfiguration"]["UdpTimeout"], 45);
}

#[test]
fn one_attribute_is_changed_at_a_time() {
    let mut cloud = Cloud::with_subnet();
    cloud.interface("eni-11111111", &[]);
    let with = |name: &str, value: Value| {
        let mut members = json!({"NetworkInterfaceId": "eni-11111111"});
        members[name] = value;
        members
    };
    cloud.rehearsed(MODIFY, with("SourceDestCheck", json!({"Value": false})));
    cloud.rehearsed(MODIFY, with("Description", json!({"Value": "primary"})));
    let shown = cloud.described("eni-11111111");
    assert_eq!((&shown["SourceDestCheck"], &shown["Description"]), (&json!(false), &json!("primary")));
    for (attribute, member) in [("sourceDestCheck", "SourceDestCheck"), ("description", "Description")] {
        let asked = json!({"NetworkInterfaceId": "eni-11111111", "Attribute": attribute});
        assert_eq!(cloud.ask("DescribeNetworkInterfaceAttribute", asked)[member]["Value"], shown[member]);
    }
    let mut two = with("SourceDestCheck", json!({"Value": true}));
    two["Description"] = json!({"Value": "x"});
    assert_eq!(
        cloud.refused(MODIFY, two),
        "InvalidParameterCombination: Fields for multiple attribute types specified: sourceDestCheck, description"
    );
    assert!(cloud.refused(MODIFY, with("Description", json!({"Value": "x".repeat(256)}))).contains("255"));
    assert!(cloud.refused(MODIFY, with("EnablePrimaryIpv6", json!(true))).starts_with("UnsupportedOperation"));
    let nothing = json!({"NetworkInterfaceId": "eni-11111111"});
    assert!(cloud.refused(MODIFY, nothing).ends_with("No attributes specified."));
    let nobody = json!({"NetworkInterfaceId": "eni-99999999", "Groups": []});
    assert_eq!(
        cloud.refused(MODIFY, nobody),
        "InvalidNetworkInterfaceID.NotFound: The networkInterface ID 'eni-99999999' does not exist"
    );
}

#[test]
fn an_interface_that_is_held_is_not_deleted() {
    let mut cloud = Cloud::with_subnet();
    let instance = cloud.instance("i-1a2b3c4d", &[]);
    let id = instance["NetworkInterfaces"][0]["NetworkInterfaceId"].as_str().unwrap().to_owned();
    assert_eq!(
        cloud.refused("DeleteNetworkInterface", json!({"NetworkInterfaceId": id})),
        format!("InvalidParameterValue: Network interface '{id}' is currently in use.")
    );
}

#[test]
fn interfaces_are_attached_and_detached() {
    let mut cloud = Cloud::with_subnet();
    cloud.instance("i-1a2b3c4d", &[]);
    cloud.interface("eni-11111111", &["sg-aaaa1111"]);
    let attach =
        |index: i64| json!({"NetworkInterfaceId": "eni-11111111", "InstanceId": "i-1a2b3c4d", "DeviceIndex": index});
    assert_eq!(
        cloud.refused("AttachNetworkInterface", attach(0)),
        "InvalidParameterValue: Instance 'i-1a2b3c4d' already has an interface attached at device index '0'."
    );
    let id = cloud.rehearsed("AttachNetworkInterface", attach(1))["AttachmentId"].clone();
    let shown = cloud.described("eni-11111111");
    assert_eq!((&shown["Status"], &shown["Attachment"]["InstanceId"]), (&json!("in-use"), &json!("i-1a2b3c4d")));
    assert_eq!(shown["Attachment"]["DeleteOnTermination"], false);
    assert_eq!(
        cloud.refused("AttachNetworkInterface", attach(2)),
        "InvalidNetworkInterface.InUse: Interface: [eni-11111111] in use."
    );
    let keep = json!({"AttachmentId": id, "DeleteOnTermination": true});
    cloud.ask(MODIFY, json!({"NetworkInterfaceId": "eni-11111111", "Attachment": keep}));
    assert_eq!(cloud.described("eni-11111111")["Attachment"]["DeleteOnTermination"], true);
    // The groups of the instance are those of its primary interface (F30).
    let of = json!({"Filters": filter("instance.group-id", &["sg-aaaa1111"])});
    assert_eq!(cloud.ask("DescribeInstances", of)["Reservations"], json!([]));
    cloud.rehearsed("DetachNetworkInterface", json!({"AttachmentId": id}));
    assert_eq!(cloud.described("eni-11111111")["Status"], "available");
    assert!(
        cloud
            .refused("DetachNetworkInterface", json!({"AttachmentId": id}))
            .starts_with("InvalidAttachmentID.NotFound: The networkInterfaceAttachment ID 'eni-attach-")
    );
    let primary = cloud.ask("DescribeNetworkInterfaces", json!({"Filters": filter("attachment.device-index", &["0"])}));
    let primary = primary["NetworkInterfaces"][0]["Attachment"]["AttachmentId"].clone();
    assert_eq!(
        cloud.refused("DetachNetworkInterface", json!({"AttachmentId": primary})),
        "OperationNotPermitted: The network interface at device index 0 cannot be detached."
    );
}

#[test]
fn instance_and_interface_are_of_one_vpc_and_zone() {
    let mut cloud = Cloud::with_subnet();
    cloud.instance("i-1a2b3c4d", &[]);
    cloud.vpc("vpc-bbbbbbbb", "10.2.0.0/16");
    cloud.subnet("subnet-bbbbbbbb", "vpc-bbbbbbbb", "10.2.1.0/24");
    let elsewhere = json!({"VpcId": "vpc-1a2b3c4d", "CidrBlock": "10.1.2.0/24", "AvailabilityZone": "us-east-1b",
        "TagSpecifications": custom("subnet", "subnet-cccccccc")});
    cloud.ask("CreateSubnet", elsewhere);
    for (subnet, words) in [("subnet-bbbbbbbb", "same VPC"), ("subnet-cccccccc", "same availability zone")] {
        let made = cloud.ask("CreateNetworkInterface", json!({"SubnetId": subnet}));
        let id = made["NetworkInterface"]["NetworkInterfaceId"].clone();
        let attach = json!({"NetworkInterfaceId": id, "InstanceId": "i-1a2b3c4d", "DeviceIndex": 1});
        let refusal = cloud.refused("AttachNetworkInterface", attach);
        assert!(refusal.starts_with("InvalidParameterCombination") && refusal.ends_with(words), "{refusal}");
    }
}

#[test]
fn interfaces_are_found_by_filters() {
    let mut cloud = Cloud::with_subnet();
    cloud.instance("i-1a2b3c4d", &[]);
    let made = cloud.ask(
        "CreateNetworkInterface",
        create(json!({"Description": "db", "Groups": ["sg-aaaa1111"], "PrivateIpAddress": "10.1.1.77",
            "TagSpecifications": [{"ResourceType": "network-interface", "Tags": [
                {"Key": "_custom_id_", "Value": "eni-11111111"}, {"Key": "env", "Value": "prod"}]}]})),
    );
    let mac = made["NetworkInterface"]["MacAddress"].as_str().unwrap().to_owned();
    for (name, value) in [
        ("network-interface-id", "eni-11111111"),
        ("group-id", "sg-aaaa1111"),
        ("group-name", "web"),
        ("description", "d?"),
        ("private-ip-address", "10.1.1.77"),
        ("addresses.private-ip-address", "10.1.1.77"),
        ("private-dns-name", "ip-10-1-1-77.ec2.internal"),
        ("status", "available"),
        ("mac-address", mac.as_str()),
        ("tag:env", "prod"),
    ] {
        let found = cloud.rehearsed("DescribeNetworkInterfaces", json!({"Filters": filter(name, &[value])}));
        assert_eq!(texts(&found["NetworkInterfaces"], "NetworkInterfaceId"), ["eni-11111111"], "{name}");
    }
    for (name, value, number) in [
        ("subnet-id", "subnet-1a2b3c4d", 2),
        ("vpc-id", "vpc-1a2b3c4d", 2),
        ("availability-zone", "us-east-1a", 2),
        ("attachment.instance-id", "i-1a2b3c4d", 1),
        ("attachment.status", "attached", 1),
        ("association.public-ip", "*", 0),
    ] {
        let found = cloud.ask("DescribeNetworkInterfaces", json!({"Filters": filter(name, &[value])}));
        assert_eq!(found["NetworkInterfaces"].as_array().unwrap().len(), number, "{name}");
    }
    cloud.as_account(OTHER);
    assert_eq!(cloud.ask("DescribeNetworkInterfaces", json!({}))["NetworkInterfaces"], json!([]));
}

#[test]
fn a_quota_of_interfaces_can_be_set() {
    let mut cloud = Cloud::with_subnet();
    Arc::make_mut(&mut cloud.state.settings).quotas.interfaces_per_region = 1;
    cloud.interface("eni-11111111", &[]);
    assert_eq!(
        cloud.refused("CreateNetworkInterface", create(json!({}))),
        "NetworkInterfaceLimitExceeded: The maximum number of network interfaces has been reached."
    );
    let wrong = create(json!({"TagSpecifications": tagged("instance", &[("a", "b")])}));
    assert!(cloud.refused("CreateNetworkInterface", wrong).contains("'instance' is not a valid"));
}
