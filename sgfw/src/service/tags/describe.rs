//! Looking at tags.

use super::resource::Resource;
use crate::api;
use crate::inventory::Tags;
use crate::service::filter::{Filters, TAGS};
use crate::service::page::Pages;
use crate::service::show::text;
use crate::service::{Desk, Fault};

/// Describes tags, one by one.
///
/// # Errors
/// A filter or the page is refused.
pub(in crate::service) fn describe_tags(
    desk: &mut Desk,
    request: &api::DescribeTags,
) -> Result<api::DescribeTagsReply, Fault> {
    let filters = Filters::new(&request.filters, &["key", "value", "resource-id", "resource-type", TAGS])?;
    let mut items = Vec::new();
    for resource in Resource::all(desk) {
        let (id, kind) = resource.names();
        for (key, value) in resource.tags(&desk.state).into_iter().flatten() {
            let own = Tags::from([(key.clone(), value.clone())]);
            if filters.accept(&own, |name| vec![of(name, &id, kind, key, value)]) {
                items.push((format!("{id} {key}"), description(&id, kind, key, value)));
            }
        }
    }
    let (tags, next_token) = Pages::of("DescribeTags").page(request, items)?;
    desk.dry_run(request.dry_run)?;
    Ok(api::DescribeTagsReply { next_token, tags })
}

fn of(name: &str, id: &str, kind: &str, key: &str, value: &str) -> String {
    match name {
        "key" => key,
        "value" => value,
        "resource-id" => id,
        _ => kind,
    }
    .into()
}

fn description(id: &str, kind: &str, key: &str, value: &str) -> api::TagDescription {
    api::TagDescription { key: text(key), resource_id: text(id), resource_type: text(kind), value: text(value) }
}
