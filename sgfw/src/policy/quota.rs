//! Limits that a file sets.

use super::decode::{self, Fields};
use super::draft::Draft;
use super::report::Report;
use super::tree::{Node, Value};
use super::vpc;
use crate::declare::DeclaredQuotas;
use crate::inventory::Quotas;
use std::collections::BTreeSet;

/// A limit's name and where it is.
type Limit = (&'static str, fn(&mut Quotas) -> &mut u32);

/// Limits that are always there.
pub(super) const LIMITS: [Limit; 15] = [
    ("rules-per-group", |quotas| &mut quotas.rules_per_group),
    ("groups-per-region", |quotas| &mut quotas.groups_per_region),
    ("groups-per-interface", |quotas| &mut quotas.groups_per_interface),
    ("rules-times-groups", |quotas| &mut quotas.rules_times_groups),
    ("interfaces-per-region", |quotas| &mut quotas.interfaces_per_region),
    ("active-peerings-per-vpc", |quotas| &mut quotas.active_peerings_per_vpc),
    ("pending-peerings-per-vpc", |quotas| &mut quotas.pending_peerings_per_vpc),
    ("prefix-lists-per-region", |quotas| &mut quotas.prefix_lists_per_region),
    ("entries-per-prefix-list", |quotas| &mut quotas.entries_per_prefix_list),
    ("versions-per-prefix-list", |quotas| &mut quotas.versions_per_prefix_list),
    ("references-per-prefix-list", |quotas| &mut quotas.references_per_prefix_list),
    ("tags", |quotas| &mut quotas.tags),
    ("classic-groups", |quotas| &mut quotas.classic_groups),
    ("classic-rules", |quotas| &mut quotas.classic_rules),
    ("classic-groups-per-instance", |quotas| &mut quotas.classic_groups_per_instance),
];

/// A limit that may be none, and where it is.
type Optional = (&'static str, fn(&mut Quotas) -> &mut Option<u32>);

/// Limits that there need not be.
pub(super) const OPTIONAL: [Optional; 2] = [
    ("groups-per-vpc", |quotas| &mut quotas.groups_per_vpc),
    ("vpcs-per-region", |quotas| &mut quotas.vpcs_per_region),
];

/// Whether files are held to the limits, too.
pub(super) const HOLDS: &str = "hold-files";

/// Reads the limits into the draft. Several files may set different ones.
pub(super) fn quotas(node: &Node, draft: &mut Draft) {
    let limits = LIMITS.iter().map(|it| it.0).chain(OPTIONAL.iter().map(|it| it.0));
    let known: Vec<&str> = limits.chain([HOLDS]).collect();
    let Some(fields) = Fields::read(node, "`quotas`", &known, &mut draft.report) else { return };
    let place = draft.report.at(node.spot);
    let new = || DeclaredQuotas { place, quotas: Quotas::default(), set: BTreeSet::new(), holds: true };
    let mut out = draft.out.quotas.take().unwrap_or_else(new);
    out.holds &= vpc::switch(&fields, HOLDS, true, &mut draft.report);
    for (name, at) in LIMITS {
        if let Some(value) = limit(&fields, name, &out, &mut draft.report) {
            *at(&mut out.quotas) = value;
            out.set.insert(name.into());
        }
    }
    for (name, at) in OPTIONAL {
        if fields.get(name).is_some_and(|node| matches!(&node.value, Value::Text(text) if **text == *"none")) {
            *at(&mut out.quotas) = None;
            out.set.insert(name.into());
        } else if let Some(value) = limit(&fields, name, &out, &mut draft.report) {
            *at(&mut out.quotas) = Some(value);
            out.set.insert(name.into());
        }
    }
    draft.out.quotas = Some(out);
}

fn limit(fields: &Fields<'_>, name: &str, so_far: &DeclaredQuotas, report: &mut Report) -> Option<u32> {
    let node = fields.get(name)?;
    if so_far.set.contains(name) {
        report.error(node.spot, format!("another file sets `{name}`, too"), "set it in one file");
        return None;
    }
    decode::integer(node, &format!("`{name}`"), 0..=1_000_000, report)
}
