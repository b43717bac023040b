//! Random sequences over every operation there is: networks, interfaces, instances, peerings and lists beside groups.
//! Whatever is accepted keeps the state consistent, survives its rows, and compiles.

use crate::cloud::{Cloud, NOW};
use crate::random::Random;
use crate::sequences::permission;
use serde_json::{Value, json};
use sgfw::api::{Action, OPERATIONS};
use sgfw::compile::compile;
use sgfw::inventory::{Network, Quotas, Settings, State, lower};
use sgfw::service;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

const ACCOUNTS: [&str; 2] = ["123456789012", "999988887777"];

/// Picks of what there is.
struct Picker<'a> {
    state: &'a State,
    random: &'a mut Random,
}

impl Picker<'_> {
    fn any<T: ToString>(&mut self, ids: impl Iterator<Item = T>) -> String {
        let ids: Vec<T> = ids.collect();
        if ids.is_empty() { "none".into() } else { ids[self.random.below(ids.len())].to_string() }
    }

    fn vpc(&mut self) -> String {
        self.any(self.state.vpcs.keys())
    }

    fn group(&mut self) -> String {
        self.any(self.state.groups.keys())
    }

    /// One that there is, more often than not.
    fn association(&mut self) -> (String, String) {
        let all: Vec<_> = self.state.associations.keys().collect();
        match all.get(self.random.below(all.len() + 1)) {
            Some((group, vpc)) => (group.to_string(), vpc.to_string()),
            None => (self.group(), self.vpc()),
        }
    }

    fn interface(&mut self) -> String {
        self.any(self.state.interfaces.keys())
    }

    fn instance(&mut self) -> String {
        self.any(self.state.instances.keys())
    }

    fn peering(&mut self) -> String {
        self.any(self.state.peerings.keys())
    }

    fn list(&mut self) -> String {
        self.any(self.state.prefix_lists.keys())
    }

    /// A subnet, and a group that may be used there.
    fn place(&mut self) -> (String, String) {
        let subnet = self.any(self.state.subnets.keys());
        let state = self.state;
        let vpc = state.subnets.values().find(|it| it.id.as_str() == subnet).map(|it| &it.vpc);
        let usable = state.groups.values().filter(|it| vpc.is_some_and(|vpc| state.is_usable_in(it, vpc)));
        let groups: Vec<_> = usable.map(|it| &it.id).collect();
        (subnet, self.any(groups.into_iter()))
    }

    /// An interface, and a group that may be used where it is.
    fn member(&mut self) -> (String, String) {
        let interface = self.interface();
        let found = self.state.interfaces.values().find(|it| it.id.as_str() == interface);
        let network = found.map_or(Network::Classic, |it| it.network.clone());
        let groups = self.state.groups.values().filter(|it| it.network == network).map(|it| it.id.clone());
        (interface, self.any(groups))
    }

    /// A group and one of its rules.
    fn rule(&mut self) -> (String, String) {
        let all =
            self.state.groups.values().flat_map(|it| it.rules.iter().map(|rule| (it.id.clone(), rule.id.clone())));
        let all: Vec<_> = all.collect();
        let one = (!all.is_empty()).then(|| &all[self.random.below(all.len())]);
        one.map_or_else(|| ("none".into(), "none".into()), |(group, rule)| (group.to_string(), rule.to_string()))
    }

    /// A tag that can be any resource's.
    fn resource(&mut self) -> String {
        let kinds =
            [self.vpc(), self.group(), self.interface(), self.instance(), self.peering(), self.list(), self.rule().1];
        kinds[self.random.below(kinds.len())].clone()
    }

    fn below(&mut self, end: usize) -> usize {
        self.random.below(end)
    }
}

