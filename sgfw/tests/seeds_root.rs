//! The commands of the documents, as `sgfw ec2`, with their literal ids, on packets that are really dropped.
//!
//! `v0` is 10.9.0.1 and 2001:db8:a::1 in VPC A; its peer speaks from 10.9.0.2 (VPC A), 10.9.0.130 and 2001:db8:b::2 (VPC B).
//! A command has done its work when it comes back: no test waits or tries twice.

#![expect(clippy::unwrap_used, reason = "a test that unwraps fails at the line that is wrong")]

mod command;

use command::Said;
use command::lab::{Lab, ip};
use rustix::net::{AddressFamily, SocketType, bind, connect, socket};
use serde_json::{Value, json};
use sgfw::kernel::within;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

const A4: &str = "10.9.0.1";
/// An address that a subnet may give; the first four are its own.
const OWN: &str = "10.9.0.10";
const A6: &str = "2001:db8:a::1";
const NEAR: &str = "10.9.0.2";
const B4: &str = "10.9.0.130";
const B6: &str = "2001:db8:b::2";

/// The lab with IPv6 and an address in VPC B at the other end.
fn lab(test: &str) -> Option<Lab> {
    let lab = Lab::new(test)?;
    let (here, there) = (lab.here.as_str(), lab.there.as_str());
    assert!(ip(&["-n", there, "address", "add", "10.9.0.130/24", "dev", "v1"]));
    assert!(ip(&["-n", here, "address", "add", "10.9.0.10/25", "dev", "v0"]));
    for (netns, device, address) in [(here, "v0", "2001:db8:a::1/32"), (there, "v1", "2001:db8:b::2/32")] {
        assert!(ip(&["-n", netns, "address", "add", address, "dev", device, "nodad"]));
    }
    Some(lab)
}

/// `sgfw ec2` with these words, blanks apart.
fn ec2(lab: &Lab, line: &str) -> Said {
    let words: Vec<&str> = std::iter::once("ec2").chain(line.split_whitespace()).collect();
    lab.sgfw.run(&words)
}

/// What it prints, once it succeeded.
#[track_caller]
fn done(lab: &Lab, line: &str) -> Value {
    let said = ec2(lab, line);
    said.exits(0);
    if said.out.trim().is_empty() { Value::Null } else { serde_json::from_str(&said.out).unwrap() }
}

/// The service refuses with this code and these words.
#[track_caller]
fn refused(lab: &Lab, line: &str, code: &str, words: &str) {
    ec2(lab, line).exits(254).complains(&[&format!("An error occurred ({code})"), words]);
}

/// Everything a document prints is printed, and perhaps more.
#[track_caller]
fn has(found: &Value, wanted: &Value) {
    match (found, wanted) {
        (Value::Object(found), Value::Object(wanted)) => {
            for (key, value) in wanted {
                has(found.get(key).unwrap_or_else(|| panic!("no {key} in {found:?}")), value);
            }
        }
        (Value::Array(found), Value::Array(wanted)) => {
            assert_eq!(found.len(), wanted.len(), "{found:?} is not {wanted:?}");
            found.iter().zip(wanted).for_each(|(found, wanted)| has(found, wanted));
        }
        _ => assert_eq!(found, wanted),
    }
}

fn listen(lab: &Lab, address: &str, port: u16) -> TcpListener {
    let at = SocketAddr::new(address.parse().unwrap(), port);
    within(Some(&lab.here), || TcpListener::bind(at)).unwrap().unwrap()
}

/// Whether a connection from this address of the other end gets through, at the first try.
fn reaches(lab: &Lab, from: &str, to: &str, port: u16) -> bool {
    let (from, to) = (SocketAddr::new(from.parse().unwrap(), 0), SocketAddr::new(to.parse().unwrap(), port));
    let family = if to.is_ipv4() { AddressFamily::INET } else { AddressFamily::INET6 };
    within(Some(&lab.there), || {
        let fd = socket(family, SocketType::STREAM, None).unwrap();
        bind(&fd, &from).unwrap();
        rustix::net::sockopt::set_socket_timeout(
            &fd,
            rustix::net::sockopt::Timeout::Send,
            Some(Duration::from_millis(600)),
        )
        .unwrap();
        connect(&fd, &to).is_ok()
    })
    .unwrap()
}

