//! What cannot be done is refused with its reason, and the policy in force stays.

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown};
use std::process::Command;

use crate::lab::Lab;
use crate::lab::setup::{ONE, Setup};
use crate::lab::sgfw::{Said, Sgfw};

const POLICY: &str = "groups: [{name: vm, ingress: [{protocol: tcp, ports: 80, from: anywhere}]}]";
const HOLDS: &str = "peer > vm tcp 80 passes\npeer > vm tcp 81 drops";
const XDP: &[Setup] = &[Setup { hook: "xdp", side: "host" }];
/// `nobody` on Debian and most others; any user without privilege will do.
const NOBODY: u32 = 65_534;

#[test]
fn a_device_that_does_not_exist_is_named() {
    let Some(lab) = Lab::with(ONE, &["peer"], &["vm"]) else { return };
    lab.apply(POLICY);
    let wrong = lab.policy(POLICY).replace("device: eth0", "device: eth7").replace("ports: 80", "ports: 81");
    let file = lab.sgfw.file("wrong.yaml", &wrong);
    lab.sgfw.run(&["apply", &file]).failed_saying(&["eth7", "eth0"]);
    lab.expect(HOLDS);
}

#[test]
fn a_namespace_that_does_not_exist_is_named() {
    let Some(lab) = Lab::with(ONE, &["peer"], &["vm"]) else { return };
    let file = lab.sgfw.file("wrong.yaml", "version: 1\ninterfaces: [{name: a, device: eth0, netns: sgfw-nowhere}]\n");
    lab.sgfw.run(&["apply", &file]).failed_saying(&["sgfw-nowhere"]);
}

#[test]
fn a_mistake_in_a_file_changes_nothing() {
    let Some(lab) = Lab::with(ONE, &["peer"], &["vm"]) else { return };
    lab.apply(POLICY);
    lab.try_apply("groups: [{name: vm, ingress: [{protocol: tpc, ports: 81, from: anywhere}]}]", &[]).failed_saying(&[
        "policy.yaml",
        "tpc",
        "tcp",
    ]);
    lab.expect(HOLDS);
}

#[test]
fn a_foreign_xdp_program_is_not_pushed_aside() {
    let Some(lab) = Lab::with(XDP, &["peer"], &["vm"]) else { return };
    lab.apply(POLICY);
    // Another sgfw, with pins of its own, is as foreign as anything.
    let other = Sgfw::new().expect("directories");
    let file = other.file("other.yaml", &lab.policy("groups: [{name: vm}]"));
    other.run(&["apply", &file]).failed_saying(&["eth0", "XDP", "somebody else"]);
    lab.expect(HOLDS);
}

#[test]
fn pins_of_another_layout_are_refused() {
    let Some(lab) = Lab::with(ONE, &["peer"], &["vm"]) else { return };
    lab.apply(POLICY);
    let maps = lab.sgfw.pins.join("v1/maps");
    fs::rename(maps.join("META"), maps.join("ADOPT")).expect("a map of another size");
    let said = lab.try_apply("groups: [{name: vm}]", &[]);
    said.failed_saying(&["ADOPT", "layout"]);
    lab.expect(HOLDS);
}

#[test]
fn without_privilege_it_is_said_what_lacks() {
    let Some(lab) = Lab::with(ONE, &["peer"], &["vm"]) else { return };
    lab.apply(POLICY);
    let user = User::new(&lab);
    let said = user.apply(&lab, "groups: [{name: vm}]", "");
    said.failed_saying(&["CAP_BPF", "CAP_NET_ADMIN"]);
    lab.expect(HOLDS);
}

