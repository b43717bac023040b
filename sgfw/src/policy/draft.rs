//! The policy as far as it has been read: decoders add to it, [`super::resolve`] looks the names up.

use super::report::{Place, Report};
use super::tree::{Node, Spot};
use crate::declare::{Declared, GroupKey, ListKey, NetworkKey, VpcKey};
use std::collections::HashMap;

/// The most rules of all files together, each with one port range and one peer. The lists of a rule multiply, so
/// a small file can ask for much.
pub(super) const MOST_RULES: usize = 250_000;

/// What has a name or an id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    Group,
    GroupId,
    RuleId,
    PrefixList,
    PrefixListId,
    Interface,
    InterfaceId,
    Member,
    Device,
    Vpc,
    VpcId,
    Subnet,
    SubnetId,
    Gateway,
    GatewayId,
    Instance,
    InstanceId,
    PeeringId,
    FlowLogId,
    Test,
}

impl Kind {
    /// What a person calls it.
    pub(super) fn noun(self) -> &'static str {
        match self {
            Self::Group => "group",
            Self::GroupId => "group id",
            Self::RuleId => "rule id",
            Self::PrefixList => "prefix list",
            Self::PrefixListId => "prefix list id",
            Self::Interface => "interface",
            Self::InterfaceId => "interface id",
            Self::Member => "member",
            Self::Device => "device",
            Self::Vpc => "VPC",
            Self::VpcId => "VPC id",
            Self::Subnet => "subnet",
            Self::SubnetId => "subnet id",
            Self::Gateway => "gateway",
            Self::GatewayId => "gateway id",
            Self::Instance => "instance",
            Self::InstanceId => "instance id",
            Self::PeeringId => "peering connection id",
            Self::FlowLogId => "flow log id",
            Self::Test => "test",
        }
    }
}

/// What a name used in one place means; it may be declared in another, maybe in a later file.
#[derive(Debug)]
pub(super) enum Meant {
    Group(GroupKey),
    PrefixList(ListKey),
    Vpc(VpcKey),
    Subnet(NetworkKey, String),
    SubnetId(String),
    Instance(String),
    Interface(String),
    Member(String),
    /// One of this host, or one that lives elsewhere.
    AnyInterface(String),
}

/// A policy being read.
#[derive(Debug)]
pub(super) struct Draft {
    pub(super) report: Report,
    pub(super) out: Declared,
    /// The network of the section that is being read.
    pub(super) here: NetworkKey,
    /// What has been declared where, by kind and, for what is named within a network, by network.
    pub(super) declared: HashMap<(Kind, NetworkKey, String), Place>,
    pub(super) references: Vec<(Meant, Place)>,
    rules: usize,
}

impl Default for Draft {
    fn default() -> Self {
        Self {
            report: Report::default(),
            out: Declared::default(),
            here: NetworkKey::home(),
            declared: HashMap::new(),
            references: Vec::new(),
            rules: 0,
        }
    }
}

impl Draft {
    /// Notes a declaration. A second one is an error that names the first.
    pub(super) fn declare(&mut self, kind: Kind, name: &str, spot: Spot) -> bool {
        let within = match kind {
            Kind::Group | Kind::Subnet => self.here.clone(),
            _ => NetworkKey::home(),
        };
        self.declare_in(within, kind, name, spot)
    }

    /// Notes a declaration of a name that is one within a network.
    pub(super) fn declare_in(&mut self, within: NetworkKey, kind: Kind, name: &str, spot: Spot) -> bool {
        let key = (kind, within, name.to_owned());
        if let Some(first) = self.declared.get(&key) {
            let message = format!("{} `{name}` is declared twice; first at {}", kind.noun(), self.report.name(*first));
            self.report.error(spot, message, "give one of them another name");
            return false;
        }
        self.declared.insert(key, self.report.place(spot));
        true
    }

    /// Notes a use.
    pub(super) fn refer(&mut self, meant: Meant, node: &Node) {
        let place = self.report.place(node.spot);
        self.references.push((meant, place));
    }

    /// Notes a use of a group, seen from the section that is being read.
    pub(super) fn refer_to_group(&mut self, text: &str, node: &Node) -> GroupKey {
        let key = self.group_key(text);
        self.refer(Meant::Group(key.clone()), node);
        key
    }

    /// A group as it is meant in the section that is being read.
    pub(super) fn group_key(&self, text: &str) -> GroupKey {
        GroupKey { network: self.here.clone(), text: text.to_owned() }
    }

    /// Reads a section of another network.
    pub(super) fn within(&mut self, network: NetworkKey, read: impl FnOnce(&mut Self)) {
        let outside = std::mem::replace(&mut self.here, network);
        read(self);
        self.here = outside;
    }

    /// Whether the section that is being read is one of EC2-Classic.
    pub(super) fn is_classic(&self) -> bool {
        matches!(self.here, NetworkKey::Classic(_))
    }

    /// Counts rules. Once there are too many, says so and takes no more.
    pub(super) fn count_rules(&mut self, more: usize, spot: Spot) -> bool {
        let before = self.rules;
        self.rules = before.saturating_add(more);
        if self.rules > MOST_RULES && before <= MOST_RULES {
            let message = format!("with this rule's {more} there are more than {MOST_RULES} rules");
            self.report.error(spot, message, "use prefix lists or wider blocks");
        }
        self.rules <= MOST_RULES
    }
}
