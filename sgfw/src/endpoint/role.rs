//! What a caller may: read, operate, or everything.

use crate::api::Action;
use clap::ValueEnum;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// How much a caller may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Look at everything of the account.
    Read,
    /// And change rules, tags, entries of prefix lists, and the groups of interfaces and instances.
    Operate,
    /// Everything.
    Admin,
}

/// What the role that operates may change, and with which members of the request; none means with any.
const OPERATES: &[(&str, Option<&[&str]>)] = &[
    ("AuthorizeSecurityGroupIngress", None),
    ("AuthorizeSecurityGroupEgress", None),
    ("RevokeSecurityGroupIngress", None),
    ("RevokeSecurityGroupEgress", None),
    ("ModifySecurityGroupRules", None),
    ("UpdateSecurityGroupRuleDescriptionsIngress", None),
    ("UpdateSecurityGroupRuleDescriptionsEgress", None),
    ("CreateTags", None),
    ("DeleteTags", None),
    ("ModifyManagedPrefixList", Some(&["PrefixListId", "CurrentVersion", "AddEntries", "RemoveEntries"])),
    ("RestoreManagedPrefixListVersion", None),
    ("ModifyNetworkInterfaceAttribute", Some(&["NetworkInterfaceId", "Groups"])),
    ("ModifyInstanceAttribute", Some(&["InstanceId", "Groups"])),
];

impl Role {
    /// Whether a caller with this role may ask for this.
    pub fn may(self, action: &Action) -> bool {
        match self {
            Self::Admin => true,
            _ if !action.operation().writes => true,
            Self::Operate => operates(action),
            Self::Read => false,
        }
    }
}

fn operates(action: &Action) -> bool {
    match OPERATES.iter().find(|(name, _)| *name == action.name()) {
        Some((_, None)) => true,
        Some((_, Some(members))) => has_only(action, members),
        None => false,
    }
}

/// Whether the request says nothing but these members.
fn has_only(action: &Action, members: &[&str]) -> bool {
    let said = serde_json::to_value(action).unwrap_or_default();
    let is_said = |value: &Value| value.as_array().is_none_or(|list| !list.is_empty());
    let is_allowed = |name: &str| name == "DryRun" || members.contains(&name);
    said.as_object().is_some_and(|said| said.iter().all(|(name, value)| is_allowed(name) || !is_said(value)))
}
