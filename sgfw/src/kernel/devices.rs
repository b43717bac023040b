//! What a policy says of devices, looked up on this machine: index, addresses, link type, hook.
//!
//! Nothing is changed here, so `plan` resolves just as `apply` does.

use super::error::KernelError;
use super::namespace::{NAMES, within};
use super::paths::names;
use crate::model::{Device, Hook, Interface, Link, Side, Snapshot};
use crate::plan::{Attachment, Running, Taken, Wanted};
use nix::ifaddrs::getifaddrs;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::path::Path;

/// Link types of linux/if_arp.h.
const ARPHRD_ETHER: u16 = 1;
const ARPHRD_LOOPBACK: u16 = 772;
const ARPHRD_NONE: u16 = 0xfffe;
const ARPHRD_RAWIP: u16 = 519;

/// Drivers that run XDP themselves and take packets in several buffers.
const NATIVE: [&str; 12] =
    ["bnxt_en", "ena", "gve", "i40e", "ice", "igb", "igc", "ixgbe", "ixgbevf", "mlx4_en", "mlx5_core", "nfp"];

/// Devices given on the command line, by interface name.
pub type Binding = BTreeMap<String, String>;

/// A policy with everything this machine has to add.
#[derive(Clone, Debug)]
pub struct Resolved {
    /// The snapshot with devices, addresses and link types filled in.
    pub snapshot: Snapshot,
    /// What is to be attached.
    pub wanted: Wanted,
    /// How each device and hook was found, in words, by interface.
    pub why: BTreeMap<String, Why>,
}

/// How a device and its hook were found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Why {
    /// Where the device's name comes from.
    pub device: String,
    /// Why this hook.
    pub hook: String,
}

/// What is known of a device.
#[derive(Clone, Debug, Default)]
struct Facts {
    ifindex: u32,
    kind: Option<u16>,
    addresses: BTreeSet<IpAddr>,
}

/// Looks up every interface's device.
///
/// # Errors
/// A device or namespace that does not exist, or a link type that cannot be judged.
pub fn resolve(snapshot: &Snapshot, bindings: &Binding, running: &Running) -> Result<Resolved, KernelError> {
    let mut resolved = Resolved { snapshot: snapshot.clone(), wanted: Wanted::default(), why: BTreeMap::new() };
    for (name, interface) in &mut resolved.snapshot.interfaces {
        let (device, from) = device(interface, bindings.get(name))?;
        let facts = facts(interface, &device)?;
        interface.link = link(interface, &device, &facts)?;
        interface.device = Device::Named(device.clone());
        if interface.addresses.is_empty() && interface.side == Side::Host {
            interface.addresses.clone_from(&facts.addresses);
        }
        let (taken, hook) = hook(interface, &device, &facts, running);
        let attachment = Attachment { device, ifindex: facts.ifindex, netns: interface.netns.clone(), taken };
        resolved.wanted.interfaces.insert(name.clone(), attachment);
        resolved.why.insert(name.clone(), Why { device: from.to_owned(), hook });
    }
    Ok(resolved)
}

fn device(interface: &Interface, bound: Option<&String>) -> Result<(String, &'static str), KernelError> {
    if let Some(device) = bound {
        return Ok((device.clone(), "given by --device"));
    }
    match &interface.device {
        Device::Named(device) => Ok((device.clone(), "named in the policy")),
        Device::DefaultRoute => within(interface.netns.as_deref(), default_route)?
            .map(|device| (device, "device of the default route"))
            .ok_or_else(|| KernelError::NoDefaultRoute(interface.name.clone())),
    }
}

/// The device of the default route with the lowest metric, IPv4 before IPv6.
fn default_route() -> Option<String> {
    let read = |file: &str| std::fs::read_to_string(Path::new("/proc/thread-self/net").join(file)).unwrap_or_default();
    route4(&read("route")).or_else(|| route6(&read("ipv6_route")))
}

/// Lines of /proc/net/route: device, destination, gateway, flags, counts, metric, mask.
fn route4(table: &str) -> Option<String> {
    let rows = table.lines().skip(1).map(|line| line.split_whitespace().collect::<Vec<_>>());
    let defaults = rows.filter(|row| row.len() > 7 && row[1] == "00000000" && row[7] == "00000000");
    defaults.min_by_key(|row| row[6].parse::<u64>().unwrap_or(u64::MAX)).map(|row| row[0].to_owned())
}

/// Lines of /proc/net/ipv6_route: destination, its length, source, its length, gateway, metric, .., device.
fn route6(table: &str) -> Option<String> {
    let rows = table.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    let defaults = rows.filter(|row| row.len() > 9 && row[1] == "00" && row[9] != "lo");
    defaults.min_by_key(|row| u64::from_str_radix(row[5], 16).unwrap_or(u64::MAX)).map(|row| row[9].to_owned())
}

fn facts(interface: &Interface, device: &str) -> Result<Facts, KernelError> {
    let (found, others) = within(interface.netns.as_deref(), || look_up(device))?;
    found.ok_or_else(|| KernelError::NoDevice {
        interface: interface.name.clone(),
        device: device.to_owned(),
        place: interface.netns.as_ref().map(|name| format!(" in network namespace {name}")).unwrap_or_default(),
        help: help(device, &others, &interface.name) + &elsewhere(device, interface.netns.as_deref()),
    })
}

fn help(device: &str, others: &BTreeSet<String>, interface: &str) -> String {
    let near = others
        .iter()
        .filter(|other| strsim::osa_distance(device, other) <= 2)
        .min_by_key(|other| strsim::osa_distance(device, other));
    match near {
        Some(near) => format!("did you mean {near:?}? Give --device {interface}={near}"),
        None => format!(
            "there are {}; give --device {interface}=NAME",
            others.iter().map(String::as_str).collect::<Vec<_>>().join(", ")
        ),
    }
}

