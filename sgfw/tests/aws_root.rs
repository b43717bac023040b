//! The real AWS command line as a program, against the endpoint and the agent: a port opens and closes on a real device.
//!
//! Everything that the documents have is in `seeds_root`; here is that it works from a shell.

#![expect(clippy::unwrap_used, reason = "a test that unwraps fails at the line that is wrong")]

mod command;

use command::clients::{Service, aws};
use command::lab::{Lab, ip};
use command::{Said, until};
use serde_json::{Value, json};
use sgfw::kernel::{Kernel, Paths, within};
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

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
    // The same by a configuration file, with nothing in the environment.
    let home = lab.sgfw.room.path().join("configured");
    std::fs::create_dir_all(home.join(".aws")).unwrap();
    let endpoint = format!("http://{}", stage.service.place);
    let keys = "aws_access_key_id = any\naws_secret_access_key = any";
    let config = format!("[default]\nregion = us-east-1\nendpoint_url = {endpoint}\n{keys}\n");
    std::fs::write(home.join(".aws/config"), config).unwrap();
    let mut command = Command::new(&stage.aws);
    command.env_clear().env("PATH", std::env::var_os("PATH").unwrap()).env("HOME", &home);
    let said = command.args(["ec2", "describe-security-groups", "--group-ids", "sg-aaaa1111"]).output().unwrap();
    Said::of(&said).exits(0).says(&["Reference remote SG"]);
    // The agent has done it, and says so to whoever asks.
    lab.sgfw.run(&["status"]).exits(0).says(&["Agent: process"]);
    let history = lab.sgfw.run(&["ec2", "describe-security-groups", "--group-ids", "sg-aaaa1111"]);
    history.exits(0).says(&["sg-bbbb2222"]);
}

/// A shell in the lab's namespace, where `sgfw` and `aws` are found.
struct Shell {
    child: Child,
    commands: ChildStdin,
    said: BufReader<ChildStdout>,
}

impl Shell {
    fn new(lab: &Lab, aws: &std::path::Path) -> Self {
        let sgfw = std::path::Path::new(env!("CARGO_BIN_EXE_sgfw"));
        let places = [sgfw, aws].into_iter().filter_map(|it| Some(it.parent()?.to_str()?.to_owned()));
        let path = places.chain(std::env::var("PATH")).filter(|it| !it.is_empty()).collect::<Vec<_>>().join(":");
        let mut command = Command::new("nsenter");
        command.arg(format!("--net=/run/netns/{}", lab.here)).arg("bash").process_group(0);
        command.env_clear().env("PATH", path).env("HOME", lab.sgfw.room.path());
        command.env("SGFW_PIN_DIR", &lab.sgfw.pins).env("SGFW_STATE_DIR", lab.sgfw.state());
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("nsenter");
        let (commands, said) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
        Self { child, commands, said }
    }

    /// Runs these lines, and insists that the last of them succeeds; says what they print.
    #[track_caller]
    fn run(&mut self, lines: &str) -> String {
        writeln!(self.commands, "{lines}\necho \"END $?\"").unwrap();
        let mut said = String::new();
        while !said.lines().last().is_some_and(|line| line.starts_with("END ")) {
            assert_ne!(self.said.read_line(&mut said).unwrap(), 0, "the shell ends: {said}");
        }
        assert!(said.ends_with("END 0\n"), "{lines}\n{said}");
        said
    }
}

impl Drop for Shell {
    /// With what it left running.
    fn drop(&mut self) {
        let group = i32::try_from(self.child.id()).ok().and_then(rustix::process::Pid::from_raw);
        let _ = group.map(|group| rustix::process::kill_process_group(group, rustix::process::Signal::TERM));
        let _ = self.child.wait();
    }
}

#[test]
fn what_the_readme_says_of_the_command_line_is_true() {
    let test = "what_the_readme_says_of_the_command_line_is_true";
    let Some(aws) = aws(test) else { return };
    let Some(lab) = Lab::new(test) else { return };
    assert!(ip(&["-n", &lab.here, "address", "add", "10.9.0.10/25", "dev", "v0"]));
    assert!(ip(&["-n", &lab.here, "link", "set", "lo", "up"]));
    let readme = include_str!("../../README.md").split("## Use it with the AWS CLI").nth(1).unwrap();
    let readme = readme.split("\n## ").next().unwrap().replace("eth1", "v0");
    let blocks: Vec<&str> = readme.split("```").skip(1).step_by(2).collect();
    let [start, group, interface, port, log] = blocks[..] else { panic!("not five blocks: {blocks:?}") };
    let [open, describe, close] = port.trim().lines().collect::<Vec<_>>()[..] else {
        panic!("not three lines: {port}")
    };

    let at = SocketAddr::from(([10, 9, 0, 10], 80));
    let _web = within(Some(&lab.here), || TcpListener::bind(at)).unwrap().unwrap();
    let connects =
        || within(Some(&lab.there), || TcpStream::connect_timeout(&at, Duration::from_millis(700)).is_ok()).unwrap();
    let mut shell = Shell::new(&lab, &aws);
    shell.run(start);
    assert!(shell.run(group).contains("\"FromPort\": 22"));
    assert!(connects(), "a device that belongs to nobody is not filtered");
    shell.run(interface);
    assert!(!connects());
    shell.run(open);
    assert!(connects());
    assert!(shell.run(describe).contains("\"GroupName\": \"my-sg\""));
    shell.run(close);
    assert!(!connects());
    assert!(shell.run(log).contains("\"fl-"));
    let counted = || {
        let kernel = Kernel::open(&Paths::new(&lab.sgfw.pins)).unwrap().unwrap();
        kernel.flow_counts().unwrap().unwrap().counted().unwrap().len() == 1
    };
    assert!(until(counted), "the device is not logged");
}
