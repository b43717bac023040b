//! A lab: namespaces, real sockets, and the program under test between them.
//!
//! A test names plain nodes (`peer`) and roles (`vm`). Of a role there is one instance for every [`Setup`],
//! hook by side, all in one policy, so that one apply shows all of them. The policy's groups are text; the
//! lab adds the interfaces. In the text `<peer>` stands for both addresses of a node or of all instances of a
//! role, `<peer.4>` and `<peer.6>` for one. Needs root, and touches no device outside of its namespaces.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::Once;

use anyhow::{Context, Result};

pub(crate) mod net;
pub(crate) mod probe;
pub(crate) mod session;
pub(crate) mod setup;
pub(crate) mod sgfw;
pub(crate) mod skip;
pub(crate) mod table;
pub(crate) mod traffic;
pub(crate) mod wire;

use net::{Net, Node};
use probe::Place;
use setup::Setup;
use sgfw::{Said, Sgfw};

/// The lab of one test.
#[derive(Debug)]
pub(crate) struct Lab {
    /// Dropped first: links go before their devices.
    pub(crate) sgfw: Sgfw,
    /// The namespaces.
    pub(crate) net: Net,
    roles: Vec<&'static str>,
    setups: &'static [Setup],
    keys: RefCell<BTreeMap<&'static str, String>>,
}

impl Lab {
    /// Plain nodes and roles, in every setup. None, and said so, where the test cannot run.
    #[track_caller]
    pub(crate) fn new(nodes: &[&str], roles: &[&'static str]) -> Option<Self> {
        Self::with(setup::ALL, nodes, roles)
    }

    /// The same in some setups only.
    #[track_caller]
    pub(crate) fn with(setups: &'static [Setup], nodes: &[&str], roles: &[&'static str]) -> Option<Self> {
        static SWEEP: Once = Once::new();
        skip::unless_root()?;
        SWEEP.call_once(|| {
            net::sweep();
            sgfw::sweep();
        });
        sgfw::mount_bpffs().expect("a BPF file system");
        let instances = roles.iter().flat_map(|role| setups.iter().map(move |setup| instance(role, *setup)));
        let names = nodes.iter().map(|name| (*name).to_owned()).chain(instances);
        let net = Net::new(names.zip(1..).map(|(name, number)| node(name, number)).collect()).expect("namespaces");
        let sgfw = Sgfw::new().expect("directories");
        Some(Self { sgfw, net, roles: roles.to_vec(), setups, keys: RefCell::default() })
    }

    /// What the interfaces of a role say besides their place, as YAML; `groups: [ROLE]` if nothing is set.
    pub(crate) fn set(&self, role: &'static str, keys: &str) {
        self.keys.borrow_mut().insert(role, keys.to_owned());
    }

    /// Puts a policy in force and insists that it is.
    #[track_caller]
    pub(crate) fn apply(&self, policy: &str) -> Said {
        let said = self.try_apply(policy, &[]);
        said.succeeded();
        said
    }

    /// Tries to.
    pub(crate) fn try_apply(&self, policy: &str, options: &[&str]) -> Said {
        let file = self.file(policy);
        self.sgfw.run(&[&["apply", &file], options].concat())
    }

    /// Writes the whole policy to a file.
    pub(crate) fn file(&self, policy: &str) -> String {
        self.sgfw.file("policy.yaml", &self.policy(policy))
    }

    /// The whole policy: placeholders filled in, interfaces added.
    pub(crate) fn policy(&self, groups: &str) -> String {
        let mut text = format!("version: 1\n{}\n", dedent(&self.fill(groups)));
        if !self.roles.is_empty() {
            text += "interfaces:\n";
        }
        for role in &self.roles {
            self.setups.iter().for_each(|setup| text += &self.interface(role, *setup));
        }
        text
    }

    /// The setups of the roles.
    pub(crate) const fn setups(&self) -> &'static [Setup] {
        self.setups
    }

    /// Whether a name is that of a role.
    pub(crate) fn is_role(&self, name: &str) -> bool {
        self.roles.contains(&name)
    }

    /// A node, or the instance of a role in a setup.
    pub(crate) fn place(&self, name: &str, setup: Option<Setup>, v6: bool) -> Result<Place> {
        let name = match setup {
            Some(setup) if self.is_role(name) => instance(name, setup),
            _ => name.to_owned(),
        };
        Ok(Place { netns: self.net.netns(&name), address: self.net.node(&name)?.address(v6) })
    }

    fn interface(&self, role: &str, setup: Setup) -> String {
        let name = instance(role, setup);
        let keys = self.keys.borrow().get(role).cloned().unwrap_or_else(|| format!("groups: [{role}]"));
        let keys = keys.lines().map(|line| format!("    {}\n", line.trim())).collect::<String>();
        let place = match setup.side {
            "host" => format!("device: eth0\n    netns: {}", self.net.netns(&name)),
            _ => {
                let (port, bridge) = (self.net.port(&name), self.net.bridge());
                format!("device: {port}\n    netns: {bridge}\n    addresses: [{}]", self.addresses(&name, ""))
            }
        };
        format!("  - name: {name}\n    side: {}\n    hook: {}\n    {place}\n{keys}", setup.side, setup.hook)
    }

    /// Puts addresses in the place of `<node>`, `<role>`, `<node.4>`, `<role.6>`, and the names of namespaces
    /// in the place of `<netns node>`.
    pub(crate) fn fill(&self, text: &str) -> String {
        let nodes = self.net.nodes().iter().map(|node| node.name.as_str());
        let names: Vec<&str> = nodes.chain(self.roles.iter().copied()).collect();
        let mut text = text.to_owned();
        for name in &names {
            text = text.replace(&format!("<netns {name}>"), &self.net.netns(name));
        }
        for (name, family) in names.iter().flat_map(|name| ["", ".4", ".6"].map(|family| (name, family))) {
            text = text.replace(&format!("<{name}{family}>"), &self.addresses(name, family));
        }
        text
    }

    fn addresses(&self, name: &str, family: &str) -> String {
        let owns = |node: &&Node| {
            node.name == name
                || self.is_role(name) && self.setups.iter().any(|setup| node.name == instance(name, *setup))
        };
        let nodes = self.net.nodes().iter().filter(owns);
        let both = nodes.flat_map(|node| match family {
            ".4" => vec![node.v4.to_string()],
            ".6" => vec![format!("\"{}\"", node.v6)],
            _ => vec![node.v4.to_string(), format!("\"{}\"", node.v6)],
        });
        both.collect::<Vec<_>>().join(", ")
    }
}

/// A text in a test is indented with the test, but for its first line.
fn dedent(text: &str) -> String {
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    let indent = |line: &&str| line.len() - line.trim_start().len();
    let least = rest.lines().filter(|line| !line.trim().is_empty()).map(|line| indent(&line)).min().unwrap_or(0);
    let rest = rest.lines().map(|line| line.get(least..).unwrap_or_default());
    [first].into_iter().chain(rest).collect::<Vec<_>>().join("\n")
}

/// The node that is a role's instance in a setup.
pub(crate) fn instance(role: &str, setup: Setup) -> String {
    format!("{role}-{setup}")
}

fn node(name: String, number: u8) -> Node {
    Node { name, v4: Ipv4Addr::new(10, 77, 0, number), v6: Ipv6Addr::new(0xfd77, 0, 0, 0, 0, 0, 0, number.into()) }
}

/// The text of a policy in the repository.
pub(crate) fn example(name: &str) -> Result<String> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../policies").join(name);
    std::fs::read_to_string(&path).with_context(|| path.display().to_string())
}
