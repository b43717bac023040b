//! The table on standard output: a line GROUP, and a line PERMISSION for every rule, with tabs between the columns
//! (F129, F130, F132-F135).

use super::Kind;
use super::options::Options;
use super::request::{cidrs, is_id, numbers, sources};

/// What an empty column is shown as, if it is to be shown (F128).
const NIL: &str = "(nil)";

/// The line of headers.
pub(super) fn headers() -> String {
    let columns = ["Type", "Group", "Rule", "Protocol", "From", "To", "Way", "Source", "", "", "", "Direction"];
    columns.join("\t").trim_end().to_owned() + "\n"
}

/// The lines of one group and the rules that it got.
pub(super) fn lines(options: &Options, group: &str, kind: &Kind) -> String {
    let (shown, column) = match kind {
        Kind::Named(name) => (name.as_str(), name.as_str()),
        Kind::Vpc => (group, ""),
    };
    let mut lines = line(options, &["GROUP", shown]);
    for (protocol, from, to) in traffic(options) {
        let (way, direction) = if options.egress { ("TO", "egress") } else { ("FROM", "ingress") };
        let start = ["PERMISSION", column, "ALLOWS", &protocol, &from, &to, way];
        for source in targets(options) {
            let source: Vec<&str> = source.iter().map(String::as_str).collect();
            lines += &line(options, &[&start[..], &source, &[direction]].concat());
        }
    }
    lines
}

/// Protocol, first and last number of every rule. Without a protocol a block means TCP, a group all three (F46).
fn traffic(options: &Options) -> Vec<(String, String, String)> {
    let row = |protocol: &str, numbers: Option<(i64, i64)>| {
        let text = |number: fn((i64, i64)) -> i64| numbers.map(|both| number(both).to_string()).unwrap_or_default();
        (protocol.to_owned(), text(|(from, _)| from), text(|(_, to)| to))
    };
    match &options.protocol {
        Some(protocol) => vec![row(protocol, numbers(options))],
        None if options.sources.is_empty() => vec![row("tcp", numbers(options))],
        None => {
            let ports = numbers(options).or(Some((0, 65535)));
            vec![row("tcp", ports), row("udp", ports), row("icmp", Some((-1, -1)))]
        }
    }
}

/// The columns of every source or destination.
fn targets(options: &Options) -> Vec<Vec<String>> {
    if options.sources.is_empty() {
        return cidrs(options).into_iter().map(|cidr| vec!["CIDR".to_owned(), cidr]).collect();
    }
    let group = |(owner, group): (Option<&String>, &String)| {
        let named = if is_id(group) { "ID" } else { "GRPNAME" };
        vec!["USER".to_owned(), owner.cloned().unwrap_or_default(), named.to_owned(), group.clone()]
    };
    sources(options).map(group).collect()
}

fn line(options: &Options, columns: &[&str]) -> String {
    let shown =
        |column: &&str| if column.is_empty() && options.show_empty { NIL.to_owned() } else { (*column).to_owned() };
    columns.iter().map(shown).collect::<Vec<_>>().join("\t") + "\n"
}
