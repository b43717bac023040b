//! Instances: launch, life, groups (F17, F23, F30, F31, F33, F34).

use crate::cloud::{Cloud, OTHER, filter, launch, list, tagged, texts};
use serde_json::{Value, json};
use std::sync::Arc;

const MODIFY: &str = "ModifyInstanceAttribute";

fn with(more: Value) -> Value {
    let mut members = launch();
    members.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    members
}

fn in_subnet(more: Value) -> Value {
    let mut members = with(more);
    members["SubnetId"] = json!("subnet-1a2b3c4d");
    members
}

fn described(cloud: &mut Cloud, id: &str) -> Value {
    cloud.ask("DescribeInstances", json!({"InstanceIds": [id]}))["Reservations"][0]["Instances"][0].clone()
}

#[test]
fn f17_an_instance_without_groups_gets_the_default_group_of_its_vpc() {
    let mut cloud = Cloud::with_subnet();
    let made = cloud.rehearsed("RunInstances", in_subnet(json!({})))["Instances"][0].clone();
    assert_eq!(texts(&made["SecurityGroups"], "GroupName"), ["default"]);
    assert_eq!(made["VpcId"], "vpc-1a2b3c4d");
    assert_eq!(made["NetworkInterfaces"][0]["Groups"], made["SecurityGroups"]);
    // Without a subnet it goes to the default VPC.
    let made = cloud.ask("RunInstances", launch())["Instances"][0].clone();
    let default = cloud.state.default_vpc(&cloud.scope).unwrap().id.to_string();
    assert_eq!(
        (&made["VpcId"], texts(&made["SecurityGroups"], "GroupName")),
        (&json!(default), vec!["default".into()])
    );
}

#[test]
fn f34_up_to_five_groups_at_launch() {
    let mut cloud = Cloud::with_subnet();
    let ids: Vec<String> = (0..6).map(|it| format!("sg-{it:08x}")).collect();
    ids.iter().for_each(|id| cloud.group(id, &format!("n {id}"), "vpc-1a2b3c4d"));
    let made = cloud.ask("RunInstances", in_subnet(json!({"SecurityGroupIds": &ids[..5]})));
    assert_eq!(texts(&made["Instances"][0]["SecurityGroups"], "GroupId"), ids[..5]);
    let words = "SecurityGroupsPerInstanceLimitExceeded: The maximum number of security groups per instance has been \
                 reached.";
    assert_eq!(cloud.refused("RunInstances", in_subnet(json!({"SecurityGroupIds": ids}))), words);
    let id = &made["Instances"][0]["InstanceId"];
    assert_eq!(cloud.refused(MODIFY, json!({"InstanceId": id, "Groups": ids})), words);
}

#[test]
fn f30_f31_f33_groups_of_an_instance_are_those_of_its_primary_interface() {
    let mut cloud = Cloud::with_subnet();
    cloud.group("sg-bbbb2222", "db", "vpc-1a2b3c4d");
    let made = cloud.instance("i-1a2b3c4d", &["sg-aaaa1111"]);
    cloud.interface("eni-11111111", &["sg-aaaa1111"]);
    let attach = json!({"NetworkInterfaceId": "eni-11111111", "InstanceId": "i-1a2b3c4d", "DeviceIndex": 1});
    cloud.ask("AttachNetworkInterface", attach);
    let primary = made["NetworkInterfaces"][0]["NetworkInterfaceId"].as_str().unwrap().to_owned();
    let set = |id: &str| json!({"InstanceId": "i-1a2b3c4d", "Groups": [id]});
    cloud.rehearsed(MODIFY, set("sg-bbbb2222"));
    assert_eq!(cloud.groups_of(&primary), ["sg-bbbb2222"]);
    assert_eq!(cloud.groups_of("eni-11111111"), ["sg-aaaa1111"], "the other interface is as it was");
    assert_eq!(texts(&described(&mut cloud, "i-1a2b3c4d")["SecurityGroups"], "GroupId"), ["sg-bbbb2222"]);
    // A stopped instance too.
    cloud.ask("StopInstances", json!({"InstanceIds": ["i-1a2b3c4d"]}));
    cloud.ask(MODIFY, set("sg-aaaa1111"));
    assert_eq!(cloud.groups_of(&primary), ["sg-aaaa1111"]);
    cloud.vpc("vpc-bbbbbbbb", "10.2.0.0/16");
    cloud.group("sg-cccc3333", "x", "vpc-bbbbbbbb");
    assert_eq!(
        cloud.refused(MODIFY, set("sg-cccc3333")),
        "InvalidGroup.NotFound: You have specified two resources that belong to different networks."
    );
    cloud.ask("TerminateInstances", json!({"InstanceIds": ["i-1a2b3c4d"]}));
    assert_eq!(
        cloud.refused(MODIFY, set("sg-aaaa1111")),
        "IncorrectState: Instance 'i-1a2b3c4d' is not 'running' or 'stopped'."
    );
    assert_eq!(
        cloud.refused(MODIFY, json!({"InstanceId": "i-99999999", "Groups": ["sg-aaaa1111"]})),
        "InvalidInstanceID.NotFound: The instance ID 'i-99999999' does not exist"
    );
}

