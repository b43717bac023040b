//! Network namespaces around one bridge, all made here and gone with their owner.
//!
//! Every node has one device, `eth0`, whose other end is a port of the bridge in a namespace of its own. All
//! addresses are on the link, whatever they are, so nodes can carry the addresses of any policy. Names hold
//! the process id: what a killed process left is swept away by the next one.

use std::fs::{self, File};
use std::io::Write;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::os::fd::AsFd;
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

use anyhow::{Context, Result, bail};
use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};

/// Where `ip netns` keeps the names.
pub(crate) const NAMES: &str = "/run/netns";
/// What all names here begin with; the process id follows.
const MARK: &str = "sgfw-";

/// A node to be made.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    /// Its name among the nodes.
    pub(crate) name: String,
    /// Its IPv4 address.
    pub(crate) v4: Ipv4Addr,
    /// Its IPv6 address.
    pub(crate) v6: Ipv6Addr,
}

impl Node {
    /// The node's address of a family.
    pub(crate) const fn address(&self, v6: bool) -> IpAddr {
        if v6 { IpAddr::V6(self.v6) } else { IpAddr::V4(self.v4) }
    }
}

/// The namespaces. Dropping it deletes them, with every device inside.
#[derive(Debug)]
pub(crate) struct Net {
    mark: String,
    nodes: Vec<Node>,
}

impl Net {
    /// Makes the bridge and the nodes.
    pub(crate) fn new(nodes: Vec<Node>) -> Result<Self> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let mark = own_name(&format!("{}-", NUMBER.fetch_add(1, Ordering::Relaxed)));
        // Owned before it is made, so that half of it is deleted as well.
        let net = Self { mark, nodes };
        ip(None, &net.namespaces())?;
        ip(Some(&net.bridge()), &net.bridge_lines())?;
        for node in &net.nodes {
            ip(Some(&net.netns(&node.name)), &node_lines(node))?;
        }
        Ok(net)
    }

    /// All nodes.
    pub(crate) fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The node of this name; there must be one.
    pub(crate) fn node(&self, name: &str) -> Result<&Node> {
        self.nodes.iter().find(|node| node.name == name).with_context(|| format!("there is no node `{name}`"))
    }

    /// The name of a node's namespace, as a policy says it.
    pub(crate) fn netns(&self, node: &str) -> String {
        format!("{}{node}", self.mark)
    }

    /// The name of the bridge's namespace.
    pub(crate) fn bridge(&self) -> String {
        self.netns("bridge")
    }

    /// The bridge's port that leads to a node.
    pub(crate) fn port(&self, node: &str) -> String {
        let at = self.nodes.iter().position(|known| known.name == node);
        format!("p{}", at.unwrap_or(self.nodes.len()))
    }

    /// Runs `work` with the network of a node.
    pub(crate) fn inside<T: Send>(&self, node: &str, work: impl FnOnce() -> T + Send) -> Result<T> {
        inside(&self.netns(node), work)
    }

    fn namespaces(&self) -> String {
        let bridge = self.bridge();
        let mut lines = format!("netns add {bridge}\n");
        for Node { name, .. } in &self.nodes {
            let (netns, port) = (self.netns(name), self.port(name));
            lines += &format!("netns add {netns}\n");
            lines += &format!("link add {port} netns {bridge} type veth peer name eth0 netns {netns}\n");
        }
        lines
    }

    /// Nothing of its own on the wire: no spanning tree, no snooping, no addresses.
    fn bridge_lines(&self) -> String {
        let mut lines = "link add br0 type bridge forward_delay 0 stp_state 0 mcast_snooping 0\n".to_owned();
        lines += "link set br0 addrgenmode none up\n";
        for Node { name, .. } in &self.nodes {
            lines += &format!("link set {} addrgenmode none master br0 up\n", self.port(name));
        }
        lines
    }
}

impl Drop for Net {
    fn drop(&mut self) {
        let names = self.nodes.iter().map(|node| self.netns(&node.name)).chain([self.bridge()]);
        delete(names.filter(|name| Path::new(NAMES).join(name).exists()));
    }
}

/// A node's device; its addresses are valid at once, without duplicate detection.
fn node_lines(node: &Node) -> String {
    format!(
        "link set lo up\n\
         link set eth0 addrgenmode none up\n\
         addr add {}/24 dev eth0\n\
         addr add {}/64 dev eth0 nodad\n\
         route add 0.0.0.0/0 dev eth0\n\
         route add ::/0 dev eth0\n",
        node.v4, node.v6
    )
}

/// Runs `work` on a thread of its own, in the network namespace of this name or path.
pub(crate) fn inside<T: Send>(netns: &str, work: impl FnOnce() -> T + Send) -> Result<T> {
    let path = Path::new(NAMES).join(netns);
    let file = File::open(&path).with_context(|| format!("{} cannot be opened", path.display()))?;
    let enter = || -> Result<T> {
        move_into_link_name_space(file.as_fd(), Some(LinkNameSpaceType::Network)).context("setns")?;
        Ok(work())
    };
    thread::scope(|scope| scope.spawn(enter).join().unwrap_or_else(|panic| resume_unwind(panic)))
}

/// Runs lines of `ip -batch`, in a namespace or in this process's own.
pub(crate) fn ip(netns: Option<&str>, lines: &str) -> Result<()> {
    let mut command = Command::new("ip");
    if let Some(netns) = netns {
        command.args(["-n", netns]);
    }
    command.args(["-batch", "-"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().context("`ip` does not start: iproute2 is needed")?;
    child.stdin.take().context("a pipe")?.write_all(lines.as_bytes())?;
    let output = child.wait_with_output()?;
    if !output.status.success() {
        bail!("ip {netns:?}: {}\n{lines}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(())
}

/// Deletes what killed processes left: namespaces whose name holds the id of a process that is no more.
pub(crate) fn sweep() {
    delete(leftovers(Path::new(NAMES)).into_iter().filter_map(|path| Some(path.file_name()?.to_str()?.to_owned())));
}

/// Entries of a directory that belong to a process that is no more.
pub(crate) fn leftovers(directory: &Path) -> Vec<PathBuf> {
    owned(directory, |pid| !is_alive(pid))
}

/// A name that tells whose it is.
pub(crate) fn own_name(name: &str) -> String {
    format!("{MARK}{}-{name}", std::process::id())
}

fn owned(directory: &Path, by: impl Fn(u32) -> bool) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).filter(|path| owner(path).is_some_and(&by)).collect()
}

fn owner(path: &Path) -> Option<u32> {
    path.file_name()?.to_str()?.strip_prefix(MARK)?.split('-').next()?.parse().ok()
}

fn is_alive(pid: u32) -> bool {
    Path::new("/proc").join(pid.to_string()).exists()
}

/// Deletes namespaces by name.
pub(crate) fn delete(names: impl Iterator<Item = String>) {
    for name in names {
        // Another process may have swept it meanwhile.
        let _ = Command::new("ip").args(["netns", "del", &name]).stderr(Stdio::null()).status();
    }
}
