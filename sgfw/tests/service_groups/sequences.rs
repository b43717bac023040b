//! Random sequences of actions: whatever is accepted keeps the state consistent, within its limits, and compiles.

use crate::cloud::{Cloud, NOW, network};
use crate::random::Random;
use serde_json::{Value, json};
use sgfw::api::Action;
use sgfw::compile::compile;
use sgfw::inventory::{Family, LocalDevice, Network, PeeringStatus, Quotas, Settings, lower};
use sgfw::model::{Direction, Side};
use sgfw::service;
use std::collections::BTreeMap;
use std::sync::Arc;

const ACCOUNTS: [&str; 2] = ["123456789012", "999988887777"];
const VPCS: [&str; 3] = ["vpc-aaaaaaaa", "vpc-bbbbbbbb", "vpc-cccccccc"];
const GROUPS: [&str; 8] = [
    "sg-00000001",
    "sg-00000002",
    "sg-00000003",
    "sg-00000004",
    "sg-00000005",
    "sg-00000006",
    "sg-00000007",
    "sg-00000008",
];
const NAMES: [&str; 5] = ["web", "db", "ops", "default", "sg-x"];
const RULES: u32 = 6;

/// Two accounts, one of them in EC2-Classic too; three VPCs; A and B peered, on and off.
fn cloud() -> Cloud {
    let mut cloud = Cloud::classic();
    cloud.state.accounts.change(|_| true, |it| it.classic.clear());
    cloud.vpc_with(VPCS[0], "10.1.0.0/16", Some("2001:db8:a::/56"));
    cloud.vpc(VPCS[1], "10.2.0.0/16");
    cloud.as_account(ACCOUNTS[1]).vpc(VPCS[2], "10.3.0.0/16");
    cloud.peer("pcx-11111111", VPCS[0], VPCS[1], PeeringStatus::Active);
    cloud.peer("pcx-22222222", VPCS[0], VPCS[2], PeeringStatus::Active);
    cloud.list("pl-11111111", Family::V4, 2);
    let quotas = Quotas { rules_per_group: RULES, classic_rules: RULES, groups_per_region: 7, ..Quotas::default() };
    cloud.state.settings = Arc::new(Settings { quotas, ..(*cloud.state.settings).clone() });
    cloud
}

/// A permission, now and then one that is refused.
pub(crate) fn permission(random: &mut Random) -> Value {
    let mut permission = match random.below(12) {
        0..4 => json!({"IpProtocol": "tcp", "FromPort": random.below(2), "ToPort": 80}),
        4 => json!({"IpProtocol": "17", "FromPort": 53, "ToPort": 53}),
        5 | 6 => json!({"IpProtocol": "icmp", "FromPort": 8, "ToPort": -1}),
        7 => json!({"IpProtocol": "icmpv6"}),
        8 => json!({"IpProtocol": "-1", "FromPort": 7, "ToPort": 7}),
        9 => json!({"IpProtocol": "50"}),
        10 => {
            json!({"IpProtocol": random.pick(&["tcp", "x", "icmp"]), "FromPort": random.pick(&[&-1, &90]), "ToPort": 80})
        }
        _ => json!({"FromPort": 22, "ToPort": 22}),
    };
    for _ in 0..1 + random.below(2) {
        let (key, source) = source(random);
        let mut sources = permission[key].as_array().cloned().unwrap_or_default();
        sources.push(source);
        permission[key] = json!(sources);
    }
    permission
}

fn source(random: &mut Random) -> (&'static str, Value) {
    match random.below(12) {
        0..4 => (
            "IpRanges",
            json!({"CidrIp": random.pick(&["0.0.0.0/0", "10.1.2.3/16", "10.0.0.0/8", "192.0.2.7/32", "10.0.0.1"])}),
        ),
        4..6 => ("Ipv6Ranges", json!({"CidrIpv6": random.pick(&["::/0", "2001:db8::/32", "fd00::1/128"])})),
        6 => ("PrefixListIds", json!({"PrefixListId": random.pick(&["pl-11111111", "pl-99999999"])})),
        7 => ("UserIdGroupPairs", json!({"GroupName": random.pick(&NAMES[..4]), "UserId": random.pick(&ACCOUNTS)})),
        _ => ("UserIdGroupPairs", json!({"GroupId": random.pick(&GROUPS)})),
    }
}

