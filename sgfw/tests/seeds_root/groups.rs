//! The guides for VPC and EC2: the default group, the web server with its databases, groups of an instance, descriptions.

use crate::command::lab::Lab;
use crate::net::{A4, A6, B4, B6, NEAR, leaves, listen, reaches};
use crate::stage::{Door, Stage, has};
use serde_json::{Value, json};

fn policy(lab: &Lab) -> String {
    format!(
        "version: 1
vpcs:
  - id: vpc-1a2b3c4d
    cidr: 10.9.0.0/24
    ipv6: \"2001:db8::/56\"
    groups:
      - {{name: default, id: sg-51530134}}
      - {{name: SqlServers, id: sg-aa001433, description: Microsoft SQL Server}}
      - {{name: MySqlServers, id: sg-aa003306, description: MySQL}}
    instances: [{{name: web-1, id: i-1234567890abcdef0}}]
    interfaces:
      - {{name: web, device: v0, netns: {}, addresses: [{A4}, \"{A6}\"], instance: web-1}}
    members:
      - {{name: mate, addresses: [{NEAR}], groups: [default, SqlServers]}}
      - {{name: mysql, addresses: [{B4}, \"{B6}\"], groups: [MySqlServers]}}
",
        lab.here
    )
}

/// A permission for one TCP port.
fn permission(port: u16, ranges: &Value) -> Value {
    let mut permission = json!({ "IpProtocol": "tcp", "FromPort": port, "ToPort": port });
    permission.as_object_mut().unwrap().extend(ranges.as_object().unwrap().clone());
    permission
}

/// The table of the guide: web from everywhere, logins from one network, out to the databases only.
fn web_server(stage: &Stage, group: &str) {
    let lab = &stage.lab;
    let anywhere = json!({ "IpRanges": [{ "CidrIp": "0.0.0.0/0" }], "Ipv6Ranges": [{ "CidrIpv6": "::/0" }] });
    let office = json!({ "IpRanges": [{ "CidrIp": "10.9.0.0/25", "Description": "own range" }] });
    let inbound = json!([
        permission(80, &anywhere),
        permission(443, &anywhere),
        permission(22, &office),
        permission(3389, &office)
    ]);
    let done = stage.done(&format!("authorize-security-group-ingress --group-id {group} --ip-permissions '{inbound}'"));
    assert_eq!(done["SecurityGroupRules"].as_array().unwrap().len(), 6);
    assert!(reaches(lab, B4, A4, 80) && reaches(lab, B6, A6, 80) && reaches(lab, B6, A6, 443));
    for port in [22, 3389] {
        assert!(reaches(lab, NEAR, A4, port) && !reaches(lab, B4, A4, port), "{port}");
    }
    for all in [
        json!([{ "IpProtocol": "-1", "IpRanges": [{ "CidrIp": "0.0.0.0/0" }] }]),
        json!([{ "IpProtocol": "-1", "Ipv6Ranges": [{ "CidrIpv6": "::/0" }] }]),
    ] {
        stage.done(&format!("revoke-security-group-egress --group-id {group} --ip-permissions '{all}'"));
    }
    assert!(!leaves(lab, B4, 3306) && !leaves(lab, NEAR, 1433), "nothing may be started any more (F13)");
    for (port, databases) in [(1433, "sg-aa001433"), (3306, "sg-aa003306")] {
        stage.done(&format!(
            "authorize-security-group-egress --group-id {group} --protocol tcp --port {port} --source-group {databases}"
        ));
    }
    assert!(leaves(lab, NEAR, 1433) && !leaves(lab, B4, 1433) && !leaves(lab, NEAR, 3306));
    assert!(leaves(lab, B4, 3306) && leaves(lab, B6, 3306) && !leaves(lab, B6, 1433));
    assert!(reaches(lab, B4, A4, 80) && reaches(lab, B6, A6, 80), "replies leave all the same (F67)");
}

/// Descriptions change in place, both ways; a rule is changed into another.
fn edited(stage: &Stage, group: &str) {
    let lab = &stage.lab;
    let described = json!([permission(
        22,
        &json!({
        "IpRanges": [{ "CidrIp": "10.9.0.0/25", "Description": "SSH from the office" }] })
    )]);
    stage.done(&format!(
        "update-security-group-rule-descriptions-ingress --group-id {group} --ip-permissions '{described}'"
    ));
    let described = json!([permission(
        3306,
        &json!({
        "UserIdGroupPairs": [{ "GroupId": "sg-aa003306", "Description": "orders" }] })
    )]);
    stage.done(&format!(
        "update-security-group-rule-descriptions-egress --group-id {group} --ip-permissions '{described}'"
    ));
    let rules = stage.done(&format!("describe-security-group-rules --filters Name=group-id,Values={group}"));
    let rules = rules["SecurityGroupRules"].as_array().unwrap();
    let of = |port: u16| rules.iter().find(|rule| rule["FromPort"] == port).unwrap();
    assert_eq!((&of(22)["Description"], &of(3306)["Description"]), (&json!("SSH from the office"), &json!("orders")));
    assert!(reaches(lab, NEAR, A4, 22) && !reaches(lab, B4, A4, 22));
    stage.done(&format!(
        "modify-security-group-rules --group-id {group} --security-group-rules \
         SecurityGroupRuleId={},SecurityGroupRule={{IpProtocol=tcp,FromPort=22,ToPort=22,CidrIpv4=10.9.0.128/25}}",
        of(22)["SecurityGroupRuleId"].as_str().unwrap()
    ));
    assert!(!reaches(lab, NEAR, A4, 22) && reaches(lab, B4, A4, 22));
}

fn guides(door: Door) {
    let Some(stage) = Stage::new(door) else { return };
    let lab = &stage.lab;
    stage.apply(&policy(lab));
    let _v4 = [80, 22, 3389].map(|port| listen(lab, A4, port));
    let _v6 = [80, 443].map(|port| listen(lab, A6, port));
    assert!(reaches(lab, NEAR, A4, 80) && !reaches(lab, B4, A4, 80), "the default group lets its members talk (F15)");
    stage.refused(
        "delete-security-group --group-id sg-51530134",
        "CannotDelete",
        "the specified group: \"sg-51530134\" name: \"default\" cannot be deleted by a user",
    );

    let group = stage.run(
        "create-security-group --group-name WebServerSG --description 'Web servers' --vpc-id vpc-1a2b3c4d \
         --query GroupId --output text",
    );
    let group = group.exits(0).out.trim();
    stage.done(&format!("modify-instance-attribute --instance-id i-1234567890abcdef0 --groups {group}"));
    assert!(!reaches(lab, NEAR, A4, 80), "the groups are replaced (F31, F33)");
    web_server(&stage, group);
    edited(&stage, group);

    let interface = stage.done("describe-network-interfaces --filters Name=private-ip-address,Values=10.9.0.1");
    has(&interface["NetworkInterfaces"][0]["Groups"], &json!([{ "GroupName": "WebServerSG", "GroupId": group }]));
    let interface = interface["NetworkInterfaces"][0]["NetworkInterfaceId"].as_str().unwrap();
    stage.done(&format!(
        "modify-network-interface-attribute --network-interface-id {interface} --groups sg-51530134 {group}"
    ));
    assert!(reaches(lab, NEAR, A4, 22) && reaches(lab, B4, A4, 22), "the rules of all its groups are one set (F35)");
    stage.refused(&format!("delete-security-group --group-id {group}"), "DependencyViolation", group);
    stage.refused(
        "delete-security-group --group-id sg-aa003306",
        "DependencyViolation",
        "resource sg-aa003306 has a dependent object",
    );
}

#[test]
fn f15_f19_f31_f64_f88_the_guides_for_vpc_and_ec2() {
    guides(Door::Own);
}

#[test]
fn f15_f19_f31_f64_f88_the_guides_for_vpc_and_ec2_by_aws() {
    guides(Door::Aws);
}
