//! Ids as EC2 has them: a prefix and 8 or 17 hex digits (F98).

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fmt;
use std::sync::Arc;
use thiserror::Error;

/// A text that is no id of the kind that is wanted.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("Invalid id: \"{text}\" (expecting \"{prefix}...\")")]
pub struct MalformedId {
    /// What was given.
    pub text: String,
    /// What it should begin with, such as `sg-`.
    pub prefix: &'static str,
}

macro_rules! ids {
    ($($(#[$meta:meta])* $name:ident $prefix:literal;)*) => {$(
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(Arc<str>);

        impl $name {
            /// What every id of this kind begins with.
            pub const PREFIX: &'static str = $prefix;

            /// The id in this text: the prefix and 8 or 17 hex digits (F98); capitals are accepted and kept small.
            ///
            /// # Errors
            /// The text is something else.
            pub fn parse(text: &str) -> Result<Self, MalformedId> {
                let digits = text.strip_prefix($prefix).filter(|digits| is_digits(digits));
                let malformed = || MalformedId { text: text.into(), prefix: $prefix };
                digits.map(|_| Self(text.to_ascii_lowercase().into())).ok_or_else(malformed)
            }

            /// The id with this number, in 17 digits.
            pub fn from_number(number: u64) -> Self {
                Self(format!("{}{number:017x}", $prefix).into())
            }

            /// The id that these words always have: for what a file declares, or what a region begins with.
            pub fn derive(words: &[&str]) -> Self {
                Self::from_number(number_of($prefix, words))
            }

            /// As text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl TryFrom<String> for $name {
            type Error = MalformedId;
            fn try_from(text: String) -> Result<Self, MalformedId> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.as_str().into()
            }
        }
    )*};
}

ids! {
    /// A security group.
    GroupId "sg-";
    /// A rule of a security group.
    RuleId "sgr-";
    /// A VPC.
    VpcId "vpc-";
    /// A subnet.
    SubnetId "subnet-";
    /// A network interface.
    InterfaceId "eni-";
    /// The attachment of a network interface to an instance.
    AttachmentId "eni-attach-";
    /// An instance.
    InstanceId "i-";
    /// A managed prefix list.
    PrefixListId "pl-";
    /// A VPC peering connection.
    PeeringId "pcx-";
    /// An Internet gateway.
    GatewayId "igw-";
    /// A flow log.
    FlowLogId "fl-";
}

fn is_digits(text: &str) -> bool {
    matches!(text.len(), 8 | 17) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn number_of(prefix: &str, words: &[&str]) -> u64 {
    let mut hash = Sha256::new();
    for word in std::iter::once(&prefix).chain(words) {
        hash.update((word.len() as u64).to_le_bytes());
        hash.update(word.as_bytes());
    }
    let bytes = hash.finalize();
    bytes.iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte))
}

/// An account: 12 digits (F99).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AccountId(Arc<str>);

impl AccountId {
    /// The account when nobody says another.
    pub const DEFAULT: &'static str = "123456789012";

    /// The account in this text.
    ///
    /// # Errors
    /// It is not 12 digits.
    pub fn parse(text: &str) -> Result<Self, MalformedId> {
        let is_account = text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
        let malformed = || MalformedId { text: text.into(), prefix: "12 digits" };
        is_account.then(|| Self(text.into())).ok_or_else(malformed)
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for AccountId {
    fn default() -> Self {
        Self(Self::DEFAULT.into())
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for AccountId {
    type Error = MalformedId;
    fn try_from(text: String) -> Result<Self, MalformedId> {
        Self::parse(&text)
    }
}

impl From<AccountId> for String {
    fn from(id: AccountId) -> Self {
        id.as_str().into()
    }
}
