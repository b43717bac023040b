//! Peering connections (F102-F105, F110, F112).

use crate::cloud::{Cloud, NOW, OTHER, OWN, custom, filter, texts};
use serde_json::{Value, json};
use sgfw::inventory::{InterfaceId, lower};
use std::sync::Arc;

const CREATE: &str = "CreateVpcPeeringConnection";
const ACCEPT: &str = "AcceptVpcPeeringConnection";
const REJECT: &str = "RejectVpcPeeringConnection";
const DELETE: &str = "DeleteVpcPeeringConnection";

/// Two VPCs, the second of another account, which the first one's is about to ask.
fn two() -> Cloud {
    let mut cloud = Cloud::new();
    cloud.as_account(OTHER).vpc("vpc-bbbbbbbb", "10.2.0.0/16");
    cloud.as_account(OWN).vpc("vpc-aaaaaaaa", "10.1.0.0/16");
    cloud
}

fn request(id: &str) -> Value {
    json!({"VpcId": "vpc-aaaaaaaa", "PeerVpcId": "vpc-bbbbbbbb", "PeerOwnerId": OTHER,
        "TagSpecifications": custom("vpc-peering-connection", id)})
}

fn it(id: &str) -> Value {
    json!({"VpcPeeringConnectionId": id})
}

/// Two VPCs with an active connection.
fn active() -> Cloud {
    let mut cloud = two();
    cloud.ask(CREATE, request("pcx-b04deed9"));
    cloud.as_account(OTHER).ask(ACCEPT, it("pcx-b04deed9"));
    cloud.as_account(OWN);
    cloud
}

fn status(cloud: &mut Cloud, id: &str) -> String {
    let shown = cloud.ask("DescribeVpcPeeringConnections", json!({"VpcPeeringConnectionIds": [id]}));
    shown["VpcPeeringConnections"][0]["Status"]["Code"].as_str().unwrap().to_owned()
}

#[test]
fn f102_f103_f105_a_connection_is_asked_for_and_accepted() {
    let mut cloud = two();
    let asked = cloud.rehearsed(CREATE, request("pcx-b04deed9"))["VpcPeeringConnection"].clone();
    let message = format!("Pending Acceptance by {OTHER}");
    assert_eq!(asked["Status"], json!({"Code": "pending-acceptance", "Message": message}));
    assert_eq!(asked["ExpirationTime"], "2026-11-28T10:35:45.000Z");
    assert_eq!(asked["RequesterVpcInfo"]["CidrBlock"], "10.1.0.0/16");
    assert_eq!(asked["AccepterVpcInfo"].get("CidrBlock"), None, "not told before it is accepted");
    let accepted = cloud.as_account(OTHER).rehearsed(ACCEPT, it("pcx-b04deed9"))["VpcPeeringConnection"].clone();
    assert_eq!(accepted["Status"], json!({"Code": "active", "Message": "Active"}));
    assert_eq!(accepted["AccepterVpcInfo"]["CidrBlock"], "10.2.0.0/16");
    assert_eq!(accepted["AccepterVpcInfo"]["OwnerId"], OTHER);
    assert_eq!(accepted.get("ExpirationTime"), None);
}

#[test]
fn f103_only_an_active_connection_lets_groups_be_referred_to() {
    let mut cloud = two();
    cloud.group("sg-aaaa1111", "web", "vpc-aaaaaaaa");
    cloud.as_account(OTHER).group("sg-bbbb2222", "db", "vpc-bbbbbbbb");
    let permission = json!([{"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80,
        "UserIdGroupPairs": [{"GroupId": "sg-bbbb2222", "UserId": OTHER}]}]);
    let allow = json!({"GroupId": "sg-aaaa1111", "IpPermissions": permission});
    cloud.as_account(OWN).ask(CREATE, request("pcx-b04deed9"));
    let words = "InvalidGroup.NotFound: You have specified two resources that belong to different networks.";
    assert_eq!(cloud.refused("AuthorizeSecurityGroupIngress", allow.clone()), words);
    cloud.as_account(OTHER).ask(ACCEPT, it("pcx-b04deed9"));
    cloud.as_account(OWN).ask("AuthorizeSecurityGroupIngress", allow);
}

