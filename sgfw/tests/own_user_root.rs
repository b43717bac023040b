//! The agent as its unit runs it: a user of its own, three capabilities, one unix socket, no network.
//!
//! Commands, user and capabilities come from the unit itself, so that what is tried is what is shipped. The BPF file
//! system is one of the test's own that, as systemd mounts it, only root may pass.

#![expect(clippy::unwrap_used, reason = "a test that unwraps fails at the line that is wrong")]

mod command;

use command::lab::{Lab, ip};
use command::{Said, skip, until};
use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

const AGENT: u32 = 64_321;
const MEMBER: u32 = 64_322;
const STRANGER: u32 = 64_323;
const UNITS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../packaging/systemd");

/// The values of a setting of the agent's unit.
fn unit(setting: &str) -> Vec<String> {
    let text = fs::read_to_string(format!("{UNITS}/sgfw-agent.service")).unwrap();
    let lines = text.lines().filter_map(|line| line.strip_prefix(setting)?.strip_prefix('='));
    lines.map(str::to_owned).collect()
}

/// The numbers of the capabilities that the unit names.
fn capabilities() -> Vec<(String, u32)> {
    let number = |name: &str| match name {
        "CAP_NET_ADMIN" => 12,
        "CAP_PERFMON" => 38,
        "CAP_BPF" => 39,
        other => panic!("{other} is not one of the three"),
    };
    unit("AmbientCapabilities")[0].split(' ').map(|name| (name.to_owned(), number(name))).collect()
}

/// A BPF file system that only its owner may pass.
struct Mount(tempfile::TempDir);

impl Mount {
    fn new() -> Option<Self> {
        let place = tempfile::tempdir().unwrap();
        fs::set_permissions(place.path(), Permissions::from_mode(0o755)).unwrap();
        let path = place.path().join("bpf");
        fs::create_dir(&path).unwrap();
        let mounted = Command::new("mount").args(["-t", "bpf", "-o", "mode=0700", "bpf"]).arg(&path).status();
        mounted.is_ok_and(|status| status.success()).then_some(Self(place))
    }

    fn path(&self) -> PathBuf {
        self.0.path().join("bpf")
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(self.path()).status();
    }
}

/// Everything, in the order in which it goes.
struct House {
    agent: Option<Child>,
    lab: Lab,
    command: PathBuf,
    mount: Mount,
}

impl House {
    fn new(test: &str) -> Option<Self> {
        let mut lab = Lab::new(test)?;
        if ["setpriv", "nsenter"].iter().any(|tool| !is_there(tool)) {
            skip(test, "setpriv or nsenter is missing");
            return None;
        }
        let Some(mount) = Mount::new() else {
            skip(test, "no BPF file system of its own can be mounted");
            return None;
        };
        lab.sgfw.pins = mount.path().join("sgfw");
        let room = lab.sgfw.room.path().to_owned();
        fs::set_permissions(&room, Permissions::from_mode(0o755)).unwrap();
        let command = room.join("sgfw");
        fs::copy(env!("CARGO_BIN_EXE_sgfw"), &command).unwrap();
        // As StateDirectory= and LogsDirectory= make them.
        for directory in [lab.sgfw.state(), lab.sgfw.logs()] {
            fs::create_dir(&directory).unwrap();
            fs::set_permissions(&directory, Permissions::from_mode(0o750)).unwrap();
            chown(&directory, Some(AGENT), Some(AGENT)).unwrap();
        }
        Some(Self { agent: None, lab, command, mount })
    }

    /// What the unit has done by root before the agent starts.
    fn before(&self) {
        let steps = unit("ExecStartPre");
        assert!(steps.len() >= 2, "{steps:?}");
        for step in steps {
            let step = step.strip_prefix('+').expect("it is done as root");
            let place = self.mount.path().display().to_string();
            let step = step.replace("/sys/fs/bpf", &place).replace("sgfw:sgfw", &format!("{AGENT}:{AGENT}"));
            let words: Vec<String> =
                step.split(' ').map(|word| if word == "sgfw" { AGENT.to_string() } else { word.into() }).collect();
            let done = Command::new(Path::new(&words[0]).file_name().unwrap()).args(&words[1..]).status().unwrap();
            assert!(done.success(), "{step}");
        }
    }