#[test]
fn f23_a_stopped_instance_is_a_member_and_a_terminated_one_is_not() {
    let mut cloud = Cloud::with_subnet();
    cloud.instance("i-1a2b3c4d", &["sg-aaaa1111"]);
    let ids = json!({"InstanceIds": ["i-1a2b3c4d"]});
    let delete = json!({"GroupId": "sg-aaaa1111"});
    let stopped = cloud.rehearsed("StopInstances", ids.clone())["StoppingInstances"][0].clone();
    assert_eq!(stopped["CurrentState"], json!({"Code": 80, "Name": "stopped"}));
    assert_eq!(stopped["PreviousState"], json!({"Code": 16, "Name": "running"}));
    let in_use = "DependencyViolation: resource sg-aaaa1111 has a dependent object";
    assert_eq!(cloud.refused("DeleteSecurityGroup", delete.clone()), in_use);
    let started = cloud.rehearsed("StartInstances", ids.clone())["StartingInstances"][0].clone();
    assert_eq!(started["CurrentState"]["Name"], "running");
    let ended = cloud.rehearsed("TerminateInstances", ids.clone())["TerminatingInstances"][0].clone();
    assert_eq!(ended["CurrentState"], json!({"Code": 48, "Name": "terminated"}));
    cloud.ask("DeleteSecurityGroup", delete);
    let over = described(&mut cloud, "i-1a2b3c4d");
    assert_eq!((&over["State"]["Name"], &over["NetworkInterfaces"]), (&json!("terminated"), &json!([])));
    assert!(cloud.refused("StartInstances", ids.clone()).starts_with("IncorrectInstanceState"));
    cloud.ask("TerminateInstances", ids);
}

#[test]
fn interfaces_go_with_their_instance_or_stay() {
    let mut cloud = Cloud::with_subnet();
    cloud.interface("eni-11111111", &[]);
    let wanted = json!([
        {"DeviceIndex": 0, "NetworkInterfaceId": "eni-11111111"},
        {"DeviceIndex": 1, "SubnetId": "subnet-1a2b3c4d", "Groups": ["sg-aaaa1111"], "Description": "second"},
    ]);
    let made = cloud.rehearsed("RunInstances", with(json!({"NetworkInterfaces": wanted})))["Instances"][0].clone();
    assert_eq!(made["NetworkInterfaces"].as_array().unwrap().len(), 2);
    assert_eq!(made["NetworkInterfaces"][1]["Description"], "second");
    cloud.ask("TerminateInstances", json!({"InstanceIds": [made["InstanceId"]]}));
    let left = cloud.ask("DescribeNetworkInterfaces", json!({}));
    assert_eq!(texts(&left["NetworkInterfaces"], "NetworkInterfaceId"), ["eni-11111111"]);
    assert_eq!(left["NetworkInterfaces"][0]["Status"], "available");
}

