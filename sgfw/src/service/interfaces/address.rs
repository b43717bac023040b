//! Addresses of interfaces: which may be had in a subnet, and which are picked.
//!
//! As in AWS, the first four addresses of a subnet and its last one are nobody's. EC2-Classic is one network
//! with the addresses 10.0.0.0/8, to which any private address may be added by saying it.

use crate::api;
use crate::inventory::{Network, State, Subnet};
use crate::service::Fault;
use ipnet::{IpAdd, IpNet, Ipv4Net, Ipv6Net};
use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr};

/// The code of what a subnet without free addresses is answered with.
pub(in crate::service) const FULL: &str = "InsufficientFreeAddressesInSubnet";
/// Addresses at the beginning of a subnet that are nobody's; at its end it is one.
const RESERVED: u32 = 4;
/// The most addresses of one interface, of IPv4 and IPv6 each.
const MOST: usize = 50;
const CLASSIC: Ipv4Net = Ipv4Net::new_assert(Ipv4Addr::new(10, 0, 0, 0), 8);

/// What a request says of addresses.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::service) struct Asked<'a> {
    /// The primary address.
    pub(in crate::service) primary: Option<&'a str>,
    /// Addresses, one of which may be the primary one.
    pub(in crate::service) more: &'a [api::PrivateIpAddressSpecification],
    /// How many secondary addresses to pick.
    pub(in crate::service) count: Option<i64>,
    /// IPv6 addresses.
    pub(in crate::service) v6: &'a [api::InstanceIpv6Address],
    /// How many IPv6 addresses to pick.
    pub(in crate::service) v6_count: Option<i64>,
}

/// The addresses of a subnet or of EC2-Classic, and who has them.
#[derive(Debug)]
pub(in crate::service) struct Pool {
    v4: Option<Ipv4Net>,
    v6: Option<Ipv6Net>,
    /// Any address may be had, not only those of the block.
    is_open: bool,
    used: BTreeSet<IpAddr>,
}

impl Pool {
    /// The addresses of a subnet.
    pub(in crate::service) fn subnet(state: &State, subnet: &Subnet) -> Self {
        let network = Network::Vpc(subnet.vpc.clone());
        let v4 = subnet.v4.map(|block| (block.network(), block.broadcast()));
        let v6 = subnet.v6.map(|block| (block.network(), block.broadcast()));
        // There may be many addresses elsewhere, and none of them is asked for.
        let is_near = |address: &IpAddr| match address {
            IpAddr::V4(it) => v4.is_some_and(|(first, last)| (first..=last).contains(it)),
            IpAddr::V6(it) => v6.is_some_and(|(first, last)| (first..=last).contains(it)),
        };
        let near = state.interfaces.values().filter(|it| it.addresses.iter().any(is_near) && it.network == network);
        let used = near.flat_map(|it| it.addresses.iter().copied()).collect();
        Self { v4: subnet.v4, v6: subnet.v6, is_open: false, used }
    }

    /// The addresses of EC2-Classic, which all accounts share.
    pub(in crate::service) fn classic(state: &State) -> Self {
        let there = state.interfaces.values().filter(|it| it.network == Network::Classic);
        let used = there.flat_map(|it| it.addresses.iter().copied()).collect();
        Self { v4: Some(CLASSIC), v6: None, is_open: true, used }
    }

    /// The addresses that a request asks for, the primary one first.
    ///
    /// # Errors
    /// An address is malformed, not of the subnet, or taken; or there are not enough.
    pub(in crate::service) fn choose(&mut self, asked: &Asked) -> Result<Vec<IpAddr>, Fault> {
        let mut chosen = Vec::new();
        let primary = primary(asked)?;
        let secondary = asked.more.iter().filter(|it| it.primary != Some(true));
        match primary {
            Some(text) => chosen.push(self.take(text)?),
            None if self.v4.is_some() => chosen.push(self.pick()?),
            None => {}
        }
        for text in secondary {
            chosen.push(self.take(text.private_ip_address.as_deref().unwrap_or_default())?);
        }
        for _ in 0..count(asked.count, chosen.len())? {
            chosen.push(self.pick()?);
        }
        let v6 = chosen.len();
        for it in asked.v6 {
            chosen.push(self.take(it.ipv6_address.as_deref().unwrap_or_default())?);
        }
        for _ in 0..count(asked.v6_count, chosen.len() - v6)? {
            chosen.push(self.pick_v6()?);
        }
        Ok(chosen)
    }