    /// A command in the namespace of the device, as this user and group.
    fn inside(&self, (user, group): (u32, u32), words: &[&str]) -> Said {
        let mut command = self.start(&["setpriv"]);
        let (user, group) = (user.to_string(), group.to_string());
        command.args(["--reuid", &user, "--regid", &group, "--clear-groups", "--"]);
        Said::of(&command.arg(&self.command).args(words).output().unwrap())
    }

    fn start(&self, words: &[&str]) -> Command {
        let mut command = Command::new("nsenter");
        command.arg(format!("--net=/run/netns/{}", self.lab.here)).args(words);
        command.env("SGFW_PIN_DIR", &self.lab.sgfw.pins).env("SGFW_STATE_DIR", self.lab.sgfw.state());
        command.env("SGFW_LOG_DIR", self.lab.sgfw.logs());
        command.env_remove("SSH_CONNECTION").stdin(Stdio::null());
        command
    }

    fn agent(&mut self) -> u32 {
        self.before();
        let sign = |(name, _): &(String, u32)| format!(",+{}", name.trim_start_matches("CAP_").to_lowercase());
        let set: String = capabilities().iter().map(sign).collect();
        let set = format!("-all{set}");
        let mut command = self.start(&["setpriv", "--clear-groups", "--no-new-privs"]);
        command.args(["--reuid", &AGENT.to_string(), "--regid", &AGENT.to_string()]);
        for kind in ["--inh-caps", "--ambient-caps", "--bounding-set"] {
            command.arg(format!("{kind}={set}"));
        }
        let child = command.arg("--").arg(&self.command).arg("agent").process_group(0).spawn().unwrap();
        let pid = child.id();
        self.agent = Some(child);
        let socket = self.lab.sgfw.state().join("agent.sock");
        assert!(until(|| std::os::unix::net::UnixStream::connect(&socket).is_ok()), "the agent does not answer");
        pid
    }

    fn end(&mut self) {
        if let Some(mut agent) = self.agent.take() {
            agent.kill().unwrap();
            agent.wait().unwrap();
        }
    }

    /// A flow log of the interface, with a connection in it, as it is written when the agent ends.
    fn flow_log(&mut self, port: u16) -> String {
        let found = self.inside((MEMBER, AGENT), &["ec2", "describe-network-interfaces"]);
        let found: serde_json::Value = serde_json::from_str(&found.exits(0).out).unwrap();
        let id = found["NetworkInterfaces"][0]["NetworkInterfaceId"].as_str().unwrap();
        let what = ["--resource-type", "NetworkInterface", "--resource-ids", id, "--traffic-type", "ALL"];
        let create = [&["ec2", "create-flow-logs", "--log-group-name", "own"][..], &what].concat();
        self.inside((MEMBER, AGENT), &create).exits(0);
        let pid = rustix::process::Pid::from_child(self.agent.as_ref().unwrap());
        let file = self.lab.sgfw.logs().join("own").join(format!("{id}-all"));
        // The programs count from the agent's next look on.
        let counts = || sgfw::kernel::Kernel::open(&sgfw::kernel::Paths::new(&self.lab.sgfw.pins));
        assert!(until(|| !counts().unwrap().unwrap().flow_counts().unwrap().unwrap().counted().unwrap().is_empty()));
        assert!(self.lab.connect(port).is_some());
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
        self.agent.take().unwrap().wait().unwrap();
        fs::read_to_string(file).unwrap()
    }

