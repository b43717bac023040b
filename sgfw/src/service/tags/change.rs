//! Tags come and go; those that say which device an interface is are followed (see `interfaces::device`).

use super::resource::Resource;
use crate::api;
use crate::inventory::Tags;
use crate::service::interfaces::device;
use crate::service::tagging::{CUSTOM_ID, check_count, checked};
use crate::service::{Desk, Fault};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Adds tags to resources, or replaces their values.
///
/// # Errors
/// A resource does not exist, a tag breaks a limit, or one says a device that cannot be had. Nothing is tagged then.
pub(in crate::service) fn create_tags(
    desk: &mut Desk,
    request: &api::CreateTags,
) -> Result<api::CreateTagsReply, Fault> {
    let resources = resources(desk, &request.resources)?;
    if request.tags.is_empty() {
        return Err(Fault::missing("Tag"));
    }
    let new = request.tags.iter().map(checked).collect::<Result<Tags, _>>()?;
    if new.contains_key(CUSTOM_ID) {
        return Err(Fault::value(format!("The tag '{CUSTOM_ID}' gives an id at creation only.")));
    }
    if new.len() < request.tags.len() {
        return Err(Fault::value("Tag keys must be unique within a request."));
    }
    let quotas = desk.quotas().clone();
    for resource in &resources {
        if let Some(tags) = resource.tags_mut(&mut desk.state) {
            tags.extend(new.clone());
            check_count(&quotas, tags)?;
        }
        follow(desk, resource, new.keys(), false)?;
    }
    desk.dry_run(request.dry_run)?;
    Ok(api::CreateTagsReply {})
}

/// Removes tags from resources: these, those with these values, or all.
///
/// # Errors
/// A resource does not exist, or a file says which device it is.
pub(in crate::service) fn delete_tags(
    desk: &mut Desk,
    request: &api::DeleteTags,
) -> Result<api::DeleteTagsReply, Fault> {
    let resources = resources(desk, &request.resources)?;
    for resource in &resources {
        let Some(tags) = resource.tags_mut(&mut desk.state) else { continue };
        let gone = gone(tags, request.tags.as_deref());
        tags.retain(|key, _| !gone.contains(key));
        follow(desk, resource, gone.iter(), true)?;
    }
    desk.dry_run(request.dry_run)?;
    Ok(api::DeleteTagsReply {})
}

fn resources(desk: &Desk, ids: &[String]) -> Result<BTreeSet<Resource>, Fault> {
    if ids.is_empty() {
        return Err(Fault::missing("ResourceId"));
    }
    ids.iter().map(|id| Resource::find(desk, id)).collect()
}

/// The keys that a request removes. A tag without a value is removed whatever its value is.
fn gone(tags: &Tags, wanted: Option<&[api::Tag]>) -> BTreeSet<String> {
    let wanted = wanted.filter(|tags| !tags.is_empty());
    let is_gone = |key: &str, value: &str| match wanted {
        None => true,
        Some(wanted) => wanted
            .iter()
            .any(|tag| tag.key.as_deref() == Some(key) && tag.value.as_deref().is_none_or(|wanted| wanted == value)),
    };
    tags.iter().filter(|(key, value)| is_gone(key, value)).map(|(key, _)| key.clone()).collect()
}

fn follow<'k>(
    desk: &mut Desk,
    resource: &Resource,
    changed: impl Iterator<Item = &'k String>,
    have_gone: bool,
) -> Result<(), Fault> {
    let Resource::Interface(id) = resource else { return Ok(()) };
    let Some(mut interface) = desk.state.interfaces.get(id).cloned() else { return Ok(()) };
    device::follow_tags(&desk.state, Arc::make_mut(&mut interface), changed, have_gone)?;
    desk.state.interfaces.insert(id.clone(), interface);
    Ok(())
}
