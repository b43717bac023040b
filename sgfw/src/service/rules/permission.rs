//! What a request says about rules, in one form: the legacy flat parameters and the lists of permissions.

use super::peer::Source;
use super::traffic::{self, Said};
use crate::api::{IpPermission, UserIdGroupPair};
use crate::inventory::Network;
use crate::model::{Traffic, check_rule_description};
use crate::service::Fault;
use ipnet::{IpNet, Ipv4Net, Ipv6Net};

/// The legacy flat parameters of a request.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Flat<'a> {
    pub(super) protocol: Option<&'a str>,
    pub(super) from: Option<i64>,
    pub(super) to: Option<i64>,
    pub(super) cidr: Option<&'a str>,
    pub(super) group: Option<&'a str>,
    pub(super) owner: Option<&'a str>,
}

/// One rule that a request speaks of: one traffic, one source, and where in the request it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wish {
    pub(super) traffic: Traffic,
    pub(super) source: Source,
    pub(super) description: Option<String>,
    /// The index of its permission.
    pub(super) permission: usize,
}

/// The permissions of a request: its list, or the one that the flat parameters make.
///
/// # Errors
/// Both forms are used, or none, or a block together with a group (F57).
pub(super) fn permissions(flat: Flat, list: &[IpPermission]) -> Result<Vec<IpPermission>, Fault> {
    let used = flat.first_used();
    match (list, used) {
        ([], None) => Err(no_source()),
        ([], Some(_)) => flat.permission().map(|it| vec![it]),
        (list, None) => Ok(list.to_vec()),
        (_, Some(parameter)) => Err(combination("ipPermissions", parameter)),
    }
}

impl Flat<'_> {
    fn first_used(&self) -> Option<&'static str> {
        let numbers = [(self.from.is_some(), "fromPort"), (self.to.is_some(), "toPort")];
        let words = [
            (self.protocol.is_some(), "ipProtocol"),
            (self.cidr.is_some(), "cidrIp"),
            (self.group.is_some(), "sourceSecurityGroupName"),
            (self.owner.is_some(), "sourceSecurityGroupOwnerId"),
        ];
        words.into_iter().chain(numbers).find(|(used, _)| *used).map(|(_, name)| name)
    }

    fn permission(&self) -> Result<IpPermission, Fault> {
        if self.cidr.is_some() && self.group.is_some() {
            return Err(combination("cidrIp", "sourceSecurityGroupName"));
        }
        let ranges = self.cidr.map(|cidr| crate::api::IpRange { cidr_ip: Some(cidr.into()), description: None });
        let pair = |group: &str| {
            let is_id = group.starts_with("sg-");
            UserIdGroupPair {
                user_id: self.owner.map(Into::into),
                group_id: is_id.then(|| group.into()),
                group_name: (!is_id).then(|| group.into()),
                ..UserIdGroupPair::default()
            }
        };
        Ok(IpPermission {
            ip_protocol: self.protocol.map(Into::into),
            from_port: self.from,
            to_port: self.to,
            ip_ranges: ranges.into_iter().collect(),
            user_id_group_pairs: self.group.map(pair).into_iter().collect(),
            ..IpPermission::default()
        })
    }

    /// Whether it is a group alone, which also in a VPC grants TCP, UDP and ICMP.
    fn is_group_alone(&self) -> bool {
        self.group.is_some() && self.protocol.is_none() && self.from.is_none() && self.to.is_none()
    }
}

/// Everything a request speaks of, rule by rule, in its order.
///
/// # Errors
/// Something is malformed, or the same rule is there twice.
pub(super) fn wishes(flat: Flat, permissions: &[IpPermission], network: &Network) -> Result<Vec<Wish>, Fault> {
    let mut wishes: Vec<Wish> = Vec::new();
    for (index, permission) in permissions.iter().enumerate() {
        let said = Said {
            protocol: permission.ip_protocol.as_deref().filter(|it| !it.is_empty()),
            from: permission.from_port,
            to: permission.to_port,
        };
        let traffics = match flat.is_group_alone() {
            true => traffic::everything(said)?,
            false => traffic::traffic(said, network, !permission.user_id_group_pairs.is_empty())?,
        };
        let sources = sources(permission, network)?;
        for traffic in traffics {
            let wish = |(source, description): &(Source, Option<String>)| Wish {
                traffic,
                source: source.clone(),
                description: description.clone(),
                permission: index,
            };
            wishes.extend(sources.iter().map(wish));
        }
    }
    distinct(&wishes)?;
    Ok(wishes)
}

