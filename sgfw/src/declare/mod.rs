//! What files declare, and the state that holds it: who owns what, what goes when a file says it no more, and what
//! actions changed since.
//!
//! [`Declared`] is what all files of one apply say together, with names as they are written. [`adopt`] makes a state
//! hold it; [`drift`] tells what became of it by actions. Nothing here knows YAML, a disk or a clock: `policy` reads
//! files into a [`Declared`] and writes a state as a file again.

mod adopt;
mod baseline;
mod bound;
mod check;
mod declared;
mod drift;
mod expect;
mod flow_logs;
mod groups;
mod hosts;
mod keys;
mod lists;
mod names;
mod networks;
mod object;
mod peerings;
mod place;
mod quotas;
mod remove;
mod work;

pub use adopt::{Adopted, adopt};
pub use declared::{
    Declared, DeclaredAccount, DeclaredAssociation, DeclaredAttachment, DeclaredClassic, DeclaredEnd, DeclaredEndpoint,
    DeclaredGateway, DeclaredGroup, DeclaredInstance, DeclaredInterface, DeclaredList, DeclaredPeer, DeclaredPeering,
    DeclaredQuotas, DeclaredRule, DeclaredSubnet, DeclaredTest, DeclaredVpc,
};
pub use drift::{Drift, drift};
pub use expect::tests;
pub use flow_logs::{DeclaredFlowLog, DeclaredResource};
pub use keys::{GroupKey, ListKey, NetworkKey, VpcKey, Where};
pub use names::{NamedGroup, Names, Site, vpc_key};
pub use place::{Place, Refusal, Refused};

pub(crate) use hosts::{LONG_AGO, mac_of};
