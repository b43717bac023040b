//! Actions about networks, interfaces, instances, peerings, prefix lists and tags, as callers see them: what is answered,
//! in which words it is refused, and that what is refused changes nothing.

#![allow(clippy::unwrap_used, reason = "a test that unwraps fails at the line that is wrong")]

mod addresses;
mod classic;
mod cloud;
mod devices;
mod flow_logs;
mod instances;
mod interfaces;
mod lists;
mod overview;
mod pages;
mod peerings;
#[path = "../service_groups/random.rs"]
mod random;
mod sequences;
mod subnets;
mod tags;
mod tokens;
mod vpcs;