#[test]
fn three_capabilities_are_enough() {
    let Some(lab) = Lab::with(ONE, &["peer"], &["vm"]) else { return };
    let mut user = User::new(&lab);
    user.pins = lab.sgfw.pins.join("user");
    fs::create_dir_all(&user.pins).expect("a directory for pins");
    for directory in [&lab.sgfw.pins, &user.pins] {
        chown(directory, Some(NOBODY), Some(NOBODY)).expect("a directory of the user's");
    }
    user.apply(&lab, POLICY, "+bpf,+net_admin,+perfmon").succeeded();
    lab.expect(HOLDS);
    user.apply(&lab, POLICY, "+bpf,+net_admin,+perfmon").succeeded();
    let pins = user.pins.display().to_string();
    let options = ["--pin-dir", &pins, "detach", "--all"];
    lab.net
        .inside(&vm(), || Command::new(env!("CARGO_BIN_EXE_sgfw")).args(options).output())
        .expect("a namespace")
        .expect("detach");
}

#[test]
fn pins_live_on_a_bpf_file_system_only() {
    let Some(lab) = Lab::with(ONE, &["peer"], &["vm"]) else { return };
    let file = lab.file(POLICY);
    let elsewhere = lab.sgfw.room.path().join("pins");
    let elsewhere = elsewhere.display().to_string();
    let said = Command::new(env!("CARGO_BIN_EXE_sgfw")).args(["--pin-dir", &elsewhere, "apply", &file]).output();
    Said::of(&said.expect("apply")).failed_saying(&[&elsewhere, "BPF file system"]);
    assert!(!std::path::Path::new(&elsewhere).exists());
}

#[test]
fn a_bpf_file_system_that_is_not_mounted_is_mounted() {
    let Some(lab) = Lab::with(ONE, &["peer"], &["vm"]) else { return };
    // In a mount namespace of its own, where what is mounted is gone with the shell.
    let script = "umount --lazy /sys/fs/bpf && \"$@\" && grep -q '/sys/fs/bpf bpf' /proc/mounts";
    let file = lab.file(POLICY);
    let mut shell = Command::new("unshare");
    shell.args(["--mount", "sh", "-c", script, "sh", env!("CARGO_BIN_EXE_sgfw")]).args(lab.sgfw.places());
    Said::of(&shell.args(["apply", &file]).output().expect("unshare")).succeeded();
    assert!(!lab.sgfw.pins.exists(), "the pins are in the other namespace");
}

/// A user without privilege who can read the program and write a directory.
struct User {
    program: std::path::PathBuf,
    pins: std::path::PathBuf,
}

impl User {
    fn new(lab: &Lab) -> Self {
        let room = lab.sgfw.room.path();
        fs::set_permissions(room, fs::Permissions::from_mode(0o777)).expect("a directory for all");
        let program = room.join("sgfw");
        fs::copy(env!("CARGO_BIN_EXE_sgfw"), &program).expect("a copy of the program");
        Self { program, pins: lab.sgfw.pins.clone() }
    }

    /// Applies from within the namespace: to enter one is a privilege of its own.
    fn apply(&self, lab: &Lab, policy: &str, capabilities: &str) -> Said {
        let policy = lab.policy(policy);
        let own = policy.lines().filter(|line| !line.contains("netns:")).collect::<Vec<_>>().join("\n");
        let file = lab.sgfw.file("user.yaml", &own);
        let user = NOBODY.to_string();
        let mut command = Command::new("setpriv");
        command.args(["--reuid", &user, "--regid", &user, "--clear-groups", "--no-new-privs"]);
        let none = "-all";
        command.args(["--bounding-set", &join(none, capabilities), "--inh-caps", &join(none, capabilities)]);
        if !capabilities.is_empty() {
            command.args(["--ambient-caps", &join(none, capabilities)]);
        }
        let state = lab.sgfw.room.path().join("user-state");
        command
            .arg(&self.program)
            .arg("--pin-dir")
            .arg(&self.pins)
            .arg("--state-dir")
            .arg(state)
            .args(["apply", &file]);
        Said::of(&lab.net.inside(&vm(), || command.output()).expect("a namespace").expect("setpriv"))
    }
}

fn vm() -> String {
    crate::lab::instance("vm", ONE[0])
}

fn join(none: &str, capabilities: &str) -> String {
    if capabilities.is_empty() { none.to_owned() } else { format!("{none},{capabilities}") }
}
