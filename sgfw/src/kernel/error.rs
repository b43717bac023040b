//! What can go wrong between sgfw and the kernel, with what to do about it.

use std::io;
use std::path::PathBuf;
use thiserror::Error;

/// Why the kernel could not do it. The policy in force stays.
#[derive(Debug, Error)]
pub enum KernelError {
    /// Not allowed.
    #[error(
        "no privilege to {what}: run sgfw as root, or with CAP_BPF, CAP_NET_ADMIN and CAP_PERFMON (missing: {missing})"
    )]
    Privilege {
        /// What was tried.
        what: String,
        /// Capabilities the process lacks.
        missing: String,
    },
    /// The BPF file system is not there.
    #[error("no BPF file system at {path} and it cannot be mounted ({error}): run `mount -t bpf bpf {path}` as root")]
    NoBpfFs {
        /// Where it belongs.
        path: PathBuf,
        /// Why not.
        error: io::Error,
    },
    /// A pin directory outside any BPF file system.
    #[error(
        "{path} is not on a BPF file system: pins can live only there; give --pin-dir a directory under /sys/fs/bpf"
    )]
    NotBpfFs {
        /// The directory.
        path: PathBuf,
    },
    /// Pins that another version left.
    #[error(
        "the pinned map {map} has another layout ({found}, this sgfw needs {wanted}): run `sgfw detach --all` with the version that made it, or remove {path}"
    )]
    Layout {
        /// The map's name.
        map: String,
        /// Sizes found.
        found: String,
        /// Sizes needed.
        wanted: String,
        /// The pin directory.
        path: PathBuf,
    },
    /// No such device.
    #[error("interface {interface:?}: there is no device {device:?}{place}; {help}")]
    NoDevice {
        /// The interface of the policy.
        interface: String,
        /// The device that is not there.
        device: String,
        /// "in network namespace x", or nothing.
        place: String,
        /// What to do.
        help: String,
    },
    /// No default route to take a device from.
    #[error(
        "interface {0:?} names no device and there is no default route to take one from; write `device:` or give --device {0}=NAME"
    )]
    NoDefaultRoute(String),
    /// A device whose frames cannot be parsed.
    #[error(
        "interface {interface:?}: device {device:?} has link type {kind}, which sgfw does not know; only Ethernet and devices without a link layer can be protected"
    )]
    LinkType {
        /// The interface of the policy.
        interface: String,
        /// The device.
        device: String,
        /// The ARPHRD number.
        kind: u16,
    },
    /// No such network namespace.
    #[error("network namespace {name:?} cannot be entered: {error}; `ip netns list` shows those with a name")]
    NoNamespace {
        /// As it was written.
        name: String,
        /// Why.
        error: io::Error,
    },
    /// Somebody else's program is where ours should be.
    #[error(
        "device {device:?} has an XDP program of somebody else; remove it (`ip link set dev {device} xdp off`) or write `hook: tc` for this interface"
    )]
    ForeignXdp {
        /// The device.
        device: String,
    },
    /// The driver cannot do it.
    #[error("device {device:?} cannot run {hook} ({error}); write `hook: auto`")]
    Hook {
        /// The device.
        device: String,
        /// The hook that was asked for.
        hook: &'static str,
        /// The kernel's word.
        error: String,
    },
    /// A program that the kernel refuses.
    #[error("the kernel refuses program {program}: {error}")]
    Program {
        /// The program's name.
        program: &'static str,
        /// The verifier's last words.
        error: String,
    },
    /// Whatever else a system call says.
    #[error("cannot {what}: {error}")]
    System {
        /// What was tried.
        what: String,
        /// The kernel's word.
        error: io::Error,
    },
    /// Whatever else aya says.
    #[error("cannot {what}: {error}")]
    Aya {
        /// What was tried.
        what: String,
        /// aya's words.
        error: String,
    },
}

impl KernelError {
    /// Whether this process may not do it.
    pub fn is_privilege(&self) -> bool {
        match self {
            Self::Privilege { .. } => true,
            Self::NoNamespace { error, .. } | Self::NoBpfFs { error, .. } => {
                error.kind() == io::ErrorKind::PermissionDenied
            }
            _ => false,
        }
    }

    /// A failed system call; what lacks privilege says so.
    pub(super) fn system(what: impl Into<String>, error: io::Error) -> Self {
        let what = what.into();
        match error.raw_os_error() {
            Some(libc::EPERM | libc::EACCES) => Self::Privilege { what, missing: missing() },
            _ => Self::System { what, error },
        }
    }

    /// A failed call into aya; what lacks privilege says so.
    pub(super) fn aya(what: impl Into<String>, error: &(dyn std::error::Error + 'static)) -> Self {
        let what = what.into();
        match os_error(error) {
            Some(code @ (libc::EPERM | libc::EACCES)) if !missing().is_empty() => {
                Self::system(what, io::Error::from_raw_os_error(code))
            }
            _ => Self::Aya { what, error: chain(error) },
        }
    }
}

/// The number of the system's error at the bottom of a chain.
pub(super) fn os_error(error: &(dyn std::error::Error + 'static)) -> Option<i32> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(io) = error.downcast_ref::<io::Error>() {
            return io.raw_os_error();
        }
        next = error.source();
    }
    None
}

fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut words = error.to_string();
    let mut next = error.source();
    while let Some(error) = next {
        let word = error.to_string();
        if !words.contains(&word) {
            words = format!("{words}: {word}");
        }
        next = error.source();
    }
    words
}

/// Which of the three capabilities this process does not have.
pub(super) fn missing() -> String {
    const NEEDED: [(u32, &str); 3] = [(39, "CAP_BPF"), (12, "CAP_NET_ADMIN"), (38, "CAP_PERFMON")];
    let status = std::fs::read_to_string("/proc/thread-self/status").unwrap_or_default();
    let effective = status
        .lines()
        .find_map(|line| line.strip_prefix("CapEff:"))
        .and_then(|hex| u64::from_str_radix(hex.trim(), 16).ok())
        .unwrap_or(0);
    let lacks = NEEDED.iter().filter(|(bit, _)| effective & (1 << bit) == 0);
    lacks.map(|(_, name)| *name).collect::<Vec<_>>().join(", ")
}
