//! What run-instances takes beside the members of its request: `--count 2` or `--count 1:3`, and flags for the addresses
//! of the first interface, which then takes the subnet, the groups and the address of the request with it.

use super::error::Error;
use super::flags::{Does, Launch};
use super::words::{Given, Words};
use serde_json::{Map, Value, json};

/// Adds what these flags say.
///
/// # Errors
/// When a number is none, or `--network-interfaces` was given too.
pub(super) fn add(members: &mut Map<String, Value>, words: &Words<'_>) -> Result<(), Error> {
    let mut interface = Map::new();
    for (flag, given) in &words.given {
        let Does::Launch(launch) = flag.does else { continue };
        match (launch, given) {
            (Launch::Count, Given::One(text)) => count(members, text)?,
            (Launch::SecondaryAddresses, Given::Many(texts)) => {
                let address = |text| json!({ "PrivateIpAddress": text, "Primary": false });
                interface.insert("PrivateIpAddresses".into(), texts.iter().map(address).collect());
            }
            (Launch::SecondaryCount, Given::One(text)) => {
                let count = super::kinds::integer(text)?;
                interface.insert("SecondaryPrivateIpAddressCount".into(), count.into());
            }
            (Launch::PublicAddress(wanted), _) => {
                interface.insert("AssociatePublicIpAddress".into(), wanted.into());
            }
            _ => {}
        }
    }
    members.entry("MinCount").or_insert_with(|| 1.into());
    members.entry("MaxCount").or_insert_with(|| 1.into());
    if interface.is_empty() { Ok(()) } else { first_interface(members, interface) }
}

fn count(members: &mut Map<String, Value>, text: &str) -> Result<(), Error> {
    let (least, most) = text.split_once(':').unwrap_or((text, text));
    let number = |text: &str| {
        let wrong = || Error::parameter("count", "count parameter should be of form min[:max] (e.g. 1 or 1:10)");
        text.parse::<i64>().map_err(|_| wrong())
    };
    members.insert("MinCount".into(), number(least)?.into());
    members.insert("MaxCount".into(), number(most)?.into());
    Ok(())
}

/// What belongs to the interface where one is described.
const MOVES: [(&str, &str); 5] = [
    ("SubnetId", "SubnetId"),
    ("SecurityGroupIds", "Groups"),
    ("Ipv6AddressCount", "Ipv6AddressCount"),
    ("Ipv6Addresses", "Ipv6Addresses"),
    ("EnablePrimaryIpv6", "PrimaryIpv6"),
];

fn first_interface(members: &mut Map<String, Value>, mut interface: Map<String, Value>) -> Result<(), Error> {
    if members.contains_key("NetworkInterfaces") {
        let what = "Mixing the --network-interfaces option with the simple, scalar options is not supported.";
        return Err(Error::said(what));
    }
    for (name, there) in MOVES {
        if let Some(value) = members.remove(name) {
            interface.insert(there.to_owned(), value);
        }
    }
    if let Some(address) = members.remove("PrivateIpAddress") {
        let addresses = interface.entry("PrivateIpAddresses").or_insert_with(|| json!([]));
        if let Value::Array(addresses) = addresses {
            addresses.insert(0, json!({ "PrivateIpAddress": address, "Primary": true }));
        }
    }
    interface.insert("DeviceIndex".into(), 0.into());
    members.insert("NetworkInterfaces".into(), json!([interface]));
    Ok(())
}
