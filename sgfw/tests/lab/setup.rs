//! Where a firewall can sit: the hook, and the side of the device that the instance is on.

use std::fmt;

/// One way to protect an instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Setup {
    /// As in the policy.
    pub(crate) hook: &'static str,
    /// As in the policy.
    pub(crate) side: &'static str,
}

/// Every hook, either side.
pub(crate) const ALL: &[Setup] = &[
    Setup { hook: "tc", side: "host" },
    Setup { hook: "tc", side: "port" },
    Setup { hook: "xdp-generic", side: "host" },
    Setup { hook: "xdp-generic", side: "port" },
    Setup { hook: "xdp", side: "host" },
    Setup { hook: "xdp", side: "port" },
];

/// One setup, where the hook makes no difference.
pub(crate) const ONE: &[Setup] = &[Setup { hook: "auto", side: "host" }];

impl fmt::Display for Setup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.hook, self.side)
    }
}
