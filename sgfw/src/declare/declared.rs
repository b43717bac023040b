//! What policy files declare, all files together. Names are not looked up yet: what they mean depends on what there is.

use super::{DeclaredFlowLog, GroupKey, ListKey, NetworkKey, Place, VpcKey, Where};
use crate::inventory::{
    AccountId, AssociationState, AttachmentId, Family, GatewayId, GroupId, GroupRef, InstanceId, InstanceState,
    InterfaceId, ListEntry, ListState, LocalDevice, PeeringId, PeeringStatus, PrefixListId, Quotas, RuleId, SubnetId,
    Tags, VpcId,
};
use crate::model::{Expect, Timeouts, Traffic};
use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

/// Everything that the files of one apply declare.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Declared {
    /// The home account, if a file says it.
    pub account: Option<AccountId>,
    /// The home region, if a file says it.
    pub region: Option<String>,
    /// Limits, and which of them the files set: these hold for what files declare, too.
    pub quotas: Option<DeclaredQuotas>,
    /// Accounts.
    pub accounts: Vec<DeclaredAccount>,
    /// Regions of EC2-Classic that have a section of their own.
    pub classic: Vec<DeclaredClassic>,
    /// VPCs.
    pub vpcs: Vec<DeclaredVpc>,
    /// Subnets.
    pub subnets: Vec<DeclaredSubnet>,
    /// Internet gateways.
    pub gateways: Vec<DeclaredGateway>,
    /// Security groups.
    pub groups: Vec<DeclaredGroup>,
    /// Prefix lists.
    pub prefix_lists: Vec<DeclaredList>,
    /// Instances.
    pub instances: Vec<DeclaredInstance>,
    /// Network interfaces, those of this host and those that live elsewhere.
    pub interfaces: Vec<DeclaredInterface>,
    /// Peering connections.
    pub peerings: Vec<DeclaredPeering>,
    /// Groups in other VPCs than their own.
    pub associations: Vec<DeclaredAssociation>,
    /// Flow logs.
    pub flow_logs: Vec<DeclaredFlowLog>,
    /// What the files expect of themselves.
    pub tests: Vec<DeclaredTest>,
}

/// Limits that files set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeclaredQuotas {
    /// Where.
    pub place: Place,
    /// All limits, also those that no file sets.
    pub quotas: Quotas,
    /// Those that are set, by their names in the file.
    pub set: BTreeSet<String>,
    /// Whether files are held to those that are set, and not only actions.
    pub holds: bool,
}

/// An account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeclaredAccount {
    /// Where.
    pub place: Place,
    /// Its number.
    pub id: AccountId,
    /// Regions where its platform is EC2-Classic.
    pub classic: BTreeSet<String>,
    /// Regions that have begun already and so get no default VPC any more.
    pub begun: BTreeSet<String>,
}

/// A section for EC2-Classic, which says by itself that this is the platform there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeclaredClassic {
    /// Where.
    pub place: Place,
    /// Whose and where.
    pub at: Where,
}

/// A VPC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeclaredVpc {
    /// Where.
    pub place: Place,
    /// Its id, if the file gives one.
    pub id: Option<VpcId>,
    /// What the file calls it.
    pub name: Option<String>,
    /// Whose and where.
    pub at: Where,
    /// IPv4 blocks; none said: those that there are, for a default VPC only.
    pub v4: Option<Vec<Ipv4Net>>,
    /// IPv6 blocks, likewise.
    pub v6: Option<Vec<Ipv6Net>>,
    /// The default VPC of its account and region.
    pub is_default: bool,
    /// Made by an API version before 2011-01-01.
    pub legacy: bool,
    /// The attribute of this name.
    pub dns_support: bool,
    /// The attribute of this name.
    pub dns_hostnames: bool,
    /// Tags.
    pub tags: Tags,
}

impl DeclaredVpc {
    /// The id it has whatever there is; a default VPC without id and name is the one that there is.
    pub fn fixed_id(&self) -> Option<VpcId> {
        self.id.clone().or_else(|| self.name.as_ref().map(|name| VpcId::derive(&["vpc", name])))
    }
}

/// A subnet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeclaredSubnet {
    /// Where.
    pub place: Place,
    /// Its id, if the file gives one.
    pub id: Option<SubnetId>,
    /// What the file calls it.
    pub name: Option<String>,
    /// Its VPC.
    pub vpc: VpcKey,
    /// Availability zone; the region's first one if the file does not say.
    pub zone: Option<String>,
    /// IPv4 block.
    pub v4: Option<Ipv4Net>,
    /// IPv6 block.
    pub v6: Option<Ipv6Net>,
    /// The default subnet of its zone.
    pub is_default: bool,
    /// Tags.
    pub tags: Tags,
}

/// An Internet gateway.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeclaredGateway {
    /// Where.
    pub place: Place,
    /// Its id, if the file gives one.
    pub id: Option<GatewayId>,
    /// What the file calls it.
    pub name: Option<String>,
    /// Whose and where.
    pub at: Where,
    /// The VPC it is attached to.
    pub vpc: Option<VpcKey>,
    /// Tags.
    pub tags: Tags,
}

/// A security group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeclaredGroup {
    /// Where.
    pub place: Place,
    /// Its id, if the file gives one.
    pub id: Option<GroupId>,
    /// Its network.
    pub network: NetworkKey,
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// Inbound rules; none said: those of a new group.
    pub ingress: Option<Vec<DeclaredRule>>,
    /// Outbound rules, likewise.
    pub egress: Option<Vec<DeclaredRule>>,
    /// Tags.
    pub tags: Tags,
}