/// Whether a connection out of `v0` gets through, to a listener at the other end.
fn leaves(lab: &Lab, to: &str, port: u16) -> bool {
    let at = SocketAddr::new(to.parse().unwrap(), port);
    let _listener = within(Some(&lab.there), || TcpListener::bind(at)).unwrap().unwrap();
    within(Some(&lab.here), || TcpStream::connect_timeout(&at, Duration::from_millis(600)).is_ok()).unwrap()
}

#[test]
fn f2_f9_f27_f84_f90_f93_f97_the_command_line_guide() {
    let Some(lab) = lab("f2_f9_f27_f84_f90_f93_f97_the_command_line_guide") else { return };
    // What leaves an interface carries one of its own addresses.
    assert!(ip(&["-n", &lab.here, "address", "delete", "10.9.0.1/24", "dev", "v0"]));
    assert!(ip(&["-n", &lab.here, "route", "add", "10.9.0.128/25", "dev", "v0"]));
    let _rdp = listen(&lab, OWN, 3389);
    let _ssh = listen(&lab, OWN, 22);
    done(
        &lab,
        "create-vpc --cidr-block 10.9.0.0/24 --tag-specifications ResourceType=vpc,Tags=[{Key=_custom_id_,Value=vpc-1a2b3c4d}]",
    );
    let subnet = done(&lab, "create-subnet --vpc-id vpc-1a2b3c4d --cidr-block 10.9.0.0/24");
    let said = lab.sgfw.run(&[
        "ec2",
        "create-security-group",
        "--group-name",
        "my-sg",
        "--description",
        "My security group",
        "--vpc-id",
        "vpc-1a2b3c4d",
        "--tag-specifications",
        "ResourceType=security-group,Tags=[{Key=_custom_id_,Value=sg-903004f8}]",
    ]);
    said.exits(0);
    assert_eq!(serde_json::from_str::<Value>(&said.out).unwrap()["GroupId"], "sg-903004f8");
    let described = json!({ "SecurityGroups": [{
        "IpPermissionsEgress": [
            { "IpProtocol": "-1", "IpRanges": [{ "CidrIp": "0.0.0.0/0" }], "UserIdGroupPairs": [] }],
        "Description": "My security group", "IpPermissions": [], "GroupName": "my-sg", "VpcId": "vpc-1a2b3c4d",
        "OwnerId": "123456789012", "GroupId": "sg-903004f8" }] });
    has(&done(&lab, "describe-security-groups --group-ids sg-903004f8"), &described);

    let tags =
        format!("{{Key=sgfw:device,Value=v0}},{{Key=sgfw:netns,Value={}}},{{Key=sgfw:side,Value=host}}", lab.here);
    let subnet = subnet["Subnet"]["SubnetId"].as_str().unwrap();
    done(
        &lab,
        &format!(
            "create-network-interface --subnet-id {subnet} --private-ip-address 10.9.0.10 --groups sg-903004f8 \
         --tag-specifications ResourceType=network-interface,Tags=[{tags}]"
        ),
    );
    assert!(!reaches(&lab, NEAR, OWN, 3389), "a new group lets nobody in");
    assert!(leaves(&lab, NEAR, 8080), "and everything out");

    let bare =
        ec2(&lab, "authorize-security-group-ingress --group-id sg-903004f8 --protocol tcp --port 3389 --cidr 10.9.0.2");
    bare.exits(254).complains(&["CIDR block 10.9.0.2 is malformed", "write 10.9.0.2/32"]);
    for port in [3389, 22] {
        let rule = format!(
            "authorize-security-group-ingress --group-id sg-903004f8 --protocol tcp --port {port} --cidr 10.9.0.2/32"
        );
        assert!(!reaches(&lab, NEAR, OWN, port));
        has(&done(&lab, &rule), &json!({ "Return": true }));
        assert!(reaches(&lab, NEAR, OWN, port) && !reaches(&lab, B4, OWN, port));
        refused(&lab, &rule, "InvalidPermission.Duplicate", "already exists");
    }
    let permission = |port| {
        json!({ "ToPort": port, "IpProtocol": "tcp", "IpRanges": [{ "CidrIp": "10.9.0.2/32" }],
        "UserIdGroupPairs": [], "FromPort": port })
    };
    let found = done(&lab, "describe-security-groups --group-ids sg-903004f8");
    has(&found["SecurityGroups"][0]["IpPermissions"], &json!([permission(3389), permission(22)]));

    refused(
        &lab,
        "delete-security-group --group-id sg-903004f8",
        "DependencyViolation",
        "resource sg-903004f8 has a dependent object",
    );
    let interface = done(&lab, "describe-network-interfaces --filters Name=group-id,Values=sg-903004f8");
    let interface = interface["NetworkInterfaces"][0]["NetworkInterfaceId"].as_str().unwrap().to_owned();
    done(&lab, &format!("delete-network-interface --network-interface-id {interface}"));
    has(
        &done(&lab, "delete-security-group --group-id sg-903004f8"),
        &json!({ "Return": true, "GroupId": "sg-903004f8" }),
    );
    refused(
        &lab,
        "describe-security-groups --group-ids sg-903004f8",
        "InvalidGroup.NotFound",
        "The security group 'sg-903004f8' does not exist",
    );
    assert!(reaches(&lab, B4, OWN, 3389), "a device that belongs to nobody is not filtered");
}