/// What this operation is asked with.
#[allow(clippy::too_many_lines, reason = "one line an operation")]
fn members(operation: &str, it: &mut Picker) -> Value {
    let (number, few) = (it.below(6), it.below(3));
    let permissions = json!([permission(it.random)]);
    match operation {
        "CreateSecurityGroup" => json!({"GroupName": format!("g{number}"), "Description": "d", "VpcId": it.vpc()}),
        "DeleteSecurityGroup" => json!({"GroupId": it.group()}),
        "AuthorizeSecurityGroupIngress"
        | "AuthorizeSecurityGroupEgress"
        | "RevokeSecurityGroupIngress"
        | "RevokeSecurityGroupEgress"
            if few > 0 =>
        {
            let (group, pair) = (it.group(), json!([{"GroupId": it.group()}]));
            json!({"GroupId": group, "IpPermissions": [{"IpProtocol": "-1", "UserIdGroupPairs": pair}]})
        }
        "AuthorizeSecurityGroupIngress" | "AuthorizeSecurityGroupEgress" if number == 0 => {
            let list = json!([{"PrefixListId": it.list()}]);
            json!({"GroupId": it.group(), "IpPermissions": [{"IpProtocol": "50", "PrefixListIds": list}]})
        }
        "AuthorizeSecurityGroupIngress" | "AuthorizeSecurityGroupEgress" => {
            json!({"GroupId": it.group(), "IpPermissions": permissions})
        }
        "RevokeSecurityGroupIngress" | "RevokeSecurityGroupEgress" => {
            let (group, rule) = it.rule();
            json!({"GroupId": group, "SecurityGroupRuleIds": [rule]})
        }
        "ModifySecurityGroupRules" => {
            let (group, rule) = it.rule();
            let new = match few {
                0 => json!({"IpProtocol": "tcp", "FromPort": 1, "ToPort": 1, "ReferencedGroupId": it.group()}),
                1 => json!({"IpProtocol": "51", "CidrIpv4": "10.0.0.0/8"}),
                _ => json!({"IpProtocol": "52", "PrefixListId": it.list()}),
            };
            json!({"GroupId": group, "SecurityGroupRules": [{"SecurityGroupRuleId": rule, "SecurityGroupRule": new}]})
        }
        "UpdateSecurityGroupRuleDescriptionsIngress" | "UpdateSecurityGroupRuleDescriptionsEgress" => {
            let (group, rule) = it.rule();
            json!({"GroupId": group, "SecurityGroupRuleDescriptions": [{"SecurityGroupRuleId": rule, "Description": "d"}]})
        }
        "AssociateSecurityGroupVpc" => json!({"GroupId": it.group(), "VpcId": it.vpc()}),
        "DisassociateSecurityGroupVpc" => {
            let (group, vpc) = it.association();
            json!({"GroupId": group, "VpcId": vpc})
        }
        "CreateManagedPrefixList" => json!({
            "PrefixListName": format!("l{number}"), "MaxEntries": 1 + few, "AddressFamily": "IPv4",
            "Entries": [{"Cidr": "10.0.0.0/8"}],
        }),
        "ModifyManagedPrefixList" if few == 0 => json!({"PrefixListId": it.list(), "MaxEntries": 1 + number}),
        "ModifyManagedPrefixList" if few == 1 => {
            json!({"PrefixListId": it.list(), "RemoveEntries": [{"Cidr": "10.0.0.0/8"}]})
        }
        "ModifyManagedPrefixList" => {
            json!({"PrefixListId": it.list(), "AddEntries": [{"Cidr": format!("10.{number}.0.0/16")}]})
        }
        "RestoreManagedPrefixListVersion" => {
            json!({"PrefixListId": it.list(), "PreviousVersion": 1, "CurrentVersion": 2 + few})
        }
        "DeleteManagedPrefixList" | "GetManagedPrefixListEntries" | "GetManagedPrefixListAssociations" => {
            json!({"PrefixListId": it.list()})
        }
        "CreateTags" | "DeleteTags" => {
            json!({"Resources": [it.resource()], "Tags": [{"Key": format!("k{number}"), "Value": "v"}]})
        }
        "CreateVpc" => json!({"CidrBlock": format!("10.{number}.0.0/16"), "AmazonProvidedIpv6CidrBlock": few == 0}),
        "AssociateVpcCidrBlock" if few == 0 => json!({"VpcId": it.vpc(), "AmazonProvidedIpv6CidrBlock": true}),
        "AssociateVpcCidrBlock" => json!({"VpcId": it.vpc(), "CidrBlock": format!("10.{}.0.0/16", 10 + number)}),
        "ModifyVpcAttribute" => json!({"VpcId": it.vpc(), "EnableDnsSupport": {"Value": few > 0}}),
        "DescribeVpcAttribute" => json!({"VpcId": it.vpc(), "Attribute": "enableDnsSupport"}),
        "CreateSubnet" => {
            let vpc = it.vpc();
            let block = it
                .state
                .vpcs
                .values()
                .find(|known| known.id.as_str() == vpc)
                .map(|known| known.v4[0].addr().octets()[1]);
            json!({"VpcId": vpc, "CidrBlock": format!("10.{}.{number}.0/24", block.unwrap_or_default())})
        }
        "DeleteSubnet" => json!({"SubnetId": it.any(it.state.subnets.keys())}),
        "AttachInternetGateway" => json!({"InternetGatewayId": it.any(it.state.gateways.keys()), "VpcId": it.vpc()}),
        "CreateVpcPeeringConnection" => {
            json!({"VpcId": it.vpc(), "PeerVpcId": it.vpc(), "PeerOwnerId": it.random.pick(&ACCOUNTS)})
        }
        "AcceptVpcPeeringConnection" | "RejectVpcPeeringConnection" | "DeleteVpcPeeringConnection" => {
            json!({"VpcPeeringConnectionId": it.peering()})
        }
        "ModifyVpcPeeringConnectionOptions" => {
            json!({"VpcPeeringConnectionId": it.peering(), "RequesterPeeringConnectionOptions": {}})
        }
        "CreateNetworkInterface" => {
            let (subnet, group) = it.place();
            let device = json!([{"ResourceType": "network-interface", "Tags": [{"Key": "sgfw:device", "Value": format!("veth{number}")}]}]);
            json!({"SubnetId": subnet, "Groups": [group], "TagSpecifications": if few == 0 { device } else { json!([]) }})
        }
        "DeleteNetworkInterface" => json!({"NetworkInterfaceId": it.interface()}),
        "DescribeNetworkInterfaceAttribute" => json!({"NetworkInterfaceId": it.interface(), "Attribute": "groupSet"}),
        "ModifyNetworkInterfaceAttribute" => {
            let (interface, group) = it.member();
            json!({"NetworkInterfaceId": interface, "Groups": [group]})
        }
        "AttachNetworkInterface" => {
            json!({"NetworkInterfaceId": it.interface(), "InstanceId": it.instance(), "DeviceIndex": few})
        }
        "DetachNetworkInterface" => {
            let attachments: Vec<_> =
                it.state.interfaces.values().filter_map(|it| it.attachment.clone()).map(|it| it.id).collect();
            json!({"AttachmentId": it.any(attachments.iter())})
        }
        "AssignPrivateIpAddresses" => {
            json!({"NetworkInterfaceId": it.interface(), "SecondaryPrivateIpAddressCount": 1})
        }
        "AssignIpv6Addresses" => json!({"NetworkInterfaceId": it.interface(), "Ipv6AddressCount": 1}),
        "UnassignPrivateIpAddresses" | "UnassignIpv6Addresses" => {
            let id = it.interface();
            let found = it.state.interfaces.values().find(|known| known.id.as_str() == id);
            let last = found.and_then(|it| it.addresses.last()).map(ToString::to_string).unwrap_or_default();
            let key = if operation.contains("Ipv6") { "Ipv6Addresses" } else { "PrivateIpAddresses" };
            json!({"NetworkInterfaceId": id, key: [last]})
        }
        "RunInstances" => {
            let (subnet, group) = it.place();
            let own = json!({"MinCount": 1, "MaxCount": 1, "SubnetId": subnet, "SecurityGroupIds": [group]});
            if few == 0 { json!({"MinCount": 1, "MaxCount": 2}) } else { own }
        }
        "TerminateInstances" | "StopInstances" | "StartInstances" => json!({"InstanceIds": [it.instance()]}),
        "ModifyInstanceAttribute" => {
            let (_, group) = it.member();
            json!({"InstanceId": it.instance(), "Groups": [group]})
        }
        "DisassociateVpcCidrBlock" => json!({"AssociationId": "vpc-cidr-assoc-00000000"}),
        "DeleteFlowLogs" => json!({"FlowLogIds": [it.any(it.state.flow_logs.keys())]}),
        "CreateFlowLogs" => {
            let kinds = [("VPC", it.vpc()), ("Subnet", it.place().0), ("NetworkInterface", it.interface())];
            let (kind, resource) = kinds[few].clone();
            let bucket = json!({"ResourceIds": [resource], "ResourceType": kind, "TrafficType": "REJECT",
                "LogDestinationType": "s3", "LogDestination": "arn:aws:s3:::logs/folder/"});
            let group = json!({"ResourceIds": [resource], "ResourceType": kind, "TrafficType": "ALL",
                "LogGroupName": format!("group-{number}"), "LogFormat": "${srcaddr} ${reject-reason}"});
            if number == 0 { bucket } else { group }
        }
        "DescribeSecurityGroupReferences" => json!({"GroupId": [it.group()]}),
        "DeleteVpc" | "DescribeStaleSecurityGroups" | "GetSecurityGroupsForVpc" => json!({"VpcId": it.vpc()}),
        _ => json!({}),
    }
}

