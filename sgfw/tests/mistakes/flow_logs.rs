//! Mistakes in flow logs.

use super::{Case, file};

/// A file whose one flow log has these entries.
fn flow_log(name: &'static str, entries: &str, said: &[&'static str]) -> Case {
    let text = "version: 1\nvpcs: [{name: shop, cidr: 10.1.0.0/16, subnets: [{name: front, cidr: 10.1.0.0/24}]}]\n\
                interfaces: [{name: web, device: eth1}]\nflow-logs:\n";
    file(name, format!("{text}  - {{{entries}}}\n"), said)
}

pub(crate) fn flow_logs() -> Vec<Case> {
    [places(), destinations(), records()].concat()
}

fn places() -> Vec<Case> {
    vec![
        flow_log(
            "an unknown VPC",
            "vpc: «shp», log-group: g",
            &["error: there is no VPC `shp` | did you mean `shop`?"],
        ),
        flow_log(
            "an unknown interface",
            "interface: «wbe», log-group: g",
            &["error: there is no interface `wbe` | did you mean `web`?"],
        ),
        flow_log(
            "an unknown subnet",
            "vpc: shop, subnet: «fornt», log-group: g",
            &["error: there is no subnet `fornt` | did you mean `front`?"],
        ),
        flow_log("a subnet of another VPC", "subnet: «front», log-group: g", &["error: there is no subnet `front`"]),
        flow_log(
            "an unknown id of a subnet",
            "subnet: «subnet-99999999», log-group: g",
            &["error: there is no subnet id `subnet-99999999`"],
        ),
        flow_log(
            "an interface of a VPC",
            "vpc: shop, interface: «web», log-group: g",
            &["error: a flow log of an interface is of no VPC or subnet"],
        ),
        flow_log("an id of another kind", "id: «eni-aaaaaaaa», log-group: g", &["error: is not a flow log id | `fl-`"]),
        flow_log(
            "a key of a flow log nearly right",
            "«vcp»: shop, log-group: g",
            &["error: a flow log has no key `vcp` | `vpc`?"],
        ),
    ]
}

fn destinations() -> Vec<Case> {
    vec![
        flow_log("no destination", "vpc: shop", &["error: neither `log-group` nor `bucket`"]).at_brace(),
        flow_log("two destinations", "log-group: g, bucket: «logs»", &["error: both `log-group` and `bucket`"]),
        flow_log("a log group outside", "log-group: «../x»", &["error: is not the name of a log group: no part of it"]),
        flow_log("a log group with a blank", "log-group: «a b»", &["error: it has letters, digits, and . _ - / #"]),
        flow_log("a bucket with capitals", "bucket: «Logs»", &["error: \"Logs\" is not the name of a bucket"]),
        flow_log("a folder outside", "bucket: «logs/a/../b»", &["error: \"a/../b\" is not a folder of a bucket"]),
        flow_log("partitions of a log group", "log-group: g, per-hour-partition: «true»", &["error: for a `bucket`"]),
        flow_log("partitions that are a word", "bucket: logs, per-hour-partition: «no»", &["error: is text, not"]),
    ]
}

fn records() -> Vec<Case> {
    vec![
        flow_log(
            "a word of the API",
            "log-group: g, «max-aggregation-interval»: 60",
            &["error: a flow log has no key | `interval`?"],
        ),
        flow_log("capital traffic", "log-group: g, traffic: «ALL»", &["error: `traffic` cannot be `ALL` | `all`?"]),
        flow_log("an odd interval", "log-group: g, interval: «61»", &["error: `interval` is 60 or 600, in seconds"]),
        flow_log("an interval with a unit", "log-group: g, interval: «10m»", &["error: `interval` is 60 or 600"]),
        flow_log(
            "an unknown field",
            "log-group: g, format: «'${version} ${sraddr}'»",
            &["error: `sraddr` is not a field of a log format | did you mean `srcaddr`?"],
        ),
        flow_log(
            "a field twice",
            "log-group: g, format: «'${end} ${end}'»",
            &["error: \"end\" is in the log format twice"],
        ),
        flow_log("no field", "log-group: g, format: «''»", &["error: the log format is empty"]),
        flow_log("a bare field", "log-group: g, format: «version»", &["error: is not of the form ${field}"]),
        flow_log("a role that is none", "log-group: g, role: «admin»", &["error: \"admin\" is not the ARN of a role"]),
        flow_log("a time that is none", "log-group: g, created: «today»", &["error: `today` is not a time"]),
    ]
}