/// A group of the caller's with a rule of its, or any.
fn group_and_rule(cloud: &Cloud, random: &mut Random) -> (String, String) {
    let own: Vec<_> = cloud.state.groups.values().filter(|it| it.scope == cloud.scope).collect();
    if own.is_empty() || random.below(10) == 0 {
        return (random.pick(&GROUPS).into(), "sgr-99999999".into());
    }
    let group = own[random.below(own.len())];
    let rule = (!group.rules.is_empty()).then(|| &group.rules[random.below(group.rules.len())]);
    (group.id.to_string(), rule.map_or_else(|| "sgr-99999999".into(), |rule| rule.id.to_string()))
}

fn action(cloud: &Cloud, random: &mut Random) -> (&'static str, Value) {
    let (group, rule) = group_and_rule(cloud, random);
    let vpc = random.pick(&VPCS);
    let permissions: Vec<Value> = (0..1 + random.below(2)).map(|_| permission(random)).collect();
    let by_permission = json!({"GroupId": group, "IpPermissions": permissions});
    match random.below(24) {
        0..3 => ("CreateSecurityGroup", create(random)),
        3 => ("DeleteSecurityGroup", json!({"GroupId": group})),
        4..11 => ("AuthorizeSecurityGroupIngress", by_permission),
        11..14 => ("AuthorizeSecurityGroupEgress", by_permission),
        14 => ("RevokeSecurityGroupIngress", by_permission),
        15 if random.below(2) == 0 => ("RevokeSecurityGroupEgress", by_permission),
        15 => ("RevokeSecurityGroupEgress", json!({"GroupId": group, "SecurityGroupRuleIds": [rule]})),
        16 => ("RevokeSecurityGroupIngress", json!({"GroupId": group, "SecurityGroupRuleIds": [rule]})),
        17 => {
            let new = json!({"IpProtocol": "tcp", "FromPort": 1, "ToPort": 1 + random.below(3), "ReferencedGroupId": random.pick(&GROUPS)});
            (
                "ModifySecurityGroupRules",
                json!({"GroupId": group, "SecurityGroupRules": [{"SecurityGroupRuleId": rule, "SecurityGroupRule": new}]}),
            )
        }
        18 => {
            let new = json!({"IpProtocol": "udp", "FromPort": 1, "ToPort": 1, "CidrIpv4": "10.7.0.0/16"});
            (
                "ModifySecurityGroupRules",
                json!({"GroupId": group, "SecurityGroupRules": [{"SecurityGroupRuleId": rule, "SecurityGroupRule": new}]}),
            )
        }
        19 => ("AssociateSecurityGroupVpc", json!({"GroupId": group, "VpcId": vpc})),
        20 => ("DisassociateSecurityGroupVpc", json!({"GroupId": group, "VpcId": vpc})),
        21 => ("DescribeStaleSecurityGroups", json!({"VpcId": vpc})),
        22 => ("DescribeSecurityGroupReferences", json!({"GroupId": [group]})),
        _ => ("DescribeSecurityGroups", json!({})),
    }
}

fn create(random: &mut Random) -> Value {
    let id = random.pick(&GROUPS);
    let tags = json!([{"ResourceType": "security-group", "Tags": [{"Key": "_custom_id_", "Value": id}]}]);
    let mut members = json!({"GroupName": random.pick(&NAMES), "Description": "d", "TagSpecifications": tags});
    if random.below(4) > 0 {
        members["VpcId"] = json!(random.pick(&VPCS));
    }
    members
}