#[test]
fn interfaces_and_what_they_replace_are_not_combined() {
    let mut cloud = Cloud::with_subnet();
    let one = json!([{"DeviceIndex": 0, "SubnetId": "subnet-1a2b3c4d"}]);
    let refused = |cloud: &mut Cloud, members: Value| cloud.refused("RunInstances", members);
    assert_eq!(
        refused(&mut cloud, in_subnet(json!({"NetworkInterfaces": one}))),
        "InvalidParameterCombination: Network interfaces and an instance-level subnet ID may not be specified on the same \
         request"
    );
    let both = with(json!({"NetworkInterfaces": one, "SecurityGroupIds": ["sg-aaaa1111"]}));
    assert!(refused(&mut cloud, both).contains("instance-level security groups may not be specified"));
    let no_primary = json!([{"DeviceIndex": 1, "SubnetId": "subnet-1a2b3c4d"}]);
    assert!(refused(&mut cloud, with(json!({"NetworkInterfaces": no_primary}))).contains("device at index 0"));
    let twice =
        json!([{"DeviceIndex": 0, "SubnetId": "subnet-1a2b3c4d"}, {"DeviceIndex": 0, "SubnetId": "subnet-1a2b3c4d"}]);
    assert!(refused(&mut cloud, with(json!({"NetworkInterfaces": twice}))).contains("specified twice"));
    let named = in_subnet(json!({"SecurityGroups": ["web"]}));
    assert_eq!(
        refused(&mut cloud, named),
        "InvalidParameterCombination: The parameter groupName cannot be used with the parameter subnet"
    );
    let mut many = in_subnet(json!({"PrivateIpAddress": "10.1.1.9"}));
    many["MaxCount"] = json!(2);
    assert!(refused(&mut cloud, many).contains("for one instance only"));
}

#[test]
fn f94_groups_are_named_in_the_default_vpc_only() {
    let mut cloud = Cloud::with_subnet();
    let default = cloud.ask("DescribeVpcs", json!({"Filters": filter("is-default", &["true"])}));
    let default = default["Vpcs"][0]["VpcId"].as_str().unwrap().to_owned();
    cloud.group("sg-bbbb2222", "db", &default);
    let made = cloud.ask("RunInstances", with(json!({"SecurityGroups": ["db"]})));
    assert_eq!(texts(&made["Instances"][0]["SecurityGroups"], "GroupId"), ["sg-bbbb2222"]);
    assert_eq!(
        cloud.refused("RunInstances", with(json!({"SecurityGroups": ["web"]}))),
        format!("InvalidGroup.NotFound: The security group 'web' does not exist in default VPC '{default}'")
    );
}

#[test]
fn without_a_default_vpc_a_subnet_must_be_said() {
    let mut cloud = Cloud::with_subnet();
    let default = cloud.state.default_vpc(&cloud.scope).unwrap().id.to_string();
    for subnet in
        texts(&cloud.ask("DescribeSubnets", json!({"Filters": filter("vpc-id", &[&default])}))["Subnets"], "SubnetId")
    {
        cloud.ask("DeleteSubnet", json!({"SubnetId": subnet}));
    }
    assert_eq!(
        cloud.refused("RunInstances", launch()),
        format!("MissingInput: No subnets found for the default VPC '{default}'. Please specify a subnet.")
    );
    cloud.ask("DeleteVpc", json!({"VpcId": default}));
    assert_eq!(
        cloud.refused("RunInstances", launch()),
        "VPCIdNotSpecified: No default VPC for this user. GroupName is only supported for EC2-Classic and default VPC."
    );
}