fn distinct(wishes: &[Wish]) -> Result<(), Fault> {
    let is_again = |(at, wish): (usize, &Wish)| {
        wishes[..at].iter().any(|it| it.traffic == wish.traffic && it.source == wish.source)
    };
    match wishes.iter().enumerate().any(is_again) {
        true => Err(Fault::value("The same permission must not appear multiple times")),
        false => Ok(()),
    }
}

fn sources(permission: &IpPermission, network: &Network) -> Result<Vec<(Source, Option<String>)>, Fault> {
    let mut sources = Vec::new();
    for range in &permission.ip_ranges {
        sources.push((Source::Cidr(IpNet::V4(v4(range.cidr_ip.as_deref())?)), description(&range.description)?));
    }
    for range in &permission.ipv6_ranges {
        let block = v6(range.cidr_ipv6.as_deref())?;
        sources.push((
            Source::Cidr(IpNet::V6(only_vpc(network, block, "IPv6 CIDR blocks")?)),
            description(&range.description)?,
        ));
    }
    for list in &permission.prefix_list_ids {
        let id = list.prefix_list_id.clone().ok_or_else(no_source)?;
        sources.push((Source::List(only_vpc(network, id, "prefix lists")?), description(&list.description)?));
    }
    for pair in &permission.user_id_group_pairs {
        sources.push((Source::group(pair)?, description(&pair.description)?));
    }
    if sources.is_empty() { Err(no_source()) } else { Ok(sources) }
}

fn only_vpc<T>(network: &Network, value: T, what: &str) -> Result<T, Fault> {
    match network {
        Network::Vpc(_) => Ok(value),
        Network::Classic => Err(Fault::value(format!("EC2-Classic security group rules cannot specify {what}."))),
    }
}

/// An IPv4 block. Host bits are cut off, as AWS does.
pub(super) fn v4(text: Option<&str>) -> Result<Ipv4Net, Fault> {
    let text = text.ok_or_else(no_source)?;
    text.parse::<Ipv4Net>().map(|block| block.trunc()).map_err(|_| malformed(text))
}

/// An IPv6 block, likewise.
pub(super) fn v6(text: Option<&str>) -> Result<Ipv6Net, Fault> {
    let text = text.ok_or_else(no_source)?;
    text.parse::<Ipv6Net>().map(|block| block.trunc()).map_err(|_| malformed(text))
}

fn malformed(block: &str) -> Fault {
    Fault::value(format!("CIDR block {block} is malformed"))
}

/// A rule's description (F61); an empty one is none.
pub(super) fn description(text: &Option<String>) -> Result<Option<String>, Fault> {
    let text = text.as_deref().filter(|text| !text.is_empty());
    match text.map(check_rule_description) {
        Some(Err(_)) => Err(Fault::value(
            "Invalid rule description. Valid descriptions are strings less than 256 characters from the following set:  \
             a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*",
        )),
        _ => Ok(text.map(Into::into)),
    }
}

/// What a permission without anybody is refused with.
pub(super) fn no_source() -> Fault {
    let words = "Missing source specification: include source security group or CIDR information";
    Fault::new("MissingParameter", words)
}

/// What two parameters that exclude each other are refused with.
pub(super) fn combination(a: &str, b: &str) -> Fault {
    Fault::new("InvalidParameterCombination", format!("The parameter {a} cannot be used with the parameter {b}"))
}

/// A permission with only those of its sources that no rule matched.
pub(super) fn unmatched(permission: &IpPermission, left: &[&Wish]) -> IpPermission {
    let is_left = |source: &Source| left.iter().any(|wish| wish.source == *source);
    let mut shown = permission.clone();
    shown.ip_protocol = left.first().map(|wish| traffic::name(&wish.traffic));
    shown.ip_ranges.retain(|it| v4(it.cidr_ip.as_deref()).is_ok_and(|it| is_left(&Source::Cidr(it.into()))));
    shown.ipv6_ranges.retain(|it| v6(it.cidr_ipv6.as_deref()).is_ok_and(|it| is_left(&Source::Cidr(it.into()))));
    shown.prefix_list_ids.retain(|it| it.prefix_list_id.clone().is_some_and(|id| is_left(&Source::List(id))));
    shown.user_id_group_pairs.retain(|it| Source::group(it).is_ok_and(|source| is_left(&source)));
    shown
}
