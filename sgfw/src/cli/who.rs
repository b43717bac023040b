//! `sgfw who`: who can reach a port of a group.

use super::basis::Files;
use super::context::Context;
use super::failure::Failure;
use super::packet::protocol_number;
use super::reach::text;
use super::reply::Reply;
use crate::analyse::who;
use crate::model::{Direction, IcmpMatch, PortRange, Traffic};
use clap::Args;
use serde_json::json;
use sgfw_common::packet::protocol;

const EXAMPLES: &str = "\
Examples:
  sgfw who db:5432
  sgfw who sg-1a2b3c4d:53/udp
  sgfw who web:8000-8080 -o json
  sgfw who web:8/icmp               # a type; web:3.4/icmp is a type and a code
  sgfw who web:all/47               # another protocol, by its number
  sgfw who db:5432 --policy policies/database.yaml

One answer for each member of the group, by the rules of all groups that it is in. Interfaces and members that the
policy knows are judged at both ends: what one lets out the other must let in.";

/// Show who can reach a port of a group's members
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) struct Who {
    /// A group's name or id, and a port, ports or `all`; /tcp unless another protocol is said
    #[arg(value_name = "GROUP:PORT[/PROTOCOL]", value_parser = target)]
    target: Target,
    #[command(flatten)]
    policy: Files,
}

/// What is asked about.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Target {
    group: String,
    traffic: Traffic,
}

impl Who {
    pub(super) fn run(&self, context: &Context) -> Result<Reply, Failure> {
        let basis = self.policy.read(context)?;
        let Target { group, traffic } = &self.target;
        let unknown = || {
            let known = basis.snapshot.groups.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
            Failure::new(format!("there is no group {group:?}"), format!("there are: {known}"))
        };
        let name = basis.group(group).ok_or_else(unknown)?;
        let answers = who(&basis.snapshot, &name, *traffic).ok_or_else(unknown)?;
        let words: Vec<String> = answers.iter().map(|answer| text(answer, Direction::Ingress)).collect();
        let view = json!({ "group": name, "traffic": traffic.to_string(), "members": answers });
        Ok(Reply::new(&view, format!("{traffic} to group {name}\n\n{}", words.join("\n"))))
    }
}

/// `GROUP:PORT[/PROTOCOL]`. A group's name may have colons and slashes of its own: the last ones count.
fn target(text: &str) -> Result<Target, String> {
    let help = || "write GROUP:PORT or GROUP:PORT/PROTOCOL, such as db:5432 or dns:53/udp".to_owned();
    let (group, rest) = text.rsplit_once(':').filter(|(group, _)| !group.is_empty()).ok_or_else(help)?;
    let (ports, name) = rest.split_once('/').unwrap_or((rest, "tcp"));
    let no_port = || format!("{ports:?} is no port: write one from 0 to 65535, a range such as 80-89, or all");
    let message = || message(ports).ok_or("write a type, a type and a code such as 3.4, or all");
    let traffic = match protocol_number(name)? {
        protocol::TCP => Traffic::Tcp(range(ports).ok_or_else(no_port)?),
        protocol::UDP => Traffic::Udp(range(ports).ok_or_else(no_port)?),
        protocol::ICMP => Traffic::Icmp(message()?),
        protocol::ICMPV6 => Traffic::Icmpv6(message()?),
        number if ports == "all" => Traffic::Protocol(number),
        number => return Err(format!("protocol {number} has no ports: write {group}:all/{number}")),
    };
    Ok(Target { group: group.to_owned(), traffic })
}

fn range(text: &str) -> Option<PortRange> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    if text == "all" { Some(PortRange::ALL) } else { PortRange::new(first.parse().ok()?, last.parse().ok()?) }
}

fn message(text: &str) -> Option<IcmpMatch> {
    let (kind, code) = match text.split_once('.') {
        Some((kind, code)) => (kind, Some(code.parse().ok()?)),
        None => (text, None),
    };
    if text == "all" { Some(IcmpMatch::ALL) } else { IcmpMatch::new(Some(kind.parse().ok()?), code) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_a_group_and_what_is_asked_of_it() {
        let words = |text: &str| target(text).map(|it| format!("{} {}", it.group, it.traffic));
        assert_eq!(words("db:5432").unwrap(), "db tcp 5432");
        assert_eq!(words("a:b/c:8000-8080/udp").unwrap(), "a:b/c udp 8000-8080");
        assert_eq!(words("web:3.4/icmp").unwrap(), "web icmp type 3 code 4");
        assert_eq!(words("web:all").unwrap(), "web tcp all");
        assert_eq!(words("web:all/47").unwrap(), "web protocol 47");
        for wrong in ["db", ":5432", "db:x", "db:9-3", "db:5432/sctp", "db:5432/47", "db:70000", "db:256/icmp"] {
            assert!(words(wrong).is_err(), "{wrong}");
        }
    }
}
