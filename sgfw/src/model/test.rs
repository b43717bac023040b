//! What a policy expects of itself: who must, and who must not, be able to start something.
//!
//! A test is about whoever starts: answers follow by tracking. It is no part of a [`super::Snapshot`], for it
//! changes nothing that is enforced.

use super::{Origin, Traffic};
use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use std::fmt;

/// One end of a test's traffic. Names are those of the snapshot; whoever builds a test has looked them up.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Endpoint {
    /// All addresses of a block, without host bits; a single address is /32 or /128.
    Cidr(IpNet),
    /// All members of this group, here and elsewhere.
    Group(String),
    /// This interface, by all its addresses.
    Interface(String),
    /// This member that lives elsewhere, by all its addresses.
    Member(String),
}

/// What a test expects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Expect {
    /// All of it may be started.
    Allow,
    /// Nothing of it may be started.
    Deny,
}

/// A test of a policy: between these ends all of this traffic may be started, or none of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Test {
    /// What it is called; made up from the rest where the file gives no name.
    pub name: String,
    /// Who starts.
    pub from: Endpoint,
    /// Towards whom.
    pub to: Endpoint,
    /// What is started: destination ports, type and code, protocol. A range means all of it.
    pub traffic: Traffic,
    /// What must become of it.
    pub expect: Expect,
    /// The rule that must be among those that allow it: its `sgr-` id, or its description.
    pub rule: Option<String>,
    /// Where it stands.
    pub place: Origin,
}

impl Test {
    /// A name for a test that has none: `allow tcp 443 from 203.0.113.7/32 to interface web`.
    pub fn usual_name(&self) -> String {
        format!("{} {} from {} to {}", self.expect, self.traffic, self.from, self.to)
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cidr(block) => write!(f, "{block}"),
            Self::Group(name) => write!(f, "group {name}"),
            Self::Interface(name) => write!(f, "interface {name}"),
            Self::Member(name) => write!(f, "member {name}"),
        }
    }
}

impl fmt::Display for Expect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Allow => "allow",
            Self::Deny => "deny",
        })
    }
}
