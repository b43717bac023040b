//! Help, made from the shapes: what a verb is for, and a line for every flag.

use super::empty;
use super::flags::{self, Does, Flag, Global, Launch, Page, Rule, Takes};
use super::wait::WAITERS;
use crate::api::{Kind, OPERATIONS, Operation, Shape};

/// `sgfw ec2 help`.
pub(super) fn overview() -> String {
    let width = OPERATIONS.iter().map(|operation| operation.verb.len()).max().unwrap_or(0);
    let line = |verb: &str, about: &str| format!("  {verb:width$}  {about}\n");
    let verbs: String = OPERATIONS.iter().map(|operation| line(operation.verb, about(operation.input))).collect();
    let options: String = flags::globals().iter().filter(|flag| !flag.hidden).map(flag_line).collect();
    format!(
        "The verbs and flags of the AWS CLI, on the groups, networks and interfaces of this host.\n\n\
         usage: sgfw ec2 [options] <verb> [parameters]\n\nVerbs:\n{verbs}  {:width$}  Waits for a state\n\n\
         Verbs that answer with nothing, for there is none of it here:\n{empty}\n\
         Options:\n{options}\n\
         `sgfw ec2 <verb> help` shows the flags of a verb.\n\
         Exit codes: 0 done, 252 wrong usage, 254 refused by the service, 255 failed.\n",
        "wait",
        empty = empty::lines(),
    )
}

/// `sgfw ec2 VERB help`.
pub(super) fn verb(operation: &Operation, called: &str) -> String {
    let flags = flags::of(operation);
    let shown: Vec<_> = flags.iter().filter(|flag| !flag.hidden).collect();
    let synopsis: String = shown.iter().map(|flag| synopsis(flag)).collect();
    let lines: String = shown.iter().map(|flag| flag_line(flag)).collect();
    format!("{}\n\nusage: sgfw ec2 {called}{synopsis}\n\nFlags:\n{lines}", about(operation.input))
}

/// `sgfw ec2 wait help`.
pub(super) fn waiters() -> String {
    let lines: String = WAITERS.iter().map(|waiter| format!("  {}\n", waiter.name)).collect();
    format!("Asks again until a state is reached.\n\nusage: sgfw ec2 wait <waiter> [parameters]\n\nWaiters:\n{lines}")
}

/// What a request is for, without the numbers of features.
fn about(shape: &Shape) -> &'static str {
    let about = shape.about.trim().trim_end_matches('.');
    about.rfind(" (F").map_or(about, |end| &about[..end])
}

fn synopsis(flag: &Flag) -> String {
    let value = value(flag);
    let text = if value.is_empty() { format!("--{}", flag.name) } else { format!("--{} {value}", flag.name) };
    if flag.required { format!(" {text}") } else { format!(" [{text}]") }
}

fn value(flag: &Flag) -> String {
    let word = match flag.does {
        Does::Member(member) => word(&member.kind),
        Does::Page(Page::Size | Page::MaxItems) | Does::Launch(Launch::SecondaryCount) => "NUMBER",
        Does::Input => "JSON",
        Does::Skeleton => "input|output",
        Does::Global(Global::Output) => "json|text|table",
        Does::Global(Global::Color) => "on|off|auto",
        _ => "TEXT",
    };
    match flag.takes {
        Takes::None => String::new(),
        Takes::Maybe => format!("[{word}]"),
        Takes::One => word.to_owned(),
        Takes::Many => format!("{word}..."),
    }
}

const fn word(kind: &Kind) -> &'static str {
    match kind {
        Kind::Text => "TEXT",
        Kind::Time => "TIME",
        Kind::Integer => "NUMBER",
        Kind::Boolean => "true|false",
        Kind::Structure(_) => "STRUCTURE",
        Kind::List(kind) => word(kind),
    }
}

fn flag_line(flag: &Flag) -> String {
    let text = format!("--{} {}", flag.name, value(flag));
    let required = if flag.required { "(required) " } else { "" };
    let line = format!("  {text:44}{required}{}", says(flag));
    line.trim_end().to_owned() + "\n"
}

/// What a flag is for, as far as its name does not say it.
fn says(flag: &Flag) -> String {
    match flag.does {
        Does::Member(member) => shorthand(&member.kind),
        Does::Boolean(..) | Does::Attribute(..) => String::new(),
        Does::Rule(rule) => rule_says(rule).to_owned(),
        Does::Launch(Launch::Count) => "how many instances, or least:most".into(),
        Does::Launch(_) => "for the first interface".into(),
        Does::Page(Page::StartingToken) => "goes on where --max-items stopped".into(),
        Does::Page(Page::Size) => "items of one call of the service".into(),
        Does::Page(Page::MaxItems) => "items to show".into(),
        Does::Input => "the request as JSON or file://PATH; flags overrule it".into(),
        Does::Skeleton => "prints the form of that JSON and does nothing".into(),
        Does::Global(global) => global_says(global).to_owned(),
    }
}

const fn rule_says(rule: Rule) -> &'static str {
    match rule {
        Rule::Protocol => "tcp, udp, icmp, all or a number",
        Rule::Port => "a port, from-to, ICMP type-code, or all",
        Rule::Cidr => "an IPv4 block with its prefix length",
        Rule::SourceGroup => "id or name of a group",
        Rule::GroupOwner => "account of that group",
    }
}

const fn global_says(global: Global) -> &'static str {
    match global {
        Global::Region => "also AWS_REGION, AWS_DEFAULT_REGION",
        Global::Account => "the account that asks; also SGFW_ACCOUNT",
        Global::Output => "also AWS_DEFAULT_OUTPUT",
        Global::Query => "shows what a JMESPath expression finds",
        Global::Color => "colour of tables",
        Global::NoPaginate => "one call of the service only",
        Global::Version => "prints the version",
        Global::Ignored => "",
    }
}

/// The shorthand of a structure.
fn shorthand(kind: &Kind) -> String {
    match kind {
        Kind::Structure(shape) => structure(shape),
        Kind::List(kind) => shorthand(kind),
        _ => String::new(),
    }
}

fn structure(shape: &Shape) -> String {
    let member = |(name, kind): (&str, &Kind)| match kind {
        Kind::List(Kind::Structure(shape)) => format!("{name}=[{{{}}}]", structure(shape)),
        Kind::Structure(shape) => format!("{name}={{{}}}", structure(shape)),
        Kind::List(_) => format!("{name}=a,b"),
        _ => format!("{name}="),
    };
    shape.members.iter().map(|one| member((one.name, &one.kind))).collect::<Vec<_>>().join(",")
}
