//! Rules that refer to groups of a peer VPC: F102 to F109.

use crate::cloud::Cloud;
use serde_json::{Value, json};
use sgfw::inventory::PeeringStatus;

const INGRESS: &str = "AuthorizeSecurityGroupIngress";
const APART: &str = "InvalidGroup.NotFound: You have specified two resources that belong to different networks.";

/// The documents' VPCs: A with `sg-aaaa1111`, B with `sg-bbbb2222`, of this account or another one.
pub(crate) fn cloud(peer_account: &str) -> Cloud {
    let mut cloud = Cloud::bare();
    cloud.vpc("vpc-aaaaaaaa", "10.1.0.0/16");
    cloud.group("sg-aaaa1111", "Access1", "vpc-aaaaaaaa");
    cloud.as_account(peer_account).vpc("vpc-bbbbbbbb", "10.2.0.0/16");
    cloud.group("sg-bbbb2222", "Prod1", "vpc-bbbbbbbb");
    cloud.as_account("123456789012");
    cloud
}

fn from(group: Value) -> Value {
    json!({"GroupId": "sg-aaaa1111", "IpPermissions": [
        {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "UserIdGroupPairs": [group]},
    ]})
}

#[test]
fn f102_f105_a_group_of_a_peer_vpc_both_ways() {
    for account in ["123456789012", "123456789101"] {
        let mut cloud = cloud(account);
        cloud.peer("pcx-b04deed9", "vpc-aaaaaaaa", "vpc-bbbbbbbb", PeeringStatus::Active);
        cloud.rehearsed(INGRESS, from(json!({"GroupId": "sg-bbbb2222"})));
        cloud.rehearsed("AuthorizeSecurityGroupEgress", from(json!({"GroupId": "sg-bbbb2222"})));
        let group = cloud.described("sg-aaaa1111");
        let pair = json!([{
            "UserId": account, "GroupId": "sg-bbbb2222", "VpcId": "vpc-bbbbbbbb",
            "VpcPeeringConnectionId": "pcx-b04deed9", "PeeringStatus": "active",
        }]);
        assert_eq!(group["IpPermissions"][0]["UserIdGroupPairs"], pair);
        assert_eq!(group["IpPermissionsEgress"][1]["UserIdGroupPairs"], pair);
    }
}

#[test]
fn f106_the_account_may_be_said_and_is_shown() {
    let mut cloud = cloud("123456789101");
    cloud.peer("pcx-b04deed9", "vpc-bbbbbbbb", "vpc-aaaaaaaa", PeeringStatus::Active);
    let reply = cloud.rehearsed(INGRESS, from(json!({"GroupId": "sg-bbbb2222", "UserId": "123456789101"})));
    assert_eq!(
        reply["SecurityGroupRules"][0]["ReferencedGroupInfo"],
        json!({
            "GroupId": "sg-bbbb2222", "PeeringStatus": "active", "UserId": "123456789101", "VpcId": "vpc-bbbbbbbb",
            "VpcPeeringConnectionId": "pcx-b04deed9",
        })
    );
    assert_eq!(
        cloud.refused(INGRESS, from(json!({"GroupId": "sg-bbbb2222", "UserId": "123456789012"}))),
        "InvalidGroup.NotFound: The security group 'sg-bbbb2222' does not exist"
    );
    assert!(cloud.refused(INGRESS, from(json!({"GroupId": "sg-bbbb2222", "UserId": "me"}))).contains("12-digit"));
}

#[test]
fn f103_the_connection_must_be_active() {
    let mut cloud = cloud("123456789012");
    assert_eq!(cloud.refused(INGRESS, from(json!({"GroupId": "sg-bbbb2222"}))), APART);
    cloud.peer("pcx-b04deed9", "vpc-aaaaaaaa", "vpc-bbbbbbbb", PeeringStatus::PendingAcceptance);
    use PeeringStatus::{Deleted, Expired, Failed, PendingAcceptance, Rejected};
    for status in [PendingAcceptance, Rejected, Expired, Failed, Deleted] {
        cloud.set_peering("pcx-b04deed9", status);
        assert_eq!(cloud.refused(INGRESS, from(json!({"GroupId": "sg-bbbb2222"}))), APART);
    }
    cloud.set_peering("pcx-b04deed9", PeeringStatus::Active);
    cloud.rehearsed(INGRESS, from(json!({"GroupId": "sg-bbbb2222"})));
}

#[test]
fn f104_not_across_regions() {
    let mut cloud = cloud("123456789012");
    cloud.scope.region = "eu-west-1".into();
    cloud.vpc("vpc-cccccccc", "10.3.0.0/16");
    cloud.group("sg-cccc3333", "far", "vpc-cccccccc");
    cloud.scope.region = "us-east-1".into();
    assert_eq!(
        cloud.refused(INGRESS, from(json!({"GroupId": "sg-cccc3333"}))),
        "InvalidGroup.NotFound: The security group 'sg-cccc3333' does not exist"
    );
}

#[test]
fn f107_f108_who_refers_to_a_group() {
    let mut cloud = cloud("123456789101");
    cloud.peer("pcx-b04deed9", "vpc-aaaaaaaa", "vpc-bbbbbbbb", PeeringStatus::Active);
    cloud.ask(INGRESS, from(json!({"GroupId": "sg-bbbb2222"})));
    cloud.ask("AuthorizeSecurityGroupEgress", from(json!({"GroupId": "sg-bbbb2222"})));
    cloud.as_account("123456789101");
    let of = |group: &str| json!({"GroupId": [group]});
    assert_eq!(
        cloud.rehearsed("DescribeSecurityGroupReferences", of("sg-bbbb2222")),
        json!({"SecurityGroupReferenceSet": [
            {"GroupId": "sg-bbbb2222", "ReferencingVpcId": "vpc-aaaaaaaa", "VpcPeeringConnectionId": "pcx-b04deed9"},
        ]})
    );
    assert_eq!(
        cloud.refused("DescribeSecurityGroupReferences", of("sg-aaaa1111")),
        "InvalidGroup.NotFound: The security group 'sg-aaaa1111' does not exist"
    );
    assert_eq!(
        cloud.refused("DescribeSecurityGroupReferences", json!({})),
        "MissingParameter: The request must contain the parameter GroupId"
    );
    cloud.as_account("123456789012");
    let none = json!({"SecurityGroupReferenceSet": []});
    assert_eq!(cloud.ask("DescribeSecurityGroupReferences", of("sg-aaaa1111")), none);
}
