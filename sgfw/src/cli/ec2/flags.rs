//! The flags of every verb, made from the shape of its request, with the AWS CLI's own additions and renamings.

use crate::api::{Kind, Member, Operation};

/// A flag, and what it does.
#[derive(Clone, Debug)]
pub(super) struct Flag {
    /// Without dashes.
    pub(super) name: String,
    /// How many words it takes.
    pub(super) takes: Takes,
    pub(super) does: Does,
    /// Accepted, but not shown: another flag says the same better.
    pub(super) hidden: bool,
    pub(super) required: bool,
}

/// How many words a flag takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Takes {
    None,
    Maybe,
    One,
    Many,
}

/// What a flag does.
#[derive(Clone, Copy, Debug)]
pub(super) enum Does {
    /// Sets a member of the request.
    Member(&'static Member),
    /// Sets a boolean member.
    Boolean(&'static Member, bool),
    /// Sets the `Value` of a member to a boolean.
    Attribute(&'static Member, bool),
    /// One rule without its JSON.
    Rule(Rule),
    /// What an instance is launched with.
    Launch(Launch),
    /// Which part of a long reply.
    Page(Page),
    /// The request as JSON.
    Input,
    /// The form of that JSON.
    Skeleton,
    /// Not of the verb.
    Global(Global),
}

/// Flags that say one rule (F90, F91).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rule {
    Protocol,
    Port,
    Cidr,
    SourceGroup,
    GroupOwner,
}

/// Flags of run-instances alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Launch {
    Count,
    SecondaryAddresses,
    SecondaryCount,
    PublicAddress(bool),
}

/// Flags that choose a part of a long reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Page {
    StartingToken,
    Size,
    MaxItems,
}

/// Flags of every verb.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Global {
    Region,
    Account,
    Output,
    Query,
    Color,
    NoPaginate,
    Version,
    /// Of a client of a remote service; means nothing here.
    Ignored,
}

/// The flags of every verb.
pub(super) fn globals() -> Vec<Flag> {
    let one = |name, does| Flag::new(name, Takes::One, Does::Global(does));
    let none = |name, does| Flag::new(name, Takes::None, Does::Global(does));
    let mut flags = vec![
        one("region", Global::Region),
        one("account", Global::Account),
        one("output", Global::Output),
        one("query", Global::Query),
        one("color", Global::Color),
        none("no-paginate", Global::NoPaginate),
        none("version", Global::Version),
    ];
    let ignored =
        ["endpoint-url", "profile", "ca-bundle", "cli-read-timeout", "cli-connect-timeout", "cli-binary-format"];
    flags.extend(ignored.map(|name| one(name, Global::Ignored).hide()));
    let ignored =
        ["debug", "no-verify-ssl", "no-sign-request", "no-cli-pager", "cli-auto-prompt", "no-cli-auto-prompt"];
    flags.extend(ignored.map(|name| none(name, Global::Ignored).hide()));
    flags
}

/// The flags that a verb is given, its own first.
pub(super) fn all(operation: &Operation) -> Vec<Flag> {
    of(operation).into_iter().chain(globals()).collect()
}

/// The flags of a verb alone, in the order of its request.
pub(super) fn of(operation: &Operation) -> Vec<Flag> {
    let pages = pages(operation);
    let mut flags: Vec<Flag> =
        operation.input.members.iter().flat_map(|member| member_flags(operation, member)).collect();
    let additions = additions(operation);
    let rules = additions.iter().any(|flag| matches!(flag.does, Does::Rule(_)));
    for flag in &mut flags {
        let name = flag.name.as_str();
        flag.hidden = pages && ["next-token", "max-results"].contains(&name) || rules && ONE_RULE.contains(&name);
    }
    flags.extend(additions);
    if pages {
        let page = |name, does| Flag::new(name, Takes::One, Does::Page(does));
        flags.push(page("starting-token", Page::StartingToken));
        flags.push(page("page-size", Page::Size));
        flags.push(page("max-items", Page::MaxItems));
    }
    flags.push(Flag::new("cli-input-json", Takes::One, Does::Input));
    flags.push(Flag::new("generate-cli-skeleton", Takes::Maybe, Does::Skeleton));
    flags
}

/// Whether a long reply comes in parts.
pub(super) fn pages(operation: &Operation) -> bool {
    operation.input.member("NextToken").is_some() && operation.output.member("NextToken").is_some()
}

impl Flag {
    fn new(name: &str, takes: Takes, does: Does) -> Self {
        Self { name: name.to_owned(), takes, does, hidden: false, required: false }
    }

    /// One that is taken and changes nothing.
    pub(super) fn idle(name: &str, takes: Takes) -> Self {
        Self::new(name, takes, Does::Global(Global::Ignored))
    }

    fn hide(self) -> Self {
        Self { hidden: true, ..self }
    }
}

fn member_flags(operation: &Operation, member: &'static Member) -> Vec<Flag> {
    if operation.name == "RunInstances" && ["MinCount", "MaxCount"].contains(&member.name) {
        return Vec::new();
    }
    let (yes, no) = (member.flag.to_owned(), format!("no-{}", member.flag));
    match member.kind {
        Kind::Boolean => vec![
            Flag::new(&yes, Takes::None, Does::Boolean(member, true)),
            Flag::new(&no, Takes::None, Does::Boolean(member, false)),
        ],
        Kind::Structure(shape) if is_attribute(&Kind::Structure(shape)) => vec![
            Flag::new(&yes, Takes::Maybe, Does::Attribute(member, true)),
            Flag::new(&no, Takes::None, Does::Attribute(member, false)),
        ],
        Kind::List(_) => vec![Flag { required: member.required, ..Flag::new(&yes, Takes::Many, Does::Member(member)) }],
        _ => vec![Flag { required: member.required, ..Flag::new(&yes, Takes::One, Does::Member(member)) }],
    }
}

/// A structure that has but a boolean `Value`.
fn is_attribute(kind: &Kind) -> bool {
    let Kind::Structure(shape) = kind else { return false };
    matches!(shape.members, [only] if only.name == "Value" && matches!(only.kind, Kind::Boolean))
}

/// Members of a request that say one rule, for which there are shorter flags.
const ONE_RULE: [&str; 6] =
    ["ip-protocol", "from-port", "to-port", "cidr-ip", "source-security-group-name", "source-security-group-owner-id"];

fn additions(operation: &Operation) -> Vec<Flag> {
    let rule = |name, does| Flag::new(name, Takes::One, Does::Rule(does));
    let launch = |name, takes, does| Flag::new(name, takes, Does::Launch(does));
    match operation.name {
        "AuthorizeSecurityGroupIngress"
        | "AuthorizeSecurityGroupEgress"
        | "RevokeSecurityGroupIngress"
        | "RevokeSecurityGroupEgress" => vec![
            rule("protocol", Rule::Protocol),
            rule("port", Rule::Port),
            rule("cidr", Rule::Cidr),
            rule("source-group", Rule::SourceGroup),
            rule("group-owner", Rule::GroupOwner),
        ],
        "RunInstances" => vec![
            launch("count", Takes::One, Launch::Count),
            launch("secondary-private-ip-addresses", Takes::Many, Launch::SecondaryAddresses),
            launch("secondary-private-ip-address-count", Takes::One, Launch::SecondaryCount),
            launch("associate-public-ip-address", Takes::None, Launch::PublicAddress(true)),
            launch("no-associate-public-ip-address", Takes::None, Launch::PublicAddress(false)),
        ],
        _ => Vec::new(),
    }
}
