//! Addresses and blocks: what the text says, or what to write instead.

use super::decode;
use super::report::Report;
use super::tree::{Node, Spot};
use ipnet::IpNet;
use std::collections::HashSet;
use std::net::IpAddr;

/// What is wrong, and what to write instead.
type Wrong = (String, String);

/// An address block as CIDR; a single address is /32 or /128 (F51-F54). Host bits are cleared with a warning, as
/// EC2 does.
pub(super) fn block(text: &str, spot: Spot, report: &mut Report) -> Option<IpNet> {
    match parse_block(text) {
        Ok(block) => {
            let canonical = block.trunc();
            if canonical != block {
                let message = format!("`{text}` has host bits set and is taken as {canonical}");
                report.warning(spot, message, format!("write `{canonical}`, or `{}` for one address", block.addr()));
            }
            Some(canonical)
        }
        Err((message, help)) => {
            report.error(spot, message, help);
            None
        }
    }
}

/// A list of single addresses, in order; doubles are said and dropped.
pub(super) fn addresses(node: &Node, report: &mut Report) -> Option<Vec<IpAddr>> {
    let mut addresses = Vec::new();
    let mut seen = HashSet::new();
    for item in decode::list(node, "`addresses`", report)? {
        let Some(text) = decode::text(item, "an address", report) else { continue };
        match parse_address(text) {
            Ok(address) if seen.insert(address) => addresses.push(address),
            Ok(address) => report.warning(item.spot, format!("{address} is listed twice"), "leave one out"),
            Err((message, help)) => report.error(item.spot, message, help),
        }
    }
    Some(addresses)
}

/// Whether a text is meant to be an address or a block, right or wrong.
pub(super) fn looks_like_block(text: &str) -> bool {
    let digits = text.bytes().all(|byte| byte.is_ascii_hexdigit() || b".:/".contains(&byte));
    digits && text.contains(['.', ':', '/'])
}

fn parse_block(text: &str) -> Result<IpNet, Wrong> {
    let (address, length) = match text.split_once('/') {
        Some((address, length)) => (address, Some(length)),
        None => (text, None),
    };
    let address = parse_any(address)?;
    let most = if address.is_ipv4() { 32 } else { 128 };
    let length = length.map_or(Ok(most), |length| parse_length(length, address, most))?;
    let block = IpNet::new(address, length).map_err(|error| (error.to_string(), String::new()))?;
    refuse_mapped(block.addr(), length).map(|()| block)
}

fn parse_length(text: &str, address: IpAddr, most: u8) -> Result<u8, Wrong> {
    if let Ok(mask) = text.parse::<IpAddr>() {
        let help = ipnet::ip_mask_to_prefix(mask).map(|length| format!("write `{address}/{length}`"));
        return Err((format!("`{text}` is a mask, not a prefix length"), help.unwrap_or_default()));
    }
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match text.parse::<u8>() {
        Ok(length) if digits && length <= most => Ok(length),
        _ => Err((format!("prefix length `{text}` is not 0 to {most}"), String::new())),
    }
}

fn parse_address(text: &str) -> Result<IpAddr, Wrong> {
    if let Some((address, _)) = text.split_once('/') {
        return Err((format!("`{text}` is a block, not one address"), format!("write `{address}`")));
    }
    let address = parse_any(text)?;
    refuse_mapped(address, 128)?;
    if address.is_unspecified() || address.is_multicast() {
        return Err((format!("{address} cannot be the address of one interface"), String::new()));
    }
    Ok(address)
}

fn parse_any(text: &str) -> Result<IpAddr, Wrong> {
    text.parse().map_err(|_| (format!("`{text}` is not an IPv4 or IPv6 address"), hint(text)))
}

/// On the wire a mapped address is always dropped, so a rule for one would never match.
fn refuse_mapped(address: IpAddr, length: u8) -> Result<(), Wrong> {
    match address {
        IpAddr::V6(six) if length >= 96 => match six.to_ipv4_mapped() {
            Some(four) => Err((format!("{six} is an IPv4 address in IPv6 dress"), format!("write `{four}`"))),
            None => Ok(()),
        },
        _ => Ok(()),
    }
}

fn hint(text: &str) -> String {
    let parts: Vec<&str> = text.split('.').collect();
    let numbers = parts.iter().all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()));
    if !numbers || text.contains(':') {
        return String::new();
    }
    if parts.len() != 4 {
        return "an IPv4 address has four numbers".into();
    }
    if parts.iter().any(|part| part.len() > 1 && part.starts_with('0')) {
        return "write the numbers without leading zeros".into();
    }
    "each of the four numbers is 0 to 255".into()
}
