//! The end of groups: F19 to F27.

use crate::cloud::{Cloud, network};
use serde_json::json;
use sgfw::inventory::{GroupId, Instance, InstanceId, InstanceState, Owner, PeeringStatus, Tags};
use std::sync::Arc;

const DELETE: &str = "DeleteSecurityGroup";

#[test]
fn f19_a_default_group_cannot_be_deleted() {
    let mut cloud = Cloud::new();
    let id = cloud.state.default_group(&cloud.scope, &network("vpc-1a2b3c4d")).unwrap().id.clone();
    let mut group = (*cloud.state.groups.remove(&id).unwrap()).clone();
    group.id = GroupId::parse("sg-51530134").unwrap();
    group.rules.clear();
    cloud.state.groups.insert(group.id.clone(), Arc::new(group));
    assert_eq!(
        cloud.refused(DELETE, json!({"GroupId": "sg-51530134"})),
        "CannotDelete: the specified group: \"sg-51530134\" name: \"default\" cannot be deleted by a user"
    );
}

#[test]
fn f22_f27_one_group_is_deleted_and_answered_with_its_id() {
    let mut cloud = Cloud::new();
    cloud.group("sg-903004f8", "my-sg", "vpc-1a2b3c4d");
    cloud.group("sg-aaaa1111", "other", "vpc-1a2b3c4d");
    let reply = cloud.rehearsed(DELETE, json!({"GroupId": "sg-903004f8"}));
    assert_eq!(reply, json!({"Return": true, "GroupId": "sg-903004f8"}));
    assert_eq!(
        cloud.refused(DELETE, json!({"GroupId": "sg-903004f8"})),
        "InvalidGroup.NotFound: The security group 'sg-903004f8' does not exist"
    );
    assert_eq!(cloud.described("sg-aaaa1111")["GroupName"], "other");
}

#[test]
fn f94_a_group_is_named_by_id_or_by_its_name_in_the_default_vpc() {
    let mut cloud = Cloud::new();
    cloud.group("sg-aaaa1111", "web", "");
    cloud.group("sg-bbbb2222", "ipa", "vpc-1a2b3c4d");
    assert_eq!(cloud.ask(DELETE, json!({"GroupName": "web"}))["GroupId"], "sg-aaaa1111");
    let default = cloud.state.default_vpc(&cloud.scope).unwrap().id.clone();
    assert_eq!(
        cloud.refused(DELETE, json!({"GroupName": "foo"})),
        format!("InvalidGroup.NotFound: The security group 'foo' does not exist in default VPC '{default}'")
    );
    assert_eq!(
        cloud.refused(DELETE, json!({"GroupName": "ipa"})),
        "InvalidParameterValue: Invalid value 'ipa' for groupName. You may not reference Amazon VPC security groups by \
         name. Please use the corresponding id for this operation."
    );
    let missing = "MissingParameter: The request must contain the parameter groupName or groupId";
    assert_eq!(cloud.refused(DELETE, json!({})), missing);
    assert_eq!(
        cloud.refused(DELETE, json!({"GroupId": "web"})),
        "InvalidGroupId.Malformed: Invalid id: \"web\" (expecting \"sg-...\")"
    );
    assert!(
        cloud
            .refused(DELETE, json!({"GroupId": "sg-bbbb2222", "GroupName": "ipa"}))
            .starts_with("InvalidParameterCombination")
    );
}

