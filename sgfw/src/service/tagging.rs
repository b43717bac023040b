//! Tags given at creation, and the id that one of them may ask for.
//!
//! The tag `_custom_id_` gives a new object its id (so that the documents' literal ids can be used) and is not kept.
//! Tags can be up to [`crate::inventory::Quotas::tags`] an object, their keys up to 128 characters and their values up
//! to 256; keys that begin with `aws:` are refused.

use super::{Desk, Fault};
use crate::api;
use crate::inventory::{MalformedId, Quotas, State, Tags};
use std::collections::BTreeMap;

/// The tag that gives an id.
pub(super) const CUSTOM_ID: &str = "_custom_id_";
const LONGEST_KEY: usize = 128;
const LONGEST_VALUE: usize = 256;

/// What a request says of the tags of what it creates, checked.
#[derive(Debug)]
pub(super) struct Tagging(BTreeMap<String, Wanted>);

/// Tags and perhaps the id for one kind of resource.
#[derive(Clone, Debug, Default)]
pub(super) struct Wanted {
    /// The tags.
    pub(super) tags: Tags,
    /// The id asked for.
    id: Option<String>,
}

impl Tagging {
    /// The tags of a request that creates these kinds, such as `security-group`.
    ///
    /// # Errors
    /// A tag is for another kind, or breaks a limit.
    pub(super) fn new(desk: &Desk, given: &[api::TagSpecification], kinds: &[&str]) -> Result<Self, Fault> {
        let mut all: BTreeMap<String, Wanted> = BTreeMap::new();
        for specification in given {
            let kind = kind(specification, kinds)?;
            let wanted = all.entry(kind.into()).or_default();
            for tag in &specification.tags {
                wanted.add(tag)?;
            }
            check_count(desk.quotas(), &wanted.tags)?;
        }
        Ok(Self(all))
    }

    /// What was said for one kind.
    pub(super) fn of(&self, kind: &str) -> Wanted {
        self.0.get(kind).cloned().unwrap_or_default()
    }
}

/// The tags of a request that creates one kind.
///
/// # Errors
/// A tag is for another kind, or breaks a limit.
pub(super) fn tags_for(desk: &Desk, given: &[api::TagSpecification], kind: &str) -> Result<Wanted, Fault> {
    Tagging::new(desk, given, &[kind]).map(|tagging| tagging.of(kind))
}

impl Wanted {
    fn add(&mut self, tag: &api::Tag) -> Result<(), Fault> {
        let (key, value) = checked(tag)?;
        if key == CUSTOM_ID {
            self.id = Some(value);
            return Ok(());
        }
        match self.tags.insert(key.clone(), value) {
            None => Ok(()),
            Some(_) => Err(Fault::value(format!("Duplicate tag key '{key}' specified."))),
        }
    }

    /// Whether an id was asked for.
    pub(super) fn has_id(&self) -> bool {
        self.id.is_some()
    }

    /// The id of the new object: the one asked for, or a new one.
    ///
    /// # Errors
    /// The one asked for is malformed or taken.
    pub(super) fn id<T>(
        &self,
        desk: &mut Desk,
        make: impl Fn(u64) -> T,
        is_taken: impl Fn(&State, &T) -> bool,
    ) -> Result<T, Fault>
    where
        T: TryFrom<String, Error = MalformedId> + std::fmt::Display,
    {
        let Some(text) = &self.id else { return Ok(fresh(desk, make, is_taken)) };
        let id = T::try_from(text.clone())?;
        match is_taken(&desk.state, &id) {
            false => Ok(id),
            true => Err(Fault::value(format!("The id '{id}' is already in use"))),
        }
    }
}

/// An id that nothing has.
pub(super) fn fresh<T>(desk: &mut Desk, make: impl Fn(u64) -> T, is_taken: impl Fn(&State, &T) -> bool) -> T {
    loop {
        let id = make(desk.number());
        if !is_taken(&desk.state, &id) {
            return id;
        }
    }
}

fn kind<'a>(specification: &'a api::TagSpecification, kinds: &[&str]) -> Result<&'a str, Fault> {
    let Some(kind) = specification.resource_type.as_deref() else {
        return Err(Fault::new("MissingParameter", "Tag specification resource type must have a value"));
    };
    if !kinds.contains(&kind) {
        return Err(Fault::value(format!("'{kind}' is not a valid taggable resource type for this operation.")));
    }
    if specification.tags.is_empty() {
        return Err(Fault::value("Tag specification must have at least one tag"));
    }
    Ok(kind)
}

