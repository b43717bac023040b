//! The old tool's document: its four examples by the tool itself, and the same four rules by the command line of today.

use crate::command::lab::Lab;
use crate::net::{A4, B4, NEAR, leaves, listen, reaches};
use crate::stage::{Door, Stage, has};
use serde_json::json;

/// VPC and Classic groups as the document has them, with the lab's interface in one of them.
fn old(lab: &Lab, classic: bool) -> String {
    let interface = format!("{{name: here, device: v0, netns: {}, addresses: [{A4}]", lab.here);
    let (vpc, websrv) = match classic {
        true => (String::new(), format!("    interfaces: [{interface}, groups: [websrv]}}]\n")),
        false => (format!("    interfaces: [{interface}, groups: [web]}}]\n"), String::new()),
    };
    format!(
        "version: 1
vpcs:
  - id: vpc-1a2b3c4d
    cidr: 10.9.0.0/24
    groups:
      - {{name: web, id: sg-eea7b782, description: web, egress: []}}
      - {{name: database, id: sg-80aebeec, description: database}}
{vpc}    members: [{{name: db, addresses: [{B4}], groups: [database]}}]
classic:
  - groups: [{{name: websrv, description: Web servers}}]
{websrv}  - account: \"999988887777\"
    groups: [{{name: OtherAccountGroup, description: partner}}]
    members: [{{name: partner, addresses: [{B4}], groups: [OtherAccountGroup]}}]
"
    )
}

/// The old tool under its own name; lines with tabs made blanks.
#[track_caller]
fn old_tool(lab: &Lab, line: &str) -> String {
    let words: Vec<&str> = line.split_whitespace().collect();
    let said = lab.sgfw.run(&words);
    said.exits(0);
    said.out.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ") + "\n").collect()
}

#[test]
fn f118_f134_f135_the_old_tool_on_vpc_groups() {
    let Some(stage) = Stage::new(Door::Own) else { return };
    let lab = &stage.lab;
    stage.apply(&old(lab, false));
    let _web = listen(lab, A4, 80);
    assert!(!reaches(lab, NEAR, A4, 80) && !leaves(lab, B4, 1433));
    assert_eq!(
        old_tool(lab, "ec2-authorize sg-eea7b782 -P tcp -p 80 -s 10.9.0.0/25"),
        "GROUP sg-eea7b782\nPERMISSION ALLOWS tcp 80 80 FROM CIDR 10.9.0.0/25 ingress\n"
    );
    assert!(reaches(lab, NEAR, A4, 80) && !reaches(lab, B4, A4, 80));
    assert_eq!(
        old_tool(lab, "ec2-authorize --egress sg-eea7b782 -P tcp -p 1433 -o sg-80aebeec"),
        "GROUP sg-eea7b782\nPERMISSION ALLOWS tcp 1433 1433 TO USER ID sg-80aebeec egress\n"
    );
    assert!(leaves(lab, B4, 1433) && !leaves(lab, NEAR, 1433) && !leaves(lab, B4, 3306));
}

#[test]
fn f132_f133_the_old_tool_on_classic_groups() {
    let Some(stage) = Stage::new(Door::Own) else { return };
    let lab = &stage.lab;
    stage.apply(&old(lab, true));
    let _web = listen(lab, A4, 80);
    assert!(leaves(lab, NEAR, 1433), "what leaves Classic is not filtered");
    assert!(!reaches(lab, NEAR, A4, 80) && !reaches(lab, B4, A4, 80));
    assert_eq!(
        old_tool(lab, "ec2-authorize websrv -P tcp -p 80 -s 10.9.0.0/25"),
        "GROUP websrv\nPERMISSION websrv ALLOWS tcp 80 80 FROM CIDR 10.9.0.0/25 ingress\n"
    );
    assert!(reaches(lab, NEAR, A4, 80) && !reaches(lab, B4, A4, 80));
    assert_eq!(
        old_tool(lab, "ec2-authorize websrv -P tcp -p 80 -u 999988887777 -o OtherAccountGroup"),
        "GROUP websrv\nPERMISSION websrv ALLOWS tcp 80 80 FROM USER 999988887777 GRPNAME OtherAccountGroup ingress\n"
    );
    assert!(reaches(lab, B4, A4, 80));
    let said = lab.sgfw.run(&["ec2-authorize", "nobody", "-P", "tcp", "-p", "80"]);
    said.exits(1).complains(&["Client.InvalidGroup.NotFound"]);
}

fn vpc(door: Door) {
    let Some(stage) = Stage::new(door) else { return };
    let lab = &stage.lab;
    stage.apply(&old(lab, false));
    let _web = listen(lab, A4, 80);
    stage.done("authorize-security-group-ingress --group-id sg-eea7b782 --protocol tcp --port 80 --cidr 10.9.0.0/25");
    assert!(reaches(lab, NEAR, A4, 80) && !reaches(lab, B4, A4, 80));
    let out =
        "authorize-security-group-egress --group-id sg-eea7b782 --protocol tcp --port 1433 --source-group sg-80aebeec";
    stage.done(out);
    assert!(leaves(lab, B4, 1433) && !leaves(lab, NEAR, 1433) && !leaves(lab, B4, 3306));
    stage.done(&out.replace("authorize", "revoke"));
    assert!(!leaves(lab, B4, 1433));
}

#[test]
fn f134_f135_the_rules_of_the_old_tool_on_vpc_groups_today() {
    vpc(Door::Own);
}

#[test]
fn f134_f135_the_rules_of_the_old_tool_on_vpc_groups_by_aws() {
    vpc(Door::Aws);
}

fn classic(door: Door) {
    let Some(stage) = Stage::new(door) else { return };
    let lab = &stage.lab;
    stage.apply(&old(lab, true));
    let _web = listen(lab, A4, 80);
    assert!(!reaches(lab, NEAR, A4, 80) && !reaches(lab, B4, A4, 80));
    let by_block = "authorize-security-group-ingress --group-name websrv --protocol tcp --port 80 --cidr 10.9.0.0/25";
    stage.done(by_block);
    assert!(reaches(lab, NEAR, A4, 80) && !reaches(lab, B4, A4, 80));
    stage.done(
        "authorize-security-group-ingress --group-name websrv --protocol tcp --port 80 \
         --source-group OtherAccountGroup --group-owner 999988887777",
    );
    assert!(reaches(lab, B4, A4, 80));
    stage.done(&by_block.replace("authorize", "revoke"));
    assert!(!reaches(lab, NEAR, A4, 80) && reaches(lab, B4, A4, 80));
    let found = stage.done("describe-security-groups --group-names websrv");
    let pair = json!({ "GroupName": "OtherAccountGroup", "UserId": "999988887777" });
    let rule = json!({ "IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "UserIdGroupPairs": [pair] });
    has(&found, &json!({ "SecurityGroups": [{ "GroupName": "websrv", "IpPermissions": [rule] }] }));
    stage.refused(
        "delete-security-group --group-name default",
        "InvalidGroup.Reserved",
        "The security group 'default' is reserved",
    );
    stage.refused(
        "authorize-security-group-ingress --group-name websrv --protocol tcp --port 80 --source-group sg-80aebeec",
        "InvalidGroup.NotFound",
        "You have specified two resources that belong to different networks",
    );
}

#[test]
fn f20_f60_f132_f133_the_rules_of_the_old_tool_on_classic_groups_today() {
    classic(Door::Own);
}

#[test]
fn f20_f60_f132_f133_the_rules_of_the_old_tool_on_classic_groups_by_aws() {
    classic(Door::Aws);
}