#[test]
fn f104_not_across_regions() {
    let mut cloud = two();
    let mut members = request("pcx-b04deed9");
    members["PeerRegion"] = json!("eu-west-1");
    assert_eq!(
        cloud.refused(CREATE, members.clone()),
        "InvalidParameterValue: Value (eu-west-1) for parameter peerRegion is invalid. \
         VPCs can be peered within region us-east-1 only."
    );
    members["PeerRegion"] = json!("us-east-1");
    cloud.ask(CREATE, members);
}

#[test]
fn f105_the_peer_is_a_vpc_that_exists_and_not_the_same() {
    let mut cloud = two();
    let unknown = json!({"VpcId": "vpc-aaaaaaaa", "PeerVpcId": "vpc-99999999"});
    assert_eq!(cloud.refused(CREATE, unknown), "InvalidVpcID.NotFound: The vpc ID 'vpc-99999999' does not exist");
    let not_own = json!({"VpcId": "vpc-aaaaaaaa", "PeerVpcId": "vpc-bbbbbbbb"});
    assert_eq!(cloud.refused(CREATE, not_own), "InvalidVpcID.NotFound: The vpc ID 'vpc-bbbbbbbb' does not exist");
    let itself = json!({"VpcId": "vpc-aaaaaaaa", "PeerVpcId": "vpc-aaaaaaaa"});
    assert!(cloud.refused(CREATE, itself).contains("cannot be peered with itself"));
    let nobody = json!({"VpcId": "vpc-aaaaaaaa", "PeerVpcId": "vpc-bbbbbbbb", "PeerOwnerId": "me"});
    assert!(cloud.refused(CREATE, nobody).contains("12-digit"));
    // Both VPCs may be the caller's.
    cloud.vpc("vpc-cccccccc", "10.3.0.0/16");
    let own = json!({"VpcId": "vpc-aaaaaaaa", "PeerVpcId": "vpc-cccccccc",
        "TagSpecifications": custom("vpc-peering-connection", "pcx-11111111")});
    cloud.ask(CREATE, own);
    cloud.ask(ACCEPT, it("pcx-11111111"));
}

#[test]
fn only_the_accepter_accepts_and_rejects() {
    let mut cloud = two();
    cloud.ask(CREATE, request("pcx-b04deed9"));
    let words = |verb: &str| format!("OperationNotPermitted: User {OWN} cannot {verb} peering pcx-b04deed9");
    assert_eq!(cloud.refused(ACCEPT, it("pcx-b04deed9")), words("accept"));
    assert_eq!(cloud.refused(REJECT, it("pcx-b04deed9")), words("reject"));
    cloud.as_account(OTHER);
    assert!(cloud.refused(DELETE, it("pcx-b04deed9")).contains("cannot delete peering"));
    assert_eq!(cloud.rehearsed(REJECT, it("pcx-b04deed9")), json!({"Return": true}));
    assert_eq!(status(&mut cloud, "pcx-b04deed9"), "rejected");
    cloud.as_account("111122223333");
    assert_eq!(
        cloud.refused(ACCEPT, it("pcx-b04deed9")),
        "InvalidVpcPeeringConnectionID.NotFound: The vpcPeeringConnection ID 'pcx-b04deed9' does not exist"
    );
}