#[test]
fn as_many_are_launched_as_there_are_addresses() {
    let mut cloud = Cloud::new();
    cloud.vpc("vpc-1a2b3c4d", "10.1.0.0/16");
    cloud.subnet("subnet-1a2b3c4d", "vpc-1a2b3c4d", "10.1.1.0/28");
    let counts = |least: i64, most: i64| {
        let mut members = in_subnet(json!({}));
        members["MinCount"] = json!(least);
        members["MaxCount"] = json!(most);
        members
    };
    assert!(cloud.refused("RunInstances", counts(12, 20)).starts_with("InsufficientFreeAddressesInSubnet"));
    let made = cloud.ask("RunInstances", counts(2, 20));
    assert_eq!(made["Instances"].as_array().unwrap().len(), 11);
    for (least, most) in [(0, 1), (2, 1)] {
        assert!(cloud.refused("RunInstances", counts(least, most)).contains("for minCount"));
    }
    // They are one reservation.
    let all = cloud.ask("DescribeInstances", json!({}))["Reservations"].clone();
    assert_eq!(all.as_array().unwrap().len(), 1);
    assert_eq!((&all[0]["ReservationId"], all[0]["Instances"].as_array().unwrap().len()), (&made["ReservationId"], 11));
}

#[test]
fn reservations_are_of_one_time() {
    let mut cloud = Cloud::with_subnet();
    cloud.instance("i-11111111", &[]);
    cloud.now = "2026-11-22T00:00:00.000Z".into();
    cloud.instance("i-22222222", &[]);
    let all = cloud.rehearsed("DescribeInstances", json!({}))["Reservations"].clone();
    assert_eq!(all.as_array().unwrap().len(), 2);
    assert!(all.as_array().unwrap().iter().all(|it| it["ReservationId"].as_str().unwrap().starts_with("r-")));
}

#[test]
fn instances_are_found_by_filters() {
    let mut cloud = Cloud::with_subnet();
    cloud.ask("RunInstances", launch());
    let tags = json!([{"ResourceType": "instance", "Tags": list(&[("_custom_id_", "i-1a2b3c4d"), ("env", "prod")])}]);
    cloud.ask("RunInstances", in_subnet(json!({"SecurityGroupIds": ["sg-aaaa1111"], "TagSpecifications": tags})));
    cloud.ask("StopInstances", json!({"InstanceIds": ["i-1a2b3c4d"]}));
    for (name, value) in [
        ("instance-id", "i-1a2b3c4d"),
        ("instance-state-name", "stopped"),
        ("instance-state-code", "80"),
        ("instance.group-id", "sg-aaaa1111"),
        ("instance.group-name", "web"),
        ("vpc-id", "vpc-1a2b3c4d"),
        ("subnet-id", "subnet-1a2b3c4d"),
        ("private-ip-address", "10.1.1.4"),
        ("network-interface.group-id", "sg-aaaa1111"),
        ("network-interface.addresses.private-ip-address", "10.1.1.4"),
        ("tag:env", "prod"),
    ] {
        let found = cloud.ask("DescribeInstances", json!({"Filters": filter(name, &[value])}))["Reservations"].clone();
        assert_eq!(texts(&found[0]["Instances"], "InstanceId"), ["i-1a2b3c4d"], "{name}");
        assert_eq!(found.as_array().unwrap().len(), 1, "{name}");
    }
    let none = cloud.ask("DescribeInstances", json!({"Filters": filter("key-name", &["*"])}));
    assert_eq!(none["Reservations"], json!([]), "a filter that AWS has too");
    assert!(cloud.refused("DescribeInstances", json!({"Filters": filter("x", &["*"])})).contains("'x' is invalid"));
    cloud.as_account(OTHER);
    assert!(cloud.refused("DescribeInstances", json!({"InstanceIds": ["i-1a2b3c4d"]})).contains("does not exist"));
}

