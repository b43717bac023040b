//! Two network namespaces and a veth pair between them, for commands on a real device.

use super::{Said, Sgfw, skip};
use serde_json::Value;
use sgfw::kernel::within;
use std::collections::BTreeSet;
use std::net::{TcpListener, TcpStream, ToSocketAddrs};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

pub(crate) const BPF: &str = "/sys/fs/bpf";

/// Two namespaces and the veth pair between them: `v0` at 10.9.0.1, which is protected, and `v1` at 10.9.0.2.
pub(crate) struct Lab {
    pub(crate) sgfw: Sgfw,
    pub(crate) here: String,
    pub(crate) there: String,
}

impl Lab {
    /// None, said aloud, without the privilege.
    pub(crate) fn new(test: &str) -> Option<Self> {
        if !rustix::process::geteuid().is_root() {
            skip(test, "needs root");
            return None;
        }
        if let Err(reason) = mounted() {
            skip(test, &reason);
            return None;
        }
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let name = format!("sgfwcli-{}-{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        let lab = Self { sgfw: Sgfw::below(Path::new(BPF)), here: name.clone(), there: format!("{name}-peer") };
        let made = ip(&["netns", "add", &lab.here]) && ip(&["netns", "add", &lab.there]);
        if !made {
            skip(test, "no network namespace can be made");
            return None;
        }
        lab.wire();
        Some(lab)
    }

    pub(crate) fn wire(&self) {
        self.devices();
        assert!((0..20).any(|_| self.is_up()), "the devices do not come up");
    }

    /// Makes the devices; whoever protects them may do so before they are up.
    pub(crate) fn devices(&self) {
        let (here, there) = (self.here.as_str(), self.there.as_str());
        // Always the same index, as a device that is made anew may well get.
        let device = ["-n", here, "link", "add", "index", "77", "name", "v0", "type", "veth"];
        assert!(ip(&[&device[..], &["peer", "name", "v1", "netns", there]].concat()));
        for (netns, device, address) in [(here, "v0", "10.9.0.1/24"), (there, "v1", "10.9.0.2/24")] {
            assert!(ip(&["-n", netns, "address", "add", address, "dev", device]));
            assert!(ip(&["-n", netns, "link", "set", device, "up"]));
        }
    }

    /// A port where nobody listens says so at once, as soon as packets get across.
    fn is_up(&self) -> bool {
        let nobody = ("10.9.0.1", 9).to_socket_addrs().unwrap().next().unwrap();
        let answer = within(Some(&self.there), || TcpStream::connect_timeout(&nobody, Duration::from_millis(300)));
        answer.unwrap().is_err_and(|error| error.kind() == std::io::ErrorKind::ConnectionRefused)
    }

    /// A policy for `v0` with these ports open for everybody, and this of the interface.
    pub(crate) fn policy(&self, ports: &str, more: &str) -> String {
        let text = format!(
            "version: 1\ngroups:\n  - name: web\n    ingress:\n      - {{protocol: tcp, ports: {ports}, from: 10.0.0.0/8}}\n\
             interfaces:\n  - {{name: web, device: v0, netns: {}, addresses: [10.9.0.1], groups: [web]{more}}}\n",
            self.here
        );
        self.sgfw.file("policy.yaml", &text)
    }

    pub(crate) fn apply(&self, ports: &str) -> Said {
        self.sgfw.run(&["apply", &self.policy(ports, "")])
    }

    pub(crate) fn listen(&self, port: u16) -> TcpListener {
        within(Some(&self.here), || TcpListener::bind(("10.9.0.1", port))).unwrap().unwrap()
    }

    /// A connection from the other side, if it is let in.
    pub(crate) fn connect(&self, port: u16) -> Option<TcpStream> {
        let to = ("10.9.0.1", port).to_socket_addrs().unwrap().next().unwrap();
        within(Some(&self.there), || TcpStream::connect_timeout(&to, Duration::from_millis(700))).unwrap().ok()
    }

    /// The pinned programs of the device's namespace, by name.
    pub(crate) fn programs(&self) -> BTreeSet<String> {
        let entries = std::fs::read_dir(self.programs_directory()).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    fn programs_directory(&self) -> PathBuf {
        let netns = std::fs::read_dir(self.sgfw.pins.join("v1/netns")).unwrap().next().unwrap().unwrap().path();
        netns.join("programs")
    }

    /// Has the programs look as if another version had pinned them; what they were called before.
    pub(crate) fn age_programs(&self) -> BTreeSet<String> {
        let (before, directory) = (self.programs(), self.programs_directory());
        for name in &before {
            let (_, program) = name.split_once('_').unwrap();
            std::fs::rename(directory.join(name), directory.join(format!("0123456789abcdef_{program}"))).unwrap();
        }
        before
    }

    pub(crate) fn status(&self) -> Value {
        self.sgfw.run(&["status", "-o", "json"]).exits(0).json()
    }

    pub(crate) fn operations(&self, arguments: &[&str]) -> Vec<String> {
        let json = self.sgfw.run(&[arguments, &["-o", "json"]].concat()).json();
        let operations = json["operations"].as_array().unwrap();
        operations.iter().map(|op| op.as_str().unwrap().to_owned()).collect()
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        let _ = self.sgfw.run(&["detach", "--all"]);
        let _ = ip(&["netns", "delete", &self.here]);
        let _ = ip(&["netns", "delete", &self.there]);
    }
}

pub(crate) fn ip(arguments: &[&str]) -> bool {
    Command::new("ip").args(arguments).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}

/// The BPF file system, which `apply` would mount for its usual directory only.
fn mounted() -> Result<(), String> {
    let magic = || rustix::fs::statfs(BPF).is_ok_and(|it| it.f_type == 0xcafe_4a11);
    if !magic() {
        let _ = Command::new("mount").args(["-t", "bpf", "bpf", BPF]).status();
    }
    if magic() { Ok(()) } else { Err("no BPF file system can be mounted".into()) }
}