    fn policy(&self, port: u16) -> String {
        let path = self.lab.policy(&port.to_string(), "");
        let text = fs::read_to_string(&path).unwrap().replace(&format!(", netns: {}", self.lab.here), "");
        assert!(!text.contains("netns"));
        self.lab.sgfw.file("policy.yaml", &text)
    }

    fn authorize(&self, port: u16) -> Said {
        let groups = self.inside((MEMBER, AGENT), &["ec2", "describe-security-groups", "--group-names", "web"]);
        let groups: serde_json::Value = serde_json::from_str(&groups.exits(0).out).unwrap();
        let id = groups["SecurityGroups"][0]["GroupId"].as_str().unwrap();
        let port = port.to_string();
        let rule = ["--group-id", id, "--protocol", "tcp", "--port", &port, "--cidr", "10.9.0.0/24"];
        self.inside((MEMBER, AGENT), &[&["ec2", "authorize-security-group-ingress"], &rule[..]].concat())
    }
}

impl Drop for House {
    fn drop(&mut self) {
        self.end();
    }
}

fn is_there(tool: &str) -> bool {
    let tried = Command::new(tool).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    tried.is_ok_and(|status| status.success())
}

/// Who the process is and what it may, as the kernel says.
fn has_three_capabilities(pid: u32) {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let field = |name: &str| status.lines().find_map(|line| line.strip_prefix(name)).unwrap().trim().to_owned();
    let mask: u64 = capabilities().iter().map(|(_, bit)| 1 << bit).sum();
    for name in ["CapEff:", "CapPrm:", "CapBnd:", "CapAmb:"] {
        assert_eq!(u64::from_str_radix(&field(name), 16).unwrap(), mask, "{name}");
    }
    assert_eq!(mask.count_ones(), 3);
    assert_eq!((field("NoNewPrivs:"), field("Groups:")), ("1".into(), String::new()));
    assert!(field("Uid:").split_whitespace().all(|uid| uid == AGENT.to_string()));
}

/// None of its sockets is one of a network: what it has is unix and netlink.
fn has_no_network_socket(pid: u32) {
    let links = fs::read_dir(format!("/proc/{pid}/fd")).unwrap().flatten();
    let names = links.filter_map(|link| fs::read_link(link.path()).ok());
    let sockets: Vec<String> = names
        .filter_map(|name| Some(name.to_str()?.strip_prefix("socket:[")?.trim_end_matches(']').to_owned()))
        .collect();
    assert!(!sockets.is_empty(), "not even its own");
    for table in ["tcp", "tcp6", "udp", "udp6", "udplite", "udplite6", "raw", "raw6", "icmp", "icmp6", "packet"] {
        let text = fs::read_to_string(format!("/proc/{pid}/net/{table}")).unwrap_or_default();
        let mut words = text.split_whitespace();
        assert!(!words.any(|word| sockets.iter().any(|inode| inode == word)), "{table}:\n{text}");
    }
}

#[test]
fn as_its_own_user_with_three_capabilities_and_no_network_it_does_all_its_work() {
    let test = "as_its_own_user_with_three_capabilities_and_no_network_it_does_all_its_work";
    let Some(mut house) = House::new(test) else { return };
    let _listening: Vec<_> = (80..86).map(|port| house.lab.listen(port)).collect();
    let pid = house.agent();
    has_three_capabilities(pid);
    has_no_network_socket(pid);
    // Whoever is of the socket's group has it work, and nobody else.
    let stranger = house.inside((STRANGER, STRANGER), &["apply", &house.policy(80)]);
    stranger.exits(77).complains(&["speak to the agent", "group of its socket"]);
    house.inside((MEMBER, AGENT), &["apply", &house.policy(80)]).exits(0).says(&["generation 1", "attach v0"]);
    assert!(house.lab.connect(80).is_some() && house.lab.connect(81).is_none());
    house.authorize(81).exits(0);
    assert!(house.lab.connect(81).is_some() && house.lab.connect(82).is_none());
    house.inside((0, 0), &["history"]).exits(0).says(&[&format!("uid {MEMBER}")]);
    // A device that comes back.
    assert!(ip(&["-n", &house.lab.here, "link", "delete", "v0"]));
    house.lab.devices();
    assert!(until(|| house.lab.status()["interfaces"][0]["attached"] == true));
    assert!(until(|| house.lab.connect(81).is_some()) && house.lab.connect(82).is_none());
    has_three_capabilities(pid);
    has_no_network_socket(pid);
    let log = house.flow_log(81);
    assert!(log.contains(" 10.9.0.2 10.9.0.1 ") && log.contains(" 81 6 ") && log.contains(" ACCEPT OK"), "{log}");
}