    /// Takes one address.
    ///
    /// # Errors
    /// It is malformed, not of the subnet, or taken.
    pub(in crate::service) fn take(&mut self, text: &str) -> Result<IpAddr, Fault> {
        let address = parse(text)?;
        self.check_place(address)?;
        if !self.used.insert(address) {
            return Err(Fault::new("InvalidIPAddress.InUse", format!("Address {address} is in use.")));
        }
        Ok(address)
    }

    fn check_place(&self, address: IpAddr) -> Result<(), Fault> {
        let block = match address {
            IpAddr::V4(_) => self.v4.map(IpNet::V4),
            IpAddr::V6(_) => self.v6.map(IpNet::V6),
        };
        match block {
            Some(block) if block.contains(&address) && is_reserved(&block, address) => {
                Err(Fault::value(format!("Address {address} is in subnet's reserved address range")))
            }
            Some(block) if block.contains(&address) || self.is_open => Ok(()),
            _ => Err(Fault::value(format!("Address {address} does not fall within the subnet's address range"))),
        }
    }

    /// Picks the lowest IPv4 address that nobody has.
    ///
    /// # Errors
    /// There is none.
    pub(in crate::service) fn pick(&mut self) -> Result<IpAddr, Fault> {
        let block = self.v4.ok_or_else(insufficient)?;
        let all = (RESERVED..).map(|number| IpAddr::V4(block.network().saturating_add(number)));
        self.pick_of(all, block.into())
    }

    /// Picks the lowest IPv6 address that nobody has.
    ///
    /// # Errors
    /// The subnet has no IPv6 block.
    pub(in crate::service) fn pick_v6(&mut self) -> Result<IpAddr, Fault> {
        let block = self.v6.ok_or_else(insufficient)?;
        let all = (u128::from(RESERVED)..).map(|number| IpAddr::V6(block.network().saturating_add(number)));
        self.pick_of(all, block.into())
    }

    fn pick_of(&mut self, all: impl Iterator<Item = IpAddr>, block: IpNet) -> Result<IpAddr, Fault> {
        let mut free = all.take_while(|it| *it < block.broadcast()).filter(|it| !self.used.contains(it));
        let address = free.next().ok_or_else(insufficient)?;
        self.used.insert(address);
        Ok(address)
    }
}

/// How many IPv4 addresses of a subnet can still be had.
pub(in crate::service) fn available(state: &State, subnet: &Subnet) -> u32 {
    let Some(block) = subnet.v4 else { return 0 };
    let all = 1_u64 << (32 - block.prefix_len());
    let pool = Pool::subnet(state, subnet);
    let used = pool.used.iter().filter(|it| IpNet::V4(block).contains(*it) && !is_reserved(&block.into(), **it));
    let free = all.saturating_sub(u64::from(RESERVED) + 1).saturating_sub(used.count() as u64);
    u32::try_from(free).unwrap_or(u32::MAX)
}

fn is_reserved(block: &IpNet, address: IpAddr) -> bool {
    let first = match block {
        IpNet::V4(block) => IpAddr::V4(block.network().saturating_add(RESERVED)),
        IpNet::V6(block) => IpAddr::V6(block.network().saturating_add(u128::from(RESERVED))),
    };
    address < first || address == block.broadcast()
}

fn insufficient() -> Fault {
    let words = "The specified subnet does not have enough free addresses to satisfy the request.";
    Fault::new(FULL, words)
}

/// An address as text.
///
/// # Errors
/// It is none.
pub(in crate::service) fn parse(text: &str) -> Result<IpAddr, Fault> {
    text.parse().map_err(|_| Fault::value(format!("invalid value for parameter address: {text}")))
}

fn primary<'a>(asked: &Asked<'a>) -> Result<Option<&'a str>, Fault> {
    let mut primaries = asked.more.iter().filter(|it| it.primary == Some(true));
    let of_list = primaries.next().map(|it| it.private_ip_address.as_deref().unwrap_or_default());
    if primaries.next().is_some() || (of_list.is_some() && asked.primary.is_some() && of_list != asked.primary) {
        let words = "Only one primary private IP address can be specified.";
        return Err(Fault::new("InvalidParameterCombination", words));
    }
    Ok(asked.primary.or(of_list))
}

/// How many addresses to pick beside those that there are.
///
/// # Errors
/// It is less than none, or more than an interface may have.
pub(in crate::service) fn count(wanted: Option<i64>, given: usize) -> Result<usize, Fault> {
    let wanted = usize::try_from(wanted.unwrap_or_default())
        .map_err(|_| Fault::value("The number of addresses must not be negative."))?;
    if wanted.saturating_add(given) > MOST {
        let words = "Number of private addresses will exceed limit.";
        return Err(Fault::new("PrivateIpAddressLimitExceeded", words));
    }
    Ok(wanted)
}
