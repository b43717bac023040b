//! The real AWS command line as a program, against the endpoint and the agent: a port opens and closes on a real device.
//!
//! Everything that the documents have is in `seeds_root`; here is that it works from a shell.

#![expect(clippy::unwrap_used, reason = "a test that unwraps fails at the line that is wrong")]

mod command;

use command::Said;
use command::clients::{Service, aws};
use command::lab::Lab;
use serde_json::{Value, json};
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// A lab with an agent, an endpoint, and a client that knows where it is.
struct Stage {
    aws: PathBuf,
    service: Service,
    lab: Lab,
}

impl Stage {
    fn new(test: &str) -> Option<Self> {
        let aws = aws(test)?;
        let lab = Lab::new(test)?;
        Some(Self { aws, service: Service::start(&lab.sgfw, &[]), lab })
    }

    /// `aws ec2` with these words, as somebody types them who configured nothing but the endpoint.
    fn run(&self, words: &[&str]) -> Said {
        let mut command = Command::new(&self.aws);
        self.service.environment(&mut command, self.lab.sgfw.room.path());
        Said::of(&command.arg("ec2").args(words).stdin(Stdio::null()).output().unwrap())
    }

    #[track_caller]
    fn done(&self, line: &str) -> Value {
        let said = self.run(&line.split_whitespace().collect::<Vec<_>>());
        said.exits(0);
        if said.out.trim().is_empty() { Value::Null } else { serde_json::from_str(&said.out).unwrap() }
    }
}

#[test]
fn f84_f86_f93_f113_the_real_command_line_opens_and_closes_a_port() {
    let Some(stage) = Stage::new("f84_f86_f93_f113_the_real_command_line_opens_and_closes_a_port") else { return };
    let lab = &stage.lab;
    let policy = format!(
        "version: 1
vpcs:
  - id: vpc-aaaaaaaa
    cidr: 10.9.0.0/25
    groups: [{{name: Access1, id: sg-aaaa1111, description: Reference remote SG, ingress: []}}]
    interfaces: [{{name: access, device: v0, netns: {}, addresses: [10.9.0.1], groups: [Access1]}}]
  - id: vpc-bbbbbbbb
    cidr: 10.10.0.0/24
    groups: [{{name: Prod1, id: sg-bbbb2222, description: Production hosts}}]
    members: [{{name: prod-1, addresses: [10.9.0.2], groups: [Prod1]}}]
peerings:
  - {{id: pcx-b04deed9, requester: vpc-aaaaaaaa, accepter: vpc-bbbbbbbb, status: active}}
",
        lab.here
    );
    lab.sgfw.run(&["apply", &lab.sgfw.file("policy.yaml", &policy)]).exits(0);
    let _web = lab.listen(80);
    assert!(lab.connect(80).is_none());

    let by_block = "--group-id sg-aaaa1111 --protocol tcp --port 80 --cidr 10.9.0.0/24";
    assert_eq!(stage.done(&format!("authorize-security-group-ingress {by_block}"))["Return"], true);
    assert!(lab.connect(80).is_some(), "the port is open when the command comes back");
    let found = stage.done("describe-security-groups --group-ids sg-aaaa1111");
    assert_eq!(found["SecurityGroups"][0]["IpPermissions"][0]["IpRanges"], json!([{ "CidrIp": "10.9.0.0/24" }]));
    let twice: Vec<String> =
        format!("authorize-security-group-ingress {by_block}").split(' ').map(str::to_owned).collect();
    let twice = stage.run(&twice.iter().map(String::as_str).collect::<Vec<_>>());
    assert_ne!(twice.code, Some(0));
    twice.complains(&["InvalidPermission.Duplicate", "peer: 10.9.0.0/24, TCP, from port: 80, to port: 80, ALLOW"]);
    stage.done(&format!("revoke-security-group-ingress {by_block}"));
    assert!(lab.connect(80).is_none(), "and closed when the next one does");

    stage.done(
        "authorize-security-group-ingress --group-id sg-aaaa1111 --protocol tcp --port 80 --source-group sg-bbbb2222",
    );
    assert!(lab.connect(80).is_some());
    let references = stage.done("describe-security-group-references --group-id sg-bbbb2222");
    assert_eq!(references["SecurityGroupReferenceSet"][0]["ReferencingVpcId"], "vpc-aaaaaaaa");
    stage.done("delete-vpc-peering-connection --vpc-peering-connection-id pcx-b04deed9");
    assert!(lab.connect(80).is_none(), "a stale rule lets nobody in");
    let stale = stage.done("describe-stale-security-groups --vpc-id vpc-aaaaaaaa");
    let pair = &stale["StaleSecurityGroupSet"][0]["StaleIpPermissions"][0]["UserIdGroupPairs"][0];
    assert_eq!((&pair["GroupId"], &pair["PeeringStatus"]), (&json!("sg-bbbb2222"), &json!("deleted")));
    // The agent has done it, and says so to whoever asks.
    lab.sgfw.run(&["status"]).exits(0).says(&["Agent: process"]);
    let history = lab.sgfw.run(&["ec2", "describe-security-groups", "--group-ids", "sg-aaaa1111"]);
    history.exits(0).says(&["sg-bbbb2222"]);
}