#[test]
fn what_root_applies_while_it_is_away_is_the_agents_afterwards() {
    let Some(mut house) = House::new("what_root_applies_while_it_is_away_is_the_agents_afterwards") else { return };
    let _listening: Vec<_> = (80..86).map(|port| house.lab.listen(port)).collect();
    house.before();
    // At boot, before there is an agent.
    house.inside((0, 0), &["apply", &house.policy(80)]).exits(0).says(&["generation 1"]);
    house.agent();
    house.authorize(81).exits(0);
    house.end();
    assert!(house.lab.connect(81).is_some() && house.lab.connect(82).is_none(), "packets notice that it is gone");
    house.inside((0, 0), &["apply", &house.policy(82)]).exits(0);
    house.inside((0, 0), &["explain", "--in", "web", "--src", "10.9.0.2", "--dport", "82"]).exits(0);
    let owners = |directory: &Path| all(directory).into_iter().map(|path| fs::metadata(path).unwrap().uid());
    assert!(owners(&house.lab.sgfw.pins).chain(owners(&house.lab.sgfw.state())).all(|owner| owner == AGENT));
    house.agent();
    house.authorize(83).exits(0);
    assert!(house.lab.connect(82).is_some() && house.lab.connect(83).is_some() && house.lab.connect(81).is_none());
    house.inside((MEMBER, AGENT), &["detach", "--all"]).exits(0).says(&["all programs and maps are removed"]);
    assert!(house.lab.connect(81).is_some());
}

fn all(directory: &Path) -> Vec<PathBuf> {
    let mut found = vec![directory.to_owned()];
    for entry in fs::read_dir(directory).unwrap().flatten() {
        if entry.file_type().unwrap().is_dir() {
            found.extend(all(&entry.path()));
        } else {
            found.push(entry.path());
        }
    }
    found
}

/// What systemd itself says of the units, where its tool is there.
#[test]
fn the_units_are_in_order_and_confined() {
    let test = "the_units_are_in_order_and_confined";
    if !is_there("systemd-analyze") {
        return skip(test, "systemd-analyze is missing");
    }
    let room = tempfile::tempdir().unwrap();
    let units = ["sgfw-boot", "sgfw-agent", "sgfw-endpoint"].map(|name| {
        let text = fs::read_to_string(format!("{UNITS}/{name}.service")).unwrap();
        let path = room.path().join(format!("{name}.service"));
        fs::write(&path, text.replace("/usr/bin/sgfw ", &format!("{} ", env!("CARGO_BIN_EXE_sgfw")))).unwrap();
        path
    });
    let verified = Command::new("systemd-analyze").args(["verify", "--man=no"]).args(&units).output().unwrap();
    let said = Said::of(&verified);
    assert!(said.code == Some(0) && !said.err.contains("Unknown"), "{said:?}");
    // Tenths of what systemd calls exposure.
    for (unit, most) in [(&units[1], "--threshold=30"), (&units[2], "--threshold=20")] {
        let analyzed = Command::new("systemd-analyze").args(["security", "--offline=true", most]).arg(unit).output();
        let said = Said::of(&analyzed.unwrap());
        assert_eq!(said.code, Some(0), "{}", said.out);
    }
}