#[test]
fn f23_a_group_with_members_cannot_be_deleted_running_or_stopped() {
    let mut cloud = Cloud::new();
    cloud.group("sg-903004f8", "my-sg", "vpc-1a2b3c4d");
    cloud.interface("eni-11111111", network("vpc-1a2b3c4d"), "10.1.0.5", &["sg-903004f8"]);
    let words = "DependencyViolation: resource sg-903004f8 has a dependent object";
    assert_eq!(cloud.refused(DELETE, json!({"GroupId": "sg-903004f8"})), words);
    let id = InstanceId::parse("i-11111111").unwrap();
    for (state, refused) in
        [(InstanceState::Stopped, true), (InstanceState::Running, true), (InstanceState::Terminated, false)]
    {
        let instance = Instance {
            id: id.clone(),
            scope: cloud.scope.clone(),
            network: network("vpc-1a2b3c4d"),
            state,
            launched: crate::cloud::NOW.into(),
            tags: Tags::new(),
            owner: Owner::Action,
        };
        cloud.state.instances.insert(id.clone(), Arc::new(instance));
        let attachment = sgfw::inventory::Attachment {
            id: sgfw::inventory::AttachmentId::from_number(1),
            instance: id.clone(),
            index: 0,
            since: crate::cloud::NOW.into(),
            delete_on_termination: true,
        };
        cloud.state.interfaces.change(|_| true, |it| it.attachment = Some(attachment.clone()));
        if refused {
            assert_eq!(cloud.refused(DELETE, json!({"GroupId": "sg-903004f8"})), words);
        } else {
            cloud.rehearsed(DELETE, json!({"GroupId": "sg-903004f8"}));
        }
    }
}

#[test]
fn f24_a_group_that_another_of_its_vpc_refers_to_cannot_be_deleted() {
    let mut cloud = Cloud::new();
    cloud.group("sg-aaaa1111", "web", "vpc-1a2b3c4d");
    cloud.group("sg-bbbb2222", "db", "vpc-1a2b3c4d");
    cloud.allow_group("sg-bbbb2222", 3306, "sg-aaaa1111");
    assert_eq!(
        cloud.refused(DELETE, json!({"GroupId": "sg-aaaa1111"})),
        "DependencyViolation: resource sg-aaaa1111 has a dependent object"
    );
    cloud.ask(DELETE, json!({"GroupId": "sg-bbbb2222"}));
    cloud.ask(DELETE, json!({"GroupId": "sg-aaaa1111"}));
}

#[test]
fn f25_a_group_that_only_itself_refers_to_goes_at_once() {
    let mut cloud = Cloud::new();
    cloud.group("sg-aaaa1111", "web", "vpc-1a2b3c4d");
    cloud.allow_group("sg-aaaa1111", 7946, "sg-aaaa1111");
    cloud.rehearsed(DELETE, json!({"GroupId": "sg-aaaa1111"}));
}

#[test]
fn f26_a_group_that_a_peer_vpc_refers_to_goes_and_the_rule_goes_stale() {
    let mut cloud = Cloud::new();
    cloud.vpc("vpc-bbbbbbbb", "10.2.0.0/16");
    cloud.group("sg-aaaa1111", "web", "vpc-1a2b3c4d");
    cloud.group("sg-bbbb2222", "peer", "vpc-bbbbbbbb");
    cloud.peer("pcx-b04deed9", "vpc-1a2b3c4d", "vpc-bbbbbbbb", PeeringStatus::Active);
    cloud.allow_group("sg-aaaa1111", 22, "sg-bbbb2222");
    cloud.rehearsed(DELETE, json!({"GroupId": "sg-bbbb2222"}));
    let stale = cloud.ask("DescribeStaleSecurityGroups", json!({"VpcId": "vpc-1a2b3c4d"}));
    assert_eq!(stale["StaleSecurityGroupSet"][0]["GroupId"], "sg-aaaa1111");
}

#[test]
fn a_group_that_is_used_in_another_vpc_cannot_be_deleted() {
    let mut cloud = Cloud::new();
    cloud.vpc("vpc-bbbbbbbb", "10.2.0.0/16");
    cloud.group("sg-aaaa1111", "web", "vpc-1a2b3c4d");
    let both = json!({"GroupId": "sg-aaaa1111", "VpcId": "vpc-bbbbbbbb"});
    cloud.ask("AssociateSecurityGroupVpc", both.clone());
    assert_eq!(
        cloud.refused(DELETE, json!({"GroupId": "sg-aaaa1111"})),
        "DependencyViolation: resource sg-aaaa1111 has a dependent object"
    );
    cloud.ask("DisassociateSecurityGroupVpc", both);
    cloud.ask(DELETE, json!({"GroupId": "sg-aaaa1111"}));
    assert!(cloud.state.associations.is_empty());
}
