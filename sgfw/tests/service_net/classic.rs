//! Instances of EC2-Classic (F17, F26, F34, F36).

use crate::cloud::{Cloud, filter, launch, texts};
use serde_json::{Value, json};
use sgfw::inventory::lower;
use std::sync::Arc;

fn named(names: &[String]) -> Value {
    let mut members = launch();
    members["SecurityGroups"] = json!(names);
    members
}

#[test]
fn f17_f34_an_instance_of_classic_has_groups_by_name_and_keeps_them() {
    let mut cloud = Cloud::classic();
    cloud.group("sg-aaaa1111", "websrv", "");
    let made = cloud.rehearsed("RunInstances", named(&["websrv".into()]));
    let instance = &made["Instances"][0];
    assert_eq!(texts(&instance["SecurityGroups"], "GroupName"), ["websrv"]);
    assert_eq!(texts(&made["Groups"], "GroupName"), ["websrv"], "and so has the reservation");
    assert_eq!((instance.get("VpcId"), &instance["NetworkInterfaces"]), (None, &json!([])));
    assert_eq!(instance["PrivateIpAddress"], "10.0.0.4");
    let id = instance["InstanceId"].as_str().unwrap();
    assert_eq!(
        cloud.refused("ModifyInstanceAttribute", json!({"InstanceId": id, "Groups": ["sg-aaaa1111"]})),
        format!(
            "UnsupportedOperation: The security groups of the EC2-Classic instance '{id}' cannot be changed after launch."
        )
    );
    let without = cloud.ask("RunInstances", launch());
    assert_eq!(texts(&without["Instances"][0]["SecurityGroups"], "GroupName"), ["default"]);
    assert_eq!(
        cloud.refused("RunInstances", named(&["nobody".into()])),
        "InvalidGroup.NotFound: The security group 'nobody' does not exist"
    );
}

#[test]
fn f34_up_to_500_groups_and_the_limit_can_be_set() {
    let mut cloud = Cloud::classic();
    Arc::make_mut(&mut cloud.state.settings).quotas.classic_groups = 600;
    let names: Vec<String> = (0..501).map(|it| format!("g{it}")).collect();
    names.iter().enumerate().for_each(|(at, name)| cloud.group(&format!("sg-{at:08x}"), name, ""));
    let made = cloud.ask("RunInstances", named(&names[..500]));
    assert_eq!(made["Instances"][0]["SecurityGroups"].as_array().unwrap().len(), 500);
    let words = "SecurityGroupsPerInstanceLimitExceeded";
    assert!(cloud.refused("RunInstances", named(&names)).starts_with(words));
    Arc::make_mut(&mut cloud.state.settings).quotas.classic_groups_per_instance = 3;
    assert!(cloud.refused("RunInstances", named(&names[..4])).starts_with(words));
}

#[test]
fn f36_f60_groups_of_classic_and_of_vpcs_do_not_mix() {
    let mut cloud = Cloud::classic();
    cloud.vpc("vpc-1a2b3c4d", "10.1.0.0/16");
    cloud.subnet("subnet-1a2b3c4d", "vpc-1a2b3c4d", "10.1.1.0/24");
    cloud.group("sg-aaaa1111", "websrv", "");
    cloud.group("sg-bbbb2222", "web", "vpc-1a2b3c4d");
    let words = "InvalidGroup.NotFound: You have specified two resources that belong to different networks.";
    let mut members = launch();
    members["SecurityGroupIds"] = json!(["sg-bbbb2222"]);
    assert_eq!(cloud.refused("RunInstances", members.clone()), words);
    members["SubnetId"] = json!("subnet-1a2b3c4d");
    cloud.ask("RunInstances", members.clone());
    members["SecurityGroupIds"] = json!(["sg-aaaa1111"]);
    assert_eq!(cloud.refused("RunInstances", members), words);
}

#[test]
fn f23_f26_a_group_with_instances_stays() {
    let mut cloud = Cloud::classic();
    cloud.group("sg-aaaa1111", "websrv", "");
    let made = cloud.ask("RunInstances", named(&["websrv".into()]));
    assert_eq!(
        cloud.refused("DeleteSecurityGroup", json!({"GroupName": "websrv"})),
        "InvalidGroup.InUse: There are active instances using security group 'websrv'"
    );
    cloud.ask("TerminateInstances", json!({"InstanceIds": texts(&made["Instances"], "InstanceId")}));
    cloud.ask("DeleteSecurityGroup", json!({"GroupName": "websrv"}));
}

#[test]
fn an_instance_of_classic_can_have_any_address_and_a_device() {
    let mut cloud = Cloud::classic();
    let mut members = launch();
    members["PrivateIpAddress"] = json!("192.0.2.7");
    members["TagSpecifications"] =
        json!([{"ResourceType": "network-interface", "Tags": [{"Key": "sgfw:device", "Value": "tap0"}]}]);
    cloud.ask("RunInstances", members);
    let lowered = lower(&cloud.state);
    let interface = lowered.snapshot.interfaces.values().next().unwrap();
    assert!(interface.addresses.contains(&"192.0.2.7".parse().unwrap()));
    let found = cloud.ask("DescribeInstances", json!({"Filters": filter("private-ip-address", &["192.0.2.7"])}));
    assert_eq!(found["Reservations"].as_array().unwrap().len(), 1);
    let id = found["Reservations"][0]["Instances"][0]["InstanceId"].clone();
    cloud.vpc("vpc-1a2b3c4d", "10.1.0.0/16");
    cloud.subnet("subnet-1a2b3c4d", "vpc-1a2b3c4d", "10.1.1.0/24");
    cloud.interface("eni-11111111", &[]);
    let attach = json!({"NetworkInterfaceId": "eni-11111111", "InstanceId": id, "DeviceIndex": 1});
    assert!(cloud.refused("AttachNetworkInterface", attach).starts_with("OperationNotPermitted"));
}
