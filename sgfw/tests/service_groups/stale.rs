//! Rules whose references lead nowhere: F110 to F116.

use crate::cloud::Cloud;
use serde_json::{Value, json};
use sgfw::inventory::{PeeringId, PeeringStatus, lower};

const STALE: &str = "DescribeStaleSecurityGroups";

/// `sg-aaaa1111` in A lets `sg-bbbb2222` of the peer VPC B in, over TCP 22.
fn cloud() -> Cloud {
    let mut cloud = super::peering::cloud("123456789101");
    cloud.peer("pcx-b04deed9", "vpc-aaaaaaaa", "vpc-bbbbbbbb", PeeringStatus::Active);
    cloud.allow_group("sg-aaaa1111", 22, "sg-bbbb2222");
    cloud
}

fn stale(cloud: &mut Cloud) -> Value {
    cloud.ask(STALE, json!({"VpcId": "vpc-aaaaaaaa"}))["StaleSecurityGroupSet"].clone()
}

/// How many inbound rules of `sg-aaaa1111` packets are judged by.
fn lowered(cloud: &Cloud) -> usize {
    lower(&cloud.state).snapshot.groups["sg-aaaa1111"].ingress.len()
}

#[test]
fn f110_f114_f115_the_documents_stale_rule() {
    let mut cloud = cloud();
    assert_eq!((stale(&mut cloud), lowered(&cloud)), (json!([]), 1));
    cloud.set_peering("pcx-b04deed9", PeeringStatus::Deleted);
    assert_eq!(
        stale(&mut cloud),
        json!([{
            "VpcId": "vpc-aaaaaaaa",
            "StaleIpPermissionsEgress": [],
            "GroupName": "Access1",
            "StaleIpPermissions": [{
                "ToPort": 22,
                "FromPort": 22,
                "UserIdGroupPairs": [{
                    "VpcId": "vpc-bbbbbbbb", "PeeringStatus": "deleted", "UserId": "123456789101", "GroupName": "Prod1",
                    "VpcPeeringConnectionId": "pcx-b04deed9", "GroupId": "sg-bbbb2222",
                }],
                "IpProtocol": "tcp",
            }],
            "GroupId": "sg-aaaa1111",
            "Description": "Access1",
        }])
    );
    assert_eq!(lowered(&cloud), 0, "it lets nothing through");
}

#[test]
fn f110_a_lost_group_is_told_with_what_was_known_of_it() {
    let mut cloud = cloud();
    cloud.as_account("123456789101").ask("DeleteSecurityGroup", json!({"GroupId": "sg-bbbb2222"}));
    cloud.as_account("123456789012");
    let pairs = &stale(&mut cloud)[0]["StaleIpPermissions"][0]["UserIdGroupPairs"];
    assert_eq!(
        *pairs,
        json!([{
            "VpcId": "vpc-bbbbbbbb", "PeeringStatus": "active", "UserId": "123456789101", "GroupName": "Prod1",
            "VpcPeeringConnectionId": "pcx-b04deed9", "GroupId": "sg-bbbb2222",
        }])
    );
    assert_eq!(lowered(&cloud), 0);
}

#[test]
fn f111_a_stale_rule_stays_until_it_is_removed() {
    let mut cloud = cloud();
    cloud.set_peering("pcx-b04deed9", PeeringStatus::Deleted);
    let pairs = &cloud.described("sg-aaaa1111")["IpPermissions"][0]["UserIdGroupPairs"];
    assert_eq!((&pairs[0]["GroupId"], &pairs[0]["PeeringStatus"]), (&json!("sg-bbbb2222"), &json!("deleted")));
    cloud.state.peerings.clear();
    assert_eq!(stale(&mut cloud)[0]["StaleIpPermissions"][0]["UserIdGroupPairs"][0]["PeeringStatus"], "deleted");
}

#[test]
fn f112_a_new_connection_heals_it() {
    let mut cloud = cloud();
    cloud.set_peering("pcx-b04deed9", PeeringStatus::Deleted);
    cloud.peer("pcx-22222222", "vpc-bbbbbbbb", "vpc-aaaaaaaa", PeeringStatus::PendingAcceptance);
    assert_eq!(lowered(&cloud), 0);
    cloud.set_peering("pcx-22222222", PeeringStatus::Active);
    assert_eq!((stale(&mut cloud), lowered(&cloud)), (json!([]), 1));
    let pair = &cloud.described("sg-aaaa1111")["IpPermissions"][0]["UserIdGroupPairs"][0];
    assert_eq!((&pair["VpcPeeringConnectionId"], &pair["PeeringStatus"]), (&json!("pcx-22222222"), &json!("active")));
}

#[test]
fn f113_a_vpc_is_asked_about() {
    let mut cloud = cloud();
    assert_eq!(
        cloud.refused(STALE, json!({"VpcId": "vpc-99999999"})),
        "InvalidVpcID.NotFound: The vpc ID 'vpc-99999999' does not exist"
    );
    assert_eq!(cloud.refused(STALE, json!({})), "MissingParameter: The request must contain the parameter VpcId");
    assert!(cloud.refused(STALE, json!({"VpcId": "vpc-aaaaaaaa", "MaxResults": 256})).contains("255"));
}

#[test]
fn f116_it_is_removed_by_the_ordinary_revoke_whatever_is_gone() {
    let permission = |pair: Value| {
        json!({"GroupId": "sg-aaaa1111", "IpPermissions": [
            {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "UserIdGroupPairs": [pair]},
        ]})
    };
    for pair in [json!({"GroupId": "sg-bbbb2222"}), json!({"GroupId": "sg-bbbb2222", "UserId": "123456789101"})] {
        let mut cloud = cloud();
        cloud.as_account("123456789101").ask("DeleteSecurityGroup", json!({"GroupId": "sg-bbbb2222"}));
        cloud.state.peerings.remove(&PeeringId::parse("pcx-b04deed9").unwrap());
        cloud.as_account("123456789012").rehearsed("RevokeSecurityGroupIngress", permission(pair));
        assert_eq!(stale(&mut cloud), json!([]));
    }
}

#[test]
fn f110_the_egress_side_goes_stale_too() {
    let mut cloud = cloud();
    let permission =
        json!({"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": "sg-bbbb2222", "Description": "to b"}]});
    cloud.ask("AuthorizeSecurityGroupEgress", json!({"GroupId": "sg-aaaa1111", "IpPermissions": [permission]}));
    cloud.set_peering("pcx-b04deed9", PeeringStatus::Deleted);
    let group = stale(&mut cloud)[0].clone();
    assert_eq!(group["StaleIpPermissionsEgress"][0]["IpProtocol"], "-1");
    assert_eq!(group["StaleIpPermissionsEgress"][0]["UserIdGroupPairs"][0]["Description"], "to b");
}
