//! The units of `packaging/` under a systemd of their own: the first process of a PID namespace, with devices, BPF file
//! system, users and directories that nobody else sees.

#![expect(clippy::unwrap_used, reason = "a test that unwraps fails at the line that is wrong")]

mod command;

use command::{Said, skip, until};
use std::fs;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

const UNITS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../packaging");
const SYSTEMD: &str = "/lib/systemd/systemd";
/// Units of systemd's own that these ones name.
const TARGETS: [&str; 5] = ["network-pre.target", "network.target", "shutdown.target", "system.slice", "-.slice"];

/// Makes the machine, then becomes its first process. `$1` is the directory of the test.
const MACHINE: &str = r#"
set -e
mount --make-rprivate /
mount -t proc proc /proc
umount -R /sys/fs/cgroup
mount -t cgroup2 cgroup2 /sys/fs/cgroup
umount -R /sys/fs/bpf 2>/dev/null || true
mount -t bpf bpf /sys/fs/bpf
mkdir "$1/over"
mount -t tmpfs tmpfs "$1/over"
for place in etc usr/bin var/lib var/log; do
    mkdir -p "$1/over/upper/$place" "$1/over/work/$place"
    mount -t overlay overlay -o "lowerdir=/$place,upperdir=$1/over/upper/$place,workdir=$1/over/work/$place" "/$place"
done
mount -t tmpfs tmpfs /run
cp "$1/sgfw" /usr/bin/sgfw
systemd-sysusers "$1/sysusers.conf"
ip link set lo up
ip netns add peer
ip link add v0 type veth peer name v1 netns peer
ip address add 10.9.0.1/24 dev v0
ip -n peer address add 10.9.0.2/24 dev v1
ip link set v0 up
ip -n peer link set v1 up
touch /run/made
exec env -i "PATH=$PATH" container=sgfw "SYSTEMD_UNIT_PATH=$1/units" /lib/systemd/systemd --system --unit=idle.target
"#;

const POLICY: &str = "\
version: 1
groups:
  - name: web
    id: sg-903004f8
    ingress:
      - {protocol: tcp, ports: 80, from: 10.9.0.0/24}
interfaces:
  - {name: web, device: v0, groups: [web]}
";

/// A machine with a systemd; it goes with this value, and all its processes, devices and pins with it.
struct Machine {
    room: tempfile::TempDir,
    outer: Child,
    /// Its first process, as seen from outside.
    first: u32,
}

impl Machine {
    fn new(test: &str) -> Option<Self> {
        if !rustix::process::geteuid().is_root() {
            skip(test, "needs root");
            return None;
        }
        let needed = [SYSTEMD, "/usr/bin/unshare", "/usr/bin/nsenter", "/usr/bin/systemd-sysusers"];
        if let Some(missing) = needed.iter().find(|path| !Path::new(path).exists()) {
            skip(test, &format!("{missing} is missing"));
            return None;
        }
        let room = tempfile::tempdir().unwrap();
        furnish(room.path());
        let mut command = Command::new("unshare");
        command.args([
            "--pid",
            "--fork",
            "--mount",
            "--cgroup",
            "--net",
            "--uts",
            "--kill-child",
            "sh",
            "-c",
            MACHINE,
            "sh",
        ]);
        let log = fs::File::create(room.path().join("log")).unwrap();
        command.arg(room.path()).stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log).process_group(0);
        let mut outer = command.spawn().unwrap();
        let children = format!("/proc/{0}/task/{0}/children", outer.id());
        let child = || fs::read_to_string(&children).ok()?.trim().parse().ok();
        until(|| child().is_some() || outer.try_wait().unwrap().is_some());
        let mut machine = Self { room, outer, first: child().unwrap_or(0) };
        let runs = |machine: &Self| machine.run(&["systemctl", "is-active", "idle.target"]).out.trim() == "active";
        if until(|| machine.outer.try_wait().unwrap().is_some() || runs(&machine)) && runs(&machine) {
            return Some(machine);
        }
        let log = fs::read_to_string(machine.room.path().join("log")).unwrap();
        skip(
            test,
            &format!("no systemd of its own can be started: {}", log.lines().last().unwrap_or("it says nothing")),
        );
        None
    }

    /// A command on the machine, as its root.
    fn run(&self, words: &[&str]) -> Said {
        let mut command = Command::new("nsenter");
        command.args([
            "--target",
            &self.first.to_string(),
            "--mount",
            "--pid",
            "--cgroup",
            "--net",
            "--uts",
            "env",
            "-i",
        ]);
        command.args([&format!("PATH={}", std::env::var("PATH").unwrap()), "SYSTEMD_PAGER="]).args(words);
        Said::of(&command.stdin(Stdio::null()).output().unwrap())
    }

    fn start(&self, unit: &str) {
        let said = self.run(&["systemctl", "start", unit]);
        assert_eq!(said.code, Some(0), "{}\n{}", said.err, self.run(&["systemctl", "status", unit]).out);
    }

    fn show(&self, unit: &str, property: &str) -> String {
        self.run(&["systemctl", "show", "--value", "-p", property, unit]).out.trim().to_owned()
    }

    fn listen(&self, port: u16) {
        let script = format!("import socket;s=socket.create_server(('10.9.0.1',{port}))\nwhile 1: s.accept()");
        self.run(&["systemd-run", "--quiet", "--unit", &format!("listen-{port}"), "python3", "-c", &script]).exits(0);
    }

    /// Whether a connection from the other side is let in.
    fn connects(&self, port: u16) -> bool {
        let script = format!("</dev/tcp/10.9.0.1/{port}");
        self.run(&["ip", "netns", "exec", "peer", "timeout", "1", "bash", "-c", &script]).code == Some(0)
    }

    /// One request to the endpoint, which looks at no signature where it has no keys; its answer.
    fn ask(&self, query: &str) -> String {
        let script = format!(
            "import urllib.request as u\n\
             key = 'AWS4-HMAC-SHA256 Credential=any/20261121/us-east-1/ec2/aws4_request, SignedHeaders=host, Signature=0'\n\
             head = {{'Authorization': key, 'X-Amz-Date': '20261121T000000Z'}}\n\
             body = b'{query}&Version=2016-11-15'\n\
             try: answer = u.urlopen(u.Request('http://127.0.0.1:5454/', body, head))\n\
             except u.HTTPError as error: answer = error\n\
             print(answer.read().decode())"
        );
        self.run(&["python3", "-c", &script]).exits(0).out.clone()
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        // `--kill-child` has the first process killed with it, and that all others.
        let _ = self.outer.kill();
        let _ = self.outer.wait();
    }
}