#[test]
fn transitions_that_there_are_not() {
    let mut cloud = active();
    let words = |from: &str, to: &str| {
        format!(
            "InvalidStateTransition: Invalid state transition for pcx-b04deed9, attempted to transition from {from} to {to}"
        )
    };
    cloud.as_account(OTHER);
    assert_eq!(cloud.refused(REJECT, it("pcx-b04deed9")), words("active", "rejected"));
    assert_eq!(cloud.refused(ACCEPT, it("pcx-b04deed9")), words("active", "active"));
    cloud.rehearsed(DELETE, it("pcx-b04deed9"));
    for (operation, to) in [(ACCEPT, "active"), (REJECT, "rejected"), (DELETE, "deleted")] {
        assert_eq!(cloud.refused(operation, it("pcx-b04deed9")), words("deleted", to));
    }
}

#[test]
fn f110_f112_either_side_ends_a_connection_and_a_new_one_heals() {
    for account in [OWN, OTHER] {
        let mut cloud = active();
        cloud.group("sg-aaaa1111", "web", "vpc-aaaaaaaa");
        cloud.as_account(OTHER).group("sg-bbbb2222", "db", "vpc-bbbbbbbb");
        cloud.subnet("subnet-bbbbbbbb", "vpc-bbbbbbbb", "10.2.1.0/24");
        cloud.ask("CreateNetworkInterface", json!({"SubnetId": "subnet-bbbbbbbb", "Groups": ["sg-bbbb2222"]}));
        cloud.as_account(OWN);
        let permission = json!([{"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80,
            "UserIdGroupPairs": [{"GroupId": "sg-bbbb2222", "UserId": OTHER}]}]);
        let rule = json!({"GroupId": "sg-aaaa1111", "IpPermissions": permission});
        cloud.ask("AuthorizeSecurityGroupIngress", rule);
        let lets_in = |cloud: &Cloud| lower(&cloud.state).snapshot.groups["sg-aaaa1111"].ingress.len();
        assert_eq!(lets_in(&cloud), 1);
        cloud.as_account(account).ask(DELETE, it("pcx-b04deed9"));
        cloud.as_account(OWN);
        let shown = cloud.ask("DescribeVpcPeeringConnections", json!({}));
        let message = format!("Deleted by {account}");
        assert_eq!(shown["VpcPeeringConnections"][0]["Status"], json!({"Code": "deleted", "Message": message}));
        let stale = cloud.ask("DescribeStaleSecurityGroups", json!({"VpcId": "vpc-aaaaaaaa"}));
        assert_eq!(texts(&stale["StaleSecurityGroupSet"], "GroupId"), ["sg-aaaa1111"]);
        assert_eq!(lets_in(&cloud), 0, "a stale rule lets nothing in");
        cloud.ask(CREATE, request("pcx-22222222"));
        assert_eq!(lets_in(&cloud), 0);
        cloud.as_account(OTHER).ask(ACCEPT, it("pcx-22222222"));
        cloud.as_account(OWN);
        let stale = cloud.ask("DescribeStaleSecurityGroups", json!({"VpcId": "vpc-aaaaaaaa"}));
        assert_eq!((&stale["StaleSecurityGroupSet"], lets_in(&cloud)), (&json!([]), 1));
    }
}

#[test]
fn a_request_expires_after_seven_days() {
    let mut cloud = two();
    cloud.ask(CREATE, request("pcx-b04deed9"));
    cloud.now = "2026-11-28T10:35:44.999Z".into();
    assert_eq!(status(&mut cloud, "pcx-b04deed9"), "pending-acceptance");
    cloud.now = "2026-11-28T10:35:45.000Z".into();
    assert_eq!(status(&mut cloud, "pcx-b04deed9"), "expired");
    cloud.as_account(OTHER);
    assert!(cloud.refused(ACCEPT, it("pcx-b04deed9")).ends_with("from expired to active"));
    cloud.as_account(OWN).ask(CREATE, request("pcx-22222222"));
    let stored = cloud.state.peerings.values().map(|it| it.status.to_string()).collect::<Vec<_>>();
    assert_eq!(stored, ["pending-acceptance", "expired"], "the next change keeps it");
    cloud.now = NOW.into();
    assert_eq!(status(&mut cloud, "pcx-b04deed9"), "expired");
}

