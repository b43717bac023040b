//! How instances do. sgfw looks into none of them: what runs is well, as far as it goes.

use super::{describe, show};
use crate::api;
use crate::inventory::{Instance, InstanceState};
use crate::service::filter::Filters;
use crate::service::page::{Pages, alone};
use crate::service::show::text;
use crate::service::{Desk, Fault};

/// Filters of what is told.
const FILTERS: &[&str] = &[
    "availability-zone",
    "availability-zone-id",
    "instance-state-code",
    "instance-state-name",
    "instance-status.reachability",
    "instance-status.status",
    "system-status.reachability",
    "system-status.status",
    "attached-ebs-status.status",
    "event.code",
    "event.description",
    "event.instance-event-id",
    "event.not-after",
    "event.not-before",
    "event.not-before-deadline",
];

/// Tells how instances do: those that run, or all of them if that is asked for.
///
/// # Errors
/// An id is unknown, or a filter or the page is refused.
pub(in crate::service) fn describe_instance_status(
    desk: &mut Desk,
    request: &api::DescribeInstanceStatus,
) -> Result<api::DescribeInstanceStatusReply, Fault> {
    alone(request, "instancesSet", &request.instance_ids)?;
    let filters = Filters::new(&request.filters, FILTERS)?;
    let all = request.include_all_instances == Some(true);
    let found = desk.instances(&request.instance_ids)?.into_iter();
    let found = found.filter(|it| all || it.state == InstanceState::Running);
    let found = found.filter(|it| {
        filters.accept(&it.tags, |name| match name.split_once('.') {
            Some((_, "status")) => vec![word(it).into()],
            Some((_, "reachability")) if it.state == InstanceState::Running => vec![PASSED.into()],
            _ => describe::values(&desk.state, it, name),
        })
    });
    let items = found.map(|it| (it.id.to_string(), it)).collect();
    let (page, next_token) = Pages::of("DescribeInstanceStatus").page(request, items)?;
    desk.dry_run(request.dry_run)?;
    let told = page.iter().map(|it| {
        let zone = |name| describe::values(&desk.state, it, name).into_iter().next();
        api::InstanceStatus {
            availability_zone: zone("availability-zone"),
            availability_zone_id: zone("availability-zone-id"),
            instance_id: text(&it.id),
            instance_state: Some(show::state(it.state)),
            instance_status: Some(summary(it)),
            system_status: Some(summary(it)),
        }
    });
    Ok(api::DescribeInstanceStatusReply { instance_statuses: told.collect(), next_token })
}

/// What a check says that found nothing wrong.
const PASSED: &str = "passed";

fn word(it: &Instance) -> &'static str {
    if it.state == InstanceState::Running { "ok" } else { "not-applicable" }
}

fn summary(it: &Instance) -> api::InstanceStatusSummary {
    let details = api::InstanceStatusDetails { name: text("reachability"), status: text(PASSED) };
    let is_running = it.state == InstanceState::Running;
    api::InstanceStatusSummary { details: is_running.then_some(details).into_iter().collect(), status: text(word(it)) }
}
