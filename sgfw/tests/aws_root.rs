//! The real AWS command line, unchanged, against the endpoint and the agent: a port opens and closes on a real device.
//!
//! The client is the one that `cargo xtask setup` installs below `target/clients`, or the machine's own.

#![expect(clippy::unwrap_used, reason = "a test that unwraps fails at the line that is wrong")]

mod command;

use command::lab::Lab;
use command::{Said, skip};
use serde_json::{Value, json};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// A lab with an agent, an endpoint, and a client that knows where it is.
struct Stage {
    lab: Lab,
    aws: PathBuf,
    port: u16,
    children: Vec<Child>,
}

impl Stage {
    fn new(test: &str) -> Option<Self> {
        let Some(aws) = client() else {
            skip(test, "the AWS command line is not installed");
            return None;
        };
        let lab = Lab::new(test)?;
        let port = 20_000 + u16::try_from(std::process::id() % 20_000).unwrap();
        let start = |arguments: &[&str]| lab.sgfw.command(arguments).stderr(Stdio::null()).spawn().unwrap();
        let listen = format!("127.0.0.1:{port}");
        let children = vec![start(&["agent"]), start(&["serve", "--listen", &listen])];
        let stage = Self { lab, aws, port, children };
        stage.wait();
        Some(stage)
    }

    /// Until both answer.
    fn wait(&self) {
        let started = Instant::now();
        let agent = self.lab.sgfw.state().join("agent.sock");
        while !agent.exists() || TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            assert!(started.elapsed() < Duration::from_secs(20), "agent and endpoint do not come up");
            sleep(Duration::from_millis(50));
        }
    }

    /// `aws ec2` with these words, as somebody types them who configured nothing but the endpoint.
    fn run(&self, words: &[&str]) -> Said {
        let mut command = Command::new(&self.aws);
        command.env_clear().env("PATH", std::env::var_os("PATH").unwrap()).env("HOME", self.lab.sgfw.room.path());
        command.env("AWS_ENDPOINT_URL", format!("http://127.0.0.1:{}", self.port));
        command
            .env("AWS_ACCESS_KEY_ID", "key")
            .env("AWS_SECRET_ACCESS_KEY", "secret")
            .env("AWS_DEFAULT_REGION", "us-east-1");
        Said::of(&command.arg("ec2").args(words).stdin(Stdio::null()).output().unwrap())
    }

    #[track_caller]
    fn done(&self, line: &str) -> Value {
        let said = self.run(&line.split_whitespace().collect::<Vec<_>>());
        said.exits(0);
        if said.out.trim().is_empty() { Value::Null } else { serde_json::from_str(&said.out).unwrap() }
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        for child in &mut self.children {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

fn client() -> Option<PathBuf> {
    let own = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("../clients/bin/aws");
    [own, "aws".into()].into_iter().find(|aws| {
        let tried = Command::new(aws).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
        tried.is_ok_and(|status| status.success())
    })
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