/// Namespaces that are looked into for a device that is missing.
const LOOKED_AT: usize = 16;

/// A network namespace with a name that has a device of this name, as one that was moved there has.
fn elsewhere(device: &str, here: Option<&str>) -> String {
    let has = |netns: &String| {
        within(Some(netns), || nix::net::if_::if_nametoindex(device).is_ok_and(|index| index != 0)).unwrap_or(false)
    };
    let named = names(Path::new(NAMES)).into_iter().take(LOOKED_AT);
    let found: Vec<String> = named.filter(|netns| Some(netns.as_str()) != here).filter(has).collect();
    match &found[..] {
        [] => String::new(),
        found => format!("; if it was moved, network namespace {} has one of this name", found.join(", ")),
    }
}

fn look_up(device: &str) -> (Option<Facts>, BTreeSet<String>) {
    let mut others = BTreeSet::new();
    let mut facts = Facts { ifindex: nix::net::if_::if_nametoindex(device).unwrap_or(0), ..Facts::default() };
    for entry in getifaddrs().into_iter().flatten() {
        if entry.interface_name == device {
            note(&mut facts, &entry);
        }
        others.insert(entry.interface_name);
    }
    ((facts.ifindex != 0).then_some(facts), others)
}

fn note(facts: &mut Facts, entry: &nix::ifaddrs::InterfaceAddress) {
    let Some(address) = &entry.address else { return };
    if let Some(link) = address.as_link_addr() {
        facts.kind = Some(link.hatype());
    } else if let Some(v4) = address.as_sockaddr_in() {
        facts.addresses.insert(IpAddr::V4(v4.ip()));
    } else if let Some(v6) = address.as_sockaddr_in6() {
        facts.addresses.insert(IpAddr::V6(v6.ip()));
    }
}

/// A device without a link layer has no hardware address, and for some kinds no entry that tells its type.
fn link(interface: &Interface, device: &str, facts: &Facts) -> Result<Link, KernelError> {
    match facts.kind {
        Some(ARPHRD_ETHER | ARPHRD_LOOPBACK) => Ok(Link::Ethernet),
        Some(ARPHRD_NONE | ARPHRD_RAWIP) | None => Ok(Link::Bare),
        Some(kind) => Err(KernelError::LinkType { interface: interface.name.clone(), device: device.to_owned(), kind }),
    }
}

/// The hook, and why. What `auto` once took it keeps, so that a second apply changes nothing.
fn hook(interface: &Interface, device: &str, facts: &Facts, running: &Running) -> (Taken, String) {
    let now = running
        .attachments
        .values()
        .find(|old| old.ifindex == facts.ifindex && old.netns == interface.netns)
        .map(|old| old.taken);
    let tc = if has_tcx() { Taken::Tcx } else { Taken::Clsact };
    match (interface.hook, now) {
        (Hook::Xdp, _) => (Taken::Xdp, "the policy says xdp".into()),
        (Hook::XdpGeneric, _) => (Taken::XdpGeneric, "the policy says xdp-generic".into()),
        (Hook::Tc, _) => (tc, "the policy says tc".into()),
        (Hook::Auto, Some(taken)) if taken != Taken::XdpGeneric => {
            (taken, format!("auto took it before{}", because(interface, device, taken)))
        }
        (Hook::Auto, _) => {
            let taken = if native(interface, device) { Taken::Xdp } else { tc };
            (taken, format!("auto{}", because(interface, device, taken)))
        }
    }
}

fn because(interface: &Interface, device: &str, taken: Taken) -> String {
    match (taken, driver(interface, device)) {
        (Taken::Xdp, Some(driver)) => format!(": driver {driver} runs XDP itself"),
        (_, Some(driver)) => format!(": driver {driver} is not known to run XDP itself"),
        (_, None) => format!(": {device} is virtual, where XDP loses segmentation offload"),
    }
}

fn native(interface: &Interface, device: &str) -> bool {
    driver(interface, device).is_some_and(|driver| NATIVE.contains(&driver.as_str()))
}

/// The driver of a physical device. Only the caller's own namespace shows devices under /sys.
fn driver(interface: &Interface, device: &str) -> Option<String> {
    if interface.netns.is_some() {
        return None;
    }
    let link = std::fs::read_link(Path::new("/sys/class/net").join(device).join("device/driver")).ok()?;
    Some(link.file_name()?.to_string_lossy().into_owned())
}

/// TCX came with Linux 6.6. Tests of the classic way say so by a variable, which only a debug build knows.
fn has_tcx() -> bool {
    if cfg!(debug_assertions) && std::env::var_os("SGFW_NO_TCX").is_some() {
        return false;
    }
    let release = rustix::system::uname().release().to_string_lossy().into_owned();
    let mut numbers = release.split(['.', '-']).map(|part| part.parse::<u32>().unwrap_or(0));
    (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0)) >= (6, 6)
}

/// The name of a device in the caller's namespace. For one that is gone, nix answers with an empty name.
pub(super) fn name(ifindex: u32) -> Option<String> {
    nix::net::if_::if_indextoname(ifindex).ok()?.into_string().ok().filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_route_with_the_lowest_metric_wins() {
        let table = "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n\
            wlan0\t00000000\t0101A8C0\t0003\t0\t0\t600\t00000000\t0\t0\t0\n\
            eth0\t00000000\t0101A8C0\t0003\t0\t0\t100\t00000000\t0\t0\t0\n\
            eth1\t0001A8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n";
        assert_eq!(route4(table).as_deref(), Some("eth0"));
        assert_eq!(route4("Iface\n"), None);
    }
}
