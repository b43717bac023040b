//! What apply and detach leave behind, and what a death between any two steps leaves.

use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::lab::setup::{self, Setup};
use crate::lab::sgfw::Said;
use crate::lab::{Lab, instance};

const OLD: &str = "groups: [{name: vm, ingress: [{protocol: tcp, ports: [80, 90], from: anywhere}]}]";
const NEW: &str = "groups: [{name: vm, ingress: [{protocol: tcp, ports: [81, 90], from: [<peer>]}]}]";
const OLD_HOLDS: &str = "peer > vm tcp 80 passes\npeer > vm tcp 81 drops\npeer > vm tcp 90 passes";
const NEW_HOLDS: &str = "peer > vm tcp 80 drops\npeer > vm tcp 81 passes\npeer > vm tcp 90 passes";
const NOTHING_HOLDS: &str = "peer > vm tcp 80 passes\npeer > vm tcp 81 passes\npeer > vm tcp 90 passes";

/// Two setups that differ in everything.
const TWO: &[Setup] = &[Setup { hook: "tc", side: "host" }, Setup { hook: "xdp", side: "port" }];

#[test]
fn a_second_apply_changes_nothing() {
    let Some(lab) = Lab::with(TWO, &["peer"], &["vm"]) else { return };
    let file = lab.file(OLD);
    assert_eq!(lab.sgfw.run(&["plan", &file]).code, Some(2));
    lab.apply(OLD);
    assert_eq!(lab.sgfw.run(&["plan", &file]).code, Some(0));
    let said = lab.apply(OLD);
    assert!(said.out.contains("No changes"), "{}", said.out);
    assert_eq!(lab.sgfw.run(&["plan", &lab.file(NEW)]).code, Some(2));
    lab.expect(OLD_HOLDS);
}

#[test]
fn enforcement_goes_on_without_any_process() {
    let Some(lab) = Lab::new(&["peer"], &["vm"]) else { return };
    lab.apply(OLD);
    assert!(lab.sgfw.pins.join("v1/maps").is_dir());
    let ours = lab.sgfw.pins.display().to_string();
    let running = std::fs::read_dir("/proc").expect("/proc").flatten().filter(|entry| {
        let line = std::fs::read(entry.path().join("cmdline")).unwrap_or_default();
        String::from_utf8_lossy(&line).contains(&ours)
    });
    assert_eq!(running.count(), 0, "a process stayed");
    lab.expect(OLD_HOLDS);
}

#[test]
fn detach_of_all_leaves_nothing() {
    let Some(lab) = Lab::new(&["peer"], &["vm"]) else { return };
    lab.apply(OLD);
    lab.sgfw.run(&["detach", "--all"]).succeeded();
    lab.expect(NOTHING_HOLDS);
    assert!(!lab.sgfw.pins.exists(), "pins stay");
    for netns in lab.setups().iter().map(|setup| lab.net.netns(&instance("vm", *setup))).chain([lab.net.bridge()]) {
        let links = output(Command::new("ip").args(["-n", &netns, "link"]));
        assert!(!links.contains("prog/xdp"), "{links}");
        let qdiscs = output(Command::new("tc").args(["-n", &netns, "qdisc"]));
        assert!(!qdiscs.contains("clsact"), "{qdiscs}");
    }
    lab.sgfw.run(&["detach", "--all"]).succeeded();
}

#[test]
fn detach_of_one_device_leaves_the_others() {
    let Some(lab) = Lab::with(setup::ONE, &["peer"], &["a", "b"]) else { return };
    lab.apply("groups: [{name: a}, {name: b}]");
    lab.expect("peer > a tcp 80 drops\npeer > b tcp 80 drops");
    lab.sgfw.run(&["detach", &instance("a", setup::ONE[0])]).succeeded();
    lab.expect("peer > a tcp 80 passes\npeer > b tcp 80 drops");
}

#[test]
fn an_interface_that_leaves_the_policy_is_detached() {
    let Some(lab) = Lab::with(TWO, &["peer"], &["vm"]) else { return };
    lab.apply(OLD);
    let file = lab.sgfw.file("empty.yaml", "version: 1\ngroups: [{name: vm}]\n");
    lab.sgfw.run(&["apply", &file]).succeeded();
    lab.expect(NOTHING_HOLDS);
}

#[test]
fn killed_between_any_two_steps_the_old_or_the_new_policy_holds() {
    let Some(lab) = Lab::with(TWO, &["peer"], &["vm"]) else { return };
    lab.apply(OLD);
    let mut met = [0, 0];
    for step in 0.. {
        let Some(_) = killed_at(&lab, NEW, step) else { break };
        let new = lab.holds(NEW_HOLDS);
        assert!(new || lab.holds(OLD_HOLDS), "killed before step {step}: neither policy holds");
        met[usize::from(new)] += 1;
        // Whatever was left is cleared away by whichever apply comes next.
        let next = if step % 2 == 0 { (NEW, NEW_HOLDS) } else { (OLD, OLD_HOLDS) };
        lab.apply(next.0);
        lab.expect(next.1);
        assert!(lab.apply(next.0).out.contains("No changes"), "after step {step} the next apply did not finish");
        lab.apply(OLD);
    }
    assert!(met[0] > 1 && met[1] > 1, "before and after the change: {met:?} deaths");
}