/// What happens beside the actions that are tried: peerings come and go, and interfaces in VPCs that may use a group.
fn meanwhile(cloud: &mut Cloud, random: &mut Random) {
    let status = if random.below(2) == 0 { PeeringStatus::Active } else { PeeringStatus::Deleted };
    cloud.set_peering(random.pick(&["pcx-11111111", "pcx-22222222"]), status);
    let number = random.below(4);
    let groups: Vec<_> = cloud.state.groups.values().map(|it| (it.id.to_string(), it.network.clone())).collect();
    let (group, place) = &groups[random.below(groups.len())];
    let place = if random.below(3) == 0 { network(random.pick(&VPCS)) } else { place.clone() };
    let usable = match &place {
        Network::Vpc(vpc) => {
            cloud.state.is_usable_in(&cloud.state.groups[&sgfw::inventory::GroupId::parse(group).unwrap()], vpc)
        }
        Network::Classic => groups.iter().any(|(id, network)| id == group && *network == Network::Classic),
    };
    if usable {
        cloud.interface(&format!("eni-{number:08}"), place, &format!("10.9.0.{number}"), &[group]);
        let device = (number > 1).then(|| LocalDevice::named(&format!("veth{number}"), Side::Port));
        let is_it =
            |it: &sgfw::inventory::NetworkInterface| it.addresses[0].to_string().ends_with(&format!(".{number}"));
        cloud.state.interfaces.change(is_it, |it| it.device.clone_from(&device));
    }
}

fn within_limits(cloud: &Cloud) {
    for group in cloud.state.groups.values() {
        for direction in [Direction::Ingress, Direction::Egress] {
            let count = group.rules(direction).count();
            assert!(count <= 2 * RULES as usize, "{}: {count} rules, IPv4 and IPv6 together", group.id);
        }
    }
}

#[test]
fn every_accepted_state_is_consistent_and_compiles() {
    let mut told: BTreeMap<String, usize> = BTreeMap::new();
    for seed in 0..100 {
        let (mut cloud, mut random) = (cloud(), Random(seed));
        let mut count = 0;
        let mut mint = || {
            count += 1;
            count
        };
        for step in 0..150 {
            cloud.as_account(ACCOUNTS[random.below(4) / 3]);
            let (operation, members) = action(&cloud, &mut random);
            let action = Action::from_json(operation, members.clone()).unwrap();
            let outcome = service::call(&cloud.state, &cloud.scope, &action, NOW, &mut mint);
            let code = outcome.as_ref().map_or_else(|fault| fault.code.to_owned(), |_| operation.to_owned());
            *told.entry(code).or_default() += 1;
            let Ok(done) = outcome else { continue };
            cloud.state = done.state;
            if let Err(words) = cloud.state.check() {
                panic!("seed {seed}, step {step}, {operation} {members}: {words}");
            }
            within_limits(&cloud);
            if step % 10 == 0 {
                meanwhile(&mut cloud, &mut random);
                cloud.state.check().unwrap();
                compile(&lower(&cloud.state).snapshot)
                    .unwrap_or_else(|error| panic!("seed {seed}, step {step}: {error}"));
            }
        }
    }
    for code in [
        "CreateSecurityGroup",
        "DeleteSecurityGroup",
        "AuthorizeSecurityGroupIngress",
        "AuthorizeSecurityGroupEgress",
        "RevokeSecurityGroupIngress",
        "RevokeSecurityGroupEgress",
        "ModifySecurityGroupRules",
        "AssociateSecurityGroupVpc",
        "DisassociateSecurityGroupVpc",
        "DependencyViolation",
        "InvalidGroup.Duplicate",
        "InvalidPermission.Duplicate",
        "RulesPerSecurityGroupLimitExceeded",
        "SecurityGroupLimitExceeded",
        "InvalidGroup.NotFound",
    ] {
        assert!(told.contains_key(code), "{code} never happened: {told:?}");
    }
}
