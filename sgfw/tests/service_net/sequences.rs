//! Anything that may happen in any order leaves a consistent state: the cloud checks it after every action.

use crate::cloud::{Cloud, OTHER, OWN, launch, list};
use crate::random::Random;
use serde_json::{Value, json};
use sgfw::inventory::{Instance, InstanceState, InterfaceId};
use std::sync::Arc;

/// Ids of each kind that there are, and some that there are not.
fn some(cloud: &Cloud, random: &mut Random, kind: &str) -> String {
    let state = &cloud.state;
    let ids: Vec<String> = match kind {
        "vpc" => state.vpcs.keys().map(ToString::to_string).collect(),
        "subnet" => state.subnets.keys().map(ToString::to_string).collect(),
        "sg" => state.groups.keys().map(ToString::to_string).collect(),
        "eni" => state.interfaces.keys().map(ToString::to_string).collect(),
        "i" => state.instances.keys().map(ToString::to_string).collect(),
        "pcx" => state.peerings.keys().map(ToString::to_string).collect(),
        "pl" => state.prefix_lists.keys().map(ToString::to_string).collect(),
        "fl" => state.flow_logs.keys().map(ToString::to_string).collect(),
        "igw" => state.gateways.keys().map(ToString::to_string).collect(),
        _ => {
            let held = state.interfaces.values().filter_map(|it| it.attachment.as_ref());
            held.map(|it| it.id.to_string()).collect()
        }
    };
    match random.below(ids.len() + 1) {
        at if at < ids.len() => ids[at].clone(),
        _ => format!("{kind}-99999999"),
    }
}

/// Values that fit an interface: groups and instances of its network, an address of its subnet.
fn fitting(cloud: &Cloud, random: &mut Random, eni: &str) -> (Vec<String>, String, String) {
    let state = &cloud.state;
    let it = InterfaceId::parse(eni).ok().and_then(|id| state.interfaces.get(&id));
    let Some(it) = it else { return (Vec::new(), "i-99999999".into(), "10.0.1.5".into()) };
    let groups = state.groups.values().filter(|group| group.network == it.network).map(|group| group.id.to_string());
    let groups: Vec<String> = groups.filter(|_| random.below(2) == 0).take(3).collect();
    let is_alive = |it: &&Arc<Instance>| it.state != InstanceState::Terminated;
    let instances = state.instances.values().filter(|instance| instance.network == it.network).filter(is_alive);
    let instances: Vec<String> = instances.map(|instance| instance.id.to_string()).collect();
    let instance = instances.get(random.below(instances.len().max(1))).cloned();
    let block = it.subnet.as_ref().and_then(|id| state.subnets.get(id)).and_then(|subnet| subnet.v4);
    let address = block.and_then(|block| block.hosts().nth(5 + random.below(6))).map(|address| address.to_string());
    (groups, instance.unwrap_or("i-99999999".into()), address.unwrap_or("10.0.1.5".into()))
}

