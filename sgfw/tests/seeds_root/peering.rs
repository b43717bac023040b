//! The guide of peering: a group of another VPC as source, references, stale rules, and a new connection that heals them.

use crate::command::lab::Lab;
use crate::net::{A4, A6, B4, B6, NEAR, listen, reaches};
use crate::stage::{Door, Stage, has};
use serde_json::json;
use std::net::TcpListener;

/// The two VPCs of the guide, on the lab's addresses.
fn peered(lab: &Lab) -> String {
    format!(
        "version: 1
vpcs:
  - id: vpc-aaaaaaaa
    cidr: 10.9.0.0/25
    ipv6: \"2001:db8:a::/56\"
    groups:
      - {{name: Access1, id: sg-aaaa1111, description: Reference remote SG, ingress: []}}
    interfaces:
      - {{name: access, device: v0, netns: {}, addresses: [{A4}, \"{A6}\"], groups: [Access1]}}
  - id: vpc-bbbbbbbb
    account: \"123456789101\"
    cidr: 10.9.0.128/25
    ipv6: \"2001:db8:b::/56\"
    groups:
      - {{name: Prod1, id: sg-bbbb2222, description: Production hosts}}
    members:
      - {{name: prod-1, addresses: [{B4}, \"{B6}\"], groups: [Prod1]}}
peerings:
  - {{id: pcx-b04deed9, requester: vpc-aaaaaaaa, accepter: vpc-bbbbbbbb, status: active}}
",
        lab.here
    )
}

/// The account of VPC B.
const PEER: &str = "123456789101";

fn guide(door: Door) {
    let Some(stage) = Stage::new(door) else { return };
    let lab = &stage.lab;
    stage.apply(&peered(lab));
    let _listeners: Vec<TcpListener> =
        [80, 22].into_iter().flat_map(|port| [listen(lab, A4, port), listen(lab, A6, port)]).collect();
    let open = |port| [reaches(lab, B4, A4, port), reaches(lab, B6, A6, port), reaches(lab, NEAR, A4, port)];
    let rule = |verb: &str, port: u16| {
        format!(
            "{verb}-security-group-ingress --group-id sg-aaaa1111 --protocol tcp --port {port} --source-group sg-bbbb2222"
        )
    };

    assert_eq!(open(80), [false; 3]);
    stage.done(&rule("authorize", 80));
    assert_eq!(open(80), [true, true, false], "members of the peer's group, on both families, and nobody else");
    let pair = json!({ "GroupId": "sg-bbbb2222", "UserId": PEER, "VpcId": "vpc-bbbbbbbb",
        "VpcPeeringConnectionId": "pcx-b04deed9" });
    let found = stage.done("describe-security-groups --group-ids sg-aaaa1111");
    has(&found["SecurityGroups"][0]["IpPermissions"][0]["UserIdGroupPairs"], &json!([pair]));

    // The document's key is SecurityGroupsReferenceSet; the service model's is this one.
    let references = stage.done_as(PEER, "describe-security-group-references --group-id sg-bbbb2222");
    let reference = json!({ "ReferencingVpcId": "vpc-aaaaaaaa", "GroupId": "sg-bbbb2222", "VpcPeeringConnectionId": "pcx-b04deed9" });
    has(&references, &json!({ "SecurityGroupReferenceSet": [reference] }));

    stage.done(&rule("authorize", 22));
    stage.done(&rule("revoke", 80));
    assert_eq!((open(80), open(22)), ([false; 3], [true, true, false]));
    stage.done("delete-vpc-peering-connection --vpc-peering-connection-id pcx-b04deed9");
    assert_eq!(open(22), [false; 3], "a stale rule lets nobody in");
    let stale = json!({ "StaleSecurityGroupSet": [{
        "VpcId": "vpc-aaaaaaaa", "StaleIpPermissionsEgress": [], "GroupName": "Access1",
        "StaleIpPermissions": [{ "ToPort": 22, "FromPort": 22, "IpProtocol": "tcp", "UserIdGroupPairs": [{
            "VpcId": "vpc-bbbbbbbb", "PeeringStatus": "deleted", "UserId": PEER, "GroupName": "Prod1",
            "VpcPeeringConnectionId": "pcx-b04deed9", "GroupId": "sg-bbbb2222" }] }],
        "GroupId": "sg-aaaa1111", "Description": "Reference remote SG" }] });
    has(&stage.done("describe-stale-security-groups --vpc-id vpc-aaaaaaaa"), &stale);

    let asked = stage.done(
        "create-vpc-peering-connection --vpc-id vpc-aaaaaaaa --peer-vpc-id vpc-bbbbbbbb --peer-owner-id 123456789101",
    );
    let asked = asked["VpcPeeringConnection"]["VpcPeeringConnectionId"].as_str().unwrap().to_owned();
    assert_eq!(open(22), [false; 3], "asking is not enough");
    stage.done_as(PEER, &format!("accept-vpc-peering-connection --vpc-peering-connection-id {asked}"));
    assert_eq!(open(22), [true, true, false], "a new connection heals the rule");
    let none = json!({ "StaleSecurityGroupSet": [] });
    has(&stage.done("describe-stale-security-groups --vpc-id vpc-aaaaaaaa"), &none);

    stage.done(&rule("revoke", 22));
    assert_eq!(open(22), [false; 3]);

    // The other way to a stale rule: the group at the other side goes.
    stage.done_as(
        PEER,
        "create-security-group --group-name Prod2 --description more --vpc-id vpc-bbbbbbbb \
         --tag-specifications ResourceType=security-group,Tags=[{Key=_custom_id_,Value=sg-bbbb3333}]",
    );
    stage.done(
        "authorize-security-group-egress --group-id sg-aaaa1111 --protocol tcp --port 22 --source-group sg-bbbb3333",
    );
    stage.done_as(PEER, "delete-security-group --group-id sg-bbbb3333");
    let stale = json!({ "StaleSecurityGroupSet": [{ "StaleIpPermissions": [], "StaleIpPermissionsEgress": [
        { "UserIdGroupPairs": [{ "GroupId": "sg-bbbb3333", "GroupName": "Prod2", "PeeringStatus": "active" }] }] }] });
    has(&stage.done("describe-stale-security-groups --vpc-id vpc-aaaaaaaa"), &stale);
    stage.done(
        "revoke-security-group-egress --group-id sg-aaaa1111 --protocol tcp --port 22 --source-group sg-bbbb3333",
    );
    has(&stage.done("describe-stale-security-groups --vpc-id vpc-aaaaaaaa"), &none);
}

#[test]
fn f91_f102_f107_f110_f112_f113_f116_the_peering_guide() {
    guide(Door::Own);
}

#[test]
fn f91_f102_f107_f110_f112_f113_f116_the_peering_guide_by_aws() {
    guide(Door::Aws);
}

#[test]
fn drift_is_shown_by_plan_and_put_back_by_apply() {
    let Some(stage) = Stage::new(Door::Own) else { return };
    let lab = &stage.lab;
    let file = stage.apply(&peered(lab));
    let _ssh = listen(lab, A4, 22);
    stage.done("authorize-security-group-ingress --group-id sg-aaaa1111 --protocol tcp --port 22 --cidr 10.9.0.2/32");
    assert!(reaches(lab, NEAR, A4, 22));
    lab.sgfw.run(&["plan", &file]).exits(2).says(&["drift", "Access1", "10.9.0.2/32"]);
    lab.sgfw.run(&["apply", &file]).exits(0);
    assert!(!reaches(lab, NEAR, A4, 22));
    lab.sgfw.run(&["plan", &file]).exits(0).says(&["No changes"]);
}