/// A rule with one port range and one peer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeclaredRule {
    /// Where.
    pub place: Place,
    /// Its id, if the file gives one.
    pub id: Option<RuleId>,
    /// What it allows.
    pub traffic: Traffic,
    /// From or to whom.
    pub peer: DeclaredPeer,
    /// Up to 255 characters (F61).
    pub description: Option<String>,
    /// Tags.
    pub tags: Tags,
}

/// From or to whom.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DeclaredPeer {
    /// A block without host bits.
    Cidr(IpNet),
    /// The members of a group.
    Group(GroupKey),
    /// A group that may be gone, or no file's, with all that is known of it.
    Remembered(GroupRef),
    /// The entries of a prefix list.
    PrefixList(ListKey),
}

/// A managed prefix list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeclaredList {
    /// Where.
    pub place: Place,
    /// Its id, if the file gives one.
    pub id: Option<PrefixListId>,
    /// Whose and where.
    pub at: Where,
    /// Its name.
    pub name: String,
    /// What blocks it takes; what its entries are if the file does not say.
    pub family: Option<Family>,
    /// Most entries; as many as there are if the file does not say.
    pub max_entries: Option<u32>,
    /// The entries in force.
    pub entries: Vec<ListEntry>,
    /// The version in force; counted by itself if the file does not say.
    pub version: Option<u64>,
    /// Earlier versions, if the file says the version.
    pub earlier: BTreeMap<u64, Vec<ListEntry>>,
    /// What was last done to it, if the file says the version.
    pub state: Option<ListState>,
    /// Owned by AWS, with this weight.
    pub aws_weight: Option<u32>,
    /// Tags.
    pub tags: Tags,
}

/// An instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeclaredInstance {
    /// Where.
    pub place: Place,
    /// Its id, if the file gives one.
    pub id: Option<InstanceId>,
    /// What the file calls it.
    pub name: Option<String>,
    /// Its network.
    pub network: NetworkKey,
    /// What it does.
    pub state: InstanceState,
    /// When it was launched, RFC 3339.
    pub launched: Option<String>,
    /// Tags.
    pub tags: Tags,
}

/// A network interface.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeclaredInterface {
    /// Where.
    pub place: Place,
    /// Its id, if the file gives one.
    pub id: Option<InterfaceId>,
    /// Its name; it has a name or an id.
    pub name: Option<String>,
    /// Its network.
    pub network: NetworkKey,
    /// Its subnet: an id, or the name the file gives it.
    pub subnet: Option<String>,
    /// What it is for.
    pub description: Option<String>,
    /// Its addresses, in order.
    pub addresses: Vec<IpAddr>,
    /// Its groups, in order; none: the network's default group (F17).
    pub groups: Vec<GroupKey>,
    /// Whether what leaves it must carry one of its own addresses.
    pub source_dest_check: bool,
    /// Idle timeouts.
    pub timeouts: Timeouts,
    /// The instance that holds it.
    pub attachment: Option<DeclaredAttachment>,
    /// The device of this host that it is.
    pub device: Option<LocalDevice>,
    /// MAC address.
    pub mac: Option<[u8; 6]>,
    /// Tags.
    pub tags: Tags,
}

/// Holds an interface to an instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeclaredAttachment {
    /// Its id, if the file gives one.
    pub id: Option<AttachmentId>,
    /// The instance: an id, or the name the file gives it.
    pub instance: String,
    /// 0 is the primary interface.
    pub index: u32,
    /// Since when, RFC 3339.
    pub since: Option<String>,
    /// Whether it goes when the instance goes.
    pub delete_on_termination: bool,
}

/// A peering connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeclaredPeering {
    /// Where.
    pub place: Place,
    /// Its id, if the file gives one.
    pub id: Option<PeeringId>,
    /// The region of both, needed where neither VPC is declared.
    pub region: Option<String>,
    /// Who asked.
    pub requester: DeclaredEnd,
    /// Who was asked.
    pub accepter: DeclaredEnd,
    /// How far it is.
    pub status: PeeringStatus,
    /// Who ended it.
    pub ended_by: Option<AccountId>,
    /// When a pending request expires, RFC 3339.
    pub expires: Option<String>,
    /// Tags.
    pub tags: Tags,
}

/// One side of a peering connection. With account and blocks the VPC may be gone, or no file's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeclaredEnd {
    /// Which VPC.
    pub vpc: VpcKey,
    /// Whose.
    pub account: Option<AccountId>,
    /// Its IPv4 blocks when the connection was made.
    pub v4: Option<Vec<Ipv4Net>>,
    /// Its IPv6 blocks when the connection was made.
    pub v6: Option<Vec<Ipv6Net>>,
}

impl DeclaredEnd {
    /// Whether it says enough to be taken without the VPC.
    pub const fn is_complete(&self) -> bool {
        self.account.is_some() && self.v4.is_some()
    }
}

/// A group in another VPC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeclaredAssociation {
    /// Where.
    pub place: Place,
    /// The group.
    pub group: GroupKey,
    /// The other VPC.
    pub vpc: VpcKey,
    /// How far it is.
    pub state: AssociationState,
}

/// What a file expects of the policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeclaredTest {
    /// Where.
    pub place: Place,
    /// What it is called.
    pub name: Option<String>,
    /// Who starts.
    pub from: DeclaredEndpoint,
    /// Towards whom.
    pub to: DeclaredEndpoint,
    /// What is started.
    pub traffic: Traffic,
    /// What must become of it.
    pub expect: Expect,
    /// The rule that must allow it.
    pub rule: Option<String>,
}

/// One end of a test's traffic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeclaredEndpoint {
    /// All addresses of a block.
    Cidr(IpNet),
    /// All members of a group.
    Group(GroupKey),
    /// An interface, by name or id.
    Interface(String),
    /// A member that lives elsewhere, by name or id.
    Member(String),
}