#[test]
fn two_vpcs_have_one_connection() {
    let mut cloud = two();
    cloud.ask(CREATE, request("pcx-b04deed9"));
    assert!(cloud.refused(CREATE, request("pcx-22222222")).starts_with("VpcPeeringConnectionAlreadyExists"));
    cloud.as_account(OTHER).ask(ACCEPT, it("pcx-b04deed9"));
    let back = json!({"VpcId": "vpc-bbbbbbbb", "PeerVpcId": "vpc-aaaaaaaa", "PeerOwnerId": OWN});
    assert!(cloud.refused(CREATE, back.clone()).starts_with("VpcPeeringConnectionAlreadyExists"));
    cloud.ask(DELETE, it("pcx-b04deed9"));
    cloud.ask(CREATE, back);
}

#[test]
fn vpcs_with_addresses_in_common_are_not_peered() {
    let mut cloud = two();
    cloud.as_account(OTHER).vpc("vpc-cccccccc", "10.1.128.0/17");
    let mut members = request("pcx-b04deed9");
    members["PeerVpcId"] = json!("vpc-cccccccc");
    let asked = cloud.as_account(OWN).ask(CREATE, members)["VpcPeeringConnection"].clone();
    assert_eq!(
        asked["Status"],
        json!({"Code": "failed",
            "Message": "Failed due to incorrect VPC-ID, Account ID, or overlapping CIDR range"})
    );
    cloud.as_account(OTHER);
    assert!(cloud.refused(ACCEPT, it("pcx-b04deed9")).ends_with("from failed to active"));
    assert!(cloud.refused(DELETE, it("pcx-b04deed9")).ends_with("from failed to deleted"));
}

#[test]
fn addresses_outside_of_a_vpcs_blocks_count_too() {
    let mut cloud = two();
    cloud.subnet("subnet-1a2b3c4d", "vpc-aaaaaaaa", "10.1.1.0/24");
    cloud.interface("eni-11111111", &[]);
    let set = |cloud: &mut Cloud, address: &str| {
        let interface = cloud.state.interfaces.get_mut(&InterfaceId::parse("eni-11111111").unwrap()).unwrap();
        let interface = Arc::make_mut(interface);
        interface.subnet = None;
        interface.addresses = vec![address.parse().unwrap()];
    };
    set(&mut cloud, "10.2.3.4");
    let asked = cloud.ask(CREATE, request("pcx-11111111"));
    assert_eq!(asked["VpcPeeringConnection"]["Status"]["Code"], "failed");
    set(&mut cloud, "192.0.2.1");
    cloud.ask(CREATE, request("pcx-22222222"));
    // What comes between request and answer counts as well.
    set(&mut cloud, "10.2.3.4");
    let answered = cloud.as_account(OTHER).ask(ACCEPT, it("pcx-22222222"));
    assert_eq!(answered["VpcPeeringConnection"]["Status"]["Code"], "failed");
}

#[test]
fn a_block_of_a_peer_cannot_be_added() {
    let mut cloud = active();
    let words = "InvalidVpc.Range: The CIDR '10.2.128.0/17' overlaps with the CIDR '10.2.0.0/16' of the peer VPC \
                 'vpc-bbbbbbbb'.";
    let add = json!({"VpcId": "vpc-aaaaaaaa", "CidrBlock": "10.2.128.0/17"});
    assert_eq!(cloud.refused("AssociateVpcCidrBlock", add.clone()), words);
    cloud.ask(DELETE, it("pcx-b04deed9"));
    cloud.ask("AssociateVpcCidrBlock", add);
}

