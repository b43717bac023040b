//! The kernel, the privileges, the clock.

use super::Finding;
use crate::cli::context::Context;
use crate::kernel::host;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

/// The first moment that a clock can honestly tell: 2026-01-01.
const EARLIEST: u64 = 1_767_225_600;

pub(super) fn look(context: &Context) -> Vec<Finding> {
    vec![kernel(), types(), jit(), privileges(), file_system(context), clock()]
}

fn kernel() -> Finding {
    let (release, text) = host::release();
    match release {
        (0..6, _) | (6, 0) => Finding::bad("kernel", text, "sgfw needs Linux 6.1 or newer"),
        (6, 1..6) => Finding::warning(
            "kernel",
            format!("{text}: no TCX, the classic way is taken"),
            "Linux 6.6 or newer has TCX, whose links outlive everything but their device",
        ),
        _ => Finding::ok("kernel", format!("{text}, with TCX")),
    }
}

fn types() -> Finding {
    let there = Path::new("/sys/kernel/btf/vmlinux").exists();
    Finding::check(there, Finding::ok("type information (BTF)", "there"), || {
        Finding::bad("type information (BTF)", "missing", "use a kernel built with CONFIG_DEBUG_INFO_BTF=y")
    })
}

fn jit() -> Finding {
    match host::line("/proc/sys/net/core/bpf_jit_enable").as_deref() {
        Some("0") => {
            Finding::warning("compiled BPF (JIT)", "off", "`sysctl net.core.bpf_jit_enable=1` makes packets cheap")
        }
        Some(_) => Finding::ok("compiled BPF (JIT)", "on"),
        // Kernels that always compile have no such switch, or hide it from the namespace.
        None => Finding::ok("compiled BPF (JIT)", "not told here"),
    }
}

fn privileges() -> Finding {
    let lacking = host::lacking();
    Finding::check(lacking.is_empty(), Finding::ok("privileges", "all that applying needs"), || {
        let advice = "run sgfw as root, or as the agent does with CAP_BPF, CAP_NET_ADMIN and CAP_PERFMON";
        Finding::bad("privileges", format!("missing {lacking}"), advice)
    })
}

fn file_system(context: &Context) -> Finding {
    let pins = context.paths.directory();
    let good = Finding::ok("BPF file system", format!("{} lies on it", pins.display()));
    Finding::check(host::is_on_bpffs(pins), good, || {
        let advice = "`mount -t bpf bpf /sys/fs/bpf` mounts it; `sgfw apply` does so by itself for its usual directory";
        Finding::warning("BPF file system", format!("{} does not lie on it", pins.display()), advice)
    })
}

/// Signatures of API requests and expiry of peering requests need a clock that is right.
fn clock() -> Finding {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    if now < EARLIEST {
        return Finding::bad("clock", crate::control::now(), "set the clock: signed requests are refused meanwhile");
    }
    let synchronised = Path::new("/run/systemd/timesync/synchronized").exists() || Path::new("/run/chrony").exists();
    Finding::check(synchronised, Finding::ok("clock", "kept by the network"), || {
        let advice = "run chrony or systemd-timesyncd if signed API requests are to be accepted";
        Finding::warning("clock", format!("{}, and nobody seems to keep it", crate::control::now()), advice)
    })
}
