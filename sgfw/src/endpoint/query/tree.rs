//! Names with dots as a tree.

use super::twice;
use crate::endpoint::Refusal;
use std::collections::BTreeMap;

/// Parts of a name at most. `IpPermissions.1.Groups.1.GroupId` has five.
const DEPTH: usize = 10;
/// Characters of a name at most.
const LENGTH: usize = 255;

/// A value, or parts by their names; or both, which no shape knows.
#[derive(Debug, Default)]
pub(super) struct Node<'a> {
    pub(super) value: Option<&'a str>,
    pub(super) parts: BTreeMap<&'a str, Node<'a>>,
}

impl<'a> Node<'a> {
    /// Puts a value where its name says.
    pub(super) fn insert(&mut self, name: &'a str, value: &'a str) -> Result<(), Refusal> {
        if name.len() > LENGTH || name.split('.').count() > DEPTH {
            let start: String = name.chars().take(40).collect();
            return Err(Refusal::bad("MalformedQueryString", format!("The parameter name {start}... is too long.")));
        }
        let place = name.split('.').fold(self, |node, part| node.parts.entry(part).or_default());
        if place.value.replace(value).is_some() { Err(twice(name)) } else { Ok(()) }
    }
}