/// How often an operation is asked: makers more often, what takes everything away less.
fn operations() -> Vec<&'static str> {
    let weight = |name: &str| match name {
        "CreateSecurityGroup" | "CreateSubnet" | "CreateNetworkInterface" | "RunInstances" => 4,
        "AuthorizeSecurityGroupIngress" | "AuthorizeSecurityGroupEgress" => 8,
        "CreateVpcPeeringConnection" | "AcceptVpcPeeringConnection" | "ModifySecurityGroupRules" => 4,
        "DisassociateSecurityGroupVpc" | "ModifyManagedPrefixList" | "RevokeSecurityGroupIngress" => 3,
        _ => 1,
    };
    OPERATIONS.iter().flat_map(|it| vec![it.name; weight(it.name)]).collect()
}

fn cloud() -> Cloud {
    let mut cloud = Cloud::classic();
    cloud.state.accounts.change(|_| true, |it| it.classic.clear());
    let quotas =
        Quotas { rules_per_group: 8, vpcs_per_region: Some(5), prefix_lists_per_region: 3, ..Quotas::default() };
    cloud.state.settings = Arc::new(Settings { quotas, ..(*cloud.state.settings).clone() });
    cloud
}

#[test]
fn every_operation_keeps_the_state_consistent() {
    let all = operations();
    let mut done: BTreeSet<&str> = BTreeSet::new();
    let mut refused: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    // Blocks of VPCs are disassociated by ids that are not guessed, and a default VPC is there.
    let never = ["DisassociateVpcCidrBlock", "CreateDefaultVpc"];
    let wanted = || OPERATIONS.iter().map(|it| it.name).filter(|name| !never.contains(name));
    for seed in 0..600 {
        // What is seldom possible may need more than luck has given so far.
        if seed >= 60 && wanted().all(|name| done.contains(name)) {
            break;
        }
        let (mut cloud, mut random) = (cloud(), Random(seed));
        let mut count = 0;
        let mut mint = || {
            count += 1;
            count
        };
        for step in 0..400 {
            cloud.as_account(ACCOUNTS[random.below(5) / 4]);
            let operation = all[random.below(all.len())];
            let members = members(operation, &mut Picker { state: &cloud.state, random: &mut random });
            let action = Action::from_json(operation, members.clone())
                .unwrap_or_else(|error| panic!("{operation} {members}: {error}"));
            match service::call(&cloud.state, &cloud.scope, &action, NOW, &mut mint) {
                Ok(outcome) => {
                    done.insert(operation);
                    cloud.state = outcome.state;
                    let checked = cloud.state.check();
                    checked.unwrap_or_else(|words| panic!("seed {seed}, step {step}, {operation} {members}: {words}"));
                }
                Err(fault) => drop(refused.entry(operation).or_default().insert(fault.to_string())),
            }
        }
        let rows = cloud.state.to_rows();
        assert_eq!(State::from_rows(&rows).as_ref(), Ok(&cloud.state), "seed {seed}");
        compile(&lower(&cloud.state).snapshot).unwrap_or_else(|error| panic!("seed {seed}: {error}"));
    }
    for operation in wanted() {
        assert!(done.contains(operation), "{operation} never succeeded: {:?}", refused.get(operation));
    }
}
