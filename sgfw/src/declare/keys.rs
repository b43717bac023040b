//! How a file means something: by names and ids that are looked up when there is something to look in.

use crate::inventory::{AccountId, Scope, VpcId};

/// An account and region; what is not said is the home's.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Where {
    /// Whose.
    pub account: Option<AccountId>,
    /// Where.
    pub region: Option<String>,
}

impl Where {
    /// The account and region that are meant, seen from home.
    pub fn scope(&self, home: &Scope) -> Scope {
        Scope {
            account: self.account.clone().unwrap_or_else(|| home.account.clone()),
            region: self.region.clone().unwrap_or_else(|| home.region.clone()),
        }
    }
}

impl From<&Scope> for Where {
    fn from(scope: &Scope) -> Self {
        Self { account: Some(scope.account.clone()), region: Some(scope.region.clone()) }
    }
}

/// A VPC that is meant.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum VpcKey {
    /// The one with this id.
    Id(VpcId),
    /// The one that a file calls so.
    Named(String),
    /// The default VPC of an account and region.
    Default(Where),
}

/// A network that is meant.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NetworkKey {
    /// A VPC.
    Vpc(VpcKey),
    /// EC2-Classic of an account and region.
    Classic(Where),
}

impl NetworkKey {
    /// The home account's default VPC: where everything lives that stands in no section of a VPC.
    pub fn home() -> Self {
        Self::Vpc(VpcKey::Default(Where::default()))
    }
}

/// A group that is meant, seen from the network of whoever means it. See [`super::Names::group`] for the forms.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GroupKey {
    /// From where.
    pub network: NetworkKey,
    /// `NAME`, `sg-ID`, `VPC/NAME`, `VPC/sg-ID`, `ACCOUNT/sg-ID` or, in Classic, `ACCOUNT/NAME`.
    pub text: String,
}

/// A prefix list that is meant: a name or an id, seen from an account and region.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ListKey {
    /// From where.
    pub network: NetworkKey,
    /// Its name, or its id.
    pub text: String,
}
