//! Regions and their availability zones. Which regions there are is a fixed list, to which the caller's own is added.

use crate::api;
use crate::inventory::Tags;
pub(in crate::service) use crate::inventory::zone_id as id_of;
pub(super) use crate::inventory::{Zone, zones};
use crate::service::filter::{Filters, TAGS};
use crate::service::show::text;
use crate::service::{Desk, Fault};

/// The regions that need no opting in.
const REGIONS: &[&str] = &[
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ca-central-1",
    "eu-central-1",
    "eu-north-1",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
];

const REGION_FILTERS: &[&str] = &["endpoint", "opt-in-status", "region-name"];

/// Describes regions. All of them need no opting in.
///
/// # Errors
/// A region is unknown, or a filter.
pub(in crate::service) fn describe_regions(
    desk: &mut Desk,
    request: &api::DescribeRegions,
) -> Result<api::DescribeRegionsReply, Fault> {
    let filters = Filters::new(&request.filters, REGION_FILTERS)?;
    let mut names: Vec<&str> = REGIONS.to_vec();
    if !names.contains(&desk.scope.region.as_str()) {
        names.push(&desk.scope.region);
    }
    let unknown: Vec<_> = request.region_names.iter().filter(|name| !names.contains(&name.as_str())).collect();
    if let Some(name) = unknown.first() {
        return Err(Fault::value(format!("Invalid region provided: [{name}]")));
    }
    desk.dry_run(request.dry_run)?;
    let is_asked = |name: &&str| request.region_names.is_empty() || request.region_names.iter().any(|it| it == name);
    let regions = names.into_iter().filter(is_asked).map(region);
    let values = |region: &api::Region, name: &str| match name {
        "endpoint" => region.endpoint.clone().into_iter().collect(),
        "opt-in-status" => region.opt_in_status.clone().into_iter().collect(),
        _ => Vec::from_iter(region.region_name.clone()),
    };
    let regions = regions.filter(|it| filters.accept(&Tags::new(), |name| values(it, name))).collect();
    Ok(api::DescribeRegionsReply { regions })
}

fn region(name: &str) -> api::Region {
    api::Region {
        opt_in_status: text("opt-in-not-required"),
        region_name: text(name),
        endpoint: Some(format!("ec2.{name}.amazonaws.com")),
    }
}

const ZONE_FILTERS: &[&str] = &[
    "group-name",
    "message",
    "opt-in-status",
    "parent-zone-id",
    "parent-zone-name",
    "region-name",
    "state",
    "zone-id",
    "zone-name",
    "zone-type",
    TAGS,
];

/// Describes the zones of the caller's region.
///
/// # Errors
/// A zone is unknown, or a filter.
pub(in crate::service) fn describe_availability_zones(
    desk: &mut Desk,
    request: &api::DescribeAvailabilityZones,
) -> Result<api::DescribeAvailabilityZonesReply, Fault> {
    let filters = Filters::new(&request.filters, ZONE_FILTERS)?;
    let zones: Vec<Zone> = zones(&desk.scope.region).collect();
    let unknown = |asked: &[String], has: fn(&Zone) -> &String| {
        asked.iter().find(|name| !zones.iter().any(|zone| has(zone) == *name)).cloned()
    };
    let unknown = unknown(&request.zone_names, |it| &it.name).or(unknown(&request.zone_ids, |it| &it.id));
    if let Some(name) = unknown {
        return Err(Fault::value(format!("Invalid availability zone: [{name}]")));
    }
    desk.dry_run(request.dry_run)?;
    let is_asked = |zone: &&Zone| {
        (request.zone_names.is_empty() || request.zone_names.contains(&zone.name))
            && (request.zone_ids.is_empty() || request.zone_ids.contains(&zone.id))
    };
    let is_wanted = |zone: &&Zone| filters.accept(&Tags::new(), |name| zone_values(zone, &desk.scope.region, name));
    let shown = zones.iter().filter(is_asked).filter(is_wanted).map(|zone| availability_zone(zone, &desk.scope.region));
    Ok(api::DescribeAvailabilityZonesReply { availability_zones: shown.collect() })
}

fn zone_values(zone: &Zone, region: &str, name: &str) -> Vec<String> {
    match name {
        "group-name" => vec![format!("{region}-zg-1")],
        "opt-in-status" => vec!["opt-in-not-required".into()],
        "region-name" => vec![region.into()],
        "state" => vec!["available".into()],
        "zone-id" => vec![zone.id.clone()],
        "zone-name" => vec![zone.name.clone()],
        "zone-type" => vec!["availability-zone".into()],
        _ => Vec::new(),
    }
}

fn availability_zone(zone: &Zone, region: &str) -> api::AvailabilityZone {
    api::AvailabilityZone {
        opt_in_status: text("opt-in-not-required"),
        region_name: text(region),
        zone_name: text(&zone.name),
        zone_id: text(&zone.id),
        group_name: Some(format!("{region}-zg-1")),
        network_border_group: text(region),
        zone_type: text("availability-zone"),
        state: text("available"),
        ..api::AvailabilityZone::default()
    }
}
