//! Groups that are used in further VPCs.

use crate::cloud::{Cloud, network};
use serde_json::{Value, json};
use sgfw::inventory::Network;

const ASSOCIATE: &str = "AssociateSecurityGroupVpc";
const DISASSOCIATE: &str = "DisassociateSecurityGroupVpc";
const DESCRIBE: &str = "DescribeSecurityGroupVpcAssociations";

fn cloud() -> Cloud {
    let mut cloud = Cloud::new();
    cloud.vpc("vpc-bbbbbbbb", "10.2.0.0/16");
    cloud.group("sg-aaaa1111", "web", "vpc-1a2b3c4d");
    cloud
}

fn both(vpc: &str) -> Value {
    json!({"GroupId": "sg-aaaa1111", "VpcId": vpc})
}

#[test]
fn a_group_is_used_in_another_vpc_and_no_longer() {
    let mut cloud = cloud();
    assert_eq!(cloud.rehearsed(ASSOCIATE, both("vpc-bbbbbbbb")), json!({"State": "associated"}));
    assert!(cloud.refused(ASSOCIATE, both("vpc-bbbbbbbb")).contains("already associated"));
    let shown = |state: &str| {
        json!({"SecurityGroupVpcAssociations": [{
            "GroupId": "sg-aaaa1111", "VpcId": "vpc-bbbbbbbb", "VpcOwnerId": "123456789012", "State": state,
            "GroupOwnerId": "123456789012",
        }]})
    };
    assert_eq!(cloud.rehearsed(DESCRIBE, json!({})), shown("associated"));
    cloud.interface("eni-11111111", network("vpc-bbbbbbbb"), "10.2.0.5", &["sg-aaaa1111"]);
    assert_eq!(
        cloud.refused(DISASSOCIATE, both("vpc-bbbbbbbb")),
        "DependencyViolation: resource sg-aaaa1111 has a dependent object"
    );
    cloud.state.interfaces.clear();
    assert_eq!(cloud.rehearsed(DISASSOCIATE, both("vpc-bbbbbbbb")), json!({"State": "disassociated"}));
    let of =
        json!({"Filters": [{"Name": "state", "Values": ["disassociated"]}, {"Name": "vpc-id", "Values": ["vpc-b*"]}]});
    assert_eq!(cloud.ask(DESCRIBE, of), shown("disassociated"));
    assert!(cloud.refused(DISASSOCIATE, both("vpc-bbbbbbbb")).contains("not associated"));
    cloud.rehearsed(ASSOCIATE, both("vpc-bbbbbbbb"));
}

#[test]
fn what_cannot_be_associated() {
    let mut cloud = cloud();
    let default = cloud.state.default_vpc(&cloud.scope).unwrap().id.to_string();
    assert!(cloud.refused(ASSOCIATE, both(&default)).contains("default VPC"));
    assert!(cloud.refused(ASSOCIATE, both("vpc-1a2b3c4d")).contains("was created in VPC"));
    let own = Network::Vpc(sgfw::inventory::VpcId::parse("vpc-1a2b3c4d").unwrap());
    let group = cloud.state.default_group(&cloud.scope, &own).unwrap().id.to_string();
    let members = json!({"GroupId": group, "VpcId": "vpc-bbbbbbbb"});
    assert!(cloud.refused(ASSOCIATE, members).contains("default security group"));
    cloud.as_account("999988887777");
    assert!(cloud.refused(ASSOCIATE, both("vpc-bbbbbbbb")).starts_with("InvalidGroup.NotFound"));
}

#[test]
fn groups_that_a_vpc_may_use() {
    let mut cloud = cloud();
    cloud.ask(ASSOCIATE, both("vpc-bbbbbbbb"));
    cloud.group("sg-bbbb2222", "db", "vpc-bbbbbbbb");
    let mut ask = |filters: Value| {
        let reply = cloud.rehearsed("GetSecurityGroupsForVpc", json!({"VpcId": "vpc-bbbbbbbb", "Filters": filters}));
        let groups = reply["SecurityGroupForVpcs"].as_array().unwrap().clone();
        groups
            .iter()
            .map(|it| format!("{} {}", it["GroupName"].as_str().unwrap(), it["PrimaryVpcId"].as_str().unwrap()))
            .collect::<Vec<_>>()
    };
    assert_eq!(ask(json!([])).len(), 3);
    assert_eq!(ask(json!([{"Name": "primary-vpc-id", "Values": ["vpc-1a2b3c4d"]}])), ["web vpc-1a2b3c4d"]);
    assert_eq!(ask(json!([{"Name": "group-name", "Values": ["db"]}])), ["db vpc-bbbbbbbb"]);
}

#[test]
fn an_associated_group_may_be_referred_to_and_goes_stale_with_the_association() {
    let mut cloud = cloud();
    cloud.group("sg-bbbb2222", "db", "vpc-bbbbbbbb");
    cloud.ask(ASSOCIATE, both("vpc-bbbbbbbb"));
    cloud.allow_group("sg-bbbb2222", 3306, "sg-aaaa1111");
    let stale = json!({"VpcId": "vpc-bbbbbbbb"});
    assert_eq!(cloud.ask("DescribeStaleSecurityGroups", stale.clone())["StaleSecurityGroupSet"], json!([]));
    cloud.ask(DISASSOCIATE, both("vpc-bbbbbbbb"));
    assert_eq!(cloud.ask("DescribeStaleSecurityGroups", stale)["StaleSecurityGroupSet"][0]["GroupId"], "sg-bbbb2222");
}