/// A tag's key and value; a tag without a value has an empty one.
///
/// # Errors
/// There is no key, it is reserved, or one of both is too long.
pub(super) fn checked(tag: &api::Tag) -> Result<(String, String), Fault> {
    let key = tag.key.clone().filter(|key| !key.is_empty());
    let key = key.ok_or_else(|| Fault::new("MissingParameter", "The request must contain the parameter Tag.N.Key"))?;
    let value = tag.value.clone().unwrap_or_default();
    if key.to_ascii_lowercase().starts_with("aws:") {
        return Err(Fault::value("Tag keys starting with 'aws:' are reserved for internal use"));
    }
    if key.chars().count() > LONGEST_KEY {
        return Err(Fault::value(format!("Tag key exceeds the maximum length of {LONGEST_KEY} characters")));
    }
    if value.chars().count() > LONGEST_VALUE {
        return Err(Fault::value(format!("Tag value exceeds the maximum length of {LONGEST_VALUE} characters")));
    }
    Ok((key, value))
}

/// Refuses more tags than an object may have.
///
/// # Errors
/// There are too many.
pub(super) fn check_count(quotas: &Quotas, tags: &Tags) -> Result<(), Fault> {
    if tags.len() <= quotas.tags as usize {
        return Ok(());
    }
    Err(Fault::new("TagLimitExceeded", "The maximum number of Tags for a resource has been reached."))
}

/// Tags as the API shows them, in the order of their keys.
pub(super) fn shown(tags: &Tags) -> Vec<api::Tag> {
    tags.iter().map(|(key, value)| api::Tag { key: Some(key.clone()), value: Some(value.clone()) }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inventory::{GroupId, Scope};

    fn specification(kind: &str, tags: &[(&str, &str)]) -> api::TagSpecification {
        let tag = |(key, value): &(&str, &str)| api::Tag { key: Some((*key).into()), value: Some((*value).into()) };
        api::TagSpecification { resource_type: Some(kind.into()), tags: tags.iter().map(tag).collect() }
    }

    fn wanted(given: &[api::TagSpecification]) -> Result<Wanted, String> {
        let (state, mut mint) = (State::default(), || 7);
        let desk = Desk::new(&state, &Scope::default(), "", &mut mint);
        tags_for(&desk, given, "security-group").map_err(|fault| fault.to_string())
    }

    fn id(tags: &[(&str, &str)], taken: &str) -> Result<String, String> {
        let (state, mut count) = (State::default(), 6);
        let mut mint = || {
            count += 1;
            count
        };
        let mut desk = Desk::new(&state, &Scope::default(), "", &mut mint);
        let wanted = wanted(&[specification("security-group", tags)]).unwrap();
        assert!(wanted.tags.len() < tags.len());
        let id = wanted.id(&mut desk, GroupId::from_number, |_, id: &GroupId| id.as_str() == taken);
        id.map(|id| id.to_string()).map_err(|fault| fault.to_string())
    }

    #[test]
    fn tags_are_kept_for_the_kind_that_is_created() {
        let tags = wanted(&[specification("security-group", &[("a", "1"), ("B", "")])]).unwrap().tags;
        assert_eq!(tags, Tags::from([("a".into(), "1".into()), ("B".into(), String::new())]));
        assert_eq!(
            wanted(&[specification("vpc", &[("a", "1")])]).unwrap_err(),
            "InvalidParameterValue: 'vpc' is not a valid taggable resource type for this operation."
        );
    }

    #[test]
    fn limits_of_tags() {
        let refused = |key: &str, value: &str| wanted(&[specification("security-group", &[(key, value)])]).err();
        assert_eq!(refused(&"k".repeat(128), &"v".repeat(256)), None);
        assert!(
            refused(&"k".repeat(129), "").unwrap().ends_with("Tag key exceeds the maximum length of 128 characters")
        );
        assert!(refused("k", &"v".repeat(257)).unwrap().ends_with("maximum length of 256 characters"));
        assert!(refused("aws:x", "").unwrap().contains("reserved"));
        assert!(refused("", "").unwrap().starts_with("MissingParameter"));
        let many: Vec<_> = (0..51).map(|it| it.to_string()).collect();
        let many: Vec<_> = many.iter().map(|key| (key.as_str(), "")).collect();
        assert!(wanted(&[specification("security-group", &many[..50])]).is_ok());
        assert!(wanted(&[specification("security-group", &many)]).unwrap_err().starts_with("TagLimitExceeded"));
        assert!(wanted(&[specification("security-group", &[("a", ""), ("a", "")])]).unwrap_err().contains("Duplicate"));
    }

    #[test]
    fn a_tag_gives_the_id() {
        assert_eq!(id(&[(CUSTOM_ID, "sg-903004f8")], ""), Ok("sg-903004f8".into()));
        assert!(id(&[(CUSTOM_ID, "sg-903004f8")], "sg-903004f8").unwrap_err().contains("in use"));
        assert!(id(&[(CUSTOM_ID, "vpc-903004f8")], "").unwrap_err().starts_with("InvalidGroupId.Malformed"));
    }

    #[test]
    fn new_ids_are_nobodys() {
        let (state, mut count) = (State::default(), 6);
        let mut mint = || {
            count += 1;
            count
        };
        let mut desk = Desk::new(&state, &Scope::default(), "", &mut mint);
        let id = fresh(&mut desk, GroupId::from_number, |_, id| id.as_str() == "sg-00000000000000007");
        assert_eq!(id.as_str(), "sg-00000000000000008");
    }
}
