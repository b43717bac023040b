//! The machines of the demo, the program on them, and the end of it all.
//!
//! Whatever the demo makes carries the process id in its name: namespaces, pin directories, one directory of
//! files. So it can be taken away without knowing what was made: at the end, by a signal, and by the next
//! demo if this one was killed.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use super::net::{self, Net, Node};
use super::probe::Place;
use crate::host::root;

/// The BPF file system.
const BPFFS: &str = "/sys/fs/bpf";

/// Name, IPv4 and IPv6 address: as in web.yaml and database.yaml, and of documentation's blocks.
const MACHINES: [(&str, [u8; 4], [u16; 8]); 5] = [
    ("client", [203, 0, 113, 7], [0x2001, 0xdb8, 0xc, 0, 0, 0, 0, 7]),
    ("stranger", [198, 51, 100, 66], [0x2001, 0xdb8, 0xbad, 0, 0, 0, 0, 0x66]),
    ("web", [10, 0, 0, 10], [0x2001, 0xdb8, 0, 0, 0, 0, 0, 0x10]),
    ("mssql", [10, 0, 1, 10], [0x2001, 0xdb8, 0, 1, 0, 0, 0, 0x10]),
    ("mysql", [10, 0, 2, 10], [0x2001, 0xdb8, 0, 2, 0, 0, 0, 0x10]),
];

/// The machines and the built program.
pub(super) struct Stage {
    net: Net,
    sgfw: PathBuf,
    room: PathBuf,
}

impl Stage {
    /// Makes the machines, after what a killed demo left was taken away.
    pub(super) fn new(sgfw: PathBuf) -> Result<Self> {
        net::sweep();
        for left in [Path::new(BPFFS), &env::temp_dir()].into_iter().flat_map(net::leftovers) {
            remove(&left);
        }
        clear_on_signals()?;
        let room = env::temp_dir().join(net::own_name("demo"));
        fs::create_dir_all(&room).with_context(|| format!("{} cannot be made", room.display()))?;
        let machines = MACHINES.map(|(name, v4, v6)| Node { name: name.to_owned(), v4: v4.into(), v6: v6.into() });
        Ok(Self { net: Net::new(machines.to_vec())?, sgfw, room })
    }

    /// Says who is there.
    pub(super) fn print(&self) {
        println!("\nFive machines, each a network namespace, on one bridge:");
        for Node { name, v4, v6 } in self.net.nodes() {
            println!("   {name:<9} {:<15} {v6}", v4.to_string());
        }
    }

    /// A machine's address, in the namespace it lives in.
    pub(super) fn place(&self, machine: &str, v6: bool) -> Result<Place> {
        Ok(Place { netns: self.net.netns(machine), address: self.net.node(machine)?.address(v6) })
    }

    /// A file of `policies/`.
    pub(super) fn example(&self, name: &str) -> Result<String> {
        let path = root().join("policies").join(name);
        fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))
    }

    /// Applies a file of `policies/` on a machine, its interface bound to the machine's device.
    pub(super) fn apply_example(&self, machine: &str, name: &str, interface: &str) -> Result<()> {
        let path = root().join("policies").join(name).display().to_string();
        self.apply(machine, &path, interface)?;
        println!("\n{machine}# sgfw apply policies/{name} --device {interface}=eth0");
        Ok(())
    }

    /// Applies a policy that the demo writes.
    pub(super) fn apply_text(&self, machine: &str, text: &str, interface: &str) -> Result<()> {
        let path = self.room.join("policy.yaml");
        fs::write(&path, text).with_context(|| format!("{} cannot be written", path.display()))?;
        self.apply(machine, &path.display().to_string(), interface)
    }

    /// Runs the program on a machine, its pins and state its own.
    pub(super) fn sgfw(&self, machine: &str, arguments: &[&str]) -> Result<String> {
        let mut command = Command::new(&self.sgfw);
        command.arg("--pin-dir").arg(self.pins(machine)).arg("--state-dir").arg(self.room.join(machine));
        // Whoever looks at the demo over SSH is not connected to its machines.
        command.args(arguments).env_remove("SSH_CONNECTION").current_dir(root());
        let Output { status, stdout, stderr } =
            self.net.inside(machine, || command.output())?.with_context(|| format!("{}", self.sgfw.display()))?;
        if !status.success() {
            bail!("sgfw {} ({status}): {}", arguments.join(" "), String::from_utf8_lossy(&stderr).trim());
        }
        Ok(String::from_utf8_lossy(&stdout).into_owned())
    }

    /// Where a machine's program keeps its pins.
    pub(super) fn pins(&self, machine: &str) -> PathBuf {
        Path::new(BPFFS).join(net::own_name(machine))
    }

    fn apply(&self, machine: &str, path: &str, interface: &str) -> Result<()> {
        let device = format!("{interface}=eth0");
        // The open connections of the demo are there to be cut.
        self.sgfw(machine, &["apply", path, "--device", &device, "--allow-lockout"]).map(drop)
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        clear();
    }
}

/// Takes away everything of this process.
fn clear() {
    let own = net::own_name("");
    for directory in [Path::new(BPFFS), &env::temp_dir(), Path::new(net::NAMES)] {
        let entries = fs::read_dir(directory).into_iter().flatten().flatten();
        for path in entries.map(|entry| entry.path()).filter(|path| name(path).starts_with(&own)) {
            if path.is_dir() { remove(&path) } else { net::delete([name(&path)].into_iter()) }
        }
    }
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn remove(directory: &Path) {
    // Links let go of their device when their pin goes.
    if let Err(error) = fs::remove_dir_all(directory) {
        eprintln!("{} stays: {error}", directory.display());
    }
}

/// Whether a signal came.
static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// After a signal, waits for the end that it brings.
pub(super) fn leave_if_interrupted() {
    while INTERRUPTED.load(Ordering::SeqCst) {
        thread::park();
    }
}

/// Ctrl-C and friends end the demo as its last line does.
fn clear_on_signals() -> Result<()> {
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP]).context("signals cannot be waited for")?;
    thread::spawn(move || {
        if let Some(signal) = signals.forever().next() {
            INTERRUPTED.store(true, Ordering::SeqCst);
            eprintln!("\ninterrupted: cleaning up");
            clear();
            // A program that was just at work may have made one thing more.
            thread::sleep(Duration::from_millis(300));
            clear();
            std::process::exit(128 + signal);
        }
    });
    Ok(())
}
