//! What a file expects of its policy.

use super::decode::{self, Fields};
use super::draft::{Draft, Kind, Meant};
use super::tree::{Node, Value};
use super::{address, names, traffic};
use crate::declare::{DeclaredEndpoint, DeclaredTest};
use crate::model::{Expect, Traffic};
use ipnet::{IpNet, Ipv4Net, Ipv6Net};

const EXPECT: &[(&str, Expect)] = &[("allow", Expect::Allow), ("deny", Expect::Deny)];
const HELP: &str = "write an address block, `anywhere`, `{group: NAME}`, `{interface: NAME}` or `{member: NAME}`";
const KEYS: &[&str] = &["name", "from", "to", "protocol", "ports", "port", "type", "code", "expect", "rule"];

/// Reads a test into the draft: several, if it lists ports or says `anywhere`.
pub(super) fn test(node: &Node, draft: &mut Draft) {
    let Some(fields) = Fields::read(node, "a test", KEYS, &mut draft.report) else { return };
    let name = names::optional(&fields, Kind::Test, draft);
    let (from, to) = (ends(&fields, "from", draft), ends(&fields, "to", draft));
    let expect = fields.require("expect", "this test", "write `expect: allow` or `expect: deny`", &mut draft.report);
    let expect = expect.and_then(|node| decode::word(node, "expect", EXPECT, &mut draft.report));
    let rule = fields.get("rule").and_then(|node| decode::text(node, "a rule", &mut draft.report));
    if let Some(port) = fields.get("port").filter(|_| fields.get("ports").is_some()) {
        draft.report.error(port.spot, "`port` and `ports` say the same", "keep one of them");
    }
    let traffic = traffic::traffic(&fields.with_alias("port", "ports"), &mut draft.report);
    let place = draft.report.at(node.spot);
    let (Some(from), Some(to), Some(expect), Some(traffic)) = (from, to, expect, traffic) else { return };
    let found = all(&from, &to, &traffic);
    if found.is_empty() {
        draft.report.error(node.spot, "nothing of this traffic goes between these two", "");
    }
    let many = found.len() > 1;
    for (from, to, traffic) in found {
        // A test for several is several tests, each with its own name.
        let name = name.clone().map(|name| if many { format!("{name} ({traffic})") } else { name });
        let rule = rule.map(str::to_owned);
        draft.out.tests.push(DeclaredTest { place: place.clone(), name, from, to, traffic, expect, rule });
    }
}

/// All that a test stands for: one family at a time.
fn all(
    from: &[DeclaredEndpoint],
    to: &[DeclaredEndpoint],
    traffic: &[Traffic],
) -> Vec<(DeclaredEndpoint, DeclaredEndpoint, Traffic)> {
    let mut found = Vec::new();
    for from in from {
        for to in to {
            for traffic in traffic.iter().filter(|traffic| goes_between(from, to, traffic)) {
                found.push((from.clone(), to.clone(), *traffic));
            }
        }
    }
    found
}

fn goes_between(from: &DeclaredEndpoint, to: &DeclaredEndpoint, traffic: &Traffic) -> bool {
    let is_v4 = |end: &DeclaredEndpoint| match end {
        DeclaredEndpoint::Cidr(block) => Some(matches!(block, IpNet::V4(_))),
        _ => None,
    };
    let wanted = match traffic {
        Traffic::Icmp(_) => Some(true),
        Traffic::Icmpv6(_) => Some(false),
        _ => None,
    };
    let said: Vec<bool> = [is_v4(from), is_v4(to), wanted].into_iter().flatten().collect();
    said.windows(2).all(|pair| pair[0] == pair[1])
}

fn ends(fields: &Fields<'_>, key: &str, draft: &mut Draft) -> Option<Vec<DeclaredEndpoint>> {
    let node = fields.require(key, "this test", HELP, &mut draft.report)?;
    match &node.value {
        Value::Text(text) if **text == *"anywhere" => {
            let all = [IpNet::V4(Ipv4Net::default()), IpNet::V6(Ipv6Net::default())];
            Some(all.map(DeclaredEndpoint::Cidr).to_vec())
        }
        Value::Text(text) if address::looks_like_block(text) => {
            address::block(text, node.spot, &mut draft.report).map(|block| vec![DeclaredEndpoint::Cidr(block)])
        }
        Value::Map(_) => named(node, draft).map(|end| vec![end]),
        other => {
            let what = if let Value::Text(text) = other { format!("`{text}`") } else { other.kind().to_owned() };
            draft.report.error(node.spot, format!("{what} is not an end of a test"), HELP);
            None
        }
    }
}

fn named(node: &Node, draft: &mut Draft) -> Option<DeclaredEndpoint> {
    let known = ["group", "interface", "member"];
    let fields = Fields::read(node, "an end of a test", &known, &mut draft.report)?;
    let found: Vec<(&str, &Node)> = known.iter().filter_map(|key| Some((*key, fields.get(key)?))).collect();
    let [(key, value)] = found[..] else {
        draft.report.error(node.spot, "an end of a test is one thing", HELP);
        return None;
    };
    let text = decode::text(value, "a name", &mut draft.report)?.to_owned();
    Some(match key {
        "group" => DeclaredEndpoint::Group(draft.refer_to_group(&text, value)),
        "interface" => {
            draft.refer(Meant::Interface(text.clone()), value);
            DeclaredEndpoint::Interface(text)
        }
        _ => {
            draft.refer(Meant::Member(text.clone()), value);
            DeclaredEndpoint::Member(text)
        }
    })
}
