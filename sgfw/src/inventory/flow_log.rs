//! Flow logs: which traffic of which interfaces is written down, in which words, where to.

use super::{FlowLogId, InterfaceId, Owner, Scope, SubnetId, Tags, VpcId};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A flow log (<https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs.html>).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlowLog {
    /// Its id.
    pub id: FlowLogId,
    /// Whose and where.
    pub scope: Scope,
    /// The interfaces it is about: those of this host among them are written.
    pub resource: LoggedResource,
    /// Which traffic.
    pub traffic: LoggedTraffic,
    /// Where its records go.
    pub destination: LogDestination,
    /// What a record says, in this order; at least one field.
    pub format: Vec<LogField>,
    /// Seconds that one record covers at most: [`FlowLog::INTERVALS`].
    pub interval: u32,
    /// The role that was named for the delivery. Nothing is asked of it here.
    pub role: Option<String>,
    /// When it was made, RFC 3339.
    pub created: String,
    /// Why its records could not be written the last time, if so.
    pub trouble: Option<String>,
    /// Tags.
    pub tags: Tags,
    /// Who made it.
    pub owner: Owner,
}

impl FlowLog {
    /// The intervals there are, in seconds; the last one is the default.
    pub const INTERVALS: [u32; 2] = [60, 600];

    /// What makes it another one: what it is about, which traffic, and where to. Two that have this in common would write
    /// the same twice.
    pub fn subject(&self) -> (&LoggedResource, LoggedTraffic, &LogDestination) {
        (&self.resource, self.traffic, &self.destination)
    }
}

/// What a flow log is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LoggedResource {
    /// All interfaces of a VPC.
    Vpc(VpcId),
    /// All interfaces of a subnet.
    Subnet(SubnetId),
    /// One interface.
    Interface(InterfaceId),
}

impl fmt::Display for LoggedResource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Vpc(id) => id.fmt(f),
            Self::Subnet(id) => id.fmt(f),
            Self::Interface(id) => id.fmt(f),
        }
    }
}

/// Which traffic a flow log is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum LoggedTraffic {
    /// What passed.
    Accept,
    /// What was dropped.
    Reject,
    /// Both.
    All,
}

impl LoggedTraffic {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Accept, Self::Reject, Self::All];

    /// The word that AWS has for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Accept => "ACCEPT",
            Self::Reject => "REJECT",
            Self::All => "ALL",
        }
    }

    /// The same in small letters, as names and policy files have it.
    pub const fn small_word(self) -> &'static str {
        match self {
            Self::Accept => "accept",
            Self::Reject => "reject",
            Self::All => "all",
        }
    }
}

/// Where records go: files below one directory of the host that writes them.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LogDestination {
    /// A log group, as CloudWatch Logs has it: a file for each interface.
    Group {
        /// Its name: 1 to 512 of `A-Z a-z 0-9 . _ - / #`.
        name: String,
    },
    /// A bucket, as S3 has it: a new file every five minutes, below directories for account, region and day.
    Bucket {
        /// Its name.
        bucket: String,
        /// The folder in it, without slashes at its ends; may be empty.
        folder: String,
        /// Directories are named as Hive wants them: `day=21`.
        hive: bool,
        /// A directory for each hour.
        hourly: bool,
    },
}

macro_rules! fields {
    ($($(#[$doc:meta])* $name:ident = $word:literal, $version:literal;)*) => {
        /// A field of a record. What sgfw cannot know is written as `-`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum LogField { $($(#[$doc])* #[serde(rename = $word)] $name,)* }

        impl LogField {
            /// All of them, in the order of AWS's table.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// Its name in a format.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$name => $word,)* }
            }

            /// The version of records it came with.
            pub const fn version(self) -> u32 {
                match self { $(Self::$name => $version,)* }
            }
        }
    };
}

fields! {
    /// Version of the record: the highest of its fields'.
    Version = "version", 2;
    /// Owner of the interface.
    AccountId = "account-id", 2;
    /// The interface.
    InterfaceId = "interface-id", 2;
    /// Source; for what leaves the interface, its primary address.
    SrcAddr = "srcaddr", 2;
    /// Destination; for what comes to the interface, its primary address.
    DstAddr = "dstaddr", 2;
    /// Source port; 0 where there is none.
    SrcPort = "srcport", 2;
    /// Destination port; 0 where there is none.
    DstPort = "dstport", 2;
    /// IANA protocol number.
    Protocol = "protocol", 2;
    /// Packets.
    Packets = "packets", 2;
    /// Bytes, from the IP header on.
    Bytes = "bytes", 2;
    /// Unix time of the first packet.
    Start = "start", 2;
    /// Unix time of the last packet.
    End = "end", 2;
    /// ACCEPT or REJECT.
    Action = "action", 2;
    /// OK, NODATA or SKIPDATA.
    LogStatus = "log-status", 2;
    /// VPC of the interface.
    VpcId = "vpc-id", 3;
    /// Subnet of the interface.
    SubnetId = "subnet-id", 3;
    /// The instance that holds the interface.
    InstanceId = "instance-id", 3;
    /// FIN 1, SYN 2, RST 4, SYN-ACK 18, all that were seen.
    TcpFlags = "tcp-flags", 3;
    /// IPv4 or IPv6.
    Type = "type", 3;
    /// Source address of the packets.
    PktSrcAddr = "pkt-srcaddr", 3;
    /// Destination address of the packets.
    PktDstAddr = "pkt-dstaddr", 3;
    /// Region of the interface.
    Region = "region", 4;
    /// Zone of its subnet.
    AzId = "az-id", 4;
    /// Never known here.
    SublocationType = "sublocation-type", 4;
    /// Never known here.
    SublocationId = "sublocation-id", 4;
    /// Never known here.
    PktSrcAwsService = "pkt-src-aws-service", 5;
    /// Never known here.
    PktDstAwsService = "pkt-dst-aws-service", 5;
    /// ingress or egress.
    FlowDirection = "flow-direction", 5;
    /// Never known here.
    TrafficPath = "traffic-path", 5;
    /// Never known here.
    EcsClusterArn = "ecs-cluster-arn", 7;
    /// Never known here.
    EcsClusterName = "ecs-cluster-name", 7;
    /// Never known here.
    EcsContainerInstanceArn = "ecs-container-instance-arn", 7;
    /// Never known here.
    EcsContainerInstanceId = "ecs-container-instance-id", 7;
    /// Never known here.
    EcsContainerId = "ecs-container-id", 7;
    /// Never known here.
    EcsSecondContainerId = "ecs-second-container-id", 7;
    /// Never known here.
    EcsServiceName = "ecs-service-name", 7;
    /// Never known here.
    EcsTaskDefinitionArn = "ecs-task-definition-arn", 7;
    /// Never known here.
    EcsTaskArn = "ecs-task-arn", 7;
    /// Never known here.
    EcsTaskId = "ecs-task-id", 7;
    /// Why it was dropped, in sgfw's words: [`sgfw_common::reason::Reason::word`].
    RejectReason = "reject-reason", 8;
    /// Never known here.
    ResourceId = "resource-id", 9;
    /// Never known here.
    EncryptionStatus = "encryption-status", 10;
}

impl LogField {
    /// The format of a flow log that names none: all fields of version 2.
    pub fn standard() -> Vec<Self> {
        Self::ALL.iter().copied().filter(|field| field.version() == 2).collect()
    }

    /// The field with this name.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|field| field.word() == word)
    }
}
