//! Address blocks of VPCs and subnets: which there may be, which meet, and where IPv6 blocks come from.

use crate::inventory::{State, VpcId};
use crate::service::{Fault, show};
use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv6Addr};

/// A block as text, without host bits (which AWS takes away).
///
/// # Errors
/// It is none, or of the other IP version.
pub(super) fn v4(text: &str) -> Result<Ipv4Net, Fault> {
    text.parse().map(|block: Ipv4Net| block.trunc()).map_err(|_| malformed(text, "cidrBlock"))
}

/// An IPv6 block as text, without host bits.
///
/// # Errors
/// It is none, or of the other IP version.
pub(super) fn v6(text: &str) -> Result<Ipv6Net, Fault> {
    text.parse().map(|block: Ipv6Net| block.trunc()).map_err(|_| malformed(text, "ipv6CidrBlock"))
}

fn malformed(text: &str, parameter: &str) -> Fault {
    Fault::value(format!("Value ({text}) for parameter {parameter} is invalid. This is not a valid CIDR block."))
}

/// A new IPv4 block of a VPC: /16 to /28.
///
/// # Errors
/// It is none, or of another size.
pub(super) fn vpc_v4(text: &str) -> Result<Ipv4Net, Fault> {
    let block = v4(text)?;
    match (16..=28).contains(&block.prefix_len()) {
        true => Ok(block),
        false => Err(range(&block)),
    }
}

/// A new IPv6 block of a VPC: /44 to /60 in steps of 4.
///
/// # Errors
/// It is none, or of another size.
pub(super) fn vpc_v6(text: &str) -> Result<Ipv6Net, Fault> {
    let block = v6(text)?;
    match (44..=60).step_by(4).any(|length| length == block.prefix_len()) {
        true => Ok(block),
        false => Err(range(&block)),
    }
}

fn range(block: &impl std::fmt::Display) -> Fault {
    Fault::new("InvalidVpc.Range", format!("The CIDR '{block}' is invalid."))
}

/// Whether two blocks have an address in common.
pub(in crate::service) fn meet(a: impl Into<IpNet>, b: impl Into<IpNet>) -> bool {
    let (a, b) = (a.into(), b.into());
    a.contains(&b) || b.contains(&a)
}

/// The /56 that a VPC gets when it asks for an IPv6 block: unique local addresses (RFC 4193), whose 48 bits follow from
/// the VPC's id. Nobody else's are provided, and these are routed nowhere by themselves.
pub(super) fn provided_v6(state: &State, vpc: &VpcId) -> Ipv6Net {
    let is_free = |block: &Ipv6Net| !state.vpcs.values().flat_map(|it| &it.v6).any(|it| meet(*it, *block));
    let mut blocks = (0_u64..).map(|number| unique_local(vpc, number)).filter(|block| !is_amazons(block));
    blocks.find(is_free).unwrap_or_else(|| unique_local(vpc, 0))
}

fn unique_local(vpc: &VpcId, number: u64) -> Ipv6Net {
    let digits = show::derived("", &[vpc.as_str(), "IPv6", &number.to_string()]);
    let bits = u128::from_str_radix(&digits, 16).unwrap_or_default();
    Ipv6Net::new_assert(Ipv6Addr::from(0xfd << 120 | (bits & 0xffff_ffff_ffff) << 72), 56)
}

/// fd00:ec2::/32 is where AWS has its own services.
fn is_amazons(block: &Ipv6Net) -> bool {
    block.addr().segments()[..2] == [0xfd00, 0x0ec2]
}

/// All blocks of a VPC.
pub(super) fn of_vpc<'a>(v4: &'a [Ipv4Net], v6: &'a [Ipv6Net]) -> impl Iterator<Item = IpNet> + use<'a> {
    v4.iter().copied().map(IpNet::V4).chain(v6.iter().copied().map(IpNet::V6))
}

/// The blocks that hold a VPC's addresses: its own, and those of interfaces outside of them (an interface that a file
/// declares for this host has the addresses that it has).
pub(in crate::service) fn occupied<'a>(state: &'a State, vpc: &'a VpcId) -> impl Iterator<Item = IpNet> + use<'a> {
    let own: Vec<IpNet> = state.vpcs.get(vpc).map(|it| of_vpc(&it.v4, &it.v6).collect()).unwrap_or_default();
    let there = state.interfaces.values().filter(move |it| it.network.vpc() == Some(vpc));
    let addresses: BTreeSet<IpAddr> = there.flat_map(|it| it.addresses.iter().copied().filter(is_global)).collect();
    let is_outside = |it: &IpAddr| !own.iter().any(|block| block.contains(it));
    let outside: Vec<IpNet> = addresses.into_iter().filter(is_outside).map(IpNet::from).collect();
    own.into_iter().chain(outside)
}

/// Whether an address means the same everywhere: link-local ones are each link's own.
fn is_global(address: &IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => !address.is_link_local() && !address.is_loopback(),
        IpAddr::V6(address) => !address.is_unicast_link_local() && !address.is_loopback(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::vpc::plain;
    use super::*;
    use crate::inventory::{Scope, Vpc};
    use std::sync::Arc;

    #[test]
    fn blocks_of_vpcs_have_sizes() {
        assert_eq!(vpc_v4("10.0.0.1/16").map(|it| it.to_string()), Ok("10.0.0.0/16".into()));
        assert_eq!(
            vpc_v4("10.0.0.0/8").unwrap_err().to_string(),
            "InvalidVpc.Range: The CIDR '10.0.0.0/8' is invalid."
        );
        assert!(vpc_v4("10.0.0.0/29").is_err());
        assert!(vpc_v4("10.0.0.0").unwrap_err().message.contains("not a valid CIDR block"));
        assert!(vpc_v6("fd12::/56").is_ok() && vpc_v6("fd12::/57").is_err() && vpc_v6("10.0.0.0/16").is_err());
    }

    #[test]
    fn provided_blocks_are_unique_and_local() {
        let (id, mut state) = (VpcId::from_number(1), State::default());
        let first = provided_v6(&state, &id);
        assert_eq!((first.prefix_len(), first.addr().segments()[0] >> 8), (56, 0xfd));
        let vpc = plain(VpcId::from_number(2), &Scope::default(), v4("10.0.0.0/16").unwrap());
        state.vpcs.insert(vpc.id.clone(), Arc::new(Vpc { v6: vec![first], ..vpc }));
        assert!(!meet(provided_v6(&state, &id), first));
    }
}