#[test]
fn killed_between_any_two_steps_of_the_first_apply_nothing_or_the_policy_holds() {
    let Some(lab) = Lab::with(TWO, &["peer"], &["vm"]) else { return };
    for step in 0.. {
        let Some(_) = killed_at(&lab, OLD, step) else { break };
        // Devices are attached one by one: each has its whole policy or none.
        for setup in lab.setups() {
            let holds = |table| lab.holds_in(Some(*setup), table);
            assert!(holds(OLD_HOLDS) || holds(NOTHING_HOLDS), "killed before step {step}: {setup}");
        }
        lab.apply(OLD);
        lab.expect(OLD_HOLDS);
        lab.sgfw.run(&["detach", "--all"]).succeeded();
        assert!(!lab.sgfw.pins.exists(), "pins stay");
    }
    lab.expect(OLD_HOLDS);
}

#[test]
fn killed_at_any_time_the_old_or_the_new_policy_holds() {
    let Some(lab) = Lab::with(TWO, &["peer"], &["vm"]) else { return };
    lab.apply(OLD);
    let whole = std::time::Instant::now();
    lab.apply(NEW);
    let whole = whole.elapsed();
    for part in 0..12_u32 {
        let policy = if part % 2 == 0 { OLD } else { NEW };
        let mut apply = lab.sgfw.command(&["apply", &lab.file(policy)]);
        let mut apply = apply.stdout(std::process::Stdio::null()).spawn().expect("apply");
        std::thread::sleep(whole * part / 12);
        apply.kill().expect("SIGKILL");
        apply.wait().expect("its end");
        assert!(lab.holds(NEW_HOLDS) || lab.holds(OLD_HOLDS), "killed after {part}/12: neither policy holds");
    }
    lab.apply(NEW);
    lab.expect(NEW_HOLDS);
}

#[test]
fn without_tcx_classic_filters_serve_and_go_again() {
    const TC: &[Setup] = &[Setup { hook: "tc", side: "host" }, Setup { hook: "tc", side: "port" }];
    let Some(lab) = Lab::with(TC, &["peer"], &["vm"]) else { return };
    let run = |arguments: &[&str]| {
        let mut command = lab.sgfw.command(arguments);
        Said::of(&command.env("SGFW_NO_TCX", "1").output().expect("sgfw"))
    };
    let vm = |setup: usize| instance("vm", TC[setup]);
    let devices = [(lab.net.netns(&vm(0)), "eth0".to_owned()), (lab.net.bridge(), lab.net.port(&vm(1)))];
    let filters = || -> usize {
        let filters = devices.iter().flat_map(|(netns, device)| {
            ["ingress", "egress"]
                .map(|way| output(Command::new("tc").args(["-n", netns, "filter", "show", "dev", device, way])))
        });
        filters.filter(|filters| filters.contains("sgfw_tc")).count()
    };
    run(&["apply", &lab.file(OLD)]).succeeded();
    lab.expect(OLD_HOLDS);
    assert_eq!(filters(), 4);
    run(&["apply", &lab.file(NEW)]).succeeded();
    lab.expect(NEW_HOLDS);
    assert!(run(&["apply", &lab.file(NEW)]).out.contains("No changes"));
    run(&["detach", "--all"]).succeeded();
    lab.expect(NOTHING_HOLDS);
    // The qdisc itself stays, since others may have hung filters of theirs on it.
    assert_eq!(filters(), 0);
}

/// Applies and dies before the given step; none if there is no such step and the apply got through.
fn killed_at(lab: &Lab, policy: &str, step: u32) -> Option<()> {
    let mut command = lab.sgfw.command(&["apply", &lab.file(policy)]);
    let output = command.env("SGFW_FAILPOINT", step.to_string()).output().expect("apply");
    if output.status.signal().is_some() {
        return Some(());
    }
    Said::of(&output).succeeded();
    assert!(step > 3, "the failpoint has no effect:\n{}", String::from_utf8_lossy(&output.stderr));
    None
}

fn output(command: &mut Command) -> String {
    String::from_utf8_lossy(&command.output().expect("a command").stdout).into_owned()
}

#[test]
fn two_applies_at_once_take_turns() {
    let Some(lab) = Lab::with(TWO, &["peer"], &["vm"]) else { return };
    let (old, new) = (lab.sgfw.file("old.yaml", &lab.policy(OLD)), lab.sgfw.file("new.yaml", &lab.policy(NEW)));
    let all: Vec<Said> = std::thread::scope(|scope| {
        let runs: Vec<_> = [&old, &new, &old, &new].map(|file| scope.spawn(|| lab.sgfw.run(&["apply", file]))).into();
        runs.into_iter().map(|run| run.join().expect("a run")).collect()
    });
    // One that finds another at work may wait or give up, but says so.
    assert!(all.iter().any(|said| said.code == Some(0)), "{all:?}");
    std::thread::sleep(Duration::from_millis(10));
    assert!(lab.holds(NEW_HOLDS) || lab.holds(OLD_HOLDS), "neither policy holds");
    lab.apply(NEW);
    lab.expect(NEW_HOLDS);
    assert!(Path::new(&lab.sgfw.pins).exists());
}
