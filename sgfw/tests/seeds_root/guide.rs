//! The guide of the command line: a group is made, described, opened for RDP and SSH, described and deleted.

use crate::command::lab::ip;
use crate::net::{B4, NEAR, OWN, leaves, listen, reaches};
use crate::stage::{Door, Stage, has};
use serde_json::json;

fn guide(door: Door) {
    let Some(stage) = Stage::new(door) else { return };
    let lab = &stage.lab;
    // What leaves an interface carries one of its own addresses.
    assert!(ip(&["-n", &lab.here, "address", "delete", "10.9.0.1/24", "dev", "v0"]));
    assert!(ip(&["-n", &lab.here, "route", "add", "10.9.0.128/25", "dev", "v0"]));
    let _rdp = listen(lab, OWN, 3389);
    let _ssh = listen(lab, OWN, 22);
    stage.done(
        "create-vpc --cidr-block 10.9.0.0/24 --tag-specifications ResourceType=vpc,Tags=[{Key=_custom_id_,Value=vpc-1a2b3c4d}]",
    );
    let subnet = stage.done("create-subnet --vpc-id vpc-1a2b3c4d --cidr-block 10.9.0.0/24");
    // As the document has it, but for the tag that asks for the document's id.
    let created = stage.done(
        "create-security-group --group-name my-sg --description \"My security group\" --vpc-id vpc-1a2b3c4d \
         --tag-specifications ResourceType=security-group,Tags=[{Key=_custom_id_,Value=sg-903004f8}]",
    );
    has(&created, &json!({ "GroupId": "sg-903004f8" }));
    let mut described = json!({ "SecurityGroups": [{
        "IpPermissionsEgress": [
            { "IpProtocol": "-1", "IpRanges": [{ "CidrIp": "0.0.0.0/0" }], "UserIdGroupPairs": [] }],
        "Description": "My security group", "IpPermissions": [], "GroupName": "my-sg", "VpcId": "vpc-1a2b3c4d",
        "OwnerId": "123456789012", "GroupId": "sg-903004f8" }] });
    has(&stage.done("describe-security-groups --group-ids sg-903004f8"), &described);

    let tags =
        format!("{{Key=sgfw:device,Value=v0}},{{Key=sgfw:netns,Value={}}},{{Key=sgfw:side,Value=host}}", lab.here);
    let subnet = subnet["Subnet"]["SubnetId"].as_str().unwrap();
    let interface = stage.done(&format!(
        "create-network-interface --subnet-id {subnet} --private-ip-address 10.9.0.10 --groups sg-903004f8 \
         --tag-specifications ResourceType=network-interface,Tags=[{tags}]"
    ));
    assert!(!reaches(lab, NEAR, OWN, 3389), "a new group lets nobody in");
    assert!(leaves(lab, NEAR, 8080), "and everything out");

    // The document leaves out the length, which the service insists on.
    let bare = "authorize-security-group-ingress --group-id sg-903004f8 --protocol tcp --port 3389 --cidr 10.9.0.2";
    stage.refused(bare, "InvalidParameterValue", "CIDR block 10.9.0.2 is malformed");
    if door == Door::Own {
        stage.run(bare).complains(&["hint: write 10.9.0.2/32"]);
    }
    for port in [3389, 22] {
        let rule = format!(
            "authorize-security-group-ingress --group-id sg-903004f8 --protocol tcp --port {port} --cidr 10.9.0.2/32"
        );
        assert!(!reaches(lab, NEAR, OWN, port));
        has(&stage.done(&rule), &json!({ "Return": true }));
        assert!(reaches(lab, NEAR, OWN, port) && !reaches(lab, B4, OWN, port));
        stage.refused(&rule, "InvalidPermission.Duplicate", "already exists");
    }
    let permission = |port| {
        json!({ "ToPort": port, "IpProtocol": "tcp", "IpRanges": [{ "CidrIp": "10.9.0.2/32" }],
        "UserIdGroupPairs": [], "FromPort": port })
    };
    described["SecurityGroups"][0]["IpPermissions"] = json!([permission(3389), permission(22)]);
    has(&stage.done("describe-security-groups --group-ids sg-903004f8"), &described);
    stage.run("describe-security-groups --group-ids sg-903004f8 --output table").exits(0).says(&["my-sg"]);
    stage
        .run("describe-security-groups --group-ids sg-903004f8 --output text")
        .exits(0)
        .says(&["IPRANGES\t10.9.0.2/32"]);

    stage.refused(
        "delete-security-group --group-id sg-903004f8",
        "DependencyViolation",
        "resource sg-903004f8 has a dependent object",
    );
    let interface = interface["NetworkInterface"]["NetworkInterfaceId"].as_str().unwrap();
    stage.done(&format!("delete-network-interface --network-interface-id {interface}"));
    let deleted = stage.done("delete-security-group --group-id sg-903004f8");
    has(&deleted, &json!({ "Return": true, "GroupId": "sg-903004f8" }));
    stage.refused(
        "describe-security-groups --group-ids sg-903004f8",
        "InvalidGroup.NotFound",
        "The security group 'sg-903004f8' does not exist",
    );
    assert!(reaches(lab, B4, OWN, 3389), "a device that belongs to nobody is not filtered");
}

#[test]
fn f2_f9_f27_f84_f90_f93_f97_the_command_line_guide() {
    guide(Door::Own);
}

#[test]
fn f2_f9_f27_f84_f90_f93_f97_the_command_line_guide_by_aws() {
    guide(Door::Aws);
}