/// The two VPCs of the peering guide, on the lab's addresses.
fn peered(lab: &Lab) -> String {
    lab.sgfw.file(
        "peering.yaml",
        &format!(
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
        ),
    )
}

#[test]
fn f91_f102_f107_f110_f112_f113_f116_the_peering_guide() {
    let Some(lab) = lab("f91_f102_f107_f110_f112_f113_f116_the_peering_guide") else { return };
    lab.sgfw.run(&["apply", &peered(&lab)]).exits(0);
    let _listeners: Vec<TcpListener> =
        [80, 22].into_iter().flat_map(|port| [listen(&lab, A4, port), listen(&lab, A6, port)]).collect();
    let open = |port| [reaches(&lab, B4, A4, port), reaches(&lab, B6, A6, port), reaches(&lab, NEAR, A4, port)];

    assert_eq!(open(80), [false; 3]);
    done(
        &lab,
        "authorize-security-group-ingress --group-id sg-aaaa1111 --protocol tcp --port 80 --source-group sg-bbbb2222",
    );
    assert_eq!(open(80), [true, true, false], "members of the peer's group, on both families, and nobody else");
    let pair = json!({ "GroupId": "sg-bbbb2222", "UserId": "123456789101", "VpcId": "vpc-bbbbbbbb",
        "VpcPeeringConnectionId": "pcx-b04deed9" });
    let found = done(&lab, "describe-security-groups --group-ids sg-aaaa1111");
    has(&found["SecurityGroups"][0]["IpPermissions"][0]["UserIdGroupPairs"], &json!([pair]));

    // The document's key is SecurityGroupsReferenceSet; the service model's is this one.
    let references = "describe-security-group-references --group-id sg-bbbb2222 --account 123456789101";
    let reference = json!({ "ReferencingVpcId": "vpc-aaaaaaaa", "GroupId": "sg-bbbb2222", "VpcPeeringConnectionId": "pcx-b04deed9" });
    has(&done(&lab, references), &json!({ "SecurityGroupReferenceSet": [reference] }));

    done(
        &lab,
        "authorize-security-group-ingress --group-id sg-aaaa1111 --protocol tcp --port 22 --source-group sg-bbbb2222",
    );
    done(
        &lab,
        "revoke-security-group-ingress --group-id sg-aaaa1111 --protocol tcp --port 80 --source-group sg-bbbb2222",
    );
    assert_eq!((open(80), open(22)), ([false; 3], [true, true, false]));
    done(&lab, "delete-vpc-peering-connection --vpc-peering-connection-id pcx-b04deed9");
    assert_eq!(open(22), [false; 3], "a stale rule lets nobody in");
    let stale = json!({ "StaleSecurityGroupSet": [{
        "VpcId": "vpc-aaaaaaaa", "StaleIpPermissionsEgress": [], "GroupName": "Access1",
        "StaleIpPermissions": [{ "ToPort": 22, "FromPort": 22, "IpProtocol": "tcp", "UserIdGroupPairs": [{
            "VpcId": "vpc-bbbbbbbb", "PeeringStatus": "deleted", "UserId": "123456789101", "GroupName": "Prod1",
            "VpcPeeringConnectionId": "pcx-b04deed9", "GroupId": "sg-bbbb2222" }] }],
        "GroupId": "sg-aaaa1111", "Description": "Reference remote SG" }] });
    has(&done(&lab, "describe-stale-security-groups --vpc-id vpc-aaaaaaaa"), &stale);

    let asked = done(
        &lab,
        "create-vpc-peering-connection --vpc-id vpc-aaaaaaaa --peer-vpc-id vpc-bbbbbbbb --peer-owner-id 123456789101",
    );
    let asked = asked["VpcPeeringConnection"]["VpcPeeringConnectionId"].as_str().unwrap().to_owned();
    assert_eq!(open(22), [false; 3], "asking is not enough");
    done(&lab, &format!("accept-vpc-peering-connection --vpc-peering-connection-id {asked} --account 123456789101"));
    assert_eq!(open(22), [true, true, false], "a new connection heals the rule");
    has(&done(&lab, "describe-stale-security-groups --vpc-id vpc-aaaaaaaa"), &json!({ "StaleSecurityGroupSet": [] }));
    done(
        &lab,
        "revoke-security-group-ingress --group-id sg-aaaa1111 --protocol tcp --port 22 --source-group sg-bbbb2222",
    );
    assert_eq!(open(22), [false; 3]);
}