/// What the machine is made of.
fn furnish(room: &Path) {
    let units = room.join("units");
    fs::create_dir(&units).unwrap();
    for unit in fs::read_dir(format!("{UNITS}/systemd")).unwrap().flatten() {
        fs::copy(unit.path(), units.join(unit.file_name())).unwrap();
    }
    for unit in TARGETS {
        let _ = fs::copy(Path::new("/lib/systemd/system").join(unit), units.join(unit));
    }
    fs::write(units.join("idle.target"), "[Unit]\nDefaultDependencies=no\n").unwrap();
    // What `DefaultDependencies=` brings in.
    for target in ["sysinit.target", "basic.target"] {
        fs::write(units.join(target), "[Unit]\nDefaultDependencies=no\n").unwrap();
    }
    fs::copy(format!("{UNITS}/sysusers.conf"), room.join("sysusers.conf")).unwrap();
    fs::copy(env!("CARGO_BIN_EXE_sgfw"), room.join("sgfw")).unwrap();
    fs::write(room.join("policy.yaml"), POLICY).unwrap();
}

#[test]
fn the_units_do_their_work_under_a_real_systemd() {
    let Some(machine) = Machine::new("the_units_do_their_work_under_a_real_systemd") else { return };
    let (policy, sgfw) = (machine.room.path().join("policy.yaml").display().to_string(), "/usr/bin/sgfw");
    [80, 81, 82].iter().for_each(|port| machine.listen(*port));
    assert!(until(|| machine.connects(80) && machine.connects(81)));

    // Nothing is stored yet: the boot unit has nothing to do, and the agent begins.
    machine.start("sgfw-boot");
    assert_eq!(machine.show("sgfw-boot", "ConditionResult"), "no");
    machine.start("sgfw-agent");
    machine.start("sgfw-endpoint");
    machine.run(&[sgfw, "apply", &policy]).exits(0).says(&["generation 1", "attach v0"]);
    assert!(machine.connects(80) && !machine.connects(81));
    machine.run(&[sgfw, "agent"]).exits(1).complains(&["another agent runs"]);

    // The endpoint, which may do nothing itself, has the agent open a port, and writes down who did it.
    let rule = "GroupId=sg-903004f8&IpProtocol=tcp&FromPort=81&ToPort=81&CidrIp=10.9.0.0%2F24";
    let answer = machine.ask(&format!("Action=AuthorizeSecurityGroupIngress&{rule}"));
    assert!(answer.contains("<return>true</return>"), "{answer}");
    assert!(machine.connects(81) && !machine.connects(82));
    machine.run(&["cat", "/var/log/sgfw/audit.log"]).exits(0).says(&["AuthorizeSecurityGroupIngress"]);

    // Killed, it is there again, and packets have not noticed.
    machine.run(&["systemctl", "kill", "--signal=KILL", "sgfw-agent"]).exits(0);
    assert!(machine.connects(81) && !machine.connects(82));
    assert!(until(|| machine.show("sgfw-agent", "NRestarts") == "1"));
    assert!(until(|| machine.show("sgfw-agent", "ActiveState") == "active"));
    machine.run(&["systemctl", "reload", "sgfw-agent"]).exits(0);

    // A flow log, written where the unit lets it.
    let found = machine.run(&[sgfw, "ec2", "describe-network-interfaces"]).exits(0).out.clone();
    let found: serde_json::Value = serde_json::from_str(&found).unwrap();
    let id = found["NetworkInterfaces"][0]["NetworkInterfaceId"].as_str().unwrap().to_owned();
    let what = ["--resource-type", "NetworkInterface", "--resource-ids", &id, "--traffic-type", "ALL"];
    machine.run(&[&[sgfw, "ec2", "create-flow-logs", "--log-group-name", "web"][..], &what].concat()).exits(0);
    let file = format!("/var/log/sgfw-flow-logs/web/{id}-all");
    let logged = || {
        machine.connects(81);
        machine.run(&["systemctl", "restart", "sgfw-agent"]).exits(0);
        machine.run(&["cat", &file]).out.contains(" 81 6 ")
    };
    assert!(until(logged), "{}", machine.run(&["ls", "-lR", "/var/log"]).out);

    // Without any of them the policy stays; at boot it would be put in force again, and is.
    machine.run(&["systemctl", "stop", "sgfw-endpoint", "sgfw-agent"]).exits(0);
    assert!(machine.connects(81) && !machine.connects(82));
    machine.start("sgfw-boot");
    assert_eq!(machine.show("sgfw-boot", "Result"), "success");
    machine.start("sgfw-agent");
    machine.run(&[sgfw, "plan"]).exits(0);
    machine.run(&[sgfw, "detach", "--all"]).exits(0);
    assert!(machine.connects(82));
}