fn action(cloud: &Cloud, random: &mut Random) -> (&'static str, Value) {
    let number = random.below(4);
    let mut id = |kind: &str| some(cloud, random, kind);
    let (vpc, subnet, sg, eni, i, pcx, pl) =
        (id("vpc"), id("subnet"), id("sg"), id("eni"), id("i"), id("pcx"), id("pl"));
    let (igw, fl, attachment, other_vpc, other_sg) = (id("igw"), id("fl"), id("eni-attach"), id("vpc"), id("sg"));
    let (own_groups, own_instance, own_address) = fitting(cloud, random, &eni);
    let owner = *random.pick(&[&OWN, &OTHER]);
    let operation = *random.pick(&[
        &"CreateVpc",
        &"CreateDefaultVpc",
        &"DeleteVpc",
        &"AssociateVpcCidrBlock",
        &"CreateSubnet",
        &"DeleteSubnet",
        &"CreateInternetGateway",
        &"AttachInternetGateway",
        &"CreateSecurityGroup",
        &"DeleteSecurityGroup",
        &"AuthorizeSecurityGroupIngress",
        &"AssociateSecurityGroupVpc",
        &"DisassociateSecurityGroupVpc",
        &"CreateNetworkInterface",
        &"DeleteNetworkInterface",
        &"ModifyNetworkInterfaceAttribute",
        &"AttachNetworkInterface",
        &"DetachNetworkInterface",
        &"AssignPrivateIpAddresses",
        &"RunInstances",
        &"TerminateInstances",
        &"StopInstances",
        &"StartInstances",
        &"ModifyInstanceAttribute",
        &"CreateVpcPeeringConnection",
        &"AcceptVpcPeeringConnection",
        &"RejectVpcPeeringConnection",
        &"DeleteVpcPeeringConnection",
        &"CreateManagedPrefixList",
        &"ModifyManagedPrefixList",
        &"RestoreManagedPrefixListVersion",
        &"DeleteManagedPrefixList",
        &"CreateFlowLogs",
        &"DeleteFlowLogs",
        &"CreateTags",
        &"DeleteTags",
    ]);
    let members = match operation {
        "CreateVpc" => json!({"CidrBlock": format!("10.{number}.0.0/16"), "AmazonProvidedIpv6CidrBlock": number == 1}),
        "DeleteVpc" => json!({"VpcId": vpc}),
        "AssociateVpcCidrBlock" => json!({"VpcId": vpc, "CidrBlock": format!("10.1{number}.0.0/16")}),
        "CreateSubnet" => json!({"VpcId": vpc, "CidrBlock": format!("10.{number}.1.0/28")}),
        "DeleteSubnet" => json!({"SubnetId": subnet}),
        "AttachInternetGateway" => json!({"VpcId": vpc, "InternetGatewayId": igw}),
        "CreateSecurityGroup" => json!({"GroupName": format!("g{number}"), "Description": "d", "VpcId": vpc}),
        "DeleteSecurityGroup" => json!({"GroupId": sg}),
        "AuthorizeSecurityGroupIngress" if number < 2 => json!({"GroupId": sg, "IpPermissions": [
            {"IpProtocol": "tcp", "FromPort": 1, "ToPort": number, "UserIdGroupPairs": [{"GroupId": other_sg}]}]}),
        "AuthorizeSecurityGroupIngress" => json!({"GroupId": sg, "IpPermissions": [
            {"IpProtocol": "-1", "PrefixListIds": [{"PrefixListId": pl}]}]}),
        "AssociateSecurityGroupVpc" => json!({"GroupId": sg, "VpcId": vpc}),
        "DisassociateSecurityGroupVpc" => {
            let pair = cloud.state.associations.keys().next();
            json!({"GroupId": pair.map_or(sg, |it| it.0.to_string()), "VpcId": pair.map_or(vpc, |it| it.1.to_string())})
        }
        "CreateNetworkInterface" => json!({"SubnetId": subnet, "Groups": if number == 0 { vec![] } else { vec![sg] },
            "SecondaryPrivateIpAddressCount": number}),
        "DeleteNetworkInterface" => json!({"NetworkInterfaceId": eni}),
        "ModifyNetworkInterfaceAttribute" => json!({"NetworkInterfaceId": eni, "Groups": own_groups}),
        "AttachNetworkInterface" => {
            json!({"NetworkInterfaceId": eni, "InstanceId": own_instance, "DeviceIndex": number})
        }
        "DetachNetworkInterface" => json!({"AttachmentId": attachment}),
        "AssignPrivateIpAddresses" => json!({"NetworkInterfaceId": eni, "AllowReassignment": true,
            "PrivateIpAddresses": [own_address]}),
        "RunInstances" => {
            let mut members = launch();
            members["SubnetId"] = json!(subnet);
            members["SecurityGroupIds"] = json!(if number < 3 { vec![] } else { vec![sg] });
            members
        }
        "TerminateInstances" | "StopInstances" | "StartInstances" => json!({"InstanceIds": [i]}),
        "ModifyInstanceAttribute" => json!({"InstanceId": i, "Groups": [sg]}),
        "CreateVpcPeeringConnection" => json!({"VpcId": vpc, "PeerVpcId": other_vpc, "PeerOwnerId": owner}),
        "AcceptVpcPeeringConnection" | "RejectVpcPeeringConnection" | "DeleteVpcPeeringConnection" => {
            json!({"VpcPeeringConnectionId": pcx})
        }
        "CreateManagedPrefixList" => json!({"PrefixListName": "l", "MaxEntries": 5, "AddressFamily": "IPv4"}),
        "ModifyManagedPrefixList" if number < 3 => {
            json!({"PrefixListId": pl, "AddEntries": [{"Cidr": format!("10.{number}.0.0/16")}]})
        }
        "ModifyManagedPrefixList" => json!({"PrefixListId": pl, "RemoveEntries": [{"Cidr": "10.1.0.0/16"}]}),
        "RestoreManagedPrefixListVersion" => {
            json!({"PrefixListId": pl, "PreviousVersion": number, "CurrentVersion": number + 1})
        }
        "DeleteManagedPrefixList" => json!({"PrefixListId": pl}),
        "CreateFlowLogs" => {
            let (kind, resource) = [("VPC", vpc), ("Subnet", subnet), ("NetworkInterface", eni)][number % 3].clone();
            json!({"ResourceType": kind, "ResourceIds": [resource], "TrafficType": "ALL", "LogGroupName": "l"})
        }
        "DeleteFlowLogs" => json!({"FlowLogIds": [fl]}),
        "CreateTags" => json!({"Resources": [eni], "Tags": list(&[("sgfw:device", &format!("tap{number}"))])}),
        "DeleteTags" => json!({"Resources": [eni]}),
        _ => json!({}),
    };
    (operation, members)
}

#[test]
fn any_sequence_of_actions_leaves_a_consistent_state() {
    let mut random = Random(2026);
    let (mut done, mut refused) = (std::collections::BTreeSet::new(), 0);
    for _ in 0..60 {
        let mut cloud = Cloud::with_subnet();
        cloud.as_account(OTHER).vpc("vpc-bbbbbbbb", "10.200.0.0/16");
        for day in 0..150 {
            cloud.now = format!("2026-{:02}-{:02}T00:00:00.000Z", 1 + day / 28, 1 + day % 28);
            cloud.as_account(random.pick(&[OWN, OTHER]));
            let (operation, members) = action(&cloud, &mut random);
            match cloud.attempt(operation, members) {
                Ok(_) => drop(done.insert(operation)),
                Err(_) => refused += 1,
            }
            sgfw::inventory::lower(&cloud.state);
        }
    }
    assert!(done.len() >= 30, "hardly any of the actions was ever done: {done:?}");
    assert!(refused > 0);
}
