//! Pages of every describe: all is seen once, whatever comes and goes between.

use crate::cloud::{Cloud, list, texts};
use crate::random::Random;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Reads page after page, with something done between two of them; what was seen, in order.
fn walk(
    cloud: &mut Cloud,
    operation: &str,
    members: &Value,
    (list, id): (&str, &str),
    mut between: impl FnMut(&mut Cloud, &[String]),
) -> Vec<String> {
    let mut seen = Vec::new();
    let mut members = members.clone();
    loop {
        let page = cloud.ask(operation, members.clone());
        let ids = texts(&page[list], id);
        assert!(ids.len() as u64 <= members["MaxResults"].as_u64().unwrap());
        seen.extend(ids);
        match page.get("NextToken") {
            Some(token) => members["NextToken"] = token.clone(),
            None => return seen,
        }
        between(cloud, &seen);
    }
}

#[test]
fn everything_that_stays_is_seen_once_while_others_come_and_go() {
    let mut random = Random(11);
    for _ in 0..20 {
        let mut cloud = Cloud::with_subnet();
        let made: BTreeSet<String> = (0..25).map(|it| format!("eni-{:08x}", it * 0x0a00_0000_u32)).collect();
        made.iter().for_each(|id| drop(cloud.interface(id, &[])));
        let mut gone = BTreeSet::new();
        let all: Vec<&str> = made.iter().map(String::as_str).collect();
        let members = json!({"MaxResults": 5});
        let what = ("NetworkInterfaces", "NetworkInterfaceId");
        let seen = walk(&mut cloud, "DescribeNetworkInterfaces", &members, what, |cloud, _| {
            cloud.interface(&format!("eni-{:08x}", random.below(usize::MAX >> 40) as u32 * 256 + 1), &[]);
            let id = random.pick(&all).to_owned();
            if gone.insert(id.clone()) {
                cloud.ask("DeleteNetworkInterface", json!({"NetworkInterfaceId": id}));
            }
        });
        let once: BTreeSet<&String> = seen.iter().collect();
        assert_eq!(once.len(), seen.len(), "nothing twice");
        assert!(made.difference(&gone).all(|id| once.contains(id)), "all that stayed");
    }
}

#[test]
fn every_describe_has_pages() {
    let mut cloud = Cloud::with_subnet();
    for number in 0..7 {
        let v6 = json!({"CidrBlock": "10.9.0.0/16", "AmazonProvidedIpv6CidrBlock": true});
        let vpc = cloud.ask("CreateVpc", v6)["Vpc"]["VpcId"].clone();
        cloud.ask("CreateSubnet", json!({"VpcId": vpc, "CidrBlock": "10.9.1.0/24"}));
        cloud.ask("CreateInternetGateway", json!({}));
        cloud.instance(&format!("i-0000000{number}"), &[]);
        cloud.vpc(&format!("vpc-cccccc0{number}"), &format!("10.1{number}.0.0/16"));
        let peers = json!({"VpcId": "vpc-1a2b3c4d", "PeerVpcId": format!("vpc-cccccc0{number}")});
        cloud.ask("CreateVpcPeeringConnection", peers);
        cloud.ask("CreateManagedPrefixList", json!({"PrefixListName": "l", "MaxEntries": 9, "AddressFamily": "IPv4"}));
        let logs = json!({"ResourceType": "VPC", "ResourceIds": [vpc], "TrafficType": "ALL", "LogGroupName": "l"});
        cloud.ask("CreateFlowLogs", logs);
        let key = format!("k{number}");
        cloud.ask("CreateTags", json!({"Resources": ["sg-aaaa1111"], "Tags": list(&[(&key, "v")])}));
    }
    for (operation, list, id) in [
        ("DescribeVpcs", "Vpcs", "VpcId"),
        ("DescribeSubnets", "Subnets", "SubnetId"),
        ("DescribeInternetGateways", "InternetGateways", "InternetGatewayId"),
        ("DescribeVpcPeeringConnections", "VpcPeeringConnections", "VpcPeeringConnectionId"),
        ("DescribeManagedPrefixLists", "PrefixLists", "PrefixListId"),
        ("DescribeNetworkInterfaces", "NetworkInterfaces", "NetworkInterfaceId"),
        ("DescribeFlowLogs", "FlowLogs", "FlowLogId"),
        ("DescribeTags", "Tags", "Key"),
    ] {
        let all = texts(&cloud.ask(operation, json!({}))[list], id);
        let paged = walk(&mut cloud, operation, &json!({"MaxResults": 5}), (list, id), |_, _| {});
        assert!(all.len() >= 7 && paged == all, "{operation}: {paged:?} {all:?}");
        assert_eq!(
            cloud.refused(operation, json!({"MaxResults": 5, "NextToken": "x"})),
            "InvalidNextToken: The specified NextToken is not valid."
        );
        assert!(cloud.refused(operation, json!({"MaxResults": 0})).contains("for parameter maxResults is invalid"));
    }
    let instances = cloud.ask("DescribeInstances", json!({"MaxResults": 5}));
    let first = instances["Reservations"][0]["Instances"].as_array().unwrap().len();
    let rest = cloud.ask("DescribeInstances", json!({"MaxResults": 5, "NextToken": instances["NextToken"]}));
    assert_eq!(first + rest["Reservations"][0]["Instances"].as_array().unwrap().len(), 7);
    let both = json!({"MaxResults": 5, "VpcIds": ["vpc-1a2b3c4d"]});
    assert_eq!(
        cloud.refused("DescribeVpcs", both),
        "InvalidParameterCombination: The parameter vpcIds cannot be used with the parameter maxResults"
    );
}

#[test]
fn entries_of_a_list_are_those_of_the_version_of_the_first_page() {
    let mut cloud = Cloud::new();
    let blocks: Vec<Value> = (0..9).map(|it| json!({"Cidr": format!("10.{}.0.0/16", 9 - it)})).collect();
    let made = cloud.ask(
        "CreateManagedPrefixList",
        json!({"PrefixListName": "l", "MaxEntries": 20, "AddressFamily": "IPv4", "Entries": blocks}),
    );
    let id = made["PrefixList"]["PrefixListId"].clone();
    let members = json!({"PrefixListId": id, "MaxResults": 4});
    let wanted: Vec<String> = blocks.iter().map(|it| it["Cidr"].as_str().unwrap().to_owned()).collect();
    let mut number = 0;
    let seen = walk(&mut cloud, "GetManagedPrefixListEntries", &members, ("Entries", "Cidr"), |cloud, _| {
        number += 1;
        let change = json!({"PrefixListId": id, "AddEntries": [{"Cidr": format!("192.0.{number}.0/24")}],
            "RemoveEntries": [blocks[number]]});
        cloud.ask("ModifyManagedPrefixList", change);
    });
    assert_eq!(seen, wanted);
    let page = cloud.ask("GetManagedPrefixListEntries", members.clone());
    let other = json!({"PrefixListId": id, "MaxResults": 4, "TargetVersion": 1, "NextToken": page["NextToken"]});
    assert!(cloud.refused("GetManagedPrefixListEntries", other).starts_with("InvalidNextToken"));
}