#[test]
fn drift_is_shown_by_plan_and_put_back_by_apply() {
    let Some(lab) = lab("drift_is_shown_by_plan_and_put_back_by_apply") else { return };
    let file = peered(&lab);
    lab.sgfw.run(&["apply", &file]).exits(0);
    let _ssh = listen(&lab, A4, 22);
    done(&lab, "authorize-security-group-ingress --group-id sg-aaaa1111 --protocol tcp --port 22 --cidr 10.9.0.2/32");
    assert!(reaches(&lab, NEAR, A4, 22));
    lab.sgfw.run(&["plan", &file]).exits(2).says(&["drift", "Access1", "10.9.0.2/32"]);
    lab.sgfw.run(&["apply", &file]).exits(0);
    assert!(!reaches(&lab, NEAR, A4, 22));
    lab.sgfw.run(&["plan", &file]).exits(0).says(&["No changes"]);
}

/// VPC and Classic groups as the old tool's document has them, with the lab's interface in one of them.
fn old(lab: &Lab, classic: bool) -> String {
    let interface = format!("{{name: here, device: v0, netns: {}, addresses: [{A4}]", lab.here);
    let (vpc, websrv) = match classic {
        true => (String::new(), format!("    interfaces: [{interface}, groups: [websrv]}}]\n")),
        false => (format!("    interfaces: [{interface}, groups: [web]}}]\n"), String::new()),
    };
    lab.sgfw.file(
        "old.yaml",
        &format!(
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
        ),
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
    let Some(lab) = lab("f118_f134_f135_the_old_tool_on_vpc_groups") else { return };
    lab.sgfw.run(&["apply", &old(&lab, false)]).exits(0);
    let _web = listen(&lab, A4, 80);
    assert!(!reaches(&lab, NEAR, A4, 80) && !leaves(&lab, B4, 1433));
    assert_eq!(
        old_tool(&lab, "ec2-authorize sg-eea7b782 -P tcp -p 80 -s 10.9.0.0/25"),
        "GROUP sg-eea7b782\nPERMISSION ALLOWS tcp 80 80 FROM CIDR 10.9.0.0/25 ingress\n"
    );
    assert!(reaches(&lab, NEAR, A4, 80) && !reaches(&lab, B4, A4, 80));
    assert_eq!(
        old_tool(&lab, "ec2-authorize --egress sg-eea7b782 -P tcp -p 1433 -o sg-80aebeec"),
        "GROUP sg-eea7b782\nPERMISSION ALLOWS tcp 1433 1433 TO USER ID sg-80aebeec egress\n"
    );
    assert!(leaves(&lab, B4, 1433) && !leaves(&lab, NEAR, 1433) && !leaves(&lab, B4, 3306));
}

#[test]
fn f132_f133_the_old_tool_on_classic_groups() {
    let Some(lab) = lab("f132_f133_the_old_tool_on_classic_groups") else { return };
    lab.sgfw.run(&["apply", &old(&lab, true)]).exits(0);
    let _web = listen(&lab, A4, 80);
    assert!(leaves(&lab, NEAR, 1433), "what leaves Classic is not filtered");
    assert!(!reaches(&lab, NEAR, A4, 80) && !reaches(&lab, B4, A4, 80));
    assert_eq!(
        old_tool(&lab, "ec2-authorize websrv -P tcp -p 80 -s 10.9.0.0/25"),
        "GROUP websrv\nPERMISSION websrv ALLOWS tcp 80 80 FROM CIDR 10.9.0.0/25 ingress\n"
    );
    assert!(reaches(&lab, NEAR, A4, 80) && !reaches(&lab, B4, A4, 80));
    assert_eq!(
        old_tool(&lab, "ec2-authorize websrv -P tcp -p 80 -u 999988887777 -o OtherAccountGroup"),
        "GROUP websrv\nPERMISSION websrv ALLOWS tcp 80 80 FROM USER 999988887777 GRPNAME OtherAccountGroup ingress\n"
    );
    assert!(reaches(&lab, B4, A4, 80));
    let said = lab.sgfw.run(&["ec2-authorize", "nobody", "-P", "tcp", "-p", "80"]);
    said.exits(1).complains(&["Client.InvalidGroup.NotFound"]);
}

#[test]
fn f15_f19_f31_f64_f88_the_guides_for_vpc_and_ec2() {
    let Some(lab) = lab("f15_f19_f31_f64_f88_the_guides_for_vpc_and_ec2") else { return };
    let file = lab.sgfw.file(
        "guide.yaml",
        &format!(
            "version: 1
vpcs:
  - id: vpc-1a2b3c4d
    cidr: 10.9.0.0/24
    ipv6: \"2001:db8::/56\"
    groups: [{{name: default, id: sg-51530134}}]
    instances: [{{name: web-1, id: i-1234567890abcdef0}}]
    interfaces:
      - {{name: web, device: v0, netns: {}, addresses: [{A4}, \"{A6}\"], instance: web-1}}
    members:
      - {{name: mate, addresses: [{NEAR}], groups: [default]}}
",
            lab.here
        ),
    );
    lab.sgfw.run(&["apply", &file]).exits(0);
    let _listeners = [listen(&lab, A4, 80), listen(&lab, A6, 443), listen(&lab, A4, 22)];
    assert!(reaches(&lab, NEAR, A4, 80) && !reaches(&lab, B4, A4, 80), "the default group lets its members talk (F15)");
    refused(
        &lab,
        "delete-security-group --group-id sg-51530134",
        "CannotDelete",
        "the specified group: \"sg-51530134\" name: \"default\" cannot be deleted by a user",
    );

    let group = lab.sgfw.run(&[
        "ec2",
        "create-security-group",
        "--group-name",
        "WebServerSG",
        "--description",
        "Web servers",
        "--vpc-id",
        "vpc-1a2b3c4d",
        "--query",
        "GroupId",
        "--output",
        "text",
    ]);
    let group = group.exits(0).out.trim().to_owned();
    done(&lab, &format!("modify-instance-attribute --instance-id i-1234567890abcdef0 --groups {group}"));
    assert!(!reaches(&lab, NEAR, A4, 80), "the groups are replaced (F31, F33)");
    let permissions = json!([
        { "IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "IpRanges": [{ "CidrIp": "0.0.0.0/0" }], "Ipv6Ranges": [{ "CidrIpv6": "::/0" }] },
        { "IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{ "CidrIp": "0.0.0.0/0" }], "Ipv6Ranges": [{ "CidrIpv6": "::/0" }] },
        { "IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{ "CidrIp": "10.9.0.0/25", "Description": "own range" }] },
    ]).to_string();
    lab.sgfw
        .run(&["ec2", "authorize-security-group-ingress", "--group-id", &group, "--ip-permissions", &permissions])
        .exits(0);
    assert!(reaches(&lab, B4, A4, 80) && reaches(&lab, B6, A6, 443));
    assert!(reaches(&lab, NEAR, A4, 22) && !reaches(&lab, B4, A4, 22));

    for egress in ["0.0.0.0/0", "::/0"] {
        let block = if egress == "::/0" {
            json!({ "Ipv6Ranges": [{ "CidrIpv6": egress }] })
        } else {
            json!({ "IpRanges": [{ "CidrIp": egress }] })
        };
        let mut all = json!({ "IpProtocol": "-1" });
        all.as_object_mut().unwrap().extend(block.as_object().unwrap().clone());
        lab.sgfw
            .run(&[
                "ec2",
                "revoke-security-group-egress",
                "--group-id",
                &group,
                "--ip-permissions",
                &json!([all]).to_string(),
            ])
            .exits(0);
    }
    assert!(!leaves(&lab, B4, 3306) && !leaves(&lab, B4, 1433), "nothing may be started any more (F13)");
    done(
        &lab,
        &format!(
            "authorize-security-group-egress --group-id {group} --protocol tcp --port 3306 --source-group sg-51530134"
        ),
    );
    assert!(leaves(&lab, NEAR, 3306) && !leaves(&lab, B4, 3306) && !leaves(&lab, NEAR, 1433));
    assert!(reaches(&lab, B4, A4, 80), "replies leave all the same (F67)");

    let described = json!([{ "IpProtocol": "tcp", "FromPort": 22, "ToPort": 22,
        "IpRanges": [{ "CidrIp": "10.9.0.0/25", "Description": "SSH from the office" }] }])
    .to_string();
    lab.sgfw
        .run(&[
            "ec2",
            "update-security-group-rule-descriptions-ingress",
            "--group-id",
            &group,
            "--ip-permissions",
            &described,
        ])
        .exits(0);
    let rules = done(&lab, &format!("describe-security-group-rules --filters Name=group-id,Values={group}"));
    let rules = rules["SecurityGroupRules"].as_array().unwrap();
    let ssh = rules.iter().find(|rule| rule["FromPort"] == 22).unwrap();
    assert_eq!(ssh["Description"], "SSH from the office");
    let rule = format!(
        "modify-security-group-rules --group-id {group} --security-group-rules \
         SecurityGroupRuleId={},SecurityGroupRule={{IpProtocol=tcp,FromPort=22,ToPort=22,CidrIpv4=10.9.0.128/25}}",
        ssh["SecurityGroupRuleId"].as_str().unwrap()
    );
    done(&lab, &rule);
    assert!(!reaches(&lab, NEAR, A4, 22) && reaches(&lab, B4, A4, 22));
    let interface = done(&lab, "describe-network-interfaces --filters Name=private-ip-address,Values=10.9.0.1");
    let interface = interface["NetworkInterfaces"][0]["NetworkInterfaceId"].as_str().unwrap().to_owned();
    done(
        &lab,
        &format!("modify-network-interface-attribute --network-interface-id {interface} --groups sg-51530134 {group}"),
    );
    assert!(reaches(&lab, NEAR, A4, 22) && reaches(&lab, B4, A4, 22), "the rules of all its groups are one set (F35)");
}
