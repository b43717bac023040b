//! Who else filters here, and in which order packets meet them.

use super::Finding;
use crate::cli::context::Context;
use crate::cli::in_force::InForce;
use crate::kernel::host::{self, Neighbour};
use crate::plan::Attachment;
use std::path::Path;

pub(super) fn look(context: &Context) -> Vec<Finding> {
    let mut all = hooks(context);
    all.push(tables());
    all.extend(docker());
    all
}

fn hooks(context: &Context) -> Vec<Finding> {
    let attachments = InForce::read(context).map(|now| now.running.attachments.clone()).unwrap_or_default();
    attachments.values().map(hook).collect()
}

fn hook(attachment: &Attachment) -> Finding {
    let device = attachment.to_string();
    let all = match host::neighbours(attachment) {
        Ok(all) => all,
        Err(error) => {
            let advice = "`bpftool net` tells it to root";
            return Finding::warning("programs on hooks", format!("{device}: not told ({error})"), advice);
        }
    };
    let order = |hook| -> String {
        let names = all.iter().filter(|it| it.hook == hook).map(|it| it.name.as_str());
        names.collect::<Vec<_>>().join(", then ")
    };
    let found = format!(
        "{device}: XDP {}; then in {}; out {}",
        words(&order("xdp")),
        words(&order("ingress")),
        words(&order("egress"))
    );
    let others: Vec<&str> = all.iter().filter(|it| !it.ours).map(|it| it.name.as_str()).collect();
    Finding::check(others.is_empty(), Finding::ok("programs on hooks", found.clone()), || {
        Finding::warning("programs on hooks", found, advice(&all))
    })
}

fn words(order: &str) -> &str {
    if order.is_empty() { "nothing" } else { order }
}

/// Another program before sgfw can let packets past it: TCX ends at the first verdict that is not "next".
fn advice(all: &[Neighbour]) -> &'static str {
    let first_is_other = |hook| all.iter().find(|it| it.hook == hook).is_some_and(|it| !it.ours);
    if first_is_other("xdp") {
        return "an XDP program comes before sgfw: what it drops, redirects or answers itself, sgfw never sees";
    }
    if first_is_other("ingress") || first_is_other("egress") {
        "another program comes before sgfw: what it passes or redirects itself, sgfw never sees; attach it after sgfw"
    } else {
        "other programs come after sgfw: what sgfw passes they may still drop"
    }
}

/// nftables and iptables come after sgfw on the way in and before it on the way out.
fn tables() -> Finding {
    let modules = std::fs::read_to_string("/proc/modules").unwrap_or_default();
    let used = |name: &str| {
        let row = modules.lines().find(|row| row.split(' ').next() == Some(name));
        row.and_then(|row| row.split(' ').nth(2)).is_some_and(|count| count != "0")
    };
    let legacy = host::line("/proc/net/ip_tables_names").is_some();
    let found: Vec<&str> = [("nf_tables", used("nf_tables")), ("iptables", legacy)]
        .into_iter()
        .filter_map(|(name, there)| there.then_some(name))
        .collect();
    Finding::check(found.is_empty(), Finding::ok("other firewalls", "no rules of nftables or iptables seen"), || {
        let advice = "both must allow a packet: `nft list ruleset` shows what the other one drops";
        Finding::warning("other firewalls", format!("{} in use beside sgfw", found.join(" and ")), advice)
    })
}

fn docker() -> Option<Finding> {
    let there = Path::new("/var/run/docker.sock").exists() || Path::new("/run/podman/podman.sock").exists();
    let words = "published ports of containers are judged by the groups of the device they come in on, before any address \
                 is translated";
    there.then(|| Finding::ok("containers", words))
}
