//! Entries of prefix lists: blocks of one family, each once.

use crate::api::AddPrefixListEntry;
use crate::inventory::{Family, ListEntry, Quotas};
use crate::service::{Fault, find};
use ipnet::IpNet;
use std::collections::BTreeSet;

/// The longest description or name, in characters.
const LONGEST: usize = 255;

/// New entries of a list, each once.
///
/// # Errors
/// A block is malformed or of the other family, one is there twice, or a description is too long.
pub(super) fn entries(family: Family, given: &[AddPrefixListEntry]) -> Result<Vec<ListEntry>, Fault> {
    let entries = given.iter().map(|it| entry(family, it)).collect::<Result<Vec<_>, _>>()?;
    let mut seen = BTreeSet::new();
    match entries.iter().find(|it| !seen.insert(it.cidr)) {
        None => Ok(entries),
        Some(twice) => Err(Fault::value(format!("The CIDR '{}' is specified twice.", twice.cidr))),
    }
}

fn entry(family: Family, given: &AddPrefixListEntry) -> Result<ListEntry, Fault> {
    let cidr = block(given.cidr.as_deref(), "Cidr")?;
    if !family.takes(&cidr) {
        let words = format!("The CIDR '{cidr}' does not match the address family {family} of the prefix list.");
        return Err(Fault::value(words));
    }
    let description = given.description.clone().filter(|text| !text.is_empty());
    check_text(description.as_deref().unwrap_or_default(), "description of an entry")?;
    Ok(ListEntry { cidr, description })
}

/// A block, without host bits.
///
/// # Errors
/// There is none, or it is malformed.
pub(super) fn block(text: Option<&str>, parameter: &str) -> Result<IpNet, Fault> {
    let text = find::required(text, parameter)?;
    let block = text.parse::<IpNet>().map_err(|_| Fault::value(format!("CIDR block {text} is malformed")))?;
    Ok(block.trunc())
}

/// Refuses a text that is too long.
///
/// # Errors
/// It has more than 255 characters.
pub(super) fn check_text(text: &str, what: &str) -> Result<(), Fault> {
    match text.chars().count() <= LONGEST {
        true => Ok(()),
        false => Err(Fault::value(format!("The {what} can have up to {LONGEST} characters."))),
    }
}

/// A name of a list: up to 255 characters, not one of AWS's own.
///
/// # Errors
/// It is none.
pub(super) fn check_name(name: &str) -> Result<(), Fault> {
    check_text(name, "name of a prefix list")?;
    match name.starts_with("com.amazonaws") {
        false => Ok(()),
        true => Err(Fault::value("The name of a prefix list cannot start with 'com.amazonaws'.")),
    }
}

/// The most entries that a list may be made for.
///
/// # Errors
/// There is none, or it is out of range.
pub(super) fn size(quotas: &Quotas, wanted: Option<i64>) -> Result<u32, Fault> {
    let wanted = wanted.ok_or_else(|| Fault::missing("MaxEntries"))?;
    let most = quotas.entries_per_prefix_list;
    let size = u32::try_from(wanted).ok().filter(|size| (1..=most).contains(size));
    size.ok_or_else(|| {
        Fault::value(format!(
            "Value ({wanted}) for parameter MaxEntries is invalid. Expecting a value from 1 to {most}."
        ))
    })
}

/// Refuses more entries than a list has room for.
///
/// # Errors
/// There are more.
pub(super) fn check_number(entries: usize, size: u32) -> Result<(), Fault> {
    match entries <= size as usize {
        true => Ok(()),
        false => {
            let words = format!("The prefix list would have {entries} entries; its maximum is {size}.");
            Err(Fault::new("PrefixListMaxEntriesExceeded", words))
        }
    }
}