#[test]
fn quotas_of_connections() {
    let mut cloud = two();
    for (number, vpc) in ["vpc-cccccccc", "vpc-dddddddd"].iter().enumerate() {
        cloud.vpc(vpc, &format!("10.{}.0.0/16", number + 3));
    }
    let ask = |peer: &str, id: &str| {
        json!({"VpcId": "vpc-aaaaaaaa", "PeerVpcId": peer,
            "TagSpecifications": custom("vpc-peering-connection", id)})
    };
    Arc::make_mut(&mut cloud.state.settings).quotas.pending_peerings_per_vpc = 1;
    cloud.ask(CREATE, ask("vpc-cccccccc", "pcx-11111111"));
    let words = "OutstandingVpcPeeringConnectionLimitExceeded: The VPC 'vpc-aaaaaaaa' has the maximum number of pending \
                 VPC peering connections.";
    assert_eq!(cloud.refused(CREATE, ask("vpc-dddddddd", "pcx-22222222")), words);
    Arc::make_mut(&mut cloud.state.settings).quotas.pending_peerings_per_vpc = 2;
    cloud.ask(CREATE, ask("vpc-dddddddd", "pcx-22222222"));
    Arc::make_mut(&mut cloud.state.settings).quotas.active_peerings_per_vpc = 1;
    cloud.ask(ACCEPT, it("pcx-11111111"));
    let words = "VpcPeeringConnectionsPerVpcLimitExceeded: The VPC 'vpc-aaaaaaaa' has the maximum number of active VPC \
                 peering connections.";
    assert_eq!(cloud.refused(ACCEPT, it("pcx-22222222")), words);
}

#[test]
fn options_stay_off() {
    let mut cloud = active();
    let options = |side: &str, value: bool| {
        let mut members = it("pcx-b04deed9");
        members[side] = json!({"AllowDnsResolutionFromRemoteVpc": value});
        members
    };
    const MODIFY: &str = "ModifyVpcPeeringConnectionOptions";
    let reply = cloud.rehearsed(MODIFY, options("RequesterPeeringConnectionOptions", false));
    assert_eq!(reply["RequesterPeeringConnectionOptions"]["AllowDnsResolutionFromRemoteVpc"], false);
    let on = cloud.refused(MODIFY, options("RequesterPeeringConnectionOptions", true));
    assert!(on.starts_with("UnsupportedOperation"), "{on}");
    let theirs = cloud.refused(MODIFY, options("AccepterPeeringConnectionOptions", false));
    assert!(theirs.starts_with("OperationNotPermitted"), "{theirs}");
    assert!(cloud.refused(MODIFY, it("pcx-b04deed9")).starts_with("MissingParameter"));
    cloud.ask(DELETE, it("pcx-b04deed9"));
    let over = cloud.refused(MODIFY, options("RequesterPeeringConnectionOptions", false));
    assert!(over.ends_with("is not active"), "{over}");
}

#[test]
fn connections_are_found_by_filters() {
    let mut cloud = active();
    cloud.vpc("vpc-cccccccc", "10.3.0.0/16");
    cloud.ask(CREATE, json!({"VpcId": "vpc-cccccccc", "PeerVpcId": "vpc-aaaaaaaa"}));
    for (name, value) in [
        ("requester-vpc-info.vpc-id", "vpc-aaaaaaaa"),
        ("requester-vpc-info.cidr-block", "10.1.0.0/16"),
        ("accepter-vpc-info.vpc-id", "vpc-bbbbbbbb"),
        ("accepter-vpc-info.owner-id", OTHER),
        ("status-code", "active"),
        ("status-message", "Act*"),
        ("vpc-peering-connection-id", "pcx-b04deed9"),
    ] {
        let found = cloud.rehearsed("DescribeVpcPeeringConnections", json!({"Filters": filter(name, &[value])}));
        let ids = texts(&found["VpcPeeringConnections"], "VpcPeeringConnectionId");
        assert_eq!(ids, ["pcx-b04deed9"], "{name}");
    }
    let pending = json!({"Filters": filter("expiration-time", &["2026-11-28*"])});
    let pending = cloud.ask("DescribeVpcPeeringConnections", pending);
    assert_eq!(pending["VpcPeeringConnections"].as_array().unwrap().len(), 1);
}