#[test]
fn other_attributes_are_not_kept() {
    let mut cloud = Cloud::with_subnet();
    let made = cloud.instance("i-1a2b3c4d", &[]);
    let primary = made["NetworkInterfaces"][0]["NetworkInterfaceId"].as_str().unwrap().to_owned();
    cloud.ask(MODIFY, json!({"InstanceId": "i-1a2b3c4d", "SourceDestCheck": {"Value": false}}));
    assert_eq!(cloud.described(&primary)["SourceDestCheck"], false);
    cloud.ask(MODIFY, json!({"InstanceId": "i-1a2b3c4d", "Attribute": "sourceDestCheck", "Value": "true"}));
    assert_eq!(cloud.described(&primary)["SourceDestCheck"], true);
    let kept = json!({"InstanceId": "i-1a2b3c4d", "DisableApiTermination": {"Value": true}});
    assert_eq!(
        cloud.refused(MODIFY, kept),
        "UnsupportedOperation: The attribute disableApiTermination of instances is not kept."
    );
    let both = json!({"InstanceId": "i-1a2b3c4d", "SourceDestCheck": {"Value": false}, "Groups": ["sg-aaaa1111"]});
    assert!(cloud.refused(MODIFY, both).starts_with("InvalidParameterCombination"));
    assert!(cloud.refused(MODIFY, json!({"InstanceId": "i-1a2b3c4d"})).ends_with("No attributes specified."));
}

#[test]
fn terminated_instances_are_forgotten_when_they_are_many() {
    let mut cloud = Cloud::with_subnet();
    for round in 0..6 {
        cloud.now = format!("2026-11-2{round}T00:00:00.000Z");
        let mut members = in_subnet(json!({"TagSpecifications": tagged("instance", &[("round", &round.to_string())])}));
        members["MaxCount"] = json!(50);
        members["MinCount"] = json!(50);
        let made = cloud.ask("RunInstances", members);
        cloud.ask("TerminateInstances", json!({"InstanceIds": texts(&made["Instances"], "InstanceId")}));
    }
    assert_eq!(cloud.state.instances.len(), 150, "100 before the last launch, and that one");
    assert!(cloud.state.instances.values().all(|it| it.tags["round"].as_str() >= "3"), "the newest");
    Arc::make_mut(&mut cloud.state.settings).quotas.interfaces_per_region = 0;
    assert!(cloud.refused("RunInstances", launch()).starts_with("NetworkInterfaceLimitExceeded"));
}

#[test]
fn what_runs_is_well_and_the_rest_is_told_on_demand() {
    let mut cloud = Cloud::with_subnet();
    cloud.instance("i-11111111", &[]);
    cloud.instance("i-22222222", &[]);
    cloud.ask("StopInstances", json!({"InstanceIds": ["i-22222222"]}));
    let told = cloud.rehearsed("DescribeInstanceStatus", json!({}))["InstanceStatuses"].clone();
    assert_eq!(texts(&told, "InstanceId"), ["i-11111111"]);
    let well = json!({"Status": "ok", "Details": [{"Name": "reachability", "Status": "passed"}]});
    assert_eq!((&told[0]["InstanceStatus"], &told[0]["SystemStatus"]), (&well, &well));
    assert_eq!(told[0]["InstanceState"], json!({"Code": 16, "Name": "running"}));
    let all = |more: Value| {
        let mut request = json!({"IncludeAllInstances": true});
        request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        request
    };
    let told = cloud.ask("DescribeInstanceStatus", all(json!({})))["InstanceStatuses"].clone();
    assert_eq!(told[1]["InstanceStatus"], json!({"Status": "not-applicable"}));
    for (name, value, found) in [
        ("instance-status.status", "ok", "i-11111111"),
        ("system-status.reachability", "passed", "i-11111111"),
        ("instance-state-name", "stopped", "i-22222222"),
    ] {
        let told = cloud.ask("DescribeInstanceStatus", all(json!({"Filters": filter(name, &[value])})));
        assert_eq!(texts(&told["InstanceStatuses"], "InstanceId"), [found], "{name}");
    }
    let unknown = cloud.refused("DescribeInstanceStatus", json!({"InstanceIds": ["i-99999999"]}));
    assert!(unknown.starts_with("InvalidInstanceID.NotFound"), "{unknown}");
}
