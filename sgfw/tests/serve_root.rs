//! Who answers for the endpoint: the agent, this process by itself, or nobody.

#![expect(clippy::unwrap_used, reason = "a test that unwraps fails at the line that is wrong")]

mod command;

use command::{Sgfw, skip, until};
use std::fs::{self, Permissions};
use std::io::{Read, Write};
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

/// Nobody in particular, who may nothing.
const NOBODY: u32 = 65_534;

/// A directory where `NOBODY` has the command and a place for sockets, and root the store.
struct House {
    sgfw: Sgfw,
    command: PathBuf,
}

/// A process that ends with its value.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl House {
    fn new(test: &str) -> Option<Self> {
        if !rustix::process::geteuid().is_root() {
            skip(test, "needs root");
            return None;
        }
        let sgfw = Sgfw::unprivileged();
        let room = sgfw.room.path();
        fs::set_permissions(room, Permissions::from_mode(0o755)).unwrap();
        // The build's own directory need not be one that everybody may enter.
        let command = room.join("sgfw");
        fs::copy(env!("CARGO_BIN_EXE_sgfw"), &command).unwrap();
        let sockets = room.join("sockets");
        fs::create_dir(&sockets).unwrap();
        chown(&sockets, Some(NOBODY), Some(NOBODY)).unwrap();
        fs::create_dir(sgfw.state()).unwrap();
        fs::set_permissions(sgfw.state(), Permissions::from_mode(0o700)).unwrap();
        Some(Self { sgfw, command })
    }

    fn place(&self, name: &str) -> PathBuf {
        self.sgfw.room.path().join("sockets").join(name)
    }

    fn run(&self, words: &[&str], change: impl FnOnce(&mut Command) -> &mut Command) -> Running {
        let mut command = Command::new(&self.command);
        command.env("SGFW_PIN_DIR", &self.sgfw.pins).env("SGFW_STATE_DIR", self.sgfw.state());
        command.env("SGFW_SOCKET", self.place("agent")).args(words).stdin(Stdio::null()).stderr(Stdio::null());
        Running(change(&mut command).spawn().unwrap())
    }

    /// The endpoint as this user, once it answers at all.
    fn serve(&self, name: &str, user: u32) -> Running {
        let place = format!("unix:{}", self.place(name).display());
        let serve = self.run(&["serve", "--listen", &place], |command| command.uid(user).gid(user));
        assert!(until(|| UnixStream::connect(self.place(name)).is_ok()), "the endpoint does not come up");
        serve
    }

    /// The agent, with a socket for the group of `NOBODY`.
    fn agent(&self) -> Running {
        let agent = self.run(&["agent"], |command| command.gid(NOBODY));
        assert!(until(|| UnixStream::connect(self.place("agent")).is_ok()), "the agent does not come up");
        agent
    }

    /// What is answered: the status and the text.
    fn ask(&self, name: &str, body: &str) -> (u16, String) {
        let mut stream = UnixStream::connect(self.place(name)).unwrap();
        let length = body.len();
        let head = format!("POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n");
        stream.write_all((head + body).as_bytes()).unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        (text.split(' ').nth(1).unwrap().parse().unwrap(), text)
    }
}

const CREATE: &str = "Action=CreateSecurityGroup&GroupDescription=x&GroupName=";
const DESCRIBE: &str = "Action=DescribeSecurityGroups";

#[test]
fn without_an_agent_an_endpoint_that_may_not_is_unavailable_and_one_that_may_acts_by_itself() {
    let Some(house) = House::new("without_an_agent_an_endpoint_that_may_not_is_unavailable_and_one_that_may_acts")
    else {
        return;
    };
    let _serve = house.serve("ec2", NOBODY);
    let is_unavailable = |body: &str| {
        let (status, text) = house.ask("ec2", body);
        assert_eq!(status, 503, "{text}");
        assert!(text.contains("<Code>Unavailable</Code>") && text.contains("<RequestID>"), "{text}");
    };
    is_unavailable(DESCRIBE);
    is_unavailable(&format!("{CREATE}one"));
    let agent = house.agent();
    assert_eq!(house.ask("ec2", &format!("{CREATE}one")).0, 200);
    assert!(house.ask("ec2", DESCRIBE).1.contains("<groupName>one<"));
    drop(agent);
    is_unavailable(DESCRIBE);
    is_unavailable(&format!("{CREATE}two"));
    // Root may itself what no agent does, and both see one store.
    let _other = house.serve("root", 0);
    assert_eq!(house.ask("root", &format!("{CREATE}two")).0, 200);
    let _agent = house.agent();
    assert!(house.ask("ec2", DESCRIBE).1.contains("<groupName>two<"));
    assert_eq!(house.ask("ec2", &format!("{CREATE}two")).0, 400, "that is the agent's word again");
}

#[test]
fn f21_the_version_of_a_request_reaches_the_service_through_endpoint_and_agent() {
    let name = "f21_the_version_of_a_request_reaches_the_service_through_endpoint_and_agent";
    let Some(house) = House::new(name) else { return };
    let (_agent, _serve) = (house.agent(), house.serve("ec2", NOBODY));
    let create = |version: &str| {
        let (status, text) = house.ask("ec2", &format!("Action=CreateVpc&CidrBlock=10.7.0.0/16&Version={version}"));
        assert_eq!(status, 200, "{text}");
        text.split_once("<vpcId>").unwrap().1.split_once('<').unwrap().0.to_owned()
    };
    let groups = |vpc: &str| house.ask("ec2", &format!("{DESCRIBE}&Filter.1.Name=vpc-id&Filter.1.Value.1={vpc}")).1;
    let (old, new) = (create("2009-07-15"), create("2016-11-15"));
    assert!(groups(&old).contains("<groupName>2009-07-15-default<"), "{}", groups(&old));
    assert!(!groups(&new).contains("2009-07-15-default"));
}
